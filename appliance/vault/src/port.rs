//! The port through which everything here reads: bytes of a device or of an image, at an offset.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::sync::Arc;

/// Something with a length whose bytes can be read at any offset, by several threads at once.
pub trait ReadAt: Send + Sync {
    /// Fills the whole `buffer` with the bytes from `offset_bytes` on.
    ///
    /// # Errors
    /// Those of the medium, and [`io::ErrorKind::UnexpectedEof`] where it ends before the buffer is full.
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// How long it is, in bytes.
    ///
    /// # Errors
    /// Those of the medium.
    fn size_bytes(&self) -> io::Result<u64>;
}

impl ReadAt for File {
    #[cfg(unix)]
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, buffer, offset_bytes)
    }

    #[cfg(windows)]
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut done_bytes = 0;
        while done_bytes < buffer.len() {
            let at_bytes = offset_bytes + done_bytes as u64;
            match std::os::windows::fs::FileExt::seek_read(
                self,
                &mut buffer[done_bytes..],
                at_bytes,
            ) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => done_bytes += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// By its end, because the metadata of a block device say zero. The file's own position is moved; nothing here goes by it.
    fn size_bytes(&self) -> io::Result<u64> {
        let mut file = self;
        file.seek(SeekFrom::End(0))
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        let bytes = usize::try_from(offset_bytes)
            .ok()
            .and_then(|start| self.get(start..start.checked_add(buffer.len())?))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.as_slice().read_at(offset_bytes, buffer)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        self.as_slice().size_bytes()
    }
}

impl<R: ReadAt + ?Sized> ReadAt for &R {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_at(offset_bytes, buffer)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        (**self).size_bytes()
    }
}

impl<R: ReadAt + ?Sized> ReadAt for Arc<R> {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_at(offset_bytes, buffer)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        (**self).size_bytes()
    }
}

/// A part of something, such as one partition of a disk.
#[derive(Debug)]
pub struct Span<R> {
    whole: R,
    start_bytes: u64,
    size_bytes: u64,
}

impl<R: ReadAt> Span<R> {
    /// The `size_bytes` from `start_bytes` on.
    ///
    /// # Errors
    /// Those of the medium, and [`io::ErrorKind::UnexpectedEof`] where `whole` ends before the part does.
    pub fn new(whole: R, start_bytes: u64, size_bytes: u64) -> io::Result<Self> {
        let whole_bytes = whole.size_bytes()?;
        let end_bytes = start_bytes.checked_add(size_bytes);
        if end_bytes.is_none_or(|end| end > whole_bytes) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Self {
            whole,
            start_bytes,
            size_bytes,
        })
    }
}

impl<R: ReadAt> ReadAt for Span<R> {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end_bytes = offset_bytes.checked_add(buffer.len() as u64);
        if end_bytes.is_none_or(|end| end > self.size_bytes) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.whole.read_at(self.start_bytes + offset_bytes, buffer)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.size_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_where_it_ends() {
        let whole: Vec<u8> = (0..100).collect();
        let span = Span::new(&whole, 10, 20).expect("it is within");
        let mut buffer = [0; 5];
        span.read_at(15, &mut buffer).expect("it is within");
        assert_eq!(buffer, [25, 26, 27, 28, 29]);
        for offset_bytes in [16, 20, 21, u64::MAX] {
            let error = span.read_at(offset_bytes, &mut buffer).expect_err("beyond");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
        for (start_bytes, size_bytes) in [(90, 11), (101, 0), (u64::MAX, 1)] {
            assert!(Span::new(&whole, start_bytes, size_bytes).is_err());
        }
    }
}
