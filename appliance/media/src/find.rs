//! Looks for a few bytes in many, many bytes at a time.

/// As many bytes as a comparison takes at once, after the compiler made vectors of it.
const STRIDE_BYTES: usize = 128;

/// Where two bytes first follow each other.
pub(crate) fn find_pair(bytes: &[u8], [first, second]: [u8; 2]) -> Option<usize> {
    let is_pair = |pair: &[u8]| pair[0] == first && pair[1] == second;
    let mut at = 0;
    // Each stride looks one byte ahead, so that a pair on a boundary is in one of them.
    while let Some(stride) = bytes.get(at..at + STRIDE_BYTES + 1) {
        let (these, next) = (&stride[..STRIDE_BYTES], &stride[1..]);
        // Without a branch inside, which is what makes it fast.
        let found = these.iter().zip(next).fold(0_u8, |found, (this, next)| {
            found | (u8::from(*this == first) & u8::from(*next == second))
        });
        if found != 0 {
            return stride.windows(2).position(is_pair).map(|found| at + found);
        }
        at += STRIDE_BYTES;
    }
    bytes[at..]
        .windows(2)
        .position(is_pair)
        .map(|found| at + found)
}

/// How a film begins: the length of its first box, and that box's type (ISO/IEC 14496-12, 4.3).
const FILM: &[u8; 4] = b"ftyp";
const LENGTH_BYTES: usize = 4;
/// The first box of a film lists brands of four bytes: no phone names more than a few.
const LONGEST_FIRST_BOX_BYTES: u32 = 256;

/// As much as must be kept of what went by, so that a beginning that is cut in two is found.
const KEPT_BYTES: usize = LENGTH_BYTES + FILM.len() - 1;

/// Looks for a film's beginning in what went by last and what comes now. Tells the first bytes of the film, and how many of those that
/// come now are in them.
pub(crate) fn find_film(last: &[u8], piece: &[u8]) -> Option<(Vec<u8>, usize)> {
    let overlap = piece.len().min(KEPT_BYTES);
    let joint = [last, &piece[..overlap]].concat();
    if let Some(at) = film_in(&joint) {
        // What is in `last` alone would have been found before; so its end is in the piece.
        let end = at + LENGTH_BYTES + FILM.len();
        return Some((joint[at..end].to_vec(), end.saturating_sub(last.len())));
    }
    let at = film_in(piece)?;
    let end = at + LENGTH_BYTES + FILM.len();
    Some((piece[at..end].to_vec(), end))
}

fn film_in(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = find_pair(&bytes[from..], [FILM[0], FILM[1]]) {
        let at = from + found;
        from = at + 1;
        let head = at
            .checked_sub(LENGTH_BYTES)
            .and_then(|begin| bytes.get(begin..at + FILM.len()));
        if let Some(head) = head
            && head.ends_with(FILM)
            && (16..=LONGEST_FIRST_BOX_BYTES).contains(&crate::steps::be32(head))
        {
            return Some(at - LENGTH_BYTES);
        }
    }
    None
}

/// Keeps as much of what went by as [`find_film`] needs.
pub(crate) fn keep_last(last: &mut Vec<u8>, piece: &[u8]) {
    last.extend_from_slice(&piece[piece.len().saturating_sub(KEPT_BYTES)..]);
    let surplus = last.len().saturating_sub(KEPT_BYTES);
    last.drain(..surplus);
}

/// How many zeros a piece ends with.
pub(crate) fn zeros_at_end(bytes: &[u8]) -> usize {
    let mut zeros = 0;
    for stride in bytes.rchunks(STRIDE_BYTES) {
        if stride.iter().fold(0, |any, byte| any | byte) != 0 {
            return zeros + stride.iter().rev().take_while(|byte| **byte == 0).count();
        }
        zeros += stride.len();
    }
    zeros
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_found_wherever_it_is() {
        for length in [0, 1, 2, 3, 127, 128, 129, 130, 257, 400] {
            let mut bytes = vec![0xff; length];
            assert_eq!(find_pair(&bytes, [0xff, 0xd9]), None, "{length}");
            for at in 0..length.saturating_sub(1) {
                bytes[at + 1] = 0xd9;
                assert_eq!(find_pair(&bytes, [0xff, 0xd9]), Some(at), "{length}");
                bytes[at + 1] = 0xff;
            }
        }
    }

    #[test]
    fn zeros_are_counted_from_the_end() {
        for length in [0, 1, 127, 128, 129, 400] {
            let mut bytes = vec![0; length];
            assert_eq!(zeros_at_end(&bytes), length);
            for at in 0..length {
                bytes[at] = 1;
                assert_eq!(zeros_at_end(&bytes), length - at - 1);
                bytes[at] = 0;
            }
        }
    }

    #[test]
    fn a_film_is_found_wherever_it_is_cut() {
        let whole = b"some maker's trailer ftyp, ft\0\0\0\x18ftypmp42 and what follows";
        let at = 29;
        for cut in 0..whole.len() {
            let (first, second) = whole.split_at(cut);
            let mut last = Vec::new();
            let (head, end) = match find_film(&last, first) {
                Some((head, used)) => (head, used),
                None => {
                    keep_last(&mut last, first);
                    let (head, used) = find_film(&last, second).expect("in the second");
                    (head, cut + used)
                }
            };
            assert_eq!(head, whole[at..at + 8], "cut at {cut}");
            assert_eq!(end, at + 8, "cut at {cut}");
        }
    }
}
