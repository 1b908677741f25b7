//! Real file systems on loop devices. A case for which this computer lacks something (rights, loop devices, a file system in its kernel, a
//! program) says what, and is counted as ignored: so this has no harness of the compiler's, and prints its lines.

mod fixture;
mod reading;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// What a case needs and this computer lacks.
pub(crate) type Outcome = Result<(), String>;

type Case = (&'static str, fn() -> Outcome);

fn main() -> ExitCode {
    let cases: [Case; 9] = [
        ("an archive is read and stays as it is", reading::stays),
        ("a damaged header is no obstacle", reading::damaged),
        ("what opens it, and what does not", reading::keys),
        ("a restore to ext4", || targets::restore("ext4")),
        ("a restore to FAT32", || targets::restore("vfat")),
        ("a restore to exFAT", || targets::restore("exfat")),
        ("a restore to NTFS", || targets::restore("ntfs")),
        ("an ext4 that was not unmounted", targets::unclean),
        ("disks that are refused", targets::refused),
    ];
    let mut counts = [0; 3];
    for (name, case) in cases {
        let (count, word) = match catch_unwind(AssertUnwindSafe(case)) {
            Ok(Ok(())) => (0, "ok".to_owned()),
            Err(_) => (1, "FAILED".to_owned()),
            Ok(Err(lacks)) => (2, format!("ignored, {lacks}")),
        };
        counts[count] += 1;
        println!("test {name} ... {word}");
    }
    let [passed, failed, ignored] = counts;
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {passed} passed; {failed} failed; {ignored} ignored");
    ExitCode::from(u8::from(failed > 0))
}
