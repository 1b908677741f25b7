//! Reads a console from its pixels: what a person sees, and not what a program meant to show.
//!
//! Each cell of the picture is compared with the glyphs of the console's own font, to the last pixel and whatever the colours.
//! Fonts: PC Screen Font, versions 1 and 2 (`psf(5)` of Debian's `kbd`), not compressed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result, ensure};

const PSF1_MAGIC: [u8; 2] = [0x36, 0x04];
const PSF2_MAGIC: [u8; 4] = [0x72, 0xb5, 0x4a, 0x86];
/// A cell that is no glyph of the font.
const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

/// A picture of 24-bit pixels.
pub struct Picture {
    width: usize,
    height: usize,
    /// Red, green, blue, row by row from the top.
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Opens a PNG file as QEMU writes it: eight bits for each of red, green and blue, with or without opacity.
    ///
    /// # Errors
    /// When it is no such file.
    pub fn open(file: &Path) -> Result<Self> {
        let bytes = BufReader::new(File::open(file)?);
        let mut reader = png::Decoder::new(bytes).read_info()?;
        let size = reader.output_buffer_size().context("a picture too large")?;
        let mut buffer = vec![0; size];
        let info = reader.next_frame(&mut buffer)?;
        let samples = info.color_type.samples();
        ensure!(
            samples >= 3 && info.bit_depth == png::BitDepth::Eight,
            "not a picture of three or four bytes a pixel: {}",
            file.display()
        );
        Ok(Self {
            width: info.width as usize,
            height: info.height as usize,
            pixels: buffer[..info.buffer_size()]
                .chunks_exact(samples)
                .map(|pixel| [pixel[0], pixel[1], pixel[2]])
                .collect(),
        })
    }

    /// The cell's pixels that have not its commonest colour, row by row.
    fn mask(&self, left: usize, top: usize, width: usize, height: usize) -> Vec<bool> {
        let rows = (top..top + height).map(|y| &self.pixels[y * self.width + left..][..width]);
        let cell: Vec<[u8; 3]> = rows.flatten().copied().collect();
        let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
        for &pixel in &cell {
            *counts.entry(pixel).or_default() += 1;
        }
        // Of two colours that are equally common, the darker one is the ground.
        let ground = counts
            .into_iter()
            .max_by_key(|&(colour, count)| (count, std::cmp::Reverse(colour)))
            .map_or([0; 3], |(colour, _)| colour);
        cell.into_iter().map(|pixel| pixel != ground).collect()
    }
}

/// The glyphs of a console font, and what they mean.
pub struct ConsoleFont {
    width: usize,
    height: usize,
    /// By the pixels that are set, row by row.
    characters: HashMap<Vec<bool>, char>,
}

impl ConsoleFont {
    /// Opens a font file.
    ///
    /// # Errors
    /// When it is no PSF font with a Unicode table.
    pub fn open(file: &Path) -> Result<Self> {
        Self::parse(&fs::read(file)?).with_context(|| file.display().to_string())
    }

    /// Parses a font.
    ///
    /// # Errors
    /// When it is no PSF font with a Unicode table.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.starts_with(&PSF2_MAGIC) {
            Self::parse_psf2(bytes)
        } else {
            ensure!(bytes.starts_with(&PSF1_MAGIC), "no PSF font");
            Self::parse_psf1(bytes)
        }
    }

    /// The lines of text in a picture, without spaces at their ends. What is no glyph becomes U+FFFD.
    pub fn read(&self, picture: &Picture) -> Vec<String> {
        (0..picture.height / self.height)
            .map(|row| {
                (0..picture.width / self.width)
                    .map(|column| {
                        self.character(picture.mask(
                            column * self.width,
                            row * self.height,
                            self.width,
                            self.height,
                        ))
                    })
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    fn character(&self, mut mask: Vec<bool>) -> char {
        if !mask.contains(&true) {
            return ' ';
        }
        if let Some(&character) = self.characters.get(&mask) {
            return character;
        }
        // A glyph that fills most of its cell has the commoner colour.
        for pixel in &mut mask {
            *pixel = !*pixel;
        }
        self.characters.get(&mask).copied().unwrap_or(UNKNOWN)
    }

    /// Header: magic, mode, bytes a glyph. Table: UTF-16LE, 0xFFFE starts a sequence, 0xFFFF ends a glyph.
    fn parse_psf1(bytes: &[u8]) -> Result<Self> {
        ensure!(bytes.len() >= 4, "a header that is cut off");
        let (mode, height) = (bytes[2], usize::from(bytes[3]));
        let glyphs = if mode & 1 == 0 { 256 } else { 512 };
        ensure!(mode & 2 != 0, "no Unicode table");
        let table = bytes.get(4 + glyphs * height..).context("cut off")?;
        let units: Vec<u16> = table
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let meanings = units.split(|&unit| unit == 0xffff).map(|entry| {
            entry
                .iter()
                .take_while(|&&unit| unit != 0xfffe)
                .filter_map(|&unit| char::from_u32(unit.into()))
                .min()
        });
        Self::assemble(8, height, &bytes[4..], glyphs, meanings)
    }

    /// Header of 32 bytes, little-endian words. Table: UTF-8, 0xFE starts a sequence, 0xFF ends a glyph.
    fn parse_psf2(bytes: &[u8]) -> Result<Self> {
        let word = |number: usize| -> Result<usize> {
            let four = bytes.get(number * 4..number * 4 + 4).context("cut off")?;
            Ok(u32::from_le_bytes(four.try_into()?) as usize)
        };
        let (header, flags, glyphs) = (word(2)?, word(3)?, word(4)?);
        let (glyph_bytes, height, width) = (word(5)?, word(6)?, word(7)?);
        ensure!(flags & 1 != 0, "no Unicode table");
        ensure!(
            glyph_bytes == height * width.div_ceil(8),
            "sizes that disagree"
        );
        let body = bytes.get(header..).context("cut off")?;
        let table = body.get(glyphs * glyph_bytes..).context("cut off")?;
        let meanings = table.split(|&byte| byte == 0xff).map(|entry| {
            let single = entry.split(|&byte| byte == 0xfe).next()?;
            std::str::from_utf8(single).ok()?.chars().min()
        });
        Self::assemble(width, height, body, glyphs, meanings)
    }

    fn assemble(
        width: usize,
        height: usize,
        body: &[u8],
        glyphs: usize,
        meanings: impl Iterator<Item = Option<char>>,
    ) -> Result<Self> {
        ensure!(width > 0 && height > 0, "cells without a size");
        let stride = width.div_ceil(8);
        let mut characters = HashMap::new();
        for (glyph, meaning) in body
            .chunks_exact(stride * height)
            .take(glyphs)
            .zip(meanings)
        {
            let Some(meaning) = meaning else { continue };
            let bits = glyph
                .chunks_exact(stride)
                .flat_map(|row| (0..width).map(|x| row[x / 8] & (0x80 >> (x % 8)) != 0))
                .collect();
            // Characters that look the same are read as the first in Unicode's order, which is the Latin one.
            let known = characters.entry(bits).or_insert(meaning);
            *known = meaning.min(*known);
        }
        Ok(Self {
            width,
            height,
            characters,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A font of 9 by 4 pixels: glyph n shows the number n + 1 in the bits of its rows; `meanings` go in the table.
    fn psf2(meanings: &[&[u8]]) -> Vec<u8> {
        let mut font = PSF2_MAGIC.to_vec();
        for word in [0, 32, 1, meanings.len() as u32, 8, 4, 9] {
            font.extend_from_slice(&u32::to_le_bytes(word));
        }
        for number in 1..=meanings.len() as u8 {
            font.extend_from_slice(&[number, 0x80, number << 3, 0, 0x11, 0x80, 0, 0]);
        }
        for meaning in meanings {
            font.extend_from_slice(meaning);
            font.push(0xff);
        }
        font
    }

    /// Draws a text with a font, cell by cell, in two colours.
    fn draw(font: &ConsoleFont, text: &str, ink: [u8; 3], ground: [u8; 3]) -> Picture {
        let cells: Vec<&Vec<bool>> = text
            .chars()
            .map(|wanted| {
                let found = font
                    .characters
                    .iter()
                    .find(|&(_, &meaning)| meaning == wanted);
                found.expect("the test draws what the font has").0
            })
            .collect();
        let pixels = (0..font.height)
            .flat_map(|y| {
                cells
                    .iter()
                    .flat_map(move |cell| cell[y * font.width..][..font.width].iter())
            })
            .map(|&set| if set { ink } else { ground })
            .collect();
        Picture {
            width: cells.len() * font.width,
            height: font.height,
            pixels,
        }
    }

    #[test]
    fn text_is_read_from_pixels_in_any_colours() -> Result<()> {
        // Two code points for one glyph, a sequence after a single, a letter beyond ASCII.
        let font = ConsoleFont::parse(&psf2(&[
            "\u{391}A".as_bytes(),
            b"b\xfeb\xcc\x81",
            "ä".as_bytes(),
        ]))?;
        for (ink, ground) in [
            ([255; 3], [0; 3]),
            ([0; 3], [170, 170, 170]),
            ([85, 255, 85], [0, 0, 170]),
        ] {
            let picture = draw(&font, "Abä", ink, ground);
            assert_eq!(font.read(&picture), ["Abä"]);
        }
        Ok(())
    }

    #[test]
    fn blank_and_foreign_cells_are_told_apart() -> Result<()> {
        let font = ConsoleFont::parse(&psf2(&[b"A", b"b"]))?;
        let mut picture = draw(&font, "AbA", [255; 3], [0; 3]);
        for y in 0..4 {
            for x in 9..18 {
                picture.pixels[y * 27 + x] = [0; 3];
            }
        }
        assert_eq!(font.read(&picture), ["A A"]);
        picture.pixels[10] = [255; 3];
        assert_eq!(font.read(&picture), ["A\u{fffd}A"]);
        Ok(())
    }

    #[test]
    fn psf1_with_its_table_is_understood() -> Result<()> {
        let mut font = vec![0x36, 0x04, 0x02, 2];
        for number in 0..=255_u8 {
            font.extend_from_slice(&[number, 1]);
        }
        for number in 0..256_u16 {
            font.extend_from_slice(&(0x4e00 + number).to_le_bytes());
            font.extend_from_slice(&[0xff, 0xff]);
        }
        let font = ConsoleFont::parse(&font)?;
        let picture = draw(&font, "\u{4e07}\u{4e18}", [1; 3], [0; 3]);
        assert_eq!(font.read(&picture), ["\u{4e07}\u{4e18}"]);
        Ok(())
    }

    #[test]
    fn a_picture_is_read_from_a_png_file() -> Result<()> {
        let font = ConsoleFont::parse(&psf2(&[b"A", b"b"]))?;
        let picture = draw(&font, "bA", [255; 3], [0; 3]);
        let file = tempfile::NamedTempFile::new()?;
        let mut encoder =
            png::Encoder::new(file.reopen()?, picture.width as u32, picture.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder
            .write_header()?
            .write_image_data(picture.pixels.as_flattened())?;
        assert_eq!(font.read(&Picture::open(file.path())?), ["bA"]);
        Ok(())
    }

    #[test]
    fn what_is_no_font_is_refused() {
        let cut = &psf2(&[b"A"])[..20];
        for bytes in [b"".as_slice(), b"GIF89a", cut, &[0x36, 0x04, 0x00, 8]] {
            assert!(ConsoleFont::parse(bytes).is_err(), "{bytes:?}");
        }
    }
}
