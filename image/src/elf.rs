//! What an ELF file asks of others: libraries, and versions of their symbols.

use anyhow::{Context, Result};
use object::Endianness;
use object::elf::{DT_NEEDED, DT_RPATH, DT_RUNPATH, FileHeader64, PT_INTERP, VER_FLG_BASE};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};

/// A version of a library's symbols, such as `GLIBC_2.36` of `libc.so.6`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NeededVersion {
    pub(crate) library: String,
    pub(crate) version: String,
}

/// What one ELF file needs and offers.
#[derive(Debug, Default)]
pub(crate) struct Elf {
    /// Names of the libraries that it is linked with.
    pub(crate) needed: Vec<String>,
    /// Folders in which it looks for them first.
    pub(crate) runpath: Vec<String>,
    /// The program loader, for programs.
    pub(crate) interpreter: Option<String>,
    pub(crate) needed_versions: Vec<NeededVersion>,
    pub(crate) defined_versions: Vec<String>,
}

pub(crate) fn is_elf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x7fELF")
}

/// Reads a 64-bit ELF file.
pub(crate) fn parse(bytes: &[u8]) -> Result<Elf> {
    let header = FileHeader64::<Endianness>::parse(bytes).context("no 64-bit ELF file")?;
    let endian = header.endian()?;
    let mut elf = Elf::default();
    for program_header in header.program_headers(endian, bytes)? {
        if program_header.p_type(endian) == PT_INTERP {
            elf.interpreter = program_header.interpreter(endian, bytes)?.map(text);
        }
    }
    let sections = header.sections(endian, bytes)?;
    if let Some((entries, link)) = sections.dynamic(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        for entry in entries {
            let string = || {
                entry
                    .string(endian, strings)
                    .map(text)
                    .context("a broken dynamic section")
            };
            match entry.tag(endian) {
                DT_NEEDED => elf.needed.push(string()?),
                DT_RPATH | DT_RUNPATH => {
                    elf.runpath.extend(string()?.split(':').map(str::to_owned))
                }
                _ => {}
            }
        }
    }
    if let Some((mut needs, link)) = sections.gnu_verneed(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((need, mut versions)) = needs.next()? {
            let library = text(need.file(endian, strings)?);
            while let Some(version) = versions.next()? {
                let version = text(version.name(endian, strings)?);
                elf.needed_versions.push(NeededVersion {
                    library: library.clone(),
                    version,
                });
            }
        }
    }
    if let Some((mut definitions, link)) = sections.gnu_verdef(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((definition, mut names)) = definitions.next()? {
            // The base definition is the library's own name, not a version.
            if definition.vd_flags.get(endian) & VER_FLG_BASE != 0 {
                continue;
            }
            if let Some(name) = names.next()? {
                elf.defined_versions.push(text(name.name(endian, strings)?));
            }
        }
    }
    Ok(elf)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test's own executable is a dynamically linked program.
    #[test]
    fn this_program_needs_the_c_library() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let elf = parse(&bytes).unwrap();
        assert!(elf.needed.iter().any(|name| name == "libc.so.6"), "{elf:?}");
        assert!(
            elf.interpreter
                .is_some_and(|path| path.contains("ld-linux"))
        );
        assert!(
            elf.needed_versions
                .iter()
                .any(|need| need.version.starts_with("GLIBC_2."))
        );
    }

    #[test]
    fn what_is_no_elf_file_is_refused() {
        assert!(!is_elf(b"#!/bin/sh"));
        assert!(parse(b"\x7fELF").is_err());
    }
}
