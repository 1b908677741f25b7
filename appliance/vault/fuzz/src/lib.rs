//! What must hold for any bytes. Each function is the body of a fuzz target; `../tests/corpus.rs` runs them over the kept inputs.

use heirloom_vault::{Bounds, CopyState, Header, HeaderCopy, Plain, Slots};
use sha2::{Digest, Sha256};

/// A name, which is that of its target and of its corpus, and a body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Target; 2] = [("header", header), ("description", description)];

const HEADER_BYTES: usize = 16 * 1024;
const BINARY_BYTES: usize = 4096;
/// A header may ask for more; it is refused then, so that a run of the fuzzer is quick. It is the least that cryptsetup makes, whose device among the kept
/// inputs opens by the passphrase that is tried.
pub const BOUNDS: Bounds = Bounds {
    memory_kib: 64,
    argon2_kib_passes: 128,
    iterations: 1000,
};

/// A device's beginning. What is at the places of the binary headers' checksums is made right, or nothing would get past them.
pub fn header(data: &[u8]) {
    let mut device = data.to_vec();
    judge(&device);
    for at in [0, HEADER_BYTES] {
        if let Some(copy) = device.get_mut(at..at + HEADER_BYTES) {
            seal(copy);
        }
    }
    judge(&device);
}

/// The JSON of a header that is right in all else, with key slots and data of zeros behind it.
pub fn description(data: &[u8]) {
    let mut copy = vec![0; HEADER_BYTES];
    copy[..6].copy_from_slice(b"LUKS\xba\xbe");
    copy[7] = 2;
    copy[8..16].copy_from_slice(&(HEADER_BYTES as u64).to_be_bytes());
    copy[72..78].copy_from_slice(b"sha256");
    let text = &data[..data.len().min(HEADER_BYTES - BINARY_BYTES)];
    copy[BINARY_BYTES..][..text.len()].copy_from_slice(text);
    seal(&mut copy);
    copy.resize(512 * 1024, 0);
    judge(&copy);
}

fn seal(copy: &mut [u8]) {
    copy[448..512].fill(0);
    let checksum = Sha256::digest(&*copy);
    copy[448..480].copy_from_slice(&checksum);
}

fn judge(device: &[u8]) {
    let device = device.to_vec();
    let Ok(header) = Header::read(&device) else {
        return;
    };
    assert!(header.size_bytes() >= HEADER_BYTES as u64);
    assert!(header.size_bytes() <= device.len() as u64);
    if let CopyState::Older { sequence_id } = header.other_copy() {
        assert!(*sequence_id < header.sequence_id());
    }
    if header.used_copy() == HeaderCopy::Secondary {
        assert!(!matches!(header.other_copy(), CopyState::Good));
    }
    let numbers: Vec<u8> = header.slots().map(|slot| slot.number).collect();
    assert!(numbers.len() <= 32 && numbers.is_sorted_by(|one, next| one < next));
    assert!(!header.label().as_str().chars().any(char::is_control));
    for slots in [Slots::All, Slots::Only(0)] {
        let Ok(key) = header.unlock(&device, b"guess", slots, &BOUNDS) else {
            continue;
        };
        let Ok(plain) = Plain::new(&device, &header, &key) else {
            continue;
        };
        let mut bytes = vec![0; plain.size_bytes() as usize];
        plain.read_at(0, &mut bytes).expect("all of it is there");
        plain.read_at(1, &mut bytes).expect_err("beyond the end");
    }
}
