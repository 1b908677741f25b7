//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};

pub(crate) const USAGE: &str = "\
heirloom-image --init PROGRAM --tool PROGRAM [--rootfs DIR] [--out DIR] [--fresh] [--twice]

Builds the bootable image from Debian's packages, the data in rootfs/ and the init program.
  --init PROGRAM  the program that becomes process 1
  --tool PROGRAM  the portable tool, which needs no libraries
  --rootfs DIR    package list, overlay, boot menu (rootfs)
  --out DIR       where heirloom.img and the files beside it go (target/image)
  --fresh         download the packages again, even if they are less than a day old
  --twice         build a second time from the same packages and compare every byte
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) init: PathBuf,
    pub(crate) tool: PathBuf,
    pub(crate) rootfs: PathBuf,
    pub(crate) out: PathBuf,
    pub(crate) fresh: bool,
    pub(crate) twice: bool,
}

impl Options {
    /// Parses the arguments after the program's name; `None` means that help was asked for.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>> {
        let mut arguments = arguments.into_iter();
        let (mut init, mut tool) = (None, None);
        let (mut rootfs, mut out) = (PathBuf::from("rootfs"), PathBuf::from("target/image"));
        let (mut fresh, mut twice) = (false, false);
        while let Some(argument) = arguments.next() {
            let name = argument.to_string_lossy().into_owned();
            let mut value = || match arguments.next() {
                Some(value) => Ok(PathBuf::from(value)),
                None => bail!("{name} needs a path after it"),
            };
            match name.as_str() {
                "--init" => init = Some(value()?),
                "--tool" => tool = Some(value()?),
                "--rootfs" => rootfs = value()?,
                "--out" => out = value()?,
                "--fresh" => fresh = true,
                "--twice" => twice = true,
                "--help" | "-h" => return Ok(None),
                _ => bail!("unknown argument: {name}\n\n{USAGE}"),
            }
        }
        let Some(init) = init else {
            bail!("--init is missing\n\n{USAGE}")
        };
        let Some(tool) = tool else {
            bail!("--tool is missing\n\n{USAGE}")
        };
        Ok(Some(Self {
            init,
            tool,
            rootfs,
            out,
            fresh,
            twice,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>> {
        Options::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn arguments() {
        let options = parse("--init a/init --tool t --out o --fresh")
            .unwrap()
            .unwrap();
        assert_eq!(
            (options.init, options.tool, options.rootfs),
            (
                PathBuf::from("a/init"),
                PathBuf::from("t"),
                PathBuf::from("rootfs")
            )
        );
        assert_eq!(
            (options.out, options.fresh, options.twice),
            (PathBuf::from("o"), true, false)
        );
        assert_eq!(parse("--help").unwrap(), None);
        for bad in [
            "",
            "--init",
            "--init x",
            "--tool x",
            "--init x --tool x --fast",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
