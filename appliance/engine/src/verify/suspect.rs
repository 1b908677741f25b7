//! Files that are not as they should be, until it is known under which names and what is sound in their stead.

use heirloom_format::Digest;

use super::contents::Expected;
use super::finding::FindingKind;
use super::reading::Found;
use crate::{DamageKind, VolumePath};

/// A name of a file about which something is to be said.
#[derive(Debug)]
pub(super) struct Suspect {
    /// In which of the published snapshots, counted from the oldest.
    pub(super) bag: usize,
    pub(super) place: VolumePath,
    pub(super) kind: FindingKind,
    /// What it must hold.
    pub(super) sha256: Digest,
    /// The file that it is, where what is said holds for all names of that file.
    pub(super) file_id: Option<u64>,
}

/// What is to be said of a file that was looked at.
pub(super) fn judge(expected: &Expected, found: &Result<Found, DamageKind>) -> Option<FindingKind> {
    let found = match found {
        Err(DamageKind::Missing) => return Some(FindingKind::FileMissing(None)),
        Err(error) => {
            let error = error.clone();
            return Some(FindingKind::FileUnreadable { error, copy: None });
        }
        Ok(found) => found,
    };
    if let Some((sha256, _)) = found.content
        && sha256 != expected.sha256
    {
        return Some(FindingKind::FileAltered {
            expected: expected.sha256,
            found: sha256,
            copy: None,
        });
    }
    let found_bytes = match found.content {
        Some((_, size_bytes)) => size_bytes,
        None => found.facts.size_bytes,
    };
    if let Some(expected_bytes) = expected.size_bytes
        && found_bytes != expected_bytes
    {
        return Some(FindingKind::LengthDiffers {
            expected_bytes,
            found_bytes,
            copy: None,
        });
    }
    let found_unix_s = found.facts.modified_unix_s;
    match expected.unix_s {
        Some(expected_unix_s) if found_unix_s != expected_unix_s => {
            Some(FindingKind::TimeDiffers {
                expected_unix_s,
                found_unix_s,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileFacts;

    #[test]
    fn the_worst_is_told() {
        let sha256 = Digest::of(b"abc");
        let other = Digest::of(b"abd");
        let expected = Expected {
            sha256,
            size_bytes: Some(3),
            unix_s: Some(7),
        };
        let found = |size_bytes, modified_unix_s, content| {
            Ok(Found {
                facts: FileFacts {
                    size_bytes,
                    modified_unix_s,
                },
                content,
            })
        };
        let altered = FindingKind::FileAltered {
            expected: sha256,
            found: other,
            copy: None,
        };
        let length = FindingKind::LengthDiffers {
            expected_bytes: 3,
            found_bytes: 4,
            copy: None,
        };
        let time = FindingKind::TimeDiffers {
            expected_unix_s: 7,
            found_unix_s: 8,
        };
        let error = DamageKind::Unreadable { errno: 5 };
        let unreadable = FindingKind::FileUnreadable {
            error: error.clone(),
            copy: None,
        };
        let cases = [
            (found(3, 7, Some((sha256, 3))), None),
            (found(3, 7, None), None),
            (found(4, 8, Some((other, 4))), Some(altered)),
            (found(4, 8, None), Some(length)),
            (found(3, 8, Some((sha256, 3))), Some(time.clone())),
            (found(3, 8, None), Some(time)),
            (Err(error), Some(unreadable)),
            (
                Err(DamageKind::Missing),
                Some(FindingKind::FileMissing(None)),
            ),
        ];
        for (found, verdict) in cases {
            assert_eq!(judge(&expected, &found), verdict, "{found:?}");
        }
        let nothing = Expected {
            size_bytes: None,
            unix_s: None,
            ..expected
        };
        assert_eq!(judge(&nothing, &found(9, 9, Some((sha256, 9)))), None);
    }
}
