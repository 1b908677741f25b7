//! A round: sources that are archived one after the other without a question, and what became of each.

use std::collections::VecDeque;

use crate::device::DeviceId;
use crate::{RunError, RunReport, SourceIdentity, SourceNoun};

use super::view_run::{RoundView, SourceOutcome, WaitReason};
use super::wish::RunWish;

/// A source that stalls this often without one more file verified is given up until the person asks again.
pub(super) const FRUITLESS_STALLS_MAX: u32 = 3;

/// A source whose turn is now, or comes.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    /// Where it is plugged in, or was.
    pub(super) device: DeviceId,
    pub(super) identity: SourceIdentity,
    pub(super) name: String,
    pub(super) noun: SourceNoun,
    pub(super) wish: RunWish,
    /// Why its run broke off; `None` before its first.
    pub(super) broke_off: Option<WaitReason>,
    /// Files that were safe then.
    pub(super) safe_files: u64,
    /// It was unplugged there: only what is seen there anew counts.
    pub(super) not_at: Option<DeviceId>,
    /// How often it went silent without one more file verified.
    pub(super) stalls: u32,
}

impl Queued {
    pub(super) fn new(
        device: DeviceId,
        identity: SourceIdentity,
        name: String,
        noun: SourceNoun,
        wish: RunWish,
    ) -> Self {
        Self {
            device,
            identity,
            name,
            noun,
            wish,
            broke_off: None,
            safe_files: 0,
            not_at: None,
            stalls: 0,
        }
    }

    /// Its run ended because it was unplugged.
    pub(super) fn unplugged(&mut self, safe_files: u64) {
        self.broke_off = Some(WaitReason::Unplugged);
        self.safe_files = self.safe_files.max(safe_files);
        self.not_at = Some(self.device.clone());
    }

    /// Its run ended because it went silent; whether it is worth waiting for.
    pub(super) fn stalled(&mut self, safe_files: u64) -> bool {
        if safe_files > self.safe_files {
            self.stalls = 0;
        }
        self.broke_off = Some(WaitReason::Stalled);
        self.safe_files = self.safe_files.max(safe_files);
        self.stalls += 1;
        self.stalls < FRUITLESS_STALLS_MAX
    }

    /// What is told of it when it is no longer waited for.
    fn given_up(self) -> Ended {
        let outcome = match self.broke_off {
            None => Outcome::NotBegun,
            Some(reason) => Outcome::Failed {
                error: match reason {
                    WaitReason::Unplugged => RunError::SourceGone,
                    WaitReason::Stalled => RunError::SourceStalled,
                },
                safe_files: self.safe_files,
            },
        };
        self.ended(outcome)
    }

    pub(super) fn ended(self, outcome: Outcome) -> Ended {
        Ended {
            device: self.device,
            source: self.name,
            noun: self.noun,
            outcome,
        }
    }
}

/// A source whose turn is over.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) device: DeviceId,
    pub(super) source: String,
    pub(super) noun: SourceNoun,
    pub(super) outcome: Outcome,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Archived {
        report: Box<RunReport>,
        sheet_written: bool,
    },
    Failed {
        error: RunError,
        safe_files: u64,
    },
    NotBegun,
}

impl Outcome {
    pub(super) fn error(&self) -> Option<&RunError> {
        match self {
            Self::Failed { error, .. } => Some(error),
            Self::Archived { .. } | Self::NotBegun => None,
        }
    }

    /// In one line.
    pub(super) fn view(&self) -> SourceOutcome {
        match self {
            Self::Archived { report, .. } => SourceOutcome::Archived {
                up_to_date: report.up_to_date,
                complete: report.completeness.is_complete(),
                safe_to_erase: report.safe_to_erase().is_some(),
                new_files: report.new_files,
            },
            Self::Failed { error, .. } => SourceOutcome::Failed(error.clone()),
            Self::NotBegun => SourceOutcome::NotBegun,
        }
    }
}

/// Who waits for its turn, and whose turn is over. The one that is archived now is in neither.
#[derive(Clone, Debug, Default)]
pub(super) struct Round {
    pub(super) waiting: VecDeque<Queued>,
    pub(super) ended: Vec<Ended>,
}

impl Round {
    pub(super) fn of(sources: Vec<Queued>) -> Self {
        Self {
            waiting: sources.into(),
            ended: Vec::new(),
        }
    }

    /// Nobody is waited for any longer.
    pub(super) fn give_up_waiting(&mut self) {
        let given_up = self.waiting.drain(..).map(Queued::given_up);
        self.ended.extend(given_up);
    }

    /// Where a source may be looked for that was plugged in elsewhere: not where another one of this round is or was.
    pub(super) fn is_anothers(&self, device: &DeviceId) -> bool {
        self.ended.iter().any(|it| it.device == *device)
            || self.waiting.iter().any(|it| it.device == *device)
    }

    /// What of it is shown beside the source that it is about.
    pub(super) fn view<'a>(&self, then: impl Iterator<Item = &'a Queued>) -> RoundView {
        RoundView {
            ended: self.ended.len(),
            then: then.map(|it| it.name.clone()).collect(),
        }
    }
}

/// Whether it says something about the archive's drive, so that no other source would fare better.
pub(super) fn ends_the_round(error: &RunError) -> bool {
    matches!(
        error,
        RunError::Stopped
            | RunError::DriveGone
            | RunError::DriveFailed(_)
            | RunError::Archive(_)
            | RunError::OtherArchive
    )
}
