//! Names for a restore to any file system: legal and distinct on FAT, exFAT, NTFS, HFS+ and APFS. FORMAT.md, section 12.
//!
//! What a system does not take becomes `_`, and names that a system takes for one are numbered. It depends on nothing but the paths of the
//! snapshot, so that a second restore gives the same names.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization as _;

use crate::component::unescape;
use crate::{Digest, StoredPath};

/// What every system takes: UTF-8 bytes (APFS, Linux), and UTF-16 units, composed (FAT, exFAT, NTFS) or decomposed (HFS+).
const NAME_LENGTH_MAX: usize = 255;

/// The longest extension that is kept when a name is cut or numbered, in bytes, dot included.
const EXTENSION_BYTES_MAX: usize = 16;

/// Gives each file of a snapshot a portable path.
///
/// All its paths must come, sorted by their bytes, even those that are not restored, or else names differ from restore to restore. Of
/// names that clash, the first in that order is left as it is, and the others get ` (2)`, ` (3)` and so on before their extension. It
/// holds 8 bytes for each name of the folders that the last path is in, and no more.
#[derive(Debug, Default)]
pub struct PortableNames {
    top: Taken,
    /// The folders that the last path is in, outermost first.
    open: Vec<Folder>,
}

#[derive(Debug)]
struct Folder {
    stored: String,
    portable: String,
    taken: Taken,
}

/// The names in a folder, by hashes of their keys: should two hashes be the same by chance, a name is numbered that need not be.
#[derive(Debug, Default)]
struct Taken {
    keys: HashSet<u64>,
    /// Where the count stands for names that clashed, so that thousands of one name take no thousands of tries each.
    counts: HashMap<u64, u32>,
}

impl PortableNames {
    /// Begins a snapshot.
    pub fn new() -> Self {
        Self::default()
    }

    /// The portable path of the snapshot's next file: components joined by `/`.
    pub fn next(&mut self, path: &StoredPath) -> String {
        let (folders, name) = match path.as_str().rsplit_once('/') {
            Some((folders, name)) => (Some(folders), name),
            None => (None, path.as_str()),
        };
        let mut depth = 0;
        for stored in folders.into_iter().flat_map(|folders| folders.split('/')) {
            if self
                .open
                .get(depth)
                .is_none_or(|open| open.stored != stored)
            {
                self.open.truncate(depth);
                let portable = self.innermost().take(stored);
                self.open.push(Folder {
                    stored: stored.to_owned(),
                    portable,
                    taken: Taken::default(),
                });
            }
            depth += 1;
        }
        self.open.truncate(depth);
        let name = self.innermost().take(name);
        let mut portable = String::with_capacity(path.as_str().len() + 8);
        for folder in &self.open {
            portable.push_str(&folder.portable);
            portable.push('/');
        }
        portable.push_str(&name);
        portable
    }

    fn innermost(&mut self) -> &mut Taken {
        match self.open.last_mut() {
            Some(folder) => &mut folder.taken,
            None => &mut self.top,
        }
    }
}

impl Taken {
    fn take(&mut self, stored: &str) -> String {
        let legal = legal(stored);
        let key = key(&legal);
        if self.keys.insert(key) {
            return legal;
        }
        loop {
            let count = self.counts.entry(key).or_insert(1);
            *count += 1;
            let numbered = fitted(&legal, &format!(" ({count})"));
            if self.keys.insert(self::key(&numbered)) {
                return numbered;
            }
        }
    }
}

/// A name that every system takes, whatever others are beside it.
fn legal(stored: &str) -> String {
    // Of a shortened name there is nothing but the text, which is legal but for the characters below.
    let raw = unescape(stored).unwrap_or_else(|| stored.as_bytes().to_vec());
    let mut name = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        let legal = |character| {
            if is_forbidden(character) {
                '_'
            } else {
                character
            }
        };
        name.extend(chunk.valid().chars().map(legal));
        name.extend(chunk.invalid().iter().map(|_| '_'));
    }
    let kept_bytes = name.trim_end_matches(['.', ' ']).len();
    let stripped = name.len() - kept_bytes;
    name.truncate(kept_bytes);
    name.extend(std::iter::repeat_n('_', stripped));
    if name.is_empty() {
        name.push('_');
    }
    if let Some(device_bytes) = device_bytes(&name) {
        name.insert(device_bytes, '_');
    }
    fitted(&name, "")
}

fn is_forbidden(character: char) -> bool {
    let is_noncharacter =
        matches!(character, '\u{fdd0}'..='\u{fdef}') || u32::from(character) & 0xfffe == 0xfffe;
    character.is_control()
        || is_noncharacter
        || matches!(
            character,
            '<' | '>'
                | ':'
                | '"'
                | '|'
                | '?'
                | '*'
                | '\\'
                | '/'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{feff}'
        )
}

/// How long the name of a Windows device is, if this is one: any case, any extension.
fn device_bytes(name: &str) -> Option<usize> {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ');
    let upper = stem.to_ascii_uppercase();
    let is_port = upper
        .strip_prefix("COM")
        .or_else(|| upper.strip_prefix("LPT"))
        .is_some_and(|port| {
            let mut digits = port.chars();
            matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
        });
    let is_device = is_port
        || matches!(
            upper.as_str(),
            "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
        );
    is_device.then_some(stem.len())
}

/// The name with a mark before its extension, its stem cut so that the whole fits.
fn fitted(name: &str, mark: &str) -> String {
    // A dot at the beginning starts a hidden name, not an extension.
    let dot = name
        .rfind('.')
        .filter(|&dot| dot > 0 && name.len() - dot <= EXTENSION_BYTES_MAX);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    [fitting_stem(stem, mark, extension), mark, extension].concat()
}

/// How much of a stem can stay, from its beginning, so that every system takes it with a mark and a tail after it.
pub fn fitting_stem<'s>(stem: &'s str, mark: &str, tail: &str) -> &'s str {
    let mut stem = stem;
    loop {
        let whole = [stem, mark, tail].concat();
        let fits = whole.len() <= NAME_LENGTH_MAX
            && (whole.len() <= NAME_LENGTH_MAX / 2
                || whole.nfd().map(char::len_utf16).sum::<usize>() <= NAME_LENGTH_MAX);
        let at_its_end = whole.trim_end_matches(['.', ' ']).len();
        let Some((last, _)) = stem.char_indices().next_back() else {
            return stem;
        };
        // The second: cut where a dot or a space is its last now.
        if fits && at_its_end == whole.len() {
            return stem;
        }
        stem = &stem[..last];
    }
}

/// A stored name made so that every system takes it, whatever others are beside it: steps 1 to 3 of FORMAT.md, section 12.
pub fn portable_name(stored: &str) -> String {
    legal(stored)
}

/// The same for names that some system takes for one: step 4 of FORMAT.md, section 12. Names that no system confuses may share it by chance.
pub fn name_key(name: &str) -> u64 {
    key(name)
}

/// The same for names that some system takes for one: without regard to case, to how accents are composed, and to characters that HFS+
/// does not see. It may be the same for names that no system confuses.
fn key(name: &str) -> u64 {
    let digest = if name.is_ascii() {
        Digest::of(name.to_ascii_lowercase().as_bytes())
    } else {
        Digest::of(folded(name).as_bytes())
    };
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Lower, upper and lower again: `ẞ`, `ß` and `SS` meet only so.
fn folded(name: &str) -> String {
    let is_seen = |character: &char| !matches!(character, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    name.nfd()
        .filter(is_seen)
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfd()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portable(raw: &[&[&[u8]]]) -> Vec<String> {
        let mut paths: Vec<StoredPath> = raw
            .iter()
            .map(|raw| StoredPath::from_raw_bytes(raw.iter().copied()).expect("a path"))
            .collect();
        paths.sort_unstable();
        let mut names = PortableNames::new();
        paths.iter().map(|path| names.next(path)).collect()
    }

    #[test]
    fn what_some_system_does_not_take_is_replaced() {
        let cases: &[(&[u8], &str)] = &[
            (b"IMG_0001.JPG", "IMG_0001.JPG"),
            (
                "Größe & 100 % = 🎂.jpg".as_bytes(),
                "Größe & 100 % = 🎂.jpg",
            ),
            (b"<a>:\"b|c?*\\/.jpg", "_a___b_c____.jpg"),
            (b"new\nline\x7f\0", "new_line__"),
            ("\u{85}\u{2028}\u{feff}\u{ffff}\u{fdd0}".as_bytes(), "_____"),
            (b"Gr\xf6\xdfe.jpg", "Gr__e.jpg"),
            (b"", "_"),
            (b".", "_"),
            (b"..", "__"),
            (b" a. .", " a___"),
            (b".hidden", ".hidden"),
            (b"CON", "CON_"),
            (b"nul.tar.gz", "nul_.tar.gz"),
            (b"Com1 .txt", "Com1_ .txt"),
            ("lpt².txt".as_bytes(), "lpt²_.txt"),
            (b"conin$", "conin$_"),
            (b"COM10", "COM10"),
            (b"CONSOLE", "CONSOLE"),
            (b"a.CON", "a.CON"),
        ];
        for (raw, expected) in cases {
            assert_eq!(portable(&[&[*raw]]), [*expected]);
            assert_eq!(portable(&[&[*raw, b"a"]]), [format!("{expected}/a")]);
        }
    }

    #[test]
    fn names_that_some_system_takes_for_one_are_numbered_after_the_first() {
        type RawPaths<'a> = &'a [&'a [&'a [u8]]];
        let cases: &[(RawPaths<'_>, &[&str])] = &[
            (
                &[&[b"a.jpg"], &[b"A.JPG"], &[b"a (2).jpg"]],
                &["A.JPG", "a (2).jpg", "a (3).jpg"],
            ),
            // The same character, composed and decomposed.
            (
                &[&["ä".as_bytes()], &["a\u{308}".as_bytes()]],
                &["a\u{308}", "ä (2)"],
            ),
            (
                &[&["ẞ".as_bytes()], &["ß".as_bytes()], &[b"SS"]],
                &["SS", "ß (2)", "ẞ (3)"],
            ),
            (&[&["\u{212a}".as_bytes()], &[b"k"]], &["k", "\u{212a} (2)"]),
            (
                &[&["a\u{200d}".as_bytes()], &[b"a"]],
                &["a", "a\u{200d} (2)"],
            ),
            (&[&[b"a:b"], &[b"a?b"]], &["a_b", "a_b (2)"]),
            (&[&[b"\xff"], &[b"\xfe"]], &["_", "_ (2)"]),
            // A file and a folder; and the folder keeps its name for all in it.
            (
                &[
                    &[b"DCIM"],
                    &[b"dcim", b"a"],
                    &[b"dcim", b"b"],
                    &[b"dcim", b"B"],
                ],
                &["DCIM", "dcim (2)/B", "dcim (2)/a", "dcim (2)/b (2)"],
            ),
            // The same name in two folders is none of this.
            (
                &[&[b"a", b"x"], &[b"b", b"x"], &[b"a b", b"x"]],
                &["a b/x", "a/x", "b/x"],
            ),
        ];
        for (raw, expected) in cases {
            assert_eq!(portable(raw), *expected);
        }
    }

    #[test]
    fn long_names_are_cut_before_their_extension() {
        // 127 characters of two bytes, three units each when decomposed.
        let greek = "ΐ".repeat(125) + ".jpg";
        let names = portable(&[&[greek.as_bytes()]]);
        assert_eq!(names, ["ΐ".repeat(83) + ".jpg"]);

        let long = |last: &str| "x".repeat(247) + last + ".jpg";
        let names = portable(&[&[long("aaaa").as_bytes()], &[long("aaaA").as_bytes()]]);
        assert_eq!(names, [long("aaaA"), long(" (2)")]);

        let device = format!("CON.{}", "x".repeat(251));
        assert_eq!(
            portable(&[&[device.as_bytes()]]),
            [format!("CON_.{}", "x".repeat(250))]
        );

        // It must not end in a dot just because it was cut there.
        let dotted = "ΐ".repeat(84) + "." + &"ΐ".repeat(20);
        assert_eq!(portable(&[&[dotted.as_bytes()]]), ["ΐ".repeat(84)]);
    }

    #[test]
    fn thousands_of_one_name_take_no_time() {
        let raw: Vec<[u8; 2]> = (0x80..=0xff)
            .flat_map(|a| (0x80..=0xbf).map(move |b| [a, b]))
            .collect();
        let bad: Vec<[&[u8]; 1]> = raw.iter().map(|raw| [&raw[..]]).collect();
        let bad: Vec<&[&[u8]]> = bad.iter().map(|raw| &raw[..]).collect();
        let names = portable(&bad);
        let distinct: HashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), raw.len());
        assert!(names.contains(&"__ (1000)".to_owned()));
    }

    #[test]
    fn no_case_or_composition_of_a_character_escapes_the_key() {
        for character in '\0'..=char::MAX {
            let folded = folded(&character.to_string());
            let forms: [String; 6] = [
                character.to_lowercase().collect(),
                character.to_uppercase().collect(),
                character.nfc().collect(),
                character.nfd().collect(),
                character.to_lowercase().nfc().collect(),
                character.to_uppercase().nfd().collect(),
            ];
            for form in forms {
                assert_eq!(self::folded(&form), folded, "{character:?} {form:?}");
            }
        }
        assert_eq!(key("IMG.JPG"), key("img.jpg"));
    }
}
