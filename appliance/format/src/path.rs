//! Paths as they are stored: components, see [`escape_component`], joined by `/`. FORMAT.md, section 2.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::component::{escape_component, fit, is_canonical, unescape};

/// A relative path below `data/`: stored components joined by `/`, never empty, never leaving its root.
///
/// Two are equal when their texts are. One that was made from raw names and had to be shortened keeps those names until it is
/// written somewhere, see [`StoredPath::shortened_from`]. A library has a million of them, so that each is a text and a pointer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoredPath {
    text: Box<str>,
    /// The escaped names joined by `/`, as they were before they were shortened.
    uncut: Option<Box<Box<str>>>,
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
        Self::from_raw_bytes(components.into_iter().map(str::as_bytes))
    }

    /// The same for names that need not be UTF-8, as those of a folder of files.
    pub fn from_raw_bytes<'a>(components: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut path = None;
        for raw in components {
            path = Some(Self::below(path.as_ref(), raw));
        }
        path
    }

    /// Reads a path out of a manifest or a description that somebody else may have written.
    ///
    /// # Errors
    /// When it is not exactly what [`StoredPath::from_raw_bytes`] would have made.
    pub fn parse(text: &str) -> Result<Self, StoredPathError> {
        Self::try_from(text.to_owned())
    }

    /// The path as text, components joined by `/`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last component, still stored.
    pub fn file_name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or(&self.text)
    }

    /// The raw components again, or `None` where one had to be shortened, or is no UTF-8.
    pub fn to_raw(&self) -> Option<Vec<String>> {
        self.text
            .split('/')
            .map(|component| String::from_utf8(unescape(component)?).ok())
            .collect()
    }

    /// The raw components again, or `None` where one had to be shortened.
    pub fn to_raw_bytes(&self) -> Option<Vec<Vec<u8>>> {
        self.text.split('/').map(unescape).collect()
    }

    /// The escaped components that [`StoredPath::from_raw`] made, where one had to be shortened afterwards: what
    /// [`StoredPath::to_raw_bytes`] can't give back.
    pub fn shortened_from(&self) -> Option<Vec<String>> {
        let uncut = self.uncut.as_ref()?;
        Some(uncut.split('/').map(str::to_owned).collect())
    }

    /// What `raw_path` in `snapshot.json` holds for a file that was listed with this path: its names, escaped, but not shortened. Each can
    /// be given to [`decode_component`](crate::decode_component), unless this path was read from a text with shortened names in it: their
    /// full names are lost.
    pub fn escaped_components(&self) -> Vec<String> {
        let text = self.uncut.as_ref().map_or(&self.text, |uncut| uncut);
        text.split('/').map(str::to_owned).collect()
    }

    /// The same folder, and the name with ` (2)` or another number before its extension.
    pub fn numbered(&self, number: u32) -> Self {
        let (folder, stored_name) = match self.text.rsplit_once('/') {
            Some((folder, name)) => (Some(folder), name),
            None => (None, &*self.text),
        };
        let (uncut_folder, name) = match self.uncut.as_ref().map(|uncut| uncut.rsplit_once('/')) {
            Some(Some((folder, name))) => (Some(folder), name),
            Some(None) => (None, self.uncut.as_ref().map_or(stored_name, |uncut| uncut)),
            None => (folder, stored_name),
        };
        // Read from a text that was shortened before: then the stored name has to do, and is escaped once more.
        let mut raw = unescape(name).unwrap_or_else(|| name.as_bytes().to_vec());
        // A dot at the beginning starts a hidden name, not an extension.
        let dot = raw.iter().rposition(|&byte| byte == b'.');
        let stem_bytes = dot.filter(|&dot| dot > 0).unwrap_or(raw.len());
        raw.splice(stem_bytes..stem_bytes, format!(" ({number})").into_bytes());
        let folder = folder.map(|folder| Self {
            text: folder.into(),
            uncut: uncut_folder
                .filter(|uncut| *uncut != folder)
                .map(|uncut| Box::new(uncut.into())),
        });
        Self::below(folder.as_ref(), &raw)
    }

    /// The folders that it is in, innermost first, as stored text.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.text
            .rmatch_indices('/')
            .map(|(at, _)| &self.text[..at])
    }

    /// A raw name in a folder, or at the top.
    fn below(folder: Option<&Self>, raw: &[u8]) -> Self {
        let escaped = escape_component(raw);
        let shortened = fit(&escaped, raw);
        let uncut_folder = folder.and_then(|folder| folder.uncut.as_ref());
        let uncut = (shortened.is_some() || uncut_folder.is_some()).then(|| {
            let folder = folder.map(|folder| uncut_folder.map_or(&*folder.text, |uncut| uncut));
            Box::new(join(folder, &escaped))
        });
        let name = shortened.as_deref().unwrap_or(&escaped);
        Self {
            text: join(folder.map(Self::as_str), name),
            uncut,
        }
    }
}

fn join(folder: Option<&str>, name: &str) -> Box<str> {
    match folder {
        Some(folder) => [folder, "/", name].concat().into(),
        None => name.into(),
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
        for component in text.split('/') {
            if component.is_empty() {
                return Err(StoredPathError::Empty);
            }
            if !is_canonical(component) {
                return Err(StoredPathError::NotCanonical(component.to_owned()));
            }
        }
        Ok(Self {
            text: text.into(),
            uncut: None,
        })
    }
}

impl From<StoredPath> for String {
    fn from(path: StoredPath) -> Self {
        path.text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode_component;

    fn stored(text: &str) -> StoredPath {
        StoredPath::parse(text).expect(text)
    }

    #[test]
    fn a_path_is_a_text_and_a_pointer() {
        assert!(size_of::<StoredPath>() <= 3 * size_of::<usize>());
        assert_eq!(size_of::<Option<StoredPath>>(), size_of::<StoredPath>());
    }

    #[test]
    fn names_that_are_no_utf8_come_back() {
        let raw: [&[u8]; 3] = [b"Karte", b"Gr\xf6\xdfe", b".jpg\n"];
        let path = StoredPath::from_raw_bytes(raw).expect("three");
        assert_eq!(path.as_str(), "Karte/Gr=F6=DFe/.jpg=0A");
        assert_eq!(path.to_raw_bytes(), Some(raw.map(<[u8]>::to_vec).to_vec()));
        assert_eq!(path.to_raw(), None);
        assert_eq!(path.escaped_components(), ["Karte", "Gr=F6=DFe", ".jpg=0A"]);
        assert_eq!(path.shortened_from(), None);
        assert_eq!(stored(path.as_str()), path);
        assert_eq!(StoredPath::from_raw_bytes([]), None);
    }

    #[test]
    fn a_name_of_any_length_fits_and_two_long_ones_stay_apart() {
        for unit in ["x", "ä", "🎂", "=", "\n", "x\u{2028}", "🎂=x"] {
            let long = |last: u8| format!("{}{last}.jpg", unit.repeat(300));
            let raw = [long(1), long(2)];
            let paths = [0, 1].map(|at| {
                StoredPath::from_raw(["DCIM", raw[at].as_str(), "a"]).expect("three components")
            });
            assert_ne!(paths[0], paths[1]);
            for (path, raw) in paths.iter().zip(&raw) {
                let folder = path.folders().next().expect("a folder");
                let name = folder.strip_prefix("DCIM/").expect("a folder in it");
                assert!(name.len() <= 255 && name.ends_with(".jpg"), "{path}");
                assert_eq!(path.to_raw_bytes(), None);
                let uncut = path.shortened_from().expect("it was");
                assert_eq!(uncut, path.escaped_components());
                let decoded: Option<Vec<_>> = uncut
                    .iter()
                    .map(|component| decode_component(component))
                    .collect();
                let expected = [b"DCIM".to_vec(), raw.clone().into_bytes(), b"a".to_vec()];
                assert_eq!(decoded.as_deref(), Some(&expected[..]));
                assert_eq!(stored(path.as_str()), *path);
                assert_eq!(stored(path.as_str()).shortened_from(), None);
            }
        }
    }

    #[test]
    fn what_leaves_its_root_or_has_an_empty_component_is_refused() {
        for text in ["", "/", "/a", "a/", "a//b"] {
            assert_eq!(
                StoredPath::parse(text),
                Err(StoredPathError::Empty),
                "{text:?}"
            );
        }
        for text in [".", "..", "a/../b", "a/b%/c", "a\0"] {
            let result = StoredPath::parse(text);
            assert!(
                matches!(result, Err(StoredPathError::NotCanonical(_))),
                "{text:?}"
            );
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
            ("=FF/=FF.jpg", "=FF/=FF (2).jpg"),
            ("a.=FF", "a (2).=FF"),
            ("=", " (2)"),
        ];
        for (path, numbered) in cases {
            assert_eq!(stored(path).numbered(2).as_str(), numbered);
        }
    }

    #[test]
    fn a_shortened_path_can_be_numbered_too() {
        let long = "x".repeat(300);
        let name = format!("{long}.jpg");
        let path = StoredPath::from_raw(["DCIM", name.as_str()]).expect("two");
        let numbered = path.numbered(2);
        assert_ne!(numbered, path);
        let raw = format!("{long} (2).jpg");
        assert_eq!(
            numbered.shortened_from(),
            StoredPath::from_raw(["DCIM", raw.as_str()]).and_then(|path| path.shortened_from())
        );
        let read = stored(path.as_str()).numbered(3);
        assert!(read.file_name().len() <= 255 && read != path, "{read}");

        // Only the folder is shortened.
        let path = StoredPath::from_raw([long.as_str(), "a.jpg"]).expect("two");
        let numbered = path.numbered(2);
        assert_eq!(numbered.folders().next(), path.folders().next());
        assert_eq!(numbered.file_name(), "a (2).jpg");
        assert_eq!(
            numbered.shortened_from(),
            Some(vec![long, "a (2).jpg".to_owned()])
        );
    }

    #[test]
    fn folders_come_innermost_first() {
        assert_eq!(
            stored("a/b/c.jpg").folders().collect::<Vec<_>>(),
            ["a/b", "a"]
        );
    }
}
