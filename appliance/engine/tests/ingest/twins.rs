//! Cameras of one model that say no serial number: which of them a run is about follows from what is on them.

use std::collections::BTreeSet;

use heirloom_engine::{MediaChoice, RunOrder, RunReport};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};

use crate::doubtful::jpeg;
use crate::kit::{check, new_archive, order, run, run_as};

/// A picture of a camera's: names repeat on all of them, contents and times do not.
fn picture(camera: u64, number: u64) -> FakeFile {
    FakeFile::new(
        &format!("CF/DCIM/100CANON/IMG_{number:04}.JPG"),
        jpeg(camera * 100 + number, 3_000),
        1_700_000_000 + camera as i64 * 86_400 + number as i64,
    )
}

fn camera(serial: Option<&str>, camera: u64, pictures: std::ops::Range<u64>) -> FakeSource {
    let pictures = pictures.map(|number| picture(camera, number));
    FakeSource::camera(serial, pictures.collect())
}

fn source_folder(report: &RunReport) -> String {
    let (source_folder, _) = report.folder.rsplit_once('/').expect("a folder");
    source_folder.to_owned()
}

fn archived(volume: &FakeVolume, mut source: FakeSource) -> RunReport {
    let report = run(volume, &mut source).expect("a run");
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
    report
}

#[test]
fn each_has_a_folder_of_its_own_and_is_recognised_again() {
    // None, and the empty one that some say.
    for serial in [None, Some("")] {
        let volume = new_archive();
        let first = archived(&volume, camera(serial, 1, 1..4));
        let second = archived(&volume, camera(serial, 2, 1..4));
        assert_ne!(source_folder(&first), source_folder(&second));
        assert_eq!((second.new_files, second.gone_but_kept_files), (3, 0));

        // With nothing new, with something new, and with all but one gone.
        for (number, folder) in [(1, source_folder(&first)), (2, source_folder(&second))] {
            let report = archived(&volume, camera(serial, number, 1..4));
            assert_eq!(
                (report.up_to_date, source_folder(&report)),
                (true, folder.clone())
            );
            let report = archived(&volume, camera(serial, number, 1..5));
            assert_eq!(
                (report.new_files, source_folder(&report)),
                (1, folder.clone())
            );
            let report = archived(&volume, camera(serial, number, 4..9));
            assert_eq!((report.new_files, report.gone_but_kept_files), (4, 3));
            assert_eq!(source_folder(&report), folder);
        }

        let third = archived(&volume, camera(serial, 3, 1..4));
        let folders: BTreeSet<String> = check(&volume)
            .into_iter()
            .map(|it| it.folder.rsplit_once('/').expect("a folder").0.to_owned())
            .collect();
        let expected = [&first, &second, &third].map(source_folder);
        assert_eq!(folders, BTreeSet::from(expected));
        assert_eq!(folders.len(), 3);
    }
}

#[test]
fn a_serial_number_needs_no_file_in_common() {
    let volume = new_archive();
    let first = archived(&volume, camera(Some("0123"), 1, 1..4));
    let again = archived(&volume, camera(Some("0123"), 2, 1..4));
    assert_eq!(source_folder(&first), source_folder(&again));
    let other = archived(&volume, camera(Some("4567"), 1, 1..4));
    assert_ne!(source_folder(&first), source_folder(&other));
}

#[test]
fn which_files_are_wanted_makes_no_other_device_of_it() {
    let volume = new_archive();
    let mut source = camera(None, 1, 1..4);
    // A storage without a single picture.
    source
        .files
        .push(FakeFile::new("SD/MISC/notes.txt", b"notes", 1_700_000_000));
    let media = RunOrder {
        choice: MediaChoice::AllMedia,
        ..order()
    };
    let first = run_as(&volume, &mut source, &media).expect("a run");
    let second = run(&volume, &mut source).expect("a second run");
    assert_eq!(source_folder(&first), source_folder(&second));
    assert_eq!((second.linked_files, second.new_files), (3, 1));
    let third = run_as(&volume, &mut source, &media).expect("a third run");
    assert_eq!(source_folder(&first), source_folder(&third));
    check(&volume);
}
