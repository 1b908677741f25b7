//! The initramfs archive: cpio in the "newc" form, as in the kernel's `Documentation/driver-api/early-userspace/buffer-format.rst`.

use crate::tree::{Node, Tree};

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

/// The archive's bytes. They follow from the tree and the time alone: entries sorted by path, owner and group 0,
/// inode numbers counted from 1.
///
/// # Panics
///
/// When a file has 4 GiB or more, which the format cannot say; the image's own limit is far below.
pub(crate) fn archive(tree: &Tree, mtime_unix_s: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut inode = 0;
    for (path, node) in tree.iter() {
        inode += 1;
        let (mode, links, device, data): (u32, u32, (u32, u32), &[u8]) = match node {
            Node::Directory { mode } => (DIRECTORY | mode, 2, (0, 0), &[]),
            Node::File { mode, bytes } => (REGULAR | mode, 1, (0, 0), bytes),
            Node::Symlink { target } => (SYMLINK | 0o777, 1, (0, 0), target.as_bytes()),
            Node::CharacterDevice { mode, major, minor } => {
                (CHARACTER_DEVICE | mode, 1, (*major, *minor), &[])
            }
        };
        entry(
            &mut out,
            path,
            inode,
            mode,
            links,
            mtime_unix_s,
            device,
            data,
        );
    }
    entry(&mut out, "TRAILER!!!", 0, 0, 1, 0, (0, 0), &[]);
    out
}

#[allow(
    clippy::too_many_arguments,
    reason = "the fields of one header, in its order"
)]
fn entry(
    out: &mut Vec<u8>,
    path: &str,
    inode: u32,
    mode: u32,
    links: u32,
    mtime_unix_s: u32,
    device: (u32, u32),
    data: &[u8],
) {
    let length = u32::try_from(data.len()).expect("a file of the image is below 4 GiB");
    let name_length = u32::try_from(path.len() + 1).expect("a path is short");
    out.extend_from_slice(b"070701");
    let (owner, group, archive_device, checksum) = (0, 0, (0, 0), 0);
    for field in [
        inode,
        mode,
        owner,
        group,
        links,
        mtime_unix_s,
        length,
        archive_device.0,
        archive_device.1,
        device.0,
        device.1,
        name_length,
        checksum,
    ] {
        out.extend_from_slice(format!("{field:08x}").as_bytes());
    }
    out.extend_from_slice(path.as_bytes());
    out.push(0);
    pad_to_4(out);
    out.extend_from_slice(data);
    pad_to_4(out);
}

fn pad_to_4(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    fn sample() -> Tree {
        let mut tree = Tree::default();
        tree.insert_layout("dir tmp 1777\nlink lib usr/lib\nchar dev/console 600 5 1")
            .unwrap();
        tree.insert_file("usr/lib/odd", "abc").unwrap();
        tree.insert(
            "usr/bin/run",
            Node::File {
                mode: 0o755,
                bytes: b"x".repeat(70_000),
            },
        )
        .unwrap();
        tree.insert_file("etc/empty", "").unwrap();
        tree
    }

    /// The judge is GNU cpio, which shares no code with the writer.
    #[test]
    fn gnu_cpio_lists_it_as_it_was_put_in() {
        let mut cpio = Command::new("cpio")
            .args(["--list", "--verbose", "--numeric-uid-gid", "--quiet"])
            .env("TZ", "UTC")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test needs the program cpio");
        let bytes = archive(&sample(), 86_400);
        let mut input = cpio.stdin.take().unwrap();
        input.write_all(&bytes).unwrap();
        drop(input);
        let output = cpio.wait_with_output().unwrap();
        assert!(output.status.success());
        let listing = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<String> = listing
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "drwxr-xr-x 2 0 0 0 Jan 2 1970 dev",
                "crw------- 1 0 0 5, 1 Jan 2 1970 dev/console",
                "drwxr-xr-x 2 0 0 0 Jan 2 1970 etc",
                "-rw-r--r-- 1 0 0 0 Jan 2 1970 etc/empty",
                "lrwxrwxrwx 1 0 0 7 Jan 2 1970 lib -> usr/lib",
                "drwxrwxrwt 2 0 0 0 Jan 2 1970 tmp",
                "drwxr-xr-x 2 0 0 0 Jan 2 1970 usr",
                "drwxr-xr-x 2 0 0 0 Jan 2 1970 usr/bin",
                "-rwxr-xr-x 1 0 0 70000 Jan 2 1970 usr/bin/run",
                "drwxr-xr-x 2 0 0 0 Jan 2 1970 usr/lib",
                "-rw-r--r-- 1 0 0 3 Jan 2 1970 usr/lib/odd",
            ]
        );
    }

    #[test]
    fn twice_the_same_bytes() {
        assert_eq!(archive(&sample(), 7), archive(&sample(), 7));
    }
}
