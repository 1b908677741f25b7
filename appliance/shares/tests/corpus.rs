//! The kept inputs of the fuzz targets, run without a fuzzer: what was found once is found again at every test.

use std::fs;
use std::path::Path;

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
