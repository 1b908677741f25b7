//! Archive drives: setting one up, opening it, letting go of it.

use super::*;

#[test]
fn an_empty_disk_is_set_up_with_a_name_and_a_passphrase_typed_twice() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.press(Command::Accept);
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NameArchive {
            refused: Some(NameRefusal::Empty),
            ..
        }
    ));
    story.type_text("it's $HOME");
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NameArchive {
            refused: Some(NameRefusal::Unusable),
            ..
        }
    ));
    (0..20).for_each(|_| story.press(Command::Erase));
    story.type_text("Family");
    story.press(Command::Accept);
    story.type_text("short");
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NewPassphrase {
            refused: Some(PassphraseRefusal::TooShort { .. }),
            ..
        }
    ));
    story.type_text(" no longer");
    story.press(Command::Accept);
    story.type_text("something else");
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NewPassphrase {
            refused: Some(PassphraseRefusal::Differ),
            typed_chars: 0,
            ..
        }
    ));
    for _ in 0..2 {
        assert_eq!(story.effect(), None);
        story.type_text("short no longer");
        story.press(Command::Accept);
    }
    let expected = Effect::SetUpDrive {
        disk: disk("sdb@1", 1_000_000_000_000, vec![]),
        name: "Family".into(),
        passphrase: passphrase("short no longer"),
    };
    assert_eq!(story.effect(), Some(expected));
    story.handle(Event::SetUpReached(SetUpStep::Encrypting));
    assert!(matches!(
        story.page(),
        PageView::SettingUp {
            step: SetUpStep::Encrypting,
            ..
        }
    ));
    story.handle(Event::SetUpEnded(Ok(opened("sdb@1"))));
    story.press(Command::Accept);
    assert!(story.home().archive.is_some());
}

#[test]
fn a_disk_with_something_on_it_is_erased_only_after_its_name_was_typed() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk(
        "sdb@1",
        1_000_000_000_000,
        vec![partition("", "ntfs")],
    )));
    story.press(Command::Accept);
    for wrong in ["", "yes", "disk"] {
        story.type_text(wrong);
        story.press(Command::Accept);
        assert!(
            matches!(story.page(), PageView::ConfirmErase { refused: true, .. }),
            "{wrong}"
        );
        wrong.chars().for_each(|_| story.press(Command::Erase));
    }
    story.type_text("maker  disk 3000");
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::NameArchive { .. }));
    assert_eq!(story.effect(), None);
}

#[test]
fn a_stick_and_a_small_disk_are_refused_with_the_reason() {
    for (facts, reason) in [
        (
            disk(
                "sda@1",
                8_000_000_000,
                vec![partition(STICK_PARTITION_NAME, "vfat")],
            ),
            Unfit::BootStick,
        ),
        (
            disk("sdc@1", 1_000_000, vec![]),
            Unfit::TooSmall {
                size_bytes: 1_000_000,
            },
        ),
    ] {
        let mut story = Story::at_home();
        story.handle(Event::DeviceSeen(facts));
        story.press(Command::Accept);
        match story.page() {
            PageView::CannotSetUp { reason: shown, .. } => assert_eq!(shown, reason),
            page => panic!("{page:?}"),
        }
        story.press(Command::Accept);
        assert_eq!(story.effect(), None);
        story.home();
    }
}

#[test]
fn a_wrong_passphrase_is_asked_again() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
    story.press(Command::Accept);
    story.type_text("wrong one");
    story.press(Command::Accept);
    story.handle(Event::ArchiveOpened(Err(DriveError::WrongPassphrase)));
    assert!(matches!(
        story.page(),
        PageView::Unlock {
            refused: true,
            typed_chars: 0,
            ..
        }
    ));
}

#[test]
fn a_locked_archive_says_that_its_drive_may_go() {
    let mut story = Story::with_open_archive();
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    story.handle(Event::ArchiveClosed);
    assert!(matches!(story.page(), PageView::SafeToUnplug { .. }));
    story.handle(Event::DeviceGone(DeviceId("sdb@1".into())));
    story.press(Command::Accept);
    assert!(story.home().archive.is_none());
}

#[test]
fn a_disk_unplugged_while_it_is_asked_about_is_let_go_of() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.press(Command::Accept);
    story.type_text("Fam");
    story.handle(Event::DeviceGone(DeviceId("sdb@1".into())));
    assert!(matches!(
        story.page(),
        PageView::DriveTrouble {
            error: DriveError::Gone,
            ..
        }
    ));
    story.press(Command::Accept);
    story.home();
}

#[test]
fn a_disk_that_turns_out_to_hold_something_is_not_erased_on_an_old_answer() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.press(Command::Accept);
    story.type_text("Fam");
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    assert!(matches!(story.page(), PageView::NameArchive { .. }));
    story.handle(Event::DeviceSeen(disk(
        "sdb@1",
        1_000_000_000_000,
        vec![partition("", "ntfs")],
    )));
    assert!(matches!(
        story.page(),
        PageView::DriveTrouble {
            error: DriveError::Changed,
            ..
        }
    ));
    assert_eq!(story.effect(), None);
}
