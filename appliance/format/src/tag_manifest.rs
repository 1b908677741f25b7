//! `tagmanifest-sha256.txt`: what seals a snapshot. Its own SHA-256 is the head, and it is what is signed.

use crate::manifest_line::line_with_prefix;
use crate::{Digest, ManifestError, StoredPath, UntrustedManifest};

/// The files that every tag manifest lists, in its order.
pub const TAG_FILES: [&str; 5] = [
    "bag-info.txt",
    "bagit.txt",
    "manifest-sha256.txt",
    "shared-times.txt",
    "snapshot.json",
];

/// What the files beside the payload must hold: `tagmanifest-sha256.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagManifest(Vec<(StoredPath, Digest)>);

impl TagManifest {
    /// Takes the files beside the payload, in any order. Yields `None` when they are not exactly [`TAG_FILES`].
    pub fn of(files: impl IntoIterator<Item = (StoredPath, Digest)>) -> Option<Self> {
        let mut files: Vec<_> = files.into_iter().take(TAG_FILES.len() + 1).collect();
        files.sort_unstable();
        let names = files.iter().map(|(name, _)| name.as_str());
        names.eq(TAG_FILES).then_some(Self(files))
    }

    /// Reads `tagmanifest-sha256.txt`, whoever wrote it.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        UntrustedManifest::parse(bytes)?.validate_tags()
    }

    /// The digest that a file must have.
    pub fn digest(&self, name: &str) -> Option<&Digest> {
        let file = self.0.iter().find(|(path, _)| path.as_str() == name);
        file.map(|(_, digest)| digest)
    }

    /// Every file, sorted by the bytes of its path.
    pub fn iter(&self) -> impl Iterator<Item = (&StoredPath, &Digest)> {
        self.0.iter().map(|(path, digest)| (path, digest))
    }

    /// The file's content.
    pub fn print(&self) -> String {
        let mut text = String::new();
        for (path, digest) in &self.0 {
            line_with_prefix(digest, "", path, &mut text);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Option<TagManifest> {
        TagManifest::of(names.iter().map(|name| {
            let path = StoredPath::parse(name).expect(name);
            (path, Digest::of(name.as_bytes()))
        }))
    }

    #[test]
    fn lists_its_five_files_without_a_prefix() {
        let mut names = TAG_FILES;
        names.reverse();
        let tags = tags(&names).expect("five");
        let expected: String = TAG_FILES
            .map(|name| format!("{}  {name}\n", Digest::of(name.as_bytes())))
            .concat();
        assert_eq!(tags.print(), expected);
        assert_eq!(tags.digest("bagit.txt"), Some(&Digest::of(b"bagit.txt")));
        assert_eq!(tags.digest("../bagit.txt"), None);
        assert_eq!(TagManifest::parse(expected.as_bytes()), Ok(tags));
    }

    #[test]
    fn neither_fewer_nor_others_will_do() {
        let [a, b, c, d, e] = TAG_FILES;
        let text = tags(&TAG_FILES).expect("five").print();
        for names in [
            &[][..],
            &[a, b, c, e],
            &[a, b, c, d, e, "tagmanifest-sha256.txt.minisig"],
            &[a, b, c, d, d],
            &[a, b, c, "data/x", e],
        ] {
            assert_eq!(tags(names), None, "{names:?}");
        }
        let fewer = text.split_inclusive('\n').skip(1).collect::<String>();
        let fewer = TagManifest::parse(fewer.as_bytes());
        assert_eq!(fewer, Err(ManifestError::OtherTagFiles));
        let swapped: String = text.split_inclusive('\n').rev().collect();
        let swapped = TagManifest::parse(swapped.as_bytes());
        assert_eq!(swapped, Err(ManifestError::Unsorted { line: 2 }));
    }
}
