//! The backup of the header, a file on the drive's open partition.
//!
//! It opens with the secrets that opened the header when it was made. So it is made anew after every change of a key, and the old one is overwritten,
//! which is as much as a program can do: a flash drive may keep the old content in cells that it no longer shows.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use heirloom_engine::DriveError;

use super::command::Keys;
use super::header::{HeaderCopies, HeaderCopy, HeaderVerdict};
use super::outcome;
use crate::disk::io_error;
use crate::tool;

const FILE: &str = "luks-header-backup.img";
const DRAFT: &str = "luks-header-backup.new";
const REPLACED: &str = "luks-header-backup.old";
const WRITING: &str = "writing the backup of the header";
/// The slots' areas take some 16 MiB; what claims to be longer is not read.
const AREA_BYTES_MAX: u64 = 64 * 1024 * 1024;
const PIECE_BYTES: usize = 1024 * 1024;

/// How the backup stands to the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupHealth {
    /// The same header, and the same key material.
    Current,
    /// Of another state of the header.
    Outdated,
    /// There is none, or it can't be read as one.
    Missing,
    /// The same header, but the key material of these slots is another: in the backup or on the drive it went bad.
    SlotsDiffer(Vec<u32>),
}

impl Keys<'_> {
    /// Compares the backup in `folder` with the header.
    ///
    /// # Errors
    /// [`DriveError::DamagedHeader`] when the header itself can't be read, [`DriveError::Gone`], [`DriveError::Io`].
    pub(crate) fn backup_health(&self, folder: &Path) -> Result<BackupHealth, DriveError> {
        if folder.join(REPLACED).exists() || folder.join(DRAFT).exists() {
            // What was interrupted may have left old keys behind.
            return Ok(BackupHealth::Outdated);
        }
        self.compare(&folder.join(FILE))
    }

    fn compare(&self, file: &Path) -> Result<BackupHealth, DriveError> {
        if !file.exists() {
            return Ok(BackupHealth::Missing);
        }
        let header = self.header()?;
        let backup = HeaderCopies::read(file)?;
        if backup.verdict() != HeaderVerdict::Sound {
            return Ok(BackupHealth::Missing);
        }
        if !backup.best()?.same_as(&header) {
            return Ok(BackupHealth::Outdated);
        }
        let differing = self.differing_slots(&header, file)?;
        Ok(if differing.is_empty() {
            BackupHealth::Current
        } else {
            BackupHealth::SlotsDiffer(differing)
        })
    }

    /// Slots whose key material is not the same in the backup.
    fn differing_slots(&self, header: &HeaderCopy, file: &Path) -> Result<Vec<u32>, DriveError> {
        let mut differing = Vec::new();
        for slot in &header.metadata.slots {
            let area = |path: &Path| read_area(path, slot.area_offset, slot.area_bytes);
            let on_drive = area(self.partition);
            let in_backup = area(file);
            let same = match (on_drive, in_backup) {
                (Ok(on_drive), Ok(in_backup)) => on_drive == in_backup,
                (Err(error), _) if crate::disk::is_gone(&error) => return Err(DriveError::Gone),
                // A bad sector of either.
                _ => false,
            };
            if !same {
                differing.push(slot.number);
            }
        }
        Ok(differing)
    }

    /// Makes the backup anew. The old one keeps its name until the new one is wholly there, and is then overwritten.
    ///
    /// # Errors
    /// [`DriveError::Tool`], [`DriveError::Io`], [`DriveError::Gone`]; the next session finds the backup outdated.
    pub(crate) fn refresh_backup(&self, folder: &Path) -> Result<(), DriveError> {
        let (file, draft) = (folder.join(FILE), folder.join(DRAFT));
        let replaced = folder.join(REPLACED);
        wipe(&draft)?;
        let (partition, name) = (
            self.partition.display().to_string(),
            draft.display().to_string(),
        );
        let arguments = [
            "luksHeaderBackup",
            &partition,
            "--header-backup-file",
            &name,
        ];
        let output = self.cryptsetup.run(&arguments, None)?;
        outcome(tool::status(&output))?;
        File::open(&draft)
            .and_then(|file| file.sync_all())
            .map_err(|error| io_error(WRITING, &error))?;
        if self.compare(&draft)? != BackupHealth::Current {
            return Err(DriveError::Io {
                action: WRITING,
                errno: nix::libc::EIO,
            });
        }
        if file.exists() {
            // Left over from the last time. It goes now, while the backup still has its name.
            wipe(&replaced)?;
            rename(&file, &replaced)?;
        }
        rename(&draft, &file)?;
        sync_folder(folder)?;
        wipe(&replaced)?;
        sync_folder(folder)
    }
}

fn read_area(path: &Path, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
    if length > AREA_BYTES_MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(ErrorKind::UnexpectedEof.into())
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), DriveError> {
    std::fs::rename(from, to).map_err(|error| io_error(WRITING, &error))
}

fn sync_folder(folder: &Path) -> Result<(), DriveError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| io_error(WRITING, &error))
}

/// Overwrites a file and removes it; nothing where there is none.
fn wipe(file: &Path) -> Result<(), DriveError> {
    match overwrite(file) {
        Ok(()) => std::fs::remove_file(file).map_err(|error| io_error(WRITING, &error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io_error(WRITING, &error)),
    }
}

fn overwrite(path: &Path) -> std::io::Result<()> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    // `cryptsetup` makes its backups read-only. FAT knows that only for all or nobody, so all other bits stay.
    std::fs::set_permissions(path, Permissions::from_mode(mode | 0o200))?;
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = vec![0; PIECE_BYTES];
    while left > 0 {
        let piece = left.min(PIECE_BYTES as u64);
        // At most PIECE_BYTES, which is a usize.
        file.write_all(&zeros[..piece as usize])?;
        left -= piece;
    }
    file.sync_all()
}
