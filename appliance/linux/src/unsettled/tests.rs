//! Beginnings of file systems, byte by byte.

use std::io::Cursor;

use super::*;

/// Zeros with bytes here and there.
fn device(pieces: &[(usize, &[u8])]) -> Cursor<Vec<u8>> {
    let mut bytes = vec![0; 64 << 10];
    for (at, piece) in pieces {
        bytes[*at..at + piece.len()].copy_from_slice(piece);
    }
    Cursor::new(bytes)
}

fn is_so(pieces: &[(usize, &[u8])], file_system: FileSystem) -> bool {
    is_unsettled(&mut device(pieces), file_system).expect("memory can be read")
}

#[test]
fn ext_says_so_itself() {
    let magic: (usize, &[u8]) = (1024 + 0x38, &[0x53, 0xef]);
    let features = 1024 + 0x60;
    for (byte, unsettled) in [(0x02, false), (0x46, true), (0x42, false)] {
        let pieces: [(usize, &[u8]); 2] = [magic, (features, &[byte])];
        assert_eq!(is_so(&pieces, FileSystem::Ext), unsettled, "{byte:#x}");
        assert!(!is_so(&pieces, FileSystem::Fat));
    }
    assert!(!is_so(&[(features, &[0xff])], FileSystem::Ext));
}

#[test]
fn hfs_plus_counts_only_with_a_journal() {
    for (attributes, unsettled) in [
        ([0x80, 0, 0x01, 0], false),
        ([0x80, 0, 0, 0], false),
        ([0x80, 0, 0x21, 0], false),
        ([0x80, 0, 0x20, 0], true),
    ] {
        let pieces: [(usize, &[u8]); 2] = [(1024, b"H+\0\x04"), (1028, &attributes)];
        assert_eq!(
            is_so(&pieces, FileSystem::HfsPlus),
            unsettled,
            "{attributes:?}"
        );
    }
}

#[test]
fn ntfs_has_a_flag_and_a_log() {
    // Clusters of 4 KiB, the table at cluster 4 with records of 1 KiB, the log at cluster 8.
    let boot: [(usize, &[u8]); 5] = [
        (3, b"NTFS    "),
        (0x0b, &[0, 2]),
        (0x0d, &[8]),
        (0x30, &[4]),
        (0x40, &[0xf6]),
    ];
    let table = 4 * 4096;
    let (log_record, volume_record, log) = (table + 2 * 1024, table + 3 * 1024, 8 * 4096);
    let records: [(usize, &[u8]); 10] = [
        // Its only attribute begins in the midst of the first sector's end, so that it is right only when that was mended.
        (log_record, b"FILE\x30\0\x03\0"),
        (log_record + 0x14, &[0xfe, 1]),
        (log_record + 0x30, &[7, 7, 0x80, 0, 9, 9]),
        (log_record + 0x1fe, &[7, 7, 0, 0, 0x48, 0, 0, 0, 1]),
        (log_record + 0x1fe + 0x20, &[0x40]),
        (log_record + 0x1fe + 0x40, &[0x21, 1, 8, 0]),
        (volume_record, b"FILE"),
        (volume_record + 0x14, &[0x38]),
        (volume_record + 0x38, &[0x70, 0, 0, 0, 0x28]),
        (volume_record + 0x38 + 0x14, &[0x18]),
    ];
    let flags_at = volume_record + 0x38 + 0x18 + 10;
    // Of a restart page: sequence number, list of clients, flags.
    let restart = |sequence: u8, clients: u8, flags: u8| {
        let mut page = vec![0; 64];
        page[..4].copy_from_slice(b"RSTR");
        (page[0x11], page[0x18], page[0x20]) = (0x10, 0x20, sequence);
        (page[0x2c], page[0x2d], page[0x2e]) = (clients, clients, flags);
        page
    };
    let empty = vec![0xff; 64];
    let table = [
        ("log emptied", 0, &empty, &empty, false),
        ("dirty flag", 1, &empty, &empty, true),
        ("closed", 0, &restart(1, 0xff, 0), &empty, false),
        (
            "closed, as Windows does",
            0,
            &restart(1, 0, 2),
            &empty,
            false,
        ),
        ("open", 0, &restart(1, 0, 0), &empty, true),
        (
            "open, then closed",
            0,
            &restart(1, 0, 0),
            &restart(2, 0xff, 0),
            false,
        ),
        (
            "closed, then open",
            0,
            &restart(1, 0xff, 0),
            &restart(2, 0, 0),
            true,
        ),
    ];
    for (what, flags, first, second, unsettled) in table {
        let mut pieces = [&boot[..], &records[..]].concat();
        let flags = [flags];
        pieces.extend([
            (flags_at, &flags[..]),
            (log, first.as_slice()),
            (log + 4096, second.as_slice()),
        ]);
        assert_eq!(is_so(&pieces, FileSystem::Ntfs), unsettled, "{what}");
    }
}

#[test]
fn what_makes_no_sense_is_left_to_the_kernel() {
    let file_systems = [
        FileSystem::Fat,
        FileSystem::ExFat,
        FileSystem::Ntfs,
        FileSystem::HfsPlus,
        FileSystem::Ext,
    ];
    for file_system in file_systems {
        for bytes in [
            vec![],
            vec![0xff; 8192],
            b"abcNTFS\xff\xff\xff\xff\xff\xff\xff".repeat(100),
        ] {
            let mut device = Cursor::new(bytes);
            let looked = is_unsettled(&mut device, file_system);
            assert!(looked.is_ok(), "{file_system:?}");
        }
    }
    let all_ones = [(0, &[0xff_u8; 512][..]), (3, &b"NTFS"[..])];
    assert!(!is_so(&all_ones, FileSystem::Ntfs));
}
