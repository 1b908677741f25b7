//! The first questions, and the last page.

use super::*;

#[test]
fn the_layout_is_asked_first_and_a_letter_jumps_to_it() {
    let mut story = Story::begin();
    story.press(Command::Type('d'));
    assert!(matches!(story.page(), PageView::Layout { cursor: 1, .. }));
    story.press(Command::Type('D'));
    assert!(matches!(story.page(), PageView::Layout { cursor: 2, .. }));
    story.press(Command::Up);
    story.press(Command::Accept);
    assert_eq!(
        story.effect(),
        Some(Effect::ApplyLayout { code: "de".into() })
    );
    story.handle(Event::LayoutApplied {
        applied: false,
        paper: Paper::A4,
    });
    assert!(matches!(
        story.page(),
        PageView::Layout { refused: true, .. }
    ));
    story.press(Command::Accept);
    story.handle(Event::LayoutApplied {
        applied: true,
        paper: Paper::Letter,
    });
    assert_eq!(story.machine.paper, Paper::Letter);
    assert!(story.home().looking);
}

#[test]
fn a_clock_before_the_build_is_asked_about() {
    let mut story = Story::begin_at(Now {
        monotonic_ms: 0,
        unix_s: 0,
    });
    story.press(Command::Accept);
    story.handle(Event::LayoutApplied {
        applied: true,
        paper: Paper::A4,
    });
    for wrong in ["", "2020-01-01", "2026-02-30", "yesterday"] {
        story.type_text(wrong);
        story.press(Command::Accept);
        assert!(
            matches!(story.page(), PageView::Date { refused: true, .. }),
            "{wrong}"
        );
        wrong.chars().for_each(|_| story.press(Command::Erase));
    }
    assert_eq!(
        story.effect(),
        Some(Effect::ApplyLayout { code: "us".into() })
    );
    story.type_text("2026-11-22");
    story.press(Command::Accept);
    assert_eq!(
        story.effect(),
        Some(Effect::SetClock {
            unix_s: 1_795_348_800
        })
    );
    story.home();
}

#[test]
fn switching_off_asks_then_locks_then_ends() {
    let mut story = Story::with_open_archive();
    (0..9).for_each(|_| story.press(Command::Down));
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::ConfirmPowerOff));
    assert_eq!(story.effect(), None);
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    story.handle(Event::ArchiveClosed);
    assert_eq!(story.effect(), Some(Effect::PowerOff));
}

#[test]
fn no_secret_is_in_what_is_printed_for_developers() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
    story.press(Command::Accept);
    story.type_text("tulip-secret");
    assert!(!format!("{:?}", story.machine).contains("tulip"));
    story.press(Command::Accept);
    assert!(!format!("{:?}", story.effect()).contains("tulip"));
}
