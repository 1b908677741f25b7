//! Which disks are restored to, and how one is erased for that.

use super::reading::*;
use super::*;

const TB: u64 = 1_000_000_000_000;

fn places(story: &Story) -> Vec<(String, Option<String>)> {
    match story.reading_page() {
        ReadingView::Where { places, .. } => places
            .into_iter()
            .map(|place| (place.disk.name, place.part.map(|part| part.label)))
            .collect(),
        page => panic!("{page:?}"),
    }
}

fn part(number: u32, name: &str, kind: &str, size_bytes: u64) -> PartitionFacts {
    let content = Content {
        kind: kind.into(),
        label: kind.to_uppercase(),
        uuid: "u".into(),
    };
    PartitionFacts {
        number,
        name: name.into(),
        size_bytes,
        content: Some(content),
    }
}

fn edited(mut facts: DeviceFacts, edit: fn(&mut DiskFacts)) -> DeviceFacts {
    if let DeviceForm::Disk(disk) = &mut facts.form {
        edit(disk);
    }
    facts
}

fn choosing() -> Story {
    let mut story = Story::reading_open();
    (0..3).for_each(|_| story.press(Command::Accept));
    story
}

#[test]
fn only_disks_that_may_be_written_are_offered() {
    let is_read_only = |disk: &mut DiskFacts| disk.read_only = true;
    let is_internal = |disk: &mut DiskFacts| disk.bus = DiskBus::Internal;
    let has_no_table = |disk: &mut DiskFacts| {
        disk.whole = Some(Content {
            kind: "vfat".into(),
            label: "CARD".into(),
            uuid: "u".into(),
        });
    };
    let several = vec![
        part(1, "", "vfat", 200_000_000),
        part(2, "", "ntfs", TB),
        part(3, "", "hfsplus", TB),
        part(4, "", "ext4", 7),
    ];
    let table: [(DeviceFacts, &[Option<&str>]); 10] = [
        (disk("x@1", TB, vec![]), &[None]),
        (stick("x@1"), &[Some("PICS"), None]),
        (
            disk("x@1", TB, several),
            &[Some("NTFS"), Some("VFAT"), Some("EXT4"), None],
        ),
        (
            edited(disk("x@1", TB, vec![]), has_no_table),
            &[Some("CARD"), None],
        ),
        (
            disk("x@1", TB, vec![part(1, BOOT_PARTITION_NAME, "vfat", 1)]),
            &[None],
        ),
        (
            disk("x@1", TB, vec![part(1, STICK_PARTITION_NAME, "vfat", 1)]),
            &[],
        ),
        (archive_drive("x@1"), &[]),
        (edited(stick("x@1"), is_internal), &[]),
        (edited(stick("x@1"), is_read_only), &[]),
        (disk("x@1", TB, vec![part(1, "", "BitLocker", TB)]), &[]),
    ];
    for (facts, offered) in table {
        let mut story = choosing();
        assert!(places(&story).is_empty());
        story.handle(Event::DeviceSeen(facts.clone()));
        let labels: Vec<_> = places(&story).into_iter().map(|(_, label)| label).collect();
        let expected: Vec<_> = offered.iter().map(|it| it.map(str::to_owned)).collect();
        assert_eq!(labels, expected, "{facts:?}");
    }
}

#[test]
fn a_disk_with_something_on_it_is_erased_only_by_its_name() {
    let mut story = Story::choosing_a_disk();
    story.down_and_accept(1);
    assert!(matches!(story.page(), PageView::ConfirmErase { .. }));
    story.type_text("Disk");
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::ConfirmErase { refused: true, .. }
    ));
    assert_eq!(story.ask(), None);
    (0..4).for_each(|_| story.press(Command::Erase));
    story.type_text("maker disk 3000");
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(prepare(STICK, TargetUse::Format)));
    assert!(matches!(
        story.reading_page(),
        ReadingView::Preparing { erases: true, .. }
    ));
    // It looks different now, which is as it should be.
    let formatted = edited(stick(STICK), |disk| {
        disk.partitions[0].content = Some(Content {
            kind: "exfat".into(),
            label: "Heirloom".into(),
            uuid: "NEW".into(),
        });
    });
    story.handle(Event::DeviceSeen(formatted.clone()));
    story.reads(ReadingEvent::TargetReady(Ok(target_disk(STICK))));
    assert!(matches!(story.ask(), Some(ReadingEffect::Plan(_))));
    story.reads(ReadingEvent::Planned(Box::new(Ok(plan()))));
    story.press(Command::Accept);
    assert!(matches!(story.ask(), Some(ReadingEffect::Restore(_))));
    // Where it goes on after an interruption, it is not erased again.
    story.restore_fails(crate::RestoreError::Stopped);
    story.press(Command::Accept);
    let again = ReadingEffect::PrepareTarget {
        disk: formatted,
        how: TargetUse::Partition(1),
    };
    assert_eq!(story.ask(), Some(again));
}

#[test]
fn a_disk_that_changes_or_goes_while_it_is_asked_about_is_chosen_anew() {
    let changes: [fn(&mut Story); 2] = [
        |story| story.unplug(STICK),
        |story| story.handle(Event::DeviceSeen(disk(STICK, TB, vec![]))),
    ];
    for change in changes {
        let mut story = Story::choosing_a_disk();
        story.down_and_accept(1);
        story.type_text("maker");
        change(&mut story);
        assert!(matches!(
            story.reading_page(),
            ReadingView::Where { lost: Some(_), .. }
        ));
        assert_eq!(story.ask(), None);
    }
}

#[test]
fn an_empty_disk_needs_no_typing_but_a_steady_hand() {
    let mut story = choosing();
    story.handle(Event::DeviceSeen(disk("sdd@8", TB, vec![])));
    story.now.monotonic_ms += 300;
    story.handle(Event::Pressed(Command::Accept));
    assert_eq!(story.ask(), None);
    story.press(Command::Accept);
    assert!(matches!(
        story.ask(),
        Some(ReadingEffect::PrepareTarget {
            how: TargetUse::Format,
            ..
        })
    ));
}

#[test]
fn the_cursor_stays_on_what_was_chosen_when_other_disks_come_and_go() {
    let mut story = Story::choosing_a_disk();
    story.handle(Event::DeviceSeen(disk("sdd@8", TB, vec![])));
    (0..2).for_each(|_| story.press(Command::Down));
    story.unplug(STICK);
    match story.reading_page() {
        ReadingView::Where { places, cursor, .. } => {
            assert_eq!((places.len(), cursor), (1, 0));
            assert_eq!(places[0].disk.size_bytes, TB);
        }
        page => panic!("{page:?}"),
    }
    // Nothing slipped under the cursor.
    story.handle(Event::Pressed(Command::Accept));
    assert!(story.ask().is_some());
}

#[test]
fn without_room_nothing_starts() {
    let mut story = Story::choosing_a_disk();
    story.press(Command::Accept);
    assert!(story.ask().is_some());
    story.reads(ReadingEvent::TargetReady(Ok(target_disk(STICK))));
    assert!(story.ask().is_some());
    let plan = crate::RestorePlan {
        needed_bytes: 61_000_000_000,
        ..plan()
    };
    story.reads(ReadingEvent::Planned(Box::new(Ok(plan))));
    story.press(Command::Accept);
    assert_eq!(story.ask(), None);
    assert!(matches!(story.reading_page(), ReadingView::Plan { .. }));
}

#[test]
fn planning_can_be_stopped() {
    let mut story = Story::choosing_a_disk();
    story.press(Command::Accept);
    assert!(story.ask().is_some());
    // Not while a disk is made ready.
    story.press(Command::Back);
    story.reads(ReadingEvent::TargetReady(Ok(target_disk(STICK))));
    assert!(story.ask().is_some());
    story.press(Command::Back);
    story.press(Command::Back);
    assert_eq!(story.ask(), Some(ReadingEffect::Stop));
    assert_eq!(story.ask(), None);
    let stopped = Err(crate::RestoreError::Stopped);
    story.reads(ReadingEvent::Planned(Box::new(stopped)));
    assert!(matches!(story.reading_page(), ReadingView::Where { .. }));
}

#[test]
fn an_archive_that_is_open_to_be_written_is_locked_first() {
    let mut story = Story::with_open_archive();
    story.choose_at_home(|choice| matches!(choice, Choice::Restore { .. }));
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    assert!(matches!(
        story.reading_page(),
        ReadingView::ClosingOther { .. }
    ));
    story.press(Command::Back);
    story.handle(Event::ArchiveClosed);
    assert!(matches!(story.reading_page(), ReadingView::How { .. }));
    story.press(Command::Back);
    assert!(story.home().archive.is_none());
}

#[test]
fn a_computer_started_from_the_drive_offers_the_pictures_first() {
    let setting = Setting {
        layouts: vec![layout("us", "English (US)")],
        from_drive: true,
        built_unix_s: 1_795_000_000,
    };
    // Its clock is not asked about: a restore needs none.
    let now = Now {
        monotonic_ms: 0,
        unix_s: 0,
    };
    let machine = Machine::new(now, setting);
    let mut story = Story { machine, now };
    story.press(Command::Accept);
    story.handle(Event::LayoutApplied {
        applied: true,
        paper: Paper::A4,
    });
    assert!(story.effect().is_some());
    story.handle(Event::DeviceSeen(disk("sda@1", TB, vec![])));
    story.handle(Event::DeviceSeen(archive_drive(DRIVE)));
    story.handle(Event::DevicesSettled);
    let home = story.home();
    assert!(home.from_drive);
    assert_eq!(home.cursor, 0);
    let restore = Choice::Restore {
        name: "Family".into(),
    };
    assert_eq!(home.choices[0], restore);
    // Nothing is done unasked.
    assert_eq!(story.effect(), None);
    // Where something is to be written, the date is asked after all.
    story.choose_at_home(|choice| matches!(choice, Choice::SetUp(_)));
    assert!(matches!(story.page(), PageView::Date { .. }));
}
