//! LUKS2 by the `cryptsetup` program, told everything by arguments and the secret by standard input. Exit statuses as in `cryptsetup(8)`.

mod backup;
mod change;
mod command;
mod header;
mod health;
mod holder;
mod metadata;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use backup::BackupHealth;
pub use change::Settled;
pub(crate) use command::{Cryptsetup, Keys, Stock};
pub use header::{CopyHealth, HeaderDamage, HeaderVerdict};
pub use health::HeaderHealth;
pub use holder::KeyHolder;
pub use metadata::{KeySlot, SlotDerivation};

use heirloom_engine::{DriveError, Passphrase};

use crate::tool;

/// Name of the mapping of the open archive.
const MAPPING: &str = "heirloom-archive";
/// Memory of Argon2id: enough to make guessing dear, little enough for a PC with 1 GB.
const ARGON2_MEMORY_KIB_MAX: u32 = 256 * 1024;
/// `cryptsetup`'s own least.
const ARGON2_MEMORY_KIB_MIN: u32 = 32;
/// Passes over the memory; fixed instead of measured, so that a slow PC makes no weaker archive than a fast one.
const ARGON2_PASSES: u32 = 4;
const ARGON2_LANES: u32 = 4;

/// How dear it is to guess the passphrase of a new archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyDerivation {
    /// Argon2id's memory, in KiB.
    pub memory_kib: u32,
}

impl Default for KeyDerivation {
    fn default() -> Self {
        Self {
            memory_kib: ARGON2_MEMORY_KIB_MAX,
        }
    }
}

impl KeyDerivation {
    /// That of a slot which is there already; the default where that one is none of ours.
    pub(crate) fn of(slot: SlotDerivation) -> Self {
        match slot {
            SlotDerivation::Argon2id { memory_kib, .. } => Self {
                memory_kib: memory_kib.clamp(ARGON2_MEMORY_KIB_MIN, ARGON2_MEMORY_KIB_MAX),
            },
            SlotDerivation::Other => Self::default(),
        }
    }

    /// The default, or what QEMU's firmware configuration asks for, since emulation is many times slower than a PC. No PC has that
    /// device; the host of a virtual machine could read its memory anyway; and it concerns only archives that are made in there.
    pub fn for_this_machine() -> Self {
        const ASKED: &str =
            "/sys/firmware/qemu_fw_cfg/by_name/opt/org.heirloom/argon2-memory-kib/raw";
        let asked = std::fs::read_to_string(ASKED)
            .ok()
            .and_then(|text| text.trim().parse::<u32>().ok());
        match asked {
            Some(kib) => Self {
                memory_kib: kib.clamp(ARGON2_MEMORY_KIB_MIN, ARGON2_MEMORY_KIB_MAX),
            },
            None => Self::default(),
        }
    }
}

/// Makes a LUKS2 volume with the passphrase in slot 0.
///
/// # Errors
/// [`DriveError::Tool`], [`DriveError::Changed`] when it is in use, [`DriveError::OutOfMemory`].
pub(crate) fn format(
    cryptsetup: &dyn Cryptsetup,
    partition: &Path,
    name: &str,
    passphrase: &Passphrase,
    derivation: KeyDerivation,
) -> Result<(), DriveError> {
    let memory = derivation.memory_kib.to_string();
    let passes = ARGON2_PASSES.to_string();
    let lanes = ARGON2_LANES.to_string();
    let partition = partition.display().to_string();
    let output = cryptsetup.run(
        &[
            "luksFormat",
            "--batch-mode",
            "--type",
            "luks2",
            "--cipher",
            "aes-xts-plain64",
            "--key-size",
            "512",
            "--hash",
            "sha256",
            "--sector-size",
            "4096",
            "--pbkdf",
            "argon2id",
            "--pbkdf-memory",
            &memory,
            "--pbkdf-force-iterations",
            &passes,
            "--pbkdf-parallel",
            &lanes,
            "--key-slot",
            "0",
            "--label",
            name,
            "--key-file",
            "-",
            &partition,
        ],
        Some(passphrase.expose().as_bytes()),
    )?;
    outcome(tool::status(&output))
}

/// A LUKS volume that is mapped. Locked again by [`Unlocked::lock`], or as well as it can be when it is dropped.
pub(crate) struct Unlocked {
    mapped: bool,
}

/// Maps a LUKS volume by the slot that counts for `holder`.
///
/// # Errors
/// [`DriveError::WrongPassphrase`], [`DriveError::NoSuchKeySlot`] when the holder has no key, [`DriveError::DamagedHeader`],
/// [`DriveError::OutOfMemory`], [`DriveError::Gone`], [`DriveError::Changed`] when it is in use.
pub(crate) fn unlock(
    keys: Keys<'_>,
    holder: KeyHolder,
    secret: &Passphrase,
) -> Result<Unlocked, DriveError> {
    let slot = keys.holding(holder)?.valid;
    let slot = slot.ok_or(DriveError::NoSuchKeySlot)?.to_string();
    let partition = keys.partition.display().to_string();
    let arguments = [
        "open",
        "--type",
        "luks2",
        "--key-slot",
        &slot,
        "--key-file",
        "-",
        &partition,
        MAPPING,
    ];
    let input = secret.expose().as_bytes();
    let output = keys.cryptsetup.run(&arguments, Some(input))?;
    outcome(tool::status(&output))?;
    Ok(Unlocked { mapped: true })
}

impl Unlocked {
    /// The node of the plain volume.
    pub(crate) fn node(&self) -> PathBuf {
        mapping_node()
    }

    /// Takes the mapping and the key out of the kernel.
    ///
    /// # Errors
    /// [`DriveError::Tool`] when something still holds it.
    pub(crate) fn lock(mut self) -> Result<(), DriveError> {
        self.mapped = false;
        remove_mapping()
    }
}

impl Drop for Unlocked {
    fn drop(&mut self) {
        if self.mapped
            && let Err(error) = remove_mapping()
        {
            log::warn!("the archive stays unlocked: {error}");
        }
    }
}

fn mapping_node() -> PathBuf {
    Path::new("/dev/mapper").join(MAPPING)
}

/// Takes the mapping away, at once or, where a pulled drive's file system still holds it, as soon as that lets go.
pub(crate) fn remove_mapping() -> Result<(), DriveError> {
    if !mapping_node().exists() {
        return Ok(());
    }
    tool::succeed("cryptsetup", &["close", MAPPING])
        .or_else(|_| tool::succeed("cryptsetup", &["close", "--deferred", MAPPING]))
        .map(drop)
}

/// The UUID in a LUKS header, as `blkid` prints it.
///
/// # Errors
/// [`DriveError::DamagedHeader`] when there is no header.
pub(crate) fn uuid(keys: Keys<'_>) -> Result<String, DriveError> {
    Ok(keys.header()?.uuid)
}

fn outcome(status: i32) -> Result<(), DriveError> {
    match status {
        0 => Ok(()),
        2 => Err(DriveError::WrongPassphrase),
        3 => Err(DriveError::OutOfMemory),
        4 => Err(DriveError::Gone),
        5 => Err(DriveError::Changed),
        _ => Err(DriveError::Tool {
            program: "cryptsetup",
            status,
        }),
    }
}
