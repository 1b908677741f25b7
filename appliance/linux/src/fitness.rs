//! How a drive judges itself, by `smartctl` of smartmontools: asked before the drive has much to do, never meanwhile.
//!
//! Bridges between USB and the drive answer differently, late, or not at all. What is not told is not known, and stands in nobody's way.

mod answer;

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use heirloom_engine::DriveHealth;

use answer::Answer;

const PROGRAM: &str = "smartctl";
/// A disk that sleeps needs some seconds to spin up before it answers; a bridge that takes longer does not answer at all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Its answer takes some ten kilobytes.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// First what the program makes of the drive by itself: it knows hundreds of bridges. Then what most of the others understand, SCSI to ATA
/// translation. Anything else could mean something to a bridge that nobody intended.
const KINDS: [&str; 2] = ["auto", "sat"];

/// Asks a disk how it is. It is only read from.
pub fn drive_health(disk: &Path) -> DriveHealth {
    judge(|kind| ask(disk, kind))
}

fn judge(mut ask: impl FnMut(&str) -> Option<Vec<u8>>) -> DriveHealth {
    for kind in KINDS {
        // A bridge that does not answer in time is not bothered again.
        let Some(bytes) = ask(kind) else { break };
        match Answer::parse(&bytes) {
            Some(answer) if answer.tells_something() => return answer.health(),
            Some(_) => {}
            None => log::warn!("{PROGRAM} printed something else than JSON"),
        }
    }
    DriveHealth::unknown()
}

/// What the program prints, whatever its exit status: that has the drive's troubles in it.
fn ask(disk: &Path, kind: &str) -> Option<Vec<u8>> {
    log::info!("asks {} how it is, as {kind}", disk.display());
    let spawned = Command::new(PROGRAM)
        .args(["--json", "--info", "--health", "--attributes", "--device"])
        .arg(kind)
        .arg(disk)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let child = spawned.inspect_err(|error| log::warn!("{PROGRAM}: {error}"));
    printed_within(child.ok()?, PATIENCE)
}

/// What a program prints until it ends, if it does so in time. Otherwise it is killed; one that hangs in the kernel is left to itself.
fn printed_within(mut child: Child, patience: Duration) -> Option<Vec<u8>> {
    let output = child.stdout.take()?;
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = output.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes);
        // Nobody listens any more after the deadline.
        drop(told.send(read.map(|_| bytes)));
    });
    let read = heard.recv_timeout(patience);
    if read.is_err() {
        log::warn!("{PROGRAM} does not come to an end");
        if let Err(error) = child.kill() {
            log::warn!("{PROGRAM}: {error}");
        }
    }
    // It may hang in the kernel until the drive is pulled.
    std::thread::spawn(move || {
        match child.wait() {
            Ok(status) => log::info!("{PROGRAM} ended with {status}"),
            Err(error) => log::warn!("{PROGRAM}: {error}"),
        };
    });
    read.ok()?
        .inspect_err(|error| log::warn!("{PROGRAM}: {error}"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str, arguments: &[&str]) -> Child {
        let spawned = Command::new(name)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn();
        spawned.expect("a program of every Linux")
    }

    #[test]
    fn a_program_has_its_time_and_no_more() {
        let echo = program("echo", &["well"]);
        let printed = printed_within(echo, Duration::from_secs(60));
        assert_eq!(printed.as_deref(), Some(&b"well\n"[..]));
        let hanging = program("sleep", &["1000"]);
        assert_eq!(printed_within(hanging, Duration::from_millis(10)), None);
    }

    #[test]
    fn the_second_way_is_tried_when_the_first_tells_nothing() {
        let bridge = include_bytes!("fitness/samples/unknown-bridge.json").to_vec();
        let well = include_bytes!("fitness/samples/sat-one-reallocated.json").to_vec();
        let mut asked = Vec::new();
        let health = judge(|kind| {
            asked.push(kind.to_owned());
            Some(if kind == "sat" {
                well.clone()
            } else {
                bridge.clone()
            })
        });
        assert_eq!(asked, ["auto", "sat"]);
        assert_eq!(health.fitness, heirloom_format::Fitness::Good);
        assert_eq!(judge(|_| Some(bridge.clone())), DriveHealth::unknown());
        assert_eq!(judge(|_| Some(b"no JSON".to_vec())), DriveHealth::unknown());
        let mut times = 0;
        let silent = judge(|_| {
            times += 1;
            None
        });
        assert_eq!((silent, times), (DriveHealth::unknown(), 1));
    }
}
