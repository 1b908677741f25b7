//! A PC that was switched on a while ago and shows its first page: started once for all stories of a program, then taken up from what was
//! saved of it. What a start is like is told by the stories that begin with one.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{Artifacts, Pc, PcPlan, VmPlan};

/// Memory and devices of a PC, and what it had said by then.
pub(crate) struct SavedPc {
    /// It has no name, and is gone with this program.
    state: File,
    /// What came by `ttyS0` and `ttyS1`.
    said: [Vec<u8>; 2],
}

/// Nothing more is under way from a PC that stands still when nothing came for so long.
const SETTLED: Duration = Duration::from_millis(300);
const SAVED_WITHIN: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);

impl SavedPc {
    /// The one PC, which the first that asks for it starts.
    ///
    /// # Errors
    /// When it does not start, or can't be saved; for everybody who asks.
    pub(crate) fn ready() -> Result<&'static Self> {
        static READY: OnceLock<Result<SavedPc>> = OnceLock::new();
        let ready = READY.get_or_init(Self::start);
        ready
            .as_ref()
            .map_err(|error| anyhow::anyhow!("no PC to go on with: {error:#}"))
    }

    fn start() -> Result<Self> {
        let artifacts = Artifacts::begin(&format!("started {}", std::process::id()))?;
        let mut pc = Pc::start(&PcPlan::appliance(), artifacts.folder().to_owned())?;
        pc.begin()?;
        let saved = Self::of(&mut pc)?;
        drop(pc);
        artifacts.discard()?;
        Ok(saved)
    }

    fn of(pc: &mut Pc) -> Result<Self> {
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
                Some("completed") => return Ok(Self { state, said }),
                Some("failed" | "cancelled") => bail!("the PC can't be saved: {now}"),
                _ if Instant::now() > deadline => bail!("the PC is not saved in time: {now}"),
                _ => std::thread::sleep(POLL),
            }
        }
    }

    /// The plan by which it goes on.
    pub(crate) fn plan(&self) -> VmPlan {
        let mut plan = PcPlan::appliance().vm;
        let from = format!("exec:cat {}", place(&self.state));
        plan.arguments.extend(["-incoming".to_owned(), from]);
        plan.said = self.said.clone();
        plan
    }
}

/// How another program opens the file.
fn place(file: &File) -> String {
    format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd())
}
