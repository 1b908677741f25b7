//! A share as somebody types it: a line of words, of which a wrong one is typed anew and not all twenty.

use std::ops::Range;

use heirloom_shares::{ShareError, similar};
use zeroize::Zeroizing;

use crate::drive::terminal::{LINE_BYTES_MAX, Line};

/// So many words are offered in place of one that is none.
const OFFERED_MAX: usize = 5;

/// Which word is wrong, counted from 1, if that is known.
pub(super) fn wrong_word(error: ShareError) -> Option<usize> {
    match error {
        ShareError::UnknownWord { position } => Some(position),
        ShareError::Checksum { position } => position,
        _ => None,
    }
}

/// What is wrong with the word at `position` of `line`, in a sentence or two.
pub(super) fn complaint(line: &[u8], position: usize, error: ShareError) -> String {
    if let ShareError::Checksum { .. } = error {
        return format!(
            "The words don't fit together. If only one is another than on the paper, it is number {position}."
        );
    }
    let typed = std::str::from_utf8(line).ok();
    let typed = typed.and_then(|line| Some(&line[place_of(line, position)?]));
    let like: Vec<_> = typed.into_iter().flat_map(similar).collect();
    let offer = match &like[..] {
        [] => String::new(),
        like => format!(
            " Words that look like it: {}.",
            like[..like.len().min(OFFERED_MAX)].join(", ")
        ),
    };
    format!("Word number {position} is none that a share can have.{offer}")
}

/// The line with another word at `position`; `None` where there is no word to put there.
pub(super) fn replaced(line: &[u8], position: usize, word: &[u8]) -> Option<Line> {
    let word = word.trim_ascii();
    let place = place_of(std::str::from_utf8(line).ok()?, position)?;
    let parts = [&line[..place.start], word, &line[place.end..]];
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if word.is_empty() || length > LINE_BYTES_MAX {
        return None;
    }
    // Of its final size from the beginning: a vector that grows leaves copies.
    let mut whole = Zeroizing::new(Vec::with_capacity(LINE_BYTES_MAX));
    parts.iter().for_each(|part| whole.extend_from_slice(part));
    Some(whole)
}

/// Where a word is. What has no letter is none, such as its number on the sheet.
fn place_of(line: &str, position: usize) -> Option<Range<usize>> {
    let words = line.split_whitespace();
    let mut words = words.filter(|word| word.contains(char::is_alphabetic));
    let word = words.nth(position.checked_sub(1)?)?;
    let start = word.as_ptr().addr() - line.as_ptr().addr();
    Some(start..start + word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_replaced_and_the_others_stay() {
        for (line, position, word, whole) in [
            ("one two three", 1, "ONE", Some("ONE two three")),
            ("one two three", 3, " four\r", Some("one two four")),
            ("1. one 2. two", 2, "zwei", Some("1. one 2. zwei")),
            ("  one\ttwo ", 2, "2 zwei", Some("  one\t2 zwei ")),
            ("\u{fc}ber one", 2, "two", Some("\u{fc}ber two")),
            ("one two", 3, "three", None),
            ("one two", 0, "three", None),
            ("one two", 1, " ", None),
            ("1 2 3", 1, "one", None),
        ] {
            let found = replaced(line.as_bytes(), position, word.as_bytes());
            let found = found.map(|it| String::from_utf8(it.to_vec()).expect("text"));
            assert_eq!(found.as_deref(), whole, "{line:?}");
        }
        let long = "x".repeat(LINE_BYTES_MAX);
        assert!(replaced(b"one", 1, long.as_bytes()).is_some());
        assert!(replaced(b"one two", 1, long.as_bytes()).is_none());
        assert!(replaced(b"\xff one", 1, b"two").is_none());
    }

    #[test]
    fn words_that_look_like_a_wrong_one_are_offered() {
        let unknown = ShareError::UnknownWord { position: 2 };
        let said = complaint(b"academic acidd", 2, unknown);
        assert!(said.contains("number 2") && said.contains("acid"), "{said}");
        let said = complaint(b"academic qqqqqq", 2, unknown);
        assert!(said.ends_with("can have."), "{said}");
    }
}
