//! `START-HERE.txt`: the sheet's content as plain text, for whoever opens the drive's small partition on any computer.

use crate::commands;
use crate::facts::{SheetFacts, SourceFacts};
use crate::typeface::is_format;
use crate::wording::archive as words;
use crate::wording::{Medium, Span, Voice, by_hand, care, numbers, plan};

/// Fits a terminal of 80 columns and a mail's quotation.
const COLUMNS: usize = 76;
const NAME_CHARS_MAX: usize = 48;

/// Tells the same as the sheet. Our own words are ASCII; names stay in their own script. Lines end in a line feed and have at most 76
/// characters. Every source has its row and its own command.
pub fn start_here_text(facts: &SheetFacts) -> String {
    let medium = Medium {
        name: &shorten,
        can_show_in_command: &|_| true,
        noun: "page",
        command_look: "indented",
    };
    let mut text = Text::default();
    let archive_name = shorten(&facts.archive_name);
    text.line(&archive_name);
    text.line(&"=".repeat(archive_name.chars().count()));
    let state = format!(
        "{}, {}, generation {}",
        words::KIND,
        shorten(&facts.printed_on),
        facts.generation
    );
    text.paragraph("", &state);
    text.line("");
    text.spans("", &words::introduction(facts, &medium));

    text.heading(words::ON_THE_DRIVE);
    if facts.sources.is_empty() {
        text.paragraph("", words::NOTHING_YET);
    }
    for source in &facts.sources {
        text.source(source);
    }
    text.line("");
    text.labelled(words::DRIVE, &words::drive(facts, &medium));
    text.paragraph("", &format!("{} {}", words::UUID, facts.luks_uuid));

    text.heading(care::CARE);
    for (label, sentence) in care::care(&facts.plan) {
        text.labelled(label, &sentence);
    }
    if let Some(set) = &facts.plan.shares {
        text.heading(plan::SHARES);
        text.spans("", &plan::share_set(set));
        text.paragraph("", "Who has them stands in START-HERE.pdf beside this page, as does all else that the family agreed on.");
    }

    text.heading(by_hand::TO_OPEN);
    text.spans("", &by_hand::opening(&medium));
    text.line("");
    text.spans("", &by_hand::carried());
    for (index, step) in by_hand::steps(facts, &medium).iter().enumerate() {
        text.line("");
        text.spans(&format!("{}. ", index + 1), &step.sentence);
        for command in &step.commands {
            text.command(command);
        }
    }
    if let [_, others @ ..] = facts.sources.as_slice()
        && !others.is_empty()
    {
        text.line("");
        text.paragraph("", "The first line of step 4 for each of the other names:");
        for source in others {
            text.command(&commands::enter(source, medium.can_show_in_command));
        }
    }

    text.heading(by_hand::IF_A_STEP_FAILS);
    for trouble in by_hand::troubles() {
        text.spans("- ", &trouble);
    }

    if let Some(set) = &facts.plan.shares {
        let (sentence, commands) = by_hand::shares_by_hand(set.needed);
        text.line("");
        text.spans("", &sentence);
        for command in commands {
            // Not as the steps' commands: they are for another computer.
            text.line(&format!("  {command}"));
        }
    }

    text.heading(words::TO_BE_SURE);
    if let Some(head) = &facts.head {
        text.spans("", &words::head(facts.generation));
        text.command(&commands::print_head(facts));
        text.line(&numbers::head_digits(head));
    }
    text.spans("", &words::signing_key(facts));
    text.command(&commands::take_key(facts));
    text.command(commands::CHECK_SIGNATURE);
    text.paragraph("", &format!("Archive id: {}", facts.archive_id));
    let release = &facts.release;
    text.paragraph(
        "",
        &format!("Heirloom {} ({})", release.version, release.commit),
    );
    text.0
}

/// A name on one line, without characters that steer a terminal or the direction of writing.
fn shorten(name: &str) -> String {
    let visible = name
        .chars()
        .filter(|&c| !is_format(c))
        .map(|c| if c.is_control() { '?' } else { c });
    let mut shown: Vec<char> = visible.take(NAME_CHARS_MAX + 1).collect();
    if shown.len() > NAME_CHARS_MAX {
        shown.truncate(NAME_CHARS_MAX - 3);
        shown.extend("...".chars());
    }
    shown.into_iter().collect()
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(heading);
        self.line(&"-".repeat(heading.len()));
    }

    fn labelled(&mut self, label: &str, sentence: &[Span]) {
        let mut labelled = vec![Span::new(Voice::Strong, format!("{label} "))];
        labelled.extend_from_slice(sentence);
        self.spans("", &labelled);
    }

    fn spans(&mut self, bullet: &str, spans: &[Span]) {
        let quoted = |span: &Span| match span.voice {
            Voice::Code => format!("\"{}\"", span.text),
            Voice::Plain | Voice::Strong | Voice::Fixed => span.text.clone(),
        };
        let sentence: String = spans.iter().map(quoted).collect();
        self.paragraph(bullet, &sentence);
    }

    /// Broken between words; lines after the first stand below the first one's text. A word that is longer than a line is cut into lines.
    fn paragraph(&mut self, bullet: &str, sentence: &str) {
        let indent = " ".repeat(bullet.len());
        let mut line = bullet.to_owned();
        let mut is_empty = true;
        for word in sentence.split(' ').filter(|word| !word.is_empty()) {
            let word: Vec<char> = word.chars().collect();
            for (index, piece) in word.chunks(COLUMNS - indent.len()).enumerate() {
                let space = usize::from(!is_empty && index == 0);
                if index > 0 || line.chars().count() + space + piece.len() > COLUMNS {
                    self.line(&line);
                    line.clone_from(&indent);
                } else if space > 0 {
                    line.push(' ');
                }
                line.extend(piece);
                is_empty = false;
            }
        }
        self.line(&line);
    }

    /// Never broken: commands have at most 72 columns.
    fn command(&mut self, command: &str) {
        self.line(&format!("    {command}"));
    }

    fn source(&mut self, source: &SourceFacts) {
        let count = |count: u64, one: &str, many: &str| {
            let noun = if count == 1 { one } else { many };
            format!("{} {noun}", numbers::grouped(count))
        };
        let counts = format!(
            "{}: {}, {}, {}, {}; dated {}; newest in the folder {}",
            shorten(&source.name),
            count(source.photos, "photo", "photos"),
            count(source.videos, "video", "videos"),
            count(source.other, "other file", "other files"),
            numbers::size(source.size_bytes),
            shorten(&words::taken(source)),
            shorten(&source.snapshot),
        );
        self.paragraph("- ", &counts);
        if let Some(missing) = words::incompleteness(source) {
            self.paragraph("  ", &missing);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::COMMAND_COLUMNS_MAX;
    use crate::facts::tests::{facts, source};

    #[test]
    fn lines_are_short_and_our_own_words_ascii() {
        let text = start_here_text(&facts());
        assert!(text.is_ascii(), "{text}");
        let mut hostile = facts();
        hostile.archive_name = "\u{202e}x\u{1b}[2J\n".repeat(100);
        hostile.drive.model = "m".repeat(500);
        hostile.sources = vec![source(&"Ö".repeat(255)), source("a\nb"), source("Фото 8")];
        hostile.archive_id = "i".repeat(200);
        for text in [text, start_here_text(&hostile)] {
            for line in text.lines() {
                assert!(line.chars().count() <= COLUMNS, "{line}");
                assert!(
                    !line.chars().any(|c| c.is_control() || is_format(c)),
                    "{line:?}"
                );
            }
        }
        assert_eq!(COMMAND_COLUMNS_MAX + 4, COLUMNS);
    }

    #[test]
    fn every_source_has_its_row_and_its_command() {
        let mut facts = facts();
        facts.sources = vec![source("Anna"), source("Karl's"), source("Фото 8")];
        facts.sources[1].complete = false;
        facts.sources[1].missing = 1;
        let text = start_here_text(&facts);
        for expected in [
            "- Karl's: 12,403 photos, 381 videos, 27 other files, 88.4 GB;",
            "\n  NOT COMPLETE: 1 file is missing\n",
            "\n    cd /mnt/sources/Anna/latest\n",
            "\n    cd '/mnt/sources/Karl'\\''s/latest'\n",
            "\n    cd '/mnt/sources/Фото 8/latest'\n",
            "\n    sudo cryptsetup open -r UUID=3f0c9a52-71be-4d86-9d3e-5a1c7be0442f photos\n",
            "\nba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad\n",
            "\n    K=RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\n",
        ] {
            assert!(text.contains(expected), "{expected} is not in:\n{text}");
        }
    }

    #[test]
    fn the_last_rehearsal_is_told_as_it_went() {
        let mut facts = facts();
        let table = [
            (
                "",
                "Last rehearsal: never, as far as is known. Next rehearsal: due now.",
            ),
            (
                r#"{"date": "2026-11-23", "by": "executors", "result": "passed", "files": 220, "problems": 0}"#,
                "2026-11-23, by the shares of the executors: 220 files came back. Next rehearsal: due on 2027-11-23.",
            ),
            (
                r#"{"date": "2026-11-23", "by": "owner", "result": "passed", "files": 1, "problems": 0}"#,
                "2026-11-23, by the passphrase: 1 file came back.",
            ),
            (
                r#"{"date": "2026-11-23", "by": "notary", "result": "failed", "files": 1219, "problems": 2}"#,
                "2026-11-23: 1,219 files came back, and 2 did not.",
            ),
            (
                r#"{"date": "2026-11-23", "by": "notary", "result": "partly", "files": 0, "problems": 0}"#,
                "2026-11-23: 0 files came back, which is not enough to rely on.",
            ),
        ];
        for (rehearsal, expected) in table {
            let rehearsal = rehearsal.replace('}', r#", "generation": 7, "bytes": 1}"#);
            let plan = format!(r#"{{"version": 1, "rehearsals": [{rehearsal}]}}"#);
            facts.plan = heirloom_format::Plan::parse(plan.as_bytes()).expect("a plan");
            let text = start_here_text(&facts).replace('\n', " ");
            assert!(text.contains(expected), "{expected} is not in:\n{text}");
        }
    }
}
