//! What seals a snapshot: its tag manifest, the signature of that, the files that it lists, and whether they say the same.

use std::ops::ControlFlow;

use heirloom_format::{
    BAGIT_TXT, BagInfo, Digest, FileRecord, Signature, Snapshot, TAG_FILES, manifest_line,
    shared_times_line, trusted_comment,
};
use sha2::Digest as _;

use super::finding::{Finding, FindingKind};
use crate::archive::{Archive, PublishedSnapshot, files, layout, readable};
use crate::{DamageKind, EntryKind, Volume, VolumeError, VolumePath};

/// More than a tag manifest or a signature ever has.
const SMALL_BYTES_MAX: usize = 64 << 10;

/// What of a thinned snapshot is kept of the files that the tag manifest lists.
const KEPT_WHEN_THINNED: [&str; 2] = [layout::BAG_INFO, layout::SNAPSHOT];

/// Checks the seal of one snapshot, published or thinned, as the drive gives it. Yields whether its description is as it was sealed, so that
/// what is in it may be believed.
pub(super) fn check(
    volume: &dyn Volume,
    archive: &Archive,
    published: &PublishedSnapshot,
    findings: &mut Vec<Finding>,
) -> Result<bool, VolumeError> {
    let mut is_described = false;
    let mut note = |name: &str, kind| {
        findings.push(Finding {
            place: published.folder.join(name),
            kind,
            snapshots: vec![published.folder.clone()],
            other_names: Vec::new(),
        });
    };
    // One that can't be read at all was noted when the archive was opened.
    if let Some(head) = published.head {
        match read_back_small(volume, &published.folder.join(layout::TAG_MANIFEST))? {
            Err(kind) => note(layout::TAG_MANIFEST, FindingKind::Seal(kind)),
            Ok(bytes) if Digest::of(&bytes) != head => {
                let kind = FindingKind::Seal(DamageKind::DigestDiffers);
                note(layout::TAG_MANIFEST, kind);
            }
            Ok(bytes) => {
                if let Some(kind) = check_signature(volume, archive, published, &bytes)? {
                    note(layout::SIGNATURE, kind);
                }
            }
        }
    }
    for name in TAG_FILES {
        if published.is_thinned() && !KEPT_WHEN_THINNED.contains(&name) {
            continue;
        }
        let place = published.folder.join(name);
        match (
            readable(files::read_back_digest(volume, &place))?,
            published.sealed(name),
        ) {
            (Err(kind), _) => note(name, FindingKind::Seal(kind)),
            (Ok((found, _)), Some(sealed)) if found != sealed => {
                note(name, FindingKind::Seal(DamageKind::DigestDiffers));
            }
            (Ok(_), sealed) => is_described |= name == layout::SNAPSHOT && sealed.is_some(),
        }
    }
    let sealed_bagit = published.sealed(layout::BAGIT);
    if sealed_bagit.is_some_and(|sealed| sealed != Digest::of(BAGIT_TXT.as_bytes())) {
        note(layout::BAGIT, FindingKind::BagitText);
    }
    for entry in readable(volume.list(Some(&published.folder)))?.unwrap_or_default() {
        let is_known = TAG_FILES.contains(&entry.name.as_str())
            || [layout::TAG_MANIFEST, layout::SIGNATURE].contains(&entry.name.as_str());
        let expected_kind = match is_known {
            true => Some(EntryKind::File),
            false => (entry.name == layout::DATA).then_some(EntryKind::Folder),
        };
        if expected_kind != Some(entry.kind) {
            note(&entry.name, FindingKind::Added(entry.kind));
        }
    }
    Ok(is_described)
}

fn check_signature(
    volume: &dyn Volume,
    archive: &Archive,
    published: &PublishedSnapshot,
    tag_manifest: &[u8],
) -> Result<Option<FindingKind>, VolumeError> {
    let place = published.folder.join(layout::SIGNATURE);
    let bytes = match read_back_small(volume, &place)? {
        Ok(bytes) => bytes,
        Err(DamageKind::Missing) => return Ok(Some(FindingKind::Unsigned)),
        Err(kind) => return Ok(Some(FindingKind::Seal(kind))),
    };
    let info = archive.info();
    let verified = Signature::parse(&bytes).and_then(|signature| {
        signature.verify(&info.public_key, tag_manifest)?;
        Ok(signature)
    });
    let signature = match verified {
        Ok(signature) => signature,
        Err(error) => return Ok(Some(FindingKind::Signature(error))),
    };
    let name = published.name;
    let is_at_home =
        signature.trusted_comment() == trusted_comment(info.archive_id, name.generation, name.date);
    Ok((!is_at_home).then(|| FindingKind::SignatureMisplaced {
        comment: signature.trusted_comment().to_owned(),
    }))
}

fn read_back_small(
    volume: &dyn Volume,
    place: &VolumePath,
) -> Result<Result<Vec<u8>, DamageKind>, VolumeError> {
    let mut bytes = Vec::new();
    let read = volume.read_back(place, &mut |piece| {
        let room = SMALL_BYTES_MAX + 1 - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        match bytes.len() > SMALL_BYTES_MAX {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    Ok(match readable(read)? {
        Err(kind) => Err(kind),
        Ok(_) if bytes.len() > SMALL_BYTES_MAX => Err(DamageKind::TooLong),
        Ok(_) => Ok(bytes),
    })
}

/// What the other sealed files must hold, as it follows from a description that goes by.
#[derive(Default)]
pub(super) struct Derived {
    manifest: sha2::Sha256,
    shared_times: sha2::Sha256,
    files: u64,
    bytes: u64,
    line: String,
}

impl Derived {
    /// The next file of the description.
    pub(super) fn add(&mut self, file: &FileRecord) {
        self.files += 1;
        // A sum that no drive holds is nonsense in any case; it must only not stop us.
        self.bytes = self.bytes.saturating_add(file.size_bytes);
        self.line.clear();
        manifest_line(&file.sha256, &file.path, &mut self.line);
        self.manifest.update(self.line.as_bytes());
        let unix_s = file.modified.as_ref().and_then(|modified| modified.unix_s);
        if let (true, Some(unix_s)) = (file.shared_time, unix_s) {
            self.line.clear();
            shared_times_line(unix_s, &file.path, &mut self.line);
            self.shared_times.update(self.line.as_bytes());
        }
    }

    /// Names the sealed files that say something else.
    pub(super) fn check(
        self,
        snapshot: &Snapshot,
        published: &PublishedSnapshot,
        findings: &mut Vec<Finding>,
    ) {
        let bag_info = BagInfo {
            date: snapshot.date,
            payload_bytes: self.bytes,
            payload_files: self.files,
            archive_id: snapshot.archive_id,
            generation: snapshot.generation,
            source_name: snapshot.source.name.clone(),
            software: snapshot.software.clone(),
        };
        let finish = |hasher: sha2::Sha256| Digest::from_bytes(hasher.finalize().into());
        let expected = [
            (layout::BAG_INFO, Digest::of(bag_info.print().as_bytes())),
            (layout::MANIFEST, finish(self.manifest)),
            (layout::SHARED_TIMES, finish(self.shared_times)),
        ];
        for (name, digest) in expected {
            let place = published.folder.join(name);
            // A file that is damaged already contradicts for that reason.
            let is_known = findings.iter().any(|it| it.place == place);
            if !is_known
                && published
                    .sealed(name)
                    .is_some_and(|sealed| sealed != digest)
            {
                findings.push(Finding {
                    place,
                    kind: FindingKind::Contradiction,
                    snapshots: vec![published.folder.clone()],
                    other_names: Vec::new(),
                });
            }
        }
    }
}
