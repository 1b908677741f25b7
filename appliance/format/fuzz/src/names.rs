//! Names: stored and back, and given back on other systems.

use std::collections::{BTreeMap, BTreeSet};

use heirloom_format::{
    ArchiveId, BagInfo, Day, Digest, FileRecord, PortableNames, SnapshotName, SourceShortId,
    SourceTraits, StoredPath, decode_component, escape_component,
};

/// Raw names separated by slashes, and the same bytes as a stored path.
pub fn stored_path(data: &[u8]) {
    let raw: Vec<&[u8]> = data.split(|&byte| byte == b'/').collect();
    let path = StoredPath::from_raw_bytes(raw.iter().copied()).expect("one name at least");
    check_path(&path);
    for (escaped, raw) in path.escaped_components().iter().zip(&raw) {
        assert_eq!(escape_component(raw), *escaped);
        assert_eq!(decode_component(escaped).as_deref(), Some(*raw));
    }
    match path.to_raw_bytes() {
        Some(back) => assert_eq!(back, raw),
        None => assert_eq!(path.shortened_from(), Some(path.escaped_components())),
    }
    let numbered = path.numbered(2);
    check_path(&numbered);
    assert_ne!(numbered, path);
    assert_eq!(numbered.folders().next(), path.folders().next());

    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Some(raw) = decode_component(text) {
        assert_eq!(escape_component(&raw), text);
    }
    if let Ok(path) = StoredPath::parse(text) {
        assert_eq!(path.as_str(), text);
        check_path(&path);
        check_path(&path.numbered(3));
        if let Some(raw) = path.to_raw_bytes() {
            let again = StoredPath::from_raw_bytes(raw.iter().map(Vec::as_slice));
            assert_eq!(again.as_ref(), Some(&path));
        }
    }
}

/// What ext4, manifests and readers of lines ask of a path.
fn check_path(path: &StoredPath) {
    assert_eq!(StoredPath::parse(path.as_str()).as_ref(), Ok(path));
    let json = serde_json::to_string(path).expect("a string");
    assert_eq!(
        serde_json::from_str::<StoredPath>(&json).expect("ours"),
        *path
    );
    assert_eq!(path.as_str().lines().count(), 1);
    for component in path.as_str().split('/') {
        assert!(!matches!(component, "" | "." | ".."));
        assert!(component.len() <= 255 && component.trim_end() == component);
        assert!(!component.contains(['\\', '%', '\0', '\r', '\u{2028}', '\u{feff}']));
    }
}

/// A snapshot's folder name, a day, and a source's name as a person may give it.
pub fn folder_names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(name) = text.parse::<SnapshotName>() {
        assert_eq!(name.to_string(), text);
    }
    let day = text.parse::<Day>();
    if let Ok(day) = day {
        assert_eq!(day.to_string(), text);
        assert_eq!(Day::of_unix_s(day.start_unix_s()), Some(day));
    }
    let id = SourceShortId::of(SourceTraits {
        manufacturer: &text,
        model: "",
        serial: None,
        storages: &[&text],
    });
    let folder = id.folder_name(&text);
    let path = StoredPath::parse(&folder).expect("a stored component");
    assert_eq!(path.file_name(), folder);
    assert!(path.to_raw().is_some() && id.is_of_folder(&folder));
    let info = BagInfo {
        date: day.unwrap_or_else(|_| "2026-11-22".parse().expect("a day")),
        payload_bytes: 0,
        payload_files: 0,
        archive_id: ArchiveId::from_bytes([0; 16]),
        generation: 1,
        source_name: text.to_string(),
        software: text.to_string(),
    };
    assert_eq!(info.print().lines().count(), 5);
}

/// A snapshot's raw paths, one in each line.
pub fn portable_names(data: &[u8]) {
    let paths: BTreeSet<StoredPath> = data
        .split(|&byte| byte == b'\n')
        .filter_map(|line| StoredPath::from_raw_bytes(line.split(|&byte| byte == b'/')))
        .collect();
    let mut portable = PortableNames::new();
    let mut places = BTreeMap::new();
    let (mut lower, mut upper) = (BTreeSet::new(), BTreeSet::new());
    for path in &paths {
        let name = portable.next(path);
        let stored = components(path.as_str());
        let given = components(&name);
        assert_eq!(stored.len(), given.len());
        for depth in 0..given.len() {
            check_portable(given[depth]);
            let is_file = depth + 1 == given.len();
            // What a folder is called does not depend on which of its files asks.
            let place = (stored[..=depth].to_vec(), is_file);
            let path = given[..=depth].join("/");
            if let Some(before) = places.insert(place, path.clone()) {
                assert_eq!(before, path);
                continue;
            }
            let folder = given[..depth].join("/");
            let name = given[depth];
            assert!(
                lower.insert((folder.clone(), depth, name.to_lowercase())),
                "{path}"
            );
            assert!(upper.insert((folder, depth, name.to_uppercase())), "{path}");
        }
    }
    exact_names(&paths);
}

fn components(path: &str) -> Vec<&str> {
    path.split('/').collect()
}

fn check_portable(name: &str) {
    assert!(!name.is_empty() && name.len() <= 255);
    assert!(!name.ends_with(['.', ' ']), "{name:?}");
    let is_forbidden = |it: char| it.is_control() || "<>:\"|?*\\/".contains(it);
    assert!(!name.contains(is_forbidden), "{name:?}");
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end()
        .to_lowercase();
    let devices = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    assert!(!devices.contains(&stem.as_str()), "{name:?}");
    let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let port: Vec<char> = port.unwrap_or_default().chars().collect();
    let is_port = matches!(port[..], ['0'..='9' | '¹' | '²' | '³']);
    assert!(!is_port, "{name:?}");
}

fn exact_names(paths: &BTreeSet<StoredPath>) {
    let mut exact = BTreeSet::new();
    for path in paths {
        let record = FileRecord {
            path: path.clone(),
            raw_path: path.shortened_from(),
            size_bytes: 0,
            sha256: Digest::of(b""),
            modified: None,
            persistent_id: None,
            shared_time: false,
            listed_size_bytes: None,
            suspect: None,
            marks: Vec::new(),
        };
        let names = record.exact_path();
        for name in &names {
            assert!((1..=255).contains(&name.len()) && name != b"." && name != b"..");
            assert!(!name.contains(&b'/') && !name.contains(&0));
        }
        assert!(exact.insert(names), "{path}");
    }
}
