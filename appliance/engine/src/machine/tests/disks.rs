//! Cards and disks as sources, and as drives to be.

use super::*;
use crate::disk_source::{FileSystem, SourceNoun};

const TB: u64 = 1_000_000_000_000;

fn labelled(number: u32, kind: &str, label: &str) -> PartitionFacts {
    let content = Content {
        kind: kind.into(),
        label: label.into(),
        uuid: "1A2B-3C4D".into(),
    };
    PartitionFacts {
        number,
        name: String::new(),
        size_bytes: 1_000_000_000,
        content: Some(content),
    }
}

fn card(id: &str, label: &str) -> DeviceFacts {
    let mut facts = disk(id, 32_000_000_000, vec![labelled(1, "vfat", label)]);
    (facts.manufacturer, facts.model) = ("SanDisk".into(), "SD Reader".into());
    facts
}

fn run_of(id: &str) -> Option<Effect> {
    Some(Effect::Run {
        device: DeviceId(id.into()),
        source_name: "SanDisk card DCIM, 32 GB".into(),
        wish: USUAL,
    })
}

#[test]
fn a_card_is_archived_like_a_phone_and_not_touched_before() {
    let mut story = Story::with_open_archive();
    story.handle(Event::DeviceSeen(card("sdc@7", "DCIM")));
    assert_eq!(story.effect(), None);
    let home = story.home();
    assert_eq!(
        home.devices[1],
        DeviceLine {
            name: "SanDisk card DCIM, 32 GB".into(),
            state: DeviceState::Disk {
                noun: SourceNoun::Card,
                size_bytes: 32_000_000_000,
                holds: DiskUse::Source {
                    storages: vec![("DCIM".into(), Some(FileSystem::Fat))],
                },
            },
        }
    );
    story.press(Command::Accept);
    assert_eq!(story.effect(), None);
    story.press(Command::Accept);
    assert_eq!(story.effect(), run_of("sdc@7"));
    match story.page() {
        PageView::Archiving(run) => assert_eq!(run.noun, SourceNoun::Card),
        page => panic!("{page:?}"),
    }
}

#[test]
fn only_a_disk_with_files_is_a_source() {
    let stick = partition(STICK_PARTITION_NAME, "vfat");
    let mut internal = disk("nvme@1", TB, vec![labelled(1, "ntfs", "Windows")]);
    if let DeviceForm::Disk(facts) = &mut internal.form {
        facts.bus = DiskBus::Internal;
    }
    let table = [
        (disk("sdc@7", TB, vec![labelled(1, "ntfs", "Backup")]), true),
        (disk("sdc@7", TB, vec![]), false),
        (disk("sdc@7", TB, vec![labelled(1, "btrfs", "x")]), false),
        (disk("sdc@7", TB, vec![labelled(1, "BitLocker", "")]), false),
        (disk("sdc@7", TB, vec![stick]), false),
        (archive_drive("sdc@7"), false),
        (internal, false),
    ];
    for (facts, is_source) in table {
        let mut story = Story::with_open_archive();
        story.handle(Event::DeviceSeen(facts.clone()));
        let choices = story.home().choices;
        let offered = choices
            .iter()
            .any(|choice| matches!(choice, Choice::Archive { .. }));
        assert_eq!(offered, is_source, "{facts:?}");
    }
}

#[test]
fn a_disk_with_files_becomes_a_drive_only_by_its_name() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk(
        "sdc@7",
        TB,
        vec![labelled(1, "ntfs", "Backup")],
    )));
    match &story.home().choices[0] {
        Choice::SetUp(disk) => assert_eq!(disk.name, "Maker Disk 3000"),
        choice => panic!("{choice:?}"),
    }
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::ConfirmErase { .. }));
    // What it is called as a source is not what has to be typed.
    story.handle(Event::DeviceGone(DeviceId("sdc@7".into())));
    match story.page() {
        PageView::DriveTrouble { name, .. } => assert_eq!(name, "Maker Disk 3000"),
        page => panic!("{page:?}"),
    }
}

#[test]
fn a_source_that_was_made_a_drive_is_no_source_any_more() {
    let mut story = Story::with_open_archive();
    story.handle(Event::DeviceSeen(card("sdc@7", "DCIM")));
    story.handle(Event::DeviceSeen(archive_drive("sdc@7")));
    assert_eq!(story.home().devices[1].state, DeviceState::ArchiveBeside);
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
}

#[test]
fn a_card_that_was_pulled_goes_on_in_another_reader_and_another_card_does_not() {
    let mut story = Story::with_open_archive();
    story.handle(Event::DeviceSeen(card("sdc@7", "DCIM")));
    story.press(Command::Accept);
    assert_eq!(story.effect(), None);
    story.press(Command::Accept);
    assert_eq!(story.effect(), run_of("sdc@7"));
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    assert!(matches!(
        story.page(),
        PageView::Waiting {
            noun: SourceNoun::Card,
            ..
        }
    ));
    story.handle(Event::DeviceGone(DeviceId("sdc@7".into())));
    story.handle(Event::DeviceSeen(card("sdc@8", "OTHER")));
    assert_eq!(story.effect(), None);
    story.handle(Event::DeviceSeen(card("sdd@9", "DCIM")));
    assert_eq!(story.effect(), run_of("sdd@9"));
}
