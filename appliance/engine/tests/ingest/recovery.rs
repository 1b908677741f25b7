//! What must hold after whatever happened: the archive is sound, nothing that was verified is fetched again, and the next attempt ends where an
//! undisturbed one would have.

use std::collections::{BTreeMap, BTreeSet};

use heirloom_engine::RunReport;
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume, StoredFile};
use heirloom_format::{Digest, FileRecord};
use serde_json::Value;

use crate::kit::{Published, bytes, check, check_mirrors, new_archive, phone, photo, run};

/// An archive with one snapshot, and the phone some days later: one photo deleted, one edited, some new, two of them with known content, one of
/// these with a time of its own.
pub(crate) fn some_days_later() -> (FakeVolume, Vec<FakeFile>) {
    let volume = new_archive();
    let mut source = phone(1..=4);
    run(&volume, &mut source).expect("a first run");
    source.files.remove(0);
    source.files[0].content = bytes(77, 2_000);
    source.files[0].modified = photo(70).modified;
    let sent = |name: &str, photo: FakeFile| FakeFile {
        path: ["Internal shared storage", "Sent", name]
            .map(str::to_owned)
            .to_vec(),
        ..photo
    };
    let copy = sent("copy.jpg", photo(3));
    let later = FakeFile {
        modified: photo(60).modified,
        ..sent("later.jpg", photo(4))
    };
    source.files.extend([photo(5), copy, photo(6), later]);
    (volume, source.files)
}

pub(crate) fn later_phone(files: &[FakeFile]) -> FakeSource {
    FakeSource::phone("1A2B3C", files.to_vec())
}

/// What a run ends in: content and name of all that is published. Names of one file are told by their common number.
pub(crate) fn archive_of(volume: &FakeVolume) -> BTreeMap<String, (Vec<u8>, Option<i64>, usize)> {
    let mut numbers = BTreeMap::new();
    let files = volume.files();
    files
        .into_iter()
        .filter(|(path, _)| !path.starts_with(".incoming/"))
        .map(|(path, file)| {
            let next = numbers.len();
            let number = *numbers.entry(file.node).or_insert(next);
            (path, (file.content, file.modified_unix_s, number))
        })
        .collect()
}

/// What an undisturbed run of the phone ends in.
pub(crate) fn undisturbed(
    volume: &FakeVolume,
    files: &[FakeFile],
) -> BTreeMap<String, (Vec<u8>, Option<i64>, usize)> {
    let undisturbed = volume.copy();
    run(&undisturbed, &mut later_phone(files)).expect("an undisturbed run");
    archive_of(&undisturbed)
}

/// What the interrupted run's journal vouches for, and what is there as it says.
#[derive(Default)]
pub(crate) struct Vouched {
    verified: BTreeSet<String>,
    /// How much there is of long files, from the first byte.
    pub(crate) parts: BTreeMap<String, u64>,
    /// The same as the newest notes have it, true or not.
    pub(crate) noted: BTreeMap<String, u64>,
    /// Files that look damaged, also of a journal whose snapshot is published.
    suspects: BTreeSet<String>,
}

/// How much of a file is there, if this line of a journal is about a part of one and is true. The file has no second name.
fn part(line: &Value, stored: &StoredFile, names: usize) -> Option<u64> {
    let part_bytes = line["part_bytes"].as_u64()?;
    let part = stored.content.get(..part_bytes as usize)?;
    let is_true = line["part_sha256"] == Digest::of(part).to_string();
    (is_true && names == 1).then_some(part_bytes)
}

pub(crate) fn vouched(volume: &FakeVolume) -> Vouched {
    let files = volume.files();
    let mut vouched = Vouched::default();
    let mut before: BTreeMap<&str, String> = BTreeMap::new();
    for (path, segment) in &files {
        let Some((folder, name)) = path.rsplit_once('/') else {
            continue;
        };
        if !(path.starts_with(".incoming/") && name.starts_with("verified-")) {
            continue;
        }
        let text = String::from_utf8_lossy(&segment.content);
        let Some((lines, seal)) = text.trim_end().rsplit_once("sealed ") else {
            continue;
        };
        let sealed = match before.get(folder) {
            None => lines.to_owned(),
            Some(before) => format!("{before}\n{lines}"),
        };
        if seal != Digest::of(sealed.as_bytes()).to_string() {
            // It was cut; what comes after it counts for nothing.
            before.insert(folder, "broken".to_owned());
            continue;
        }
        before.insert(folder, seal.to_owned());
        let mut paths = files.keys();
        let is_growing = paths.any(|path| path.starts_with(&format!("{folder}/bag/")));
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).expect("a sealed line");
            let path = line["path"].as_str().expect("a path").to_owned();
            if line["suspect"].is_string() {
                vouched.suspects.insert(path.clone());
            }
            if !is_growing {
                // It was published, and only the journal was not removed yet.
                continue;
            }
            let stored = files.get(&format!("{folder}/bag/data/{path}"));
            if let Some(part_bytes) = line["part_bytes"].as_u64() {
                vouched.noted.insert(path.clone(), part_bytes);
                // The newest note counts.
                vouched.parts.remove(&path);
                if let Some(stored) = stored {
                    let names = files.values().filter(|it| it.node == stored.node).count();
                    let part = part(&line, stored, names);
                    vouched.parts.extend(part.map(|bytes| (path, bytes)));
                }
                continue;
            }
            let record: FileRecord = serde_json::from_value(line).expect("a file");
            let stored = stored.unwrap_or_else(|| panic!("{}: vouched for, and gone", record.path));
            assert_eq!(
                record.sha256,
                Digest::of(&stored.content),
                "{}",
                record.path
            );
            vouched.verified.insert(path);
        }
    }
    vouched
}

/// The archive is sound, and the next attempt gets where the first one would have, in as little work as it can.
pub(crate) fn check_recovery(
    volume: &FakeVolume,
    files: &[FakeFile],
    before: usize,
    expected: &BTreeMap<String, (Vec<u8>, Option<i64>, usize)>,
    what: &str,
) {
    volume.mend();
    let published = check(volume).len();
    assert!(
        (before..=before + 1).contains(&published),
        "{what}: {published} snapshots"
    );
    let mut vouched = vouched(volume);
    let mut source = later_phone(files);
    let report = run(volume, &mut source).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(
        report.completeness.is_complete(),
        "{what}: {:?}",
        report.problems
    );
    assert_eq!(report.damage, [], "{what}");
    assert_eq!(report.up_to_date, published == before + 1, "{what}");
    let newest = check_mirrors(volume, &source);
    check_suspects(&report, &newest, &vouched, what);
    assert_eq!(check(volume).len(), before + 1, "{what}");
    for (path, from_byte) in source.take_fetched_from() {
        assert!(
            !vouched.verified.contains(&path),
            "{what}: {path} was verified and is fetched again"
        );
        let part_bytes = vouched.parts.remove(&path).unwrap_or(0);
        assert_eq!(from_byte, part_bytes, "{what}: {path} goes on");
    }
    assert!(
        archive_of(volume) == *expected,
        "{what}: it ends in another archive than an undisturbed run"
    );
}

/// What looks damaged is so in the snapshot and in its count, and named: by the run that fetched it, and by the one that goes on after it.
fn check_suspects(report: &RunReport, newest: &Published, vouched: &Vouched, what: &str) {
    let is_suspect = |record: &&FileRecord| record.suspect.is_some();
    let records = newest.snapshot.files.iter().filter(is_suspect);
    let suspects: BTreeSet<String> = records.map(|it| it.path.to_string()).collect();
    assert_eq!(report.suspect_files, suspects.len() as u64, "{what}");
    let named: BTreeSet<String> = report.problems.iter().map(|it| it.place.clone()).collect();
    assert_eq!(named.len(), report.problems.len(), "{what}: each once");
    // Of a run that was through but for its report, the journal alone tells what it would have named.
    let expected = match report.up_to_date {
        true => &vouched.suspects,
        false => &suspects,
    };
    assert_eq!(named, *expected, "{what}: what looks damaged is named");
}
