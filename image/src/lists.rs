//! The list files of `rootfs/`: lines with `#` comments, and lists of globs.

use anyhow::{Result, bail};

/// The lines that say something: no comments, no blank lines, no space at the ends.
pub(crate) fn meaningful_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A list of globs: each line adds what it matches, a line with `!` takes away again.
#[derive(Debug)]
pub(crate) struct GlobList {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl GlobList {
    pub(crate) fn parse(text: &str) -> Self {
        let mut list = Self {
            include: Vec::new(),
            exclude: Vec::new(),
        };
        for line in meaningful_lines(text) {
            match line.strip_prefix('!') {
                Some(glob) => list.exclude.push(glob.to_owned()),
                None => list.include.push(line.to_owned()),
            }
        }
        list
    }

    /// The paths that the list keeps, in their order. An adding glob that matches nothing is an error:
    /// it is a misspelling, or a file that Debian renamed.
    pub(crate) fn select<'a>(&self, paths: &[&'a str]) -> Result<Vec<&'a str>> {
        for glob in &self.include {
            if !paths.iter().any(|path| glob_matches(glob, path)) {
                bail!("the line `{glob}` matches nothing; correct it or take it out");
            }
        }
        let any = |globs: &[String], path: &str| globs.iter().any(|g| glob_matches(g, path));
        Ok(paths
            .iter()
            .copied()
            .filter(|path| any(&self.include, path) && !any(&self.exclude, path))
            .collect())
    }
}

/// Whether a glob matches a whole path: `*` stands for anything within one folder, `**` as a folder's
/// name for any number of folders.
fn glob_matches(glob: &str, path: &str) -> bool {
    let glob: Vec<&str> = glob.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    folders_match(&glob, &path)
}

fn folders_match(glob: &[&str], path: &[&str]) -> bool {
    match (glob.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => (0..=path.len()).any(|skip| folders_match(rest, &path[skip..])),
        (Some((name, glob_rest)), Some((part, path_rest))) => {
            name_matches(name.as_bytes(), part.as_bytes()) && folders_match(glob_rest, path_rest)
        }
        _ => false,
    }
}

fn name_matches(glob: &[u8], name: &[u8]) -> bool {
    match (glob.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=name.len()).any(|skip| name_matches(rest, &name[skip..])),
        (Some((a, glob_rest)), Some((b, name_rest))) => {
            a == b && name_matches(glob_rest, name_rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, path, expected) in [
            ("usr/bin/udevadm", "usr/bin/udevadm", true),
            ("usr/bin/udevadm", "usr/bin/udevadm2", false),
            ("fs/nls/*", "fs/nls/nls_utf8", true),
            ("fs/nls/*", "fs/nls/deep/nls_utf8", false),
            ("fs/*", "fs/nls/nls_utf8", false),
            ("usb/host/ehci-*", "usb/host/ehci-pci", true),
            ("usb/host/ehci-*", "usb/host/xhci-pci", false),
            (
                "usr/share/locale/**",
                "usr/share/locale/de/LC_MESSAGES/e2fsprogs.mo",
                true,
            ),
            ("usr/**/README", "usr/README", true),
            ("usr/**/README", "usr/a/b/README", true),
            ("usr/**/README", "usr/a/b/READMES", false),
            ("*a*b", "xxaxxb", true),
            ("*a*b", "xxbxxa", false),
        ] {
            assert_eq!(glob_matches(glob, path), expected, "{glob} on {path}");
        }
    }

    #[test]
    fn a_list_adds_and_takes_away_in_the_order_of_the_paths() {
        let list = GlobList::parse("# disks\nata/*\n\n  scsi/sd_mod\n!ata/pata_*\n");
        let paths = ["ata/ahci", "ata/pata_via", "scsi/sd_mod", "scsi/lpfc"];
        assert_eq!(list.select(&paths).unwrap(), ["ata/ahci", "scsi/sd_mod"]);
    }

    #[test]
    fn a_line_that_matches_nothing_is_named() {
        let error = GlobList::parse("ata/*\nscsi/sdmod\n")
            .select(&["ata/ahci"])
            .unwrap_err();
        assert!(error.to_string().contains("`scsi/sdmod`"), "{error}");
    }
}
