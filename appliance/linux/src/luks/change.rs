//! A new key for a holder, so that at every moment of a power cut either the old or the new one opens, and the next session sees how far it came.
//!
//! | step | own slot | spare slot | counts |
//! | --- | --- | --- | --- |
//! | announced by a token | old | | old |
//! | new key added to the spare slot, and tried | old | new | old |
//! | spare slot preferred: one write of the header | old | new, preferred | new |
//! | old key wiped | | new, preferred | new |
//! | new key added to the own slot, and tried | new | new, preferred | new |
//! | spare slot no longer preferred | new | new | new |
//! | spare slot wiped, token removed | new | | new |
//!
//! Only a slot that does not count is ever wiped, and only while a secret that was just tried opens another one.

use heirloom_engine::{DriveError, Passphrase};

use super::KeyDerivation;
use super::command::Keys;
use super::holder::{Holding, KeyHolder};

/// What became of a change that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// No change was interrupted.
    Nothing,
    /// The key that counts is in its own slot again, and there is no other one.
    Settled,
    /// The new key counts, but lies in the spare slot until its holder opens the archive.
    Waits,
}

impl Keys<'_> {
    /// Gives a holder a key, or another one in place of the one they have. `authority` is any secret that counts.
    ///
    /// # Errors
    /// [`DriveError::WrongPassphrase`] when `authority` opens nothing; then nothing was changed. After any other error, [`Keys::settle`] at the
    /// next session.
    pub(crate) fn set_key(
        &self,
        holder: KeyHolder,
        authority: &Passphrase,
        new: &Passphrase,
    ) -> Result<(), DriveError> {
        self.wipe_leftover(holder, authority)?;
        let holding = self.holding(holder)?;
        let Some(valid) = holding.valid else {
            return self.add_and_try(holder.own_slot(), authority, new);
        };
        if holding.announced_by.is_none() {
            if self.header()?.metadata.slot(holder.spare_slot()).is_some() {
                // Other hands use it: not ours to wipe.
                return Err(DriveError::Changed);
            }
            self.announce(holder)?;
        }
        let replaced = self.replace(holder, valid, authority, new);
        if replaced == Err(DriveError::WrongPassphrase) {
            self.withdraw(holder);
        }
        replaced?;
        self.bring_home(holder, new)
    }

    /// Finishes or undoes what was interrupted. `secret` is the one that opened the archive.
    ///
    /// # Errors
    /// [`DriveError`]; the next session tries again.
    pub(crate) fn settle(
        &self,
        holder: KeyHolder,
        secret: &Passphrase,
    ) -> Result<Settled, DriveError> {
        if self.holding(holder)?.announced_by.is_none() {
            return Ok(Settled::Nothing);
        }
        self.wipe_leftover(holder, secret)?;
        match self.holding(holder)?.valid {
            Some(slot) if slot == holder.spare_slot() => match self.test(slot, secret) {
                Ok(()) => self.bring_home(holder, secret).map(|()| Settled::Settled),
                Err(DriveError::WrongPassphrase) => Ok(Settled::Waits),
                Err(error) => Err(error),
            },
            _ => self.bring_home(holder, secret).map(|()| Settled::Settled),
        }
    }

    pub(crate) fn holding(&self, holder: KeyHolder) -> Result<Holding, DriveError> {
        Ok(holder.holding(&self.header()?.metadata))
    }

    fn wipe_leftover(&self, holder: KeyHolder, secret: &Passphrase) -> Result<(), DriveError> {
        match self.holding(holder)?.leftover {
            Some(slot) => {
                log::warn!("key slot {slot} is left over from an interrupted change");
                self.kill(slot, secret)
            }
            None => Ok(()),
        }
    }

    /// Takes back the announcement of a change that did not begin. If that fails, the next session does it.
    fn withdraw(&self, holder: KeyHolder) {
        let holding = self.holding(holder);
        let withdrawn = match holding {
            Ok(Holding {
                valid,
                leftover: None,
                announced_by: Some(token),
            }) if valid == Some(holder.own_slot()) => self.retract(token),
            other => other.map(drop),
        };
        if let Err(error) = withdrawn {
            log::warn!("a change that did not begin stays announced: {error}");
        }
    }

    /// Moves a key that counts from the spare slot to its own one, and ends the change.
    fn bring_home(&self, holder: KeyHolder, secret: &Passphrase) -> Result<(), DriveError> {
        if self.holding(holder)?.valid == Some(holder.spare_slot()) {
            self.replace(holder, holder.spare_slot(), secret, secret)?;
        }
        match self.holding(holder)?.announced_by {
            Some(token) => self.retract(token),
            None => Ok(()),
        }
    }

    /// From the slot that counts to the other one.
    fn replace(
        &self,
        holder: KeyHolder,
        valid: u32,
        authority: &Passphrase,
        new: &Passphrase,
    ) -> Result<(), DriveError> {
        let target = holder.other_slot(valid);
        self.add_and_try(target, authority, new)?;
        // From here on the new key counts.
        self.prefer(holder.spare_slot(), target == holder.spare_slot())?;
        self.kill(valid, new)
    }

    fn add_and_try(
        &self,
        slot: u32,
        authority: &Passphrase,
        new: &Passphrase,
    ) -> Result<(), DriveError> {
        self.add(slot, authority, new, self.derivation()?)?;
        self.test(slot, new).inspect_err(|error| {
            log::warn!("key slot {slot} does not open with what was just put into it: {error}");
            if let Err(error) = self.kill(slot, authority) {
                log::warn!("and it stays: {error}");
            }
        })
    }

    /// New slots cost as much to guess as the owner's.
    fn derivation(&self) -> Result<KeyDerivation, DriveError> {
        let header = self.header()?;
        let owner = KeyHolder::Owner.holding(&header.metadata).valid;
        let slot = owner.and_then(|number| header.metadata.slot(number));
        Ok(slot.map_or_else(KeyDerivation::default, |slot| {
            KeyDerivation::of(slot.derivation)
        }))
    }
}
