//! The restore sheet: what stands where on its one page.

use krilla::metadata::{DateTime, Metadata};

use crate::commands;
use crate::error::SheetError;
use crate::facts::{SheetFacts, SourceFacts};
use crate::layout::{
    BODY_LEADING_PT, BODY_PT, COMMAND_PADDING_PT, NOTE_PT, Page, Role, TEXT_HEIGHT_PT,
    TEXT_WIDTH_PT,
};
use crate::typeface::{FontRole, Fonts, Shaped, Typefaces, is_format, is_right_to_left};
use crate::wording::{self, Medium, Span, Voice};

const TITLE_PT: f32 = 24.0;
const HEADING_PT: f32 = 13.0;
/// Where the text of a step begins, right of its number.
const STEP_LEFT_PT: f32 = 18.0;
/// A name within a sentence takes at most this.
const NAME_WIDTH_PT: f32 = 230.0;
/// Right edges of the table's columns of numbers.
const COLUMNS: [(&str, f32); 4] = [
    ("Photos", TEXT_WIDTH_PT - 150.0),
    ("Videos", TEXT_WIDTH_PT - 104.0),
    ("Other", TEXT_WIDTH_PT - 62.0),
    ("Size", TEXT_WIDTH_PT),
];
/// Right edge of the column of dates: seven digits of photos fit behind it.
const TAKEN_RIGHT_PT: f32 = TEXT_WIDTH_PT - 150.0 - 54.0;
/// The widest that stands in it.
const TAKEN_WIDEST: &str = "2014-03-01 to 2026-11-20";
/// Enough digits of a commit to find it.
const COMMIT_CHARS: usize = 12;
/// More would crowd out the rest of the page; what is on the drive can be seen on the drive.
const ROWS_MAX: usize = 8;
/// Between sections, at least and at most.
const SECTION_GAP_PT: (f32, f32) = (4.0, 16.0);
/// Below this, a source less is shown instead.
const COMFORTABLE_GAP_PT: f32 = 7.0;
/// Between steps, as a share of the gap between sections.
const STEP_GAP_SHARE: f32 = 0.45;

/// Makes the sheet: one A4 page, black on white, as PDF.
///
/// # Errors
/// [`SheetError`]: the fonts can't be read or are too wide, so that a page without broken commands is impossible. The archive is not
/// affected.
pub fn restore_sheet(facts: &SheetFacts, fonts: &Fonts) -> Result<Vec<u8>, SheetError> {
    let typefaces = Typefaces::new(fonts)?;
    let mut sheet = Sheet {
        facts,
        typefaces: &typefaces,
        tells_rehearsal: true,
    };
    // How to open the drive comes before when that was tried.
    sheet.tells_rehearsal = sheet.compose(1, SECTION_GAP_PT.0)?.y <= TEXT_HEIGHT_PT - 0.1;
    let height = |rows: usize, gap_pt: f32| Ok(sheet.compose(rows, gap_pt)?.y);
    // As many sources as fit in comfort, at least one row; then the white space is shared out. The height grows evenly with the gap.
    let mut rows = facts.sources.len().clamp(1, ROWS_MAX);
    while rows > 1 && height(rows, COMFORTABLE_GAP_PT)? > TEXT_HEIGHT_PT {
        rows -= 1;
    }
    let (gap_min, gap_max) = SECTION_GAP_PT;
    let (lowest, highest) = (height(rows, gap_min)?, height(rows, gap_max)?);
    // A hair less than all of the room, since lengths are rounded.
    let share = (TEXT_HEIGHT_PT - 0.1 - lowest) / (highest - lowest);
    let gap_pt = gap_min + (gap_max - gap_min) * share.clamp(0.0, 1.0);
    sheet.compose(rows, gap_pt)?.into_pdf(metadata(facts))
}

fn metadata(facts: &SheetFacts) -> Metadata {
    let name = facts.archive_name.chars();
    let name: String = name.filter(|&c| !c.is_control() && !is_format(c)).collect();
    let metadata = Metadata::new()
        .title(format!("{}: {name}", wording::KIND))
        .authors(vec!["Heirloom".to_owned()])
        .language("en".to_owned());
    // A day that is none is left out: it is a convenience of file managers, and the sheet itself shows the text.
    let mut parts = facts.printed_on.splitn(3, '-');
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

struct Sheet<'a> {
    facts: &'a SheetFacts,
    typefaces: &'a Typefaces<'a>,
    /// There is room for a line about the last rehearsal.
    tells_rehearsal: bool,
}

impl<'a> Sheet<'a> {
    fn compose(&self, rows: usize, gap_pt: f32) -> Result<Page<'a>, SheetError> {
        let mut page = Page::new(self.typefaces);
        let show_name = |name: &str| {
            let shown = self.typefaces.showable(FontRole::Regular, name);
            self.typefaces
                .fit(FontRole::Regular, BODY_PT, &shown, NAME_WIDTH_PT)
        };
        let can_show = |name: &str| {
            self.typefaces.showable(FontRole::Mono, name) == name
                && !name.chars().any(is_right_to_left)
        };
        let medium = Medium {
            name: &show_name,
            can_show_in_command: &can_show,
            noun: "sheet",
            command_look: "shaded",
        };
        self.title(&mut page);
        page.gap(gap_pt);
        page.paragraph(0.0, &wording::introduction(self.facts, &medium));

        self.heading(&mut page, gap_pt, wording::ON_THE_DRIVE);
        self.table(&mut page, rows);
        page.paragraph(0.0, &wording::drive(self.facts, &medium));
        self.labelled(&mut page, "Its LUKS UUID:", &self.facts.luks_uuid);
        if self.tells_rehearsal
            && let Some(rehearsal) = wording::last_rehearsal(self.facts, &medium)
        {
            page.paragraph(0.0, &rehearsal);
        }

        self.heading(&mut page, gap_pt, wording::TO_OPEN);
        page.paragraph(0.0, &wording::opening(&medium));
        self.steps(&mut page, gap_pt * STEP_GAP_SHARE, &medium)?;

        self.heading(&mut page, gap_pt, wording::IF_A_STEP_FAILS);
        for trouble in wording::troubles() {
            page.paragraph(0.0, &trouble);
        }

        self.heading(&mut page, gap_pt, wording::FOR_EXPERTS);
        self.experts(&mut page)?;
        Ok(page)
    }

    fn shape(&self, role: FontRole, size_pt: f32, text: &str) -> Shaped {
        self.typefaces.shape(role, size_pt, text)
    }

    /// A text of unknown content in one line: what can be shown of it, in at most this width.
    fn shape_within(&self, role: FontRole, size_pt: f32, text: &str, width_pt: f32) -> Shaped {
        let shown = self.typefaces.showable(role, text);
        self.shape(
            role,
            size_pt,
            &self.typefaces.fit(role, size_pt, &shown, width_pt),
        )
    }

    fn title(&self, page: &mut Page<'a>) {
        let kind = self.shape(FontRole::Bold, BODY_PT, wording::KIND);
        let state = format!(
            "{}, generation {}",
            self.facts.printed_on, self.facts.generation
        );
        let state = self.shape_within(FontRole::Regular, BODY_PT, &state, TEXT_WIDTH_PT / 2.0);
        let right = TEXT_WIDTH_PT - state.width_pt;
        page.line(Role::Paragraph, 14.0, vec![(0.0, kind), (right, state)]);
        let name = self.shape_within(
            FontRole::Bold,
            TITLE_PT,
            &self.facts.archive_name,
            TEXT_WIDTH_PT,
        );
        page.line(Role::Title, 29.0, vec![(0.0, name)]);
        page.gap(3.0);
        page.rule(1.5);
    }

    fn heading(&self, page: &mut Page<'a>, gap_pt: f32, text: &str) {
        page.gap(gap_pt);
        let shaped = self.shape(FontRole::Bold, HEADING_PT, text);
        page.line(Role::Heading, 17.0, vec![(0.0, shaped)]);
    }

    fn table(&self, page: &mut Page<'a>, rows: usize) {
        if self.facts.sources.is_empty() {
            page.paragraph(0.0, &[Span::new(Voice::Plain, wording::NOTHING_YET)]);
            return;
        }
        let taken_left = TAKEN_RIGHT_PT
            - self
                .shape(FontRole::Regular, NOTE_PT, TAKEN_WIDEST)
                .width_pt;
        let mut captions = vec![
            (0.0, self.shape(FontRole::Regular, NOTE_PT, "From")),
            (taken_left, self.shape(FontRole::Regular, NOTE_PT, "Dated")),
        ];
        captions.extend(COLUMNS.map(|(caption, right)| {
            let shaped = self.shape(FontRole::Regular, NOTE_PT, caption);
            (right - shaped.width_pt, shaped)
        }));
        page.line(Role::Paragraph, 13.0, captions);
        page.rule(0.5);
        page.gap(2.0);
        // The last row sums up what has no row of its own.
        let sources = &self.facts.sources;
        if sources.len() <= rows {
            sources
                .iter()
                .for_each(|source| self.row(page, source, taken_left));
        } else {
            let (shown, rest) = sources.split_at(rows - 1);
            shown
                .iter()
                .for_each(|source| self.row(page, source, taken_left));
            self.row(page, &wording::summed(rest, !shown.is_empty()), taken_left);
        }
        page.rule(0.5);
        page.gap(3.0);
    }

    fn row(&self, page: &mut Page<'a>, source: &SourceFacts, taken_left: f32) {
        let name_width_pt = taken_left - 8.0;
        let name = self.shape_within(FontRole::Bold, BODY_PT, &source.name, name_width_pt);
        let name_is_whole = name.text == source.name;
        let taken_width_pt = TAKEN_RIGHT_PT - taken_left + 0.1;
        let taken = wording::taken(source);
        let taken = self.shape_within(FontRole::Regular, NOTE_PT, &taken, taken_width_pt);
        let numbers = [
            wording::grouped(source.photos),
            wording::grouped(source.videos),
            wording::grouped(source.other),
            wording::size(source.size_bytes),
        ];
        let mut pieces = vec![(0.0, name), (taken_left, taken)];
        for ((_, right), number) in COLUMNS.iter().zip(&numbers) {
            let shaped = self.shape(FontRole::Regular, BODY_PT, number);
            pieces.push((right - shaped.width_pt, shaped));
        }
        page.line(Role::Paragraph, 14.0, pieces);
        let note = wording::source_note(source, name_is_whole);
        if !note.is_empty() {
            page.note(0.0, &note);
        }
        page.gap(1.5);
    }

    fn steps(
        &self,
        page: &mut Page<'a>,
        gap_pt: f32,
        medium: &Medium<'_>,
    ) -> Result<(), SheetError> {
        for (index, step) in wording::steps(self.facts, medium).into_iter().enumerate() {
            page.gap(gap_pt);
            page.beside(
                0.0,
                self.shape(FontRole::Bold, BODY_PT, &(index + 1).to_string()),
            );
            page.paragraph(STEP_LEFT_PT, &step.sentence);
            page.gap(1.0);
            for command in &step.commands {
                page.command(command)?;
            }
        }
        Ok(())
    }

    /// A name in words and a value in fixed width, on one line.
    fn labelled(&self, page: &mut Page<'a>, label: &str, value: &str) {
        let label = self.shape(FontRole::Bold, BODY_PT, &format!("{label} "));
        let left = label.width_pt;
        let value = self.shape_within(FontRole::Mono, BODY_PT, value, TEXT_WIDTH_PT - left);
        page.line(
            Role::Paragraph,
            BODY_LEADING_PT,
            vec![(0.0, label), (left, value)],
        );
    }

    fn experts(&self, page: &mut Page<'a>) -> Result<(), SheetError> {
        if let Some(head) = &self.facts.head {
            page.paragraph(0.0, &wording::head(self.facts.generation));
            page.command(&commands::print_head(self.facts))?;
            let digits = self.shape(FontRole::Mono, BODY_PT, &wording::head_digits(head));
            page.line(Role::Paragraph, 17.0, vec![(COMMAND_PADDING_PT, digits)]);
        }
        page.paragraph(0.0, &wording::signing_key(self.facts));
        page.command(&commands::take_key(self.facts))?;
        page.command(commands::CHECK_SIGNATURE)?;
        page.gap(2.0);
        let release = &self.facts.release;
        let commit: String = release.commit.chars().take(COMMIT_CHARS).collect();
        let made_by = format!("Heirloom {} ({commit})", release.version);
        let label = self.shape(FontRole::Bold, BODY_PT, "Archive id: ");
        let left = label.width_pt;
        let id = &self.facts.archive_id;
        let id = self.shape_within(FontRole::Mono, BODY_PT, id, TEXT_WIDTH_PT * 0.66 - left);
        let room_pt = TEXT_WIDTH_PT - left - id.width_pt - 8.0;
        let made_by = self.shape_within(FontRole::Regular, BODY_PT, &made_by, room_pt);
        let right = TEXT_WIDTH_PT - made_by.width_pt;
        let pieces = vec![(0.0, label), (left, id), (right, made_by)];
        page.line(Role::Paragraph, BODY_LEADING_PT, pieces);
        Ok(())
    }
}
