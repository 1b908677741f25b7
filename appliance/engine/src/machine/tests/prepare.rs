//! What is chosen before a run.

use super::*;
use crate::SourceNoun;

const PHONE: &str = "phone@5";

fn preparing() -> Story {
    let mut story = Story::with_open_archive();
    story.plug_in_phone(PHONE);
    story.press(Command::Accept);
    story
}

fn shown(story: &Story) -> (RunWish, usize) {
    match story.page() {
        PageView::Prepare(view) => (view.wish, view.cursor),
        page => panic!("{page:?}"),
    }
}

fn run_with(id: &str, choice: MediaChoice, reading: SourceReading) -> Option<Effect> {
    Some(Effect::Run {
        device: DeviceId(id.into()),
        source_name: "Google Pixel 8".into(),
        wish: RunWish { choice, reading },
    })
}

#[test]
fn keys_choose_what_a_run_archives_and_how_it_checks() {
    use Command::{Accept, Back, Down, Type, Up};
    use MediaChoice::{AllMedia, Everything};
    use SourceReading::{All, New, NewTwice};
    let space = Type(' ');
    let table: [(&[Command], MediaChoice, SourceReading, usize); 10] = [
        (&[], AllMedia, New, 0),
        (&[space, Type('x'), Up], AllMedia, New, 0),
        (&[Down, Accept], Everything, New, 1),
        (&[Down, space, space], AllMedia, New, 1),
        (&[Down, Down, space], AllMedia, NewTwice, 2),
        (&[Down, Down, space, Accept], AllMedia, All, 2),
        (&[Down, Down, space, space, space], AllMedia, New, 2),
        (&[Down, Down, Down, Down, Up, Up], AllMedia, New, 1),
        (
            &[Down, Accept, Down, Accept, Up, Up],
            Everything,
            NewTwice,
            0,
        ),
        // What was chosen stays when the page is left and entered again.
        (&[Down, Accept, Back, Accept], Everything, New, 0),
    ];
    for (keys, choice, reading, cursor) in table {
        let mut story = preparing();
        keys.iter().for_each(|key| story.press(*key));
        let wish = RunWish { choice, reading };
        assert_eq!(shown(&story), (wish, cursor), "{keys:?}");
        assert_eq!(story.effect(), None, "{keys:?}");
        (0..3).for_each(|_| story.press(Up));
        story.press(Accept);
        assert_eq!(story.effect(), run_with(PHONE, choice, reading), "{keys:?}");
        assert!(matches!(story.page(), PageView::Archiving(_)), "{keys:?}");
    }
}

#[test]
fn what_was_chosen_holds_when_the_run_goes_on_and_the_next_time() {
    let mut story = preparing();
    [Command::Down, Command::Accept, Command::Up, Command::Accept]
        .into_iter()
        .for_each(|key| story.press(key));
    let everything = |id| run_with(id, MediaChoice::Everything, SourceReading::New);
    assert_eq!(story.effect(), everything(PHONE));
    story.handle(Event::DeviceGone(DeviceId(PHONE.into())));
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    story.plug_in_phone("phone@6");
    assert_eq!(story.effect(), everything("phone@6"));
    story.handle(Event::RunEnded(Box::new(Err(RunError::Stopped))));
    story.press(Command::Accept);
    assert_eq!(shown(&story).0.choice, MediaChoice::Everything);
}

#[test]
fn what_was_chosen_for_one_phone_is_not_for_another() {
    let mut story = preparing();
    [Command::Down, Command::Accept, Command::Back]
        .into_iter()
        .for_each(|key| story.press(key));
    story.handle(Event::DeviceGone(DeviceId(PHONE.into())));
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
    story.press(Command::Accept);
    assert_eq!(shown(&story).0, USUAL);
}

#[test]
fn a_source_that_is_unplugged_is_not_asked_about_any_longer() {
    let mut story = preparing();
    story.handle(Event::DeviceGone(DeviceId(PHONE.into())));
    story.home();
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
}

#[test]
fn a_drive_pulled_before_the_start_is_asked_for() {
    let mut story = preparing();
    story.handle(Event::DeviceGone(DeviceId("sdb@1".into())));
    assert!(matches!(story.page(), PageView::DrivePulled { .. }));
}

#[test]
fn disks_and_sticks_are_archived_whole_unless_the_person_chooses() {
    let table = [
        (SourceNoun::Phone, MediaChoice::AllMedia),
        (SourceNoun::Camera, MediaChoice::AllMedia),
        (SourceNoun::Card, MediaChoice::AllMedia),
        (SourceNoun::Stick, MediaChoice::Everything),
        (SourceNoun::Disk, MediaChoice::Everything),
    ];
    for (noun, choice) in table {
        let usual = wish::RunWish::usual(noun);
        assert_eq!((usual.choice, usual.reading), (choice, SourceReading::New));
    }
}

#[test]
fn what_is_there_of_a_long_file_is_shown_until_the_copy_goes_on() {
    let mut story = Story::with_run();
    let phase = |story: &Story| match story.page() {
        PageView::Archiving(run) => (run.phase, run.current),
        page => panic!("{page:?}"),
    };
    let path = "Internal/DCIM/long.mp4";
    story.handle(Event::RunMoved(Progress::TakingUp {
        path: path.into(),
        bytes: 3_100_000_000,
        of_bytes: 8_000_000_000,
    }));
    let taking_up = RunPhase::TakingUp {
        bytes: 3_100_000_000,
        of_bytes: 8_000_000_000,
    };
    assert_eq!(phase(&story), (taking_up, Some(path.into())));
    story.handle(Event::RunMoved(Progress::Planned {
        files: 1,
        bytes: 9_000_000_000,
        to_fetch_files: 1,
        to_fetch_bytes: 1_000_000_000,
        linked_files: 0,
        resumed_files: 0,
    }));
    assert_eq!(phase(&story), (RunPhase::Copying, None));
}
