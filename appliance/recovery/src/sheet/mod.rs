//! The restore sheet: its parts in their order.

mod contents;
mod family;
mod proof;

use krilla::metadata::{DateTime, Metadata};

use crate::card;
use crate::error::SheetError;
use crate::facts::SheetFacts;
use crate::layout::{Column, Document, Flow, Row, to_pdf};
use crate::paper::{PaperSize, TEXT_WIDTH_PT};
use crate::typeface::{FontRole, Fonts, Typefaces, is_format, is_right_to_left};
use crate::wording::archive as words;
use crate::wording::{Medium, Span, by_hand, care, plain, ways};

/// A name within a sentence takes at most this.
const NAME_WIDTH_PT: f32 = 230.0;

/// Makes the sheet, black on white, as PDF: what this is, what is on the drive, who has what, three ways to get everything back, and how to be sure
/// of it; the card for the wallet is its last page.
///
/// # Errors
/// [`SheetError`]: the fonts can't be read or are too wide, so that pages without broken commands are impossible. The archive is not
/// affected.
pub fn restore_sheet(
    facts: &SheetFacts,
    fonts: &Fonts,
    paper: PaperSize,
) -> Result<Vec<u8>, SheetError> {
    let typefaces = Typefaces::new(fonts)?;
    let mut sheet = Sheet {
        facts,
        flow: Flow::new(&typefaces),
    };
    sheet.compose()?;
    let from = sheet.flow.pieces.len();
    card::compose(&mut sheet.flow, facts)?;
    sheet.flow.begin_page(from);
    to_pdf(&document(facts, &typefaces, &sheet.flow, paper))
}

pub(crate) fn document<'a>(
    facts: &SheetFacts,
    typefaces: &'a Typefaces<'a>,
    flow: &'a Flow<'a>,
    paper: PaperSize,
) -> Document<'a> {
    Document {
        typefaces,
        paper,
        metadata: metadata(words::KIND, &facts.archive_name, &facts.printed_on),
        pieces: &flow.pieces,
        head_left: format!("{}: {}", words::KIND, facts.archive_name),
        head_right: format!("generation {}, ", facts.generation),
        is_one_page: false,
    }
}

pub(crate) fn metadata(kind: &str, archive_name: &str, day: &str) -> Metadata {
    let name = archive_name.chars();
    let name: String = name.filter(|&c| !c.is_control() && !is_format(c)).collect();
    let metadata = Metadata::new()
        .title(format!("{kind}: {name}"))
        .authors(vec!["Heirloom".to_owned()])
        .language("en".to_owned());
    // A day that is none is left out: it is a convenience of file managers, and the sheet itself shows the text.
    let mut parts = day.splitn(3, '-');
    let mut number = || parts.next()?.parse::<u16>().ok();
    match (
        number(),
        number().map(u8::try_from),
        number().map(u8::try_from),
    ) {
        (Some(year), Some(Ok(month)), Some(Ok(day))) => {
            metadata.creation_date(DateTime::new(year).month(month).day(day))
        }
        _ => metadata,
    }
}

struct Sheet<'f, 't> {
    facts: &'f SheetFacts,
    flow: Flow<'t>,
}

impl Sheet<'_, '_> {
    fn compose(&mut self) -> Result<(), SheetError> {
        let typefaces = self.flow.typefaces;
        let show_name = |name: &str| {
            let shown = typefaces.showable(FontRole::Regular, name);
            typefaces.fit(
                FontRole::Regular,
                crate::layout::BODY_PT,
                &shown,
                NAME_WIDTH_PT,
            )
        };
        let can_show = |name: &str| {
            typefaces.showable(FontRole::Mono, name) == name && !name.chars().any(is_right_to_left)
        };
        let medium = Medium {
            name: &show_name,
            can_show_in_command: &can_show,
            noun: "sheet",
            command_look: "shaded",
        };
        let facts = self.facts;
        self.flow.title(&facts.archive_name);
        self.flow.paragraph(&words::introduction(facts, &medium));
        self.flow.paragraph(&plain(words::KEEP_IT));
        self.contents(&medium);
        self.family();
        self.ways(&medium)?;
        self.proof()
    }

    fn ways(&mut self, medium: &Medium<'_>) -> Result<(), SheetError> {
        let facts = self.facts;
        let from = self.flow.pieces.len();
        self.flow.heading(ways::WAYS);
        self.flow.paragraph(&ways::overview());
        self.flow.subheading(ways::FIRST_WAY);
        self.flow.steps(&ways::first_way(facts, medium))?;
        self.boot_keys();
        // The way that most will go is on one page, with its table.
        self.flow.keep_together(from);
        self.flow.subheading(by_hand::IF_A_STEP_FAILS);
        self.flow.items(&ways::first_way_troubles());
        let from = self.flow.pieces.len();
        self.flow.subheading(ways::SECOND_WAY);
        self.flow
            .steps(&ways::second_way(facts.plan.shares.is_some()))?;
        self.flow.keep_together(from);
        self.flow.subheading(ways::THIRD_WAY);
        self.flow.paragraph(&by_hand::opening(medium));
        self.flow.steps(&by_hand::steps(facts, medium))?;
        let needed = facts.plan.shares.as_ref().map_or(2, |set| set.needed);
        let (sentence, commands) = by_hand::shares_by_hand(needed);
        self.flow.announcement(&sentence);
        self.flow.commands(&commands)?;
        self.flow.subheading(by_hand::IF_A_STEP_FAILS);
        self.flow.items(&by_hand::troubles());
        Ok(())
    }

    fn boot_keys(&mut self) {
        let half = TEXT_WIDTH_PT / 2.0;
        let columns = [
            Column::left("Maker", 0.0, 92.0),
            Column::left("Key", 96.0, half - 104.0),
            Column::left("Maker", half + 4.0, 68.0),
            Column::left("Key", half + 76.0, half - 76.0),
        ];
        let cells = |row: &[&'static str; 4]| row.map(plain).to_vec();
        let rows: Vec<Row> = ways::BOOT_KEYS
            .iter()
            .map(|row| Row::new(cells(row)))
            .collect();
        self.flow.table(&columns, &rows);
    }

    /// Things with their labels, below one another.
    fn labelled(&mut self, things: &[(&str, Vec<Span>)]) {
        for (label, text) in things {
            self.flow.labelled(label, text);
        }
    }

    fn care(&mut self) {
        self.flow.heading(care::CARE);
        let care = care::care(&self.facts.plan);
        self.labelled(&care);
    }
}
