//! Which files of a folder belong together.

use std::collections::BTreeMap;

use crate::group_names::{Parts, Role, Variant, parts};

/// A file of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether a film is in it, if a [`crate::Checker`] looked.
    pub has_embedded_video: Option<bool>,
}

impl<'a> From<&'a str> for Named<'a> {
    fn from(name: &'a str) -> Self {
        Self {
            name,
            has_embedded_video: None,
        }
    }
}

/// Files that are one thing for a person. A file may be in several, such as a Live Photo that was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they are.
    pub kind: GroupKind,
    /// Their places in the list that was given, ascending.
    pub members: Vec<usize>,
    /// What there should be besides.
    pub missing: Option<Missing>,
}

/// What files are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKind {
    /// Apple: a picture and a film of the same name. The films' absence can't be told by names: then it is a plain picture.
    LivePhoto,
    /// Google, Samsung and others: a picture with a film in it, or with one that Google Takeout took out.
    MotionPhoto,
    /// Apple: what was taken, what was made of it, and how.
    Edit,
    /// What the sensor saw, and the camera's picture of it.
    RawAndPicture,
    /// Pictures taken in quick succession.
    Burst,
    /// A photo or video, and what lies beside it: descriptions, small copies.
    Companions,
}

/// What an incomplete group lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Missing {
    /// There is how a picture was edited (`.AAE`), but no picture.
    EditedPhoto,
    /// There is what was made of a picture (`IMG_E0001`), but not the picture as it was taken.
    TakenPhoto,
    /// The name says that a film is in the picture, and there is none: some way of sharing took it out.
    EmbeddedVideo,
    /// There is a description or a small copy, but nothing that it is of.
    DescribedFile,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::EditedPhoto => "how it was edited is there, and the photo is not",
            Self::TakenPhoto => "the edited photo is there, and the one as it was taken is not",
            Self::EmbeddedVideo => "it is named like a moving photo, and only its picture is there",
            Self::DescribedFile => "what belongs to a photo or video is there, and that is not",
        })
    }
}

/// Finds the groups among the files of one folder, in whichever order these come. Ordered by their first member.
///
/// Memory is in proportion to the folder: a caller goes folder by folder.
pub fn group(files: &[Named<'_>]) -> Vec<Group> {
    let mut pictures: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    let mut bursts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        let Some(parts) = parts(file.name) else {
            continue;
        };
        let Parts {
            key,
            role,
            variant,
            is_motion_photo,
            burst,
        } = parts;
        if let Some(burst) = burst {
            bursts.entry(burst).or_default().push(index);
        }
        pictures.entry(key).or_default().push(Member {
            index,
            role,
            variant,
            is_motion_photo,
            has_embedded_video: file.has_embedded_video,
        });
    }
    let mut groups: Vec<Group> = pictures
        .values()
        .flat_map(|same| of_one_name(same))
        .collect();
    let bursts = bursts.into_values().filter(|members| members.len() > 1);
    groups.extend(bursts.map(|members| complete(GroupKind::Burst, members)));
    groups.sort_by(|one, two| (&one.members, one.kind).cmp(&(&two.members, two.kind)));
    groups
}

#[derive(Clone, Copy)]
struct Member {
    index: usize,
    role: Role,
    variant: Variant,
    is_motion_photo: bool,
    has_embedded_video: Option<bool>,
}

impl Member {
    fn is_picture(&self) -> bool {
        matches!(self.role, Role::Heif | Role::Jpeg | Role::Picture)
    }

    fn is_film(&self) -> bool {
        matches!(
            self.role,
            Role::Mov | Role::Mp4 | Role::MotionFilm | Role::Film
        )
    }

    fn is_media(&self) -> bool {
        self.is_picture() || self.is_film() || self.role == Role::Raw
    }
}

fn complete(kind: GroupKind, members: Vec<usize>) -> Group {
    Group {
        kind,
        members,
        missing: None,
    }
}

fn of_one_name(same: &[Member]) -> Vec<Group> {
    let mut groups = Vec::new();
    groups.extend(live_photo(same, Variant::Taken));
    groups.extend(live_photo(same, Variant::Edited));
    groups.extend(edit(same));
    groups.extend(raw_and_picture(same));
    groups.extend(same.iter().filter_map(|member| motion_photo(member, same)));
    groups.extend(companions(same));
    groups
}

fn indices(same: &[Member], is_in: impl Fn(&Member) -> bool) -> Vec<usize> {
    same.iter()
        .filter(|member| is_in(member))
        .map(|member| member.index)
        .collect()
}

/// HEIC or JPEG with MOV; HEIC with MP4, as Google Takeout has it. Not JPEG with MP4, which are cameras' films and their first pictures.
fn live_photo(same: &[Member], variant: Variant) -> Option<Group> {
    let of_variant =
        |member: &Member, roles: &[Role]| member.variant == variant && roles.contains(&member.role);
    let has = |roles: &[Role]| same.iter().any(|member| of_variant(member, roles));
    let roles: &[Role] = if has(&[Role::Mov]) && has(&[Role::Heif, Role::Jpeg]) {
        &[Role::Heif, Role::Jpeg, Role::Mov]
    } else if has(&[Role::Mp4]) && has(&[Role::Heif]) {
        &[Role::Heif, Role::Mp4]
    } else {
        return None;
    };
    let members = indices(same, |member| of_variant(member, roles));
    Some(complete(GroupKind::LivePhoto, members))
}

/// An adjustment without an edited picture is complete: portraits are kept so.
fn edit(same: &[Member]) -> Option<Group> {
    let is_edited = |member: &Member| member.is_media() && member.variant == Variant::Edited;
    let is_taken = |member: &Member| member.is_media() && member.variant == Variant::Taken;
    let is_adjustment = |member: &Member| member.role == Role::Adjustment;
    let has_edited = same.iter().any(is_edited);
    if !has_edited && !same.iter().any(is_adjustment) {
        return None;
    }
    let members = indices(same, |member| {
        is_edited(member) || is_taken(member) || is_adjustment(member)
    });
    let missing = match (same.iter().any(is_taken), has_edited) {
        (true, _) => None,
        (false, true) => Some(Missing::TakenPhoto),
        (false, false) => Some(Missing::EditedPhoto),
    };
    Some(Group {
        kind: GroupKind::Edit,
        members,
        missing,
    })
}

fn raw_and_picture(same: &[Member]) -> Option<Group> {
    let is_taken_picture =
        |member: &Member| member.is_picture() && member.variant == Variant::Taken;
    let is_raw = |member: &Member| member.role == Role::Raw;
    if !same.iter().any(is_raw) || !same.iter().any(is_taken_picture) {
        return None;
    }
    let members = indices(same, |member| is_raw(member) || is_taken_picture(member));
    Some(complete(GroupKind::RawAndPicture, members))
}

fn motion_photo(member: &Member, same: &[Member]) -> Option<Group> {
    if !member.is_picture() || !(member.is_motion_photo || member.has_embedded_video == Some(true))
    {
        return None;
    }
    let films = indices(same, |other| other.role == Role::MotionFilm);
    let is_missing = member.has_embedded_video == Some(false) && films.is_empty();
    let mut members = films;
    members.push(member.index);
    members.sort_unstable();
    Some(Group {
        kind: GroupKind::MotionPhoto,
        members,
        missing: is_missing.then_some(Missing::EmbeddedVideo),
    })
}

fn companions(same: &[Member]) -> Option<Group> {
    let is_companion = |member: &Member| member.role == Role::Companion;
    if !same.iter().any(is_companion) {
        return None;
    }
    let has_described = same.iter().any(Member::is_media);
    Some(Group {
        kind: GroupKind::Companions,
        members: indices(same, |member| is_companion(member) || member.is_media()),
        missing: (!has_described).then_some(Missing::DescribedFile),
    })
}
