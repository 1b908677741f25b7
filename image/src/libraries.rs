//! Shared libraries: every library that a program of the image names is in it, in a version that has what the
//! program asks for.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use crate::debian::Debian;
use crate::elf::{self, Elf, NeededVersion};
use crate::tree::{Node, Tree};

/// Where Debian's loader looks when a file names no folder itself.
const LIBRARY_FOLDERS: [&str; 2] = ["usr/lib/x86_64-linux-gnu", "usr/lib"];

const C_LIBRARY: &str = "libc.so.6";

/// Adds a path of Debian's tree; for a link also what it points to.
pub(crate) fn take(tree: &mut Tree, debian: &Debian, path: &str) -> Result<()> {
    if tree.contains(path) {
        return Ok(());
    }
    let at = debian.at(path);
    let facts = at
        .symlink_metadata()
        .with_context(|| format!("{path} of Debian's packages"))?;
    if facts.is_symlink() {
        let target = at.read_link()?.to_string_lossy().into_owned();
        debian.note_taken(path);
        tree.insert(
            path,
            Node::Symlink {
                target: target.clone(),
            },
        )?;
        return take(tree, debian, &link_target(path, &target)?);
    }
    use std::os::unix::fs::PermissionsExt;
    let mode = if facts.permissions().mode() & 0o111 != 0 {
        0o755
    } else {
        0o644
    };
    tree.insert(
        path,
        Node::File {
            mode,
            bytes: debian.read(path)?,
        },
    )
}

/// The path that a link at `path` points to, from the root, with the folders that are links of
/// every Debian system (`/lib` and so on) replaced by what they stand for.
fn link_target(path: &str, target: &str) -> Result<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts
                    .pop()
                    .with_context(|| format!("the link {path} leaves the tree: {target}"))?;
            }
            name => parts.push(name),
        }
    }
    Ok(merged_usr(&parts.join("/")))
}

/// `lib64/x` as `usr/lib64/x`, and so on.
pub(crate) fn merged_usr(path: &str) -> String {
    let path = path.trim_start_matches('/');
    match path.split('/').next() {
        Some("bin" | "sbin" | "lib" | "lib64") => format!("usr/{path}"),
        _ => path.to_owned(),
    }
}

/// Adds the libraries that the tree's ELF files need, theirs in turn, and the program loader.
pub(crate) fn close(tree: &mut Tree, debian: &Debian) -> Result<usize> {
    let mut added = 0;
    loop {
        let mut missing = Vec::new();
        for (path, elf) in elf_files(tree)? {
            for library in &elf.needed {
                if find(library, &path, &elf, |candidate| tree.contains(candidate)).is_none() {
                    missing.push((path.clone(), library.clone()));
                    let found = find(library, &path, &elf, |candidate| {
                        debian.at(candidate).exists()
                    });
                    let Some(found) = found else {
                        bail!(
                            "{path} needs the library {library}, which none of the packages brings; \
                             add its package to packages.txt"
                        );
                    };
                    take(tree, debian, &found)?;
                    added += 1;
                }
            }
            if let Some(interpreter) = &elf.interpreter {
                take(tree, debian, &merged_usr(interpreter))
                    .with_context(|| format!("the program loader of {path}"))?;
            }
        }
        if missing.is_empty() {
            return Ok(added);
        }
    }
}

/// Checks that each library of the tree defines the symbol versions that the others ask of it.
pub(crate) fn check_versions(tree: &Tree, debian: &Debian) -> Result<()> {
    let files = elf_files(tree)?;
    let mut defined: BTreeMap<&str, &Elf> = BTreeMap::new();
    for (path, elf) in &files {
        defined.insert(path.rsplit('/').next().unwrap_or(path), elf);
    }
    for (path, elf) in &files {
        for library in &elf.needed {
            // A library is found by its soname, which may be a link to the file.
            let file = find(library, path, elf, |candidate| tree.contains(candidate))
                .and_then(|found| resolve(tree, &found));
            let name = file
                .as_deref()
                .and_then(|file| file.rsplit('/').next())
                .unwrap_or(library);
            let Some(provider) = defined.get(name) else {
                continue;
            };
            let asked = elf
                .needed_versions
                .iter()
                .filter(|need| need.library == *library);
            if let Some(newest) = newest_missing(asked, &provider.defined_versions) {
                bail!(mismatch_message(
                    path,
                    newest,
                    &provider.defined_versions,
                    debian.version("libc6")
                ));
            }
        }
    }
    Ok(())
}

/// The newest of the versions asked for that is not on offer; none when all are.
fn newest_missing<'a>(
    asked: impl Iterator<Item = &'a NeededVersion>,
    offered: &[String],
) -> Option<&'a NeededVersion> {
    asked
        .filter(|need| !offered.contains(&need.version))
        .max_by_key(|need| version_numbers(&need.version))
}

/// `GLIBC_2.4` comes before `GLIBC_2.36`: the numbers count, not the letters.
fn version_numbers(version: &str) -> Vec<u32> {
    let digits = |c: char| !c.is_ascii_digit();
    // What is no number (the name in front) or too long for one says nothing about the order.
    version
        .split(digits)
        .filter_map(|number| number.parse().ok())
        .collect()
}

fn mismatch_message(
    path: &str,
    need: &NeededVersion,
    offered: &[String],
    libc6: Option<&str>,
) -> String {
    if need.library != C_LIBRARY {
        return format!(
            "{path} asks for {} of {}, which the image's copy does not have. It was built against a newer \
             library than Debian trixie's; build it on Debian trixie or bookworm.",
            need.version, need.library
        );
    }
    let newest_offered = offered
        .iter()
        .filter(|version| version.starts_with("GLIBC_2."))
        .max_by_key(|version| version_numbers(version))
        .map_or("none", String::as_str);
    format!(
        "This build machine's C library is newer than the image's, so the image could not start: {path} asks \
         for {}, and Debian trixie's C library (libc6 {}) goes up to {newest_offered}. Build it on Debian \
         trixie or bookworm, or for an older C library with\n    \
         cargo zigbuild --release --target x86_64-unknown-linux-gnu.2.36\nand give that program to --init.",
        need.version,
        libc6.unwrap_or("of unknown version"),
    )
}

fn elf_files(tree: &Tree) -> Result<Vec<(String, Elf)>> {
    let mut files = Vec::new();
    for (path, node) in tree.iter() {
        let Node::File { bytes, .. } = node else {
            continue;
        };
        // Kernel modules are ELF files too, and need no library.
        if elf::is_elf(bytes) && !path.ends_with(".ko") {
            files.push((
                path.to_owned(),
                elf::parse(bytes).with_context(|| path.to_owned())?,
            ));
        }
    }
    Ok(files)
}

fn find(library: &str, path: &str, elf: &Elf, exists: impl Fn(&str) -> bool) -> Option<String> {
    let own_folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = elf
        .runpath
        .iter()
        .map(|folder| merged_usr(&folder.replace("$ORIGIN", own_folder)));
    own.chain(LIBRARY_FOLDERS.map(str::to_owned))
        .map(|folder| format!("{folder}/{library}"))
        .find(|candidate| exists(candidate))
}

/// The path after all links; none if it leads nowhere.
fn resolve(tree: &Tree, path: &str) -> Option<String> {
    let mut path = path.to_owned();
    // Sixteen links in a row are a circle.
    for _ in 0..16 {
        match tree.get(&path)? {
            Node::Symlink { target } => path = link_target(&path, target).ok()?,
            _ => return Some(path),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(version: &str) -> NeededVersion {
        NeededVersion {
            library: C_LIBRARY.to_owned(),
            version: version.to_owned(),
        }
    }

    #[test]
    fn the_newest_version_that_is_not_there() {
        let offered = ["GLIBC_2.2.5", "GLIBC_2.4", "GLIBC_2.34", "GLIBC_2.41"].map(str::to_owned);
        for (asked, expected) in [
            (vec![], None),
            (vec!["GLIBC_2.2.5", "GLIBC_2.34"], None),
            (vec!["GLIBC_2.41"], None),
            (vec!["GLIBC_2.42", "GLIBC_2.4"], Some("GLIBC_2.42")),
            (vec!["GLIBC_2.100", "GLIBC_2.43"], Some("GLIBC_2.100")),
            (
                vec!["GLIBC_ABI_DT_X86_64_PLT"],
                Some("GLIBC_ABI_DT_X86_64_PLT"),
            ),
        ] {
            let asked: Vec<NeededVersion> = asked.into_iter().map(need).collect();
            let missing = newest_missing(asked.iter(), &offered);
            assert_eq!(
                missing.map(|need| need.version.as_str()),
                expected,
                "{asked:?}"
            );
        }
    }

    #[test]
    fn a_newer_c_library_is_said_in_a_sentence_with_what_to_do() {
        let offered = ["GLIBC_2.4", "GLIBC_2.41"].map(str::to_owned);
        let message = mismatch_message(
            "usr/bin/heirloom-init",
            &need("GLIBC_2.42"),
            &offered,
            Some("2.41-12"),
        );
        for part in [
            "newer than the image's",
            "GLIBC_2.42",
            "libc6 2.41-12",
            "up to GLIBC_2.41",
            "Build it on",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }

    #[test]
    fn links() {
        for (path, target, expected) in [
            (
                "usr/lib/systemd/systemd-udevd",
                "../../bin/udevadm",
                "usr/bin/udevadm",
            ),
            (
                "usr/lib64/ld.so",
                "/lib/x86_64-linux-gnu/ld.so",
                "usr/lib/x86_64-linux-gnu/ld.so",
            ),
            ("usr/sbin/modprobe", "../bin/kmod", "usr/bin/kmod"),
        ] {
            assert_eq!(link_target(path, target).unwrap(), expected);
        }
        assert!(link_target("a", "../../b").is_err());
    }
}
