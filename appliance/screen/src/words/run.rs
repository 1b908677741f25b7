//! A copy in progress.

use heirloom_engine::{RoundView, RunPhase, RunView, SourceNoun, WaitReason};

use super::noun::{has_a_lock, names, the};
use crate::piece::{Page, Piece};
use crate::quantity::{count, duration, grouped, size};

pub(super) fn archiving(run: &RunView) -> Page {
    let page = Page::new(format!("Archiving {}", run.source));
    let the = the(run.noun);
    let page = match run.phase {
        RunPhase::Listing => page
            .text(format!(
                "Asking {the} what is on it. A full one may take some minutes."
            ))
            .gap()
            .strong(format!(
                "{} found so far",
                count(run.found_files, "file", "files")
            )),
        RunPhase::TakingUp { bytes, of_bytes } => {
            let file = run.current.as_deref().unwrap_or("a file");
            page.text("The last copy stopped in the middle of a long file. What is there of it is read back first, then the copy goes on.")
                .gap()
                .strong(format!(
                    "Checking what is there of {}: {} of {}",
                    file.rsplit('/').next().unwrap_or(file),
                    size(bytes),
                    size(of_bytes)
                ))
        }
        RunPhase::Copying => copying(page, run),
        RunPhase::Reconciling => page
            .text("Everything is copied and was read back from the drive.")
            .strong(format!("Comparing {the} with the archive once more...")),
        RunPhase::Publishing => page
            .text(format!(
                "The {} and the archive agree.",
                the.trim_start_matches("the ")
            ))
            .strong("Sealing the snapshot..."),
    };
    let page = page.gap().fact("Since the start", duration(run.elapsed_s));
    let page = match run.round.ended {
        0 => page,
        ended => page.fact("Before it", count(ended as u64, "other", "others")),
    };
    let page = if run.round.then.is_empty() {
        page
    } else {
        page.fact("After it", names(&run.round.then))
    };
    let page = if run.stopping {
        page.gap().strong("Stopping after this file...")
    } else {
        page.gap()
            .text(if has_a_lock(run.noun) {
                "Please leave the phone and the drive plugged in, and the phone unlocked."
                    .to_owned()
            } else {
                format!("Please leave {the} and the drive plugged in.")
            })
            .key("Esc", "stop")
    };
    page.key("F1", "help")
}

fn copying(page: Page, run: &RunView) -> Page {
    let permille = match run.fetch_bytes {
        0 => 1_000,
        total => {
            u16::try_from((u128::from(run.moved_bytes) * 1_000 / u128::from(total)).min(1_000))
                .unwrap_or(1_000)
        }
    };
    let mut page = page
        .with(Piece::Bar { permille })
        .gap()
        .fact(
            "Copied",
            format!("{} of {}", size(run.moved_bytes), size(run.fetch_bytes)),
        )
        .fact(
            "Read back and safe",
            format!(
                "{} of {} files",
                grouped(run.verified_files),
                grouped(run.fetch_files)
            ),
        );
    if run.kept_files > 0 {
        page = page.fact(
            "In the archive already",
            count(run.kept_files, "file", "files"),
        );
    }
    page = match (run.rate_bytes_per_s, run.remaining_s) {
        (Some(rate), Some(remaining)) => page.fact(
            "Still to go",
            format!("about {} ({} a second)", duration(remaining), size(rate)),
        ),
        _ => page.fact("Still to go", "not known yet"),
    };
    match &run.current {
        Some(path) => page.fact("Now", path.rsplit('/').next().unwrap_or(path)),
        None => page,
    }
}

pub(super) fn waiting(
    source: &str,
    noun: SourceNoun,
    reason: WaitReason,
    safe_files: u64,
    round: &RoundView,
) -> Page {
    let the = the(noun);
    let nothing_lost =
        format!("Nothing is lost: {the} was only read, and what is in the archive stays.");
    let page = match (reason, has_a_lock(noun)) {
        (WaitReason::Unplugged, lock) => Page::new(format!("{source} was unplugged"))
            .text(nothing_lost)
            .gap()
            .strong(if lock {
                "Plug it in again, unlock it, and choose \"File transfer\" if it asks. The copy goes on by itself where it stopped."
            } else {
                "Plug it in again. The copy goes on by itself where it stopped."
            }),
        (WaitReason::Stalled, lock) => Page::new(format!("{source} does not answer"))
            .text(nothing_lost)
            .gap()
            .strong(if lock {
                "Unlock its screen. The copy goes on by itself. If it does not, unplug it and plug it in again."
            } else {
                "Unplug it and plug it in again. The copy goes on by itself."
            }),
    };
    let page = page
        .gap()
        .fact("Read back and safe", count(safe_files, "file", "files"));
    let page = if round.then.is_empty() {
        page
    } else {
        page.fact("Waited for as well", names(&round.then))
    };
    let page = match round.ended {
        0 => page,
        ended => page.gap().text(format!(
            "The turn of {} is over; Esc shows what became of each.",
            count(ended as u64, "other", "others")
        )),
    };
    page.key("Esc", "leave it for later").key("F1", "help")
}

pub(super) fn confirm_stop(source: &str, noun: SourceNoun, then: &[String]) -> Page {
    let page = Page::new(format!("Stop archiving {source}?"))
        .text(format!(
            "What is copied so far is kept, and the next time it goes on from there. But there is no finished snapshot yet, so don't erase anything from {}.",
            the(noun)
        ));
    let page = if then.is_empty() {
        page
    } else {
        page.text(format!(
            "Then these are not archived either: {}.",
            names(then)
        ))
    };
    page.key("Enter", "stop").key("Esc", "go on copying")
}
