//! What the image and its boot menu say: version, layouts, which terminal to use.

use std::path::{Path, PathBuf};

use heirloom_engine::Layout;
use heirloom_recovery::{Fonts, ReleaseFacts};
use serde::Deserialize;

const RELEASE: &str = "/etc/heirloom/release.json";
const LAYOUTS: &str = "/usr/share/heirloom/keymaps/list.txt";
const FONTS: &str = "/usr/share/heirloom/fonts";

/// What this image is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Release {
    pub(crate) version: String,
    pub(crate) commit: String,
    pub(crate) built_unix_s: i64,
}

impl Release {
    pub(crate) fn read() -> anyhow::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(RELEASE)?)?)
    }

    pub(crate) fn facts(&self) -> ReleaseFacts {
        ReleaseFacts {
            version: self.version.clone(),
            commit: self.commit.clone(),
            image: None,
        }
    }
}

/// What the boot menu's entry chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Boot {
    /// The terminal that the person sits at.
    pub(crate) screen: PathBuf,
    /// Where the event log goes; only on the entry for headless PCs.
    pub(crate) events: Option<PathBuf>,
    /// The entry is one of an archive drive's own menu.
    pub(crate) from_drive: bool,
}

impl Boot {
    pub(crate) fn read() -> std::io::Result<Self> {
        Ok(Self::parse(&std::fs::read_to_string("/proc/cmdline")?))
    }

    fn parse(command_line: &str) -> Self {
        let value = |key: &str| {
            command_line
                .split_whitespace()
                .find_map(|word| word.strip_prefix(key))
                .map(PathBuf::from)
        };
        Self {
            screen: value("heirloom.screen=").unwrap_or_else(|| PathBuf::from("/dev/tty1")),
            events: value("heirloom.events="),
            from_drive: command_line
                .split_whitespace()
                .any(|word| word == "heirloom.from=drive"),
        }
    }

    /// Whether the screen is the PC's own, with a keyboard that has a layout.
    pub(crate) fn is_own_console(&self) -> bool {
        self.screen
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| !name.starts_with("ttyS"))
    }
}

/// The layouts in the image; none when the list can't be read, which is then not asked about.
pub(crate) fn layouts() -> Vec<Layout> {
    match std::fs::read_to_string(LAYOUTS) {
        Ok(list) => parse_layouts(&list),
        Err(error) => {
            log::warn!("{LAYOUTS}: {error}");
            Vec::new()
        }
    }
}

fn parse_layouts(list: &str) -> Vec<Layout> {
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(code, name)| Layout {
            code: code.trim().to_owned(),
            name: name.trim().to_owned(),
        })
        .collect()
}

/// The sheet's fonts.
pub(crate) fn fonts() -> std::io::Result<Fonts> {
    let read = |name: &str| std::fs::read(Path::new(FONTS).join(name));
    Ok(Fonts {
        regular: read("sans.ttf")?,
        bold: read("sans-bold.ttf")?,
        mono: read("mono.ttf")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boot_entries_choose_the_terminal() {
        let own = Boot::parse("BOOT_IMAGE=/heirloom/vmlinuz quiet console=tty0");
        assert_eq!(
            own,
            Boot {
                screen: "/dev/tty1".into(),
                events: None,
                from_drive: false
            }
        );
        assert!(own.is_own_console());
        let headless = Boot::parse(
            "heirloom.from=drive console=ttyS1,115200 heirloom.screen=/dev/ttyS0 heirloom.events=/dev/ttyS1\n",
        );
        assert_eq!(
            headless,
            Boot {
                screen: "/dev/ttyS0".into(),
                events: Some("/dev/ttyS1".into()),
                from_drive: true
            }
        );
        assert!(!headless.is_own_console());
    }

    #[test]
    fn layouts_are_read_line_by_line() {
        let layouts =
            parse_layouts("# comment\nus\tEnglish (US)\n\nde\tDeutsch (German)\nbroken\n");
        let pairs: Vec<_> = layouts
            .iter()
            .map(|layout| (layout.code.as_str(), layout.name.as_str()))
            .collect();
        assert_eq!(pairs, [("us", "English (US)"), ("de", "Deutsch (German)")]);
    }
}
