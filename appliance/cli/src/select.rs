//! Finds the source and the snapshot that somebody means.

use heirloom_engine::{Archive, PublishedSnapshot};
use heirloom_format::StoredPath;

use crate::trouble::Trouble;

/// The word for the newest snapshot.
pub(crate) const LATEST: &str = "latest";

/// The folder of a source: by its name, by how that begins, or by its id.
pub(crate) fn source<'a>(archive: &'a Archive, asked: &str) -> Result<&'a str, Trouble> {
    let known = sources(archive);
    let id = format!("[{}]", asked.trim_matches(['[', ']']));
    let whole_name = format!("{asked} [");
    let exact = |folder: &&&str| **folder == asked || folder.starts_with(&whole_name);
    let mut exactly = known.iter().filter(exact);
    let matches: Vec<&&str> = match (exactly.next(), exactly.next()) {
        (Some(only), None) => vec![only],
        _ => known
            .iter()
            .filter(|folder| folder.starts_with(asked) || folder.ends_with(&id))
            .collect(),
    };
    let names = || known.iter().map(|folder| (*folder).to_owned()).collect();
    match matches[..] {
        [folder] => Ok(folder),
        [] => Err(Trouble::NoSource {
            asked: asked.to_owned(),
            known: names(),
        }),
        _ => Err(Trouble::SeveralSources {
            asked: asked.to_owned(),
            known: names(),
        }),
    }
}

/// The folders of all sources that have a snapshot, sorted.
pub(crate) fn sources(archive: &Archive) -> Vec<&str> {
    let mut folders: Vec<&str> = archive
        .snapshots()
        .iter()
        .map(|it| it.source_folder.as_str())
        .collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// A snapshot of a source: `latest`, its number, or its whole name.
pub(crate) fn snapshot<'a>(
    archive: &'a Archive,
    source: &'a str,
    asked: &str,
) -> Result<&'a PublishedSnapshot, Trouble> {
    // The newest comes first.
    archive
        .of_source(source)
        .find(|it| asked == LATEST || is_named(it, asked))
        .ok_or_else(|| Trouble::NoSnapshot {
            asked: asked.to_owned(),
            of: source.to_owned(),
        })
}

/// A snapshot by its number, which no other one of the archive has, whatever source it is of.
pub(crate) fn snapshot_of_any<'a>(
    archive: &'a Archive,
    asked: &str,
) -> Result<&'a PublishedSnapshot, Trouble> {
    archive
        .snapshots()
        .iter()
        .find(|it| is_named(it, asked))
        .ok_or_else(|| Trouble::NoSnapshotOfAny(asked.to_owned()))
}

fn is_named(published: &PublishedSnapshot, asked: &str) -> bool {
    asked.parse() == Ok(published.name.generation) || asked == published.name.to_string()
}

/// A path in a snapshot as somebody types it: as it is stored, or else as it was on the source.
pub(crate) fn typed_path(typed: &str) -> Option<StoredPath> {
    let typed = typed.trim_matches('/');
    let typed = typed.strip_prefix("data/").unwrap_or(typed);
    if typed.is_empty() {
        return None;
    }
    match StoredPath::parse(typed) {
        Ok(path) => Some(path),
        Err(_) => StoredPath::from_raw(typed.split('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_meant_as_stored_or_as_it_was() {
        for (typed, meant) in [
            ("DCIM", Some("DCIM")),
            ("/DCIM/", Some("DCIM")),
            ("data/DCIM/a.jpg", Some("DCIM/a.jpg")),
            ("DCIM/a=b", Some("DCIM/a=3Db")),
            ("DCIM/a=3Db", Some("DCIM/a=3Db")),
            ("50%", Some("50=25")),
            ("..", Some("=2E=2E")),
            ("", None),
            ("/", None),
        ] {
            let path = typed_path(typed);
            assert_eq!(path.as_ref().map(StoredPath::as_str), meant, "{typed}");
        }
    }
}
