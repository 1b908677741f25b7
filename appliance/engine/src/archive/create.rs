//! Making an archive on a volume without one.

use heirloom_format::{ArchiveInfo, SigningKey, readme};

use super::{Archive, ArchiveError, files, layout};
use crate::{Volume, VolumePath};

impl Archive {
    /// Makes an archive on a volume without one. Interrupted, it leaves a volume that this can be called on again, with the same key or
    /// another.
    ///
    /// # Errors
    /// [`ArchiveError::AlreadyAnArchive`], [`ArchiveError::Volume`].
    ///
    /// # Panics
    /// When `info` names another public key than that of `key`: whoever puts the two together has made both.
    pub fn create(
        volume: &dyn Volume,
        info: &ArchiveInfo,
        key: &SigningKey,
    ) -> Result<Self, ArchiveError> {
        assert!(
            info.public_key == key.public_key(),
            "an archive names the key that it is signed with"
        );
        let archive_json = VolumePath::new(layout::ARCHIVE_JSON);
        if files::exists(volume, &archive_json)? {
            return Err(ArchiveError::AlreadyAnArchive);
        }
        let readme_txt = VolumePath::new(layout::README);
        let archive_key = VolumePath::new(layout::ARCHIVE_KEY);
        let incoming = VolumePath::new(layout::INCOMING);
        let draft = incoming.join(layout::ARCHIVE_JSON);
        for left_over in [&readme_txt, &archive_key, &draft] {
            volume.remove(left_over)?;
        }
        volume.make_folder(&VolumePath::new(layout::SOURCES))?;
        volume.make_folder(&incoming)?;
        files::write_new(volume, &readme_txt, readme(info).as_bytes())?;
        let secret = key.print();
        let mut draft_key = volume.create_private(&archive_key)?;
        draft_key.write(secret.as_bytes())?;
        draft_key.finish(None)?;
        files::write_new(volume, &draft, info.print().as_bytes())?;
        // All of it before the name that makes it an archive.
        volume.flush()?;
        volume.rename(&draft, &archive_json)?;
        volume.flush()?;
        Self::open(volume)
    }
}
