//! From an encrypted device and a secret to a volume, with one family of errors: the engine's.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use heirloom_engine::{DriveError, Passphrase};
use heirloom_vault::{
    Bounds, Header, HeaderError, Plain, PlainError, ReadAt, SlotFault, Slots, UnlockError,
};

use crate::errno::{EIO, ENODEV, ENOMEM, ENXIO};
use crate::volume::DriveVolume;

const READING: &str = "reading the drive";

/// Opens the archive on an encrypted device by one of its key slots, within what that may cost.
///
/// `sign_of_life` is a path that is there as long as the device is, and `at_once` how many files are best read at the same time.
///
/// # Errors
/// [`DriveError::WrongPassphrase`], [`DriveError::NoSuchKeySlot`], [`DriveError::DamagedHeader`], [`DriveError::OutOfMemory`],
/// [`DriveError::Gone`], [`DriveError::Io`]; [`DriveError::NotAnArchive`] where there is no file system that can be read.
pub fn open<R: ReadAt + 'static>(
    device: R,
    slot: u8,
    secret: &Passphrase,
    bounds: &Bounds,
    at_once: usize,
    sign_of_life: Option<PathBuf>,
) -> Result<DriveVolume<R>, DriveError> {
    let told = |error: ReadError| {
        log::warn!("{error}");
        match sign_of_life.as_ref().is_some_and(|sign| !sign.exists()) {
            true => DriveError::Gone,
            false => error.into(),
        }
    };
    let header = Header::read(&device).map_err(|error| told(error.into()))?;
    let secret = secret.expose().as_bytes();
    let key = header
        .unlock(&device, secret, Slots::Only(slot), bounds)
        .map_err(|error| told(error.into()))?;
    let plain = Plain::new(device, &header, &key).map_err(|error| told(error.into()))?;
    DriveVolume::open(Arc::new(plain), at_once, sign_of_life.clone())
        .map_err(|error| told(error.into()))
}

/// Why an encrypted device is not opened, as those say it who were asked.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Neither copy of the header can be used, or there is none.
    #[error("the header: {0}")]
    Header(#[from] HeaderError),
    /// No key slot opens.
    #[error("the key: {0}")]
    Locked(#[from] UnlockError),
    /// The data are not as the header says.
    #[error("the data: {0}")]
    Data(#[from] PlainError),
    /// There is no file system, or a damaged one.
    #[error("the file system: {0}")]
    FileSystem(#[from] ext4_view::Ext4Error),
}

impl From<ReadError> for DriveError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Header(_) => Self::DamagedHeader,
            ReadError::Locked(error) => of_lock(error),
            ReadError::Data(PlainError::Unreadable { source, .. }) => of_io(&source),
            ReadError::Data(_) => Self::DamagedHeader,
            ReadError::FileSystem(ext4_view::Ext4Error::Io(source)) => {
                match source.downcast_ref::<io::Error>() {
                    Some(error) => of_io(error),
                    None => Self::NotAnArchive,
                }
            }
            ReadError::FileSystem(_) => Self::NotAnArchive,
        }
    }
}

fn of_lock(error: UnlockError) -> DriveError {
    match error {
        UnlockError::NoSuchSlot { .. } => DriveError::NoSuchKeySlot,
        UnlockError::Unsupported(_) | UnlockError::Inconsistent(_) => DriveError::DamagedHeader,
        UnlockError::WrongPassphrase { passed_over, .. }
        | UnlockError::NoSlotToTry { passed_over } => {
            // If a slot could not be tried, the secret may be right for it.
            match passed_over.into_iter().next().map(|it| it.fault) {
                None => DriveError::WrongPassphrase,
                Some(SlotFault::OutOfMemory { .. } | SlotFault::TooMuchMemory { .. }) => {
                    DriveError::OutOfMemory
                }
                Some(SlotFault::Unreadable(error)) => of_io(&error),
                Some(_) => DriveError::DamagedHeader,
            }
        }
    }
}

fn of_io(error: &io::Error) -> DriveError {
    match error.raw_os_error() {
        Some(ENODEV | ENXIO) => DriveError::Gone,
        Some(ENOMEM) => DriveError::OutOfMemory,
        errno => DriveError::Io {
            action: READING,
            errno: errno.unwrap_or(EIO),
        },
    }
}
