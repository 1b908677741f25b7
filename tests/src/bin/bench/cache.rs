//! What the kernel keeps in memory: flushing it to the drive, and forgetting it, so that a read is one from the drive.

use anyhow::Result;

use crate::program::Program;

const DROP: &str = "/proc/sys/vm/drop_caches";

/// How the page cache can be emptied on this PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    ByUs,
    BySudo,
    /// Everything is measured with a warm cache, and the tables say so.
    Never,
}

impl Cache {
    /// Finds out by doing it once.
    pub(crate) fn find() -> Self {
        for way in [Self::ByUs, Self::BySudo] {
            if way.drop().is_ok() {
                return way;
            }
        }
        Self::Never
    }

    pub(crate) fn is_cold(self) -> bool {
        self != Self::Never
    }

    /// Forgets files, folders and inodes that are on the drive; those that are not are kept, so `sync` comes before.
    pub(crate) fn drop(self) -> Result<()> {
        match self {
            Self::ByUs => Ok(std::fs::write(DROP, "3")?),
            Self::BySudo => {
                let script = format!("echo 3 >{DROP}");
                Program::new(["sudo", "-n", "sh", "-c", &script])
                    .output()
                    .map(drop)
            }
            Self::Never => Ok(()),
        }
    }
}

/// Waits until all that was written is on the drive.
pub(crate) fn sync() -> Result<()> {
    Program::new(["sync"]).output().map(drop)
}
