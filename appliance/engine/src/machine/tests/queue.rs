//! Several sources, archived one after the other.

use super::*;
use crate::{SourceOutcome, WaitReason};

/// What happens in these stories: each line of a table is one of these.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The phone with this number is plugged in, where no phone was before.
    PlugIn(u32),
    Unplug(u32),
    Press(Command),
    /// The run that goes on ends.
    Done,
    Fails(fn() -> RunError),
    /// The run of this phone begins.
    Begins(u32),
    /// The phone with this number is asked again, and answers.
    Answers(u32),
    Waits(u32, WaitReason),
    /// Nothing begins.
    Nothing,
}
use Step::*;

/// Phones by number, each with the place where it was plugged in last.
struct Household {
    story: Story,
    places: Vec<(u32, String)>,
    running: Option<u32>,
}

impl Household {
    /// With phones 1, 2 and 3 plugged in, and the page before the first one's run open.
    fn of_three() -> Self {
        let mut household = Self {
            story: Story::with_open_archive(),
            places: Vec::new(),
            running: None,
        };
        [PlugIn(1), PlugIn(2), PlugIn(3), Press(Command::Accept)]
            .into_iter()
            .for_each(|step| household.takes(step));
        household
    }

    /// The same, with the others to follow, started.
    fn all_following() -> Self {
        let mut household = Self::of_three();
        (0..4).for_each(|_| household.story.press(Command::Down));
        household.story.press(Command::Accept);
        (0..4).for_each(|_| household.story.press(Command::Up));
        household.story.press(Command::Accept);
        household.takes(Begins(1));
        household
    }

    fn place(&self, number: u32) -> &str {
        let mut newest = self.places.iter().rev();
        let found = newest.find(|(known, _)| *known == number);
        &found.expect("it was plugged in").1
    }

    fn takes(&mut self, step: Step) {
        match step {
            PlugIn(number) => {
                let place = format!("phone@{}", 10 + self.places.len());
                self.story.handle(Event::DeviceSeen(phone(&place)));
                let device = DeviceId(place.clone());
                self.places.push((number, place));
                assert_eq!(
                    self.story.effect(),
                    Some(Effect::ProbeSource(device.clone()))
                );
                let outcome = Ok(of_number(number));
                self.story.handle(Event::SourceProbed { device, outcome });
            }
            Unplug(number) => {
                let place = self.place(number).to_owned();
                self.story.unplug(&place);
            }
            Press(command) => self.story.press(command),
            Done => {
                let number = self.running.take().expect("a run goes on");
                let folder = folder(&called(number), &number.to_string());
                self.story.run_done(&folder);
            }
            Fails(error) => {
                self.running.take().expect("a run goes on");
                self.story.run_failed(error());
            }
            Begins(number) => {
                match self.story.effect() {
                    Some(Effect::Run {
                        device,
                        source_name,
                        wish,
                    }) => {
                        assert_eq!(device.0, self.place(number));
                        assert_eq!((source_name, wish), (called(number), USUAL));
                    }
                    effect => panic!("{effect:?} on {:?}", self.story.page()),
                }
                assert!(matches!(self.story.page(), PageView::Archiving(_)));
                self.running = Some(number);
            }
            Answers(number) => {
                self.story.wait_ms(10_000);
                let device = DeviceId(self.place(number).to_owned());
                assert_eq!(
                    self.story.effect(),
                    Some(Effect::ProbeSource(device.clone()))
                );
                let outcome = Ok(of_number(number));
                self.story.handle(Event::SourceProbed { device, outcome });
            }
            Waits(number, expected) => match self.story.page() {
                PageView::Waiting { source, reason, .. } => {
                    assert_eq!((source, reason), (called(number), expected));
                }
                page => panic!("{page:?}"),
            },
            Nothing => {
                let effect = self.story.effect();
                assert!(!matches!(effect, Some(Effect::Run { .. })), "{effect:?}");
            }
        }
    }

    /// What became of each, in the words of these tables.
    fn outcomes(&self) -> Vec<String> {
        let outcomes = match self.story.page() {
            PageView::RoundReport { outcomes, .. } => outcomes,
            page => panic!("{page:?}"),
        };
        let told = outcomes.iter().map(|(source, outcome)| match outcome {
            SourceOutcome::Archived { .. } => format!("{source}: archived"),
            SourceOutcome::Failed(error) => format!("{source}: {error:?}"),
            SourceOutcome::NotBegun => format!("{source}: not begun"),
        });
        told.collect()
    }
}

fn of_number(number: u32) -> SourceIdentity {
    SourceIdentity {
        serial: Some(number.to_string()),
        ..identity()
    }
}

/// Phones of one model get a number after the first, in the order in which they came.
fn called(number: u32) -> String {
    match number {
        1 => "Google Pixel 8".to_owned(),
        other => format!("Google Pixel 8 ({other})"),
    }
}

fn gone() -> RunError {
    RunError::SourceGone
}
fn stalled() -> RunError {
    RunError::SourceStalled
}
fn empty() -> RunError {
    RunError::SourceEmpty
}
fn no_room() -> RunError {
    RunError::DriveFull { free_bytes: None }
}
fn drive_failed() -> RunError {
    RunError::DriveFailed(crate::VolumeError::Gone)
}
fn stopped() -> RunError {
    RunError::Stopped
}

#[test]
fn each_comes_to_its_turn_whatever_happens_to_the_others() {
    const ONE: &str = "Google Pixel 8";
    const TWO: &str = "Google Pixel 8 (2)";
    const THREE: &str = "Google Pixel 8 (3)";
    let archived = |who: &str| format!("{who}: archived");
    let said = |who: &str, what: &str| format!("{who}: {what}");
    let unplugged = WaitReason::Unplugged;
    let silent = WaitReason::Stalled;
    let table: [(&str, &[Step], Vec<String>); 10] = [
        (
            "nothing happens",
            &[Done, Begins(2), Done, Begins(3), Done],
            vec![archived(ONE), archived(TWO), archived(THREE)],
        ),
        (
            "the second shows nothing",
            &[Done, Begins(2), Fails(empty), Begins(3), Done],
            vec![archived(ONE), said(TWO, "SourceEmpty"), archived(THREE)],
        ),
        (
            "the first needs too much room",
            &[Fails(no_room), Begins(2), Done, Begins(3), Done],
            vec![
                said(ONE, "DriveFull { free_bytes: None }"),
                archived(TWO),
                archived(THREE),
            ],
        ),
        (
            "the first is unplugged, and comes back while another is archived",
            &[
                Unplug(1),
                Fails(gone),
                Begins(2),
                PlugIn(1),
                Nothing,
                Done,
                Begins(3),
                Done,
                Begins(1),
                Done,
            ],
            vec![archived(TWO), archived(THREE), archived(ONE)],
        ),
        (
            "the first is unplugged, and comes back when it alone is left",
            &[
                Fails(gone),
                Begins(2),
                Unplug(1),
                Done,
                Begins(3),
                Done,
                Waits(1, unplugged),
                Nothing,
                PlugIn(1),
                Begins(1),
                Done,
            ],
            vec![archived(TWO), archived(THREE), archived(ONE)],
        ),
        (
            "the first falls silent, and is unlocked at the end",
            &[
                Fails(stalled),
                Begins(2),
                Done,
                Begins(3),
                Done,
                Waits(1, silent),
                Answers(1),
                Begins(1),
                Done,
            ],
            vec![archived(TWO), archived(THREE), archived(ONE)],
        ),
        (
            "the first falls silent again and again",
            &[
                Fails(stalled),
                Begins(2),
                Done,
                Begins(3),
                Done,
                Answers(1),
                Begins(1),
                Fails(stalled),
                Answers(1),
                Begins(1),
                Fails(stalled),
            ],
            vec![archived(TWO), archived(THREE), said(ONE, "SourceStalled")],
        ),
        (
            "the second is unplugged and plugged in again before its turn, the third not again",
            &[
                Unplug(2),
                Unplug(3),
                PlugIn(2),
                Nothing,
                Done,
                Begins(2),
                Done,
                Waits(3, unplugged),
                Press(Command::Back),
            ],
            vec![archived(ONE), archived(TWO), said(THREE, "not begun")],
        ),
        (
            "the drive fails",
            &[Done, Begins(2), Fails(drive_failed)],
            vec![
                archived(ONE),
                said(TWO, "DriveFailed(Gone)"),
                said(THREE, "not begun"),
            ],
        ),
        (
            "the person stops it",
            &[
                Done,
                Begins(2),
                Press(Command::Back),
                Press(Command::Accept),
                Fails(stopped),
            ],
            vec![
                archived(ONE),
                said(TWO, "Stopped"),
                said(THREE, "not begun"),
            ],
        ),
    ];
    for (what, steps, outcomes) in table {
        let mut household = Household::all_following();
        for step in steps {
            household.takes(*step);
        }
        if what != "the person stops it" {
            assert_eq!(household.story.effect(), None, "{what}");
        }
        assert_eq!(household.outcomes(), outcomes, "{what}");
    }
}

#[test]
fn nobody_follows_unless_the_person_says_so() {
    let mut household = Household::of_three();
    [Press(Command::Accept), Begins(1), Done, Nothing]
        .into_iter()
        .for_each(|step| household.takes(step));
    match household.story.page() {
        PageView::Report { others, .. } => assert_eq!(others, [called(2), called(3)]),
        page => panic!("{page:?}"),
    }
    // One key lets the others follow.
    [
        Press(Command::Type('n')),
        Begins(2),
        Done,
        Begins(3),
        Done,
        Press(Command::Type('n')),
        Nothing,
    ]
    .into_iter()
    .for_each(|step| household.takes(step));
    assert_eq!(household.outcomes().len(), 2);
    household.takes(PlugIn(4));
    match household.story.page() {
        PageView::RoundReport { others, .. } => assert_eq!(others, [called(4)]),
        page => panic!("{page:?}"),
    }
    household.takes(Press(Command::Back));
    household.story.home();
}

#[test]
fn the_page_before_a_run_names_who_could_follow() {
    let mut household = Household::of_three();
    let shown = |household: &Household| match household.story.page() {
        PageView::Prepare(view) => (view.others, view.others_follow, view.lines.len()),
        page => panic!("{page:?}"),
    };
    assert_eq!(shown(&household), (vec![called(2), called(3)], false, 5));
    (0..9).for_each(|_| household.story.press(Command::Down));
    household.story.press(Command::Type(' '));
    household.takes(Unplug(3));
    assert_eq!(shown(&household), (vec![called(2)], true, 5));
    household.takes(Unplug(2));
    assert_eq!(shown(&household), (vec![], true, 4));
    // The cursor's line is gone with the others: it is at the start.
    household.takes(Press(Command::Accept));
    household.takes(Begins(1));
    household.takes(Fails(stopped));
    household.story.home();
}

#[test]
fn disks_and_sticks_do_not_follow() {
    let mut household = Household::of_three();
    let backup = disk("sdc@7", 1_000_000_000_000, vec![partition("", "ntfs")]);
    household.story.handle(Event::DeviceSeen(backup));
    match household.story.page() {
        PageView::Prepare(view) => assert_eq!(view.others, [called(2), called(3)]),
        page => panic!("{page:?}"),
    }
}

#[test]
fn phones_that_say_no_serial_number_are_told_apart_by_where_they_are() {
    let mut story = Story::with_open_archive();
    let nameless = || SourceIdentity {
        serial: None,
        ..identity()
    };
    story.plug_in("phone@5", nameless());
    story.plug_in("phone@6", nameless());
    story.press(Command::Accept);
    (0..4).for_each(|_| story.press(Command::Down));
    story.press(Command::Accept);
    (0..4).for_each(|_| story.press(Command::Up));
    story.press(Command::Accept);
    for place in ["phone@5", "phone@6"] {
        match story.effect() {
            Some(Effect::Run { device, .. }) => assert_eq!(device.0, place),
            effect => panic!("{effect:?}"),
        }
        story.run_done("Google Pixel 8 [01234567]");
    }
    assert_eq!(story.effect(), None);
    assert!(matches!(story.page(), PageView::RoundReport { .. }));
}

#[test]
fn all_about_each_can_be_read_and_left_again() {
    let mut household = Household::all_following();
    [
        Done,
        Begins(2),
        Fails(empty),
        Begins(3),
        Press(Command::Back),
        Press(Command::Accept),
    ]
    .into_iter()
    .for_each(|step| household.takes(step));
    household.takes(Fails(stopped));
    let shown = |page: &PageView| match page {
        PageView::RoundReport { .. } => "all",
        PageView::Report { .. } => "report",
        PageView::RunTrouble { .. } => "trouble",
        page => panic!("{page:?}"),
    };
    use Command::{Accept, Back, Down, Type};
    let table = [
        (Accept, "report"),
        // Not offered on this page: the one of all is behind it.
        (Type('n'), "report"),
        (Accept, "all"),
        (Down, "all"),
        (Accept, "trouble"),
        (Back, "all"),
        (Down, "all"),
        (Accept, "trouble"),
    ];
    for (command, expected) in table {
        household.story.press(command);
        assert_eq!(shown(&household.story.page()), expected, "{command:?}");
    }
}

#[test]
fn a_drive_pulled_while_a_phone_is_waited_for_is_asked_for_at_once() {
    let mut household = Household::all_following();
    [
        Done,
        Begins(2),
        Done,
        Begins(3),
        Fails(gone),
        Waits(3, WaitReason::Unplugged),
    ]
    .into_iter()
    .for_each(|step| household.takes(step));
    household.story.unplug("sdb@1");
    assert_eq!(household.story.effect(), Some(Effect::CloseArchive));
    assert!(matches!(
        household.story.page(),
        PageView::DrivePulled { .. }
    ));
    // The phone alone begins nothing.
    household.takes(Unplug(3));
    household.takes(PlugIn(3));
    household.takes(Nothing);
}
