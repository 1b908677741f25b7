//! Fonts, and text shaped in them: measured and drawn from the same glyphs, so that what fits is what is printed.

use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, Feature, UnicodeBuffer};
use zeroize::Zeroize;

use crate::error::SheetError;

/// The font files' bytes (TrueType or OpenType).
#[derive(Clone)]
pub struct Fonts {
    /// For running text.
    pub regular: Vec<u8>,
    /// For headings and what must not be missed.
    pub bold: Vec<u8>,
    /// For what is typed, with every character as wide as the next.
    pub mono: Vec<u8>,
}

/// Which of the three fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FontRole {
    /// [`Fonts::regular`].
    Regular,
    /// [`Fonts::bold`].
    Bold,
    /// [`Fonts::mono`].
    Mono,
}

/// Longer names are cut before anything measures them: no paper shows more, and shaping takes time.
const NAME_CHARS_MAX: usize = 300;

/// The three fonts, ready to shape and draw.
pub(crate) struct Typefaces<'a> {
    regular: Typeface<'a>,
    bold: Typeface<'a>,
    mono: Typeface<'a>,
}

struct Typeface<'a> {
    face: Face<'a>,
    font: Font,
}

/// A piece of text in one font and size, as glyphs. It may be a word of a share, so the text is wiped.
#[derive(Clone)]
pub(crate) struct Shaped {
    pub(crate) role: FontRole,
    pub(crate) size_pt: f32,
    pub(crate) text: String,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    pub(crate) width_pt: f32,
}

impl Drop for Shaped {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl<'a> Typefaces<'a> {
    pub(crate) fn new(fonts: &'a Fonts) -> Result<Self, SheetError> {
        let open = |bytes: &'a Vec<u8>, role| {
            let face = Face::from_slice(bytes, 0);
            let font = Font::new(bytes.clone().into(), 0);
            match (face, font) {
                (Some(face), Some(font)) => Ok(Typeface { face, font }),
                _ => Err(SheetError::FontUnreadable { role }),
            }
        };
        Ok(Self {
            regular: open(&fonts.regular, FontRole::Regular)?,
            bold: open(&fonts.bold, FontRole::Bold)?,
            mono: open(&fonts.mono, FontRole::Mono)?,
        })
    }

    fn typeface(&self, role: FontRole) -> &Typeface<'a> {
        match role {
            FontRole::Regular => &self.regular,
            FontRole::Bold => &self.bold,
            FontRole::Mono => &self.mono,
        }
    }

    pub(crate) fn font(&self, role: FontRole) -> Font {
        self.typeface(role).font.clone()
    }

    /// Shapes a line of text, run by run of one direction.
    pub(crate) fn shape(&self, role: FontRole, size_pt: f32, text: &str) -> Shaped {
        let face = &self.typeface(role).face;
        let mut glyphs = Vec::new();
        for (range, direction) in direction_runs(text) {
            shape_run(face, role, text, range, direction, &mut glyphs);
        }
        let width_em: f32 = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        Shaped {
            role,
            size_pt,
            text: text.to_owned(),
            glyphs,
            width_pt: width_em * size_pt,
        }
    }

    /// The text as this font can show it: `?` for each character that it has no glyph for and for control characters; what only steers
    /// the display (joiners, variation selectors, direction overrides) is left out.
    pub(crate) fn visible(&self, role: FontRole, text: &str) -> String {
        let visible: String = text
            .chars()
            .filter(|&c| !is_format(c))
            .map(|c| if c.is_control() { '?' } else { c })
            .collect();
        let shaped = self.shape(role, 1.0, &visible);
        let is_missing = |index: usize| {
            let mut glyphs = shaped.glyphs.iter();
            glyphs
                .any(|glyph| glyph.glyph_id == GlyphId::new(0) && glyph.text_range.contains(&index))
        };
        if !shaped
            .glyphs
            .iter()
            .any(|glyph| glyph.glyph_id == GlyphId::new(0))
        {
            return visible;
        }
        visible
            .char_indices()
            .map(|(index, c)| if is_missing(index) { '?' } else { c })
            .collect()
    }

    /// The same of a name: no paper shows more than its beginning.
    pub(crate) fn showable(&self, role: FontRole, text: &str) -> String {
        let visible = text.chars().filter(|&c| !is_format(c));
        let beginning: String = visible.take(NAME_CHARS_MAX).collect();
        self.visible(role, &beginning)
    }

    /// Where the longest beginning ends that is no wider than this.
    pub(crate) fn fitting(&self, role: FontRole, size_pt: f32, text: &str, width_pt: f32) -> usize {
        let ends: Vec<usize> = text
            .char_indices()
            .map(|(index, character)| index + character.len_utf8())
            .collect();
        let fits = |end: &usize| self.shape(role, size_pt, &text[..*end]).width_pt <= width_pt;
        match ends.partition_point(fits) {
            0 => 0,
            count => ends[count - 1],
        }
    }

    /// The longest beginning of the text that is no wider than this, with an ellipsis where it was cut.
    pub(crate) fn fit(&self, role: FontRole, size_pt: f32, text: &str, width_pt: f32) -> String {
        if text.is_empty() || self.shape(role, size_pt, text).width_pt <= width_pt {
            return text.to_owned();
        }
        self.cut(role, size_pt, text, width_pt)
    }

    /// The same of a text that goes on elsewhere: always with the ellipsis.
    pub(crate) fn cut(&self, role: FontRole, size_pt: f32, text: &str, width_pt: f32) -> String {
        let ends: Vec<usize> = text
            .char_indices()
            .map(|(index, _)| index)
            .chain([text.len()])
            .collect();
        let cut = |end: usize| format!("{}…", text[..end].trim_end());
        let fits = |end: &usize| self.shape(role, size_pt, &cut(*end)).width_pt <= width_pt;
        let fitting = ends.partition_point(fits);
        cut(ends[fitting.saturating_sub(1)])
    }
}

fn shape_run(
    face: &Face<'_>,
    role: FontRole,
    text: &str,
    range: Range<usize>,
    direction: Direction,
    glyphs: &mut Vec<KrillaGlyph>,
) {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(&text[range.clone()]);
    buffer.guess_segment_properties();
    buffer.set_direction(direction);
    // In commands every character stands for itself, so that the text taken out of the PDF can be pasted.
    let literal: Vec<Feature> = [b"liga", b"clig", b"calt"]
        .map(|tag| Feature::new(Tag::from_bytes(tag), 0, ..))
        .to_vec();
    let features: &[Feature] = if role == FontRole::Mono {
        &literal
    } else {
        &[]
    };
    let shaped = rustybuzz::shape(face, features, buffer);
    // A cluster is named by its first byte; it ends where the next one, in the order of the text, begins.
    let mut starts: Vec<usize> = shaped
        .glyph_infos()
        .iter()
        .map(|info| range.start + info.cluster as usize)
        .collect();
    starts.push(range.end);
    starts.sort_unstable();
    let units_per_em = face.units_per_em() as f32;
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let start = range.start + info.cluster as usize;
        let end = starts.iter().copied().find(|&next| next > start);
        glyphs.push(KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            position.x_advance as f32 / units_per_em,
            position.x_offset as f32 / units_per_em,
            position.y_offset as f32 / units_per_em,
            position.y_advance as f32 / units_per_em,
            start..end.unwrap_or(range.end),
            None,
        ));
    }
}

/// The runs of one writing direction. Spaces and punctuation between two right-to-left
/// letters belong to them. Enough for names; the sheet itself is written from left to right.
fn direction_runs(text: &str) -> Vec<(Range<usize>, Direction)> {
    let mut runs: Vec<(Range<usize>, Direction)> = Vec::new();
    let mut push = |start: usize, end: usize, direction: Direction| {
        if start < end {
            match runs.last_mut() {
                Some((range, last)) if *last == direction => range.end = end,
                _ => runs.push((start..end, direction)),
            }
        }
    };
    // Bytes from here on are neutral so far: they follow what comes next if it has the direction of what came before.
    let mut neutral_from = 0;
    let mut current = Direction::LeftToRight;
    for (index, character) in text.char_indices() {
        let end = index + character.len_utf8();
        let direction = if is_right_to_left(character) {
            Direction::RightToLeft
        } else if character.is_alphanumeric() {
            Direction::LeftToRight
        } else {
            continue;
        };
        let neutral = if direction == current {
            current
        } else {
            Direction::LeftToRight
        };
        push(neutral_from, index, neutral);
        push(index, end, direction);
        neutral_from = end;
        current = direction;
    }
    push(neutral_from, text.len(), Direction::LeftToRight);
    runs
}

/// Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms, and the right-to-left blocks of the first supplementary plane.
pub(crate) fn is_right_to_left(character: char) -> bool {
    matches!(u32::from(character),
        0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF)
}

/// Characters without a shape of their own (Unicode's Cf in general use, and variation selectors).
pub(crate) fn is_format(character: char) -> bool {
    matches!(u32::from(character),
        0x00AD | 0x061C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xE_0000..=0xE_0FFF)
}
