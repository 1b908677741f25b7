//! Which piece stands on which page, and how far down.

use super::block::whole_points;
use super::flow::Piece;
use crate::error::SheetError;

/// A piece at its place.
pub(super) struct Placed<'p> {
    pub(super) piece: &'p Piece,
    /// From the top of what the pages are about.
    pub(super) y: f32,
    /// It is shown again, for the eye only.
    pub(super) is_repeated: bool,
}

/// Fills pages of this height in order. Pieces that keep with the next one go to the next page with it.
///
/// # Errors
/// [`SheetError::PageTooSmall`]: one piece is higher than a page.
pub(super) fn paginate(pieces: &[Piece], room_pt: f32) -> Result<Vec<Vec<Placed<'_>>>, SheetError> {
    let mut pages: Vec<Vec<Placed<'_>>> = vec![Vec::new()];
    let mut y = 0.0;
    let mut rest = pieces;
    while !rest.is_empty() {
        let links = rest.iter().take_while(|piece| piece.keeps_with_next);
        let mut length = (links.count() + 1).min(rest.len());
        if chain_height(&rest[..length], true) > room_pt {
            // No page holds them all together.
            length = 1;
        }
        let (chain, after) = rest.split_at(length);
        rest = after;
        let is_fresh = y == 0.0;
        let must_break = chain[0].begins_page || y + chain_height(chain, is_fresh) > room_pt;
        if !is_fresh && must_break {
            pages.push(Vec::new());
            y = 0.0;
        }
        for piece in chain {
            place(&mut pages, &mut y, piece, room_pt)?;
        }
    }
    Ok(pages)
}

fn place<'p>(
    pages: &mut [Vec<Placed<'p>>],
    y: &mut f32,
    piece: &'p Piece,
    room_pt: f32,
) -> Result<(), SheetError> {
    let page = pages.last_mut().expect("never empty");
    let is_fresh = *y == 0.0;
    if is_fresh && let Some(head) = piece.repeated.as_deref() {
        page.push(Placed {
            piece: head,
            y: 0.0,
            is_repeated: true,
        });
        *y += head.height_pt;
    } else if !is_fresh {
        *y += piece.gap_pt;
    }
    page.push(Placed {
        piece,
        y: *y,
        is_repeated: false,
    });
    *y += piece.height_pt;
    if *y > room_pt + 0.01 {
        return Err(SheetError::PageTooSmall {
            height_pt: whole_points(*y),
            room_pt: whole_points(room_pt),
        });
    }
    Ok(())
}

/// What pieces take together; at the top of a page, with what is repeated above the first and without the white above it.
fn chain_height(chain: &[Piece], is_fresh: bool) -> f32 {
    let all: f32 = chain
        .iter()
        .map(|piece| piece.gap_pt + piece.height_pt)
        .sum();
    match chain {
        [first, ..] if is_fresh => {
            let head = first.repeated.as_ref();
            all - first.gap_pt + head.map_or(0.0, |head| head.height_pt)
        }
        _ => all,
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::layout::Role;

    fn piece(height_pt: f32, keeps_with_next: bool) -> Piece {
        Piece {
            role: Role::Text,
            cells: Vec::new(),
            height_pt,
            gap_pt: 5.0,
            keeps_with_next,
            begins_page: false,
            repeated: None,
        }
    }

    /// Where each piece begins, page by page.
    fn places(pieces: &[Piece]) -> Vec<Vec<f32>> {
        let pages = paginate(pieces, 100.0).expect("every piece fits");
        let places = |page: &Vec<Placed<'_>>| page.iter().map(|placed| placed.y).collect();
        pages.iter().map(places).collect()
    }

    #[test]
    fn a_heading_goes_to_the_next_page_with_what_it_announces() {
        let pieces = [piece(60.0, false), piece(20.0, true), piece(20.0, false)];
        assert_eq!(places(&pieces), [vec![0.0], vec![0.0, 25.0]]);
    }

    #[test]
    fn what_no_page_holds_together_is_parted() {
        let pieces = [piece(60.0, true), piece(30.0, true), piece(30.0, false)];
        assert_eq!(places(&pieces), [vec![0.0], vec![0.0, 35.0]]);
    }

    #[test]
    fn white_above_counts_only_below_something() {
        let pieces = [piece(47.5, false), piece(47.5, false), piece(100.0, false)];
        assert_eq!(places(&pieces), [vec![0.0, 52.5], vec![0.0]]);
    }

    #[test]
    fn the_head_of_a_table_is_shown_again_and_takes_its_room() {
        let head = Rc::new(piece(10.0, true));
        let mut rows = vec![Piece::clone(&head)];
        for _ in 0..3 {
            let mut row = piece(40.0, false);
            row.gap_pt = 0.0;
            row.repeated = Some(head.clone());
            rows.push(row);
        }
        assert_eq!(places(&rows), [vec![0.0, 10.0, 50.0], vec![0.0, 10.0]]);
        let pages = paginate(&rows, 100.0).expect("every row fits");
        let repeated =
            |page: &Vec<Placed<'_>>| page.iter().filter(|placed| placed.is_repeated).count();
        assert_eq!(pages.iter().map(repeated).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn a_piece_that_begins_a_page_leaves_the_rest_white() {
        let mut second = piece(10.0, false);
        second.begins_page = true;
        assert_eq!(
            places(&[piece(10.0, false), second]),
            [vec![0.0], vec![0.0]]
        );
    }

    #[test]
    fn what_is_higher_than_a_page_is_refused() {
        let pieces = [piece(100.5, false)];
        let refused = paginate(&pieces, 100.0);
        assert!(matches!(
            refused,
            Err(SheetError::PageTooSmall {
                height_pt: 101,
                room_pt: 100
            })
        ));
    }
}
