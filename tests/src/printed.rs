//! What a printer of the lab was sent, as pages of ink, and what can be read on them. PCL is read here, by the letter of HP's "PCL 5
//! Printer Language Technical Reference Manual"; PostScript and PDF by Ghostscript and poppler, and codes by zbarimg.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// The resolution in which pages are looked at, in dots an inch: what our PCL has.
const DPI: usize = 300;
/// Where PCL's logical page begins on A4, and where our raster does: left and top, in dots.
const PCL_LEFT: usize = 75;
const PCL_TOP: usize = 50;
/// A4 in dots.
const A4: (usize, usize) = (2480, 3508);
/// The ink of a black dot.
const BLACK: u8 = 255;
/// The cells by which two pages are compared: across and down.
const CELLS: (usize, usize) = (40, 56);

/// A page.
#[derive(Clone, PartialEq, Eq)]
pub struct PrintedPage {
    width: usize,
    height: usize,
    /// Row by row, how much ink each dot has: 255 is black.
    ink: Vec<u8>,
}

impl PrintedPage {
    fn blank() -> Self {
        Self {
            width: A4.0,
            height: A4.1,
            ink: vec![0; A4.0 * A4.1],
        }
    }

    /// One row of bits, the first of each byte the highest; what is beyond the paper is lost, as on paper.
    fn ink(&mut self, left: usize, top: usize, bits: &[u8]) {
        if top >= self.height {
            return;
        }
        for (at, byte) in bits.iter().enumerate() {
            for bit in 0..8 {
                let x = left + at * 8 + bit;
                if byte & (0x80 >> bit) != 0 && x < self.width {
                    self.ink[top * self.width + x] = BLACK;
                }
            }
        }
    }

    /// Its width and height, in dots at 300 dpi.
    pub fn size_dots(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// What zbarimg reads on it, sorted.
    ///
    /// # Errors
    /// When zbarimg does not run.
    pub fn codes(&self, folder: &Path) -> Result<Vec<String>> {
        let file = folder.join("page.pgm");
        self.save(&file)?;
        let output = Command::new("zbarimg")
            .args(["--quiet", "--raw", "--nodbus"])
            .arg(&file)
            .output()
            .context("zbarimg; scripts/setup installs it")?;
        let text = String::from_utf8(output.stdout)?;
        let mut codes: Vec<String> = text.lines().map(str::to_owned).collect();
        codes.sort();
        Ok(codes)
    }

    /// As a picture (PGM).
    ///
    /// # Errors
    /// When it can't be written.
    pub fn save(&self, file: &Path) -> Result<()> {
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        bytes.extend(self.ink.iter().map(|ink| BLACK - ink));
        std::fs::write(file, bytes)?;
        Ok(())
    }

    /// How much ink each cell has, in thousandths of black.
    fn cells(&self) -> Vec<usize> {
        let (across, down) = CELLS;
        let mut inks = vec![0; across * down];
        let mut all = vec![0; across * down];
        for (at, &ink) in self.ink.iter().enumerate() {
            let (x, y) = (at % self.width, at / self.width);
            let cell = (y * down / self.height) * across + x * across / self.width;
            inks[cell] += usize::from(ink);
            all[cell] += usize::from(BLACK);
        }
        let both = inks.iter().zip(&all);
        both.map(|(ink, all)| ink * 1000 / all).collect()
    }

    /// How much two pages differ: the mean difference of their cells, as a share of the mean blackness of the other one, in thousandths.
    pub fn difference_from(&self, other: &Self) -> usize {
        let (ours, theirs) = (self.cells(), other.cells());
        let difference: usize = ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).sum();
        difference * 1000 / theirs.iter().sum::<usize>().max(1)
    }
}

/// The pages of PCL 5 that has nothing but raster in black and white at 300 dpi, as a sheet has it.
///
/// # Errors
/// When there is anything else.
pub fn pcl_pages(bytes: &[u8]) -> Result<Vec<PrintedPage>> {
    let mut pages = Vec::new();
    let mut page: Option<PrintedPage> = None;
    let (mut row, mut compression) = (0, 0);
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        match byte {
            0x0c => {
                pages.extend(page.take());
                row = 0;
                rest = tail;
            }
            0x1b if tail.first() == Some(&b'E') => rest = &tail[1..],
            // Universal Exit Language: lines of PJL follow, up to the one that names the language.
            0x1b if tail.starts_with(b"%-12345X") => rest = after_pjl(&tail[8..])?,
            0x1b => {
                let (command, tail) = PclCommand::parse(tail)?;
                rest = tail;
                let count = usize::try_from(command.value).unwrap_or(0);
                match (command.group, command.end) {
                    (b"*t", b'R') => ensure!(count == DPI, "{count} dots an inch"),
                    (b"*b", b'M') => compression = count,
                    (b"*b", b'Y') => row += count,
                    (b"*r", b'A') => page = Some(PrintedPage::blank()),
                    (b"*b", b'W') => {
                        let (data, tail) = rest.split_at_checked(count).context("a cut row")?;
                        rest = tail;
                        let bits = unpacked(data, compression)?;
                        let page = page.as_mut().context("a row before the graphics begin")?;
                        page.ink(PCL_LEFT, PCL_TOP + row, &bits);
                        row += 1;
                    }
                    (b"&l" | b"&k" | b"&a" | b"*r", _) => {}
                    (group, end) => bail!("{} {}", group.escape_ascii(), end.escape_ascii()),
                }
            }
            other => bail!("{} outside of a command", other.escape_ascii()),
        }
    }
    Ok(pages)
}

/// `ESC & l 26 A`, and the like: two characters, a number, a capital letter.
struct PclCommand<'a> {
    group: &'a [u8],
    value: i64,
    end: u8,
}

impl<'a> PclCommand<'a> {
    fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8])> {
        let (group, rest) = bytes.split_at_checked(2).context("a cut command")?;
        let length = rest.iter().position(u8::is_ascii_uppercase);
        let length = length.context("a command without an end")?;
        let value = std::str::from_utf8(&rest[..length])?;
        let value: f64 = if value.is_empty() {
            0.0
        } else {
            value.parse()?
        };
        let command = Self {
            group,
            // Places on a page, and lengths of rows.
            value: value as i64,
            end: rest[length],
        };
        Ok((command, &rest[length + 1..]))
    }
}

fn after_pjl(mut rest: &[u8]) -> Result<&[u8]> {
    while rest.starts_with(b"@PJL") {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, tail) = rest.split_at(end.context("a cut line of PJL")? + 1);
        rest = tail;
        if line.starts_with(b"@PJL ENTER LANGUAGE=") {
            break;
        }
    }
    Ok(rest)
}

/// A row of the raster: as it is, or in TIFF's packed bytes.
fn unpacked(data: &[u8], compression: usize) -> Result<Vec<u8>> {
    match compression {
        0 => return Ok(data.to_vec()),
        2 => {}
        other => bail!("compression {other}"),
    }
    let mut row = Vec::new();
    let mut rest = data;
    while let Some((&count, tail)) = rest.split_first() {
        rest = match count {
            0..=127 => {
                let length = usize::from(count) + 1;
                let (literal, tail) = tail.split_at_checked(length).context("a cut row")?;
                row.extend(literal);
                tail
            }
            128 => tail,
            129..=255 => {
                let (&byte, tail) = tail.split_first().context("a cut row")?;
                row.extend(std::iter::repeat_n(byte, 257 - usize::from(count)));
                tail
            }
        };
    }
    Ok(row)
}

/// The pages of PWG raster (PWG 5102.4) in eight bits of gray at 300 dpi.
///
/// # Errors
/// When there is anything else.
pub fn pwg_pages(bytes: &[u8]) -> Result<Vec<PrintedPage>> {
    const HEADER_BYTES: usize = 1796;
    let mut rest = bytes.strip_prefix(b"RaS2").context("no PWG raster")?;
    let mut pages = Vec::new();
    while !rest.is_empty() {
        let (header, tail) = rest
            .split_at_checked(HEADER_BYTES)
            .context("a cut header")?;
        rest = tail;
        // Places of the fields: section 4.3 of the standard.
        let number = |at: usize| {
            let bytes: [u8; 4] = header[at..at + 4].try_into().expect("four bytes");
            u32::from_be_bytes(bytes) as usize
        };
        let (dpi, width, height, depth) = (number(276), number(372), number(376), number(388));
        ensure!((dpi, depth) == (DPI, 8), "{dpi} dpi, {depth} bits a dot");
        let mut page = PrintedPage {
            width,
            height,
            ink: Vec::with_capacity(width * height),
        };
        while page.ink.len() < width * height {
            let (&repeats, tail) = rest.split_first().context("a cut page")?;
            let (row, tail) = gray_row(tail, width)?;
            rest = tail;
            for _ in 0..=repeats {
                page.ink.extend(row.iter().map(|gray| BLACK - gray));
            }
        }
        pages.push(page);
    }
    Ok(pages)
}

/// One row of packed bytes: a byte that repeats, or several as they are.
fn gray_row(mut rest: &[u8], width: usize) -> Result<(Vec<u8>, &[u8])> {
    let mut row = Vec::with_capacity(width);
    while row.len() < width {
        let (&count, tail) = rest.split_first().context("a cut row")?;
        rest = if count < 128 {
            let (&gray, tail) = tail.split_first().context("a cut row")?;
            row.extend(std::iter::repeat_n(gray, usize::from(count) + 1));
            tail
        } else {
            let (literal, tail) = tail
                .split_at_checked(257 - usize::from(count))
                .context("a cut row")?;
            row.extend(literal);
            tail
        };
    }
    ensure!(row.len() == width, "a row of {} dots", row.len());
    Ok((row, rest))
}

/// The pages of PostScript, by Ghostscript.
///
/// # Errors
/// When it is no PostScript.
pub fn postscript_pages(bytes: &[u8], folder: &Path) -> Result<Vec<PrintedPage>> {
    let file = folder.join("printed.ps");
    std::fs::write(&file, bytes)?;
    let mut gs = Command::new("gs");
    gs.args(["-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pgmraw"]);
    gs.arg(format!("-r{DPI}"));
    gs.arg(format!(
        "-sOutputFile={}",
        folder.join("ps-%03d.pgm").display()
    ));
    rendered(gs.arg(&file), folder, "ps-")
}

/// The pages of a PDF, by poppler.
///
/// # Errors
/// When it is no PDF.
pub fn pdf_pages(file: &Path, folder: &Path) -> Result<Vec<PrintedPage>> {
    let mut pdftoppm = Command::new("pdftoppm");
    pdftoppm.args(["-gray", "-r", &DPI.to_string()]);
    rendered(pdftoppm.arg(file).arg(folder.join("pdf")), folder, "pdf-")
}

/// Runs a renderer, and takes its pages from the folder.
fn rendered(renderer: &mut Command, folder: &Path, prefix: &str) -> Result<Vec<PrintedPage>> {
    let output = renderer
        .output()
        .with_context(|| format!("{renderer:?}; scripts/setup installs it"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{renderer:?}: {said}");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(".pgm") {
            files.push(path);
        }
    }
    files.sort();
    let mut pages = Vec::new();
    for file in files {
        pages.push(pgm_page(&std::fs::read(&file)?)?);
        std::fs::remove_file(file)?;
    }
    Ok(pages)
}

/// A raw PGM picture: `P5`, perhaps a comment, width, height, the whitest number, bytes.
fn pgm_page(bytes: &[u8]) -> Result<PrintedPage> {
    let mut rest = bytes.strip_prefix(b"P5\n").context("no raw PGM")?;
    let mut numbers = Vec::new();
    while numbers.len() < 3 {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, tail) = rest.split_at(end.context("a cut PGM")? + 1);
        rest = tail;
        if !line.starts_with(b"#") {
            let words = std::str::from_utf8(line)?.split_whitespace();
            for word in words {
                numbers.push(word.parse::<usize>()?);
            }
        }
    }
    let (width, height) = (numbers[0], numbers[1]);
    ensure!(
        numbers[2] == 255 && rest.len() == width * height,
        "a PGM of {numbers:?} with {} bytes",
        rest.len()
    );
    Ok(PrintedPage {
        width,
        height,
        ink: rest.iter().map(|gray| BLACK - gray).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pcl_with_a_black_corner_is_read() {
        let mut pcl = b"\x1b%-12345X@PJL\r\n@PJL ENTER LANGUAGE=PCL\r\n\x1bE\x1b&l26A\x1b*t300R\x1b*r1A\x1b*b2M".to_vec();
        pcl.extend(b"\x1b*b3Y\x1b*b4W\xff\xf0\x00\x81\x0c\x1bE\x1b%-12345X");
        let pages = pcl_pages(&pcl).expect("PCL");
        assert_eq!(pages.len(), 1);
        let at = |x: usize, y: usize| pages[0].ink[y * A4.0 + x] == BLACK;
        let row = PCL_TOP + 3;
        let dots = [0, 7, 8, 15, 16, 23, 24].map(|x| at(PCL_LEFT + x, row));
        // Twice 11110000, then 10000001.
        assert_eq!(dots, [true, false, true, false, true, true, false]);
        assert!(pages[0].difference_from(&pages[0]) == 0);
        assert!(pcl_pages(b"\x1b*t600R").is_err());
        assert!(pcl_pages(b"%!PS").is_err());
    }
}
