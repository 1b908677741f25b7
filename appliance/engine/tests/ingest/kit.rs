//! What the tests share. The judge of a published snapshot below shares no code with what published it, apart from the parser of
//! `snapshot.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use heirloom_engine::{
    Archive, Cancel, LongFiles, MediaChoice, Progress, RunError, RunOrder, RunReport, ingest,
};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume, StoredFile};
use heirloom_format::{ArchiveId, ArchiveInfo, Digest, Signature, SigningKey, Snapshot};

pub(crate) const FOLDER: &str = "Mia's Pixel";

pub(crate) fn info() -> ArchiveInfo {
    let created = "2026-11-22".parse().expect("a day");
    ArchiveInfo::new(
        ArchiveId::from_bytes([7; 16]),
        "Müller",
        created,
        key().public_key(),
    )
}

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed([3; 32], [5; 8])
}

pub(crate) fn order() -> RunOrder {
    RunOrder {
        archive_info: info(),
        source_name: FOLDER.to_owned(),
        date: "2026-11-22".parse().expect("a day"),
        read_all: false,
        software: "heirloom 0.1.0".to_owned(),
        choice: MediaChoice::Everything,
        reads_twice: false,
        // Long enough to come in pieces, and a note after each.
        long_files: LongFiles {
            from_bytes: 1 << 20,
            note_every_bytes: 1 << 20,
        },
    }
}

pub(crate) fn new_archive() -> FakeVolume {
    let volume = FakeVolume::new();
    Archive::create(&volume, &info(), &key()).expect("a new archive");
    volume
}

pub(crate) fn run(volume: &FakeVolume, source: &mut FakeSource) -> Result<RunReport, RunError> {
    run_as(volume, source, &order())
}

pub(crate) fn run_as(
    volume: &FakeVolume,
    source: &mut FakeSource,
    order: &RunOrder,
) -> Result<RunReport, RunError> {
    let volume = Arc::new(volume.clone());
    ingest(source, volume, order, &|_| {}, &Cancel::new())
}

pub(crate) fn run_watched(
    volume: &FakeVolume,
    source: &mut FakeSource,
) -> (Result<RunReport, RunError>, Vec<Progress>) {
    let seen = Mutex::new(Vec::new());
    let watch = |progress| seen.lock().expect("no panic").push(progress);
    let outcome = ingest(
        source,
        Arc::new(volume.clone()),
        &order(),
        &watch,
        &Cancel::new(),
    );
    (outcome, seen.into_inner().expect("no panic"))
}

/// Bytes that no two seeds share.
pub(crate) fn bytes(seed: u64, len: usize) -> Vec<u8> {
    (0..len as u64)
        .map(|at| {
            (seed
                .wrapping_mul(0x9e37_79b9)
                .wrapping_add(at.wrapping_mul(at + 7))
                >> 3) as u8
        })
        .collect()
}

pub(crate) fn photo(number: u64) -> FakeFile {
    let path = format!("Internal shared storage/DCIM/Camera/PXL_{number:04}.jpg");
    FakeFile::new(
        &path,
        bytes(number, 3_000 + number as usize),
        1_700_000_000 + number as i64 * 60,
    )
}

pub(crate) fn phone(photos: impl IntoIterator<Item = u64>) -> FakeSource {
    FakeSource::phone("1A2B3C", photos.into_iter().map(photo).collect())
}

/// A snapshot that is in its place and was found right.
pub(crate) struct Published {
    pub(crate) generation: u32,
    pub(crate) folder: String,
    pub(crate) snapshot: Snapshot,
    /// Below `data/`.
    pub(crate) files: BTreeMap<String, StoredFile>,
}

impl Published {
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }
}

/// Holds every published snapshot to its manifests, to its description, and to the chain. Oldest first.
pub(crate) fn check(volume: &FakeVolume) -> Vec<Published> {
    let files = volume.files();
    let mut published: Vec<Published> = volume
        .folders()
        .into_iter()
        .filter(|folder| folder.starts_with("sources/") && folder.split('/').count() == 3)
        .map(|folder| check_snapshot(&files, folder))
        .collect();
    published.sort_by_key(|it| it.generation);
    let mut head = None;
    for it in &published {
        assert_eq!(
            it.snapshot.previous_head, head,
            "{}: the chain holds",
            it.folder
        );
        head = Some(Digest::of(
            &files[&format!("{}/tagmanifest-sha256.txt", it.folder)].content,
        ));
    }
    let generations: BTreeSet<u32> = published.iter().map(|it| it.generation).collect();
    assert_eq!(
        generations.len(),
        published.len(),
        "no number is used twice"
    );
    published
}

fn check_snapshot(files: &BTreeMap<String, StoredFile>, folder: String) -> Published {
    let below: BTreeMap<&str, &StoredFile> = files
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix(&folder)?.strip_prefix('/')?, file)))
        .collect();
    let tags = check_manifest(&below, "tagmanifest-sha256.txt", &folder);
    assert_eq!(
        tags,
        [
            "bag-info.txt",
            "bagit.txt",
            "manifest-sha256.txt",
            "shared-times.txt",
            "snapshot.json"
        ],
        "{folder}"
    );
    let payload = check_manifest(&below, "manifest-sha256.txt", &folder);
    let there: Vec<&str> = below
        .keys()
        .copied()
        .filter(|path| path.starts_with("data/"))
        .collect();
    assert_eq!(
        payload, there,
        "{folder}: the payload is what the manifest says"
    );
    assert_eq!(
        below.len(),
        payload.len() + 7,
        "{folder} holds nothing else: {:?}",
        below.keys()
    );

    let signature = Signature::parse(&below["tagmanifest-sha256.txt.minisig"].content);
    let signed = &below["tagmanifest-sha256.txt"].content;
    let verified = signature.and_then(|it| it.verify(&key().public_key(), signed));
    assert_eq!(verified, Ok(()), "{folder} is signed");
    let shared_times = String::from_utf8(below["shared-times.txt"].content.clone()).expect("text");

    let snapshot = Snapshot::parse(&below["snapshot.json"].content).expect("a description");
    let generation: u32 = folder.rsplit('/').next().expect("a name")[..4]
        .parse()
        .expect("a number");
    assert_eq!(snapshot.generation, generation);
    assert_eq!(snapshot.files.len(), payload.len());
    let mut size_bytes = 0;
    for record in &snapshot.files {
        let file = below[format!("data/{}", record.path).as_str()];
        assert_eq!(
            record.size_bytes,
            file.content.len() as u64,
            "{}",
            record.path
        );
        assert_eq!(record.sha256, Digest::of(&file.content), "{}", record.path);
        let unix_s = record
            .modified
            .as_ref()
            .and_then(|modified| modified.unix_s);
        let line = unix_s.map(|unix_s| format!("{unix_s} data/{}", record.path));
        let is_in_shared_times = line.is_some_and(|line| shared_times.lines().any(|it| it == line));
        assert!(
            unix_s == file.modified_unix_s || record.shared_time,
            "{}: its time",
            record.path
        );
        assert_eq!(
            is_in_shared_times,
            record.shared_time && unix_s.is_some(),
            "{}: its time beside it",
            record.path
        );
        size_bytes += record.size_bytes;
    }
    let bag_info = String::from_utf8(below["bag-info.txt"].content.clone()).expect("text");
    let oxum = format!("Payload-Oxum: {size_bytes}.{}\n", payload.len());
    assert!(bag_info.contains(&oxum), "{bag_info}");
    let files = below
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix("data/")?.to_owned(), (*file).clone())))
        .collect();
    Published {
        generation,
        folder,
        snapshot,
        files,
    }
}

fn check_manifest(below: &BTreeMap<&str, &StoredFile>, name: &str, folder: &str) -> Vec<String> {
    let manifest = below
        .get(name)
        .unwrap_or_else(|| panic!("{folder} has its {name}"));
    let text = std::str::from_utf8(&manifest.content).expect("text");
    text.lines()
        .map(|line| {
            let (digest, path) = line.split_once("  ").expect("a digest and a path");
            let file = below
                .get(path)
                .unwrap_or_else(|| panic!("{folder} has {path}"));
            assert_eq!(
                digest,
                Digest::of(&file.content).to_string(),
                "{folder}: {path}"
            );
            path.to_owned()
        })
        .collect()
}

/// The newest snapshot is what the phone holds, times included, and no run is left over.
pub(crate) fn check_mirrors(volume: &FakeVolume, source: &FakeSource) -> Published {
    let newest = check(volume).pop().expect("a snapshot");
    let expected: BTreeMap<String, (&Vec<u8>, Option<i64>)> = source
        .files
        .iter()
        .map(|file| {
            let unix_s = file.modified.as_ref().and_then(|modified| modified.unix_s);
            (file.path.join("/"), (&file.content, unix_s))
        })
        .collect();
    // Stored files of one content share a time; the description has each one's own.
    let found: BTreeMap<String, (&Vec<u8>, Option<i64>)> = newest
        .snapshot
        .files
        .iter()
        .map(|record| {
            let path = record.path.to_string();
            let unix_s = record.modified.as_ref().and_then(|time| time.unix_s);
            let content = &newest.files[&path].content;
            (path, (content, unix_s))
        })
        .collect();
    assert!(
        found == expected,
        "found {:?}, expected {:?}",
        found.keys(),
        expected.keys()
    );
    let (source_folder, name) = newest.folder.rsplit_once('/').expect("a folder");
    assert_eq!(
        volume.target(&format!("{source_folder}/latest")).as_deref(),
        Some(name)
    );
    let left: Vec<String> = volume
        .folders()
        .into_iter()
        .filter(|it| it.starts_with(".incoming/"))
        .collect();
    assert_eq!(left, [""; 0], "nothing is left in .incoming");
    newest
}
