//! The two copies of a LUKS2 header as they are on the medium, read without changing anything (LUKS2 On-Disk Format Specification 1.1.0, chapters 2
//! and 3). Here because `cryptsetup` itself mends a damaged copy as soon as it looks at it, and so can't be asked how things stand.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use heirloom_engine::DriveError;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use sha2::{Digest, Sha256};

use super::metadata::{self, Metadata};
use crate::disk::io_error;

const READING: &str = "reading the header of the encrypted part";
/// Length of the binary header; the JSON area follows it.
const BINARY_BYTES: usize = 4096;
/// What the specification allows, binary header and JSON area together. The second copy begins where the first ends.
const COPY_BYTES: [u32; 9] = [
    0x4000, 0x8000, 0x1_0000, 0x2_0000, 0x4_0000, 0x8_0000, 0x10_0000, 0x20_0000, 0x40_0000,
];
const MAGIC_FIRST: &[u8; 6] = b"LUKS\xba\xbe";
const MAGIC_SECOND: &[u8; 6] = b"SKUL\xba\xbe";

/// Why a copy of the header does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderDamage {
    /// The medium does not give it; errno.
    Unreadable(i32),
    /// It does not begin as a LUKS2 header does, or ends too early.
    NotAHeader,
    /// Its checksum is another.
    Checksum,
    /// Its checksum is right, and what it says can't be understood.
    Metadata,
}

/// How one copy of the header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyHealth {
    /// Its checksum is right.
    Sound {
        /// One up with each change.
        sequence_id: u64,
    },
    /// It can't be used.
    Damaged(HeaderDamage),
}

/// How the two copies stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderVerdict {
    /// Both are sound, and the same.
    Sound,
    /// One is damaged; the other has everything.
    OneDamaged,
    /// Both are sound, but one is older: a change was interrupted between them. The newer one counts.
    Differing,
    /// Neither can be used.
    Lost,
}

/// A sound copy.
#[derive(Clone, Debug)]
pub(crate) struct HeaderCopy {
    pub(crate) sequence_id: u64,
    pub(crate) uuid: String,
    /// Both copies together.
    both_copies_bytes: u64,
    pub(crate) metadata: Metadata,
    /// The JSON itself, to be compared with the other copy's.
    json: Vec<u8>,
}

/// Both copies of a header.
#[derive(Clone, Debug)]
pub(crate) struct HeaderCopies {
    first: Result<HeaderCopy, HeaderDamage>,
    second: Result<HeaderCopy, HeaderDamage>,
}

impl HeaderCopies {
    /// Reads both copies, past what the page cache may remember of them.
    ///
    /// # Errors
    /// [`DriveError::Gone`], [`DriveError::Io`] when it can't be opened. What can't be read of it is damage of a copy.
    pub(crate) fn read(partition: &Path) -> Result<Self, DriveError> {
        let mut file = File::open(partition).map_err(|error| io_error(READING, &error))?;
        let all = i64::from(COPY_BYTES[COPY_BYTES.len() - 1]) * 2;
        posix_fadvise(&file, 0, all, PosixFadviseAdvice::POSIX_FADV_DONTNEED)
            .map_err(|errno| io_error(READING, &errno.into()))?;
        let first = read_copy(&mut file, 0, MAGIC_FIRST);
        let second = match &first {
            Ok(copy) => read_copy(&mut file, copy.both_copies_bytes / 2, MAGIC_SECOND),
            Err(_) => search_second(&mut file),
        };
        let gone = |copy: &Result<HeaderCopy, HeaderDamage>| {
            matches!(copy, Err(HeaderDamage::Unreadable(errno))
                if crate::disk::is_gone(&std::io::Error::from_raw_os_error(*errno)))
        };
        if gone(&first) || gone(&second) {
            return Err(DriveError::Gone);
        }
        Ok(Self { first, second })
    }

    pub(crate) fn first(&self) -> CopyHealth {
        health(&self.first)
    }

    pub(crate) fn second(&self) -> CopyHealth {
        health(&self.second)
    }

    pub(crate) fn verdict(&self) -> HeaderVerdict {
        match (&self.first, &self.second) {
            (Ok(first), Ok(second)) if first.same_as(second) => HeaderVerdict::Sound,
            (Ok(_), Ok(_)) => HeaderVerdict::Differing,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => HeaderVerdict::OneDamaged,
            (Err(_), Err(_)) => HeaderVerdict::Lost,
        }
    }

    /// The copy that counts: the sound one, of two the newer one, as `cryptsetup` decides it.
    ///
    /// # Errors
    /// [`DriveError::DamagedHeader`] when there is none.
    pub(crate) fn best(self) -> Result<HeaderCopy, DriveError> {
        match (self.first, self.second) {
            (Ok(first), Ok(second)) if second.sequence_id > first.sequence_id => Ok(second),
            (Ok(copy), _) | (Err(_), Ok(copy)) => Ok(copy),
            (Err(_), Err(_)) => Err(DriveError::DamagedHeader),
        }
    }
}

impl HeaderCopy {
    /// Whether it says the same: salt and checksum are each copy's own.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.sequence_id == other.sequence_id && self.uuid == other.uuid && self.json == other.json
    }
}

fn health(copy: &Result<HeaderCopy, HeaderDamage>) -> CopyHealth {
    match copy {
        Ok(copy) => CopyHealth::Sound {
            sequence_id: copy.sequence_id,
        },
        Err(damage) => CopyHealth::Damaged(*damage),
    }
}

/// Where the first copy does not tell its length, the second is looked for at every place that the specification allows.
fn search_second(file: &mut File) -> Result<HeaderCopy, HeaderDamage> {
    let mut damage = HeaderDamage::NotAHeader;
    for offset in COPY_BYTES {
        match read_copy(file, u64::from(offset), MAGIC_SECOND) {
            Ok(copy) => return Ok(copy),
            Err(HeaderDamage::NotAHeader) => {}
            Err(other) => damage = other,
        }
    }
    Err(damage)
}

fn read_copy(file: &mut File, offset: u64, magic: &[u8; 6]) -> Result<HeaderCopy, HeaderDamage> {
    let mut bytes = vec![0; BINARY_BYTES];
    read_at(file, offset, &mut bytes)?;
    let length = copy_bytes(&bytes, offset, magic)?;
    bytes.resize(length, 0);
    read_at(file, offset, &mut bytes)?;
    parse(&mut bytes, offset, magic)
}

fn read_at(file: &mut File, offset: u64, bytes: &mut [u8]) -> Result<(), HeaderDamage> {
    let read = file
        .seek(SeekFrom::Start(offset))
        .and_then(|_| file.read_exact(bytes));
    read.map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => HeaderDamage::NotAHeader,
        _ => HeaderDamage::Unreadable(error.raw_os_error().unwrap_or(0)),
    })
}

/// The length of a copy by its binary header, where that is one at all.
fn copy_bytes(binary: &[u8], offset: u64, magic: &[u8; 6]) -> Result<usize, HeaderDamage> {
    let version = u16::from_be_bytes(field(binary, 6)?);
    let length = u64::from_be_bytes(field(binary, 8)?);
    let own_offset = u64::from_be_bytes(field(binary, 256)?);
    let allowed = COPY_BYTES
        .iter()
        .any(|&allowed| u64::from(allowed) == length);
    // The second copy can only be where the first one ends.
    let placed = own_offset == offset && (offset == 0 || offset == length);
    if !binary.starts_with(magic) || version != 2 || !allowed || !placed {
        return Err(HeaderDamage::NotAHeader);
    }
    usize::try_from(length).map_err(|_| HeaderDamage::NotAHeader)
}

/// A whole copy, binary header and JSON area. The checksum's own field is zeroed on the way.
fn parse(bytes: &mut [u8], offset: u64, magic: &[u8; 6]) -> Result<HeaderCopy, HeaderDamage> {
    const CHECKSUM: std::ops::Range<usize> = 448..512;
    if copy_bytes(bytes, offset, magic)? != bytes.len() || text(bytes, 72, 32)? != "sha256" {
        return Err(HeaderDamage::NotAHeader);
    }
    let stated: [u8; 32] = field(bytes, CHECKSUM.start)?;
    bytes[CHECKSUM].fill(0);
    if Sha256::digest(&*bytes).as_slice() != stated {
        return Err(HeaderDamage::Checksum);
    }
    let area = &bytes[BINARY_BYTES..];
    let json = area.split(|&byte| byte == 0).next().unwrap_or(area);
    Ok(HeaderCopy {
        sequence_id: u64::from_be_bytes(field(bytes, 16)?),
        uuid: text(bytes, 168, 40)?,
        both_copies_bytes: bytes.len() as u64 * 2,
        metadata: metadata::parse(json).ok_or(HeaderDamage::Metadata)?,
        json: json.to_vec(),
    })
}

fn field<const LENGTH: usize>(bytes: &[u8], offset: usize) -> Result<[u8; LENGTH], HeaderDamage> {
    bytes
        .get(offset..offset + LENGTH)
        .and_then(|field| field.try_into().ok())
        .ok_or(HeaderDamage::NotAHeader)
}

/// A text field, filled up with zeros.
fn text(bytes: &[u8], offset: usize, length: usize) -> Result<String, HeaderDamage> {
    let field = bytes
        .get(offset..offset + length)
        .ok_or(HeaderDamage::NotAHeader)?;
    let text = field.split(|&byte| byte == 0).next().unwrap_or(field);
    Ok(String::from_utf8_lossy(text).into_owned())
}
