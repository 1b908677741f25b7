//! A list of SHA-256 hashes as `sha256sum` writes it, of what an archive drive boots from.

use heirloom_format::Digest;

/// What one line names, by its path from the top.
pub(super) type Line = (String, Digest);

/// Reads the list.
///
/// # Errors
/// `None` where a line is none, or a path leads elsewhere: the list comes from a file system that anyone can write to.
pub(super) fn parse(text: &str) -> Option<Vec<Line>> {
    text.lines().map(line).collect()
}

/// Writes it.
#[cfg(test)]
pub(super) fn print(lines: &[Line]) -> String {
    let mut text = String::new();
    for (path, digest) in lines {
        text.push_str(&format!("{digest}  {path}\n"));
    }
    text
}

fn line(text: &str) -> Option<Line> {
    let (digest, path) = text.split_once("  ")?;
    let is_plain = |name: &str| {
        !matches!(name, "" | "." | "..") && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let digest = digest.parse().ok()?;
    (!path.contains('\\') && path.split('/').all(is_plain)).then(|| (path.to_owned(), digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let lines = vec![
            ("EFI/BOOT/BOOTX64.EFI".to_owned(), Digest::of(b"shim")),
            ("heirloom/vmlinuz".to_owned(), Digest::of(b"kernel")),
        ];
        assert_eq!(parse(&print(&lines)), Some(lines));
        assert_eq!(parse(""), Some(Vec::new()));
    }

    #[test]
    fn paths_that_lead_elsewhere_and_lines_that_are_none_are_refused() {
        let digest = Digest::of(b"x");
        for path in ["../x", "/x", "a//b", "a/./b", "", "a b", "a\\b"] {
            assert_eq!(parse(&format!("{digest}  {path}\n")), None, "{path}");
        }
        for text in ["heirloom", "12  heirloom", "\n"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
