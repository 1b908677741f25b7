//! What is to be got back.

use heirloom_engine::{
    ArchivedKind, BrowseLine, BrowseView, DaysLine, DaysRefusal, PartLine, RestoreLayout,
    SnapshotLine, SourceLine, UndatedFiles,
};

use super::{choosing, items};
use crate::piece::{Page, Piece};
use crate::quantity::{count, size};
use crate::words::planning::shortened;

/// Two lines of the page.
const WISHED_COLUMNS: usize = 148;

pub(super) fn what(
    name: &str,
    sources: &[SourceLine],
    cursor: usize,
    damaged: &[String],
    (wished, has_plan): (&[String], bool),
) -> Page {
    let page = Page::new("What would you like back?");
    if sources.is_empty() {
        return page
            .bad(format!("There are no pictures in the archive {name}."))
            .text("It was set up, and nothing was ever archived completely.")
            .key("Esc", "back")
            .key("F1", "help");
    }
    let page = page
        .good(format!("The archive {name} is open, only to be read."))
        .gap();
    let all = match sources.len() {
        1 => "Everything".to_owned(),
        several => format!("Everything: the newest of all {several} below"),
    };
    let lines = sources.iter().map(source_line);
    let plan = has_plan.then(|| "The recovery plan: whom to ask, and where things are".to_owned());
    let page = page.with(Piece::List {
        items: std::iter::once(all).chain(lines).chain(plan).collect(),
        cursor,
    });
    let page = match wished {
        [] => page,
        wished => page.gap().text(shortened(
            &format!(
                "To be restored first, says the plan: {}.",
                wished.join("; ")
            ),
            WISHED_COLUMNS,
        )),
    };
    let page = match damaged {
        [] => page,
        [one] => page.gap().bad(format!(
            "This can't be read as it should: {one}. All else is not affected."
        )),
        [first, rest @ ..] => page.gap().bad(format!(
            "{} can't be read as they should: {first}, and {} more. All else is not affected.",
            count(damaged.len() as u64, "thing", "things"),
            rest.len()
        )),
    };
    choosing(page)
}

fn source_line(source: &SourceLine) -> String {
    let snapshots = match source.snapshots {
        1 => String::new(),
        several => format!(" ({several} snapshots)"),
    };
    format!("{}: {}{snapshots}", source.name, contents(&source.newest))
}

/// `2026-11-22, 12,345 files, 88.4 GB`.
fn contents(snapshot: &SnapshotLine) -> String {
    let date = snapshot.name.date;
    match snapshot.contents {
        Some((files, bytes)) => {
            format!("{date}, {}, {}", count(files, "file", "files"), size(bytes))
        }
        None => format!("{date}, its description can't be read"),
    }
}

pub(super) fn part(
    source: Option<&str>,
    snapshot: Option<&SnapshotLine>,
    lines: &[PartLine],
    cursor: usize,
) -> Page {
    let page = match source {
        Some(source) => Page::new(format!("All of {source}, or a part of it?")),
        None => Page::new("All of it, or only some time?"),
    };
    let page = match snapshot {
        Some(snapshot) => page
            .fact("As it was on", contents(snapshot))
            .fact("Snapshot", snapshot.name.to_string()),
        None => page.text("The newest of each phone, card and disk, each in a folder of its own."),
    };
    let texts = lines.iter().map(|line| match line {
        PartLine::All => "All of it",
        PartLine::Folders => "Only some folders or files",
        PartLine::Days => "Only a span of days, months or years",
        PartLine::Older => "As it was at another time: choose a snapshot",
    });
    choosing(items(page.gap(), texts, cursor))
}

pub(super) fn snapshots(source: &str, snapshots: &[SnapshotLine], cursor: usize) -> Page {
    let lines = snapshots.iter().enumerate().map(|(index, snapshot)| {
        let newest = if index == 0 { " (newest)" } else { "" };
        format!(
            "{:04}: {}{newest}",
            snapshot.name.generation,
            contents(snapshot)
        )
    });
    let page = Page::new(format!("Which snapshot of {source}?"))
        .text("Each is complete: what was deleted later is still in the older ones.")
        .gap()
        .with(Piece::List {
            items: lines.collect(),
            cursor,
        });
    choosing(page)
}

pub(super) fn browse(view: &BrowseView) -> Page {
    let page = Page::new(format!("Which folders or files of {}?", view.source)).text(
        view.folder
            .as_deref()
            .map_or("At the top".to_owned(), |folder| {
                format!("In {}", keep_end(folder, 70))
            }),
    );
    let page = match (&view.error, view.is_loading) {
        (Some(_), _) => page.bad("This folder can't be read. The others are not affected."),
        (None, true) => page.text("Looking into it..."),
        (None, false) if view.lines.is_empty() => page.text("There is nothing in it."),
        (None, false) => page,
    };
    let on = match view.marked_files {
        0 => "Go on: nothing is marked yet".to_owned(),
        files => format!(
            "Go on with what is marked: {}, {}",
            count(files, "file", "files"),
            size(view.marked_bytes)
        ),
    };
    let lines = view.lines.iter().map(browse_line);
    let page = page.gap().with(Piece::List {
        items: std::iter::once(on).chain(lines).collect(),
        cursor: view.cursor,
    });
    let page = if view.refused {
        page.bad("Please mark a folder or a file first: move to it, and press the space bar.")
    } else {
        page
    };
    page.key("Space", "mark")
        .key("Enter", "open, go on")
        .key("Esc", "back")
        .key("Up/Down", "move")
        .key("F1", "help")
}

fn browse_line(line: &BrowseLine) -> String {
    let mark = match (line.is_marked, line.has_marked) {
        (true, _) => "[x]",
        (false, true) => "[.]",
        (false, false) => "[ ]",
    };
    let about = match line.kind {
        ArchivedKind::Folder { files, bytes } => {
            format!("folder, {}, {}", count(files, "file", "files"), size(bytes))
        }
        ArchivedKind::File {
            bytes,
            day: Some(day),
        } => format!("{day}, {}", size(bytes)),
        ArchivedKind::File { bytes, day: None } => size(bytes),
    };
    let name = if line.name.chars().count() > 36 {
        format!("...{}", keep_end(&line.name, 33))
    } else {
        line.name.clone()
    };
    format!("{mark} {name:<36}  {about}")
}

fn keep_end(text: &str, columns: usize) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(columns)).collect()
}

pub(super) fn days(
    source: Option<&str>,
    (first, last): (&str, &str),
    undated: UndatedFiles,
    line: DaysLine,
    refused: Option<DaysRefusal>,
) -> Page {
    let page = Page::new("From when to when?")
        .text(format!(
            "For pictures of {} that were taken, or last changed, in this time.",
            source.unwrap_or("all")
        ))
        .text("Type a year, such as 2024, a month, such as 2024-07, or a day, such as 2024-07-31. What is left empty is open: from the oldest, or to the newest.")
        .gap();
    let typed = |text: &str, is_here: bool| format!("{text}{}", if is_here { "█" } else { "" });
    let undated = match undated {
        UndatedFiles::LeftOut => "Files without a date: leave them out (Space: change)",
        UndatedFiles::Restored => "Files without a date: bring them too (Space: change)",
    };
    let lines = [
        format!("From: {}", typed(first, line == DaysLine::First)),
        format!("To:   {}", typed(last, line == DaysLine::Last)),
        undated.to_owned(),
    ];
    let cursor = match line {
        DaysLine::First => 0,
        DaysLine::Last => 1,
        DaysLine::Undated => 2,
    };
    let page = items(page, lines.iter().map(String::as_str), cursor).gap();
    let page = match refused {
        Some(DaysRefusal::Empty) => page.bad("Please type at least one of the two."),
        Some(DaysRefusal::NoDay) => {
            page.bad("This is neither a year nor a month nor a day. Four digits for the year, two for the month, two for the day.")
        }
        Some(DaysRefusal::Backwards) => page.bad("It ends before it begins."),
        None => page,
    };
    page.key("Up/Down", "move")
        .key("Enter", "go on")
        .key("Esc", "back")
        .key("F1", "help")
}

pub(super) fn layout(layouts: &[RestoreLayout], cursor: usize) -> Page {
    let page = Page::new("In which folders?").gap();
    let texts = layouts.iter().map(|layout| match layout {
        RestoreLayout::AsItWas => "As they were on the phone, card or disk",
        RestoreLayout::ByMonth => "By year and month, such as 2024/2024-07",
    });
    let page = items(page, texts, cursor).gap();
    let page = match layouts.get(cursor) {
        Some(RestoreLayout::ByMonth) => page.text("Easy to look through. Files without a date go to a folder \"undated\"; what belongs together stays together."),
        _ => page.text("Each file is where it was, under its own name."),
    };
    choosing(page)
}
