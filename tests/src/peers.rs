//! The guest of foreign tools: Debian's kernel with libmtp's and libgphoto2's own programs, and none of our code, which read what the device
//! lab plugs in.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::debian_guest::{QUICK, debian_guest, shared_folder};
use crate::{Boot, VmPlan};

/// What it is built from, in `tests/peers`.
const INPUTS: [&str; 4] = ["packages", "modules", "pack", "init"];

/// The guest, built.
pub struct Peers {
    folder: PathBuf,
}

impl Peers {
    /// Builds it, or takes the one that was built from the same inputs.
    ///
    /// # Errors
    /// When `mmdebstrap` fails.
    pub fn ready() -> Result<Self> {
        debian_guest("peers", &INPUTS).map(|folder| Self { folder })
    }

    /// A PC that runs the script `job.sh` in a folder of the host's, which the guest has, read-only, at `/mnt/job`, and switches off. What the
    /// script prints comes on the second serial port.
    pub fn pc_for_job(&self, folder: &Path) -> VmPlan {
        let mut plan = VmPlan::new(Boot::Kernel {
            kernel: self.folder.join("kernel"),
            initrd: self.folder.join("initrd"),
            command_line: format!("console=ttyS0 panic=-1 {QUICK} rdinit=/init"),
        });
        // As for the oracle: two emulated processors under load have made Linux panic at boot.
        plan.cpus = 1;
        plan.arguments.extend(shared_folder("job", folder));
        plan
    }
}
