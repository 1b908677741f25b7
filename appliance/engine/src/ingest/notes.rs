//! What a look at a file's bytes tells of it beside what speaks against it, in one byte; and its words in `snapshot.json`.

use heirloom_media::{
    Checked, Kind, Origin, Reason, State, Verdict, is_named_motion_photo, origin,
};

use super::row::{Row, split};

/// What was told of a file. Nothing of a file that nobody looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Notes(u8);

const ORIGINAL: u8 = 1;
const CONVERTED: u8 = 2;
const MOVING: u8 = 4;
const STILL: u8 = 8;
const UNFAMILIAR: u8 = 16;

/// Each with its word. What `FORMAT.md` says of them, section 7, binds.
const WORDS: [(u8, &str); 5] = [
    (ORIGINAL, "original"),
    (CONVERTED, "converted"),
    (MOVING, "moving"),
    (STILL, "still"),
    (UNFAMILIAR, "unfamiliar"),
];

impl Notes {
    /// Of all bytes of a file.
    pub(super) fn of(checked: &Checked, name: &str, is_iphone: bool, is_stated_heif: bool) -> Self {
        let stated = is_stated_heif.then_some(heirloom_media::Format::Heif);
        let origin = match is_iphone.then(|| origin(checked, stated)) {
            Some(Origin::Original) => ORIGINAL,
            Some(Origin::Converted) => CONVERTED,
            Some(Origin::Unknown) | None => 0,
        };
        let film = match checked.has_embedded_video {
            true => MOVING,
            false if checked.format.is_some() && is_named_motion_photo(name) => STILL,
            false => 0,
        };
        let unfamiliar = match checked.verdict {
            Verdict::Suspect(Reason::NoKnownBeginning) => UNFAMILIAR,
            _ => 0,
        };
        Self(origin | film | unfamiliar)
    }

    /// As an older description has them. Words that follow from the path are found anew, and others are none of ours.
    pub(super) fn of_words(words: &[String]) -> Self {
        let bits = words.iter().filter_map(|word| {
            let row = WORDS.iter().find(|(_, known)| known == word)?;
            Some(row.0)
        });
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// As they stand in `snapshot.json`, with what the path tells.
    pub(super) fn words(self, shown: &Shown) -> Vec<String> {
        let noted = WORDS.iter().filter(|(bit, _)| self.0 & bit != 0);
        let state = match shown.state {
            State::Present => None,
            State::Trashed { .. } => Some("trashed"),
            State::Pending { .. } => Some("pending"),
        };
        let thumbnails = shown.is_thumbnails().then_some("thumbnails");
        let words = noted.map(|(_, word)| *word).chain(state).chain(thumbnails);
        words.map(str::to_owned).collect()
    }

    pub(super) fn is_original(self) -> bool {
        self.0 & ORIGINAL != 0
    }

    pub(super) fn is_converted(self) -> bool {
        self.0 & CONVERTED != 0
    }

    pub(super) fn is_unfamiliar(self) -> bool {
        self.0 & UNFAMILIAR != 0
    }

    /// Whether a film is in the picture, as far as that is known.
    pub(super) fn has_film(self) -> Option<bool> {
        match (self.0 & MOVING != 0, self.0 & STILL != 0) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// As what a file is shown: what its path alone tells.
pub(super) struct Shown {
    pub(super) kind: Kind,
    pub(super) state: State,
}

impl Shown {
    pub(super) fn at(path: &str) -> Self {
        // Stored names differ from those on the source only in characters that no name of these tables has.
        let components: Vec<&str> = path.split('/').collect();
        let (kind, state) = heirloom_media::kind_and_state(&components);
        Self { kind, state }
    }

    pub(super) fn is_thumbnails(&self) -> bool {
        self.kind == Kind::ThumbnailCache
    }
}

/// Notes of a row's file, from the checker that saw all of it.
pub(super) fn notes(checked: &Checked, row: &Row<'_>, is_iphone: bool) -> Notes {
    let path = row.path_text();
    Notes::of(checked, split(&path).1, is_iphone, row.is_stated_heif())
}

#[cfg(test)]
mod tests {
    use super::*;
    use heirloom_media::Checker;

    fn checked(name: &str, bytes: &[u8]) -> Checked {
        let mut checker = Checker::new(name, None);
        checker.feed(bytes);
        checker.finish()
    }

    #[test]
    fn words_come_back_as_they_were_told() {
        const JPEG: &[u8] = b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00some\xff\xd9";
        const FILM: &[u8] = b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x08moov\0\0\0\x08mdat";
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on, up to what it is";
        let moving = [JPEG, FILM].concat();
        // Name, content, whether an iPhone gives it, whether it stated HEIF, words.
        type Case<'a> = (&'a str, &'a [u8], bool, bool, &'a [&'a str]);
        let cases: &[Case<'_>] = &[
            ("IMG_1.HEIC", JPEG, true, true, &["converted"]),
            ("IMG_1.HEIC", JPEG, true, false, &[]),
            ("IMG_1.HEIC", JPEG, false, true, &[]),
            ("IMG_1.PNG", PNG, true, false, &["original"]),
            ("IMG_1.PNG", PNG, false, false, &[]),
            ("20240131_101010.jpg", &moving, false, false, &["moving"]),
            ("PXL_1.MP.jpg", &moving, false, false, &["moving"]),
            ("PXL_1.MP.jpg", JPEG, false, false, &["still"]),
            ("a.jpg", b"hidden", true, true, &["unfamiliar"]),
            ("a.txt", b"hidden", false, false, &[]),
        ];
        for (name, bytes, is_iphone, is_stated_heif, expected) in cases {
            let notes = Notes::of(&checked(name, bytes), name, *is_iphone, *is_stated_heif);
            let words = notes.words(&Shown::at(&format!("a/{name}")));
            assert_eq!(words, *expected, "{name}");
            assert_eq!(Notes::of_words(&words), notes, "{name}");
        }
    }

    #[test]
    fn what_a_path_tells_is_told_each_time_anew() {
        for (path, expected) in [
            (
                "a/DCIM/.trashed-1700000000-x.jpg",
                &["original", "trashed"][..],
            ),
            ("a/DCIM/.pending-1700000000-x.jpg", &["original", "pending"]),
            ("a/DCIM/.thumbnails/1.jpg", &["original", "thumbnails"]),
            (
                "a/.Trash/.thumbnails/1.jpg",
                &["original", "trashed", "thumbnails"],
            ),
            ("a/DCIM/x.jpg", &["original"]),
        ] {
            let words = ["pending", "original", "of a later version"].map(str::to_owned);
            let notes = Notes::of_words(&words);
            assert_eq!(notes.words(&Shown::at(path)), expected, "{path}");
        }
    }
}
