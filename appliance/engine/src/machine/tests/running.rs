//! A run, and what interrupts it.

use super::*;
use crate::machine::round::FRUITLESS_STALLS_MAX;

#[test]
fn an_unplugged_phone_goes_on_by_itself_when_it_is_back() {
    let mut story = Story::with_run();
    story.handle(Event::RunMoved(Progress::Verified {
        files: 7,
        bytes: 70,
    }));
    story.handle(Event::DeviceGone(DeviceId("phone@5".into())));
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    assert!(matches!(
        story.page(),
        PageView::Waiting {
            reason: WaitReason::Unplugged,
            safe_files: 7,
            ..
        }
    ));
    story.plug_in_phone("phone@6");
    assert_eq!(story.effect(), Some(run_effect("phone@6")));
    assert!(matches!(story.page(), PageView::Archiving(_)));
}

#[test]
fn another_phone_does_not_go_on_with_the_first_ones_run() {
    let mut story = Story::with_run();
    story.handle(Event::DeviceGone(DeviceId("phone@5".into())));
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    story.handle(Event::DeviceSeen(phone("phone@6")));
    story.effect();
    let other = SourceIdentity {
        serial: Some("2".into()),
        ..identity()
    };
    story.handle(Event::SourceProbed {
        device: DeviceId("phone@6".into()),
        outcome: Ok(other),
    });
    assert_eq!(story.effect(), None);
    assert!(matches!(story.page(), PageView::Waiting { .. }));
}

#[test]
fn a_phone_that_was_back_before_the_run_noticed_goes_on_too() {
    let mut story = Story::with_run();
    story.handle(Event::DeviceGone(DeviceId("phone@5".into())));
    story.plug_in_phone("phone@6");
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    assert_eq!(story.effect(), Some(run_effect("phone@6")));
}

#[test]
fn a_phone_that_is_gone_is_told_as_unplugged_whatever_its_run_noticed() {
    let is_unplugged = |story: &mut Story| {
        let reason = match story.page() {
            PageView::Waiting { reason, .. } => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason, WaitReason::Unplugged);
    };
    let gone = || Event::DeviceGone(DeviceId("phone@5".into()));
    let stalled = || Event::RunEnded(Box::new(Err(RunError::SourceStalled)));
    for events in [[gone(), stalled()], [stalled(), gone()]] {
        let mut story = Story::with_run();
        for event in events {
            story.handle(event);
        }
        is_unplugged(&mut story);
        story.plug_in_phone("phone@6");
        assert_eq!(story.effect(), Some(run_effect("phone@6")));
    }
}

#[test]
fn a_phone_that_stalls_again_and_again_is_given_up() {
    let mut story = Story::with_run();
    for round in 1..FRUITLESS_STALLS_MAX {
        story.handle(Event::RunEnded(Box::new(Err(RunError::SourceStalled))));
        assert!(
            matches!(
                story.page(),
                PageView::Waiting {
                    reason: WaitReason::Stalled,
                    ..
                }
            ),
            "{round}"
        );
        story.wait_ms(10_000);
        assert!(matches!(story.effect(), Some(Effect::ProbeSource(_))));
        story.handle(Event::SourceProbed {
            device: DeviceId("phone@5".into()),
            outcome: Ok(identity()),
        });
        assert_eq!(story.effect(), Some(run_effect("phone@5")));
    }
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceStalled))));
    assert!(matches!(story.page(), PageView::RunTrouble { .. }));
}

#[test]
fn a_drive_pulled_in_a_run_is_closed_after_the_run_and_asked_for_again() {
    let mut story = Story::with_run();
    story.handle(Event::DeviceGone(DeviceId("sdb@1".into())));
    assert_eq!(story.effect(), None);
    story.handle(Event::RunEnded(Box::new(Err(RunError::DriveGone))));
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    assert!(matches!(story.page(), PageView::DrivePulled { .. }));
    story.handle(Event::ArchiveClosed);
    story.handle(Event::DeviceSeen(archive_drive("sdb@2")));
    assert!(matches!(story.page(), PageView::Unlock { .. }));
}

#[test]
fn a_run_stops_only_after_a_second_key() {
    let mut story = Story::with_run();
    story.press(Command::Back);
    assert!(matches!(story.page(), PageView::ConfirmStop { .. }));
    story.press(Command::Back);
    assert!(matches!(story.page(), PageView::Archiving(_)));
    assert_eq!(story.effect(), None);
    story.press(Command::Back);
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::StopRun));
    story.handle(Event::RunEnded(Box::new(Err(RunError::Stopped))));
    story.home();
}
