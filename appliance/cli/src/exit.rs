//! How a command ended, as its exit code says it.

use std::process::ExitCode;

/// How a command ended. The help and the man pages list the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Complete, sound, all of it.
    Done = 0,
    /// Done, and something is not as it should be.
    Attention = 1,
    /// Wrong use or bad input. Nothing was changed.
    Refused = 2,
    /// It could not be done.
    Failed = 3,
    /// Somebody asked it to stop.
    Interrupted = 130,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// A word for programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Attention => "attention",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
