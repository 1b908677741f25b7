//! The backup of the header: current, outdated, and interrupted while it is made anew.

use std::io::{Seek, SeekFrom};

use super::*;

/// An image, and a folder as the drive's open partition.
fn with_backup() -> (Image, tempfile::TempDir) {
    let image = Image::of_both();
    let folder = tempfile::tempdir().unwrap();
    image.keys().refresh_backup(folder.path()).unwrap();
    (image, folder)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn it_follows_the_keys_and_opens_with_them_alone() {
    let (image, folder) = with_backup();
    let backup = folder.path().join("luks-header-backup.img");
    let health = || image.keys().backup_health(folder.path());
    assert_eq!(health(), Ok(BackupHealth::Current));
    let (owner, new) = (secret(OWNER), secret(NEW));
    image
        .keys()
        .set_key(KeyHolder::Executors, &owner, &new)
        .unwrap();
    assert_eq!(health(), Ok(BackupHealth::Outdated));
    image.keys().refresh_backup(folder.path()).unwrap();
    assert_eq!(health(), Ok(BackupHealth::Current));
    assert_eq!(names(folder.path()), ["luks-header-backup.img"]);
    // Back on a drive that lost its header, by the command that is on the sheet.
    let lost = Image::empty();
    let mut restore = Command::new("cryptsetup");
    restore.args(["luksHeaderRestore", "--batch-mode", "--header-backup-file"]);
    assert!(
        restore
            .arg(&backup)
            .arg(&lost.path)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(lost.opened_by(&[OWNER, EXECUTORS, NEW]), [OWNER, NEW]);
}

#[test]
fn a_missing_or_damaged_one_is_missing() {
    let (image, folder) = with_backup();
    let file = folder.path().join("luks-header-backup.img");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(
        image.keys().backup_health(folder.path()),
        Ok(BackupHealth::Missing)
    );
    std::fs::write(&file, b"half").unwrap();
    assert_eq!(
        image.keys().backup_health(folder.path()),
        Ok(BackupHealth::Missing)
    );
    image.keys().refresh_backup(folder.path()).unwrap();
    assert_eq!(
        image.keys().backup_health(folder.path()),
        Ok(BackupHealth::Current)
    );
}

/// No checksum of a header covers the slots' key material; the backup shows what went bad, and is not overwritten with it.
#[test]
fn bad_key_material_is_seen() {
    let (image, folder) = with_backup();
    let slots = image.keys().health().unwrap().slots;
    let mut file = File::options().write(true).open(&image.path).unwrap();
    file.seek(SeekFrom::Start(slots[1].area_offset + 100_000))
        .unwrap();
    file.write_all(&[0; 512]).unwrap();
    let health = image.keys().backup_health(folder.path());
    assert_eq!(health, Ok(BackupHealth::SlotsDiffer(vec![1])));
    assert_eq!(image.opened_by(&[OWNER, EXECUTORS]), [OWNER]);
}

/// What a power cut can leave in the folder: each is seen, and is in order after the next time.
#[test]
fn an_interrupted_one_is_made_anew() {
    const FILE: &str = "luks-header-backup.img";
    const DRAFT: &str = "luks-header-backup.new";
    const REPLACED: &str = "luks-header-backup.old";
    let table: [&[&str]; 5] = [
        &[FILE, DRAFT],
        &[DRAFT, REPLACED],
        &[FILE, REPLACED],
        &[FILE, DRAFT, REPLACED],
        &[DRAFT],
    ];
    let (image, source) = with_backup();
    for there in table {
        let folder = tempfile::tempdir().unwrap();
        for name in there {
            std::fs::copy(source.path().join(FILE), folder.path().join(name)).unwrap();
        }
        let health = image.keys().backup_health(folder.path());
        assert_eq!(health, Ok(BackupHealth::Outdated), "{there:?}");
        image.keys().refresh_backup(folder.path()).unwrap();
        let health = image.keys().backup_health(folder.path());
        assert_eq!(health, Ok(BackupHealth::Current), "{there:?}");
        assert_eq!(names(folder.path()), [FILE], "{there:?}");
    }
}

/// The old one stays as it is when the new one can't be made.
#[test]
fn a_failing_one_costs_nothing() {
    let (image, folder) = with_backup();
    let noted = Noted {
        calls_left: Some(0),
        ..Noted::default()
    };
    let refreshed = image.keys_by(&noted).refresh_backup(folder.path());
    assert_eq!(refreshed, Err(DriveError::Gone));
    let health = image.keys().backup_health(folder.path());
    assert_eq!(health, Ok(BackupHealth::Current));
}
