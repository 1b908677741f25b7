//! The kept inputs of the fuzz targets, run without a fuzzer: what was found once is found again at every test.

use std::fs;
use std::path::Path;

use heirloom_vault::{Header, Plain, Slots};

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "there, it is a crate of its own")]
mod targets;

#[test]
fn every_kept_input_keeps_what_must_hold() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, body) in targets::ALL {
        let inputs = fs::read_dir(corpus.join(name)).expect(name);
        let mut count = 0;
        for input in inputs {
            let path = input.expect("an entry").path();
            // The last one named is the one that fails.
            println!("{}", path.display());
            body(&fs::read(path).expect("a file"));
            count += 1;
        }
        assert!(count > 0, "{name} has no inputs");
    }
}

/// Or what the targets say about decrypted data would be said of none.
#[test]
fn a_kept_device_opens() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/header");
    let opens = |path: &Path| {
        let device = fs::read(path).expect("a file");
        let header = Header::read(&device).ok()?;
        let key = header.unlock(&device, b"guess", Slots::All, &targets::BOUNDS);
        let key = key.ok()?;
        Some(Plain::new(&device, &header, &key).ok()?.size_bytes())
    };
    let inputs = fs::read_dir(corpus).expect("a folder");
    let mut sizes = inputs.map(|input| opens(&input.expect("an entry").path()));
    assert!(sizes.any(|size_bytes| size_bytes == Some(8192)));
}
