//! What stands in one piece of a page: text, areas and codes at places that count from the piece's upper left corner, y growing downwards.

use std::rc::Rc;

use qrcodegen::QrCode;

use super::breaking::break_lines;
use super::{BLACK, BODY_PT, COMMAND_HEIGHT_PT, COMMAND_PADDING_PT, LEADING_PT, SHADE};
use crate::error::SheetError;
use crate::paper::TEXT_WIDTH_PT;
use crate::typeface::{FontRole, Shaped, Typefaces};
use crate::wording::Span;

/// Something that is drawn.
#[derive(Clone)]
pub(crate) enum Mark {
    Text {
        x: f32,
        baseline: f32,
        shaped: Shaped,
    },
    Area {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        lightness: u8,
    },
    Code {
        x: f32,
        y: f32,
        module_pt: f32,
        code: Rc<QrCode>,
    },
}

/// What a part of a piece is, for those who have the page read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellTag {
    /// Running text.
    Text,
    /// The number of a step, or the mark before an item.
    Label,
    /// A line to type.
    Command,
    /// Above a table's column.
    HeadCell,
    /// In a table.
    DataCell,
    /// A code, whose text is the piece's description.
    Picture,
}

#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) tag: CellTag,
    pub(crate) marks: Vec<Mark>,
}

/// A piece under construction.
pub(crate) struct Block<'a> {
    pub(crate) typefaces: &'a Typefaces<'a>,
    pub(crate) cells: Vec<Cell>,
    /// Where what comes next begins; at last, the height.
    pub(crate) y: f32,
}

impl<'a> Block<'a> {
    pub(crate) fn new(typefaces: &'a Typefaces<'a>) -> Self {
        Self {
            typefaces,
            cells: Vec::new(),
            y: 0.0,
        }
    }

    /// Begins another part.
    pub(crate) fn cell(&mut self, tag: CellTag) {
        let marks = Vec::new();
        self.cells.push(Cell { tag, marks });
    }

    fn push(&mut self, mark: Mark) {
        if self.cells.is_empty() {
            self.cell(CellTag::Text);
        }
        if let Some(cell) = self.cells.last_mut() {
            cell.marks.push(mark);
        }
    }

    /// Lines of text, broken between words, of this width.
    pub(crate) fn paragraph(&mut self, left_pt: f32, width_pt: f32, spans: &[Span]) {
        for line in break_lines(self.typefaces, spans, BODY_PT, width_pt) {
            let baseline = self.baseline(BODY_PT, LEADING_PT);
            let mut x = left_pt;
            for shaped in line {
                let width_pt = shaped.width_pt;
                self.push(Mark::Text {
                    x,
                    baseline,
                    shaped,
                });
                x += width_pt;
            }
            self.y += LEADING_PT;
        }
    }

    /// At most so many lines of text; an ellipsis where there would be more.
    pub(crate) fn paragraph_within(
        &mut self,
        left_pt: f32,
        width_pt: f32,
        lines_max: usize,
        spans: &[Span],
    ) {
        let lines = break_lines(self.typefaces, spans, BODY_PT, width_pt);
        let count = lines.len();
        for (index, line) in lines.into_iter().take(lines_max).enumerate() {
            let mut x = left_pt;
            let is_cut = index + 1 == lines_max && count > lines_max;
            for (place, shaped) in line.iter().enumerate() {
                let shaped = if is_cut && place + 1 == line.len() {
                    let room_pt = left_pt + width_pt - x;
                    let cut = self
                        .typefaces
                        .cut(shaped.role, BODY_PT, &shaped.text, room_pt);
                    self.typefaces.shape(shaped.role, BODY_PT, &cut)
                } else {
                    shaped.clone()
                };
                let width_pt = shaped.width_pt;
                self.beside(x, LEADING_PT, shaped);
                x += width_pt;
            }
            self.y += LEADING_PT;
        }
    }

    /// One line, which is not broken.
    pub(crate) fn line(&mut self, x: f32, leading_pt: f32, shaped: Shaped) {
        self.beside(x, leading_pt, shaped);
        self.y += leading_pt;
    }

    /// A line beside what comes next.
    pub(crate) fn beside(&mut self, x: f32, leading_pt: f32, shaped: Shaped) {
        let baseline = self.baseline(shaped.size_pt, leading_pt);
        self.push(Mark::Text {
            x,
            baseline,
            shaped,
        });
    }

    /// A line to type, on a shade of its own, never broken.
    ///
    /// # Errors
    /// [`SheetError::CommandTooWide`]
    pub(crate) fn command(&mut self, command: &str) -> Result<(), SheetError> {
        let shaped = self.typefaces.shape(FontRole::Mono, BODY_PT, command);
        let room_pt = TEXT_WIDTH_PT - 2.0 * COMMAND_PADDING_PT;
        if shaped.width_pt > room_pt {
            return Err(SheetError::CommandTooWide {
                width_pt: whole_points(shaped.width_pt),
                room_pt: whole_points(room_pt),
            });
        }
        self.cell(CellTag::Command);
        self.area(0.0, self.y, TEXT_WIDTH_PT, COMMAND_HEIGHT_PT, SHADE);
        self.line(COMMAND_PADDING_PT, COMMAND_HEIGHT_PT, shaped);
        self.y += 1.5;
        Ok(())
    }

    pub(crate) fn area(&mut self, x: f32, y: f32, width: f32, height: f32, lightness: u8) {
        self.push(Mark::Area {
            x,
            y,
            width,
            height,
            lightness,
        });
    }

    /// A line from left to right, at the present height.
    pub(crate) fn rule(&mut self, x: f32, width: f32, weight_pt: f32) {
        self.area(x, self.y, width, weight_pt, BLACK);
    }

    /// The outline of a box.
    pub(crate) fn frame(&mut self, x: f32, y: f32, width: f32, height: f32, weight_pt: f32) {
        let inner = height - 2.0 * weight_pt;
        self.area(x, y, width, weight_pt, BLACK);
        self.area(x, y + weight_pt, weight_pt, inner, BLACK);
        let right = x + width - weight_pt;
        self.area(right, y + weight_pt, weight_pt, inner, BLACK);
        self.area(x, y + height - weight_pt, width, weight_pt, BLACK);
    }

    pub(crate) fn code(&mut self, x: f32, y: f32, module_pt: f32, code: Rc<QrCode>) {
        self.cell(CellTag::Picture);
        self.push(Mark::Code {
            x,
            y,
            module_pt,
            code,
        });
    }

    /// Centres the lower-case letters of a line in its leading: half of their height (about 0.5 em) above the baseline.
    fn baseline(&self, size_pt: f32, leading_pt: f32) -> f32 {
        self.y + leading_pt / 2.0 + 0.31 * size_pt
    }
}

/// For messages: rounded up, and never negative.
pub(crate) fn whole_points(length_pt: f32) -> u32 {
    length_pt.ceil() as u32
}
