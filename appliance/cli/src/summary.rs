//! What a snapshot holds, read from a few kilobytes of it, however large it is. For people to choose by; `verify` proves.

use std::ops::ControlFlow;

use heirloom_engine::{Archive, PublishedSnapshot, Volume, VolumeError, VolumePath};
use heirloom_format::Status;

use crate::trouble::Trouble;

/// What a snapshot holds. `None` is what can't be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) files: Option<u64>,
    pub(crate) bytes: Option<u64>,
    pub(crate) status: Option<Status>,
}

/// Reads it.
///
/// # Errors
/// When the drive is gone.
pub(crate) fn summary(
    archive: &Archive,
    volume: &dyn Volume,
    published: &PublishedSnapshot,
) -> Result<Summary, Trouble> {
    let info = beginning(volume, &published.folder.join("bag-info.txt"))?;
    let (bytes, files) = payload_oxum(&info).unzip();
    let description = beginning(volume, &published.folder.join("snapshot.json"))?;
    let status = match status(&description) {
        Some(status) => Some(status),
        // Written in another order than ours, or damaged.
        None => archive
            .read_description(volume, published, &mut |_| {})?
            .ok()
            .map(|snapshot| snapshot.status),
    };
    Ok(Summary {
        files,
        bytes,
        status,
    })
}

/// The first piece of a file; nothing of one that can't be read.
fn beginning(volume: &dyn Volume, path: &VolumePath) -> Result<Vec<u8>, VolumeError> {
    let mut bytes = Vec::new();
    let read = volume.read(path, &mut |piece| {
        bytes.extend_from_slice(piece);
        ControlFlow::Break(())
    });
    match read {
        Err(VolumeError::Gone) => Err(VolumeError::Gone),
        Ok(_) | Err(_) => Ok(bytes),
    }
}

/// Bytes and files, from `bag-info.txt`.
fn payload_oxum(info: &[u8]) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(info).ok()?;
    let oxum = text
        .lines()
        .find_map(|line| line.strip_prefix("Payload-Oxum:"))?;
    let (bytes, files) = oxum.trim().split_once('.')?;
    Some((bytes.parse().ok()?, files.parse().ok()?))
}

/// The status, which we write before anything long.
fn status(description: &[u8]) -> Option<Status> {
    const NAME: &[u8] = b"\"status\":";
    let at = description
        .windows(NAME.len())
        .position(|window| window == NAME)?;
    let value = description[at + NAME.len()..].trim_ascii_start();
    let end = value.iter().skip(1).position(|&byte| byte == b'"')? + 2;
    serde_json::from_slice(&value[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_tell_what_a_snapshot_holds() {
        let info = b"Bagging-Date: 2026-11-22\nPayload-Oxum: 1234.5\n";
        assert_eq!(payload_oxum(info), Some((1234, 5)));
        for broken in [
            &b"\xff"[..],
            b"",
            b"Payload-Oxum: 12\n",
            b"Payload-Oxum: 1.-2\n",
        ] {
            assert_eq!(payload_oxum(broken), None);
        }
        let cases: &[(&[u8], Option<Status>)] = &[
            (b"{\n\"status\": \"complete\",", Some(Status::Complete)),
            (b"{\"status\":\"incomplete\"}", Some(Status::Incomplete)),
            (b"{\"status\": \"other\"}", None),
            (b"{\"status\":", None),
            (b"", None),
        ];
        for (description, expected) in cases {
            assert_eq!(status(description), *expected);
        }
    }
}
