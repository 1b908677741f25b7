//! Why an encrypted archive drive, or an image of one, was not opened: what happened, what it means, what to do.

use std::io;
use std::path::PathBuf;

use heirloom_shares::{AddError, SetIdentifier, ShareError};
use heirloom_vault::{HeaderError, PlainError, UnlockError};

use super::why;
use crate::exit::Exit;

/// Why a drive was not opened. Nothing in it is secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriveTrouble {
    #[error("There is no device or image {}.", .0.display())]
    Missing(PathBuf),
    #[error("You may not read {}.", .0.display())]
    Denied(PathBuf),
    #[error("{} is a folder, and no device or image.", .0.display())]
    Folder(PathBuf),
    #[error("{} is no disk, and no image of one.", .0.display())]
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "there, such a thing does not open")
    )]
    NoDevice(PathBuf),
    #[error("{} cannot be read: {}.", place.display(), why(error))]
    Unreadable { place: PathBuf, error: io::Error },
    #[error("{} is the part of an archive drive that a PC boots from. The pictures are in the other part.", .0.display())]
    BootPartition(PathBuf),
    #[error("The disk {} has partitions, and none of them is an archive.", .0.display())]
    NoArchivePartition(PathBuf),
    #[error("{} is no archive drive, nor a part or an image of one: there is no LUKS header in it.", .0.display())]
    NotLuks(PathBuf),
    #[error("{} cannot be opened: {error}.", place.display())]
    Header { place: PathBuf, error: HeaderError },
    #[error(
        "{} has {size_bytes} bytes, and the archive in it needs {needed_bytes}: its end is missing.",
        place.display()
    )]
    Truncated {
        place: PathBuf,
        /// Whether it is a file, and no device.
        is_image: bool,
        size_bytes: u64,
        needed_bytes: u64,
    },
    #[error("{} cannot be decrypted: {error}.", place.display())]
    Data { place: PathBuf, error: PlainError },
    #[error("The file system in {} cannot be read: {error}.", place.display())]
    FileSystem {
        place: PathBuf,
        error: ext4_view::Ext4Error,
    },
    #[error("{} was opened, and there is no archive in it.", .0.display())]
    NoArchive(PathBuf),
    #[error("The passphrase is wrong.")]
    WrongPassphrase,
    #[error("The archive stays locked: {0}.")]
    Locked(UnlockError),
    #[error("The archive has no shares: only its passphrase opens it.")]
    NoShares,
    #[error("The shares belong together, and don't open this archive: they are of set {0}.")]
    OtherShares(SetIdentifier),
    #[error("{}", too_few(*entered, *needed))]
    TooFewShares { entered: u8, needed: Option<u8> },
    #[error(
        "The shares don't belong together: at least one is of another set with the same number, or was made up."
    )]
    NotTogether,
    #[error("The share in line {line} cannot be used: {error}.")]
    Share { line: usize, error: ShareError },
    #[error("The share in line {line} was not taken: {error}.")]
    ShareRefused { line: usize, error: AddError },
    #[error("{} holds no passphrase: it is empty, or too long.", .0.display())]
    NoPassphrase(PathBuf),
    #[error("{} cannot be read: {}.", place.display(), why(error))]
    SecretFile { place: PathBuf, error: io::Error },
    #[error("There is no terminal to ask for what opens the archive.")]
    NoTerminal,
    #[error("The terminal answers no more: {}.", why(.0))]
    Terminal(io::Error),
    #[error("Stopped, as you asked.")]
    Stopped,
}

fn too_few(entered: u8, needed: Option<u8>) -> String {
    match (entered, needed) {
        (0, _) => "There are no shares.".to_owned(),
        (entered, Some(needed)) => {
            format!("There are too few shares: {needed} are needed, and {entered} given.")
        }
        (_, None) => "There are too few shares.".to_owned(),
    }
}

impl DriveTrouble {
    /// Its exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Unreadable { .. }
            | Self::Header { .. }
            | Self::Truncated { .. }
            | Self::Data { .. }
            | Self::FileSystem { .. }
            | Self::Locked(_)
            | Self::Terminal(_) => Exit::Failed,
            Self::Stopped => Exit::Interrupted,
            _ => Exit::Refused,
        }
    }

    /// What it means, and what to do.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Missing(_) if cfg!(windows) => {
                "Nothing was changed. Check the name, and whether the drive is plugged in; Get-Disk in PowerShell lists all drives with their numbers: number 2 is named \\\\.\\PhysicalDrive2."
            }
            Self::Denied(_) if cfg!(windows) => {
                "Nothing was changed. A drive may be read by administrators alone: open the terminal by \"Run as administrator\", or use an image of the drive that you may read."
            }
            Self::Folder(_)
            | Self::NoDevice(_)
            | Self::NotLuks(_)
            | Self::NoArchivePartition(_)
            | Self::BootPartition(_)
                if cfg!(windows) =>
            {
                "Nothing was changed. Name the whole archive drive, such as \\\\.\\PhysicalDrive2, or an image of it; Get-Disk in PowerShell lists all drives with their numbers. If Windows offers to format the drive, say no."
            }
            Self::Missing(_) => {
                "Nothing was changed. Check the name, and whether the drive is plugged in; `lsblk` lists all drives."
            }
            Self::Denied(_) => {
                "Nothing was changed. A drive may be read by root and by members of a group such as `disk`: run heirloom with sudo, or on an image of the drive that you may read."
            }
            Self::Folder(_) => {
                "Nothing was changed. For an archive in a folder, name the folder without --from."
            }
            Self::NoDevice(_) | Self::NotLuks(_) | Self::NoArchivePartition(_) => {
                "Nothing was changed. Name the whole archive drive, such as /dev/sdb, its second partition, or an image of one of them; `lsblk --fs` shows which drive has a part of the kind crypto_LUKS."
            }
            Self::BootPartition(_) => {
                "Nothing was changed. Name the whole drive, such as /dev/sdb for /dev/sdb1, or its second partition."
            }
            Self::Unreadable { .. } => {
                "Nothing was changed. Check the cable, and try another port. If it happens again, make an image of the drive with ddrescue, and name the image."
            }
            Self::Header { .. } => {
                "Nothing was changed, and the pictures may all be there, but without a header nobody can decrypt them. If there is a backup of the header, put it back with `cryptsetup luksHeaderRestore`, best into an image of the drive; don't format anything."
            }
            Self::Truncated { is_image: true, .. } => {
                "Nothing was changed. The image is shorter than the drive that it is of: make it again, and look that there is room for all of it. If the drive is no more, make a copy of the image longer by `truncate --size` with the number of bytes that it needs, and restore from that: each file that was in the missing part is named."
            }
            Self::Truncated { .. } => {
                "Nothing was changed. The drive says that it is smaller than it was: plug it in without an adapter, or into another computer."
            }
            Self::Data {
                error: PlainError::TooShort,
                ..
            } => {
                "Nothing was changed. The image is not whole: make it again, and look that there is room for all of it."
            }
            Self::Data { .. } | Self::FileSystem { .. } => {
                "Nothing was changed, and the passphrase or the shares are right. Check the cable and try again; if it happens again, make an image of the drive, and let `cryptsetup open` and `e2fsck` work on the image."
            }
            Self::NoArchive(_) => {
                "Nothing was changed. It is another encrypted drive, or the archive was moved: name the drive that has archive.json at its top."
            }
            Self::WrongPassphrase => {
                "Nothing was changed, and no attempt is counted. Look at the keyboard's layout and at Caps Lock. Without the passphrase, enough of the shares open it: --shares."
            }
            Self::Locked(_) => {
                "Nothing was changed. Look whether the image is whole, if it is one. Try it on a computer with more memory, or with `cryptsetup open` of a newer version."
            }
            Self::NoShares => "Nothing was changed. Open it by its passphrase, without --shares.",
            Self::OtherShares(_) => {
                "Nothing was changed. They are of another archive, or of this one before its shares were renewed: take the sheets with the newest date on which this archive is named."
            }
            Self::TooFewShares { .. } => {
                "Nothing was changed. Each sheet names the others who have one: ask them for theirs."
            }
            Self::NotTogether => {
                "Nothing was changed. Look at the sheets: the archive and the date on them must be the same. Try again with other shares."
            }
            Self::Share { .. } => {
                "Nothing was changed. Compare that line with the paper, word by word; the first four letters of each are enough."
            }
            Self::ShareRefused { .. } => {
                "Nothing was changed. Take only shares of this archive, each once: the same archive and date are on their sheets."
            }
            Self::NoPassphrase(_) | Self::SecretFile { .. } => {
                "Nothing was changed. Name a file that you may read, with nothing but the passphrase in it, or the shares, one a line."
            }
            Self::NoTerminal => {
                "Nothing was changed. Run it in a terminal, or use --passphrase-file or --shares-file."
            }
            Self::Terminal(_) | Self::Stopped => "Nothing was changed. Try again.",
        }
    }

    /// A word for programs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Missing(_) => "no-device",
            Self::Denied(_) => "device-refused",
            Self::Folder(_) => "device-is-folder",
            Self::NoDevice(_) => "not-a-device",
            Self::Unreadable { .. } => "drive-failed",
            Self::BootPartition(_) => "boot-partition",
            Self::NoArchivePartition(_) => "no-archive-partition",
            Self::NotLuks(_) => "not-luks",
            Self::Header { .. } => "header-damaged",
            Self::Truncated { .. } => "truncated",
            Self::Data { .. } => "not-decrypted",
            Self::FileSystem { .. } => "file-system-damaged",
            Self::NoArchive(_) => "not-an-archive",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::Locked(_) => "locked",
            Self::NoShares => "no-shares",
            Self::OtherShares(_) => "shares-of-another-archive",
            Self::TooFewShares { .. } => "too-few-shares",
            Self::NotTogether => "shares-not-together",
            Self::Share { .. } => "share-wrong",
            Self::ShareRefused { .. } => "share-refused",
            Self::NoPassphrase(_) => "no-passphrase",
            Self::SecretFile { .. } => "secret-file",
            Self::NoTerminal => "no-terminal",
            Self::Terminal(_) => "terminal",
            Self::Stopped => "stopped",
        }
    }
}
