//! Counting a source's files against its newest snapshot, without copying any.

use heirloom_engine::{
    Cancel, ListingProblem, MediaChoice, RunError, RunOrder, SourceError, compare,
};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};

use crate::kit::{bytes, new_archive, order, run_as};

fn file(path: &str, size_bytes: usize) -> FakeFile {
    FakeFile::new(path, bytes(path.len() as u64, size_bytes), 1_700_000_000)
}

fn files() -> Vec<FakeFile> {
    vec![
        file("Internal/DCIM/Camera/one.png", 3_000),
        file("Internal/DCIM/Camera/two.png", 2_000),
        file("Internal/Download/tickets.pdf", 1_000),
    ]
}

fn archived(source: &mut FakeSource, choice: MediaChoice) -> FakeVolume {
    let volume = new_archive();
    let order = RunOrder { choice, ..order() };
    run_as(&volume, source, &order).expect("a run");
    source.take_fetched();
    volume
}

fn counted(source: &mut FakeSource, volume: &FakeVolume) -> [u64; 6] {
    let found = compare(source, volume, &|_| {}, &Cancel::new()).expect("a count");
    let found = found.expect("it is archived");
    assert!(found.source_folder.starts_with("Mia's Pixel ["));
    assert_eq!(
        source.take_fetched(),
        Vec::<String>::new(),
        "nothing is copied"
    );
    [
        found.listed_files,
        found.archived_files,
        found.new_files,
        found.gone_files,
        found.changed_files,
        found.unlisted_places,
    ]
}

#[test]
fn what_came_went_and_changed_is_counted_by_the_choice_of_the_run() {
    for (choice, archived_files) in [(MediaChoice::Everything, 3), (MediaChoice::AllMedia, 2)] {
        // A camera is known by its files.
        for mut source in [
            FakeSource::phone("1A2B3C", files()),
            FakeSource::camera(None, files()),
        ] {
            let volume = archived(&mut source, choice);
            let same = [archived_files, archived_files, 0, 0, 0, 0];
            assert_eq!(counted(&mut source, &volume), same, "{choice:?}");
            source.files[0] = file("Internal/DCIM/Camera/one.png", 3_001);
            source.files[1] = file("Internal/DCIM/Camera/three.png", 4_000);
            source
                .files
                .push(file("Internal/DCIM/Camera/four.png", 4_000));
            source
                .files
                .push(file("Internal/Download/more tickets.pdf", 10));
            let new_files = if choice == MediaChoice::Everything {
                3
            } else {
                2
            };
            let now = [
                archived_files - 1 + new_files,
                archived_files,
                new_files,
                1,
                1,
                0,
            ];
            // A camera without a number is the same one only while it shows a file as it was.
            source
                .files
                .push(file("Internal/DCIM/Camera/two.png", 2_000));
            let now = [now[0] + 1, now[1], now[2], 0, now[4], now[5]];
            assert_eq!(counted(&mut source, &volume), now, "{choice:?}");
            source.files.remove(2);
            let gone = u64::from(choice == MediaChoice::Everything);
            let now = [now[0] - gone, now[1], now[2], gone, now[4], 0];
            assert_eq!(counted(&mut source, &volume), now, "{choice:?}");
        }
    }
}

#[test]
fn what_can_not_be_counted_is_never_called_gone() {
    let mut source = FakeSource::phone("1A2B3C", files());
    let volume = archived(&mut source, MediaChoice::Everything);
    let count = |source: &mut FakeSource| compare(source, &volume, &|_| {}, &Cancel::new());

    let mut stranger = FakeSource::phone("other", files());
    assert_eq!(count(&mut stranger), Ok(None));
    source.unlisted.push(ListingProblem {
        place: "Internal/DCIM".to_owned(),
        error: SourceError::Refused { code: 0x2002 },
    });
    let found = count(&mut source).expect("a count").expect("archived");
    assert_eq!(found.unlisted_places, 1);
    source.listing_failure = Some(SourceError::Locked);
    assert_eq!(count(&mut source), Err(RunError::SourceStalled));
    source.files.clear();
    source.unlisted.clear();
    assert_eq!(count(&mut source), Err(RunError::SourceEmpty));
    let cancel = Cancel::new();
    cancel.cancel();
    let stopped = compare(&mut source, &volume, &|_| {}, &cancel);
    assert_eq!(stopped, Err(RunError::Stopped));
}
