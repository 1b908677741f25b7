//! What a report says of files of which there is more to know.

use heirloom_engine::{MarkCounts, RunReport};

use crate::quantity::count;

/// Why nothing may be erased yet although all that came is in the archive.
pub(super) fn dont_erase_converted(marks: &MarkCounts, the: &str) -> Option<String> {
    let (what, advice) = converted(marks)?;
    Some(format!(
        "Don't erase anything from {the} yet: it {what}. {advice}"
    ))
}

/// The same where that is said already.
pub(super) fn also_converted(marks: &MarkCounts, the: &str) -> Option<String> {
    let (what, advice) = converted(marks)?;
    let the = the.replacen("the", "The", 1);
    Some(format!("{the} {what}. {advice}"))
}

fn converted(marks: &MarkCounts) -> Option<(String, &'static str)> {
    let ones = match marks.converted {
        0 => return None,
        1 => "a better one",
        _ => "better ones",
    };
    Some((
        format!(
            "converted {} for this copy and has {ones}",
            count(marks.converted, "photo", "photos")
        ),
        "On it, choose Settings > Apps > Photos > Transfer to Mac or PC > Keep Originals, then archive again.",
    ))
}

/// How many files of a snapshot are more, or something else, than their names say; nothing where there are none.
pub(super) fn among_them(marks: &MarkCounts) -> String {
    let kinds = [
        (marks.originals, "iPhone original", "iPhone originals"),
        (marks.converted, "converted", "converted"),
        (marks.trashed, "in its trash", "in its trash"),
        (marks.pending, "unfinished", "unfinished"),
        (marks.thumbnails, "thumbnail", "thumbnails"),
        (
            marks.unfamiliar,
            "not what its name says",
            "not what their names say",
        ),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(*number, one, many))
        .collect();
    kinds.join(", ")
}

/// How much of what was left out is only what the device makes anew by itself.
pub(super) fn left_out_thumbnails(report: &RunReport) -> String {
    match report.unwanted_thumbnails {
        0 => String::new(),
        number => format!("; of these, {}", count(number, "thumbnail", "thumbnails")),
    }
}
