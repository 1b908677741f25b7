//! Passphrases: judged, made of words, changed.

use super::*;

const NEW: &str = "tulip anchor velvet sundial";
const WORDS: &str = "academic acid acrobat activity adapt adjust admit adorn";

impl Story {
    /// From the start page to the question for the passphrase of now.
    fn choose_change(&mut self) {
        let choices = self.home().choices;
        let at = choices
            .iter()
            .position(|choice| *choice == Choice::ChangePassphrase);
        let at = at.expect("offered while an archive is open");
        (0..at).for_each(|_| self.press(Command::Down));
        self.press(Command::Accept);
        assert!(self.asks_for_old(false));
    }

    fn asks_for_old(&self, was_refused: bool) -> bool {
        matches!(
            self.page(),
            PageView::Keys(KeysView::OldPassphrase { refused, typed_chars: 0, .. })
                if refused == was_refused
        )
    }

    /// Types a line and Enter.
    fn enter(&mut self, text: &str) {
        self.type_text(text);
        self.press(Command::Accept);
    }

    fn refusal(&self) -> Option<PassphraseRefusal> {
        match self.page() {
            PageView::NewPassphrase { refused, .. } => refused,
            page => panic!("no passphrase is asked for: {page:?}"),
        }
    }

    fn at_new_archive() -> Self {
        let mut story = Self::at_home();
        story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
        story.press(Command::Accept);
        story.enter("Featherstone");
        story
    }
}

fn change(old: &str, new: &str) -> Option<Effect> {
    Some(Effect::Keys(KeysEffect::ChangePassphrase {
        old: passphrase(old),
        new: passphrase(new),
    }))
}

#[test]
fn a_passphrase_that_is_easy_to_guess_is_refused_with_the_reason() {
    for (typed, expected) in [
        ("short", PassphraseRefusal::TooShort { least_chars: 8 }),
        ("password1", PassphraseRefusal::Easy(EasyBecause::Common)),
        (
            "Featherstone26",
            PassphraseRefusal::Easy(EasyBecause::KnownNames),
        ),
    ] {
        let mut story = Story::at_new_archive();
        story.enter(typed);
        assert_eq!(story.refusal(), Some(expected), "{typed}");
        story.press(Command::Type('x'));
        assert_eq!(story.refusal(), None);
        assert_eq!(story.effect(), None);
    }
}

#[test]
fn names_of_the_archives_people_are_no_passphrases() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
    story.press(Command::Accept);
    story.enter("correct horse");
    story.effect();
    let archive = OpenedArchive {
        source_folders: vec![folder("Theodora", "1")],
        ..opened("sdb@1")
    };
    story.handle(Event::ArchiveOpened(Ok(archive)));
    story.choose_change();
    story.enter("correct horse");
    story.enter("theodora24");
    let expected = PassphraseRefusal::Easy(EasyBecause::KnownNames);
    assert_eq!(story.refusal(), Some(expected));
}

#[test]
fn words_are_made_on_demand_written_down_and_typed_once() {
    let mut story = Story::at_new_archive();
    story.press(Command::Suggest);
    let wanted = Some(Effect::Keys(KeysEffect::ProposePassphrase));
    assert_eq!(story.effect(), wanted);
    let proposed = |text: &str| Event::Keys(KeysEvent::PassphraseProposed(Ok(passphrase(text))));
    story.handle(proposed(NEW));
    story.press(Command::Suggest);
    assert_eq!(story.effect(), wanted);
    story.handle(proposed(WORDS));
    // A second answer does not exchange what is being written down.
    story.handle(proposed(NEW));
    let shown = |story: &Story| match story.page() {
        PageView::ProposedPassphrase {
            words, mistyped, ..
        } => (words, mistyped),
        page => panic!("{page:?}"),
    };
    assert_eq!(shown(&story), (Some(passphrase(WORDS)), false));
    assert!(!format!("{:?}", story.page()).contains("acrobat"));
    story.press(Command::Accept);
    story.enter("academic acid");
    assert_eq!(shown(&story), (Some(passphrase(WORDS)), true));
    story.press(Command::Accept);
    story.enter(WORDS);
    match story.effect() {
        Some(Effect::SetUpDrive { passphrase: it, .. }) => assert_eq!(it, passphrase(WORDS)),
        effect => panic!("{effect:?}"),
    }
}

#[test]
fn without_chance_the_person_thinks_of_words() {
    let mut story = Story::at_new_archive();
    story.press(Command::Suggest);
    let failed = KeysEvent::PassphraseProposed(Err(DriveError::Gone));
    story.handle(Event::Keys(failed));
    assert_eq!(story.refusal(), Some(PassphraseRefusal::NoProposal));
}

#[test]
fn the_passphrase_is_changed_by_the_old_one_and_the_new_one_twice() {
    let mut story = Story::with_open_archive();
    story.choose_change();
    story.press(Command::Accept);
    assert!(story.asks_for_old(false));
    story.enter("correct horse");
    story.enter("correct horse");
    assert_eq!(story.refusal(), Some(PassphraseRefusal::Unchanged));
    (0..20).for_each(|_| story.press(Command::Erase));
    story.enter(NEW);
    story.enter("something else");
    assert_eq!(story.refusal(), Some(PassphraseRefusal::Differ));
    story.enter(NEW);
    assert_eq!(story.effect(), None);
    story.enter(NEW);
    assert_eq!(story.effect(), change("correct horse", NEW));
    story.handle(Event::Keys(KeysEvent::PassphraseChanged(Ok(()))));
    assert!(matches!(
        story.page(),
        PageView::Keys(KeysView::PassphraseChanged { .. })
    ));
    story.press(Command::Accept);
    story.home();
}

#[test]
fn only_the_old_one_is_asked_again_when_it_was_wrong() {
    let mut story = Story::with_open_archive();
    story.choose_change();
    for typed in ["wrong one", NEW, NEW] {
        story.enter(typed);
    }
    assert_eq!(story.effect(), change("wrong one", NEW));
    let wrong = KeysEvent::PassphraseChanged(Err(DriveError::WrongPassphrase));
    story.handle(Event::Keys(wrong));
    assert!(story.asks_for_old(true));
    story.enter("correct horse");
    assert_eq!(story.effect(), change("correct horse", NEW));
    let failed = KeysEvent::PassphraseChanged(Err(DriveError::Gone));
    story.handle(Event::Keys(failed));
    assert!(matches!(
        story.page(),
        PageView::Keys(KeysView::ChangeFailed { .. })
    ));
}

#[test]
fn escape_leads_back_and_changes_nothing() {
    let mut story = Story::with_open_archive();
    story.choose_change();
    story.enter("correct horse");
    story.enter(NEW);
    story.press(Command::Back);
    assert_eq!(story.refusal(), None);
    story.press(Command::Back);
    assert!(story.asks_for_old(false));
    story.press(Command::Back);
    story.home();
    assert_eq!(story.effect(), None);
}

#[test]
fn a_drive_pulled_in_the_midst_of_it_says_what_may_have_changed() {
    let lines = ["correct horse", NEW, NEW];
    for (count, expected) in [
        (0, KeysAtPull::Untouched),
        (1, KeysAtPull::Untouched),
        (2, KeysAtPull::Untouched),
        (3, KeysAtPull::Unsettled),
    ] {
        let mut story = Story::with_open_archive();
        story.choose_change();
        lines.iter().take(count).for_each(|line| story.enter(line));
        story.unplug("sdb@1");
        match story.page() {
            PageView::DrivePulled { keys, .. } => assert_eq!(keys, Some(expected), "{count}"),
            page => panic!("{count}: {page:?}"),
        }
    }
}
