//! What is said of files of which there is more to know.

use heirloom_engine::MarkCounts;
use serde_json::{Value, json};

use crate::quantity::count;

/// What came converted, and what to do.
pub(crate) fn converted(marks: &MarkCounts) -> Option<String> {
    let ones = match marks.converted {
        0 => return None,
        1 => "a better one",
        _ => "better ones",
    };
    Some(format!(
        "The iPhone converted {} for this copy and has {ones}. On it, choose Settings > Apps > Photos > Transfer to Mac or PC > Keep Originals, then archive again.",
        count(marks.converted, "photo", "photos")
    ))
}

/// How many files of a snapshot are more, or something else, than their names say; nothing where there are none.
pub(crate) fn among_them(marks: &MarkCounts) -> String {
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
pub(crate) fn left_out_thumbnails(thumbnails: u64) -> String {
    match thumbnails {
        0 => String::new(),
        number => format!("; of these, {}", count(number, "thumbnail", "thumbnails")),
    }
}

/// For programs.
pub(crate) fn object(marks: &MarkCounts) -> Value {
    json!({
        "originals": marks.originals,
        "converted": marks.converted,
        "trashed": marks.trashed,
        "pending": marks.pending,
        "thumbnails": marks.thumbnails,
        "unfamiliar": marks.unfamiliar,
        "first_unfamiliar": marks.first_unfamiliar,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converted_photos_are_told_with_what_to_do() {
        for (number, expected) in [
            (0, None),
            (
                1,
                Some(
                    "The iPhone converted 1 photo for this copy and has a better one. On it, choose Settings > Apps > Photos > Transfer to Mac or PC > Keep Originals, then archive again.",
                ),
            ),
            (
                2_345,
                Some(
                    "The iPhone converted 2,345 photos for this copy and has better ones. On it, choose Settings > Apps > Photos > Transfer to Mac or PC > Keep Originals, then archive again.",
                ),
            ),
        ] {
            let marks = MarkCounts {
                converted: number,
                ..MarkCounts::default()
            };
            assert_eq!(converted(&marks).as_deref(), expected);
        }
    }
}
