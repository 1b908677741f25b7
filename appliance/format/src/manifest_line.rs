//! One line of a manifest: digest, two spaces, path.

use crate::{Digest, StoredPath};

/// The folder of a bag that holds its payload, with the slash after it.
pub(crate) const PAYLOAD: &str = "data/";

/// Appends one line of `manifest-sha256.txt`, its line feed too. Files must come sorted by the bytes of their path.
pub fn manifest_line(digest: &Digest, path: &StoredPath, out: &mut String) {
    line_with_prefix(digest, PAYLOAD, path, out);
}

pub(crate) fn line_with_prefix(digest: &Digest, prefix: &str, path: &StoredPath, out: &mut String) {
    digest.print_into(out);
    for part in ["  ", prefix, path.as_str(), "\n"] {
        out.push_str(part);
    }
}

/// Digest and path, which may lead anywhere.
pub(crate) fn split_line(bytes: &[u8]) -> Option<(Digest, &str)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (digest, path) = text.split_once("  ")?;
    Some((digest.parse().ok()?, path))
}
