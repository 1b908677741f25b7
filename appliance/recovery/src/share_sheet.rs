//! An executor's sheet: one page with the words of a share, or with empty boxes for them.

mod words_grid;

use heirloom_format::Person;
use heirloom_shares::Share;
use zeroize::Zeroizing;

use crate::code::Code;
use crate::error::SheetError;
use crate::facts::ShareFacts;
use crate::layout::{Column, Document, Flow, Piece, Role, Row, to_pdf};
use crate::paper::{MM, PaperSize, TEXT_WIDTH_PT};
use crate::sheet::metadata;
use crate::typeface::{FontRole, Fonts, Typefaces};
use crate::wording::{Span, plain, share as words, strong};

/// The code's width at most: modules of about a millimetre.
const CODE_PT: f32 = 52.0 * MM;
/// A name within a sentence takes at most this.
const NAME_WIDTH_PT: f32 = 230.0;
const LARGE_PT: f32 = 34.0;
const NUMBER_PT: f32 = 18.0;
const HOLDER_PT: f32 = 15.0;
const BLANK_WORDS: usize = 20;
/// One page has to hold it all.
const HEADING_GAP_PT: f32 = 9.0;

/// Makes the sheet of one share, as PDF: words in numbered boxes and as a code, what to do and what never to do, who the others are. One page.
///
/// The PDF opens a part of the archive's lock: it belongs to a printer, and nowhere else. It is wiped when it is dropped, and so is what this crate keeps of
/// the words meanwhile; what the PDF writer and the code's encoder keep of them is freed, not wiped.
///
/// # Errors
/// [`SheetError`]
pub fn share_sheet(
    share: &Share,
    facts: &ShareFacts,
    fonts: &Fonts,
    paper: PaperSize,
) -> Result<Zeroizing<Vec<u8>>, SheetError> {
    let number = share.number();
    if share.needed() != facts.needed || usize::from(number) > facts.holders.len() {
        return Err(SheetError::ShareMismatch { number });
    }
    on_one_page(Some(share), number, facts, fonts, paper).map(Zeroizing::new)
}

/// The same page with empty boxes, for copying by hand what the screen shows. Its number may be 0, as may be those of the facts: then they are written
/// by hand, too.
///
/// # Errors
/// [`SheetError`]
pub fn blank_share_sheet(
    number: u8,
    facts: &ShareFacts,
    fonts: &Fonts,
    paper: PaperSize,
) -> Result<Vec<u8>, SheetError> {
    on_one_page(None, number, facts, fonts, paper)
}

/// How much is told of the others: less where there are too many for the page.
#[derive(Clone, Copy)]
enum Others {
    Table,
    Names,
    None,
}

fn on_one_page(
    share: Option<&Share>,
    number: u8,
    facts: &ShareFacts,
    fonts: &Fonts,
    paper: PaperSize,
) -> Result<Vec<u8>, SheetError> {
    let typefaces = Typefaces::new(fonts)?;
    let mut result = Err(SheetError::CodeTooLong);
    for others in [Others::Table, Others::Names, Others::None] {
        let mut page = SharePage {
            share,
            number,
            facts,
            flow: Flow::new(&typefaces),
        };
        page.compose(others)?;
        result = to_pdf(&page.document(paper));
        if !matches!(result, Err(SheetError::PageTooSmall { .. })) {
            break;
        }
    }
    result
}

struct SharePage<'f, 't> {
    share: Option<&'f Share>,
    number: u8,
    facts: &'f ShareFacts,
    flow: Flow<'t>,
}

impl SharePage<'_, '_> {
    fn document(&self, paper: PaperSize) -> Document<'_> {
        let facts = self.facts;
        let kind = match self.share {
            Some(_) => words::KIND,
            None => words::BLANK_KIND,
        };
        let set = match self.share {
            Some(share) => format!("set {}, ", share.set()),
            None => String::new(),
        };
        Document {
            typefaces: self.flow.typefaces,
            paper,
            metadata: metadata(kind, &facts.archive_name, &facts.printed_on),
            pieces: &self.flow.pieces,
            head_left: format!("{}: {}", words::KIND, facts.archive_name),
            head_right: set,
            is_one_page: true,
        }
    }

    fn compose(&mut self, others: Others) -> Result<(), SheetError> {
        self.flow.heading_gap_pt = HEADING_GAP_PT;
        self.title();
        let facts = self.facts;
        let typefaces = self.flow.typefaces;
        let name = typefaces.showable(FontRole::Bold, &facts.archive_name);
        let name = typefaces.fit(FontRole::Bold, crate::layout::BODY_PT, &name, NAME_WIDTH_PT);
        let about = words::about(name, facts.needed);
        self.flow.paragraph(&about);
        match self.share {
            Some(share) => {
                let secret = share.to_words();
                self.words_grid(secret.iter().len(), Some(&secret));
                let set = words::set(&share.set().to_string(), &facts.printed_on);
                self.flow.paragraph(&plain(set));
                let line = Zeroizing::new(secret.to_line().to_uppercase());
                self.code_and_duties(&line)?;
            }
            None => {
                self.words_grid(BLANK_WORDS, None);
                self.write_in();
                self.flow.heading(words::WHAT_TO_DO);
                self.flow.items(&words::what_to_do(facts.needed));
            }
        }
        self.flow.heading(words::WHAT_NEVER_TO_DO);
        self.flow.items(&words::what_never_to_do());
        self.others(others);
        Ok(())
    }

    /// In large type what is needed, and which of them this is.
    fn title(&mut self) {
        let typefaces = self.flow.typefaces;
        let count = self.facts.holders.len();
        let any = words::any_of(self.facts.needed, count);
        let which = words::which_of(self.number, count);
        let mut block = self.flow.block();
        let shaped = typefaces.shape(FontRole::Bold, NUMBER_PT, &which);
        // Both stand on one line.
        block.y = (LARGE_PT - NUMBER_PT) * 0.31;
        block.beside(TEXT_WIDTH_PT - shaped.width_pt, 42.0, shaped);
        block.y = 0.0;
        let shaped = typefaces.shape(FontRole::Bold, LARGE_PT, &any);
        block.line(0.0, 42.0, shaped);
        let role = Role::Title(format!("{any}: {which}"));
        self.flow.pieces.push(Piece::new(role, block, 0.0));

        let mut block = self.flow.block();
        let holder = self.holder(self.number);
        let room_pt = TEXT_WIDTH_PT - 34.0;
        let label = typefaces.shape(FontRole::Regular, HOLDER_PT, words::FILL_IN);
        let holder = typefaces.showable(FontRole::Bold, holder);
        let holder = typefaces.fit(FontRole::Bold, HOLDER_PT, &holder, room_pt);
        let left = label.width_pt + 6.0;
        if holder.is_empty() {
            block.y = 18.0;
            block.rule(left, 240.0, 0.5);
            block.y = 0.0;
        } else {
            let shaped = typefaces.shape(FontRole::Bold, HOLDER_PT, &holder);
            block.beside(left, 22.0, shaped);
        }
        block.line(0.0, 22.0, label);
        self.flow.pieces.push(Piece::new(Role::Text, block, 0.0));
    }

    fn holder(&self, number: u8) -> &str {
        let holders = &self.facts.holders;
        let holder = holders.get(usize::from(number).saturating_sub(1));
        holder.map_or("", String::as_str)
    }

    fn shown(&self, text: &str) -> String {
        self.flow.typefaces.showable(FontRole::Regular, text)
    }

    /// Where the set's number and the day are written by hand.
    fn write_in(&mut self) {
        let mut block = self.flow.block();
        let typefaces = self.flow.typefaces;
        let mut left = 0.0;
        for (label, width_pt) in [(words::FILL_IN_SET, 90.0), (words::FILL_IN_DAY, 130.0)] {
            let shaped = typefaces.shape(FontRole::Regular, crate::layout::BODY_PT, label);
            let after = left + shaped.width_pt + 6.0;
            block.beside(left, 20.0, shaped);
            block.area(after, 16.0, width_pt, 0.5, 0);
            left = after + width_pt + 24.0;
        }
        block.y = 20.0;
        self.flow.pieces.push(Piece::new(Role::Text, block, 8.0));
    }

    /// The code, and beside it what to do.
    fn code_and_duties(&mut self, line: &str) -> Result<(), SheetError> {
        let code = Code::of_words(line, CODE_PT)?;
        let (side, quiet) = (code.side_pt(), code.quiet_pt());
        let left = side + 2.0 * quiet + 6.0;
        let width = TEXT_WIDTH_PT - left;
        let mut block = self.flow.block();
        block.code(quiet, quiet, code.module_pt, code.code);
        block.cell(crate::layout::CellTag::Text);
        let heading = self
            .flow
            .typefaces
            .shape(FontRole::Bold, HOLDER_PT, words::WHAT_TO_DO);
        block.y = 2.0;
        block.line(left, 20.0, heading);
        for sentence in words::what_to_do(self.facts.needed) {
            block.cell(crate::layout::CellTag::Text);
            block.paragraph(left, width, &sentence);
            block.y += 2.5;
        }
        block.y = block.y.max(side + 2.0 * quiet);
        let role = Role::Figure(words::CODE.to_owned());
        self.flow.pieces.push(Piece::new(role, block, 6.0));
        Ok(())
    }

    fn others(&mut self, detail: Others) {
        let count = u8::try_from(self.facts.holders.len()).unwrap_or(u8::MAX);
        let others: Vec<u8> = (1..=count)
            .filter(|&number| number != self.number)
            .collect();
        let is_known = self.number > 0;
        if (is_known && others.is_empty()) || matches!(detail, Others::None) {
            return;
        }
        self.flow.heading(words::THE_OTHERS);
        if others.iter().all(|&number| self.holder(number).is_empty()) {
            self.flow.announcement(&plain(words::NO_OTHERS));
            self.flow.lines_to_write(2);
            return;
        }
        match detail {
            Others::Table => self.others_table(&others),
            Others::Names | Others::None => {
                let line: Vec<Span> = others
                    .iter()
                    .flat_map(|&number| self.other_name(number))
                    .collect();
                self.flow.paragraph(&line);
            }
        }
    }

    fn others_table(&mut self, others: &[u8]) {
        let columns = [
            Column::left("Share", 0.0, 44.0),
            Column::left("Who has it", 52.0, 180.0),
            Column::left("How to reach them", 240.0, TEXT_WIDTH_PT - 240.0),
        ];
        let rows = others.iter().map(|&number| {
            let holder = self.holder(number);
            let person = |person: &&Person| !holder.is_empty() && person.name == holder;
            let contact = self.facts.people.iter().find(person);
            let contact = contact.map_or("", |person| &person.contact);
            Row::new(vec![
                plain(number.to_string()),
                strong(self.said(holder)),
                plain(self.said(contact)),
            ])
        });
        let rows: Vec<Row> = rows.collect();
        self.flow.table(&columns, &rows);
    }

    fn said(&self, text: &str) -> String {
        match text {
            "" => words::NOT_SAID.to_owned(),
            text => self.shown(text),
        }
    }

    /// Within a line of all of them.
    fn other_name(&self, number: u8) -> Vec<Span> {
        let name = self.said(self.holder(number));
        let typefaces = self.flow.typefaces;
        let name = typefaces.fit(FontRole::Regular, crate::layout::BODY_PT, &name, 150.0);
        plain(format!("{number}: {name}.  "))
    }
}
