//! What an archive drive boots from, as files: two folders, `a` and `b`, of which one is renewed while the other still boots, and before them
//! what the firmware and GRUB look for at fixed places. A power cut at any moment leaves a drive that boots, if it booted before.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use heirloom_engine::{Volume, VolumePath};
use heirloom_files::FolderVolume;
use heirloom_format::Digest;
use sha2::{Digest as _, Sha256};

use super::release::BootRelease;
use super::sums::{self, Line};

/// The appliance's folder, on the stick and on a drive.
const OURS: &str = "heirloom";
const SUMS: &str = "SHA256SUMS";
const RELEASE: &str = "release.json";
/// A drive's menu, as the stick carries it in its own folder, and where GRUB looks for it.
const CARRIED_MENU: &str = "heirloom/drive/grub.cfg";
const MENU: &str = "EFI/debian/grub.cfg";
/// In a folder that is wholly there; the menu looks for it.
const COMPLETE: &str = "complete";
const FOLDERS: [&str; 2] = ["a", "b"];
const PIECE_BYTES: usize = 1 << 20;

/// What a drive boots now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) release: BootRelease,
    /// Whether what lies beside it for other computers, such as the portable tool, is there and right, too.
    pub(super) has_all: bool,
    folder: &'static str,
}

/// Why a renewal ended early. What booted before still boots.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    /// The stick can't be read, or is not what its own list of hashes says.
    #[error("the stick: {0}")]
    Stick(io::Error),
    /// The drive.
    #[error("the drive: {0}")]
    Drive(io::Error),
}

/// What `drive` boots, if all that it takes is as its list of hashes says.
pub(super) fn standing(drive: &Path) -> Option<Standing> {
    let bootable = FOLDERS.into_iter().filter_map(|folder| {
        let own = drive.join(OURS).join(folder);
        if !own.join(COMPLETE).is_file() {
            return None;
        }
        let lines = sums::parse(&fs::read_to_string(own.join(SUMS)).ok()?)?;
        let is_right = |line: &&Line| is_right(drive, &own, line);
        let boots = |line: &&Line| is_for_booting(&line.0);
        let is_whole = !lines.is_empty() && lines.iter().filter(boots).all(|it| is_right(&it));
        Some(Standing {
            release: BootRelease::read(&own.join(RELEASE)).filter(|_| is_whole)?,
            has_all: lines.iter().all(|it| is_right(&it)),
            folder,
        })
    });
    bootable.max_by_key(|standing| standing.release.built_unix_s)
}

/// The list of hashes of what GRUB would boot. Nothing is compared with it here.
pub(super) fn list(drive: &Path) -> Option<Vec<u8>> {
    // As the menu does: of two whole folders the second.
    let own = |folder: &&str| drive.join(OURS).join(folder);
    let folder = FOLDERS
        .iter()
        .rfind(|folder| own(folder).join(COMPLETE).is_file())?;
    fs::read(own(folder).join(SUMS)).ok()
}

/// What is not, lies at the top for whoever looks at the drive on another computer.
fn is_for_booting(path: &str) -> bool {
    path.contains('/')
}

fn is_right(drive: &Path, own: &Path, (path, digest): &Line) -> bool {
    let is = |path: &Path| hash(path).is_ok_and(|(found, _)| found == *digest);
    let own_place = path.strip_prefix("heirloom/").map(|rest| own.join(rest));
    let place = own_place.unwrap_or_else(|| drive.join(path));
    is(&place) && (path != CARRIED_MENU || is(&drive.join(MENU)))
}

/// The folder that may be lost: neither the one that boots nor the one that GRUB would take, be that whole or not.
fn expendable(drive: &Path, standing: Option<&Standing>) -> &'static str {
    let [first, second] = FOLDERS;
    let is_marked = |folder| drive.join(OURS).join(folder).join(COMPLETE).is_file();
    let kept = match standing {
        Some(standing) => standing.folder,
        None if is_marked(first) && !is_marked(second) => first,
        None => second,
    };
    if kept == first { second } else { first }
}

/// The release that a stick carries.
pub(super) fn carried(stick: &Path) -> Option<BootRelease> {
    BootRelease::read(&stick.join(OURS).join(RELEASE))
}

/// Copies what `stick` carries to where it boots `drive`, each file read back past the cache. `moved` is told the bytes so far, and of how many;
/// where it says so, the renewal ends as if the power had failed.
pub(super) fn renew(
    stick: &Path,
    drive: &Path,
    standing: Option<&Standing>,
    moved: &mut dyn FnMut(u64, u64) -> io::Result<()>,
) -> Result<(), CopyError> {
    let text = fs::read_to_string(stick.join(OURS).join(SUMS)).map_err(CopyError::Stick)?;
    let lines = sums::parse(&text).ok_or_else(|| damaged("its list of hashes"))?;
    let folder = expendable(drive, standing);
    let mut renewal = Renewal {
        stick,
        drive,
        volume: FolderVolume::new(drive, None),
        total_bytes: total_bytes(stick, &lines).map_err(CopyError::Stick)?,
        moved_bytes: 0,
        moved,
    };
    let own = format!("{OURS}/{folder}");
    renewal.begin(&own)?;
    for (path, digest) in &lines {
        if let Some(rest) = path.strip_prefix("heirloom/") {
            renewal.copy(path, &format!("{own}/{rest}"), digest)?;
        }
    }
    renewal.write(&format!("{own}/{SUMS}"), text.as_bytes())?;
    // What the firmware finds works with both folders, so it may be exchanged before the new one counts; so may the portable tool.
    for (path, digest) in &lines {
        if path == CARRIED_MENU {
            renewal.exchange(path, MENU, digest)?;
        } else if !path.starts_with("heirloom/") {
            renewal.exchange(path, path, digest)?;
        }
    }
    renewal.write(&format!("{own}/{COMPLETE}"), b"")?;
    for other in FOLDERS.into_iter().filter(|other| *other != folder) {
        renewal.begin(&format!("{OURS}/{other}"))?;
        remove_all(&drive.join(OURS).join(other)).map_err(CopyError::Drive)?;
    }
    renewal.flush()
}

struct Renewal<'a> {
    stick: &'a Path,
    drive: &'a Path,
    volume: FolderVolume,
    total_bytes: u64,
    moved_bytes: u64,
    moved: &'a mut dyn FnMut(u64, u64) -> io::Result<()>,
}

impl Renewal<'_> {
    /// An empty folder that does not count: its mark goes first, and for good, before anything else of it does.
    fn begin(&mut self, own: &str) -> Result<(), CopyError> {
        let own = self.drive.join(own);
        let unmarked = match fs::remove_file(own.join(COMPLETE)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        };
        unmarked.map_err(CopyError::Drive)?;
        self.flush()?;
        remove_all(&own)
            .and_then(|()| fs::create_dir_all(&own))
            .map_err(CopyError::Drive)
    }

    /// Copies a file to a place that has none, and reads it back.
    fn copy(&mut self, from: &str, to: &str, digest: &Digest) -> Result<(), CopyError> {
        let place = self.drive.join(to);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(CopyError::Drive)?;
        }
        let mut source = File::open(self.stick.join(from)).map_err(CopyError::Stick)?;
        let mut copy = File::create(&place).map_err(CopyError::Drive)?;
        let mut hasher = Sha256::new();
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let count = source.read(&mut piece).map_err(CopyError::Stick)?;
            if count == 0 {
                break;
            }
            hasher.update(&piece[..count]);
            copy.write_all(&piece[..count]).map_err(CopyError::Drive)?;
            self.moved_bytes += count as u64;
            (self.moved)(self.moved_bytes, self.total_bytes).map_err(CopyError::Drive)?;
        }
        copy.sync_all().map_err(CopyError::Drive)?;
        if Digest::from_bytes(hasher.finalize().into()) != *digest {
            return Err(damaged(from));
        }
        self.check(to, digest)
    }

    /// Replaces a file that the firmware or GRUB looks for, unless it is the same already.
    fn exchange(&mut self, from: &str, to: &str, digest: &Digest) -> Result<(), CopyError> {
        let place = self.drive.join(to);
        if hash(&place).is_ok_and(|(found, _)| found == *digest) {
            return Ok(());
        }
        let draft = format!("{to}.new");
        self.copy(from, &draft, digest)?;
        self.flush()?;
        fs::rename(self.drive.join(&draft), &place).map_err(CopyError::Drive)?;
        self.flush()
    }

    fn write(&mut self, to: &str, content: &[u8]) -> Result<(), CopyError> {
        self.flush()?;
        let write = || -> io::Result<()> {
            let mut file = File::create(self.drive.join(to))?;
            file.write_all(content)?;
            file.sync_all()
        };
        write().map_err(CopyError::Drive)?;
        self.check(to, &Digest::of(content))?;
        self.flush()
    }

    /// What the drive has, past the cache.
    fn check(&self, place: &str, digest: &Digest) -> Result<(), CopyError> {
        let mut hasher = Sha256::new();
        let read = self
            .volume
            .read_back(&VolumePath::new(place), &mut |piece| {
                hasher.update(piece);
                ControlFlow::Continue(())
            });
        let is_there = Digest::from_bytes(hasher.finalize().into()) == *digest;
        match read {
            Ok(_) if is_there => Ok(()),
            Ok(_) => Err(CopyError::Drive(io::Error::from(ErrorKind::InvalidData))),
            Err(error) => Err(CopyError::Drive(io::Error::other(error))),
        }
    }

    fn flush(&mut self) -> Result<(), CopyError> {
        (self.moved)(self.moved_bytes, self.total_bytes).map_err(CopyError::Drive)?;
        self.volume
            .flush()
            .map_err(|error| CopyError::Drive(io::Error::other(error)))
    }
}

fn damaged(what: &str) -> CopyError {
    log::warn!("the stick's {what} is damaged");
    CopyError::Stick(io::Error::from(ErrorKind::InvalidData))
}

fn total_bytes(stick: &Path, lines: &[Line]) -> io::Result<u64> {
    let length = |(path, _): &Line| Ok(fs::metadata(stick.join(path))?.len());
    lines.iter().map(length).sum()
}

fn remove_all(folder: &PathBuf) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn hash(path: &Path) -> io::Result<(Digest, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    let mut size_bytes = 0;
    loop {
        match file.read(&mut piece)? {
            0 => return Ok((Digest::from_bytes(hasher.finalize().into()), size_bytes)),
            count => {
                hasher.update(&piece[..count]);
                size_bytes += count as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests;
