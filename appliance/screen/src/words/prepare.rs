//! The page before a run: what of a source is archived, and how it is checked.

use heirloom_engine::{MediaChoice, PrepareLine, RunWish, SourceNoun};

use super::noun::the;
use crate::piece::{Page, Piece};

pub(super) fn prepare(source: &str, noun: SourceNoun, wish: RunWish, cursor: usize) -> Page {
    let the = the(noun);
    let page = Page::new(format!("Ready to archive {source}"))
        .text(format!(
            "Press Enter to start, or choose first what is archived. Nothing on {the} is changed."
        ))
        .gap();
    PrepareLine::ALL
        .iter()
        .enumerate()
        .fold(page, |page, (index, line)| {
            page.with(Piece::Item {
                text: line_text(*line, the, wish),
                selected: index == cursor,
            })
        })
        .gap()
        .text(what(the, wish.choice))
        .text(check(the, wish.reads_twice))
        .key("Up/Down", "move")
        .key("Enter", "start, or change")
        .key("Esc", "back")
        .key("F1", "help")
}

fn line_text(line: PrepareLine, the: &str, wish: RunWish) -> String {
    match line {
        PrepareLine::Start => "Start".to_owned(),
        PrepareLine::What => match wish.choice {
            MediaChoice::AllMedia => "What: all photos and videos".to_owned(),
            MediaChoice::Everything => "What: everything".to_owned(),
        },
        PrepareLine::Check => {
            let chosen = if wish.reads_twice { "yes" } else { "no" };
            format!("Check: read each file from {the} twice: {chosen}")
        }
    }
}

fn what(the: &str, choice: MediaChoice) -> String {
    match choice {
        MediaChoice::AllMedia => format!(
            "All photos and videos on {the} are archived, in whatever folder they are, with the small files that belong to them. Music, documents and other files are left out; the report says how many."
        ),
        MediaChoice::Everything => {
            format!("Every file that {the} shows is archived, of whatever kind.")
        }
    }
}

fn check(the: &str, reads_twice: bool) -> String {
    if reads_twice {
        format!(
            "Each file is read from {the} twice and compared, which finds a faulty cable or socket. It takes about twice the time."
        )
    } else {
        format!(
            "Each file is read back from the drive and compared, as always. Reading it from {the} twice as well would take about twice the time."
        )
    }
}
