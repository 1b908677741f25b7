//! What the start page offers while devices come and go.

use super::*;

#[test]
fn a_locked_phone_is_asked_again_after_a_pause_and_no_sooner() {
    let mut story = Story::at_home();
    let id = DeviceId("phone@5".into());
    story.handle(Event::DeviceSeen(phone("phone@5")));
    assert_eq!(story.effect(), Some(Effect::ProbeSource(id.clone())));
    story.handle(Event::SourceProbed {
        device: id.clone(),
        outcome: Err(SourceError::Locked),
    });
    assert_eq!(story.home().devices[0].state, DeviceState::WaitsForPerson);
    story.wait_ms(1_000);
    assert_eq!(story.effect(), None);
    story.wait_ms(2_000);
    assert_eq!(story.effect(), Some(Effect::ProbeSource(id.clone())));
    story.handle(Event::SourceProbed {
        device: id,
        outcome: Ok(identity()),
    });
    assert_eq!(story.home().devices[0].state, DeviceState::Ready);
}

#[test]
fn the_cursor_stays_on_what_the_person_chose() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.handle(Event::DeviceSeen(disk("sdc@2", 2_000_000_000_000, vec![])));
    story.press(Command::Down);
    let chosen = story.home().choices[1].clone();
    story.handle(Event::DeviceSeen(archive_drive("sdd@3")));
    assert_eq!(story.home().choices[story.home().cursor], chosen);
    story.handle(Event::DeviceGone(DeviceId("sdc@2".into())));
    assert_eq!(story.home().cursor, 0);
}

#[test]
fn enter_is_not_taken_for_a_choice_that_just_slipped_under_the_cursor() {
    let mut story = Story::at_home();
    assert_eq!(story.home().choices, [Choice::PowerOff]);
    story.now.monotonic_ms += 5_000;
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.now.monotonic_ms += 300;
    story.handle(Event::Pressed(Command::Accept));
    story.home();
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::NameArchive { .. }));
}

#[test]
fn what_is_refused_is_offered_last() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk(
        "sda@1",
        8_000_000_000,
        vec![partition(STICK_PARTITION_NAME, "vfat")],
    )));
    story.handle(Event::DeviceSeen(disk("sdb@2", 1_000_000_000_000, vec![])));
    let sizes: Vec<_> = story
        .home()
        .choices
        .iter()
        .filter_map(|choice| match choice {
            Choice::SetUp(disk) => Some(disk.size_bytes),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [1_000_000_000_000, 8_000_000_000]);
}
