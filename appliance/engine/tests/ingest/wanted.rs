//! Runs that want photos and films alone: what they leave out, what they say of it, and what becomes of it later.

use heirloom_engine::{MediaChoice, RunError, RunOrder};
use heirloom_fakes::{FakeFile, FakeSource};
use heirloom_format::{ChoiceRecord, LeftOutRecord, Status};

use crate::doubtful::jpeg;
use crate::kit::{bytes, check, check_mirrors, new_archive, order, run_as};

fn wanting(choice: MediaChoice) -> RunOrder {
    RunOrder { choice, ..order() }
}

fn file(path: &str, size_bytes: usize) -> FakeFile {
    let content = match path.ends_with(".jpg") {
        true => jpeg(path.len() as u64, size_bytes),
        false => bytes(path.len() as u64, size_bytes),
    };
    FakeFile::new(path, content, 1_700_000_000)
}

fn phone_with_documents() -> FakeSource {
    let files = vec![
        file("Internal/DCIM/Camera/one.jpg", 3_000),
        file("Internal/Download/tickets.pdf", 1_000),
        file("Internal/Download/more tickets.pdf", 500),
        file("Internal/Download/seen.jpg", 2_000),
        file("Internal/Music/song.mp3", 4_000),
    ];
    FakeSource::phone("1A2B3C", files)
}

fn left_out() -> Vec<LeftOutRecord> {
    let record = |(folder, files, bytes): (&str, u64, u64)| LeftOutRecord {
        folder: folder.to_owned(),
        files,
        bytes,
    };
    [
        ("Internal/Download", 2, 1_500),
        ("Internal/Music", 1, 4_000),
    ]
    .map(record)
    .to_vec()
}

#[test]
fn documents_are_left_out_counted_and_there_when_they_are_wanted() {
    let volume = new_archive();
    let mut source = phone_with_documents();
    let media = wanting(MediaChoice::AllMedia);
    let report = run_as(&volume, &mut source, &media).expect("a run");
    assert_eq!((report.files, report.new_files), (2, 2));
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
    assert_eq!(report.differences, [], "the second listing wants no more");
    assert!(report.safe_to_erase().is_some());
    assert_eq!(report.unwanted, left_out());
    assert_eq!(source.take_fetched().len(), 2);
    let published = check(&volume).pop().expect("a snapshot");
    assert_eq!(published.snapshot.status, Status::Complete);
    assert_eq!(published.snapshot.choice, ChoiceRecord::Media);
    assert_eq!(published.snapshot.left_out, left_out());
    assert_eq!(
        published.paths(),
        ["Internal/DCIM/Camera/one.jpg", "Internal/Download/seen.jpg"]
    );

    // What is up to date still says what is not in it.
    let report = run_as(&volume, &mut source, &media).expect("a second run");
    assert!(report.up_to_date);
    assert_eq!(report.unwanted, left_out());

    let everything = wanting(MediaChoice::Everything);
    let report = run_as(&volume, &mut source, &everything).expect("a third run");
    assert_eq!((report.linked_files, report.new_files), (2, 3));
    assert_eq!(report.unwanted, []);
    let published = check_mirrors(&volume, &source);
    assert_eq!(published.snapshot.choice, ChoiceRecord::Everything);
    assert_eq!(published.snapshot.left_out, []);

    // What is no longer wanted is not gone; what is gone is, unless it would not be wanted.
    let report = run_as(&volume, &mut source, &media).expect("a fourth run");
    assert_eq!((report.files, report.gone_but_kept_files), (2, 0));
    assert_eq!(report.unwanted, left_out());
    let report = run_as(&volume, &mut source, &everything).expect("a fifth run");
    assert_eq!(
        (report.new_files, report.known_content_files),
        (3, 3),
        "read again, and stored once"
    );
    source.files.retain(|it| it.path[1] != "Download");
    let report = run_as(&volume, &mut source, &media).expect("a sixth run");
    assert_eq!((report.files, report.gone_but_kept_files), (1, 1));
    check(&volume);
}

#[test]
fn a_document_that_comes_during_the_run_is_no_difference_and_a_photo_is() {
    for (path, differences) in [
        ("Internal/Download/late.pdf", 0),
        ("Internal/Download/late.jpg", 1),
    ] {
        let volume = new_archive();
        let mut source = phone_with_documents();
        source.before_listing(2, move |files| files.push(file(path, 700)));
        let media = wanting(MediaChoice::AllMedia);
        let report = run_as(&volume, &mut source, &media).expect("a run");
        assert_eq!(report.differences.len(), differences, "{path}");
        assert_eq!(report.completeness.is_complete(), differences == 0);
        assert_eq!(report.unwanted, left_out(), "as the first listing has it");
    }
}

#[test]
fn documents_alone_make_no_snapshot_of_media() {
    let volume = new_archive();
    let files = vec![file("Internal/Download/tickets.pdf", 1_000)];
    let mut source = FakeSource::phone("1A2B3C", files);
    let media = wanting(MediaChoice::AllMedia);
    assert_eq!(
        run_as(&volume, &mut source, &media),
        Err(RunError::SourceEmpty)
    );
    assert_eq!(check(&volume).len(), 0);
}
