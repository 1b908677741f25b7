//! The archive, its drive and what is on it.

use super::numbers::{grouped, size};
use super::{Medium, Span, Voice, spans, with_name};
use crate::facts::{SheetFacts, SourceFacts};

pub(crate) const KIND: &str = "Heirloom restore sheet";
pub(crate) const ON_THE_DRIVE: &str = "What is on the drive";
pub(crate) const NOTHING_YET: &str = "Nothing had been archived when this sheet was made.";
pub(crate) const TO_BE_SURE: &str = "To be sure that it is the right drive, and unchanged";

pub(crate) fn introduction(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Span> {
    let noun = medium.noun;
    let shares = match &facts.plan.shares {
        Some(set) => format!(
            ", or *any {} of {} shares,* which executors have",
            set.needed,
            set.shares.len()
        ),
        None => String::new(),
    };
    with_name(
        "The photos and videos of ",
        Voice::Strong,
        (medium.name)(&facts.archive_name),
        &format!(
            " are on the drive named below, encrypted. To get them back you need the drive, this {noun}, and the \
             passphrase{shares}. *The passphrase is not on this {noun};* look for it where its owner keeps important papers."
        ),
    )
}

/// What is to be done with the paper.
pub(crate) const KEEP_IT: &str = "Keep this sheet in a dry place, not together with the drive. Nothing on it is secret, but it tells where things are: \
     show it only to people you trust. When a newer one is printed, destroy this one.";
pub(crate) const THIS_SHEET: &str = "This sheet:";
pub(crate) const DRIVE: &str = "The drive:";
pub(crate) const UUID: &str = "Its LUKS UUID:";
pub(crate) const ARCHIVE_ID: &str = "Archive id:";
pub(crate) const MADE_BY: &str = "Made by:";
pub(crate) const IMAGE: &str = "Its image:";
pub(crate) const HEAD_CODE: &str = "The archive id, the generation, the head, the signing key and the UUID of the drive as a code, to be compared without typing.";

/// Of which day and state it tells.
pub(crate) fn made(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Span> {
    let day = (medium.name)(&facts.printed_on);
    vec![Span::new(
        Voice::Plain,
        format!("made on {day}, of generation {}", facts.generation),
    )]
}

/// What the code beside it is.
pub(crate) fn about_code() -> Vec<Span> {
    spans(
        "*This code* has the archive id, the generation, the head, the signing key and the LUKS UUID as plain text, so that nobody \
         has to type or compare them by eye. The camera of most phones reads it. It is no web address, and has no secret.",
    )
}

/// What its text is.
pub(crate) fn code_text(facts: &SheetFacts) -> String {
    let head = facts
        .head
        .map_or_else(|| "none yet".to_owned(), |head| head.to_string());
    let archive_id: String = facts.archive_id.chars().take(64).collect();
    format!(
        "HEIRLOOM\narchive {archive_id}\ngeneration {}\nhead {head}\nkey {}\nluks {}\nday {}\n",
        facts.generation, facts.public_key, facts.luks_uuid, facts.printed_on
    )
}

/// By which files the drive starts a PC.
pub(crate) fn image(digest: &heirloom_format::Digest) -> Vec<Span> {
    let mut sentence = spans(
        "what the drive starts a PC with is listed in `SHA256SUMS`, in its folder `heirloom/a` or `heirloom/b`, and the SHA-256 of that list is ",
    );
    sentence.push(Span::new(Voice::Fixed, super::numbers::head_digits(digest)));
    sentence
}

pub(crate) fn drive(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Span> {
    let model = (medium.name)(&facts.drive.model);
    let size = size(facts.drive.size_bytes);
    let mut sentence = vec![Span::new(Voice::Plain, format!("{model}, {size}"))];
    if let Some(serial) = &facts.drive.serial {
        sentence.push(Span::new(Voice::Plain, ", serial number "));
        sentence.push(Span::new(Voice::Fixed, (medium.name)(serial)));
    }
    sentence
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
        "*Head of generation {generation},* which seals all before it. After step 3 by hand, this must print it:"
    ))
}

/// The signing key, announced, and what its command must print.
pub(crate) fn signing_key(facts: &SheetFacts) -> Vec<Span> {
    let place = if facts.sources.is_empty() {
        "In a snapshot folder"
    } else {
        "After step 4 by hand"
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
