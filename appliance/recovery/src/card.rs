//! A card for the wallet: what exists, where the drive is, whom to call. Two faces beside one another, folded in the middle.

use heirloom_format::{Kept, Person, Role as Part};

use crate::error::SheetError;
use crate::facts::SheetFacts;
use crate::layout::{BODY_PT, Block, CellTag, Flow, LEADING_PT, Piece, Role, to_pdf};
use crate::paper::{MM, PaperSize, TEXT_WIDTH_PT};
use crate::sheet::document;
use crate::typeface::{FontRole, Fonts, Typefaces};
use crate::wording::{Span, Voice, plain, share as words, strong};

/// As payment cards (ISO/IEC 7810, ID-1).
const WIDTH_PT: f32 = 85.6 * MM;
const HEIGHT_PT: f32 = 54.0 * MM;
const PADDING_PT: f32 = 10.0;
const FACE_PT: f32 = WIDTH_PT - 2.0 * PADDING_PT;
/// A mark begins so far from the corner, and is so long.
const CROP_GAP_PT: f32 = 2.0 * MM;
const CROP_LENGTH_PT: f32 = 4.0 * MM;
const NAME_PT: f32 = 15.0;
const PEOPLE_MAX: usize = 4;

/// The card alone, as PDF: one page.
///
/// # Errors
/// [`SheetError`]
pub fn wallet_card(
    facts: &SheetFacts,
    fonts: &Fonts,
    paper: PaperSize,
) -> Result<Vec<u8>, SheetError> {
    let typefaces = Typefaces::new(fonts)?;
    let mut flow = Flow::new(&typefaces);
    compose(&mut flow, facts)?;
    to_pdf(&document(facts, &typefaces, &flow, paper))
}

pub(crate) fn compose(flow: &mut Flow<'_>, facts: &SheetFacts) -> Result<(), SheetError> {
    flow.heading(words::CARD);
    flow.announcement(&plain(words::CARD_CUT));
    let left = (TEXT_WIDTH_PT - 2.0 * WIDTH_PT) / 2.0;
    let top = CROP_GAP_PT + CROP_LENGTH_PT;
    let mut block = flow.block();
    crop_marks(&mut block, left, top);
    front(&mut block, facts, left + PADDING_PT, top + PADDING_PT);
    back(
        &mut block,
        facts,
        left + WIDTH_PT + PADDING_PT,
        top + PADDING_PT,
    );
    block.y = top + HEIGHT_PT + CROP_GAP_PT + CROP_LENGTH_PT;
    flow.pieces.push(Piece::new(Role::Text, block, 18.0));
    Ok(())
}

/// At the four corners, and above and below the fold.
fn crop_marks(block: &mut Block<'_>, left: f32, top: f32) {
    const WEIGHT_PT: f32 = 0.6;
    let (right, bottom) = (left + 2.0 * WIDTH_PT, top + HEIGHT_PT);
    for x in [left, left + WIDTH_PT, right] {
        for y in [top - CROP_GAP_PT - CROP_LENGTH_PT, bottom + CROP_GAP_PT] {
            block.area(x - WEIGHT_PT / 2.0, y, WEIGHT_PT, CROP_LENGTH_PT, 0);
        }
    }
    for y in [top, bottom] {
        for x in [left - CROP_GAP_PT - CROP_LENGTH_PT, right + CROP_GAP_PT] {
            block.area(x, y - WEIGHT_PT / 2.0, CROP_LENGTH_PT, WEIGHT_PT, 0);
        }
    }
}

/// What exists, and what opens it.
fn front(block: &mut Block<'_>, facts: &SheetFacts, left: f32, top: f32) {
    let typefaces = block.typefaces;
    block.y = top;
    block.cell(CellTag::Text);
    let title = typefaces.shape(FontRole::Regular, BODY_PT, words::CARD_TITLE);
    block.line(left, LEADING_PT, title);
    let name = typefaces.showable(FontRole::Bold, &facts.archive_name);
    let name = typefaces.fit(FontRole::Bold, NAME_PT, &name, FACE_PT);
    block.line(left, 20.0, typefaces.shape(FontRole::Bold, NAME_PT, &name));
    block.y += 4.0;
    block.cell(CellTag::Text);
    let what = typefaces.showable(FontRole::Regular, &words::card_what(facts));
    block.paragraph_within(left, FACE_PT, 3, &plain(what));
    block.y += 4.0;
    block.cell(CellTag::Text);
    block.paragraph_within(left, FACE_PT, 3, &plain(words::card_key(facts)));
}

/// Where the drive is, and whom to call.
fn back(block: &mut Block<'_>, facts: &SheetFacts, left: f32, top: f32) {
    let typefaces = block.typefaces;
    block.y = top;
    block.cell(CellTag::Text);
    let mut drives = facts
        .plan
        .kept
        .iter()
        .filter(|kept| kept.what == Kept::Drive);
    match drives.next() {
        Some(drive) => {
            let label = strong(words::CARD_WHERE);
            block.paragraph_within(left, FACE_PT, 1, &label);
            let place = typefaces.showable(FontRole::Regular, &drive.place);
            block.paragraph_within(left, FACE_PT, 2, &plain(place));
        }
        None => {
            block.paragraph_within(left, FACE_PT, 1, &strong(words::CARD_WHERE_UNSAID));
            line_to_write(block, left);
        }
    }
    block.y += 5.0;
    block.cell(CellTag::Text);
    let people = to_call(&facts.plan.people);
    if people.is_empty() {
        block.paragraph_within(left, FACE_PT, 1, &strong(words::CARD_NOBODY));
        line_to_write(block, left);
        line_to_write(block, left);
        return;
    }
    block.paragraph_within(left, FACE_PT, 1, &strong(words::CARD_CALL));
    let lines = if people.len() <= PEOPLE_MAX / 2 { 2 } else { 1 };
    for person in people {
        block.cell(CellTag::Text);
        let name = typefaces.showable(FontRole::Regular, &person.name);
        let name = typefaces.fit(FontRole::Regular, BODY_PT, &name, FACE_PT * 0.45);
        let contact = typefaces.showable(FontRole::Regular, &person.contact);
        let line = vec![Span::new(Voice::Plain, format!("{name}: {contact}"))];
        block.paragraph_within(left, FACE_PT, lines, &line);
    }
}

/// Who can be reached: executors first, the owner last, for the card is for when the owner can't be asked.
fn to_call(people: &[Person]) -> Vec<&Person> {
    let mut reachable: Vec<&Person> = people
        .iter()
        .filter(|person| !person.contact.is_empty())
        .collect();
    reachable.sort_by_key(|person| match person.role {
        Part::Executor => 0,
        Part::Helper => 1,
        Part::Relative | Part::Other(_) => 2,
        Part::Owner => 3,
    });
    reachable.truncate(PEOPLE_MAX);
    reachable
}

fn line_to_write(block: &mut Block<'_>, left: f32) {
    block.y += 20.0;
    block.rule(left, FACE_PT, 0.5);
}
