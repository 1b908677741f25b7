//! Seals a bag and puts it in its place.

use heirloom_format::{
    BAGIT_TXT, BagInfo, Digest, SigningKey, Snapshot, SnapshotName, SnapshotPrinter, StoredPath,
    TagManifest, manifest_line, shared_times_line, trusted_comment,
};
use sha2::Digest as _;

use super::describe::Census;
use super::holdings::Holdings;
use super::table::Table;
use super::workspace::Workspace;
use crate::archive::{files, layout};
use crate::{Draft, Volume, VolumeError, VolumePath};

/// What Linux calls a drive that loses what it was given (EIO).
pub(super) const EIO: i32 = 5;

/// What is written at a time: descriptions of large libraries are long.
const PIECE_BYTES: usize = 1 << 20;

/// What is to be sealed.
pub(super) struct Sealing<'a> {
    pub(super) volume: &'a dyn Volume,
    pub(super) workspace: &'a Workspace,
    pub(super) source_folder: &'a str,
    /// Without its files: those are what the bag holds.
    pub(super) snapshot: &'a Snapshot,
    pub(super) table: &'a Table,
    pub(super) holdings: &'a Holdings,
    pub(super) census: &'a Census,
    /// Without a key that can be read, the snapshot stays unsigned.
    pub(super) key: Option<&'a SigningKey>,
}

impl Sealing<'_> {
    /// Writes what stands beside the payload, makes all durable, renames; returns the head.
    ///
    /// Everything of the payload must be verified or linked already. Until the rename the archive is as it was; after it,
    /// only `latest` and the workspace may be stale, and the next run puts them right.
    pub(super) fn publish(&self) -> Result<Digest, VolumeError> {
        let snapshot = self.snapshot;
        let name = SnapshotName {
            generation: snapshot.generation,
            date: snapshot.date,
        };
        let tags = self.write_verified(|| self.write_sealed())?;
        let text = TagManifest::of(tags).expect("five names").print();
        let comment = trusted_comment(snapshot.archive_id, snapshot.generation, snapshot.date);
        let signature = self
            .key
            .map(|key| key.sign(text.as_bytes(), &comment).print());
        self.write_verified(|| {
            let mut written = vec![self.write_text(layout::TAG_MANIFEST, &text)?];
            if let Some(signature) = &signature {
                written.push(self.write_text(layout::SIGNATURE, signature)?);
            }
            Ok(written)
        })?;

        // The flush after the last of these files made the whole bag durable.
        let source = layout::source_folder(self.source_folder);
        self.volume.make_folder(&source)?;
        self.volume.rename(
            &self.workspace.bag,
            &layout::snapshot_folder(self.source_folder, name),
        )?;
        self.volume.flush()?;
        finish(self.volume, self.workspace, self.source_folder, name)?;
        Ok(Digest::of(text.as_bytes()))
    }

    /// Writes files, makes them durable, reads them back and compares; twice at most.
    fn write_verified(
        &self,
        write: impl Fn() -> Result<Vec<(StoredPath, Digest)>, VolumeError>,
    ) -> Result<Vec<(StoredPath, Digest)>, VolumeError> {
        let mut failed = self.workspace.bag.clone();
        for _ in 0..2 {
            let written = write()?;
            self.volume.flush()?;
            match self.first_wrong(&written)? {
                None => return Ok(written),
                Some(wrong) => failed = wrong,
            }
        }
        Err(VolumeError::Io {
            path: failed,
            errno: EIO,
        })
    }

    fn first_wrong(
        &self,
        written: &[(StoredPath, Digest)],
    ) -> Result<Option<VolumePath>, VolumeError> {
        for (name, digest) in written {
            let path = self.workspace.bag.join(name.as_str());
            match files::read_back_digest(self.volume, &path) {
                Ok((found, _)) if found == *digest => continue,
                Ok((found, _)) => log::error!("{path}: wrote {digest}, read back {found}"),
                Err(error @ VolumeError::Io { .. }) => log::error!("reading back: {error}"),
                Err(error) => return Err(error),
            }
            return Ok(Some(path));
        }
        Ok(None)
    }

    /// Writes what the tag manifest lists.
    fn write_sealed(&self) -> Result<Vec<(StoredPath, Digest)>, VolumeError> {
        let info = BagInfo {
            date: self.snapshot.date,
            payload_bytes: self.census.bytes,
            payload_files: self.census.files,
            archive_id: self.snapshot.archive_id,
            generation: self.snapshot.generation,
            source_name: self.snapshot.source.name.clone(),
            software: self.snapshot.software.clone(),
        };
        let bagit = self.write_text(layout::BAGIT, BAGIT_TXT)?;
        let info = self.write_text(layout::BAG_INFO, &info.print())?;
        let mut manifest = self.create(layout::MANIFEST)?;
        let mut shared_times = self.create(layout::SHARED_TIMES)?;
        let mut description = self.create(layout::SNAPSHOT)?;
        let mut printer = SnapshotPrinter::begin(self.snapshot, &mut description.text);
        for row in self.table.numbers().filter(|row| self.holdings.has(*row)) {
            let record = self.holdings.record(self.table, row);
            manifest_line(&record.sha256, &record.path, &mut manifest.text);
            let unix_s = record.modified.as_ref().and_then(|time| time.unix_s);
            if let (true, Some(unix_s)) = (record.shared_time, unix_s) {
                shared_times_line(unix_s, &record.path, &mut shared_times.text);
            }
            printer.file(&record, &mut description.text);
            for file in [&mut manifest, &mut shared_times, &mut description] {
                file.write_if_long()?;
            }
        }
        printer.end(&mut description.text);
        Ok(vec![
            bagit,
            info,
            manifest.finish()?,
            shared_times.finish()?,
            description.finish()?,
        ])
    }

    fn write_text(
        &self,
        name: &'static str,
        text: &str,
    ) -> Result<(StoredPath, Digest), VolumeError> {
        let mut file = self.create(name)?;
        file.text.push_str(text);
        file.finish()
    }

    fn create(&self, name: &'static str) -> Result<TagFile, VolumeError> {
        let path = self.workspace.bag.join(name);
        // The first attempt may have left one.
        self.volume.remove(&path)?;
        Ok(TagFile {
            name,
            draft: self.volume.create(&path)?,
            hasher: sha2::Sha256::new(),
            text: String::new(),
        })
    }
}

/// A file beside the payload, written piece by piece.
struct TagFile {
    name: &'static str,
    draft: Box<dyn Draft>,
    hasher: sha2::Sha256,
    /// What is not written yet.
    text: String,
}

impl TagFile {
    fn write_if_long(&mut self) -> Result<(), VolumeError> {
        if self.text.len() < PIECE_BYTES {
            return Ok(());
        }
        self.write()
    }

    fn write(&mut self) -> Result<(), VolumeError> {
        self.hasher.update(self.text.as_bytes());
        self.draft.write(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(StoredPath, Digest), VolumeError> {
        self.write()?;
        self.draft.finish(None)?;
        let name = StoredPath::from_raw([self.name]).expect("one component");
        Ok((name, Digest::from_bytes(self.hasher.finalize().into())))
    }
}

/// What may be left undone by a power cut right after publishing: points `latest`, and removes the workspace.
pub(super) fn finish(
    volume: &dyn Volume,
    workspace: &Workspace,
    source_folder: &str,
    newest: SnapshotName,
) -> Result<(), VolumeError> {
    let source = layout::source_folder(source_folder);
    volume.point(&source.join(layout::LATEST), &newest.to_string())?;
    workspace.discard(volume)?;
    volume.flush()
}
