//! The file tree of the initramfs, built up in memory, so that nothing of the build machine (owners, times,
//! umask, order of folders) can get into the image.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::lists::meaningful_lines;

/// One entry of the tree. Modes are permission bits; everything belongs to root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Directory { mode: u32 },
    File { mode: u32, bytes: Vec<u8> },
    Symlink { target: String },
    CharacterDevice { mode: u32, major: u32, minor: u32 },
}

/// Entries by their path, which has no slash in front. A folder sorts before what is in it.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: BTreeMap<String, Node>,
}

impl Tree {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_str(), node))
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        self.nodes.contains_key(path)
    }

    /// Adds an entry and the folders above it. The same entry may come twice; a different one in the
    /// same place, or one below something that is no folder, is an error.
    pub(crate) fn insert(&mut self, path: &str, node: Node) -> Result<()> {
        let proper = |part: &str| !part.is_empty() && part != "." && part != "..";
        ensure!(
            path.split('/').all(proper),
            "`{path}` is no plain path from the root"
        );
        for (end, _) in path.match_indices('/') {
            let folder = &path[..end];
            match self.nodes.get(folder) {
                Some(Node::Directory { .. }) => {}
                Some(_) => bail!("`{path}` would go below `{folder}`, which is no folder"),
                None => {
                    self.nodes
                        .insert(folder.to_owned(), Node::Directory { mode: 0o755 });
                }
            }
        }
        match self.nodes.get(path) {
            // A folder that came by itself above something gets its mode now.
            Some(Node::Directory { .. }) if matches!(node, Node::Directory { .. }) => {}
            Some(there) if *there == node => return Ok(()),
            Some(_) => bail!("two different entries for `{path}`"),
            None => {}
        }
        self.nodes.insert(path.to_owned(), node);
        Ok(())
    }

    pub(crate) fn insert_file(&mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Result<()> {
        self.insert(
            path,
            Node::File {
                mode: 0o644,
                bytes: bytes.into(),
            },
        )
    }

    /// Adds what `layout.txt` lists: folders, links and device nodes.
    pub(crate) fn insert_layout(&mut self, text: &str) -> Result<()> {
        for line in meaningful_lines(text) {
            let (path, node) =
                layout_line(line).with_context(|| format!("the line `{line}` of layout.txt"))?;
            self.insert(path, node)?;
        }
        Ok(())
    }

    /// Adds a folder of the build machine with all that is in it.
    pub(crate) fn insert_folder(&mut self, folder: &Path) -> Result<()> {
        for path in files_below(folder)? {
            let bytes = std::fs::read(folder.join(&path)).with_context(|| path.clone())?;
            self.insert_file(&path, bytes)?;
        }
        Ok(())
    }
}

fn layout_line(line: &str) -> Result<(&str, Node)> {
    let mode = |text: &str| u32::from_str_radix(text, 8).context("the mode is no octal number");
    let words: Vec<&str> = line.split_whitespace().collect();
    Ok(match words[..] {
        ["dir", path, bits] => (path, Node::Directory { mode: mode(bits)? }),
        ["link", path, target] => (
            path,
            Node::Symlink {
                target: target.to_owned(),
            },
        ),
        ["char", path, bits, major, minor] => {
            let (major, minor) = (major.parse()?, minor.parse()?);
            (
                path,
                Node::CharacterDevice {
                    mode: mode(bits)?,
                    major,
                    minor,
                },
            )
        }
        _ => bail!("it is none of: dir PATH MODE, link PATH TARGET, char PATH MODE MAJOR MINOR"),
    })
}

/// The files and links below a folder, as sorted relative paths; links are not followed.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(inner) = folders.pop() {
        let at = folder.join(&inner);
        for entry in std::fs::read_dir(&at).with_context(|| at.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name
                .to_str()
                .with_context(|| format!("a name that is no UTF-8: {name:?}"))?;
            let path = if inner.is_empty() {
                name.to_owned()
            } else {
                format!("{inner}/{name}")
            };
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above_come_by_themselves() {
        let mut tree = Tree::default();
        tree.insert_file("etc/a/b", "x").unwrap();
        assert_eq!(
            tree.iter().map(|(p, _)| p).collect::<Vec<_>>(),
            ["etc", "etc/a", "etc/a/b"]
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut tree = Tree::default();
        tree.insert_layout("link lib usr/lib\ndir tmp 1777")
            .unwrap();
        tree.insert_file("etc/a", "x").unwrap();
        tree.insert_file("etc/a", "x").unwrap();
        for path in ["lib/x", "etc/a", "/etc/b", "etc/../b", "etc//b"] {
            assert!(tree.insert_file(path, "other").is_err(), "{path}");
        }
    }

    #[test]
    fn layout_lines() {
        let mut tree = Tree::default();
        let text = "# x\ndir tmp 1777\nlink sbin usr/sbin\nchar dev/console 600 5 1\n";
        tree.insert_layout(text).unwrap();
        assert_eq!(tree.get("tmp"), Some(&Node::Directory { mode: 0o1777 }));
        assert_eq!(
            tree.get("sbin"),
            Some(&Node::Symlink {
                target: "usr/sbin".into()
            })
        );
        let console = Node::CharacterDevice {
            mode: 0o600,
            major: 5,
            minor: 1,
        };
        assert_eq!(tree.get("dev/console"), Some(&console));
        for bad in ["dir tmp", "dir tmp 9", "file x y", "char a 1 2 x"] {
            assert!(Tree::default().insert_layout(bad).is_err(), "{bad}");
        }
    }
}
