//! A page of the appliance, as read from the display.

/// The column of a fact's value, from where its name begins.
const FACT_COLUMNS: usize = 26;

/// The lines of text on the display.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    lines: Vec<String>,
}

impl Page {
    /// From what was read; cells that are no character, such as a blinking cursor over one, count as blank.
    pub(crate) fn new(lines: Vec<String>) -> Self {
        let lines = lines.iter().map(|line| {
            let line = line.replace(char::REPLACEMENT_CHARACTER, " ");
            line.trim_end().to_owned()
        });
        Self {
            lines: lines.collect(),
        }
    }

    /// Whether a text is on it, however it is wrapped.
    pub(crate) fn says(&self, text: &str) -> bool {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        flat(&self.lines.join(" ")).contains(&flat(text))
    }

    /// The line that the cursor is on.
    pub(crate) fn chosen(&self) -> Option<&str> {
        let chosen = self
            .lines
            .iter()
            .find_map(|line| line.trim_start().strip_prefix("> "))?;
        Some(chosen.trim())
    }

    /// Whether a choice stands above the one that the cursor is on.
    pub(crate) fn is_above(&self, choice: &str) -> bool {
        let cursor = |line: &String| line.trim_start().starts_with("> ");
        self.lines
            .iter()
            .take_while(|line| !cursor(line))
            .any(|line| line.contains(choice))
    }

    /// What was typed on the line with this label; the block that follows it looks like a blank.
    pub(crate) fn field(&self, label: &str) -> Option<&str> {
        let typed = self
            .lines
            .iter()
            .find_map(|line| line.trim_start().strip_prefix(label)?.strip_prefix(':'))?;
        Some(typed.trim())
    }

    /// What stands beside a name in two columns, without its line breaks.
    pub(crate) fn fact(&self, name: &str) -> Option<String> {
        let row = self.lines.iter().position(|line| {
            let line = line.trim_start();
            line.strip_prefix(name).is_some_and(|rest| {
                rest.starts_with("  ") || line.chars().nth(FACT_COLUMNS - 1) == Some(' ')
            })
        })?;
        let left = self.lines[row].chars().take_while(|&c| c == ' ').count();
        let value = |line: &String| -> String { line.chars().skip(left + FACT_COLUMNS).collect() };
        let continues = |line: &&String| {
            !line.is_empty() && line.chars().take(left + FACT_COLUMNS).all(|c| c == ' ')
        };
        let first = value(&self.lines[row]);
        let rest = self.lines[row + 1..]
            .iter()
            .take_while(continues)
            .map(value);
        let words = [first].into_iter().chain(rest).collect::<Vec<_>>();
        Some(
            words
                .iter()
                .map(|part| part.trim())
                .collect::<Vec<_>>()
                .join(" "),
        )
    }

    /// All of it between rules, without the empty lines at its ends.
    pub(crate) fn framed(&self) -> String {
        let rule = "-".repeat(80);
        let text = self.lines.join("\n");
        format!("{rule}\n{}\n{rule}", text.trim_matches('\n'))
    }

    /// The body: without the bars at the top and at the bottom, moved to the left edge.
    pub(crate) fn body(&self) -> Vec<&str> {
        let end = self.lines.len().saturating_sub(1);
        let body = self.lines.get(1..end).unwrap_or_default();
        let full = || body.iter().filter(|line| !line.is_empty());
        let left = full()
            .map(|line| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(0);
        let mut body: Vec<&str> = body
            .iter()
            .map(|line| line.get(left..).unwrap_or_default())
            .collect();
        body.dedup_by(|next, line| next.is_empty() && line.is_empty());
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let lines = [
            "  Heirloom",
            "",
            "  What would you",
            "  like to do?",
            "",
            "  Read back and safe        9 of",
            "                            14 files",
            "  Now                       x.jpg\u{fffd}",
            "",
            "    Archive the phone",
            "  > Lock it",
            "  Name: Miller family ",
            "    Switch off",
            "",
            "  Enter choose",
        ];
        Page::new(lines.map(str::to_owned).to_vec())
    }

    #[test]
    fn a_page_is_read_as_a_person_does() {
        let page = page();
        assert!(page.says("you like to do?"));
        assert_eq!(page.chosen(), Some("Lock it"));
        assert!(page.is_above("Archive"));
        assert!(!page.is_above("Switch"));
        assert_eq!(
            page.fact("Read back and safe").as_deref(),
            Some("9 of 14 files")
        );
        assert_eq!(page.fact("Now").as_deref(), Some("x.jpg"));
        assert_eq!(page.fact("Never"), None);
        assert_eq!(page.field("Name"), Some("Miller family"));
        assert_eq!(page.body()[1], "What would you");
    }
}
