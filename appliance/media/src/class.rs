//! Which files are photos and videos, by name and folder.

use crate::kinds::{Kind, kind_of_name};
use crate::places::{Place, is_in_trash, is_recovered, is_thumbnail_cache, place};

/// What a file is, as far as its name and its folders tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// What kind of file.
    pub kind: Kind,
    /// Whether it is there, or deleted, or not yet finished.
    pub state: State,
    /// Which app's folder it lies in, where that is known.
    pub place: Place,
}

/// Whether a person would say that the file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As any other.
    Present,
    /// Deleted, and kept for some weeks in case that was a mistake.
    Trashed {
        /// When the device will remove it, if its name says (seconds since 1970).
        expires_unix_s: Option<u64>,
    },
    /// An app is still writing it, or broke off.
    Pending {
        /// When the device will remove it if it is not finished (seconds since 1970).
        expires_unix_s: u64,
    },
}

/// What a person chooses to archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// All photos and videos, wherever they are.
    AllMedia,
    /// Every file.
    Everything,
}

impl Choice {
    /// Whether a file is archived. What is not is for the caller to count.
    ///
    /// [`Choice::AllMedia`] takes photos, videos and what lies beside them, also those that were deleted and are kept for some weeks, or are
    /// not finished, because nobody must miss later what was there; and pieces that the repair of a file system found, because they may
    /// be photos. It leaves out thumbnails' caches, sound, and all else.
    pub fn takes(self, class: &Class) -> bool {
        match self {
            Self::Everything => true,
            Self::AllMedia => match class.kind {
                Kind::Photo | Kind::Video | Kind::Sidecar | Kind::Recovered => true,
                Kind::Audio | Kind::ThumbnailCache | Kind::Other => false,
            },
        }
    }
}

/// What a file is. `components` are the names of its folders, beginning with the storage's or with the first folder, and then its own name.
pub fn classify(components: &[&str]) -> Class {
    let (kind, state) = kind_and_state(components);
    let folders = components
        .split_last()
        .map_or(&[][..], |(_, folders)| folders);
    Class {
        kind,
        state,
        place: place(folders),
    }
}

/// The same without the place, which takes most of the time: for each file of a large library.
pub fn kind_and_state(components: &[&str]) -> (Kind, State) {
    let Some((name, folders)) = components.split_last() else {
        return (Kind::Other, State::Present);
    };
    let (own_state, own_name) = state_of_name(name);
    let state = match own_state {
        State::Present if is_in_trash(folders) => State::Trashed {
            expires_unix_s: None,
        },
        state => state,
    };
    (kind(folders, own_name), state)
}

fn kind(folders: &[&str], name: &str) -> Kind {
    if is_thumbnail_cache(folders, name) {
        return Kind::ThumbnailCache;
    }
    // A Mac writes what FAT has no place for into a second file of this name.
    if name.starts_with("._") {
        return Kind::Other;
    }
    match kind_of_name(name) {
        Kind::Other if is_recovered(folders, name) => Kind::Recovered,
        // Cameras of Sony keep a description beside each film.
        Kind::Other if is_sony_description(folders, name) => Kind::Sidecar,
        kind => kind,
    }
}

fn is_sony_description(folders: &[&str], name: &str) -> bool {
    folders
        .iter()
        .any(|folder| folder.eq_ignore_ascii_case("M4ROOT"))
        && name.to_ascii_lowercase().ends_with(".xml")
}

/// Android's MediaStore names a file `.trashed-<seconds>-<name>` or `.pending-<seconds>-<name>`, where the seconds since 1970 say when it
/// is removed (`FileUtils.PATTERN_EXPIRES_FILE` of Android's MediaProvider).
fn state_of_name(name: &str) -> (State, &str) {
    for (prefix, is_trash) in [(".trashed-", true), (".pending-", false)] {
        let parts = name
            .strip_prefix(prefix)
            .and_then(|rest| rest.split_once('-'));
        if let Some((seconds, own_name)) = parts
            && !own_name.is_empty()
            && seconds.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(expires_unix_s) = seconds.parse()
        {
            let state = if is_trash {
                State::Trashed {
                    expires_unix_s: Some(expires_unix_s),
                }
            } else {
                State::Pending { expires_unix_s }
            };
            return (state, own_name);
        }
    }
    (State::Present, name)
}

/// The name that a file had before it was deleted, or will have when it is finished: `.trashed-1700000000-IMG_1.jpg` is `IMG_1.jpg`.
pub fn own_name(name: &str) -> &str {
    state_of_name(name).1
}
