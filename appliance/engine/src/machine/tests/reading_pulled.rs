//! What is unplugged while pictures come back, what goes wrong, and the rehearsal.

use super::reading::*;
use super::*;
use crate::{Damage, DamageKind, RehearsalReport, RestoreError, TargetError, VolumePath};

fn rehearsing() -> Story {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive(DRIVE)));
    story.choose_at_home(|choice| matches!(choice, Choice::Rehearse { .. }));
    match story.reading_page() {
        ReadingView::How {
            lines, rehearses, ..
        } => {
            assert!(rehearses);
            // The executors' way is what is to be tried.
            assert_eq!(lines, [KeyLine::Shares, KeyLine::Passphrase]);
        }
        page => panic!("{page:?}"),
    }
    story.down_and_accept(1);
    story.type_text("correct horse");
    story.press(Command::Accept);
    assert!(matches!(story.ask(), Some(ReadingEffect::Open { .. })));
    story.reads(ReadingEvent::Opened(Ok(read_archive())));
    story
}

fn rehearsal() -> RehearsalDone {
    let report = RehearsalReport {
        date: "2026-11-22".parse().expect("a day"),
        newest_snapshot: None,
        head: None,
        files: 100,
        newest_files: 5,
        sampled_files: 5,
        passed_over_files: 0,
        restored_files: 10,
        restored_bytes: 1_000,
        mended_files: 0,
        problems: Vec::new(),
        unlisted: Vec::new(),
        damage: Vec::new(),
    };
    RehearsalDone {
        report,
        is_recorded: true,
    }
}

#[test]
fn a_rehearsal_goes_by_itself_once_the_archive_is_open() {
    let mut story = rehearsing();
    assert_eq!(story.ask(), Some(ReadingEffect::Rehearse));
    assert!(matches!(story.reading_page(), ReadingView::Running(run) if run.disk.is_none()));
    story.reads(ReadingEvent::Rehearsed(Box::new(Ok(rehearsal()))));
    assert!(matches!(
        story.reading_page(),
        ReadingView::Rehearsed {
            is_recorded: true,
            ..
        }
    ));
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(ReadingEffect::Close));
    story.reads(ReadingEvent::Closed);
    assert!(matches!(story.page(), PageView::SafeToUnplug { .. }));
}

#[test]
fn a_rehearsal_asks_for_the_date_where_the_clock_lags_behind_the_archive() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive(DRIVE)));
    story.now.unix_s = 1_795_000_001;
    story.choose_at_home(|choice| matches!(choice, Choice::Rehearse { .. }));
    story.down_and_accept(1);
    story.type_text("correct horse");
    story.press(Command::Accept);
    assert!(story.ask().is_some());
    story.reads(ReadingEvent::Opened(Ok(read_archive())));
    assert!(matches!(story.page(), PageView::Date { .. }));
    story.type_text("2026-11-20");
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::Date { refused: true, .. }));
    (0..2).for_each(|_| story.press(Command::Erase));
    story.type_text("22");
    story.press(Command::Accept);
    assert!(matches!(story.effect(), Some(Effect::SetClock { .. })));
    assert_eq!(story.ask(), Some(ReadingEffect::Rehearse));
}

#[test]
fn a_rehearsal_that_fails_is_told_and_the_archive_locked() {
    let mut story = rehearsing();
    assert!(story.ask().is_some());
    story.press(Command::Back);
    assert!(matches!(
        story.reading_page(),
        ReadingView::ConfirmStop { rehearses: true }
    ));
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(ReadingEffect::Stop));
    story.reads(ReadingEvent::Rehearsed(Box::new(Err(
        RestoreError::Stopped,
    ))));
    assert!(matches!(
        story.reading_page(),
        ReadingView::RehearsalTrouble { .. }
    ));
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(ReadingEffect::Close));
}

#[test]
fn a_drive_that_is_pulled_ends_it_on_every_page() {
    type Page = fn() -> Story;
    // The page, whether something is stopped, whether an archive is let go of.
    let table: [(&str, Page, bool, bool); 10] = [
        ("how", Story::wanting_back, false, false),
        (
            "passphrase",
            || {
                let mut story = Story::wanting_back();
                story.press(Command::Accept);
                story.type_text("corr");
                story
            },
            false,
            false,
        ),
        (
            "words",
            || {
                let mut story = Story::wanting_back();
                story.down_and_accept(1);
                story
            },
            false,
            false,
        ),
        (
            "opening",
            || {
                let mut story = Story::wanting_back();
                story.press(Command::Accept);
                story.type_text("correct horse");
                story.press(Command::Accept);
                assert!(story.ask().is_some());
                story
            },
            false,
            true,
        ),
        ("what", Story::reading_open, false, true),
        ("where", Story::choosing_a_disk, false, true),
        (
            "planning",
            || {
                let mut story = Story::choosing_a_disk();
                story.press(Command::Accept);
                assert!(story.ask().is_some());
                story.reads(ReadingEvent::TargetReady(Ok(target_disk(STICK))));
                assert!(story.ask().is_some());
                story
            },
            true,
            true,
        ),
        ("plan", Story::with_plan, false, true),
        ("restoring", Story::restoring, true, true),
        (
            "rehearsing",
            || {
                let mut story = rehearsing();
                assert!(story.ask().is_some());
                story
            },
            true,
            true,
        ),
    ];
    for (what, begin, stops, closes) in table {
        let mut story = begin();
        story.unplug(DRIVE);
        assert!(
            matches!(story.reading_page(), ReadingView::Pulled { .. }),
            "{what}"
        );
        let expected = [
            stops.then_some(ReadingEffect::Stop),
            closes.then_some(ReadingEffect::Close),
        ];
        for effect in expected.into_iter().flatten() {
            assert_eq!(story.ask(), Some(effect), "{what}");
        }
        assert_eq!(story.ask(), None, "{what}");
        if closes {
            // What was on its way counts no more.
            story.reads(ReadingEvent::Opened(Ok(read_archive())));
            story.restore_fails(RestoreError::DriveGone);
            assert!(
                matches!(story.reading_page(), ReadingView::Pulled { .. }),
                "{what}"
            );
        }
        story.press(Command::Accept);
        story.home();
        if closes {
            story.reads(ReadingEvent::Closed);
        }
        assert_eq!(story.ask(), None, "{what}");
    }
}

#[test]
fn what_is_answered_about_a_pulled_drive_is_not_taken_for_the_next() {
    let mut story = Story::restoring();
    story.unplug(DRIVE);
    story.press(Command::Accept);
    story.handle(Event::DeviceSeen(archive_drive("sdb@2")));
    story.choose_at_home(|choice| matches!(choice, Choice::Restore { .. }));
    story.press(Command::Accept);
    story.type_text("correct horse");
    story.press(Command::Accept);
    let effects = [story.ask(), story.ask(), story.ask()];
    assert!(matches!(
        effects,
        [
            Some(ReadingEffect::Stop),
            Some(ReadingEffect::Close),
            Some(ReadingEffect::Open { .. })
        ]
    ));
    story.restore_fails(RestoreError::DriveGone);
    assert!(matches!(story.reading_page(), ReadingView::Opening { .. }));
    story.reads(ReadingEvent::Closed);
    story.reads(ReadingEvent::Opened(Ok(read_archive())));
    assert!(matches!(story.reading_page(), ReadingView::What { .. }));
}

#[test]
fn nothing_is_opened_to_be_written_before_what_was_pulled_is_let_go_of() {
    let mut story = Story::reading_open();
    story.unplug(DRIVE);
    assert_eq!(story.ask(), Some(ReadingEffect::Close));
    story.press(Command::Accept);
    story.handle(Event::DeviceSeen(archive_drive("sdb@2")));
    story.choose_at_home(|choice| matches!(choice, Choice::Open { .. }));
    story.home();
    story.reads(ReadingEvent::Closed);
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::Unlock { .. }));
}

#[test]
fn a_disk_that_was_back_before_its_going_was_noticed_goes_on_too() {
    let mut story = Story::restoring();
    story.handle(Event::DeviceSeen(stick("sdc@9")));
    story.unplug(STICK);
    story.restore_fails(RestoreError::TargetGone);
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(prepare("sdc@9", TargetUse::Partition(1))));
}

#[test]
fn a_disk_that_fails_because_it_was_pulled_is_told_as_pulled() {
    let failed = || RestoreError::TargetFailed(crate::TargetError::Io { errno: 5 });
    let told = |story: &Story| match story.reading_page() {
        ReadingView::RestoreTrouble { error, .. } => error.clone(),
        page => panic!("{page:?}"),
    };
    let mut noticed_last = Story::restoring();
    noticed_last.restore_fails(failed());
    assert_eq!(told(&noticed_last), failed());
    noticed_last.unplug(STICK);
    assert_eq!(told(&noticed_last), RestoreError::TargetGone);

    let mut noticed_first = Story::restoring();
    noticed_first.unplug(STICK);
    noticed_first.restore_fails(failed());
    assert_eq!(told(&noticed_first), RestoreError::TargetGone);
}

#[test]
fn a_restore_that_notices_first_that_the_drive_went_ends_too() {
    let mut story = Story::restoring();
    story.restore_fails(RestoreError::DriveGone);
    assert!(matches!(story.reading_page(), ReadingView::Pulled { .. }));
    assert_eq!(story.ask(), Some(ReadingEffect::Stop));
    assert_eq!(story.ask(), Some(ReadingEffect::Close));
    story.unplug(DRIVE);
    assert_eq!(story.ask(), None);
}

#[test]
fn the_report_stays_when_the_drive_is_pulled_after_it() {
    let mut story = Story::restoring();
    story.reads(ReadingEvent::Restored(Box::new(Ok(restore_report()))));
    story.unplug(DRIVE);
    assert_eq!(story.ask(), Some(ReadingEffect::Close));
    assert!(matches!(
        story.reading_page(),
        ReadingView::Restored { is_open: false, .. }
    ));
    story.reads(ReadingEvent::Closed);
    // There is nothing more to be had.
    story.press(Command::Type('m'));
    assert!(matches!(story.reading_page(), ReadingView::Restored { .. }));
    story.press(Command::Accept);
    story.home();
}

#[test]
fn a_pulled_disk_is_waited_for_and_the_restore_goes_on_with_one_key() {
    let mut story = Story::restoring();
    story.unplug(STICK);
    story.restore_fails(RestoreError::TargetGone);
    let is_there = |story: &Story| match story.reading_page() {
        ReadingView::RestoreTrouble {
            disk_is_there,
            can_go_on: true,
            ..
        } => disk_is_there,
        page => panic!("{page:?}"),
    };
    assert!(!is_there(&story));
    story.press(Command::Accept);
    assert_eq!(story.ask(), None);
    // Another disk is not it, nor is the same one with something else on it.
    let mut other = stick("sdd@8");
    other.serial = Some("other".into());
    story.handle(Event::DeviceSeen(other));
    assert!(!is_there(&story));
    story.handle(Event::DeviceSeen(stick("sdc@9")));
    assert!(is_there(&story));
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(prepare("sdc@9", TargetUse::Partition(1))));
    story.reads(ReadingEvent::TargetReady(Ok(target_disk("sdc@9"))));
    assert!(matches!(story.ask(), Some(ReadingEffect::Restore(_))));
    assert!(matches!(story.reading_page(), ReadingView::Running(_)));
}

#[test]
fn a_disk_that_is_pulled_before_the_start_is_chosen_anew() {
    let mut story = Story::with_plan();
    story.unplug(STICK);
    match story.reading_page() {
        ReadingView::Where { lost, places, .. } => {
            assert_eq!(lost.as_deref(), Some("Maker Disk 3000"));
            assert!(places.is_empty());
        }
        page => panic!("{page:?}"),
    }
    assert_eq!(story.ask(), None);
}

#[test]
fn a_restore_stops_only_after_a_second_key_and_can_go_on() {
    let mut story = Story::restoring();
    story.press(Command::Accept);
    story.press(Command::Back);
    assert!(matches!(
        story.reading_page(),
        ReadingView::ConfirmStop { rehearses: false }
    ));
    story.press(Command::Back);
    assert_eq!(story.ask(), None);
    story.press(Command::Back);
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(ReadingEffect::Stop));
    story.press(Command::Back);
    assert!(matches!(story.reading_page(), ReadingView::Running(run) if run.stopping));
    story.restore_fails(RestoreError::Stopped);
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(prepare(STICK, TargetUse::Partition(1))));
}

#[test]
fn each_error_has_its_way_on() {
    let damage = Damage {
        place: VolumePath::new("sources/x"),
        kind: DamageKind::Missing,
    };
    let is_where: fn(&ReadingView) -> bool = |page| matches!(page, ReadingView::Where { .. });
    let is_part: fn(&ReadingView) -> bool = |page| matches!(page, ReadingView::Part { .. });
    // What is found while it is planned: another choice helps, or another disk.
    let planned = [
        (RestoreError::NothingInSpan { undated_files: 3 }, is_part),
        (RestoreError::NothingThere, is_part),
        (RestoreError::NoSuchSnapshot, is_part),
        (RestoreError::Unlisted(damage), is_part),
        (RestoreError::TargetGone, is_where),
        (RestoreError::TargetFailed(TargetError::Full), is_where),
    ];
    for (error, leads_to) in planned {
        let mut story = Story::choosing_a_disk();
        story.press(Command::Accept);
        story.reads(ReadingEvent::TargetReady(Ok(target_disk(STICK))));
        story.reads(ReadingEvent::Planned(Box::new(Err(error.clone()))));
        assert!(
            matches!(story.reading_page(), ReadingView::PlanTrouble { .. }),
            "{error:?}"
        );
        story.press(Command::Accept);
        assert!(leads_to(&story.reading_page()), "{error:?}");
    }
    for error in [
        RestoreError::TargetFull,
        RestoreError::NotEnoughSpace {
            needed_bytes: 2,
            free_bytes: 1,
        },
        RestoreError::NothingThere,
    ] {
        let mut story = Story::restoring();
        story.restore_fails(error.clone());
        assert!(matches!(
            story.reading_page(),
            ReadingView::RestoreTrouble {
                can_go_on: false,
                ..
            }
        ));
        story.press(Command::Accept);
        assert!(is_where(&story.reading_page()), "{error:?}");
    }
    for error in [
        TargetDiskError::Gone,
        TargetDiskError::Changed,
        TargetDiskError::NotOffered,
        TargetDiskError::ReadOnly,
        TargetDiskError::Unclean,
        TargetDiskError::UnknownFileSystem,
    ] {
        let mut story = Story::choosing_a_disk();
        story.press(Command::Accept);
        story.reads(ReadingEvent::TargetReady(Err(error.clone())));
        assert!(
            matches!(story.reading_page(), ReadingView::TargetTrouble { .. }),
            "{error:?}"
        );
        story.press(Command::Accept);
        assert!(is_where(&story.reading_page()), "{error:?}");
    }
}
