//! Numbered boxes, four in a row, with words or for handwriting.

use heirloom_shares::ShareWords;

use super::SharePage;
use crate::layout::{BODY_PT, CellTag, Piece, Role};
use crate::paper::TEXT_WIDTH_PT;
use crate::typeface::FontRole;

const IN_A_ROW: usize = 4;
const GAP_PT: f32 = 5.0;
const HEIGHT_PT: f32 = 27.0;
/// Room for handwriting.
const BLANK_HEIGHT_PT: f32 = 36.0;
/// Above the first row.
const ABOVE_PT: f32 = 11.0;
/// Shares of long secrets have 33 words.
const LOW_HEIGHT_PT: f32 = 22.0;
const WORD_PT: f32 = 15.0;
const NUMBER_LEFT_PT: f32 = 6.0;
const WORD_LEFT_PT: f32 = 26.0;

impl SharePage<'_, '_> {
    /// So many boxes, with these words in the first of them.
    pub(super) fn words_grid(&mut self, count: usize, words: Option<&ShareWords>) {
        let typefaces = self.flow.typefaces;
        let height = match words {
            None => BLANK_HEIGHT_PT,
            Some(_) if count > 24 => LOW_HEIGHT_PT,
            Some(_) => HEIGHT_PT,
        };
        let mut words = words.into_iter().flat_map(ShareWords::iter);
        let width = (TEXT_WIDTH_PT + GAP_PT) / IN_A_ROW as f32 - GAP_PT;
        self.flow.groups += 1;
        let rows = count.div_ceil(IN_A_ROW);
        for row in 0..rows {
            let mut block = self.flow.block();
            let in_row = IN_A_ROW.min(count - row * IN_A_ROW);
            for column in 0..in_row {
                let index = row * IN_A_ROW + column;
                let left = column as f32 * (width + GAP_PT);
                block.cell(CellTag::DataCell);
                block.frame(left, 0.0, width, height, 0.8);
                let number = (index + 1).to_string();
                let number = typefaces.shape(FontRole::Regular, BODY_PT, &number);
                block.beside(left + NUMBER_LEFT_PT, height, number);
                if let Some(word) = words.next() {
                    let word = typefaces.shape(FontRole::Mono, WORD_PT, word);
                    block.beside(left + WORD_LEFT_PT, height, word);
                }
            }
            block.y = height;
            let table = self.flow.groups;
            let gap_pt = if row == 0 { ABOVE_PT } else { GAP_PT };
            let mut piece = Piece::new(Role::Row { table }, block, gap_pt);
            piece.keeps_with_next = true;
            self.flow.pieces.push(piece);
        }
    }
}
