//! A decrypted device as what `ext4-view` reads from, with a small cache: it asks for single blocks of 4 KiB, one after the other.

use std::error::Error;
use std::io;

use ext4_view::{Ext4, Ext4Error, Ext4Read};
use zeroize::Zeroizing;

use crate::port::ReadAt;

/// What is read at once, and kept. A disk takes hardly longer for it than for one block.
const WINDOW_BYTES: u64 = 128 * 1024;
/// How many are kept: enough for a file's own blocks, its inode, its extents and some folders.
const WINDOWS_MAX: usize = 16;

/// Where the superblock begins, its magic number (at 0x38), and the flag by which the count of blocks has 64 bits (Linux, Documentation/filesystems/ext4).
const SUPERBLOCK_AT_BYTES: u64 = 1024;
const MAGIC: u16 = 0xef53;
const INCOMPATIBLE_64_BIT: u32 = 0x80;
/// Blocks of 64 KiB are the largest: 1 KiB, doubled so often.
const DOUBLINGS_MAX: u32 = 6;

/// How long the ext4 file system in `device` says that it is, in bytes. Where the device is shorter, its end is missing. `None` where there is no ext4
/// file system.
///
/// # Errors
/// Those of the device.
pub fn ext4_size_bytes(device: &impl ReadAt) -> io::Result<Option<u64>> {
    let mut superblock = [0; 1024];
    match device.read_at(SUPERBLOCK_AT_BYTES, &mut superblock) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        outcome => outcome?,
    }
    let number = |at: usize| {
        let bytes = [0, 1, 2, 3].map(|byte| superblock[at + byte]);
        u32::from_le_bytes(bytes)
    };
    let (low, doublings, flags, high) = (number(0x04), number(0x18), number(0x60), number(0x150));
    if number(0x38) as u16 != MAGIC || doublings > DOUBLINGS_MAX {
        return Ok(None);
    }
    let high = if flags & INCOMPATIBLE_64_BIT == 0 {
        0
    } else {
        high
    };
    let blocks = u64::from(high) << 32 | u64::from(low);
    Ok(blocks.checked_mul(1024 << doublings))
}

/// Opens the ext4 file system in `device`, such as a [`Plain`](crate::Plain). Its journal is replayed in memory.
///
/// An [`Ext4`] is for one thread. Several threads each open one of their own, over the same device behind an [`Arc`](std::sync::Arc).
///
/// # Errors
/// Where there is no ext4 file system, or one that is damaged or has features that can't be read.
pub fn open_ext4(device: impl ReadAt + 'static) -> Result<Ext4, Ext4Error> {
    Ext4::load(Box::new(Windows {
        device,
        windows: Vec::new(),
        uses: 0,
    }))
}

/// Reads through a few windows onto the device, of which the one that was used longest ago gives way.
struct Windows<R> {
    device: R,
    windows: Vec<Window>,
    uses: u64,
}

struct Window {
    start_bytes: u64,
    /// When it was used last, counted in uses.
    used: u64,
    /// Wiped in the end: what is in the archive may be a key, too.
    bytes: Zeroizing<Vec<u8>>,
}

impl<R: ReadAt> Ext4Read for Windows<R> {
    fn read(
        &mut self,
        start_byte: u64,
        dst: &mut [u8],
    ) -> Result<(), Box<dyn Error + Send + Sync + 'static>> {
        let mut at_bytes = start_byte;
        let mut rest = dst;
        while !rest.is_empty() {
            let skip = at_bytes % WINDOW_BYTES;
            let length = rest.len().min((WINDOW_BYTES - skip) as usize);
            let (part, behind) = rest.split_at_mut(length);
            self.read_part(at_bytes - skip, skip as usize, part)?;
            at_bytes += length as u64;
            rest = behind;
        }
        Ok(())
    }
}

impl<R: ReadAt> Windows<R> {
    /// Reads what lies in the window that begins at `start_bytes`, from its byte `skip` on.
    fn read_part(&mut self, start_bytes: u64, skip: usize, part: &mut [u8]) -> io::Result<()> {
        self.uses += 1;
        let known = self
            .windows
            .iter()
            .position(|window| window.start_bytes == start_bytes);
        let index = match known {
            Some(index) => index,
            None => match self.load(start_bytes) {
                Ok(index) => index,
                // A place that can't be read must cost no more than what is asked for.
                Err(_) => return self.device.read_at(start_bytes + skip as u64, part),
            },
        };
        let window = &mut self.windows[index];
        window.used = self.uses;
        let bytes = window.bytes.get(skip..skip + part.len());
        part.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn load(&mut self, start_bytes: u64) -> io::Result<usize> {
        let left_bytes = self.device.size_bytes()?.saturating_sub(start_bytes);
        let length = left_bytes.min(WINDOW_BYTES) as usize;
        let index = if self.windows.len() < WINDOWS_MAX {
            self.windows.push(Window {
                start_bytes,
                used: 0,
                bytes: Zeroizing::new(Vec::with_capacity(WINDOW_BYTES as usize)),
            });
            self.windows.len() - 1
        } else {
            let oldest = self
                .windows
                .iter()
                .enumerate()
                .min_by_key(|(_, window)| window.used);
            oldest.map_or(0, |(index, _)| index)
        };
        let window = &mut self.windows[index];
        window.bytes.resize(length, 0);
        if let Err(error) = self.device.read_at(start_bytes, &mut window.bytes) {
            self.windows.swap_remove(index);
            return Err(error);
        }
        window.start_bytes = start_bytes;
        Ok(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_says_how_long_it_is() {
        let wide = INCOMPATIBLE_64_BIT;
        for (low, high, doublings, flags, size_bytes) in [
            (16_384_u32, 0_u32, 2_u32, wide, Some(64 << 20)),
            (16_384, 7, 2, 0, Some(64 << 20)),
            (0, 1, 2, wide, Some(16 << 40)),
            (5, 0, 0, 0, Some(5 << 10)),
            (1, u32::MAX, 6, wide, None),
            (1, 0, 7, 0, None),
        ] {
            let mut bytes = vec![0; 2048];
            let fields = [(0x04, low), (0x150, high), (0x18, doublings), (0x60, flags)];
            for (at, value) in fields {
                bytes[1024 + at..1024 + at + 4].copy_from_slice(&value.to_le_bytes());
            }
            bytes[1024 + 0x38..1024 + 0x3a].copy_from_slice(&MAGIC.to_le_bytes());
            let found = ext4_size_bytes(&bytes).expect("it can be read");
            assert_eq!(found, size_bytes, "{low} {high} {doublings}");
            bytes[1024 + 0x38] = 0;
            assert_eq!(ext4_size_bytes(&bytes).expect("it can be read"), None);
            bytes.truncate(2047);
            assert_eq!(ext4_size_bytes(&bytes).expect("it can be read"), None);
        }
    }
}
