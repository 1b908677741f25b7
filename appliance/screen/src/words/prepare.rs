//! The page before a run: what of a source is archived, how it is checked, what it is called, and who comes after it.

use heirloom_engine::{
    MediaChoice, NameOrigin, PrepareLine, PrepareView, SourceNameRefusal, SourceReading,
};

use super::noun::{names, the};
use crate::piece::{Page, Piece};

pub(super) fn prepare(view: &PrepareView) -> Page {
    let the = the(view.noun);
    let called = match view.name.trim() {
        "" => &view.model,
        name => name,
    };
    let page = Page::new(format!("Ready to archive {called}"))
        .text(format!(
            "Press Enter to start, or choose first what is archived. Nothing on {the} is changed."
        ))
        .gap();
    let at = view.lines.get(view.cursor).copied();
    let page = view
        .lines
        .iter()
        .enumerate()
        .fold(page, |page, (index, line)| {
            page.with(Piece::Item {
                text: line_text(*line, view, at == Some(*line)),
                selected: index == view.cursor,
            })
        })
        .gap();
    let page = match at {
        Some(PrepareLine::Name) => about_name(page, view),
        _ => page
            .text(what(the, view.wish.choice))
            .text(reading(the, view.wish.reading)),
    };
    let page = match (view.others.is_empty(), view.refused) {
        (false, None) => page.text(about_others(the, view)),
        _ => page,
    };
    page.key("Up/Down", "move")
        .key("Enter", "start, or change")
        .key("Esc", "back")
        .key("F1", "help")
}

fn line_text(line: PrepareLine, view: &PrepareView, is_chosen: bool) -> String {
    match line {
        PrepareLine::Start => "Start".to_owned(),
        PrepareLine::What => match view.wish.choice {
            MediaChoice::AllMedia => "What: all photos and videos".to_owned(),
            MediaChoice::Everything => "What: everything".to_owned(),
        },
        PrepareLine::Reading => match view.wish.reading {
            SourceReading::New => "Read: what is new".to_owned(),
            SourceReading::NewTwice => "Read: what is new, each file twice".to_owned(),
            SourceReading::All => "Read: everything again".to_owned(),
        },
        PrepareLine::Name => {
            let can_be_typed = is_chosen && view.origin != NameOrigin::Archived;
            format!("Name: {}{}", view.name, if can_be_typed { "█" } else { "" })
        }
        PrepareLine::Others if view.others_follow => format!("Then: {}", names(&view.others)),
        PrepareLine::Others => "Then: nothing else".to_owned(),
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

fn reading(the: &str, reading: SourceReading) -> String {
    match reading {
        SourceReading::New => format!(
            "What the archive does not have yet is read from {the}; as always, it is read back from the drive and compared."
        ),
        SourceReading::NewTwice => format!(
            "Each new file is read from {the} twice and compared, which finds a faulty cable or socket. It takes about twice the time."
        ),
        SourceReading::All => format!(
            "All of {the} is read, also what the archive has: what went bad on the drive since then is copied anew. It takes as long as the first time."
        ),
    }
}

fn about_name(page: Page, view: &PrepareView) -> Page {
    match view.refused {
        Some(SourceNameRefusal::Taken) => {
            return page.bad(
                "Something else in the archive, or plugged in, has this name already. Please choose one by which your family can tell them apart.",
            );
        }
        Some(SourceNameRefusal::Unusable) => {
            return page.bad(
                "This can't be the name of a folder. Please use no / \\ % or =, no dot at the beginning, and fewer characters.",
            );
        }
        None => {}
    }
    let model = &view.model;
    match view.origin {
        NameOrigin::Archived => page.text(format!(
            "This {model} is in the archive under this name, and keeps it: so all its pictures stay in one place."
        )),
        NameOrigin::Device | NameOrigin::Person => {
            let page = page.text(
                "Type what your family calls it, such as \"Anna's Pixel\". Its folder in the archive is called so, and keeps the name for good.",
            );
            if view.has_serial {
                page
            } else {
                page.text(format!(
                    "This {model} gives no serial number. If it was archived before, it is recognised by its pictures, and keeps the name that it got then."
                ))
            }
        }
    }
}

fn about_others(the: &str, view: &PrepareView) -> String {
    let others = names(&view.others);
    if view.others_follow {
        format!(
            "After {the}, the others follow by themselves. Leave all of them plugged in and unlocked."
        )
    } else {
        format!("Also plugged in: {others}. Choose \"Then\" to let them follow by themselves.")
    }
}
