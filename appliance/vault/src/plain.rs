//! The decrypted bytes of a device, at any offset, for several threads at once. Nothing is kept but the key.

use std::io;

use zeroize::Zeroizing;

use crate::error::{PlainError, UnlockError};
use crate::header::Header;
use crate::json::Extent;
use crate::key::VolumeKey;
use crate::port::ReadAt;
use crate::segment::UNIT_BYTES;
use crate::xts::Xts;

/// So much is read from the device in one go before it is decrypted: enough for a disk, and little enough to be still in the processor's cache.
const PIECE_BYTES: usize = 256 * 1024;

/// The size of the largest sector.
const SECTOR_MAX_BYTES: usize = 4096;

/// What is in an encrypted device. Reading at any offset and length works; whole sectors are decrypted where they arrive, without a copy.
#[derive(Debug)]
pub struct Plain<R> {
    device: R,
    xts: Xts,
    start_bytes: u64,
    size_bytes: u64,
    first_unit: u64,
    sector_bytes: usize,
}

impl<R: ReadAt> Plain<R> {
    /// The data of `device`, which `header` describes and `key` opens. The header may have come from elsewhere, as from a backup.
    ///
    /// # Errors
    /// Where the device ends before its data do, or can't be read; and where the header describes data that can't be read here, which
    /// [`Header::unlock`] has then refused.
    pub fn new(device: R, header: &Header, key: &VolumeKey) -> Result<Self, PlainError> {
        let segment =
            header.metadata.segment.as_ref().map_err(|fault| {
                PlainError::NotReadable(Box::new(UnlockError::from(fault.clone())))
            })?;
        let device_bytes = device
            .size_bytes()
            .map_err(|source| PlainError::Unreadable {
                device_bytes: 0,
                source,
            })?;
        let available_bytes = device_bytes
            .checked_sub(segment.offset_bytes)
            .ok_or(PlainError::TooShort)?;
        let size_bytes = match segment.extent {
            Extent::Dynamic => available_bytes - available_bytes % segment.sector_bytes as u64,
            Extent::Fixed(size_bytes) if size_bytes <= available_bytes => size_bytes,
            Extent::Fixed(_) => return Err(PlainError::TooShort),
        };
        Ok(Self {
            device,
            xts: Xts::of(key),
            start_bytes: segment.offset_bytes,
            size_bytes,
            first_unit: segment.first_unit,
            sector_bytes: segment.sector_bytes,
        })
    }

    /// How many decrypted bytes there are.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Fills `buffer` with the decrypted bytes from `offset_bytes` on.
    ///
    /// # Errors
    /// Where the buffer would reach beyond the end, and where the device can't be read. The buffer holds anything then.
    pub fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> Result<(), PlainError> {
        let end_bytes = offset_bytes.checked_add(buffer.len() as u64);
        if end_bytes.is_none_or(|end| end > self.size_bytes) {
            return Err(PlainError::BeyondEnd {
                offset_bytes,
                length_bytes: buffer.len(),
                size_bytes: self.size_bytes,
            });
        }
        let sector_bytes = self.sector_bytes as u64;
        let into_sector = offset_bytes % sector_bytes;
        let mut offset_bytes = offset_bytes;
        let mut rest = buffer;
        if into_sector != 0 {
            let missing = self.sector_bytes - into_sector as usize;
            let (head, behind) = rest.split_at_mut(missing.min(rest.len()));
            self.read_part(offset_bytes - into_sector, into_sector as usize, head)?;
            offset_bytes += head.len() as u64;
            rest = behind;
        }
        let (whole, tail) = rest.split_at_mut(rest.len() - rest.len() % self.sector_bytes);
        for piece in whole.chunks_mut(PIECE_BYTES) {
            self.read_sectors(offset_bytes, piece)?;
            offset_bytes += piece.len() as u64;
        }
        match tail {
            [] => Ok(()),
            tail => self.read_part(offset_bytes, 0, tail),
        }
    }

    /// A part of one sector, which begins at `sector_at_bytes`, from its byte `skip` on.
    fn read_part(
        &self,
        sector_at_bytes: u64,
        skip: usize,
        part: &mut [u8],
    ) -> Result<(), PlainError> {
        let mut sector = Zeroizing::new([0; SECTOR_MAX_BYTES]);
        self.read_sectors(sector_at_bytes, &mut sector[..self.sector_bytes])?;
        part.copy_from_slice(&sector[skip..skip + part.len()]);
        Ok(())
    }

    /// Whole sectors, from the beginning of one on.
    fn read_sectors(&self, offset_bytes: u64, sectors: &mut [u8]) -> Result<(), PlainError> {
        // Neither overflows: all of it is within the device.
        let device_bytes = self.start_bytes + offset_bytes;
        let unit = self
            .first_unit
            .wrapping_add(offset_bytes / UNIT_BYTES as u64);
        self.device
            .read_at(device_bytes, sectors)
            .map_err(|source| PlainError::Unreadable {
                device_bytes,
                source,
            })?;
        self.xts.decrypt(unit, self.sector_bytes, sectors);
        Ok(())
    }
}

/// So that whatever reads a device can read a decrypted one.
impl<R: ReadAt> ReadAt for Plain<R> {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        Self::read_at(self, offset_bytes, buffer).map_err(|error| match error {
            PlainError::Unreadable { source, .. } => source,
            _ => io::ErrorKind::UnexpectedEof.into(),
        })
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.size_bytes)
    }
}
