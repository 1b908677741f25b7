//! One page, laid out from top to bottom: measured first, drawn once everything is known to fit.
//!
//! Lengths are in points (1/72 inch). Positions are relative to the upper left corner of the text area, y growing downwards.

use std::num::NonZeroU16;

use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Node, SpanTag, Tag, TagGroup, TagKind, TagTree,
};
use krilla::{Document, SerializeSettings};

use crate::error::SheetError;
use crate::typeface::{FontRole, Shaped, Typefaces};
use crate::wording::{Span, Voice};

const MM: f32 = 72.0 / 25.4;
const A4_WIDTH_PT: f32 = 210.0 * MM;
const A4_HEIGHT_PT: f32 = 297.0 * MM;
/// Left and right: room for the holes of a binder.
const SIDE_MARGIN_PT: f32 = 18.0 * MM;
/// Above and below: more than any printer leaves white.
const END_MARGIN_PT: f32 = 12.0 * MM;
/// What text may cover.
pub(crate) const TEXT_WIDTH_PT: f32 = A4_WIDTH_PT - 2.0 * SIDE_MARGIN_PT;
/// What text may cover.
pub(crate) const TEXT_HEIGHT_PT: f32 = A4_HEIGHT_PT - 2.0 * END_MARGIN_PT;

/// Running text, commands, digits: nothing that must be read is smaller.
pub(crate) const BODY_PT: f32 = 11.0;
/// Notes in the table.
pub(crate) const NOTE_PT: f32 = 10.0;
pub(crate) const BODY_LEADING_PT: f32 = 13.2;
const NOTE_LEADING_PT: f32 = 12.4;
const COMMAND_HEIGHT_PT: f32 = 15.0;
/// Left and right of a command.
pub(crate) const COMMAND_PADDING_PT: f32 = 6.0;
/// Light enough to read black on, dark enough to survive a photocopier.
const SHADE: u8 = 232;
const BLACK: u8 = 0;

/// What a block is, for those who have the page read to them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Title,
    Heading,
    Paragraph,
}

enum Mark {
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
}

struct Block {
    role: Role,
    marks: Vec<Mark>,
}

/// A page under construction: blocks below one another.
pub(crate) struct Page<'a> {
    typefaces: &'a Typefaces<'a>,
    blocks: Vec<Block>,
    /// Where the next block begins.
    pub(crate) y: f32,
}

impl<'a> Page<'a> {
    pub(crate) fn new(typefaces: &'a Typefaces<'a>) -> Self {
        Self {
            typefaces,
            blocks: Vec::new(),
            y: 0.0,
        }
    }

    pub(crate) fn gap(&mut self, height_pt: f32) {
        self.y += height_pt;
    }

    /// A line across the text area.
    pub(crate) fn rule(&mut self, weight_pt: f32) {
        let area = self.area(0.0, TEXT_WIDTH_PT, weight_pt, BLACK);
        self.push(Role::Paragraph, vec![area]);
        self.y += weight_pt;
    }

    /// Lines of text, broken between words, from `left` to the right margin.
    pub(crate) fn paragraph(&mut self, left_pt: f32, spans: &[Span]) {
        self.text(left_pt, spans, BODY_PT, BODY_LEADING_PT);
    }

    /// The same, smaller.
    pub(crate) fn note(&mut self, left_pt: f32, spans: &[Span]) {
        self.text(left_pt, spans, NOTE_PT, NOTE_LEADING_PT);
    }

    fn text(&mut self, left_pt: f32, spans: &[Span], size_pt: f32, leading_pt: f32) {
        let mut marks = Vec::new();
        for line in break_lines(self.typefaces, spans, size_pt, TEXT_WIDTH_PT - left_pt) {
            let baseline = self.baseline(size_pt, leading_pt);
            let mut x = left_pt;
            for shaped in line {
                let width_pt = shaped.width_pt;
                marks.push(Mark::Text {
                    x,
                    baseline,
                    shaped,
                });
                x += width_pt;
            }
            self.y += leading_pt;
        }
        self.push(Role::Paragraph, marks);
    }

    /// A line of pieces at given places, such as a row of a table. Nothing is broken or cut here.
    pub(crate) fn line(&mut self, role: Role, leading_pt: f32, pieces: Vec<(f32, Shaped)>) {
        // Large and small pieces stand on one baseline.
        let sizes = pieces.iter().map(|(_, shaped)| shaped.size_pt);
        let baseline = self.baseline(sizes.fold(0.0, f32::max), leading_pt);
        let marks = pieces
            .into_iter()
            .map(|(x, shaped)| Mark::Text {
                x,
                baseline,
                shaped,
            })
            .collect();
        self.push(role, marks);
        self.y += leading_pt;
    }

    /// A piece that stands before the line that comes next, such as the number of a step.
    pub(crate) fn beside(&mut self, x: f32, shaped: Shaped) {
        let baseline = self.baseline(shaped.size_pt, BODY_LEADING_PT);
        self.push(
            Role::Paragraph,
            vec![Mark::Text {
                x,
                baseline,
                shaped,
            }],
        );
    }

    /// A line to type, on a shade of its own, never broken.
    pub(crate) fn command(&mut self, command: &str) -> Result<(), SheetError> {
        let shaped = self.typefaces.shape(FontRole::Mono, BODY_PT, command);
        let room_pt = TEXT_WIDTH_PT - 2.0 * COMMAND_PADDING_PT;
        if shaped.width_pt > room_pt {
            return Err(SheetError::CommandTooWide {
                width_pt: whole_points(shaped.width_pt),
                room_pt: whole_points(room_pt),
            });
        }
        let area = self.area(0.0, TEXT_WIDTH_PT, COMMAND_HEIGHT_PT, SHADE);
        let baseline = self.baseline(BODY_PT, COMMAND_HEIGHT_PT);
        let x = COMMAND_PADDING_PT;
        self.push(
            Role::Paragraph,
            vec![
                area,
                Mark::Text {
                    x,
                    baseline,
                    shaped,
                },
            ],
        );
        self.y += COMMAND_HEIGHT_PT;
        Ok(())
    }

    fn area(&self, x: f32, width: f32, height: f32, lightness: u8) -> Mark {
        let y = self.y;
        Mark::Area {
            x,
            y,
            width,
            height,
            lightness,
        }
    }

    fn push(&mut self, role: Role, marks: Vec<Mark>) {
        self.blocks.push(Block { role, marks });
    }

    /// Centres the lower-case letters of a line in its leading: half of their height (about 0.5 em) above the baseline.
    fn baseline(&self, size_pt: f32, leading_pt: f32) -> f32 {
        self.y + leading_pt / 2.0 + 0.31 * size_pt
    }

    /// Draws the page.
    pub(crate) fn into_pdf(self, metadata: Metadata) -> Result<Vec<u8>, SheetError> {
        if self.y > TEXT_HEIGHT_PT {
            return Err(SheetError::PageTooSmall {
                height_pt: whole_points(self.y),
                room_pt: whole_points(TEXT_HEIGHT_PT),
            });
        }
        let mut document = Document::new_with(SerializeSettings::default());
        document.set_metadata(metadata);
        let settings = PageSettings::from_wh(A4_WIDTH_PT, A4_HEIGHT_PT).expect("A4 has an area");
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
        for block in &self.blocks {
            let mut group = TagGroup::new(tag(block.role));
            for mark in &block.marks {
                draw(&mut surface, self.typefaces, mark, &mut group);
            }
            // A rule is no content: its group stays empty, which the tree leaves out.
            tree.push(Node::Group(group));
        }
        surface.finish();
        page.finish();
        document.set_tag_tree(tree);
        document.finish().map_err(SheetError::Pdf)
    }
}

fn tag(role: Role) -> TagKind {
    let heading = |level: u16| Tag::Hn(NonZeroU16::new(level).expect("not 0"), None).into();
    match role {
        Role::Title => heading(1),
        Role::Heading => heading(2),
        Role::Paragraph => Tag::P.into(),
    }
}

fn draw(surface: &mut Surface<'_>, typefaces: &Typefaces<'_>, mark: &Mark, group: &mut TagGroup) {
    let fill = |lightness: u8| Fill {
        paint: luma::Color::new(lightness).into(),
        ..Fill::default()
    };
    match mark {
        Mark::Text {
            x,
            baseline,
            shaped,
        } => {
            let tag = SpanTag::empty();
            let identifier = surface.start_tagged(ContentTag::Span(tag));
            surface.set_fill(Some(fill(BLACK)));
            surface.draw_glyphs(
                Point::from_xy(SIDE_MARGIN_PT + x, END_MARGIN_PT + baseline),
                &shaped.glyphs,
                typefaces.font(shaped.role),
                &shaped.text,
                shaped.size_pt,
                false,
            );
            surface.end_tagged();
            group.push(identifier);
        }
        Mark::Area {
            x,
            y,
            width,
            height,
            lightness,
        } => {
            let artifact = Artifact::with_kind(ArtifactType::Layout);
            surface.start_tagged(ContentTag::Artifact(artifact));
            surface.set_fill(Some(fill(*lightness)));
            let mut path = PathBuilder::new();
            if let Some(rect) =
                Rect::from_xywh(SIDE_MARGIN_PT + x, END_MARGIN_PT + y, *width, *height)
            {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
            surface.end_tagged();
        }
    }
}

pub(crate) fn font_role(voice: Voice) -> FontRole {
    match voice {
        Voice::Plain => FontRole::Regular,
        Voice::Strong => FontRole::Bold,
        Voice::Code | Voice::Fixed => FontRole::Mono,
    }
}

/// A word is what stands between spaces; it may change its voice, as in `restored-1` and the comma after it.
type Word = Vec<(FontRole, String)>;

/// Breaks between words, as late as possible. A word wider than the line would stick out, so names are shortened before.
fn break_lines(
    typefaces: &Typefaces<'_>,
    spans: &[Span],
    size_pt: f32,
    width_pt: f32,
) -> Vec<Vec<Shaped>> {
    let mut lines: Vec<Vec<Word>> = vec![Vec::new()];
    for word in words(spans) {
        let line = lines.last_mut().expect("never empty");
        line.push(word);
        if line.len() > 1 && width(&set_line(typefaces, line, size_pt)) > width_pt {
            let word = line.pop().expect("just pushed");
            lines.push(vec![word]);
        }
    }
    lines
        .iter()
        .map(|line| set_line(typefaces, line, size_pt))
        .collect()
}

fn words(spans: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = vec![Vec::new()];
    for span in spans {
        for (index, part) in span.text.split(' ').enumerate() {
            if index > 0 {
                words.push(Vec::new());
            }
            if !part.is_empty() {
                let word = words.last_mut().expect("never empty");
                word.push((font_role(span.voice), part.to_owned()));
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Joins words by spaces; a space has the font of the word before it.
fn set_line(typefaces: &Typefaces<'_>, words: &[Word], size_pt: f32) -> Vec<Shaped> {
    let mut pieces: Vec<(FontRole, String)> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            let next = word.first().map(|(role, _)| *role);
            match pieces.last_mut() {
                // In a fixed-width font the space would be too wide for running text.
                Some((role, text)) if *role != FontRole::Mono || next == Some(*role) => {
                    text.push(' ')
                }
                _ => pieces.push((FontRole::Regular, " ".to_owned())),
            }
        }
        for (role, text) in word {
            match pieces.last_mut() {
                Some((last, joined)) if last == role => joined.push_str(text),
                _ => pieces.push((*role, text.clone())),
            }
        }
    }
    pieces
        .iter()
        .map(|(role, text)| typefaces.shape(*role, size_pt, text))
        .collect()
}

fn width(line: &[Shaped]) -> f32 {
    line.iter().map(|piece| piece.width_pt).sum()
}

/// For messages: rounded up, and never negative.
fn whole_points(length_pt: f32) -> u32 {
    length_pt.ceil() as u32
}
