//! What a person chooses about a run before it begins.

use crate::{MediaChoice, SourceIdentity, SourceNoun};

/// What a person chose about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunWish {
    /// Which files are archived.
    pub choice: MediaChoice,
    /// What is read of the source for it.
    pub reading: SourceReading,
}

/// What is read of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceReading {
    /// What the archive does not have yet.
    #[default]
    New,
    /// The same, each file twice, and both compared.
    NewTwice,
    /// Everything, also what the archive has: what went bad on the drive since then is copied anew.
    All,
}

impl SourceReading {
    pub(super) fn next(self) -> Self {
        match self {
            Self::New => Self::NewTwice,
            Self::NewTwice => Self::All,
            Self::All => Self::New,
        }
    }
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
            reading: SourceReading::New,
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
    /// What is read of the source.
    Reading,
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
            PrepareLine::Reading,
            PrepareLine::Name,
            PrepareLine::Others,
        ];
        if has_others { &ALL } else { &ALL[..4] }
    }
}

/// What was chosen for each source, for as long as the appliance runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    chosen: Vec<(SourceIdentity, RunWish)>,
    /// What is read of sources about which nobody chose.
    reading: SourceReading,
}

impl Wishes {
    pub(super) fn of(&self, identity: &SourceIdentity, noun: SourceNoun) -> RunWish {
        let usual = || RunWish {
            reading: self.reading,
            ..RunWish::usual(noun)
        };
        let mut chosen = self.chosen.iter();
        chosen
            .find(|(known, _)| known == identity)
            .map_or_else(usual, |(_, wish)| *wish)
    }

    /// An audit was made. If something is lost, any source may still have it, and all of each is read unless somebody chooses otherwise then.
    pub(super) fn audited(&mut self, is_lost: bool) {
        let chosen = self.chosen.iter_mut().map(|(_, wish)| &mut wish.reading);
        for reading in chosen.chain([&mut self.reading]) {
            *reading = match (is_lost, *reading) {
                (true, _) => SourceReading::All,
                (false, SourceReading::All) => SourceReading::New,
                (false, reading) => reading,
            };
        }
    }

    /// A source's run came to its end. To read everything once is enough.
    pub(super) fn archived(&mut self, identity: &SourceIdentity, wish: RunWish) {
        if wish.reading == SourceReading::All {
            let reading = SourceReading::New;
            self.remember(identity, RunWish { reading, ..wish });
        }
    }

    pub(super) fn remember(&mut self, identity: &SourceIdentity, wish: RunWish) {
        match self.chosen.iter_mut().find(|(known, _)| known == identity) {
            Some((_, remembered)) => *remembered = wish,
            None => self.chosen.push((identity.clone(), wish)),
        }
    }
}
