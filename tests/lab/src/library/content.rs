//! Bytes that are in no file: computed from an object's number and an offset, so that any range of any length costs neither disk nor memory.
//!
//! Photos and videos have the outer structure of their kind (JPEG's markers, boxes of ISO/IEC 14496-12), so that who checks a file's
//! structure finds it whole, and finds it cut when it is cut.

use serde::Deserialize;

/// What a computed file looks like from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// As its name's extension says; noise where that is none of the others.
    #[default]
    Named,
    /// From SOI to EOI, and no other marker in between than belongs there.
    Jpeg,
    /// `ftyp`, `moov`, and one `mdat` to the end.
    Mp4,
    /// The same, with QuickTime's brand.
    QuickTime,
    /// `ftyp`, `meta`, and one `mdat` to the end.
    Heic,
    /// No structure at all.
    Noise,
}

impl Shape {
    /// The shape that a file of this name has.
    pub(super) fn of(self, name: &str) -> Self {
        if self != Self::Named {
            return self;
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => Self::Jpeg,
            "mp4" | "3gp" | "m4v" => Self::Mp4,
            "mov" => Self::QuickTime,
            "heic" | "heif" => Self::Heic,
            _ => Self::Noise,
        }
    }
}

/// Fills `out` with what is at `offset` of the computed file `number`, which has `size_bytes`. All of `out` must be within the file.
pub(super) fn fill(number: u32, size_bytes: u64, shape: Shape, offset: u64, out: &mut [u8]) {
    noise(number, offset, out);
    let head = head(shape, size_bytes);
    let tail: &[u8] = if shape == Shape::Jpeg {
        &[0xFF, 0xD9]
    } else {
        &[]
    };
    // A file too short for its structure has none.
    if size_bytes < (head.len() + tail.len()) as u64 {
        return;
    }
    if shape == Shape::Jpeg {
        // No 0xFF, which would begin a marker.
        out.iter_mut().for_each(|byte| *byte &= 0x7F);
    }
    lay_over(&head, 0, offset, out);
    lay_over(tail, size_bytes - tail.len() as u64, offset, out);
}

/// Copies the part of `piece`, which lies at `at` of the file, that falls into `out`, which lies at `offset`.
fn lay_over(piece: &[u8], at: u64, offset: u64, out: &mut [u8]) {
    let begin = at.max(offset);
    let end = (at + piece.len() as u64).min(offset + out.len() as u64);
    if begin < end {
        // Both differences are within slices, so they fit.
        let length = (end - begin) as usize;
        let from = (begin - at) as usize;
        let to = (begin - offset) as usize;
        out[to..to + length].copy_from_slice(&piece[from..from + length]);
    }
}

/// Reproducible noise: the finalizer of SplitMix64 (Steele, Lea, Flood 2014) over a counter, eight bytes at a time.
fn noise(number: u32, offset: u64, out: &mut [u8]) {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let seed = mix(u64::from(number).wrapping_add(1).wrapping_mul(GOLDEN));
    let word = |index: u64| mix(seed.wrapping_add(index.wrapping_mul(GOLDEN))).to_le_bytes();
    let skipped = (offset % 8) as usize;
    let lead = out.len().min((8 - skipped) % 8);
    let (first, rest) = out.split_at_mut(lead);
    first.copy_from_slice(&word(offset / 8)[skipped..][..lead][..]);
    let start = offset.div_ceil(8);
    let (words, last) = rest.as_chunks_mut::<8>();
    for (index, piece) in (start..).zip(words.iter_mut()) {
        *piece = word(index);
    }
    last.copy_from_slice(&word(start + words.len() as u64)[..last.len()]);
}

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

fn head(shape: Shape, size_bytes: u64) -> Vec<u8> {
    match shape {
        Shape::Named | Shape::Noise => Vec::new(),
        Shape::Jpeg => jpeg_head(),
        Shape::Mp4 => boxes(b"isom", &moov(), size_bytes),
        Shape::QuickTime => boxes(b"qt  ", &moov(), size_bytes),
        Shape::Heic => boxes(b"heic", &meta(), size_bytes),
    }
}

/// A grey baseline JPEG of 16 x 16 pixels, up to where its scan begins.
fn jpeg_head() -> Vec<u8> {
    let mut head = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    head.extend(b"\xFF\xDB\x00\x43\x00");
    head.extend([1; 64]);
    head.extend(b"\xFF\xC0\x00\x0B\x08\x00\x10\x00\x10\x01\x01\x11\x00");
    for table in [0x00, 0x10] {
        head.extend(b"\xFF\xC4\x00\x14");
        head.push(table);
        head.push(1);
        head.extend([0; 16]);
    }
    head.extend(b"\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00");
    head
}

/// `ftyp`, one more box, and the header of an `mdat` that ends with the file.
fn boxes(brand: &[u8; 4], second: &[u8], size_bytes: u64) -> Vec<u8> {
    let mut head = boxed(b"ftyp", &[&brand[..], &[0, 0, 2, 0], brand].concat());
    head.extend(second);
    let rest_bytes = size_bytes.saturating_sub(head.len() as u64);
    // A size of 1 says that the true one follows in 64 bits.
    head.extend(1_u32.to_be_bytes());
    head.extend(b"mdat");
    head.extend(rest_bytes.to_be_bytes());
    head
}

/// A movie header (`mvhd`, version 0) of one second without tracks.
fn moov() -> Vec<u8> {
    let mut header = [0; 100];
    header[12..16].copy_from_slice(&1000_u32.to_be_bytes());
    header[16..20].copy_from_slice(&1000_u32.to_be_bytes());
    header[20..24].copy_from_slice(&0x0001_0000_u32.to_be_bytes());
    header[96..100].copy_from_slice(&1_u32.to_be_bytes());
    boxed(b"moov", &boxed(b"mvhd", &header))
}

/// The handler that every picture's `meta` box begins with.
fn meta() -> Vec<u8> {
    let mut handler = [0; 25];
    handler[8..12].copy_from_slice(b"pict");
    boxed(
        b"meta",
        &[&[0; 4][..], &boxed(b"hdlr", &handler)[..]].concat(),
    )
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + content.len()).expect("a small box");
    [&size.to_be_bytes()[..], kind, content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_is_the_same_range_of_the_whole() {
        for shape in [Shape::Noise, Shape::Jpeg, Shape::Mp4, Shape::Heic] {
            let mut whole = vec![0; 1000];
            fill(7, 1000, shape, 0, &mut whole);
            for (offset, length) in [
                (0, 1),
                (1, 6),
                (3, 20),
                (8, 8),
                (100, 900),
                (998, 2),
                (999, 1),
            ] {
                let mut part = vec![0; length];
                fill(7, 1000, shape, offset as u64, &mut part);
                assert_eq!(part, whole[offset..offset + length], "{shape:?} {offset}");
            }
        }
    }

    #[test]
    fn files_differ_and_far_offsets_are_cheap() {
        let mut one = [0; 64];
        let mut other = [0; 64];
        fill(1, 12 << 30, Shape::Mp4, 11 << 30, &mut one);
        fill(2, 12 << 30, Shape::Mp4, 11 << 30, &mut other);
        assert_ne!(one, other);
    }

    #[test]
    fn structure_is_that_of_the_kind() {
        let mut jpeg = vec![0; 5000];
        fill(1, 5000, Shape::Named.of("IMG.JPG"), 0, &mut jpeg);
        assert_eq!(jpeg[..2], [0xFF, 0xD8]);
        assert_eq!(jpeg[4998..], [0xFF, 0xD9]);
        let head = jpeg_head().len();
        assert!(!jpeg[head..4998].contains(&0xFF));
        let mut video = vec![0; 200];
        fill(1, 5 << 30, Shape::Named.of("a.mov"), 0, &mut video);
        assert_eq!(&video[4..12], b"ftypqt  ");
        let mdat = video
            .windows(4)
            .position(|four| four == b"mdat")
            .expect("mdat");
        let rest = u64::from_be_bytes(video[mdat + 4..mdat + 12].try_into().expect("eight"));
        assert_eq!(rest + mdat as u64 - 4, 5 << 30);
    }
}
