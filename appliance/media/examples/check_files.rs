//! Checks the files that it is given, and says what it finds: for looking at whole collections by hand.
//! Usage: cargo run --release -p heirloom-media --example check_files -- FILE...

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use heirloom_media::{Checked, Checker};

const PIECE_BYTES: usize = 256 << 10;

fn check(path: &Path) -> io::Result<Checked> {
    let mut file = File::open(path)?;
    let mut checker = Checker::new(&path.to_string_lossy(), Some(file.metadata()?.len()));
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(checker.finish()),
            length => checker.feed(&piece[..length]),
        }
    }
}

fn main() -> io::Result<()> {
    for path in std::env::args_os().skip(1) {
        let checked = check(Path::new(&path))?;
        println!("{}: {checked:?}", path.display());
    }
    Ok(())
}
