//! What opens an archive that is only read: a passphrase, or shares word by word.

use heirloom_shares::{MasterSecret, Scheme, SecretLength, Share};

use super::reading::*;
use super::*;

/// A secret and its shares, of bytes that count up from a beginning.
fn shares(start: u8, needed: u8, made: u8) -> (MasterSecret, Vec<Share>) {
    let mut next = start;
    let mut counted = |room: &mut [u8]| -> Result<(), ()> {
        for byte in room {
            next = next.wrapping_mul(5).wrapping_add(37);
            *byte = next;
        }
        Ok(())
    };
    let secret = MasterSecret::random(SecretLength::Bits128, &mut counted).expect("a secret");
    let scheme = Scheme::new(needed, made).expect("a scheme");
    let shares = scheme.split(&secret, None, &mut counted).expect("shares");
    (secret, shares)
}

fn words(share: &Share) -> Vec<&'static str> {
    share.to_words().iter().collect()
}

impl Story {
    fn typing_words() -> Self {
        let mut story = Self::wanting_back();
        story.down_and_accept(1);
        assert_eq!(story.words_page().cursor, 0);
        story
    }

    fn words_page(&self) -> WordsView {
        match self.reading_page() {
            ReadingView::Words(view) => view,
            page => panic!("no words but {page:?}"),
        }
    }

    /// Types words by their first four letters, with a space after each.
    fn type_words(&mut self, words: &[&str]) {
        for word in words {
            self.type_text(&word[..4]);
            self.press(Command::Type(' '));
        }
    }

    fn type_share(&mut self, share: &Share) {
        self.type_words(&words(share));
    }

    fn opens_by_shares(&mut self, secret: &MasterSecret) {
        match self.ask() {
            Some(ReadingEffect::Open {
                key: DriveKey::Shares { secret: hex, .. },
                ..
            }) => assert_eq!(hex.expose(), secret.to_hex().expose()),
            effect => panic!("{effect:?}"),
        }
    }
}

#[test]
fn two_of_three_shares_open_in_any_order() {
    let (secret, shares) = shares(1, 2, 3);
    for (first, second) in [(0, 1), (2, 0), (1, 2)] {
        let mut story = Story::typing_words();
        story.type_share(&shares[first]);
        let view = story.words_page();
        assert_eq!((view.entered, view.needed), (1, Some(2)));
        assert_eq!(view.cursor, 0);
        assert_eq!(story.ask(), None);
        story.type_share(&shares[second]);
        story.opens_by_shares(&secret);
        assert!(matches!(
            story.reading_page(),
            ReadingView::Opening {
                by_shares: true,
                ..
            }
        ));
        story.reads(ReadingEvent::Opened(Ok(read_archive())));
        assert!(matches!(story.reading_page(), ReadingView::What { .. }));
    }
}

#[test]
fn words_complete_themselves_and_wrong_ones_are_pointed_at_at_once() {
    let mut story = Story::typing_words();
    let shown = |word: &Option<SecretText>| word.as_ref().map(|it| it.expose().to_owned());
    story.type_text("acad");
    assert_eq!(
        shown(&story.words_page().completed).as_deref(),
        Some("academic")
    );
    // Whoever types it whole is not disturbed, nor are capitals or the numbers on the sheet.
    story.type_text("EMIC");
    assert_eq!(story.words_page().word_refused, None);
    story.press(Command::Type('2'));
    story.press(Command::Accept);
    let view = story.words_page();
    assert_eq!((view.cursor, view.words[0].expose()), (1, "academic"));
    // Nothing, or too little, is not taken for a word.
    story.press(Command::Type(' '));
    assert_eq!(story.words_page().word_refused, None);
    story.type_text("ac");
    story.press(Command::Type(' '));
    let view = story.words_page();
    assert_eq!(view.word_refused, Some(WordRefusal::TooShort));
    assert!(view.proposals.iter().any(|word| word.expose() == "acid"));
    story.type_text("x");
    let view = story.words_page();
    assert_eq!(view.word_refused, Some(WordRefusal::NoSuchWord));
    assert!(view.proposals.iter().any(|word| word.expose() == "acid"));
    story.press(Command::Accept);
    assert_eq!(story.words_page().cursor, 1);
    // Backspace leads out of it, and into the word before.
    (0..4).for_each(|_| story.press(Command::Erase));
    assert_eq!(story.words_page().cursor, 0);
    // Where the first letter begins it anew.
    story.type_text("acid");
    story.press(Command::Accept);
    assert_eq!(story.words_page().words[0].expose(), "acid");
}

#[test]
fn a_share_that_does_not_fit_together_is_mended_word_by_word() {
    let (_, shares) = shares(1, 2, 3);
    let right = words(&shares[0]);
    let mut wrong = right.clone();
    wrong[6] = if right[6] == "acid" { "acne" } else { "acid" };
    let mut story = Story::typing_words();
    story.type_words(&wrong);
    let view = story.words_page();
    assert_eq!(
        view.share_refused,
        Some(ShareRefusal::Checksum { position: Some(7) })
    );
    assert_eq!((view.cursor, view.is_full), (6, true));
    story.type_text(right[6]);
    story.press(Command::Accept);
    assert_eq!(story.words_page().entered, 1);

    // Two wrong ones can't be pointed at: they are looked for with the cursor.
    wrong[2] = if right[2] == "acid" { "acne" } else { "acid" };
    let mut story = Story::typing_words();
    story.type_words(&wrong);
    assert_eq!(
        story.words_page().share_refused,
        Some(ShareRefusal::Checksum { position: None })
    );
    for at in [6, 2] {
        while story.words_page().cursor > at {
            story.press(Command::Up);
        }
        story.type_text(right[at]);
        story.press(Command::Accept);
    }
    assert_eq!(story.words_page().entered, 1);
}

#[test]
fn shares_that_do_not_belong_are_told_apart_and_those_that_are_in_stay() {
    let (_, ours) = shares(1, 2, 3);
    let (_, others) = shares(99, 2, 3);
    let table = [
        (&ours[0], ShareRefusal::Repeated),
        (&others[1], ShareRefusal::OtherSet),
    ];
    for (share, refusal) in table {
        let mut story = Story::typing_words();
        story.type_share(&ours[0]);
        story.type_share(share);
        let view = story.words_page();
        assert_eq!(view.share_refused, Some(refusal));
        assert_eq!((view.entered, view.cursor), (1, 0));
        assert!(view.words.iter().all(|word| word.expose().is_empty()));
        story.type_share(&ours[1]);
        assert!(matches!(story.ask(), Some(ReadingEffect::Open { .. })));
    }
}

#[test]
fn a_share_that_is_in_can_be_taken_out_again() {
    let (_, old) = shares(99, 2, 3);
    let (secret, new) = shares(1, 2, 3);
    let mut story = Story::typing_words();
    story.type_share(&old[0]);
    story.press(Command::Erase);
    let view = story.words_page();
    assert_eq!((view.entered, view.cursor), (0, 19));
    assert_eq!(view.words[0].expose(), words(&old[0])[0]);
    (0..19).for_each(|_| story.press(Command::Up));
    story.type_share(&new[0]);
    assert_eq!(story.words_page().entered, 1);
    story.type_share(&new[1]);
    story.opens_by_shares(&secret);
}

#[test]
fn shares_of_another_archive_open_nothing_and_are_all_put_aside() {
    let (_, shares) = shares(1, 2, 3);
    let mut story = Story::typing_words();
    story.type_share(&shares[0]);
    story.type_share(&shares[1]);
    assert!(story.ask().is_some());
    story.reads(ReadingEvent::Opened(Err(DriveError::WrongPassphrase)));
    let view = story.words_page();
    assert_eq!(view.share_refused, Some(ShareRefusal::OtherArchive));
    assert_eq!(view.entered, 0);
}

#[test]
fn words_are_kept_over_a_step_back_and_shares_over_another_error() {
    let (secret, shares) = shares(1, 2, 3);
    let mut story = Story::typing_words();
    story.type_words(&words(&shares[0])[..7]);
    story.press(Command::Back);
    assert!(matches!(story.reading_page(), ReadingView::How { .. }));
    story.press(Command::Accept);
    assert_eq!(story.words_page().cursor, 7);
    story.type_words(&words(&shares[0])[7..]);
    story.type_share(&shares[1]);
    story.opens_by_shares(&secret);
    story.reads(ReadingEvent::Opened(Err(DriveError::OutOfMemory)));
    assert!(matches!(story.page(), PageView::DriveTrouble { .. }));
    story.press(Command::Accept);
    story.press(Command::Accept);
    story.opens_by_shares(&secret);
}

#[test]
fn a_wrong_passphrase_is_asked_again_and_other_errors_are_told() {
    let mut story = Story::wanting_back();
    story.press(Command::Accept);
    story.type_text("wrong");
    story.press(Command::Accept);
    assert!(story.ask().is_some());
    story.press(Command::Back);
    assert!(matches!(story.reading_page(), ReadingView::Opening { .. }));
    story.reads(ReadingEvent::Opened(Err(DriveError::WrongPassphrase)));
    assert!(matches!(
        story.page(),
        PageView::Unlock {
            refused: true,
            typed_chars: 0,
            ..
        }
    ));
    story.type_text("x");
    story.press(Command::Accept);
    assert!(story.ask().is_some());
    story.reads(ReadingEvent::Opened(Err(DriveError::DamagedHeader)));
    assert!(matches!(
        story.page(),
        PageView::DriveTrouble {
            error: DriveError::DamagedHeader,
            ..
        }
    ));
    story.press(Command::Accept);
    assert!(matches!(story.reading_page(), ReadingView::How { .. }));
    story.press(Command::Back);
    story.home();
    assert_eq!(story.ask(), None);
}

#[test]
fn nothing_prints_a_word_or_a_passphrase() {
    let (secret, shares) = shares(1, 2, 3);
    let mut story = Story::typing_words();
    story.type_share(&shares[0]);
    story.type_words(&words(&shares[1])[..19]);
    story.type_text(words(&shares[1])[19]);
    let printed = format!("{:?} {:?}", story.machine, story.machine.view());
    story.press(Command::Accept);
    let effect = story.ask().expect("the archive is opened");
    let printed = format!("{printed} {effect:?} {:?}", story.machine);
    for word in words(&shares[0]).iter().chain(&words(&shares[1])) {
        assert!(!printed.contains(&format!("\"{word}\"")), "{word}");
        assert!(!printed.contains(&format!("({word})")), "{word}");
    }
    assert!(!printed.contains(secret.to_hex().expose()));
}
