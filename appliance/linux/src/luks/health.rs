//! How the header of an archive is, and the mending of a damaged copy from the good one.

use heirloom_engine::DriveError;

use super::command::Keys;
use super::header::{CopyHealth, HeaderCopies, HeaderVerdict};
use super::holder::KeyHolder;
use super::metadata::KeySlot;
use super::outcome;
use crate::tool;

/// What was found in the header. Nothing was changed to find it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderHealth {
    /// At the partition's begin.
    pub first: CopyHealth,
    /// Behind it.
    pub second: CopyHealth,
    /// Both together.
    pub verdict: HeaderVerdict,
    /// From the copy that counts; empty when there is none.
    pub slots: Vec<KeySlot>,
    /// Which slot counts for the owner.
    pub owner_slot: Option<u32>,
    /// Which slot counts for the executors, if there are any.
    pub executors_slot: Option<u32>,
    /// Whose keys were being changed when something interrupted it.
    pub interrupted: Vec<KeyHolder>,
}

impl Keys<'_> {
    /// Reads both copies of the header.
    ///
    /// # Errors
    /// [`DriveError::Gone`], [`DriveError::Io`]. A damaged header is a finding, not an error.
    pub(crate) fn health(&self) -> Result<HeaderHealth, DriveError> {
        let copies = HeaderCopies::read(self.partition)?;
        let mut health = HeaderHealth {
            first: copies.first(),
            second: copies.second(),
            verdict: copies.verdict(),
            slots: Vec::new(),
            owner_slot: None,
            executors_slot: None,
            interrupted: Vec::new(),
        };
        if let Ok(copy) = copies.best() {
            let metadata = copy.metadata;
            health.owner_slot = KeyHolder::Owner.holding(&metadata).valid;
            health.executors_slot = KeyHolder::Executors.holding(&metadata).valid;
            health.interrupted = metadata.changes.iter().map(|(holder, _)| *holder).collect();
            health.slots = metadata.slots;
        }
        Ok(health)
    }

    /// Mends a damaged or older copy from the one that counts, and looks whether it is mended. Writes nothing where both are sound.
    ///
    /// # Errors
    /// [`DriveError::DamagedHeader`] when there is no sound copy, or the medium does not take what is written.
    pub(crate) fn repair(&self) -> Result<(), DriveError> {
        let before = HeaderCopies::read(self.partition)?;
        if before.verdict() == HeaderVerdict::Sound {
            return Ok(());
        }
        let good = before.best()?;
        let partition = self.partition.display().to_string();
        let arguments = ["repair", "--batch-mode", "--type", "luks2", &partition];
        let output = self.cryptsetup.run(&arguments, None)?;
        outcome(tool::status(&output))?;
        let after = HeaderCopies::read(self.partition)?;
        let sound = after.verdict() == HeaderVerdict::Sound;
        if sound && after.best()?.metadata == good.metadata {
            Ok(())
        } else {
            Err(DriveError::DamagedHeader)
        }
    }
}
