//! What retention removed must be somewhere still.

use super::contents::{Contents, State};
use super::finding::{Finding, FindingKind};
use crate::archive::{Archive, layout};
use crate::{Cancel, Volume, VolumeError};

/// How much of a SHA-256 tells contents apart here.
type Prefix = [u8; 16];

/// Names the thinned snapshots whose contents are not all in a published one.
pub(super) fn check(
    volume: &dyn Volume,
    archive: &Archive,
    contents: &Contents,
    cancel: &Cancel,
) -> Result<Vec<Finding>, VolumeError> {
    let mut findings = Vec::new();
    if archive.thinned().is_empty() {
        return Ok(findings);
    }
    let mut present: Vec<Prefix> = contents
        .iter()
        .filter(|(_, _, state)| *state == State::Sound)
        .map(|(_, sha256, _)| prefix(sha256))
        .collect();
    present.sort_unstable();
    for published in archive.thinned() {
        if cancel.is_cancelled() {
            break;
        }
        let mut missing = 0;
        let mut first = None;
        let described = archive.read_description(volume, published, &mut |file| {
            if present.binary_search(&prefix(&file.sha256)).is_err() {
                missing += 1;
                first.get_or_insert(file.path);
            }
        })?;
        // One that can't be read was named before.
        if let (Ok(_), Some(first)) = (described, first) {
            findings.push(Finding {
                place: published.folder.join(layout::SNAPSHOT),
                kind: FindingKind::ThinnedContentMissing {
                    files: missing,
                    first: first.to_string(),
                },
                snapshots: vec![published.folder.clone()],
                other_names: Vec::new(),
            });
        }
    }
    Ok(findings)
}

fn prefix(sha256: &heirloom_format::Digest) -> Prefix {
    let mut prefix = Prefix::default();
    prefix.copy_from_slice(&sha256.as_bytes()[..16]);
    prefix
}
