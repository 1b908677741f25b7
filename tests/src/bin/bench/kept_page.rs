//! The page that is kept in the tree, of which each benchmark writes its own part.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

use crate::restore::HEADING;

/// Where it is, in the tree.
pub(crate) const PAGE: &str = "appliance/BENCH.md";
/// What other benchmarks measured, in the order in which it stands in the page.
const OTHERS: [&str; 2] = ["\n## Phones\n", "\n## Memory of runs\n"];

/// Writes what was measured into the page, and leaves the rest as it is.
pub(crate) fn keep(page: &Path, [main, section]: [Option<String>; 2]) -> Result<()> {
    let before = match fs::read_to_string(page) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).context(PAGE),
    };
    let text = with_new(&before, main.as_deref(), section.as_deref());
    fs::write(page, text).context(PAGE)
}

/// The page with these in the place of its first part and of the section about restores. What `scripts/bench phones` and `scripts/bench memory` measured
/// stays below.
fn with_new(before: &str, main: Option<&str>, section: Option<&str>) -> String {
    let others_at = OTHERS.iter().filter_map(|other| before.find(other)).min();
    let (before, others) = before.split_at(others_at.unwrap_or(before.len()));
    let (old_main, old_section) = before.split_at(before.find(HEADING).unwrap_or(before.len()));
    let (main, section) = (main.unwrap_or(old_main), section.unwrap_or(old_section));
    format!("{main}{section}{others}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_stays_in_the_page() {
        const PHONES: &str = "\n## Phones\n\nold\n";
        let page = |main: &str, section: &str| format!("{main}{section}{PHONES}");
        let [old, new] = ["old", "new"].map(|age| format!("{HEADING}\n{age}\n"));
        for (before, main, section, after) in [
            (
                page("1\n", &old),
                Some("2\n"),
                Some(&new),
                page("2\n", &new),
            ),
            (page("1\n", &old), None, Some(&new), page("1\n", &new)),
            (page("1\n", ""), None, Some(&new), page("1\n", &new)),
            (page("1\n", &old), Some("2\n"), None, page("2\n", &old)),
            (String::new(), Some("2\n"), Some(&new), format!("2\n{new}")),
        ] {
            let found = with_new(&before, main, section.map(String::as_str));
            assert_eq!(found, after, "{before}");
        }
    }
}
