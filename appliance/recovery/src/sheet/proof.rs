//! By what an exchanged or altered drive is noticed: head, signing key, identifiers, and all of them as a code.

use super::Sheet;
use crate::code::Code;
use crate::commands;
use crate::error::SheetError;
use crate::layout::{BODY_PT, COMMAND_PADDING_PT, CellTag, LEADING_PT, Piece, Role};
use crate::paper::{MM, TEXT_WIDTH_PT};
use crate::typeface::FontRole;
use crate::wording::archive as words;
use crate::wording::{Span, Voice, numbers};

/// Enough digits of a commit to find it.
const COMMIT_CHARS: usize = 12;
/// The code's width: modules of at least 0.7 mm, which a fax still tells apart.
const CODE_PT: f32 = 58.0 * MM;

impl Sheet<'_, '_> {
    pub(super) fn proof(&mut self) -> Result<(), SheetError> {
        let facts = self.facts;
        self.flow.heading(words::TO_BE_SURE);
        if let Some(head) = &facts.head {
            self.flow.announcement(&words::head(facts.generation));
            self.flow.commands(&[&commands::print_head(facts)])?;
            let digits = numbers::head_digits(head);
            let mut block = self.flow.block();
            block.cell(CellTag::Command);
            let shaped = self.flow.typefaces.shape(FontRole::Mono, BODY_PT, &digits);
            block.line(COMMAND_PADDING_PT, LEADING_PT, shaped);
            self.flow.keep_last();
            self.flow.pieces.push(Piece::new(Role::Text, block, 1.0));
        }
        self.flow.announcement(&words::signing_key(facts));
        self.flow
            .commands(&[&commands::take_key(facts), commands::CHECK_SIGNATURE])?;
        self.flow.keep_last();
        self.code()
    }

    fn code(&mut self) -> Result<(), SheetError> {
        let code = Code::of_text(&words::code_text(self.facts), CODE_PT)?;
        let (side, quiet) = (code.side_pt(), code.quiet_pt());
        let mut block = self.flow.block();
        let left = side + 2.0 * quiet + 8.0;
        block.y = quiet;
        let width = TEXT_WIDTH_PT - left;
        for sentence in self.identifiers() {
            block.cell(CellTag::Text);
            block.paragraph(left, width, &sentence);
            block.y += 4.0;
        }
        block.code(quiet, quiet, code.module_pt, code.code);
        block.y = block.y.max(side + 2.0 * quiet);
        let role = Role::Figure(words::HEAD_CODE.to_owned());
        self.flow.pieces.push(Piece::new(role, block, 10.0));
        Ok(())
    }

    /// What stands beside the code.
    fn identifiers(&self) -> Vec<Vec<Span>> {
        let facts = self.facts;
        let release = &facts.release;
        let shown = |role, text: &str| self.flow.typefaces.showable(role, text);
        let commit: String = release.commit.chars().take(COMMIT_CHARS).collect();
        let version = shown(FontRole::Regular, &release.version);
        let id = Span::new(Voice::Fixed, shown(FontRole::Mono, &facts.archive_id));
        let made_by = Span::new(Voice::Plain, format!("Heirloom {version} ({commit})"));
        let labelled =
            |label: &str, span: Span| vec![Span::new(Voice::Strong, format!("{label} ")), span];
        let mut sentences = vec![
            words::about_code(),
            labelled(words::ARCHIVE_ID, id),
            labelled(words::MADE_BY, made_by),
        ];
        if let Some(image) = &release.image {
            let mut sentence = vec![Span::new(Voice::Strong, format!("{} ", words::IMAGE))];
            sentence.extend(words::image(image));
            sentences.push(sentence);
        }
        sentences
    }
}
