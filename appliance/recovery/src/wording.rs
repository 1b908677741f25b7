//! What is said, on paper and in the plain text alike, for someone who never saw Heirloom.
//!
//! Our own words are ASCII, so that the plain text is, and do without apostrophes, which print would want curved. Sentences are written with two marks:
//! `*strong*` and `` `code` ``. Names come in beside them and are never read for marks.

use crate::commands;
use crate::facts::{RehearsedBy, SheetFacts, SourceFacts};

/// How a piece of a sentence is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    Plain,
    Strong,
    /// What a computer prints or a person types.
    Code,
    /// Where every character must be told from its neighbours in the alphabet, such as 0 and O.
    Fixed,
}

/// A piece of a sentence in one voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) voice: Voice,
    pub(crate) text: String,
}

impl Span {
    pub(crate) fn new(voice: Voice, text: impl Into<String>) -> Self {
        Self {
            voice,
            text: text.into(),
        }
    }
}

/// One thing to do, and the lines to type for it.
pub(crate) struct Step {
    pub(crate) sentence: Vec<Span>,
    pub(crate) commands: Vec<String>,
}

/// How a medium shows names: shortened, and without what it can't show.
pub(crate) struct Medium<'a> {
    /// A name within a sentence.
    pub(crate) name: &'a dyn Fn(&str) -> String,
    /// Whether a command that holds this text can be shown as it is.
    pub(crate) can_show_in_command: &'a dyn Fn(&str) -> bool,
    /// What it calls itself.
    pub(crate) noun: &'static str,
    /// How the lines to type stand out.
    pub(crate) command_look: &'static str,
}

/// Reads our own sentences, with their two marks.
pub(crate) fn spans(marked: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut voice = Voice::Plain;
    let mut text = String::new();
    for character in marked.chars() {
        let next = match (character, voice) {
            ('*', Voice::Plain) => Voice::Strong,
            ('`', Voice::Plain) => Voice::Code,
            ('*', Voice::Strong) | ('`', Voice::Code) => Voice::Plain,
            _ => {
                text.push(character);
                continue;
            }
        };
        if !text.is_empty() {
            spans.push(Span::new(voice, std::mem::take(&mut text)));
        }
        voice = next;
    }
    if !text.is_empty() {
        spans.push(Span::new(voice, text));
    }
    spans
}

fn with_name(before: &str, voice: Voice, name: String, after: &str) -> Vec<Span> {
    let mut sentence = spans(before);
    sentence.push(Span::new(voice, name));
    sentence.extend(spans(after));
    sentence
}

pub(crate) const KIND: &str = "Heirloom restore sheet";
pub(crate) const ON_THE_DRIVE: &str = "What is on the drive";
pub(crate) const TO_OPEN: &str = "How to open it";
pub(crate) const IF_A_STEP_FAILS: &str = "If a step does not work";
pub(crate) const FOR_EXPERTS: &str = "For experts";
pub(crate) const NOTHING_YET: &str = "Nothing had been archived when this sheet was made.";

pub(crate) fn introduction(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Span> {
    let noun = medium.noun;
    with_name(
        "The photos and videos of ",
        Voice::Strong,
        (medium.name)(&facts.archive_name),
        &format!(
            " are on the drive named below, encrypted. To get them back you need the drive, this {noun}, and the \
             passphrase. *The passphrase is not on this {noun};* look for it where its owner keeps important papers."
        ),
    )
}

pub(crate) fn drive(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Span> {
    let model = (medium.name)(&facts.drive.model);
    let size = size(facts.drive.size_bytes);
    let mut sentence = with_name("*The drive:* ", Voice::Plain, model, "");
    sentence.push(Span::new(Voice::Plain, format!(", {size}")));
    if let Some(serial) = &facts.drive.serial {
        sentence.push(Span::new(Voice::Plain, ", serial number "));
        sentence.push(Span::new(Voice::Fixed, (medium.name)(serial)));
    }
    sentence
}

/// When getting everything back was last tried, if it was.
pub(crate) fn last_rehearsal(facts: &SheetFacts, medium: &Medium<'_>) -> Option<Vec<Span>> {
    let last = facts.last_rehearsal.as_ref()?;
    let by = match last.by {
        Some(RehearsedBy::Owner) => ", by the passphrase",
        Some(RehearsedBy::Executors) => ", by the shares of the executors",
        None => "",
    };
    let files = |count: u64| match count {
        1 => "1 file".to_owned(),
        count => format!("{} files", grouped(count)),
    };
    let mut sentence = with_name(
        "*Last rehearsal:* ",
        Voice::Plain,
        (medium.name)(&last.day),
        &format!("{by}: {} came back", files(last.files)),
    );
    sentence.extend(match (last.is_passed, last.problems) {
        (true, _) => spans("."),
        (false, 0) => spans(", *which is not enough to rely on.*"),
        (false, problems) => spans(&format!(", *and {} did not.*", grouped(problems))),
    });
    Some(sentence)
}

pub(crate) fn opening(medium: &Medium<'_>) -> Vec<Span> {
    let look = medium.command_look;
    spans(&format!(
        "Any Linux computer opens it. Many do so on a click: plug in the drive, click on it, type the passphrase, open the \
         folder `sources`. Otherwise open a terminal, type each {look} line exactly as it stands, and press Enter; none of \
         them changes the drive. If this is new to you, ask someone who uses Linux. *Windows and macOS cannot read the \
         drive and may offer to format or initialize it: always refuse.*",
    ))
}

/// What the drive carries besides. It is copied there after the set-up, and may be missing, so that nothing else depends on it.
pub(crate) fn carried() -> Vec<Span> {
    spans(
        "*Less to type:* the drive may carry Heirloom itself. If there is a folder `heirloom` beside this page, a PC can start from the drive: choose \
         it in the boot menu of the PC (at power-on, often F12, F11, F9 or Esc). If there is `heirloom-linux-x86_64`, that program copies \
         everything out on a 64-bit Linux PC; `TOOL.txt` says how.",
    )
}

pub(crate) fn steps(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Step> {
    let step = |sentence: Vec<Span>, commands: &[&str]| Step {
        sentence,
        commands: commands.iter().map(|&command| command.to_owned()).collect(),
    };
    let mut steps = vec![
        step(
            spans("*Find the drive.* Plug it in. One line shows `crypto_LUKS` and the UUID above."),
            &[commands::LIST_DRIVES],
        ),
        step(
            spans("*Unlock it.* Linux may want its own password first; neither shows as you type."),
            &[&commands::unlock(facts)],
        ),
        step(
            spans("*Make it readable* in the folder `/mnt`."),
            &[commands::MOUNT],
        ),
    ];
    match facts.sources.as_slice() {
        [] => steps.push(step(
            spans("*See what is there,* should something have been archived since."),
            &[commands::LIST_SOURCES],
        )),
        [first, others @ ..] => {
            steps.push(step(
                with_name(
                    "*Check* the newest state of ",
                    Voice::Plain,
                    (medium.name)(&first.name),
                    ". This can take hours.",
                ),
                &[
                    &commands::enter(first, medium.can_show_in_command),
                    commands::CHECK,
                ],
            ));
            steps.push(step(
                spans(if others.is_empty() {
                    "*Copy it* to `restored-1` in your home folder, and set the dates of doubles."
                } else {
                    "*Copy it.* Then do 4 and 5 for the next name, with `restored-2` in both lines."
                }),
                &[commands::COPY, commands::SET_DATES],
            ));
        }
    }
    steps.push(step(
        spans("*Close the drive,* then unplug it."),
        &[commands::CLOSE],
    ));
    steps
}

pub(crate) fn troubles() -> Vec<Vec<Span>> {
    [
        "`No key available`: a wrong passphrase. Check Caps Lock and the keyboard layout.",
        "`does not exist`: try another port or cable. `not found`: install the package `cryptsetup`.",
        "`FAILED`: the other files are fine. Keep the drive, write nothing on it, and ask for help.",
        "The newest folder is missing: close the drive, then do 2 and 3 without `-r` and `,noload`.",
        "A picture is missing: look in the folders beside `latest`; they keep what was deleted.",
    ]
    .map(spans)
    .to_vec()
}

/// When a source's pictures were taken.
pub(crate) fn taken(source: &SourceFacts) -> String {
    match (&source.first_day, &source.last_day) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(day), Some(_)) => day.clone(),
        (Some(day), None) => format!("since {day}"),
        (None, Some(day)) => format!("until {day}"),
        (None, None) => "unknown".to_owned(),
    }
}

/// That this is not all that the source had, where it is so.
pub(crate) fn incompleteness(source: &SourceFacts) -> Option<String> {
    match (source.complete, source.missing) {
        (true, _) => None,
        (false, 0) => Some("NOT COMPLETE".to_owned()),
        (false, 1) => Some("NOT COMPLETE: 1 file is missing".to_owned()),
        (false, missing) => Some(format!(
            "NOT COMPLETE: {} files are missing",
            grouped(missing)
        )),
    }
}

/// What must be said below a source's row: where it is, if its name alone would not find it, and whether that is all.
pub(crate) fn source_note(source: &SourceFacts, name_is_whole: bool) -> Vec<Span> {
    let mut note = Vec::new();
    if let Some(missing) = incompleteness(source) {
        note.push(Span::new(Voice::Strong, missing));
    }
    if !name_is_whole && !source.snapshot.is_empty() {
        let separator = if note.is_empty() { "" } else { "; " };
        let folder = format!("{separator}in the folder {}", source.snapshot);
        note.push(Span::new(Voice::Plain, folder));
    }
    note
}

/// The head, announced.
pub(crate) fn head(generation: u32) -> Vec<Span> {
    spans(&format!(
        "*Head of generation {generation},* which seals all before it. After step 3, this must print it:"
    ))
}

/// The signing key, announced, and what its command must print.
pub(crate) fn signing_key(facts: &SheetFacts) -> Vec<Span> {
    let place = if facts.sources.is_empty() {
        "In a snapshot folder"
    } else {
        "After step 4"
    };
    spans(&format!(
        "*Signing key.* {place}, this must print `verified`, the archive id, and the number of the folder:"
    ))
}

/// Several sources in one row: those that have no row of their own, or all.
pub(crate) fn summed(rest: &[SourceFacts], after_others: bool) -> SourceFacts {
    let sum = |count: fn(&SourceFacts) -> u64| rest.iter().map(count).fold(0, u64::saturating_add);
    SourceFacts {
        name: match (after_others, rest.len()) {
            (true, count) => format!("and {count} more"),
            (false, count) => format!("All {count} sources"),
        },
        snapshot: String::new(),
        photos: sum(|source| source.photos),
        videos: sum(|source| source.videos),
        other: sum(|source| source.other),
        size_bytes: sum(|source| source.size_bytes),
        first_day: rest
            .iter()
            .filter_map(|source| source.first_day.clone())
            .min(),
        last_day: rest
            .iter()
            .filter_map(|source| source.last_day.clone())
            .max(),
        complete: rest.iter().all(|source| source.complete),
        missing: sum(|source| source.missing),
    }
}

/// A size as drives are sold: decimal, three digits at most.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut unit = 0;
    let mut below_tenths = u128::from(bytes) * 10; // in tenths of the unit
    while below_tenths >= 9_995 && unit + 1 < UNITS.len() {
        below_tenths = (below_tenths + 500) / 1000;
        unit += 1;
    }
    let (whole, tenth) = (below_tenths / 10, below_tenths % 10);
    if unit == 0 || whole >= 100 {
        let rounded = whole + u128::from(tenth >= 5);
        format!("{rounded} {}", UNITS[unit])
    } else {
        format!("{whole}.{tenth} {}", UNITS[unit])
    }
}

/// A count with its thousands set apart: `12,403`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The head's digits in groups of eight, which the eye can compare.
pub(crate) fn head_digits(head: &heirloom_format::Digest) -> String {
    let digits = head.to_string();
    let groups: Vec<&str> = (0..8)
        .map(|group| &digits[group * 8..group * 8 + 8])
        .collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_marks() {
        assert_eq!(
            spans("a *b* `c*d`"),
            [
                Span::new(Voice::Plain, "a "),
                Span::new(Voice::Strong, "b"),
                Span::new(Voice::Plain, " "),
                Span::new(Voice::Code, "c*d"),
            ]
        );
    }

    #[test]
    fn sizes_as_drives_are_sold() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (88_400_000_000, "88.4 GB"),
            (99_960_000, "100 MB"),
            (512_110_190_592, "512 GB"),
            (999_700_000_000, "1.0 TB"),
            (2_000_398_934_016, "2.0 TB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn counts_in_groups() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(count), text);
        }
    }
}
