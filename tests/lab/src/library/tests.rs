//! Libraries that are computed, and one on disk.

use std::fs;
use std::time::{Duration, Instant};

use super::*;

fn library(description: &str) -> Library {
    let description = serde_json::from_str(description).expect("a description");
    Library::of(&description).expect("a library")
}

#[test]
fn a_hundred_thousand_objects_are_made_at_once() {
    let begun = Instant::now();
    let library = library(
        r#"{"storages": [{"name": "Internal", "folders": [{"name": "DCIM", "folders": [
            {"name": "ANDRO###", "count": 1000, "files": [
                {"name": "IMG_####.jpg", "count": 100, "size_bytes": [1000000, 4000000]}]}]}]}]}"#,
    );
    assert_eq!(library.object_count(), 101_001);
    let last = library.files().last().expect("files");
    assert_eq!(last.path, ["Internal", "DCIM", "ANDRO1000", "IMG_0100.jpg"]);
    assert!((1_000_000..=4_000_000).contains(&last.size_bytes));
    // Some hundredths of a second really; the bound only keeps a quadratic slip out.
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_video_of_twelve_gigabytes_is_read_anywhere_without_a_disk() {
    let library = library(
        r#"{"storages": [{"name": "Internal", "files": [{"name": "VID.mp4", "size_bytes": 12884901888}]}]}"#,
    );
    let mut bytes = [0; 4096];
    assert_eq!(library.read_at(0, 0, &mut bytes).expect("read"), 4096);
    assert_eq!(&bytes[4..8], b"ftyp");
    let near_end = 12_884_901_888 - 100;
    assert_eq!(library.read_at(0, near_end, &mut bytes).expect("read"), 100);
    assert_eq!(
        library
            .read_at(0, 12_884_901_888, &mut bytes)
            .expect("read"),
        0
    );
    assert_eq!(library.read_at(0, u64::MAX, &mut bytes).expect("read"), 0);
}

#[test]
fn a_folder_on_disk_is_shown_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["Größe 🎂.jpg", "line\nbreak.txt", "ゐ.heic"];
    fs::create_dir(folder.path().join("DCIM")).expect("made");
    for (length, name) in names.iter().enumerate() {
        fs::write(
            folder.path().join("DCIM").join(name),
            vec![7; length * 1000],
        )
        .expect("written");
    }
    let library = Library::over_folder("Card", folder.path()).expect("a library");
    let files: Vec<_> = library.files().collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let length = names
            .iter()
            .position(|name| *name == file.path[2])
            .expect("its name")
            * 1000;
        assert_eq!(file.path[..2], ["Card", "DCIM"]);
        assert_eq!(file.size_bytes, length as u64);
        assert_eq!(library.bytes(file.number).expect("read"), vec![7; length]);
        assert_eq!(file.modified.len(), "20240131T235959".len());
    }
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    let library = library(
        r#"{"storages": [{"name": "Internal", "files": [{"name": "a.jpg", "size_bytes": 3000001}]}]}"#,
    );
    let bytes = library.bytes(0).expect("bytes");
    assert_eq!(bytes.len(), 3_000_001);
    assert_eq!(
        library.sha256(0).expect("hash"),
        <[u8; 32]>::from(Sha256::digest(&bytes))
    );
}

#[test]
fn persistent_ids_are_made_of_paths() {
    let library = library(
        r#"{"storages": [{"name": "Internal", "folders": [
            {"name": "a", "files": [{"name": "x", "size_bytes": 1}]},
            {"name": "b", "files": [{"name": "x", "size_bytes": 1}]}]}]}"#,
    );
    let id = |number| library.persistent_id(library.object(number).expect("it"));
    assert_ne!(id(1), id(3));
    assert_eq!(id(1), id(1));
}

#[test]
fn a_cycle_needs_a_folder_above() {
    let description =
        r#"{"storages": [{"name": "x", "folders": [{"name": "a", "contains_its_parent": true}]}]}"#;
    let description = serde_json::from_str(description).expect("a description");
    assert!(matches!(
        Library::of(&description),
        Err(LibraryError::NoParent)
    ));
}
