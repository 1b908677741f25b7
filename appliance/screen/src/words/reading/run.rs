//! A restore or a rehearsal in progress.

use heirloom_engine::RunningView;

use crate::piece::{Page, Piece};
use crate::quantity::{count, duration, grouped, size};

pub(super) fn planning(disk: &str, elapsed_s: u64, stopping: bool) -> Page {
    let page = Page::new("Finding out what there is to do")
        .text(format!(
            "The archive is compared with what is on {disk} already. Nothing is written yet."
        ))
        .gap()
        .text(format!("{} so far", duration(elapsed_s)));
    if stopping {
        page.gap().strong("Stopping...")
    } else {
        page.key("Esc", "back").key("F1", "help")
    }
}

pub(super) fn running(view: &RunningView) -> Page {
    let page = match &view.disk {
        Some(disk) => Page::new(format!("Getting the pictures back to {disk}")),
        None => Page::new(format!("Rehearsing with {}", view.name)),
    };
    let page = match view.files {
        None => page.text("Looking what there is to do..."),
        Some(files) => {
            let permille = match view.bytes {
                0 => 1_000,
                total => {
                    let done = u128::from(view.read_bytes) * 1_000 / u128::from(total);
                    u16::try_from(done.min(1_000)).unwrap_or(1_000)
                }
            };
            let still = match (view.rate_bytes_per_s, view.remaining_s) {
                (Some(rate), Some(remaining)) => {
                    format!("about {} ({} a second)", duration(remaining), size(rate))
                }
                _ => "not known yet".to_owned(),
            };
            page.with(Piece::Bar { permille })
                .gap()
                .fact(
                    "Read and checked",
                    format!("{} of {}", size(view.read_bytes), size(view.bytes)),
                )
                .fact(
                    "Back, and checked again",
                    format!("{} of {} files", grouped(view.done_files), grouped(files)),
                )
                .fact("Still to go", still)
        }
    };
    let page = page
        .gap()
        .fact("Since the start", duration(view.elapsed_s))
        .gap();
    let page = match (&view.disk, view.stopping) {
        (_, true) => page.strong("Stopping after this file..."),
        (Some(_), false) => page
            .text("Please leave the archive drive and the disk plugged in.")
            .key("Esc", "stop"),
        (None, false) => page
            .text("Please leave the archive drive plugged in.")
            .key("Esc", "stop"),
    };
    page.key("F1", "help")
}

pub(super) fn confirm_stop(rehearses: bool) -> Page {
    let page = if rehearses {
        Page::new("Stop the rehearsal?")
            .text("Then it does not count. Nothing on the drive has changed.")
    } else {
        Page::new("Stop getting the pictures back?")
            .text("What is on the disk by now is right, and stays. Begin again, and it goes on where it stopped.")
    };
    page.key("Enter", "stop").key("Esc", "go on")
}

/// What has been put in its place by then.
pub(super) fn done_so_far(page: Page, done_files: u64) -> Page {
    match done_files {
        0 => page,
        files => page.fact("Back so far", count(files, "file", "files")),
    }
}
