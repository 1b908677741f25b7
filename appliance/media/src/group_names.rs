//! What a name says of the files that it belongs with: pure parsing of names that cameras and phones make.

use crate::class::own_name;
use crate::kinds::{
    Kind, described_by_takeout, extension, is_takeout_description, kind_of_name, stem,
};

/// A name, taken apart. All in lower case.
pub(crate) struct Parts {
    /// The same for all that belong to one picture.
    pub(crate) key: String,
    pub(crate) role: Role,
    pub(crate) variant: Variant,
    /// The name says that a film is inside.
    pub(crate) is_motion_photo: bool,
    /// The same for all pictures of one burst.
    pub(crate) burst: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// HEIC or another HEIF: a picture as phones take it.
    Heif,
    Jpeg,
    /// Another picture that any program shows.
    Picture,
    Raw,
    Mov,
    Mp4,
    /// `.MP`: the film of a Motion Photo, taken out of it.
    MotionFilm,
    Film,
    /// Apple's `.AAE`.
    Adjustment,
    /// Lies beside something of the same name, and is nothing without it.
    Companion,
}

/// Which of the versions that an iPhone keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// `IMG_0001`, and every name that is no iPhone's.
    Taken,
    /// `IMG_E0001`.
    Edited,
    /// `IMG_O0001`: an adjustment that belongs to the picture as it was taken.
    BeforeEdit,
}

/// Raw formats as cameras and phones write them beside a JPEG.
const RAW: [&str; 22] = [
    "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "arq", "srf", "sr2", "orf", "ori", "rw2",
    "raf", "srw", "pef", "rwl", "3fr", "iiq", "x3f", "gpr", "raw",
];

const COMPANIONS: [&str; 7] = ["xmp", "thm", "lrv", "lrf", "srt", "pp3", "dop"];

/// Endings of a Pixel's stems (<https://github.com/simulot/immich-go/issues/94>, 2023-12): a RAW and its JPEG have the same name before them.
const PIXEL_ENDINGS: [&str; 5] = [
    ".raw-01.mp.cover",
    ".raw-01.cover",
    ".raw-02.original",
    ".mp",
    ".mv",
];

/// Whether a name says that a film is in the picture, as `PXL_20240131_225959123.MP.jpg` does. Many a picture with one is not named so.
pub fn is_named_motion_photo(name: &str) -> bool {
    parts(name).is_some_and(|parts| parts.is_motion_photo)
}

/// `None` for what belongs to nothing.
pub(crate) fn parts(name: &str) -> Option<Parts> {
    let name = own_name(name).to_ascii_lowercase();
    let role = role(&name)?;
    let base = match role {
        Role::Companion => described(&name),
        _ => stem(&name),
    };
    let (variant, base) = iphone_variant(base);
    let ending = PIXEL_ENDINGS.iter().find(|ending| base.ends_with(*ending));
    let short = ending.map_or(&base[..], |ending| &base[..base.len() - ending.len()]);
    let is_picture = matches!(role, Role::Jpeg | Role::Heif);
    let says_motion = matches!(ending, Some(&".raw-01.mp.cover" | &".mp" | &".mv"));
    Some(Parts {
        is_motion_photo: is_picture && (says_motion || base.starts_with("mvimg_")),
        burst: (is_picture || role == Role::Raw)
            .then(|| burst(short))
            .flatten(),
        key: without_gopro_codec(short),
        role,
        variant,
    })
}

/// How long the beginning of a name is that stays the same over all that belongs to one picture: `IMG_0001` of `IMG_0001.HEIC`, of `IMG_0001.AAE`
/// and of `IMG_0001.HEIC.xmp`. Whoever renames files puts a number there, so that they still belong together afterwards.
pub fn stem_bytes(name: &str) -> usize {
    let own = own_name(name);
    let prefix_bytes = name.len() - own.len();
    let lower = own.to_ascii_lowercase();
    let base = match role(&lower) {
        Some(Role::Companion) => described(&lower),
        _ => stem(&lower),
    };
    let ending = PIXEL_ENDINGS.iter().find(|ending| base.ends_with(*ending));
    prefix_bytes + base.len() - ending.map_or(0, |ending| ending.len())
}

fn role(name: &str) -> Option<Role> {
    let extension = extension(name)?;
    Some(match kind_of_name(name) {
        Kind::Photo => match extension {
            "heic" | "heif" | "hif" => Role::Heif,
            "jpg" | "jpeg" => Role::Jpeg,
            _ if RAW.contains(&extension) => Role::Raw,
            _ => Role::Picture,
        },
        Kind::Video => match extension {
            "mov" => Role::Mov,
            "mp4" => Role::Mp4,
            "mp" => Role::MotionFilm,
            _ => Role::Film,
        },
        Kind::Sidecar if extension == "aae" => Role::Adjustment,
        Kind::Sidecar if COMPANIONS.contains(&extension) || is_takeout_description(name) => {
            Role::Companion
        }
        _ => return None,
    })
}

/// The stem of what a companion lies beside: `a.jpg.xmp`, `a.xmp`, `a.jpg.json`.
fn described(name: &str) -> &str {
    let described = described_by_takeout(name).unwrap_or_else(|| stem(name));
    match kind_of_name(described) {
        Kind::Photo | Kind::Video => stem(described),
        _ => described,
    }
}

/// `img_e0001` and `img_o0001` belong to `img_0001`.
fn iphone_variant(base: &str) -> (Variant, String) {
    for (prefix, variant) in [("img_e", Variant::Edited), ("img_o", Variant::BeforeEdit)] {
        if let Some(number) = base.strip_prefix(prefix)
            && number.len() >= 4
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return (variant, format!("img_{number}"));
        }
    }
    (Variant::Taken, base.to_owned())
}

/// GoPro names by codec: `GH010001.MP4` or `GX010001.MP4`, and for the small copy `GL010001.LRV`.
fn without_gopro_codec(base: &str) -> String {
    match base
        .strip_prefix(['g'])
        .and_then(|rest| rest.strip_prefix(['h', 'x', 'l']))
    {
        Some(number) if number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("gx{number}")
        }
        _ => base.to_owned(),
    }
}

/// Which burst a picture is of:
/// - `00001IMG_00001_BURST20171111030039_COVER` (Google's camera, immich-go #100; Sony's, deckerst/aves #562): the time is the burst's;
/// - `IMG_20250616_163308479_BURST001` (Motorola, Huawei, Fairphone; deckerst/aves #1675): what comes before is;
/// - `20231207_101605_001` (Samsung; immich-go #99): the same.
fn burst(base: &str) -> Option<String> {
    if let Some((before, after)) = base.split_once("burst") {
        let after = after.trim_start_matches(['-', '_']);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        return match digits {
            1..=4 if !before.is_empty() => Some(before.to_owned()),
            8.. => Some(after[..digits].to_owned()),
            _ => None,
        };
    }
    let mut fields = base.split('_');
    let lengths = [8, 6, 3];
    let is_samsung = lengths.iter().all(|length| {
        fields.next().is_some_and(|field| {
            field.len() == *length && field.bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    (is_samsung && fields.next().is_none()).then(|| base[..15].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_begins_alike() {
        for (name, beginning) in [
            ("IMG_0001.HEIC", "IMG_0001"),
            ("IMG_0001.AAE", "IMG_0001"),
            ("IMG_0001.HEIC.xmp", "IMG_0001"),
            ("IMG_0001.xmp", "IMG_0001"),
            ("IMG_E0001.JPG", "IMG_E0001"),
            ("IMG_1.jpg.supplemental-metadata.json", "IMG_1"),
            ("IMG_1.jpg.suppl.json", "IMG_1"),
            ("PXL_1.RAW-01.MP.COVER.jpg", "PXL_1"),
            ("PXL_1.RAW-02.ORIGINAL.dng", "PXL_1"),
            ("PXL_1.MP.jpg", "PXL_1"),
            (".trashed-1700000000-IMG_1.jpg", ".trashed-1700000000-IMG_1"),
            ("Größe 1.5.jpg", "Größe 1.5"),
            ("notes.txt", "notes"),
            (".hidden", ".hidden"),
            ("no extension", "no extension"),
            ("", ""),
        ] {
            assert_eq!(&name[..stem_bytes(name)], beginning, "{name}");
        }
    }
}
