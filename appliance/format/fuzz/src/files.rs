//! Files: what comes in two pieces is read as what comes whole, and what was read is printed and read again.

use heirloom_format::{
    ArchiveInfo, FORMAT_VERSION, JsonFault, Manifest, ManifestReader, Plan, SharedTimesReader,
    Snapshot, SnapshotError, SnapshotReader, TAG_FILES, TagManifest, UntrustedManifest,
    manifest_line, readme, shared_times_line,
};
use serde_json::Value;

/// The first two bytes say where the others are cut.
fn pieces(data: &[u8]) -> Option<(&[u8], [&[u8]; 2])> {
    let (cut, whole) = data.split_first_chunk()?;
    let cut = usize::from(u16::from_be_bytes(*cut)).min(whole.len());
    let (first, second) = whole.split_at(cut);
    Some((whole, [first, second]))
}

/// `snapshot.json`.
pub fn snapshot(data: &[u8]) {
    let Some((whole, pieces)) = pieces(data) else {
        return;
    };
    let in_pieces = || -> Result<Snapshot, SnapshotError> {
        let mut reader = SnapshotReader::new();
        let mut files = Vec::new();
        for piece in pieces {
            reader.push(piece, &mut |file| files.push(file))?;
        }
        let rest = reader.finish()?;
        assert!(rest.files.is_empty());
        Ok(Snapshot { files, ..rest })
    };
    let read = Snapshot::parse(whole);
    match (&read, in_pieces()) {
        (Ok(one), Ok(two)) => assert_eq!(*one, two),
        (Err(one), Err(two)) => assert_eq!(one.to_string(), two.to_string()),
        (one, two) => panic!("whole {one:?}, in pieces {two:?}"),
    }
    // A whole parser of JSON must agree.
    let judged: Result<Snapshot, _> = serde_json::from_slice(whole);
    match (&read, judged) {
        (Ok(one), Ok(two)) => assert_eq!(*one, two),
        (Ok(_), Err(error)) => panic!("read, and serde_json says {error}"),
        (Err(SnapshotError::Structure(fault)), Ok(_)) => {
            // It takes lists for objects, and goes deeper.
            let value: Value = serde_json::from_slice(whole).expect("it was read");
            let files = value["files"].as_array();
            let is_plain = files.is_some_and(|files| files.iter().all(Value::is_object));
            let is_deep = matches!(fault, JsonFault::TooDeep { .. });
            assert!(!is_plain || is_deep, "refused: {fault}");
        }
        (Err(error), Ok(two)) => {
            let is_sorted = two.files.is_sorted_by(|one, two| one.path < two.path);
            let is_known = two.format_version <= FORMAT_VERSION;
            assert!(!is_sorted || !is_known, "refused: {error}");
        }
        (Err(_), Err(_)) => {}
    }
    if let Ok(snapshot) = read {
        let printed = snapshot.print();
        assert_eq!(Snapshot::parse(printed.as_bytes()).expect("ours"), snapshot);
        for file in &snapshot.files {
            assert_eq!(
                file.exact_path().len(),
                file.path.as_str().split('/').count()
            );
        }
    }
}

/// `manifest-sha256.txt`.
pub fn manifest(data: &[u8]) {
    let Some((whole, pieces)) = pieces(data) else {
        return;
    };
    let read = UntrustedManifest::parse(whole).and_then(UntrustedManifest::validate);
    let mut reader = ManifestReader::new();
    let mut files = Vec::new();
    let in_pieces = pieces
        .iter()
        .try_for_each(|piece| reader.push(piece, &mut |digest, path| files.push((path, digest))))
        .and_then(|()| reader.finish());
    let Ok(manifest) = read else {
        // Which of two errors is told depends on who looks first.
        assert!(in_pieces.is_err());
        return;
    };
    assert_eq!(in_pieces, Ok(()));
    let mut printed = String::new();
    for (path, digest) in &files {
        manifest_line(digest, path, &mut printed);
    }
    assert_eq!(printed.len(), whole.len());
    assert!(printed.as_bytes().eq_ignore_ascii_case(whole));
    assert_eq!(manifest.print(), printed);
    assert_eq!(Manifest::of(files), Some(manifest));
}

/// `tagmanifest-sha256.txt`.
pub fn tag_manifest(data: &[u8]) {
    if let Ok(tags) = TagManifest::parse(data) {
        assert!(tags.iter().map(|(path, _)| path.as_str()).eq(TAG_FILES));
        assert!(TAG_FILES.iter().all(|name| tags.digest(name).is_some()));
        assert_eq!(TagManifest::parse(tags.print().as_bytes()), Ok(tags));
    }
}

/// `shared-times.txt`.
pub fn shared_times(data: &[u8]) {
    let Some((whole, pieces)) = pieces(data) else {
        return;
    };
    let read = |pieces: &[&[u8]]| {
        let mut reader = SharedTimesReader::new();
        let mut printed = String::new();
        for piece in pieces {
            reader.push(piece, &mut |unix_s, path| {
                shared_times_line(unix_s, &path, &mut printed);
            })?;
        }
        reader.finish().map(|()| printed)
    };
    let printed = read(&[whole]);
    assert_eq!(printed, read(&pieces));
    if let Ok(printed) = printed {
        assert_eq!(printed.as_bytes(), whole);
    }
}

/// `archive.json`.
pub fn archive_info(data: &[u8]) {
    if let Ok(info) = ArchiveInfo::parse(data) {
        assert_eq!(
            ArchiveInfo::parse(info.print().as_bytes()).expect("ours"),
            info
        );
        assert!(readme(&info).lines().count() < 1000);
    }
}

/// `plan.json`. What is not known in it outlives being written anew.
pub fn plan(data: &[u8]) {
    let Ok(plan) = Plan::parse(data) else {
        return;
    };
    let printed = plan.print();
    let again = Plan::parse(printed.as_bytes()).expect("what was printed is read");
    assert_eq!(again, plan);
    let before: Value = serde_json::from_slice(data).expect("it was read");
    let after: Value = serde_json::from_str(&printed).expect("it was read");
    assert_kept(&before, &after);
}

/// All that is said before is said after. What says nothing may be left out, and what was left out may say nothing.
fn assert_kept(before: &Value, after: &Value) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                match after.get(name) {
                    Some(after) => assert_kept(value, after),
                    None => assert!(
                        value.is_null() || *value == Value::Array(Vec::new()),
                        "{name}"
                    ),
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            let pairs = before.iter().zip(after);
            pairs.for_each(|(before, after)| assert_kept(before, after));
        }
        (before, after) => assert_eq!(before, after),
    }
}
