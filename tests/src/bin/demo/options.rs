//! What the demo is asked to do.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

pub(crate) const HELP: &str = "\
scripts/demo [--photos DIR] [--keep] [--quick]    shows the whole path by itself, in a few minutes
scripts/demo --window [--photos DIR] [--keep]     a PC in a window, for a person to do it by hand
scripts/demo --serial [--photos DIR] [--keep]     the same in this terminal, by the appliance's entry for headless PCs

  --photos DIR   what is on the phone, instead of sample pictures; DIR is only read
  --keep         goes on with the archive drive, and the sample pictures, of the demo before
  --quick        leaves out the check by a second computer

It boots the image in QEMU from UEFI firmware with Secure Boot, as a USB stick, without a network card. Everything that it makes
is in target/demo. HEIRLOOM_KVM=1 uses the processor's virtualisation, where that works.
";

/// Who presses the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    ByItself,
    Window,
    Serial,
}

/// What the demo is asked to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    /// An absolute path, as QEMU wants it.
    pub(crate) photos: Option<PathBuf>,
    pub(crate) keep: bool,
    pub(crate) quick: bool,
}

impl Options {
    /// Reads the command line; `None` where help is asked for.
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Option<Self>> {
        let mut arguments = arguments;
        let mut options = Self {
            mode: Mode::ByItself,
            photos: None,
            keep: false,
            quick: false,
        };
        while let Some(argument) = arguments.next() {
            match argument.to_str().unwrap_or_default() {
                "--help" | "-h" => return Ok(None),
                "--window" => options.mode = Mode::Window,
                "--serial" => options.mode = Mode::Serial,
                "--keep" => options.keep = true,
                "--quick" => options.quick = true,
                "--photos" => {
                    let folder = arguments.next().context("--photos wants a folder")?;
                    let folder = PathBuf::from(folder);
                    let found = folder.canonicalize();
                    let found = found.with_context(|| folder.display().to_string())?;
                    if !found.is_dir() {
                        bail!("{} is not a folder", folder.display());
                    }
                    options.photos = Some(found);
                }
                _ => bail!("what does {} mean?", argument.display()),
            }
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Option<Options>> {
        Options::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_command_line_is_understood() -> Result<()> {
        let by_itself = Options {
            mode: Mode::ByItself,
            photos: None,
            keep: false,
            quick: false,
        };
        assert_eq!(parse(&[])?, Some(by_itself));
        let by_hand = Options {
            mode: Mode::Window,
            photos: Some("/".into()),
            keep: true,
            quick: false,
        };
        assert_eq!(
            parse(&["--window", "--photos", "/", "--keep"])?,
            Some(by_hand)
        );
        assert_eq!(parse(&["--keep", "--help"])?, None);
        for wrong in [
            &["--photos"][..],
            &["--photos", "/no such"],
            &["--photos", "/etc/passwd"],
            &["x"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        Ok(())
    }
}
