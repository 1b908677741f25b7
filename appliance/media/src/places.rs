//! Folders that phones and apps make: tables of where photos are, and of caches, trash and finds of a repair.

/// Which folder a file lies in, in the words of the apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names of apps and folders say it")]
pub enum Place {
    WhatsApp,
    Telegram,
    Signal,
    Viber,
    Snapchat,
    Instagram,
    Facebook,
    Messenger,
    Screenshots,
    ScreenRecordings,
    Bluetooth,
    /// `DCIM`: what the device itself took, or a card's camera.
    Camera,
    Pictures,
    Movies,
    Downloads,
    Documents,
    /// None of these.
    Elsewhere,
}

/// Folders in lower case that follow each other anywhere in a path; the first row that fits counts, so that an app comes before the folder
/// that it uses. `*` is any one folder.
///
/// `DCIM`, `Pictures`, `Movies`, `Download`, `Documents`, `Screenshots` and `Recordings` are Android's standard folders
/// (`android.os.Environment`); `DCIM` is also that of cards and iPhones (DCF, CIPA DC-009). Apps' own folders are from general knowledge of 2026,
/// not seen on devices by us.
const PLACES: [(Place, &[&str]); 35] = [
    (Place::WhatsApp, &["android", "media", "com.whatsapp"]),
    (Place::WhatsApp, &["android", "media", "com.whatsapp.w4b"]),
    (Place::WhatsApp, &["whatsapp", "media"]),
    (Place::WhatsApp, &["whatsapp business", "media"]),
    (Place::WhatsApp, &["pictures", "whatsapp"]),
    (
        Place::Telegram,
        &["android", "media", "org.telegram.messenger"],
    ),
    (
        Place::Telegram,
        &["android", "data", "org.telegram.messenger"],
    ),
    (
        Place::Telegram,
        &["android", "data", "org.telegram.messenger.web"],
    ),
    (Place::Telegram, &["pictures", "telegram"]),
    (Place::Telegram, &["movies", "telegram"]),
    (Place::Telegram, &["download", "telegram"]),
    (Place::Telegram, &["telegram"]),
    (
        Place::Signal,
        &["android", "media", "org.thoughtcrime.securesms"],
    ),
    (Place::Signal, &["pictures", "signal"]),
    (Place::Signal, &["movies", "signal"]),
    (Place::Viber, &["android", "data", "com.viber.voip"]),
    (Place::Viber, &["pictures", "viber"]),
    (Place::Viber, &["viber"]),
    (Place::Snapchat, &["dcim", "snapchat"]),
    (Place::Snapchat, &["snapchat"]),
    (Place::Instagram, &["pictures", "instagram"]),
    (Place::Instagram, &["movies", "instagram"]),
    (Place::Instagram, &["dcim", "instagram"]),
    (Place::Messenger, &["pictures", "messenger"]),
    (Place::Messenger, &["movies", "messenger"]),
    (Place::Facebook, &["dcim", "facebook"]),
    (Place::Facebook, &["pictures", "facebook"]),
    (Place::Screenshots, &["screenshots"]),
    (Place::ScreenRecordings, &["screen recordings"]),
    (Place::Bluetooth, &["bluetooth"]),
    (Place::Camera, &["dcim"]),
    (Place::Pictures, &["pictures"]),
    (Place::Movies, &["movies"]),
    (Place::Downloads, &["download"]),
    (Place::Documents, &["documents"]),
];

/// Folders of which all is made anew by the device.
const CACHES: [&[&str]; 9] = [
    // Android's MediaProvider, in DCIM, Pictures, Movies and Music.
    &[".thumbnails"],
    &[".thumbs"],
    // By Android's rules, an app must do without it.
    &["android", "data", "*", "cache"],
    &["android", "data", "*", "code_cache"],
    &["android", "media", "*", "cache"],
    // Xiaomi's gallery.
    &["miui", "gallery", "cloud", ".cache"],
    &["miui", "gallery", "cloud", ".microthumbnailfile"],
    // Synology's and QNAP's file servers leave them on disks.
    &["@eadir"],
    &[".@__thumb"],
];

/// Single files that hold thumbnails: beginnings of names in lower case.
const CACHE_FILES: [&str; 4] = [".thumbdata", ".thumbcache", "thumbs.db", "ehthumbs"];

/// What was deleted, until it is removed: Samsung's gallery (SD Maid SE on `Android/.Trash`, 2025-06), Xiaomi's, Huawei's, the freedesktop.org
/// Trash specification 1.0, macOS, Windows.
const TRASH: [&[&str]; 10] = [
    &["android", ".trash"],
    &["miui", "gallery", "cloud", ".trashbin"],
    &[".gallery2", "recycle"],
    &[".trash"],
    &[".trashbin"],
    &[".trash-*"],
    &[".trashes"],
    &["$recycle.bin"],
    &["recycler"],
    &["recycled"],
];

/// Where a repair of a file system lays what it found: Android's `fsck_msdos`, Windows' chkdsk, Linux' e2fsck.
const FOUND: [&str; 3] = ["lost.dir", "lost+found", "found."];

pub(crate) fn place(folders: &[&str]) -> Place {
    let fits = |(_, pattern): &&(Place, &[&str])| contains(folders, pattern);
    PLACES
        .iter()
        .find(fits)
        .map_or(Place::Elsewhere, |(place, _)| *place)
}

pub(crate) fn is_thumbnail_cache(folders: &[&str], name: &str) -> bool {
    CACHES.iter().any(|pattern| contains(folders, pattern))
        || CACHE_FILES.iter().any(|prefix| begins_with(name, prefix))
}

pub(crate) fn is_in_trash(folders: &[&str]) -> bool {
    TRASH.iter().any(|pattern| contains(folders, pattern))
}

/// A file with a number for a name, or with an ending that says so.
pub(crate) fn is_recovered(folders: &[&str], name: &str) -> bool {
    let is_found = folders
        .iter()
        .any(|folder| FOUND.iter().any(|found| begins_with(folder, found)));
    let has_no_kind = !name.contains('.') || name.to_ascii_lowercase().ends_with(".chk");
    is_found && has_no_kind
}

/// Whether a pattern's folders follow each other somewhere.
fn contains(folders: &[&str], pattern: &[&str]) -> bool {
    folders.windows(pattern.len()).any(|folders| {
        folders
            .iter()
            .zip(pattern)
            .all(|(folder, wanted)| match wanted.strip_suffix('*') {
                Some(prefix) => begins_with(folder, prefix),
                None => folder.eq_ignore_ascii_case(wanted),
            })
    })
}

fn begins_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len())
        .is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
}
