//! Names as they are stored: any name that a phone can utter becomes one legal, reversible path component.
//!
//! A stored component is UTF-8, 1 to 255 bytes, and holds no byte that `sha256sum -c`, a BagIt validator or ext4 would
//! read as anything but itself. Bytes that could be are written `=XX` (two upper-case hexadecimal digits):
//! control characters and DEL, U+2028, U+2029 and U+FEFF, `/`, `\`, `%` (BagIt 1.0, section 2.1.3, would decode it), `=` itself, the
//! dots of `.` and `..`, and white space at the end of a component (validators strip it from their lines). An empty name becomes `=`, which no escape yields. A name that would be longer than 255 bytes is cut at a
//! character and ends in `=~` and the first 16 hexadecimal digits of its SHA-256, before its extension; it alone is not reversible, and
//! the snapshot's description keeps its full name.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// The longest component that ext4 stores, in bytes.
const COMPONENT_BYTES_MAX: usize = 255;

/// A relative path below `data/`: stored components joined by `/`, never empty, never leaving its root.
///
/// Two are equal when their texts are. One that was made from raw names and had to be shortened keeps those names until it is
/// written somewhere, see [`StoredPath::shortened_from`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoredPath {
    text: String,
    shortened_from: Option<Box<[String]>>,
}

/// Why a text is not a stored path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredPathError {
    /// No component at all, or an empty one (`a//b`, `/a`, `a/`).
    #[error("a stored path has an empty component")]
    Empty,
    /// A component that escaping would have written differently, such as `..`.
    #[error("a stored path has a component that must be written differently: {0:?}")]
    NotCanonical(String),
}

impl StoredPath {
    /// Stores a path given by its raw components, outermost first. Yields `None` for no components.
    pub fn from_raw<'a>(components: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let raw: Vec<&str> = components.into_iter().collect();
        let stored: Vec<String> = raw.iter().map(|raw| store_component(raw)).collect();
        if stored.is_empty() {
            return None;
        }
        let was_shortened = stored.iter().any(|stored| raw_component(stored).is_none());
        Some(Self {
            text: stored.join("/"),
            shortened_from: was_shortened.then(|| raw.into_iter().map(str::to_owned).collect()),
        })
    }

    /// Reads a path out of a manifest or a description that somebody else may have written.
    ///
    /// # Errors
    /// When it is not exactly what [`StoredPath::from_raw`] would have made.
    pub fn parse(text: &str) -> Result<Self, StoredPathError> {
        for component in text.split('/') {
            if component.is_empty() {
                return Err(StoredPathError::Empty);
            }
            if !is_canonical(component) {
                return Err(StoredPathError::NotCanonical(component.to_owned()));
            }
        }
        Ok(Self {
            text: text.to_owned(),
            shortened_from: None,
        })
    }

    /// The path as text, components joined by `/`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last component, still stored.
    pub fn file_name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or(&self.text)
    }

    /// The raw components again, or `None` where one had to be shortened.
    pub fn to_raw(&self) -> Option<Vec<String>> {
        self.text.split('/').map(raw_component).collect()
    }

    /// The raw components that [`StoredPath::from_raw`] was given, where one had to be shortened: what [`StoredPath::to_raw`]
    /// can't give back.
    pub fn shortened_from(&self) -> Option<&[String]> {
        self.shortened_from.as_deref()
    }

    /// The same folder, and the name with ` (2)` or another number before its extension.
    pub fn numbered(&self, number: u32) -> Self {
        let mut raw = self
            .to_raw()
            .or_else(|| self.shortened_from().map(<[String]>::to_vec))
            // Read from a text that was shortened before: then the stored names have to do, and are escaped once more.
            .unwrap_or_else(|| self.text.split('/').map(str::to_owned).collect());
        if let Some(name) = raw.last_mut() {
            // A dot at the beginning starts a hidden name, not an extension.
            let stem_bytes = name.rfind('.').filter(|&dot| dot > 0).unwrap_or(name.len());
            name.insert_str(stem_bytes, &format!(" ({number})"));
        }
        Self::from_raw(raw.iter().map(String::as_str)).unwrap_or_else(|| self.clone())
    }

    /// The folders that it is in, innermost first, as stored text.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.text
            .rmatch_indices('/')
            .map(|(at, _)| &self.text[..at])
    }
}

impl PartialEq for StoredPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for StoredPath {}

impl PartialOrd for StoredPath {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StoredPath {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl std::hash::Hash for StoredPath {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for StoredPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl TryFrom<String> for StoredPath {
    type Error = StoredPathError;
    fn try_from(text: String) -> Result<Self, StoredPathError> {
        Self::parse(&text)
    }
}

impl From<StoredPath> for String {
    fn from(path: StoredPath) -> Self {
        path.text
    }
}

fn must_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '/' | '\\' | '%' | '=' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

fn escape_into(out: &mut String, character: char) {
    let mut bytes = [0; 4];
    for byte in character.encode_utf8(&mut bytes).bytes() {
        out.push_str(&format!("={byte:02X}"));
    }
}

fn store_component(raw: &str) -> String {
    if raw.is_empty() {
        return "=".to_owned();
    }
    let only_dots = raw == "." || raw == "..";
    let mut stored = String::with_capacity(raw.len());
    for (at, character) in raw.char_indices() {
        let is_last = at + character.len_utf8() == raw.len();
        if must_escape(character) || only_dots || (is_last && character.is_whitespace()) {
            escape_into(&mut stored, character);
        } else {
            stored.push(character);
        }
    }
    if stored.len() <= COMPONENT_BYTES_MAX {
        stored
    } else {
        shorten(raw, &stored)
    }
}

fn shorten(raw: &str, stored: &str) -> String {
    // An extension is worth keeping only while it is short, as real ones are.
    let extension = stored
        .rfind('.')
        .map(|dot| &stored[dot..])
        .filter(|extension| extension.len() <= 16)
        .unwrap_or("");
    let seal = format!("=~{}", &Digest::of(raw.as_bytes()).to_string()[..16]);
    let mut end = COMPONENT_BYTES_MAX - seal.len() - extension.len();
    // Cut at a character, and not inside an escape.
    while !stored.is_char_boundary(end)
        || stored.as_bytes()[end.saturating_sub(2)..end].contains(&b'=')
    {
        end -= 1;
    }
    format!("{}{seal}{extension}", &stored[..end])
}

fn raw_component(stored: &str) -> Option<String> {
    if stored == "=" {
        return Some(String::new());
    }
    let mut raw = Vec::with_capacity(stored.len());
    let mut rest = stored.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'=' {
            let digits = tail.get(..2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            raw.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            raw.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(raw).ok()
}

fn is_canonical(component: &str) -> bool {
    match raw_component(component) {
        Some(raw) => store_component(&raw) == component,
        // Shortened: its full name is elsewhere; what is left must still be harmless.
        None => {
            component.len() <= COMPONENT_BYTES_MAX
                && component.contains("=~")
                && component
                    .chars()
                    .all(|character| character == '=' || !must_escape(character))
                && !component.ends_with(char::is_whitespace)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Raw name, stored name.
    const NAMES: &[(&str, &str)] = &[
        ("IMG_0001.JPG", "IMG_0001.JPG"),
        ("Größe & Farbe 🎂.jpg", "Größe & Farbe 🎂.jpg"),
        ("", "="),
        (".", "=2E"),
        ("..", "=2E=2E"),
        ("...", "..."),
        (".trashed-1700000000-a.jpg", ".trashed-1700000000-a.jpg"),
        ("50%.jpg", "50=25.jpg"),
        ("a=b", "a=3Db"),
        ("../../etc/passwd", "..=2F..=2Fetc=2Fpasswd"),
        ("new\nline\r", "new=0Aline=0D"),
        ("back\\slash", "back=5Cslash"),
        (" leading and trailing  ", " leading and trailing =20"),
        ("wide\u{3000}", "wide=E3=80=80"),
        ("\u{7f}\u{85}\0", "=7F=C2=85=00"),
    ];

    #[test]
    fn names_are_stored_as_the_table_says_and_come_back() {
        for (raw, stored) in NAMES {
            let path = StoredPath::from_raw([*raw]).expect("one component");
            assert_eq!(path.as_str(), *stored, "{raw:?}");
            assert_eq!(path.to_raw(), Some(vec![(*raw).to_owned()]), "{raw:?}");
            assert_eq!(StoredPath::parse(stored).as_ref(), Ok(&path), "{raw:?}");
        }
    }

    #[test]
    fn a_name_of_any_length_fits_and_two_long_ones_stay_apart() {
        for unit in ["x", "ä", "🎂", "=", "\n"] {
            let first =
                StoredPath::from_raw([format!("{}1.jpg", unit.repeat(300)).as_str()]).expect("one");
            let second =
                StoredPath::from_raw([format!("{}2.jpg", unit.repeat(300)).as_str()]).expect("one");
            assert_ne!(first, second);
            for path in [first, second] {
                assert!(path.as_str().len() <= 255, "{path}");
                assert!(path.as_str().ends_with(".jpg"), "{path}");
                assert_eq!(path.to_raw(), None);
                assert!(path.shortened_from().is_some());
                assert_eq!(StoredPath::parse(path.as_str()).as_ref(), Ok(&path));
            }
        }
    }

    #[test]
    fn what_escaping_would_not_have_written_is_refused() {
        for text in [
            "", "/a", "a/", "a//b", ".", "..", "a/../b", "a%b", "a\\b", "a\nb", "=2e", "=41", "a=",
            "=~\n", "a ", "x=~ ",
        ] {
            assert!(StoredPath::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_second_of_a_name_is_numbered_before_its_extension() {
        let cases = [
            ("DCIM/a.jpg", "DCIM/a (2).jpg"),
            ("DCIM/a", "DCIM/a (2)"),
            ("DCIM/.hidden", "DCIM/.hidden (2)"),
            ("a.b/c.tar.gz", "a.b/c.tar (2).gz"),
            ("a=2Fb.jpg", "a=2Fb (2).jpg"),
        ];
        for (path, numbered) in cases {
            let path = StoredPath::parse(path).expect(path);
            assert_eq!(path.numbered(2).as_str(), numbered);
        }
        let long =
            StoredPath::from_raw([format!("{}.jpg", "x".repeat(300)).as_str()]).expect("one");
        assert_ne!(long.numbered(2), long);
        assert!(long.numbered(2).as_str().len() <= 255);
    }

    #[test]
    fn folders_come_innermost_first() {
        let path = StoredPath::parse("a/b/c.jpg").expect("a path");
        assert_eq!(path.folders().collect::<Vec<_>>(), ["a/b", "a"]);
    }
}
