//! The words of one share as they are typed, and the shares that are in. Wiped from memory when dropped; nothing of it is printed.

use std::fmt;

use heirloom_shares::{
    AddError, Gathering, Progress, Share, ShareError, complete, matches, similar,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::Passphrase;
use crate::machine::event::Command;

use super::view_parts::{SecretText, ShareRefusal, WordRefusal, WordsView};

/// The words of a share of ours: its secret has 128 bits.
const WORDS: usize = 20;
/// No word is longer; more is taken in, so that what was typed wrongly can be seen.
const LETTERS_MAX: usize = 12;
/// More words would not help.
const PROPOSALS_MAX: usize = 6;

/// The words of one share, each as far as it is typed. On the heap once, in one place that never grows.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Typed(Box<[heapless::String<LETTERS_MAX>; WORDS]>);

/// What was typed, and what came of it.
pub(super) struct WordsEntry {
    gathering: Gathering,
    typed: Typed,
    cursor: usize,
    /// The cursor came to a word that was there already: the first letter begins it anew.
    is_untouched: bool,
    /// Enter or space was pressed on a word that is none.
    word_refused: bool,
    share_refused: Option<ShareRefusal>,
}

/// What a key press on the words led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typing {
    /// More words, or more shares, are needed.
    On,
    /// There are enough shares: the secret is to be had.
    Complete,
}

impl WordsEntry {
    pub(super) fn new() -> Self {
        Self {
            gathering: Gathering::new(),
            typed: Typed(Box::default()),
            cursor: 0,
            is_untouched: false,
            word_refused: false,
            share_refused: None,
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.gathering.progress() == Progress::Complete
    }

    /// The numbers of the shares that are in.
    pub(super) fn numbers(&self) -> Vec<u8> {
        let shares = self.gathering.shares().iter();
        shares.map(Share::number).collect()
    }

    /// The secret that all shares yield, in lowercase hexadecimal digits. If they don't belong together, the last one is taken out.
    pub(super) fn secret(&mut self) -> Option<Passphrase> {
        let Ok(secret) = self.gathering.secret() else {
            self.gathering.take_back();
            self.share_refused = Some(ShareRefusal::NotTogether);
            return None;
        };
        let mut hex = Passphrase::new();
        let fits = secret
            .to_hex()
            .expose()
            .chars()
            .all(|digit| hex.push(digit));
        fits.then_some(hex)
    }

    /// The shares opened nothing: all of them are put aside.
    pub(super) fn refuse_all(&mut self) {
        *self = Self::new();
        self.share_refused = Some(ShareRefusal::OtherArchive);
    }

    pub(super) fn press(&mut self, command: Command) -> Typing {
        match command {
            Command::Type(' ') => return self.settle_word(false),
            Command::Accept => return self.settle_word(true),
            Command::Type(letter) if letter.is_ascii_alphabetic() => self.type_letter(letter),
            Command::Erase => self.erase(),
            Command::Up if self.cursor > 0 => self.go_to(self.cursor - 1),
            Command::Down if self.is_word(self.cursor) => {
                self.go_to((self.cursor + 1).min(WORDS - 1));
            }
            _ => {}
        }
        Typing::On
    }

    fn type_letter(&mut self, letter: char) {
        (self.share_refused, self.word_refused) = (None, false);
        let word = &mut self.typed.0[self.cursor];
        if std::mem::take(&mut self.is_untouched) {
            word.zeroize();
        }
        // What is longer than any word was refused long before.
        if word.push(letter.to_ascii_lowercase()).is_err() {
            self.word_refused = true;
        }
    }

    /// At the beginning of a word, it leads back into the one before; at the beginning of a share, into the one before that.
    fn erase(&mut self) {
        (self.share_refused, self.word_refused) = (None, false);
        self.is_untouched = false;
        if self.typed.0[self.cursor].pop().is_some() {
            return;
        }
        if self.cursor > 0 {
            self.go_to(self.cursor - 1);
        } else if self.is_empty()
            && let Some(share) = self.gathering.take_back()
        {
            self.show_again(&share);
        }
    }

    fn show_again(&mut self, share: &Share) {
        self.clear();
        for (word, text) in self.typed.0.iter_mut().zip(share.to_words().iter()) {
            // Words of the list are shorter than the room there is.
            let _fits = word.push_str(text);
        }
        self.go_to(WORDS - 1);
    }

    /// Takes the word under the cursor as it is completed, and goes to the next; with Enter, or on the last one, all of them as a share.
    fn settle_word(&mut self, is_enter: bool) -> Typing {
        self.word_refused = !self.is_word(self.cursor);
        if self.word_refused {
            // Nothing typed yet is no mistake.
            self.word_refused = !self.typed.0[self.cursor].is_empty();
            return Typing::On;
        }
        self.complete_word();
        let is_last = self.cursor + 1 == WORDS;
        match (0..WORDS).find(|at| !self.is_word(*at)) {
            None if is_enter || is_last => return self.take_share(),
            Some(open) if is_last => self.go_to(open),
            _ => self.go_to((self.cursor + 1).min(WORDS - 1)),
        }
        Typing::On
    }

    fn complete_word(&mut self) {
        let word = &mut self.typed.0[self.cursor];
        if let Some(whole) = complete(word) {
            word.zeroize();
            let _fits = word.push_str(whole);
        }
    }

    fn take_share(&mut self) -> Typing {
        let share = match Share::from_words(&self.line()) {
            Ok(share) => share,
            Err(ShareError::Checksum { position }) => {
                self.share_refused = Some(ShareRefusal::Checksum { position });
                if let Some(position) = position {
                    self.go_to(position - 1);
                }
                return Typing::On;
            }
            // All words are of the list, and of the right number.
            Err(_) => {
                self.share_refused = Some(ShareRefusal::Impossible);
                return Typing::On;
            }
        };
        match self.gathering.add(share) {
            Ok(progress) => {
                self.clear();
                if progress == Progress::Complete {
                    return Typing::Complete;
                }
            }
            Err(error) => {
                self.clear();
                self.share_refused = Some(match error {
                    AddError::Repeated { .. } => ShareRefusal::Repeated,
                    AddError::OtherSet { .. } => ShareRefusal::OtherSet,
                    AddError::OtherParameters => ShareRefusal::OtherParameters,
                    AddError::SameNumber { .. } => ShareRefusal::SameNumber,
                    AddError::Enough => ShareRefusal::NotNeeded,
                });
            }
        }
        Typing::On
    }

    fn line(&self) -> Zeroizing<String> {
        // Of its final size from the beginning: a string that grows leaves copies.
        let mut line = Zeroizing::new(String::with_capacity(WORDS * (LETTERS_MAX + 1)));
        for word in self.typed.0.iter() {
            line.push_str(word);
            line.push(' ');
        }
        line
    }

    fn clear(&mut self) {
        self.typed.zeroize();
        (self.cursor, self.is_untouched) = (0, false);
        (self.word_refused, self.share_refused) = (false, None);
    }

    fn go_to(&mut self, at: usize) {
        if self.is_word(self.cursor) {
            self.complete_word();
        }
        self.cursor = at;
        self.is_untouched = !self.typed.0[at].is_empty();
        self.word_refused = false;
    }

    fn is_empty(&self) -> bool {
        self.typed.0.iter().all(|word| word.is_empty())
    }

    fn is_word(&self, at: usize) -> bool {
        let word = &self.typed.0[at];
        !word.is_empty() && complete(word).is_some()
    }

    pub(super) fn view(&self, name: &str) -> WordsView {
        let needed = self.gathering.shares().first().map(Share::needed);
        let secret = |text: &str| SecretText(Zeroizing::new(text.to_owned()));
        let shown = |at: usize| {
            let word: &str = &self.typed.0[at];
            match complete(word).filter(|_| at != self.cursor && !word.is_empty()) {
                Some(whole) => secret(whole),
                None => secret(word),
            }
        };
        let typed: &str = &self.typed.0[self.cursor];
        let is_none = !typed.is_empty() && matches(typed).is_empty();
        let refused = match (is_none, self.word_refused) {
            (true, _) => Some(WordRefusal::NoSuchWord),
            (false, true) => Some(WordRefusal::TooShort),
            (false, false) => None,
        };
        WordsView {
            name: name.to_owned(),
            entered: self.gathering.shares().len(),
            needed: needed.map(usize::from),
            words: (0..WORDS).map(shown).collect(),
            cursor: self.cursor,
            completed: complete(typed).filter(|_| !typed.is_empty()).map(secret),
            proposals: self
                .proposals(typed, refused)
                .into_iter()
                .map(secret)
                .collect(),
            word_refused: refused,
            share_refused: self.share_refused,
            is_full: (0..WORDS).all(|at| self.is_word(at)),
        }
    }

    /// What may be meant by something that is no word: what differs by a letter, then what begins like it.
    fn proposals(&self, typed: &str, refused: Option<WordRefusal>) -> Vec<&'static str> {
        if refused.is_none() || typed.is_empty() {
            return Vec::new();
        }
        let mut proposals: Vec<&'static str> = similar(typed).collect();
        let longest = (2..=typed.len())
            .rev()
            .map(|length| matches(&typed[..length]));
        let begin_alike = longest.into_iter().find(|words| !words.is_empty());
        for word in begin_alike.unwrap_or_default() {
            if !proposals.contains(word) {
                proposals.push(word);
            }
        }
        proposals.truncate(PROPOSALS_MAX);
        proposals
    }
}

impl fmt::Debug for WordsEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "WordsEntry({:?}, …)", self.gathering)
    }
}
