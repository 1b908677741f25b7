//! Tables: columns of fixed widths, rows as high as their longest text, the head shown again on each page.

use std::rc::Rc;

use super::block::CellTag;
use super::flow::{Flow, Piece, Role};
use super::{BODY_PT, LEADING_PT};
use crate::paper::TEXT_WIDTH_PT;
use crate::typeface::FontRole;
use crate::wording::Span;

/// Where a column's text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// From the column's left edge, broken into lines.
    Left,
    /// Up to its right edge, in one line: numbers.
    Right,
}

/// A column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) caption: &'static str,
    pub(crate) left_pt: f32,
    pub(crate) width_pt: f32,
    pub(crate) align: Align,
}

impl Column {
    pub(crate) fn left(caption: &'static str, left_pt: f32, width_pt: f32) -> Self {
        let align = Align::Left;
        Self {
            caption,
            left_pt,
            width_pt,
            align,
        }
    }

    /// One that ends at this place.
    pub(crate) fn right(caption: &'static str, right_pt: f32, width_pt: f32) -> Self {
        Self {
            caption,
            left_pt: right_pt - width_pt,
            width_pt,
            align: Align::Right,
        }
    }
}

/// A row: a text for each column, and what is to be said below them, if anything.
pub(crate) struct Row {
    pub(crate) cells: Vec<Vec<Span>>,
    pub(crate) note: Vec<Span>,
}

impl Row {
    pub(crate) fn new(cells: Vec<Vec<Span>>) -> Self {
        let note = Vec::new();
        Self { cells, note }
    }
}

impl Flow<'_> {
    /// A table. Its first row stays with the head, and its last two stay together.
    pub(crate) fn table(&mut self, columns: &[Column], rows: &[Row]) {
        self.groups += 1;
        let head = Rc::new(self.head(columns));
        self.pieces.push(Piece::clone(&head));
        for (index, row) in rows.iter().enumerate() {
            let mut piece = self.row(columns, row);
            piece.keeps_with_next = index + 2 == rows.len();
            piece.repeated = Some(head.clone());
            self.pieces.push(piece);
        }
    }

    fn head(&self, columns: &[Column]) -> Piece {
        let mut block = self.block();
        for column in columns {
            block.cell(CellTag::HeadCell);
            let shaped = self
                .typefaces
                .shape(FontRole::Bold, BODY_PT, column.caption);
            let x = match column.align {
                Align::Left => column.left_pt,
                Align::Right => column.left_pt + column.width_pt - shaped.width_pt,
            };
            block.beside(x, LEADING_PT, shaped);
        }
        block.y += LEADING_PT + 1.0;
        block.rule(0.0, TEXT_WIDTH_PT, 0.8);
        block.y += 2.5;
        let table = self.groups;
        let mut piece = Piece::new(Role::Row { table }, block, 6.0);
        piece.keeps_with_next = true;
        piece
    }

    fn row(&self, columns: &[Column], row: &Row) -> Piece {
        let mut block = self.block();
        let (top, mut bottom) = (1.0, 1.0 + LEADING_PT);
        for (column, text) in columns.iter().zip(&row.cells) {
            block.cell(CellTag::DataCell);
            block.y = top;
            match column.align {
                Align::Left => block.paragraph(column.left_pt, column.width_pt, text),
                Align::Right => {
                    let text: String = text.iter().map(|span| &*span.text).collect();
                    let text =
                        self.typefaces
                            .fit(FontRole::Regular, BODY_PT, &text, column.width_pt);
                    let shaped = self.typefaces.shape(FontRole::Regular, BODY_PT, &text);
                    let x = column.left_pt + column.width_pt - shaped.width_pt;
                    block.line(x, LEADING_PT, shaped);
                }
            }
            bottom = block.y.max(bottom);
        }
        block.y = bottom;
        if !row.note.is_empty() {
            block.paragraph(0.0, TEXT_WIDTH_PT, &row.note);
        }
        block.y += 1.5;
        block.rule(0.0, TEXT_WIDTH_PT, 0.35);
        block.y += 1.5;
        let table = self.groups;
        Piece::new(Role::Row { table }, block, 0.0)
    }
}
