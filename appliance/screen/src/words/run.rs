//! A copy in progress.

use heirloom_engine::{RunPhase, RunView, WaitReason};

use crate::piece::{Page, Piece};
use crate::quantity::{count, duration, grouped, size};

pub(super) fn archiving(run: &RunView) -> Page {
    let page = Page::new(format!("Archiving {}", run.source));
    let page = match run.phase {
        RunPhase::Listing => page
            .text("Asking the phone what is on it. A full phone may take some minutes.")
            .gap()
            .strong(format!(
                "{} found so far",
                count(run.found_files, "file", "files")
            )),
        RunPhase::Copying => copying(page, run),
        RunPhase::Reconciling => page
            .text("Everything is copied and was read back from the drive.")
            .strong("Comparing the phone with the archive once more..."),
        RunPhase::Publishing => page
            .text("The phone and the archive agree.")
            .strong("Sealing the snapshot..."),
    };
    let page = page.gap().fact("Since the start", duration(run.elapsed_s));
    let page = if run.stopping {
        page.gap().strong("Stopping after this file...")
    } else {
        page.gap()
            .text("Please leave the phone and the drive plugged in, and the phone unlocked.")
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

pub(super) fn waiting(source: &str, reason: WaitReason, safe_files: u64) -> Page {
    let page = match reason {
        WaitReason::Unplugged => Page::new(format!("{source} was unplugged"))
            .text("Nothing is lost: the phone was only read, and what is in the archive stays.")
            .gap()
            .strong("Plug it in again, and unlock it. The copy goes on by itself where it stopped."),
        WaitReason::Stalled => Page::new(format!("{source} does not answer"))
            .text("Nothing is lost: the phone was only read, and what is in the archive stays.")
            .gap()
            .strong("Unlock its screen. The copy goes on by itself. If it does not, unplug it and plug it in again."),
    };
    page.gap()
        .fact("Read back and safe", count(safe_files, "file", "files"))
        .key("Esc", "leave it for later")
        .key("F1", "help")
}

pub(super) fn confirm_stop(source: &str) -> Page {
    Page::new(format!("Stop archiving {source}?"))
        .text("What is copied so far is kept, and the next time it goes on from there. But there is no finished snapshot yet, so don't erase anything from the phone.")
        .key("Enter", "stop")
        .key("Esc", "go on copying")
}
