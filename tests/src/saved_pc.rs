//! A PC that was switched on a while ago and shows its first page, or has just set up an archive drive: started once for all stories of a program, then
//! taken up from what was saved of it. What a start is like, and a set-up, is told by the stories that begin with one.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{ARCHIVE, Artifacts, DRIVE, DRIVE_MIB, DRIVE_SIZE, Drive, PASSPHRASE, Pc, PcPlan};

/// Memory and devices of a PC, and what it had said by then.
pub(crate) struct SavedPc {
    /// It has no name, and is gone with this program.
    state: File,
    /// What came by `ttyS0` and `ttyS1`.
    said: [Vec<u8>; 2],
    /// The drive that is plugged in, as it was then; without a name, too.
    drive: Option<File>,
}

/// Nothing more is under way from a PC that stands still when nothing came for so long.
const SETTLED: Duration = Duration::from_millis(300);
const SAVED_WITHIN: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);

impl SavedPc {
    /// The one PC that shows its first page, which the first that asks for it starts.
    ///
    /// # Errors
    /// When it does not start, or can't be saved; for everybody who asks.
    pub(crate) fn ready() -> Result<&'static Self> {
        static READY: OnceLock<Result<SavedPc>> = OnceLock::new();
        known(READY.get_or_init(Self::start))
    }

    /// The one PC with an archive that is open and empty; as [`SavedPc::ready`].
    pub(crate) fn with_archive() -> Result<&'static Self> {
        static WITH_ARCHIVE: OnceLock<Result<SavedPc>> = OnceLock::new();
        known(WITH_ARCHIVE.get_or_init(Self::set_up))
    }

    fn start() -> Result<Self> {
        let artifacts = Artifacts::begin(&format!("started {}", std::process::id()))?;
        let mut pc = Pc::start(&PcPlan::appliance(), artifacts.folder().to_owned())?;
        pc.begin()?;
        let saved = Self::of(&mut pc, None)?;
        drop(pc);
        artifacts.discard()?;
        Ok(saved)
    }

    fn set_up() -> Result<Self> {
        let artifacts = Artifacts::begin(&format!("set up {}", std::process::id()))?;
        // Where the stories have their disks, too.
        let folder = tempfile::Builder::new()
            .prefix("heirloom-set-up-")
            .tempdir_in("/var/tmp")?;
        let drive = Drive::new(folder.path().join("archive.img"), DRIVE_MIB)?;
        let mut pc = Self::ready()?.goes_on(None, artifacts.folder().to_owned())?;
        pc.plug_drive(DRIVE, &drive)?;
        pc.sets_up_drive(DRIVE_SIZE, ARCHIVE, PASSPHRASE)?;
        let saved = Self::of(&mut pc, Some(&drive))?;
        drop(pc);
        artifacts.discard()?;
        Ok(saved)
    }

    /// Takes it up; what it says will be kept in the folder `keep`. It has the drive if one was plugged in, or a copy of that.
    ///
    /// # Errors
    /// As [`Pc::start`].
    pub(crate) fn goes_on(&self, drive: Option<&Drive>, keep: PathBuf) -> Result<Pc> {
        let mut plan = PcPlan::appliance();
        if let Some(drive) = drive {
            plan.vm.arguments.extend(drive.plugged_in(DRIVE));
        }
        let from = format!("exec:cat {}", place(&self.state));
        plan.vm.arguments.extend(["-incoming".to_owned(), from]);
        plan.vm.said = self.said.clone();
        let mut pc = Pc::start(&plan, keep)?;
        pc.qmp().wait_until_loaded()?;
        pc.qmp().execute("cont", json!({}))?;
        Ok(pc)
    }

    /// A copy of its drive, as a new file.
    ///
    /// # Errors
    /// When it has none, or can't be copied.
    pub(crate) fn copy_of_drive(&self, path: &Path) -> Result<Drive> {
        let drive = self.drive.as_ref().context("no drive is plugged in")?;
        Drive::existing(place(drive)).copy_to(path)
    }

    fn of(pc: &mut Pc, drive: Option<&Drive>) -> Result<Self> {
        let state = tempfile::tempfile_in("/var/tmp").context("a file for the PC's memory")?;
        pc.qmp().execute("stop", json!({}))?;
        let said = [0, 1].map(|port| {
            let mut length = None;
            while length != Some(pc.serial(port).bytes().len()) {
                length = Some(pc.serial(port).bytes().len());
                pc.serial(port).wait(SETTLED, |_| None::<()>);
            }
            pc.serial(port).bytes()
        });
        let unlimited = json!({"max-bandwidth": 1_u64 << 40});
        pc.qmp().execute("migrate-set-parameters", unlimited)?;
        let uri = format!("exec:cat > {}", place(&state));
        pc.qmp().execute("migrate", json!({"uri": uri}))?;
        let deadline = Instant::now() + SAVED_WITHIN;
        loop {
            let now = pc.qmp().execute("query-migrate", json!({}))?;
            match now["status"].as_str() {
                Some("completed") => break,
                Some("failed" | "cancelled") => bail!("the PC can't be saved: {now}"),
                _ if Instant::now() > deadline => bail!("the PC is not saved in time: {now}"),
                _ => std::thread::sleep(POLL),
            }
        }
        let drive = drive.map(|drive| File::open(drive.path())).transpose()?;
        Ok(Self { state, said, drive })
    }
}

fn known(saved: &'static Result<SavedPc>) -> Result<&'static SavedPc> {
    saved
        .as_ref()
        .map_err(|error| anyhow::anyhow!("no PC to go on with: {error:#}"))
}

/// How another program opens the file.
fn place(file: &File) -> String {
    format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd())
}
