//! A disk whose every write is recorded while a PC works on it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{PowerCut, VmPlan, WriteLog};

/// Room behind the file system, where the guest leaves its marks.
const MARKS_BYTES: u64 = 1 << 20;

/// A virtio disk with an empty ext4 on it, for one PC and one time.
pub struct RecordedDisk {
    name: String,
    folder: PathBuf,
    volume_bytes: u64,
}

impl RecordedDisk {
    /// Makes the disk in a folder of its own. `name` is the serial number by which the guest finds it.
    ///
    /// # Errors
    /// When the folder is there already, or `mke2fs` fails.
    pub fn new(folder: PathBuf, name: &str, volume_mib: u32) -> Result<Self> {
        fs::create_dir(&folder).with_context(|| folder.display().to_string())?;
        let volume_bytes = u64::from(volume_mib) << 20;
        let disk = Self {
            name: name.to_owned(),
            folder,
            volume_bytes,
        };
        File::create(disk.before())?.set_len(volume_bytes + MARKS_BYTES)?;
        // As the appliance does; with the block size that a drive of an archive's size gets.
        let options = "lazy_itable_init=1,lazy_journal_init=0,nodiscard";
        let output = Command::new("/usr/sbin/mke2fs")
            .args([
                "-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-E", options,
            ])
            .arg(disk.before())
            .arg(format!("{volume_mib}M"))
            .output()
            .context("mke2fs; scripts/setup installs it")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "mke2fs: {said}");
        fs::copy(disk.before(), disk.now())?;
        File::create(disk.log_file())?;
        Ok(disk)
    }

    /// Puts it into a PC that is to be switched on: with a cache that forgets, and each request of the guest on its own.
    pub fn put_into(&self, plan: &mut VmPlan) {
        let name = &self.name;
        for (part, file) in [("disk", self.now()), ("log", self.log_file())] {
            let file = file.display().to_string().replace(',', ",,");
            // What outlives a power cut is decided later; nothing has to be durable on the host.
            plan.arguments.extend([
                "-blockdev".to_owned(),
                format!("driver=file,node-name={name}-{part},cache.no-flush=on,filename={file}"),
            ]);
        }
        plan.arguments.extend([
            "-blockdev".to_owned(),
            format!("driver=blklogwrites,node-name={name},file={name}-disk,log={name}-log"),
            "-device".to_owned(),
            format!("virtio-blk-pci,drive={name},serial={name},write-cache=on,request-merging=off,discard=off,write-zeroes=off"),
        ]);
    }

    /// The file with what the disk held at first.
    pub fn before(&self) -> PathBuf {
        self.folder.join("before.img")
    }

    /// The disk's history. The PC must be off.
    ///
    /// # Errors
    /// As [`WriteLog::read`], and when the history does not lead from what the disk held at first to what it holds now.
    pub fn history(&self) -> Result<WriteLog> {
        let log = WriteLog::read(&self.log_file(), self.volume_bytes)?;
        let replayed = self.folder.join("replayed.img");
        fs::copy(self.before(), &replayed)?;
        PowerCut::after_all(&log).apply(&log, &replayed)?;
        let volume = |file: &Path| -> Result<Vec<u8>> {
            let mut bytes = fs::read(file)?;
            bytes.truncate(usize::try_from(self.volume_bytes)?);
            Ok(bytes)
        };
        ensure!(
            volume(&replayed)? == volume(&self.now())?,
            "what {} recorded is not what the disk {} holds",
            self.log_file().display(),
            self.name
        );
        fs::remove_file(&replayed)?;
        Ok(log)
    }

    fn now(&self) -> PathBuf {
        self.folder.join("now.img")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("writes.log")
    }
}
