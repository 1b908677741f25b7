//! Shows how much memory runs take: `memory files COUNT DIR`, `memory length BYTES DIR`.
//!
//! The sources are made up. For a long file, the archive's side is a sparse file, so that a terabyte takes no room; all else is what the
//! product does, and every byte is hashed twice.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use heirloom_engine::{
    Archive, Cancel, Draft, Entry, Fetched, FileFacts, Found, ListedObject, MediaChoice, ObjectId,
    Progress, RunOrder, Source, SourceError, SourceIdentity, SourceKind, SourceTime, Space, Volume,
    VolumeError, VolumePath, ingest,
};
use heirloom_files::FolderVolume;
use heirloom_format::{ArchiveId, ArchiveInfo, SigningKey, StoredPath};

/// So many files of eight bytes and a time, and one long file of zeros where `long_bytes` says so.
struct MadeUp {
    identity: SourceIdentity,
    files: u64,
    long_bytes: Option<u64>,
}

impl MadeUp {
    fn object(number: u64) -> ListedObject {
        let unix_s = 1_600_000_000 + number as i64;
        let folder = format!("Camera {:04}", number / 1000);
        let name = format!("PXL_20240131_{number:09}.jpg");
        let raw = ["Internal shared storage", "DCIM", &folder, &name];
        ListedObject {
            id: ObjectId(number),
            path: StoredPath::from_raw(raw).expect("a path"),
            size_bytes: 8,
            modified: Some(SourceTime {
                raw: format!("{:015}", number).replacen('0', "T", 1),
                unix_s: Some(unix_s),
            }),
            persistent_id: None,
            is_stated_heif: false,
        }
    }
}

impl Source for MadeUp {
    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    fn list(&mut self, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> {
        let long = self.long_bytes.map(|size_bytes| ListedObject {
            size_bytes,
            ..Self::object(u64::from(u32::MAX))
        });
        let objects = (0..self.files).map(Self::object).chain(long);
        match objects.map(Found::Object).try_for_each(found) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SourceError::TimedOut),
        }
    }

    fn fetch(
        &mut self,
        object: &ListedObject,
        from_byte: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Fetched, SourceError> {
        if object.size_bytes == 8 {
            let content = object.id.0.to_le_bytes();
            let from = from_byte.min(8) as usize;
            return Ok(match sink(&content[from..]) {
                ControlFlow::Continue(()) => Fetched::Whole(8),
                ControlFlow::Break(()) => Fetched::Stopped,
            });
        }
        let zeros = vec![0; 1 << 20];
        let mut left = object.size_bytes.saturating_sub(from_byte);
        while left > 0 {
            let piece = left.min(zeros.len() as u64);
            if sink(&zeros[..piece as usize]).is_break() {
                return Ok(Fetched::Stopped);
            }
            left -= piece;
        }
        Ok(Fetched::Whole(object.size_bytes))
    }
}

/// A folder in which pieces of zeros become holes.
struct Sparse {
    top: PathBuf,
    inner: FolderVolume,
}

struct SparseDraft(File);

impl Draft for SparseDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), VolumeError> {
        let written = if bytes.iter().all(|byte| *byte == 0) {
            self.0
                .seek(SeekFrom::Current(bytes.len() as i64))
                .map(|_| ())
        } else {
            self.0.write_all(bytes)
        };
        written.map_err(|_| VolumeError::Full)
    }

    fn finish(mut self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), VolumeError> {
        let end = self.0.stream_position();
        end.and_then(|end| self.0.set_len(end))
            .and_then(|()| match modified_unix_s {
                Some(unix_s) => self
                    .0
                    .set_modified(UNIX_EPOCH + Duration::from_secs(unix_s as u64)),
                None => Ok(()),
            })
            .map_err(|_| VolumeError::Full)
    }
}

impl Volume for Sparse {
    fn make_folder(&self, path: &VolumePath) -> Result<(), VolumeError> {
        self.inner.make_folder(path)
    }
    fn create(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        let file = File::create_new(self.top.join(path.as_str()))
            .map_err(|_| VolumeError::Exists(path.clone()))?;
        Ok(Box::new(SparseDraft(file)))
    }
    fn create_private(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        self.create(path)
    }
    fn reopen(
        &self,
        path: &VolumePath,
        keep_bytes: u64,
    ) -> Result<Option<Box<dyn Draft>>, VolumeError> {
        self.inner.reopen(path, keep_bytes)
    }
    fn target(&self, path: &VolumePath) -> Result<String, VolumeError> {
        self.inner.target(path)
    }
    fn link(&self, existing: &VolumePath, new: &VolumePath) -> Result<(), VolumeError> {
        self.inner.link(existing, new)
    }
    fn point(&self, path: &VolumePath, target: &str) -> Result<(), VolumeError> {
        self.inner.point(path, target)
    }
    fn rename(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        self.inner.rename(from, to)
    }
    fn replace(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        self.inner.replace(from, to)
    }
    fn remove(&self, path: &VolumePath) -> Result<(), VolumeError> {
        self.inner.remove(path)
    }
    fn flush(&self) -> Result<(), VolumeError> {
        self.inner.flush()
    }
    fn read(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        self.inner.read(path, sink)
    }
    fn read_back(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        self.inner.read_back(path, sink)
    }
    fn facts(&self, path: &VolumePath) -> Result<FileFacts, VolumeError> {
        self.inner.facts(path)
    }
    fn list(&self, folder: Option<&VolumePath>) -> Result<Vec<Entry>, VolumeError> {
        self.inner.list(folder)
    }
    fn space(&self) -> Result<Space, VolumeError> {
        // What a terabyte of holes needs.
        Ok(Space {
            total_bytes: u64::MAX,
            free_bytes: u64::MAX,
        })
    }
    fn reads_at_once(&self) -> usize {
        self.inner.reads_at_once()
    }
}

/// The most that was resident since the last call, in bytes.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    fs::write("/proc/self/clear_refs", "5").expect("Linux begins anew");
    kib.expect("a number") * 1024
}

fn run(what: &str, volume: &Arc<dyn Volume>, info: &ArchiveInfo, source: &mut MadeUp) {
    let order = RunOrder {
        archive_info: info.clone(),
        source_name: "made up".into(),
        date: "2026-11-22".parse().expect("a day"),
        read_all: false,
        software: "heirloom".into(),
        choice: MediaChoice::Everything,
        reads_twice: false,
        long_files: Default::default(),
    };
    peak_bytes();
    let begun = Instant::now();
    let moved = std::sync::atomic::AtomicU64::new(0);
    let watch = |progress| {
        if let Progress::Moved { bytes } = progress {
            let step = 50_000_000_000;
            let before = moved.swap(bytes, std::sync::atomic::Ordering::Relaxed);
            if before / step != bytes / step {
                println!(
                    "  {} GB, {:.0} s",
                    bytes / 1_000_000_000,
                    begun.elapsed().as_secs_f64()
                );
            }
        }
    };
    let report = ingest(source, volume.clone(), &order, &watch, &Cancel::new()).expect("a run");
    println!(
        "{what}: {} files, {} new, {} bytes, {}: {:.1} s, peak {:.0} MB",
        report.files,
        report.new_files,
        report.bytes,
        if report.completeness.is_complete() {
            "complete"
        } else {
            "incomplete"
        },
        begun.elapsed().as_secs_f64(),
        peak_bytes() as f64 / 1e6
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, number, folder] = &arguments[..] else {
        panic!("memory files COUNT DIR, or memory length BYTES DIR");
    };
    let number: u64 = number.parse().expect("a number");
    let top = Path::new(folder).join("memory");
    fs::create_dir(&top).expect("a new folder");
    let key = SigningKey::from_seed([1; 32], [2; 8]);
    let info = ArchiveInfo::new(
        ArchiveId::from_bytes([7; 16]),
        "made up",
        "2026-11-22".parse().expect("a day"),
        key.public_key(),
    );
    let mut source = MadeUp {
        identity: SourceIdentity {
            kind: SourceKind::Phone,
            manufacturer: "Made".into(),
            model: "Up".into(),
            serial: Some("1".into()),
        },
        files: number,
        long_bytes: None,
    };
    let inner = FolderVolume::new(&top, None);
    if what == "length" {
        source.files = 1;
        source.long_bytes = Some(number);
        let volume: Arc<dyn Volume> = Arc::new(Sparse {
            top: top.clone(),
            inner,
        });
        Archive::create(&*volume, &info, &key).expect("an archive");
        run("a long file", &volume, &info, &mut source);
    } else {
        let volume: Arc<dyn Volume> = Arc::new(inner);
        Archive::create(&*volume, &info, &key).expect("an archive");
        run("first run", &volume, &info, &mut source);
        run("nothing new", &volume, &info, &mut source);
        source.files += 1;
        run("one file new", &volume, &info, &mut source);
        source.identity.serial = Some("2".into());
        run("another phone, the same files", &volume, &info, &mut source);
    }
    fs::remove_dir_all(&top).expect("removed");
}
