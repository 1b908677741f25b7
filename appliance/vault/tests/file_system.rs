//! A LUKS2 image with ext4 in it, both by stock tools, from which every file is read without root, mount or mapping.

mod stock;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use heirloom_vault::{Bounds, Header, Plain, ReadAt, Slots, open_ext4};
use sha2::{Digest, Sha256};
use stock::{CHEAP_ARGON2ID, Stock, ext4, noise};

type Digests = BTreeMap<String, [u8; 32]>;

/// A tree with empty, small, large and deeply nested files, a folder that has an index, and names that people give.
fn make_tree(root: &Path) -> Digests {
    let mut digests = Digests::new();
    let mut add = |name: String, bytes: &[u8]| {
        let path = root.join(&name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
        digests.insert(format!("/{name}"), Sha256::digest(bytes).into());
    };
    add("README.txt".into(), b"how to read this");
    add("empty".into(), b"");
    add("Fotos von Oma/Weihnachten – 1.jpg".into(), &noise(1, 4097));
    for (index, length) in [
        1, 511, 512, 4095, 4096, 65_537, 131_072, 1_000_003, 9_000_000,
    ]
    .into_iter()
    .enumerate()
    {
        add(
            format!("sources/phone/{length}.bin"),
            &noise(10 + index as u64, length),
        );
    }
    for number in 0..800 {
        add(
            format!("DCIM/100APPLE/IMG_{number:04}.JPG"),
            &noise(1000 + number, 700),
        );
    }
    add(
        (0..20)
            .map(|depth| format!("d{depth}/"))
            .collect::<String>()
            + "deep",
        b"deep",
    );
    digests
}

/// All files below a folder, as the reader sees them.
fn read_tree(files: &ext4_view::Ext4, folder: &str, digests: &mut Digests) {
    for entry in files.read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = String::from_utf8(entry.file_name().as_ref().to_vec()).expect("a name");
        if [".", "..", "lost+found"].contains(&name.as_str()) {
            continue;
        }
        let path = format!("{}/{name}", folder.trim_end_matches('/'));
        if entry.file_type().expect("its kind").is_dir() {
            read_tree(files, &path, digests);
        } else {
            let bytes = files.read(path.as_str()).expect("its bytes");
            digests.insert(path, Sha256::digest(bytes).into());
        }
    }
}

#[test]
fn every_file_is_right() {
    for sector_bytes in [512, 4096] {
        let tree = tempfile::tempdir().expect("a folder");
        let expected = make_tree(tree.path());
        let stock = Stock::new(&[]);
        ext4(&stock.path(), tree.path(), 40 * 1024 * 1024);
        let sector_size = format!("--sector-size={sector_bytes}");
        stock.encrypt(
            "words",
            &[&[sector_size.as_str()], CHEAP_ARGON2ID.as_slice()].concat(),
        );

        let device = File::open(stock.path()).expect("the image");
        let header = Header::read(&device).expect("a header");
        let key = header.unlock(&device, b"words", Slots::All, &Bounds::default());
        let plain = Arc::new(Plain::new(device, &header, &key.expect("a key")).expect("data"));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let (plain, expected) = (Arc::clone(&plain), &expected);
                scope.spawn(move || {
                    let files = open_ext4(plain).expect("a file system");
                    let mut found = Digests::new();
                    read_tree(&files, "/", &mut found);
                    assert_eq!(found.len(), expected.len());
                    assert!(&found == expected, "with sectors of {sector_bytes} bytes");
                });
            }
        });
    }
}

/// A header backup opens what a lost header does not.
#[test]
fn a_backup_of_the_header_is_as_good() {
    let plain = noise(5, 1024 * 1024);
    let stock = Stock::new(&plain);
    stock.encrypt("words", &CHEAP_ARGON2ID);
    let backup = stock.path().with_file_name("backup");
    let file = format!("--header-backup-file={}", backup.display());
    stock.cryptsetup(&["luksHeaderBackup", &file]);
    let mut device = stock.bytes();
    device[..stock::DATA_AT_BYTES as usize].fill(0);
    Header::read(&device).expect_err("it is lost");

    let backup = File::open(backup).expect("the backup");
    let header = Header::read(&backup).expect("a header");
    let key = header
        .unlock(&backup, b"words", Slots::All, &Bounds::default())
        .expect("a key");
    let reader = Plain::new(&device, &header, &key).expect("data");
    let mut bytes = vec![0; plain.len()];
    reader.read_at(0, &mut bytes).expect("its bytes");
    assert!(bytes == plain);
}

/// A medium that can't be read between two places, in a file system that is not encrypted: what is asked of the cache is the same.
struct Worn(Vec<u8>, std::ops::Range<u64>);

impl ReadAt for Worn {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        if offset_bytes < self.1.end && offset_bytes + buffer.len() as u64 > self.1.start {
            return Err(std::io::Error::from_raw_os_error(5));
        }
        self.0.read_at(offset_bytes, buffer)
    }

    fn size_bytes(&self) -> std::io::Result<u64> {
        self.0.size_bytes()
    }
}

/// `ext4-view` reads eight blocks at once. Of single blocks that lie side by side, a bad sector costs the seven before it, too, but no window of ours.
#[test]
fn a_bad_sector_costs_no_more_than_is_asked_for() {
    let tree = tempfile::tempdir().expect("a folder");
    for number in 0..100 {
        fs::write(tree.path().join(format!("{number}")), noise(number, 4096)).expect("a file");
    }
    let stock = Stock::new(&[]);
    ext4(&stock.path(), tree.path(), 4 * 1024 * 1024);
    let image = stock.bytes();
    let lost = noise(50, 4096);
    let block = image.chunks(4096).position(|block| block == lost);
    let at_bytes = block.expect("its block") as u64 * 4096;
    let files = open_ext4(Worn(image, at_bytes..at_bytes + 512)).expect("a file system");
    let mut failed = Vec::new();
    for number in 0..100 {
        match files.read(format!("/{number}").as_str()) {
            Ok(bytes) => assert!(bytes == noise(number, 4096), "{number}"),
            Err(_) => failed.push(number),
        }
    }
    assert!(failed.contains(&50) && failed.len() <= 8, "{failed:?}");
}
