//! Shares for executors: chosen, written down, read back, and only then in force.

mod noted;
mod printed;

use heirloom_shares::{MasterSecret, Scheme, SecretLength};

use super::*;

/// Shares as they would be made, of bytes that count up.
fn new_shares(scheme: Scheme) -> NewShares {
    let mut next = 0_u8;
    let mut counted = |room: &mut [u8]| -> Result<(), ()> {
        for byte in room {
            next = next.wrapping_add(37);
            *byte = next;
        }
        Ok(())
    };
    let secret = MasterSecret::random(SecretLength::Bits128, &mut counted).expect("a secret");
    let shares = scheme.split(&secret, None, &mut counted).expect("shares");
    NewShares {
        secret,
        shares,
        asked_by_chance: 7,
    }
}

fn scheme(needed: u8, made: u8) -> Scheme {
    Scheme::new(needed, made).expect("a scheme")
}

impl Story {
    /// From the start page to the question how many shares there shall be.
    fn choose_executors(&mut self) {
        let choices = self.home().choices;
        let at = choices
            .iter()
            .position(|choice| matches!(choice, Choice::Executors { .. }));
        let at = at.expect("offered while an archive is open");
        (0..at).for_each(|_| self.press(Command::Down));
        self.press(Command::Accept);
        assert!(matches!(self.keys(), KeysView::Scheme { cursor: 0, .. }));
    }

    fn keys(&self) -> KeysView {
        match self.page() {
            PageView::Keys(view) => view,
            page => panic!("not about keys but {page:?}"),
        }
    }

    /// From that question to the first share, without names.
    fn make_shares(&mut self, scheme: Scheme) {
        (0..scheme.made()).for_each(|_| self.press(Command::Accept));
        let effect = Effect::Keys(KeysEffect::MakeShares(scheme));
        assert_eq!(self.effect(), Some(effect));
        assert!(matches!(self.keys(), KeysView::MakingShares));
        self.handle(Event::Keys(KeysEvent::SharesMade(Ok(new_shares(scheme)))));
    }

    /// Reads the share that is shown, and types what is asked of it.
    fn write_down_and_read_back(&mut self) {
        let words = self.shown_words();
        self.press(Command::Accept);
        loop {
            let KeysView::ReadBack {
                asked, answered, ..
            } = self.keys()
            else {
                panic!("not read back but {:?}", self.keys());
            };
            self.type_text(words[asked[answered] - 1]);
            self.press(Command::Accept);
            if answered + 1 == asked.len() {
                return;
            }
        }
    }

    fn shown_words(&self) -> Vec<&'static str> {
        match self.keys() {
            KeysView::Share { words, .. } => words.iter().collect(),
            view => panic!("no share but {view:?}"),
        }
    }

    /// The plan that tells who has which share, which is then on the drive.
    fn note_shares(&mut self) -> heirloom_format::Plan {
        assert!(matches!(self.keys(), KeysView::NotingShares));
        let Some(Effect::WritePlan(plan)) = self.effect() else {
            panic!("no plan is written");
        };
        self.handle(Event::PlanWritten(Ok(PlanWritten {
            plan: plan.clone(),
            sheet_written: true,
        })));
        *plan
    }

    fn at_first_share(scheme: Scheme) -> Self {
        let mut story = Self::with_open_archive();
        story.choose_executors();
        story.press(Command::Accept);
        story.make_shares(scheme);
        story
    }
}

#[test]
fn two_of_three_are_named_written_down_read_back_and_then_in_force() {
    let mut story = Story::with_open_archive();
    story.choose_executors();
    story.press(Command::Accept);
    for name in ["Anna", "", "Ben "] {
        story.type_text(name);
        story.press(Command::Accept);
    }
    let expected = Effect::Keys(KeysEffect::MakeShares(scheme(2, 3)));
    assert_eq!(story.effect(), Some(expected));
    let new = new_shares(scheme(2, 3));
    let secret = passphrase(new.secret.to_hex().expose());
    story.handle(Event::Keys(KeysEvent::SharesMade(Ok(new))));
    for (number, name) in [(1, Some("Anna")), (2, None), (3, Some("Ben"))] {
        let KeysView::Share { label, words } = story.keys() else {
            panic!("{:?}", story.keys());
        };
        assert_eq!(words.iter().len(), 20);
        let expected = ShareLabel {
            number,
            made: 3,
            executor: name.map(str::to_owned),
        };
        assert_eq!(label, expected);
        assert_eq!(story.effect(), None, "before every share was read back");
        story.write_down_and_read_back();
    }
    let expected = Effect::Keys(KeysEffect::SetExecutors(secret));
    assert_eq!(story.effect(), Some(expected));
    story.press(Command::Back);
    assert!(matches!(story.keys(), KeysView::SettingExecutors { .. }));
    story.handle(Event::Keys(KeysEvent::ExecutorsSet(Ok(()))));
    let plan = story.note_shares();
    let set = plan.shares.expect("noted");
    let holders = set.shares.iter().map(|share| &*share.holder);
    assert!(holders.eq(["Anna", "", "Ben"]));
    assert_eq!(set.needed, 2);
    assert!(matches!(
        story.keys(),
        KeysView::SharesDone { renewal: false, scheme: done, noted: SharesNoted::Noted, .. } if done == scheme(2, 3)
    ));
    story.press(Command::Accept);
    let home = story.home();
    assert!(home.archive.expect("open").has_executors);
    assert!(home.choices.contains(&Choice::Executors { renewal: true }));
    story.choose_executors();
    assert!(matches!(
        story.keys(),
        KeysView::Scheme { renewal: true, .. }
    ));
}

#[test]
fn they_are_offered_after_a_set_up_and_not_forced() {
    for (key, expected) in [(Command::Type('e'), true), (Command::Accept, false)] {
        let mut story = Story::at_home();
        story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
        story.press(Command::Accept);
        story.type_text("Family");
        story.press(Command::Accept);
        for _ in 0..2 {
            story.type_text("tulip anchor velvet sundial");
            story.press(Command::Accept);
        }
        let archive = OpenedArchive {
            boots: Some("1.2".into()),
            ..opened("sdb@1")
        };
        story.handle(Event::SetUpEnded(Ok(archive)));
        assert!(matches!(
            story.page(),
            PageView::SetUpDone { boots: Some(version), .. } if version == "1.2"
        ));
        story.press(key);
        let asked = matches!(story.page(), PageView::Keys(KeysView::Scheme { .. }));
        assert_eq!(asked, expected);
    }
}

#[test]
fn own_numbers_are_those_that_the_standard_allows() {
    // What is typed for how many, and how many of them: the scheme, or which of them is refused.
    let table = [
        ("2", "2", Ok((2, 2))),
        ("16", "9", Ok((9, 16))),
        ("7", "2", Ok((2, 7))),
        ("1", "", Err(0)),
        ("17", "", Err(0)),
        ("", "", Err(0)),
        ("x", "", Err(0)),
        ("4", "1", Err(1)),
        ("4", "0", Err(1)),
        ("4", "5", Err(1)),
        ("4", "", Err(1)),
    ];
    for (made, needed, expected) in table {
        let mut story = Story::with_open_archive();
        story.choose_executors();
        (0..3).for_each(|_| story.press(Command::Down));
        story.press(Command::Accept);
        let mut refused = None;
        for (index, typed) in [made, needed].into_iter().enumerate() {
            story.type_text(typed);
            story.press(Command::Accept);
            if let KeysView::OwnNumber { refused: true, .. } = story.keys() {
                refused = Some(index);
                break;
            }
        }
        match (expected, refused) {
            (Err(expected), refused) => assert_eq!(refused, Some(expected), "{made} {needed}"),
            (Ok((needed, made)), None) => story.make_shares(scheme(needed, made)),
            (Ok(_), refused) => panic!("{made} {needed}: {refused:?}"),
        }
    }
}

#[test]
fn a_wrong_word_is_pointed_at_and_the_share_can_be_seen_again() {
    let mut story = Story::at_first_share(scheme(2, 3));
    let words = story.shown_words();
    story.press(Command::Accept);
    let KeysView::ReadBack { asked, .. } = story.keys() else {
        panic!("{:?}", story.keys());
    };
    let right = words[asked[0] - 1];
    let wrong = if right == "academic" {
        "acid"
    } else {
        "academic"
    };
    for (typed, expected) in [
        (wrong, ReadBackRefusal::Another),
        ("photo graph", ReadBackRefusal::Unknown),
    ] {
        story.type_text(typed);
        story.press(Command::Accept);
        match story.keys() {
            KeysView::ReadBack {
                answered: 0,
                refused,
                typed,
                ..
            } => {
                assert_eq!(refused, Some(expected));
                assert!(typed.is_empty());
            }
            view => panic!("{view:?}"),
        }
    }
    // Enter alone is no answer.
    story.press(Command::Accept);
    assert!(matches!(
        story.keys(),
        KeysView::ReadBack { answered: 0, .. }
    ));
    story.press(Command::Back);
    assert_eq!(story.shown_words(), words);
    story.press(Command::Accept);
    let KeysView::ReadBack { asked: again, .. } = story.keys() else {
        panic!("{:?}", story.keys());
    };
    assert_ne!(again, asked);
    // Four letters are enough.
    story.type_text(&words[again[0] - 1][..4]);
    story.press(Command::Accept);
    assert!(matches!(
        story.keys(),
        KeysView::ReadBack {
            answered: 1,
            refused: None,
            ..
        }
    ));
    assert_eq!(story.effect(), None);
}

#[test]
fn escape_leads_back_step_by_step_and_changes_nothing() {
    let mut story = Story::at_first_share(scheme(2, 3));
    story.write_down_and_read_back();
    story.press(Command::Accept);
    story.press(Command::Back);
    story.press(Command::Back);
    assert!(matches!(story.keys(), KeysView::ConfirmLeave { .. }));
    story.press(Command::Back);
    assert!(matches!(
        story.keys(),
        KeysView::Share { label, .. } if label.number == 2
    ));
    story.press(Command::Back);
    story.press(Command::Accept);
    assert!(!story.home().archive.expect("open").has_executors);
    assert_eq!(story.effect(), None);

    story.choose_executors();
    story.press(Command::Accept);
    story.type_text("Anna");
    story.press(Command::Accept);
    story.press(Command::Back);
    assert!(matches!(
        story.keys(),
        KeysView::ExecutorName { number: 1, typed, .. } if typed == "Anna"
    ));
    story.press(Command::Back);
    story.press(Command::Back);
    story.home();
}

#[test]
fn what_could_not_be_set_is_tried_again_with_the_same_shares() {
    let mut story = Story::at_first_share(scheme(2, 3));
    (0..3).for_each(|_| story.write_down_and_read_back());
    let first = story.effect();
    assert!(first.is_some());
    let failed = KeysEvent::ExecutorsSet(Err(DriveError::Gone));
    story.handle(Event::Keys(failed));
    assert!(matches!(story.keys(), KeysView::SettingFailed { .. }));
    story.press(Command::Accept);
    assert_eq!(story.effect(), first);
    story.handle(Event::Keys(KeysEvent::ExecutorsSet(Ok(()))));
    story.note_shares();
    assert!(matches!(story.keys(), KeysView::SharesDone { .. }));
}

#[test]
fn no_shares_made_means_nothing_changed() {
    let mut story = Story::with_open_archive();
    story.choose_executors();
    (0..4).for_each(|_| story.press(Command::Accept));
    story.handle(Event::Keys(KeysEvent::SharesMade(Err(DriveError::Gone))));
    assert!(matches!(story.keys(), KeysView::MakingFailed { .. }));
    story.press(Command::Accept);
    story.home();
}

#[test]
fn a_pulled_drive_says_whether_its_keys_may_have_changed() {
    type Lead = fn(&mut Story);
    let table: [(&str, Lead, Option<KeysAtPull>); 5] = [
        ("at home", |_| {}, None),
        (
            "before a share",
            |story| {
                story.choose_executors();
                story.press(Command::Accept);
            },
            Some(KeysAtPull::Untouched),
        ),
        (
            "at a share",
            |story| {
                story.choose_executors();
                story.press(Command::Accept);
                story.make_shares(scheme(2, 3));
            },
            Some(KeysAtPull::Untouched),
        ),
        (
            "while the key is set",
            |story| {
                story.choose_executors();
                story.press(Command::Accept);
                story.make_shares(scheme(2, 3));
                (0..3).for_each(|_| story.write_down_and_read_back());
            },
            Some(KeysAtPull::Unsettled),
        ),
        (
            "when it is done",
            |story| {
                story.choose_executors();
                story.press(Command::Accept);
                story.make_shares(scheme(2, 3));
                (0..3).for_each(|_| story.write_down_and_read_back());
                story.handle(Event::Keys(KeysEvent::ExecutorsSet(Ok(()))));
            },
            None,
        ),
    ];
    for (when, lead, expected) in table {
        let mut story = Story::with_open_archive();
        lead(&mut story);
        story.unplug("sdb@1");
        match story.page() {
            PageView::DrivePulled { keys, .. } => assert_eq!(keys, expected, "{when}"),
            page => panic!("{when}: {page:?}"),
        }
        // An answer that comes late is not taken for anything.
        story.handle(Event::Keys(KeysEvent::ExecutorsSet(Ok(()))));
        let late = new_shares(scheme(2, 3));
        story.handle(Event::Keys(KeysEvent::SharesMade(Ok(late))));
        assert!(matches!(story.page(), PageView::DrivePulled { .. }));
    }
}

#[test]
fn no_view_of_a_share_prints_a_word_of_it() {
    let mut story = Story::at_first_share(scheme(2, 3));
    let words = story.shown_words();
    let mut printed = format!("{:?} {:?}", story.page(), story.machine);
    story.press(Command::Accept);
    story.type_text(words[0]);
    printed += &format!("{:?} {:?}", story.page(), story.machine);
    for word in words {
        assert!(!printed.contains(&format!("\"{word}\"")), "{printed}");
    }
    assert!(printed.contains("ShownWords(…)"), "{printed}");
}
