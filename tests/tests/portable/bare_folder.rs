//! A folder that is the whole world for whoever runs in it: the tool, an image, what opens it, and an empty folder that anyone may write to.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result};

use crate::fixture::{Fixture, PASSPHRASE_FILE, SHARES_FILE};
use crate::world::{IMAGE, OUT, WRONG_FILE, World};

/// Nobody's number, as user and as group.
const NOBODY: u32 = 65_534;

/// The folder.
pub(crate) struct BareFolder {
    top: PathBuf,
    is_root: bool,
}

impl BareFolder {
    /// Fills it.
    ///
    /// # Errors
    /// Those of copying.
    pub(crate) fn make(top: &Path, tool: &Path, fixture: &Fixture) -> Result<Self> {
        fs::create_dir(top)?;
        let bare = Self {
            top: top.to_owned(),
            is_root: fs::metadata("/proc/self")?.uid() == 0,
        };
        let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
        for (from, to, bits) in [
            (tool, "heirloom", 0o555),
            (&fixture.image(), IMAGE, 0o444),
            (&fixture.secret(PASSPHRASE_FILE), PASSPHRASE_FILE, 0o444),
            (&fixture.secret(SHARES_FILE), SHARES_FILE, 0o444),
        ] {
            fs::copy(from, bare.path(to))?;
            mode(&bare.path(to), bits)?;
        }
        fs::write(bare.path(WRONG_FILE), "incorrect horse")?;
        fs::create_dir(bare.path(OUT))?;
        mode(&bare.path(OUT), 0o777)?;
        Ok(bare)
    }
}

impl World for BareFolder {
    fn path(&self, below: &str) -> PathBuf {
        self.top.join(below)
    }

    /// As somebody without rights, whose working folder is the top.
    fn run(&self, words: &[&str]) -> Result<Output> {
        let mut command = if self.is_root {
            let mut command = Command::new("chroot");
            command.arg(format!("--userspec={NOBODY}:{NOBODY}"));
            command.arg("--groups=").arg(&self.top);
            command
        } else {
            // Who is not root may do so as root of a namespace of their own, where that means nothing outside.
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-root-user", "--root"]);
            command.arg(&self.top);
            command
        };
        command
            .arg("/heirloom")
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .output()
            .context("chroot or unshare, of Debian's coreutils and util-linux")
    }
}
