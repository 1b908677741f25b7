//! The pieces of a sheet in their order, before they have places on pages.

use std::rc::Rc;

use super::block::{Block, Cell, CellTag};
use super::{BODY_PT, LEADING_PT};
use crate::error::SheetError;
use crate::paper::TEXT_WIDTH_PT;
use crate::typeface::{FontRole, Typefaces};
use crate::wording::{Span, Step};

/// What a piece is, for those who have the page read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Of the whole sheet.
    Title(String),
    /// Of a part, and of a part of a part.
    Heading {
        level: u16,
        text: String,
    },
    Text,
    /// One of a list's.
    Item {
        list: usize,
    },
    /// One of a table's; its first is the head.
    Row {
        table: usize,
    },
    /// A picture, and what it shows.
    Figure(String),
}

/// What is never split.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) role: Role,
    pub(crate) cells: Vec<Cell>,
    pub(crate) height_pt: f32,
    /// White above it, except at the top of a page.
    pub(crate) gap_pt: f32,
    /// It never stands last on a page.
    pub(crate) keeps_with_next: bool,
    /// It begins a page.
    pub(crate) begins_page: bool,
    /// What is shown above it again where it begins a page: a table's head.
    pub(crate) repeated: Option<Rc<Piece>>,
}

impl Piece {
    pub(crate) fn new(role: Role, block: Block<'_>, gap_pt: f32) -> Self {
        Self {
            role,
            height_pt: block.y,
            cells: block.cells,
            gap_pt,
            keeps_with_next: false,
            begins_page: false,
            repeated: None,
        }
    }
}

/// Where the text of a step begins, right of its number.
const STEP_LEFT_PT: f32 = 20.0;
const TITLE_PT: f32 = 26.0;
/// Where the text beside a label begins.
const LABELLED_LEFT_PT: f32 = 112.0;

/// Pieces below one another.
pub(crate) struct Flow<'a> {
    pub(crate) typefaces: &'a Typefaces<'a>,
    pub(crate) pieces: Vec<Piece>,
    /// Tables and lists so far.
    pub(crate) groups: usize,
    /// Above a heading.
    pub(crate) heading_gap_pt: f32,
}

impl<'a> Flow<'a> {
    pub(crate) fn new(typefaces: &'a Typefaces<'a>) -> Self {
        Self {
            typefaces,
            pieces: Vec::new(),
            groups: 0,
            heading_gap_pt: 17.0,
        }
    }

    pub(crate) fn block(&self) -> Block<'a> {
        Block::new(self.typefaces)
    }

    /// The sheet's own title, with a heavy rule below it.
    pub(crate) fn title(&mut self, text: &str) {
        let shown = self.typefaces.showable(FontRole::Bold, text);
        let shown = self
            .typefaces
            .fit(FontRole::Bold, TITLE_PT, &shown, TEXT_WIDTH_PT);
        let mut block = self.block();
        let shaped = self.typefaces.shape(FontRole::Bold, TITLE_PT, &shown);
        block.line(0.0, 32.0, shaped);
        block.y += 4.0;
        let mut piece = Piece::new(Role::Title(shown), block, 0.0);
        piece.keeps_with_next = true;
        self.pieces.push(piece);
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.any_heading(2, 15.0, 20.0, self.heading_gap_pt, text);
    }

    pub(crate) fn subheading(&mut self, text: &str) {
        self.any_heading(3, 12.0, 16.0, 11.0, text);
    }

    fn any_heading(&mut self, level: u16, size_pt: f32, leading_pt: f32, gap_pt: f32, text: &str) {
        let mut block = self.block();
        let shaped = self.typefaces.shape(FontRole::Bold, size_pt, text);
        block.line(0.0, leading_pt, shaped);
        block.y += 2.0;
        let text = text.to_owned();
        let mut piece = Piece::new(Role::Heading { level, text }, block, gap_pt);
        piece.keeps_with_next = true;
        self.pieces.push(piece);
    }

    /// What comes next begins a page.
    pub(crate) fn begin_page(&mut self, from: usize) {
        if let Some(piece) = self.pieces.get_mut(from) {
            piece.begins_page = true;
        }
    }

    pub(crate) fn paragraph(&mut self, spans: &[Span]) {
        let mut block = self.block();
        block.paragraph(0.0, TEXT_WIDTH_PT, spans);
        self.pieces.push(Piece::new(Role::Text, block, 5.0));
    }

    /// A paragraph that announces what comes next, and stays with it.
    pub(crate) fn announcement(&mut self, spans: &[Span]) {
        self.paragraph(spans);
        self.keep_last();
    }

    /// Lines to type, or that a computer prints, below what was said last, which stays with them.
    ///
    /// # Errors
    /// [`SheetError::CommandTooWide`]
    pub(crate) fn commands(&mut self, commands: &[&str]) -> Result<(), SheetError> {
        let mut block = self.block();
        for command in commands {
            block.command(command)?;
        }
        self.keep_last();
        self.pieces.push(Piece::new(Role::Text, block, 3.0));
        Ok(())
    }

    /// Numbered steps, each with its lines to type.
    ///
    /// # Errors
    /// [`SheetError::CommandTooWide`]
    pub(crate) fn steps(&mut self, steps: &[Step]) -> Result<(), SheetError> {
        self.groups += 1;
        for (index, step) in steps.iter().enumerate() {
            let mut block = self.block();
            block.cell(CellTag::Label);
            let number = (index + 1).to_string();
            let number = self.typefaces.shape(FontRole::Bold, BODY_PT, &number);
            block.beside(0.0, LEADING_PT, number);
            block.cell(CellTag::Text);
            let width_pt = TEXT_WIDTH_PT - STEP_LEFT_PT;
            block.paragraph(STEP_LEFT_PT, width_pt, &step.sentence);
            if !step.commands.is_empty() {
                block.y += 2.0;
            }
            for command in &step.commands {
                block.command(command)?;
            }
            let list = self.groups;
            self.pieces
                .push(Piece::new(Role::Item { list }, block, 5.0));
        }
        Ok(())
    }

    /// A few items with a dash before each, which stay together.
    pub(crate) fn items(&mut self, items: &[Vec<Span>]) {
        self.groups += 1;
        let from = self.pieces.len();
        for item in items {
            let mut block = self.block();
            block.cell(CellTag::Label);
            let dash = self.typefaces.shape(FontRole::Regular, BODY_PT, "–");
            block.beside(0.0, LEADING_PT, dash);
            block.cell(CellTag::Text);
            block.paragraph(14.0, TEXT_WIDTH_PT - 14.0, item);
            let list = self.groups;
            self.pieces
                .push(Piece::new(Role::Item { list }, block, 3.0));
        }
        self.keep_together(from);
    }

    /// A label, and what it stands for beside it.
    pub(crate) fn labelled(&mut self, label: &str, text: &[Span]) {
        let mut block = self.block();
        let label = self.typefaces.shape(FontRole::Bold, BODY_PT, label);
        block.beside(0.0, LEADING_PT, label);
        block.paragraph(LABELLED_LEFT_PT, TEXT_WIDTH_PT - LABELLED_LEFT_PT, text);
        self.pieces.push(Piece::new(Role::Text, block, 2.0));
    }

    /// Lines for handwriting.
    pub(crate) fn lines_to_write(&mut self, count: usize) {
        let mut block = self.block();
        for _ in 0..count {
            block.y += 24.0;
            block.rule(0.0, TEXT_WIDTH_PT, 0.5);
        }
        self.pieces.push(Piece::new(Role::Text, block, 0.0));
    }

    /// What was said last stays with what comes next.
    pub(crate) fn keep_last(&mut self) {
        if let Some(piece) = self.pieces.last_mut() {
            piece.keeps_with_next = true;
        }
    }

    /// All pieces from this one on stay together, as far as a page holds them.
    pub(crate) fn keep_together(&mut self, from: usize) {
        if let Some((_, before)) = self.pieces[from..].split_last_mut() {
            before
                .iter_mut()
                .for_each(|piece| piece.keeps_with_next = true);
        }
    }
}
