//! What runs that go well publish and report.

use heirloom_engine::{Archive, ArchiveError, Cancel, KindCounts, Progress, RunError, ingest};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};
use heirloom_format::{ArchiveId, Status};

use crate::kit::{
    bytes, check, check_mirrors, info, key, new_archive, order, phone, photo, run, run_watched,
};

#[test]
fn the_first_run_copies_all_and_proves_it() {
    let volume = new_archive();
    let mut source = phone(1..=3);
    // More than a piece, so that it takes several steps; and one without a time.
    source.files.push(FakeFile::new(
        "SD card/Movies/a.mp4",
        bytes(9, (3 << 20) + 5),
        1_600_000_000,
    ));
    source.files.push(FakeFile {
        modified: None,
        ..FakeFile::new("SD card/notes.txt", "", 0)
    });
    let (outcome, seen) = run_watched(&volume, &mut source);
    let report = outcome.expect("a run");

    let published = check_mirrors(&volume, &source);
    assert_eq!(published.snapshot.status, Status::Complete);
    assert_eq!(published.folder, report.folder);
    assert_eq!(report.snapshot.to_string(), "0001 2026-11-22");
    assert!(report.completeness.is_complete() && !report.up_to_date);
    assert_eq!(
        (report.files, report.new_files, report.linked_files),
        (5, 5, 0)
    );
    assert_eq!(
        report.kinds,
        KindCounts {
            photos: 3,
            videos: 1,
            others: 1
        }
    );
    assert_eq!(report.first_day.expect("a day").to_string(), "2020-09-13");
    assert_eq!(report.last_day.expect("a day").to_string(), "2023-11-14");
    let archive = Archive::open(&volume).expect("an archive");
    assert_eq!(archive.head(), Some(report.head));
    assert_eq!(
        (archive.damage(), archive.next_generation()),
        (&[][..], Some(2))
    );

    // Every new file came back from the drive before it was called verified.
    for path in published.paths() {
        let reads = volume
            .reads_back()
            .iter()
            .filter(|it| it.ends_with(&format!("/bag/data/{path}")))
            .count();
        assert_eq!(reads, 1, "{path}");
    }
    let total = 3 * 3_000 + 6 + (3 << 20) + 5;
    assert_eq!(seen[0], Progress::Listing { found: 5 });
    assert!(seen.contains(&Progress::Planned {
        files: 5,
        bytes: total,
        to_fetch_files: 5,
        to_fetch_bytes: total,
        linked_files: 0,
        resumed_files: 0,
    }));
    assert!(seen.contains(&Progress::Moved { bytes: total }));
    assert!(seen.contains(&Progress::Verified {
        files: 5,
        bytes: total
    }));
    assert!(seen.ends_with(&[
        Progress::Reconciling,
        Progress::Listing { found: 5 },
        Progress::Publishing
    ]));
}

#[test]
fn the_second_run_fetches_only_what_is_new_and_keeps_what_is_gone() {
    let volume = new_archive();
    let mut source = phone(1..=5);
    run(&volume, &mut source).expect("a first run");
    source.take_fetched();

    source.files.remove(0); // deleted
    source.files[0].content = bytes(99, 4_000); // edited, with a new time
    source.files[0].modified = photo(90).modified;
    source.files[1].path[2] = "Holidays".to_owned(); // moved
    source.files.push(photo(6)); // new
    let report = run(&volume, &mut source).expect("a second run");

    check_mirrors(&volume, &source);
    let all = check(&volume);
    assert_eq!(all.len(), 2);
    assert_eq!(
        source.take_fetched().len(),
        3,
        "the edited, the moved, the new"
    );
    assert_eq!((report.linked_files, report.new_files), (2, 3));
    assert_eq!(report.known_content_files, 1, "the moved one");
    assert_eq!(report.gone_but_kept_files, 1);
    let camera = |number: u64| photo(number).path.join("/");
    assert_eq!(
        all[0].files[&camera(4)].node,
        all[1].files[&camera(4)].node,
        "unchanged files are stored once"
    );
    let moved = camera(3).replace("Camera", "Holidays");
    assert_eq!(
        all[0].files[&camera(3)].node,
        all[1].files[&moved].node,
        "moved files are stored once"
    );
    assert_eq!(
        all[0].files[&camera(2)].content,
        photo(2).content,
        "the version before an edit is kept"
    );
}

#[test]
fn a_run_with_nothing_new_publishes_nothing() {
    let volume = new_archive();
    let mut source = phone(1..=3);
    let first = run(&volume, &mut source).expect("a first run");
    source.take_fetched();
    let before = volume.files();
    let second = run(&volume, &mut source).expect("a second run");
    assert!(second.up_to_date && second.completeness.is_complete());
    assert_eq!((second.snapshot, second.head), (first.snapshot, first.head));
    assert_eq!((second.files, second.new_files), (3, 0));
    assert!(volume.files() == before && source.take_fetched().is_empty());
    check_mirrors(&volume, &source);
    // Something deleted is a new state.
    source.files.pop();
    let third = run(&volume, &mut source).expect("a third run");
    assert_eq!(
        (
            third.up_to_date,
            third.snapshot.generation,
            third.gone_but_kept_files
        ),
        (false, 2, 1)
    );
    check_mirrors(&volume, &source);
}

#[test]
fn two_sources_share_content_numbers_and_the_chain() {
    let volume = new_archive();
    let mut mia = phone(1..=3);
    let mut ben = FakeSource::phone("OTHER", (2..=4).map(photo).collect());
    // Content is stored once, whatever its time; each name keeps its own in the description, and beside it for hands.
    ben.files[0].modified = photo(50).modified;
    run(&volume, &mut mia).expect("Mia's run");
    let report = run(&volume, &mut ben).expect("Ben's run");
    assert_eq!(
        (
            report.snapshot.generation,
            report.new_files,
            report.known_content_files
        ),
        (2, 3, 2)
    );
    check_mirrors(&volume, &ben);
    let all = check(&volume);
    let path = photo(3).path.join("/");
    assert_eq!(all[0].files[&path].node, all[1].files[&path].node);
    let path = photo(2).path.join("/");
    assert_eq!(all[0].files[&path].node, all[1].files[&path].node);
    let shared: Vec<bool> = all[1]
        .snapshot
        .files
        .iter()
        .map(|it| it.shared_time)
        .collect();
    assert_eq!(shared, [true, false, false]);
    let shared_times = volume.files()[&format!("{}/shared-times.txt", all[1].folder)].clone();
    let unix_s = 1_700_000_000 + 50 * 60;
    assert_eq!(
        String::from_utf8_lossy(&shared_times.content),
        format!("{unix_s} data/{path}\n")
    );
    // It stays so in later snapshots, in which the file is only linked.
    ben.files.push(photo(9));
    run(&volume, &mut ben).expect("Ben again");
    let newest = check_mirrors(&volume, &ben);
    assert!(newest.snapshot.files[0].shared_time);
    assert_ne!(all[0].snapshot.source.serial, all[1].snapshot.source.serial);
    assert!(run(&volume, &mut mia).expect("Mia again").up_to_date);
}

#[test]
fn a_renamed_source_keeps_its_folder() {
    let volume = new_archive();
    let mut source = phone(1..=2);
    let first = run(&volume, &mut source).expect("a run");
    source.files.push(photo(3));
    let order = heirloom_engine::RunOrder {
        source_name: "Another name".to_owned(),
        ..order()
    };
    let second = ingest(
        &mut source,
        std::sync::Arc::new(volume.clone()),
        &order,
        &|_| {},
        &Cancel::new(),
    )
    .expect("a run");
    let source_folder = |folder: &str| folder.rsplit_once('/').expect("a folder").0.to_owned();
    assert_eq!(source_folder(&first.folder), source_folder(&second.folder));
}

#[test]
fn stock_tools_accept_what_is_published() {
    let volume = new_archive();
    let mut source = phone(1..=2);
    for name in [
        "ünï 🎂.jpg",
        " spaces  ",
        "50%.jpg",
        "new\nline.jpg",
        "back\\slash",
        "=~",
        "a=b",
        "-n",
        "*",
        "#1",
        "..",
    ] {
        source.files.push(FakeFile::new(
            "Internal/x",
            bytes(name.len() as u64, 10),
            1_600_000_000,
        ));
        source.files.last_mut().expect("one").path[1] = name.to_owned();
    }
    let report = run(&volume, &mut source).expect("a run");
    check(&volume);
    let place = tempfile::tempdir().expect("a folder");
    volume.export(place.path()).expect("an export");
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let output = std::process::Command::new("sha256sum")
            .args(["--strict", "-c", manifest])
            .current_dir(place.path().join(&report.folder))
            .output()
            .expect("sha256sum is on every system that builds this");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn an_archive_is_made_once_and_told_from_others() {
    let volume = FakeVolume::new();
    let open = |volume: &FakeVolume| Archive::open(volume).map(|_| ());
    assert_eq!(open(&volume), Err(ArchiveError::NotAnArchive));
    assert_eq!(
        Archive::create(&volume, &info(), &key())
            .expect("new")
            .head(),
        None
    );
    assert_eq!(
        Archive::create(&volume, &info(), &key()).map(|_| ()),
        Err(ArchiveError::AlreadyAnArchive)
    );

    let mut other = order();
    other.archive_info.archive_id = ArchiveId::from_bytes([8; 16]);
    let outcome = ingest(
        &mut phone(1..=1),
        std::sync::Arc::new(volume.clone()),
        &other,
        &|_| {},
        &Cancel::new(),
    );
    assert_eq!(outcome, Err(RunError::OtherArchive));

    volume.tamper("archive.json", |json| json.truncate(20));
    assert_eq!(open(&volume), Err(ArchiveError::InfoDamaged));
    volume.tamper("archive.json", |json| {
        *json = br#"{"format_version": 3}"#.to_vec()
    });
    assert_eq!(open(&volume), Err(ArchiveError::Newer { found: 3 }));
}
