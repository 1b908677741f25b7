//! `cryptsetup`'s commands for key slots, each one call of the program. Secrets go through standard input, as a key file or as lines; where things
//! stand is read from the header and never from what the program prints. Exit statuses as in `cryptsetup(8)`.

use std::path::Path;
use std::process::Output;

use heirloom_engine::{DriveError, Passphrase};
use zeroize::Zeroizing;

use super::header::{HeaderCopies, HeaderCopy};
use super::holder::{CHANGE_TOKEN, KeyHolder};
use super::{ARGON2_LANES, ARGON2_PASSES, KeyDerivation, outcome};
use crate::tool;

/// The program: the stock one, or a test's whose power fails.
pub(crate) trait Cryptsetup {
    /// Runs it to its end. `input` is all of its standard input.
    ///
    /// # Errors
    /// [`DriveError::Io`] when it can't be started or fed; how it ended is in the output.
    fn run(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Output, DriveError>;
}

/// The program of this system.
pub(crate) struct Stock;

impl Cryptsetup for Stock {
    fn run(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Output, DriveError> {
        tool::run("cryptsetup", arguments, input)
    }
}

/// The header of one LUKS2 partition, and the program that changes it.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    pub(crate) cryptsetup: &'a dyn Cryptsetup,
    pub(crate) partition: &'a Path,
}

impl Keys<'_> {
    /// The header as it is now.
    ///
    /// # Errors
    /// [`DriveError::DamagedHeader`], [`DriveError::Gone`], [`DriveError::Io`].
    pub(crate) fn header(&self) -> Result<HeaderCopy, DriveError> {
        HeaderCopies::read(self.partition)?.best()
    }

    /// Whether a secret opens one slot. Nothing is activated.
    ///
    /// # Errors
    /// [`DriveError::WrongPassphrase`], [`DriveError::NoSuchKeySlot`], [`DriveError::OutOfMemory`].
    pub(crate) fn test(&self, slot: u32, secret: &Passphrase) -> Result<(), DriveError> {
        self.expect(slot)?;
        let slot = slot.to_string();
        let arguments = ["open", "--test-passphrase", "--type", "luks2", "--key-slot"];
        self.run(
            &[&arguments[..], &[&slot, "--key-file", "-"]].concat(),
            Some(secret.expose().as_bytes()),
        )
    }

    /// Puts a new secret into a free slot, at the price of `derivation`. What fills the slot is written and flushed before the header names it.
    ///
    /// # Errors
    /// [`DriveError::WrongPassphrase`] when `authority` opens no slot.
    pub(crate) fn add(
        &self,
        slot: u32,
        authority: &Passphrase,
        new: &Passphrase,
        derivation: KeyDerivation,
    ) -> Result<(), DriveError> {
        let (slot, memory) = (slot.to_string(), derivation.memory_kib.to_string());
        let (passes, lanes) = (ARGON2_PASSES.to_string(), ARGON2_LANES.to_string());
        self.run(
            &[
                "luksAddKey",
                "--batch-mode",
                "--new-key-slot",
                &slot,
                "--pbkdf",
                "argon2id",
                "--pbkdf-memory",
                &memory,
                "--pbkdf-force-iterations",
                &passes,
                "--pbkdf-parallel",
                &lanes,
            ],
            Some(&two_lines(authority, new)?),
        )
    }

    /// Wipes a slot. `remaining` has to open another one, or nothing is done: no mistake of ours can take the last way in.
    ///
    /// # Errors
    /// [`DriveError::WrongPassphrase`] when it opens no other one; [`DriveError::NoSuchKeySlot`].
    pub(crate) fn kill(&self, slot: u32, remaining: &Passphrase) -> Result<(), DriveError> {
        self.expect(slot)?;
        if self.header()?.metadata.slots.len() < 2 {
            // The one case in which `cryptsetup` takes the secret of the slot itself.
            return Err(DriveError::WrongPassphrase);
        }
        self.run(
            &[
                "luksKillSlot",
                "--batch-mode",
                "--key-file",
                "-",
                // Here the partition is not the last argument.
                &self.partition.display().to_string(),
                &slot.to_string(),
            ],
            Some(remaining.expose().as_bytes()),
        )
    }

    /// Has a slot tried before all others, or no longer.
    ///
    /// # Errors
    /// [`DriveError::NoSuchKeySlot`], [`DriveError::Tool`].
    pub(crate) fn prefer(&self, slot: u32, preferred: bool) -> Result<(), DriveError> {
        self.expect(slot)?;
        let slot = slot.to_string();
        let priority = if preferred { "prefer" } else { "normal" };
        self.run(
            &["config", "--key-slot", &slot, "--priority", priority],
            None,
        )
    }

    /// Notes in the header that a holder's key is being changed.
    ///
    /// # Errors
    /// [`DriveError::Tool`].
    pub(crate) fn announce(&self, holder: KeyHolder) -> Result<(), DriveError> {
        let token = serde_json::json!({
            "type": CHANGE_TOKEN,
            "keyslots": [],
            "holder": holder.name(),
        });
        let token = token.to_string();
        self.run(
            &["token", "import", "--json-file", "-"],
            Some(token.as_bytes()),
        )
    }

    /// Takes such a note away.
    ///
    /// # Errors
    /// [`DriveError::Tool`].
    pub(crate) fn retract(&self, token: u32) -> Result<(), DriveError> {
        self.run(&["token", "remove", "--token-id", &token.to_string()], None)
    }

    fn expect(&self, slot: u32) -> Result<(), DriveError> {
        match self.header()?.metadata.slot(slot) {
            Some(_) => Ok(()),
            None => Err(DriveError::NoSuchKeySlot),
        }
    }

    fn run(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<(), DriveError> {
        let partition = self.partition.display().to_string();
        let mut arguments = arguments.to_vec();
        if !arguments.contains(&&*partition) {
            arguments.push(&partition);
        }
        let output = self.cryptsetup.run(&arguments, input)?;
        outcome(tool::status(&output))
    }
}

/// Two secrets as two lines, which is how `cryptsetup` asks for them where it has no key file. A passphrase is one line by its nature.
fn two_lines(first: &Passphrase, second: &Passphrase) -> Result<Zeroizing<Vec<u8>>, DriveError> {
    let (first, second) = (first.expose().as_bytes(), second.expose().as_bytes());
    if [first, second].iter().any(|secret| secret.contains(&b'\n')) {
        return Err(DriveError::WrongPassphrase);
    }
    // Made long enough at once, so that no copy of it stays behind.
    let mut lines = Zeroizing::new(Vec::with_capacity(first.len() + second.len() + 2));
    for secret in [first, second] {
        lines.extend_from_slice(secret);
        lines.push(b'\n');
    }
    Ok(lines)
}
