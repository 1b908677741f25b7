//! The portable tool, as it lies on the stick and on each archive drive: one program for other computers, and a page that says how to use it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::debian::hex;
use crate::elf;
use crate::step::run_tool;

/// Its name, at the top, where somebody sees it who never heard of it.
pub(crate) const LINUX: &str = "heirloom-linux-x86_64";
/// The page's.
pub(crate) const PAGE: &str = "TOOL.txt";
/// What the page leaves to be filled in.
const BLANKS: [&str; 3] = ["{linux}", "{version}", "{digest}"];

/// The tool and its page.
#[derive(Debug)]
pub(crate) struct PortableTool {
    pub(crate) program: Vec<u8>,
    pub(crate) page: Vec<u8>,
}

impl PortableTool {
    /// Reads the program, makes sure that any Linux can start it, and fills in the page `template`.
    ///
    /// # Errors
    /// Where it needs a loader or libraries, which another Linux may not have, or does not run here.
    pub(crate) fn read(program: &Path, template: &Path) -> Result<Self> {
        let bytes = fs::read(program).with_context(|| program.display().to_string())?;
        needs_nothing(&bytes).with_context(|| program.display().to_string())?;
        let version = String::from_utf8(run_tool(Command::new(program).arg("--version"))?)
            .context("the tool's version")?;
        let template =
            fs::read_to_string(template).with_context(|| template.display().to_string())?;
        let page = page(&template, version.trim(), &bytes)?;
        Ok(Self {
            program: bytes,
            page: page.into_bytes(),
        })
    }
}

fn needs_nothing(program: &[u8]) -> Result<()> {
    let elf = elf::parse(program)?;
    if let Some(loader) = elf.interpreter {
        bail!("it needs the program loader {loader}; scripts/build-image builds it without");
    }
    ensure!(
        elf.needed.is_empty(),
        "it needs libraries: {}",
        elf.needed.join(", ")
    );
    Ok(())
}

/// With the line ends of Windows, where people open it, too.
fn page(template: &str, version: &str, program: &[u8]) -> Result<String> {
    let digest = hex(&Sha256::digest(program));
    let mut page = template.to_owned();
    for (blank, value) in BLANKS.into_iter().zip([LINUX, version, &digest]) {
        ensure!(page.contains(blank), "the tool's page has no {blank}");
        page = page.replace(blank, value);
    }
    Ok(page.replace('\n', "\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_needs_a_loader_is_refused() {
        let this_test = fs::read(std::env::current_exe().expect("a path")).expect("it");
        let error = needs_nothing(&this_test).expect_err("it is not static");
        assert!(error.to_string().contains("ld-linux"), "{error}");
    }

    #[test]
    fn the_page_names_the_program_its_version_and_its_hash() {
        let template = include_str!("../../rootfs/tool.txt");
        let page = page(template, "heirloom 1.2.3 (abc)", b"abc").expect("a page");
        for expected in [
            "cp heirloom-linux-x86_64 ~/heirloom\r\n",
            "This is heirloom 1.2.3 (abc).\r\n",
            "\r\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\r\n",
        ] {
            assert!(page.contains(expected), "{expected:?} is not in:\n{page}");
        }
        assert!(page.is_ascii() && !page.contains(['{', '}']), "{page}");
        assert!(page.lines().all(|line| line.len() <= 79), "{page}");
        assert!(super::page("no blanks", "1", b"abc").is_err());
    }
}
