//! The standard's 1024 words: from the text of a word to its number and back, and what a person may still mean while typing.
//!
//! `words.txt` is the list as it was published, in alphabetical order. No two words have the same first four letters.
//! Looking a word up is not done in constant time: whoever could measure that sees the keyboard or the screen as well.

use zeroize::Zeroizing;

/// How many words there are: ten bits each.
pub(crate) const WORD_COUNT: usize = 1024;
/// The shortest word; so many letters are enough to tell a word from all others.
const LETTERS_MIN: usize = 4;
/// The longest word.
pub(crate) const LETTERS_MAX: usize = 8;

static WORDS: [&str; WORD_COUNT] = cut(include_str!("words.txt"));

/// Cuts the published list at the ends of its lines, when this is compiled.
const fn cut(list: &'static str) -> [&'static str; WORD_COUNT] {
    let mut words = [""; WORD_COUNT];
    let mut rest = list;
    let mut at = 0;
    while at < WORD_COUNT {
        let mut length = 0;
        while rest.as_bytes()[length] != b'\n' {
            length += 1;
        }
        let (word, after) = rest.split_at(length);
        words[at] = word;
        rest = after.split_at(1).1;
        at += 1;
    }
    assert!(rest.is_empty());
    words
}

/// What was typed, in small letters, where it could be the beginning of a word.
struct Typed {
    letters: Zeroizing<[u8; LETTERS_MAX]>,
    count: usize,
}

impl Typed {
    fn new(text: &str) -> Option<Self> {
        let count = text.len();
        let mut letters = Zeroizing::new([0; LETTERS_MAX]);
        let room = letters.get_mut(..count)?;
        for (to, from) in room.iter_mut().zip(text.bytes()) {
            if !from.is_ascii_alphabetic() {
                return None;
            }
            *to = from.to_ascii_lowercase();
        }
        Some(Self { letters, count })
    }

    fn as_bytes(&self) -> &[u8] {
        &self.letters[..self.count]
    }

    /// The first word that is not before it, and how many from there begin with it.
    fn matches(&self) -> (usize, usize) {
        let typed = self.as_bytes();
        let first = WORDS.partition_point(|word| word.as_bytes() < typed);
        let count = WORDS[first..].partition_point(|word| word.as_bytes().starts_with(typed));
        (first, count)
    }
}

/// All words that begin with `prefix`, in the alphabet's order, whether it was typed in small or capital letters.
/// With an empty prefix, that is the whole list.
pub fn matches(prefix: &str) -> &'static [&'static str] {
    let Some(typed) = Typed::new(prefix) else {
        return &[];
    };
    let (first, count) = typed.matches();
    &WORDS[first..first + count]
}

/// The word that is meant when only one begins with `prefix`; four letters of a word are always enough.
pub fn complete(prefix: &str) -> Option<&'static str> {
    match matches(prefix) {
        [word] => Some(word),
        _ => None,
    }
}

/// The words that differ from what was typed by one letter, that is wrong, missing or too many, or by two neighbours in the wrong order.
pub fn similar(text: &str) -> impl Iterator<Item = &'static str> {
    let typed = Zeroizing::new(text.to_ascii_lowercase());
    let fits = move |word: &&&str| is_similar(word.as_bytes(), typed.as_bytes());
    WORDS.iter().filter(fits).copied()
}

fn is_similar(one: &[u8], other: &[u8]) -> bool {
    let beginning = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count();
    match (&one[beginning..], &other[beginning..]) {
        ([_, one @ ..], [_, other @ ..]) if one == other => true,
        ([first, second, one @ ..], [third, fourth, other @ ..])
            if (first, second) == (fourth, third) && one == other =>
        {
            true
        }
        (one, [_, other @ ..]) if one == other => true,
        ([_, one @ ..], other) => one == other,
        _ => false,
    }
}

/// The number of a word that is written out, or cut off after its fourth letter or later.
pub(crate) fn number_of(text: &str) -> Option<u16> {
    let typed = Typed::new(text)?;
    let (first, count) = typed.matches();
    if typed.count < LETTERS_MIN || count != 1 {
        return None;
    }
    u16::try_from(first).ok()
}

/// The word of a number below [`WORD_COUNT`]; higher bits count for nothing.
pub(crate) fn word_of(number: u16) -> &'static str {
    WORDS[usize::from(number) % WORD_COUNT]
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_list_is_the_published_one() {
        let digest = Sha256::digest(include_str!("words.txt"));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3"
        );
        assert_eq!((WORDS[0], WORDS[WORD_COUNT - 1]), ("academic", "zero"));
    }

    #[test]
    fn four_letters_tell_every_word_from_the_others() {
        for (number, word) in WORDS.iter().enumerate() {
            assert!((LETTERS_MIN..=LETTERS_MAX).contains(&word.len()), "{word}");
            for length in LETTERS_MIN..=word.len() {
                let part = &word[..length];
                assert_eq!(complete(part), Some(*word), "{part}");
                assert_eq!(number_of(part).map(usize::from), Some(number), "{part}");
                let capitals = part.to_ascii_uppercase();
                assert_eq!(complete(&capitals), Some(*word), "{capitals}");
                assert_eq!(
                    number_of(&capitals).map(usize::from),
                    Some(number),
                    "{capitals}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_word_has_no_number() {
        let texts = [
            "",
            "aca",
            "zer",
            "acad3mic",
            "academics",
            "academia",
            "acadümic",
            "abcd",
            "zzzz",
            "acad ",
            "ﬁnger",
            "a",
            "zerozerozero",
        ];
        for text in texts {
            assert_eq!(number_of(text), None, "{text}");
        }
    }

    #[test]
    fn what_may_still_be_meant_is_listed() {
        let cases: [(&str, &[&str]); 5] = [
            (
                "ac",
                &[
                    "academic", "acid", "acne", "acquire", "acrobat", "activity", "actress",
                ],
            ),
            ("ACT", &["activity", "actress"]),
            ("zero", &["zero"]),
            ("zeros", &[]),
            ("x", &[]),
        ];
        for (prefix, expected) in cases {
            assert_eq!(matches(prefix), expected, "{prefix}");
        }
        assert_eq!(matches("").len(), WORD_COUNT);
        assert_eq!(complete("act"), None);
        // "zebra" is not in the list.
        assert_eq!(complete("z"), Some("zero"));
    }

    #[test]
    fn one_slip_away_is_similar() {
        let cases: [(&str, &[&str]); 9] = [
            ("academik", &["academic"]),
            ("acadmic", &["academic"]),
            ("Academmic", &["academic"]),
            ("caademic", &["academic"]),
            ("academci", &["academic"]),
            ("zerp", &["zero"]),
            ("zeor", &["zero"]),
            ("xyz", &[]),
            ("", &[]),
        ];
        for (typed, expected) in cases {
            assert!(similar(typed).eq(expected.iter().copied()), "{typed}");
        }
        // A word is never similar to itself.
        assert!(
            WORDS
                .iter()
                .all(|word| similar(word).all(|other| other != *word))
        );
    }
}
