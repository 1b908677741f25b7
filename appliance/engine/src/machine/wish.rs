//! What a person chooses about a run before it begins.

use crate::{MediaChoice, SourceIdentity, SourceNoun};

/// What a person chose about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunWish {
    /// Which files are archived.
    pub choice: MediaChoice,
    /// Whether each file is read from the source twice and compared.
    pub reads_twice: bool,
}

impl RunWish {
    /// Before anybody chose: a phone, a camera and its card are there for photos and videos, whoever has something else on them has it
    /// elsewhere too; what is on a disk or a stick was put there by hand.
    pub(super) fn usual(noun: SourceNoun) -> Self {
        let choice = match noun {
            SourceNoun::Phone | SourceNoun::Camera | SourceNoun::Card => MediaChoice::AllMedia,
            SourceNoun::Stick | SourceNoun::Disk => MediaChoice::Everything,
        };
        Self {
            choice,
            reads_twice: false,
        }
    }
}

/// The lines of the page before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrepareLine {
    /// Begin.
    Start,
    /// Which files.
    What,
    /// Whether each file is read twice.
    Check,
    /// What the source is called.
    Name,
    /// Whether the others that are plugged in follow by themselves.
    Others,
}

impl PrepareLine {
    /// Those that are shown, in order.
    pub(super) fn shown(has_others: bool) -> &'static [Self] {
        const ALL: [PrepareLine; 5] = [
            PrepareLine::Start,
            PrepareLine::What,
            PrepareLine::Check,
            PrepareLine::Name,
            PrepareLine::Others,
        ];
        if has_others { &ALL } else { &ALL[..4] }
    }
}

/// What was chosen for each source, for as long as the appliance runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes(Vec<(SourceIdentity, RunWish)>);

impl Wishes {
    pub(super) fn of(&self, identity: &SourceIdentity, noun: SourceNoun) -> RunWish {
        self.0
            .iter()
            .find(|(known, _)| known == identity)
            .map_or_else(|| RunWish::usual(noun), |(_, wish)| *wish)
    }

    pub(super) fn remember(&mut self, identity: &SourceIdentity, wish: RunWish) {
        match self.0.iter_mut().find(|(known, _)| known == identity) {
            Some((_, remembered)) => *remembered = wish,
            None => self.0.push((identity.clone(), wish)),
        }
    }
}
