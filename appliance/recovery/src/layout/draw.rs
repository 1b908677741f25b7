//! Pages as PDF: marks drawn, and a tree of tags by which a screen reader finds headings, lists and tables (PDF/UA).

use std::num::NonZeroU16;

use krilla::color::luma;
use krilla::configure::{Accessibility, Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, ListNumbering, Node, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagKind, TagTree,
};
use krilla::{Document as PdfDocument, SerializeSettings};

use super::block::{Cell, CellTag, Mark};
use super::flow::{Piece, Role};
use super::pages::{Placed, paginate};
use super::{BLACK, BODY_PT};
use crate::error::SheetError;
use crate::paper::{BODY_TOP_PT, HEAD_TOP_PT, PaperSize, TEXT_WIDTH_PT};
use crate::typeface::{FontRole, Typefaces};

/// All that becomes a PDF.
pub(crate) struct Document<'a> {
    pub(crate) typefaces: &'a Typefaces<'a>,
    pub(crate) paper: PaperSize,
    pub(crate) metadata: Metadata,
    pub(crate) pieces: &'a [Piece],
    /// At the left of each page's head.
    pub(crate) head_left: String,
    /// At its right, before the page's number.
    pub(crate) head_right: String,
    /// Where all must stand on one page.
    pub(crate) is_one_page: bool,
}

/// Draws it: accessible by the standard PDF/UA-1, and where a font or a name does not allow that, without.
///
/// # Errors
/// [`SheetError`]
pub(crate) fn to_pdf(document: &Document<'_>) -> Result<Vec<u8>, SheetError> {
    let accessible = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish();
    match accessible.map(|configuration| draw_all(document, configuration)) {
        Ok(Ok(pdf)) => Ok(pdf),
        Ok(Err(SheetError::Pdf(KrillaError::Validation(_)))) | Err(_) => {
            draw_all(document, Configuration::default())
        }
        Ok(Err(error)) => Err(error),
    }
}

fn draw_all(document: &Document<'_>, configuration: Configuration) -> Result<Vec<u8>, SheetError> {
    let paper = document.paper;
    let room_pt = paper.body_height_pt();
    let pages = paginate(document.pieces, room_pt)?;
    if document.is_one_page && pages.len() > 1 {
        let heights = document.pieces.iter();
        let height_pt: f32 = heights.map(|piece| piece.gap_pt + piece.height_pt).sum();
        let height_pt = super::block::whole_points(height_pt);
        return Err(SheetError::PageTooSmall {
            height_pt,
            room_pt: super::block::whole_points(room_pt),
        });
    }
    let mut pdf = PdfDocument::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    pdf.set_metadata(document.metadata.clone());
    let mut tree = Tree::default();
    let mut outline = Outline::new();
    for (index, placed) in pages.iter().enumerate() {
        let settings =
            PageSettings::from_wh(paper.width_pt(), paper.height_pt()).expect("paper has an area");
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        let mut pen = Pen {
            surface: &mut surface,
            typefaces: document.typefaces,
            left_pt: paper.side_margin_pt(),
            top_pt: 0.0,
        };
        running_head(&mut pen, document, index + 1, pages.len());
        for piece in placed {
            pen.top_pt = BODY_TOP_PT + piece.y;
            tree.place(&mut pen, piece);
            if let Role::Title(text) | Role::Heading { text, .. } = &piece.piece.role {
                let place = Point::from_xy(0.0, pen.top_pt);
                let node = OutlineNode::new(text.clone(), XyzDestination::new(index, place));
                outline.push_child(node);
            }
        }
        surface.finish();
        page.finish();
    }
    pdf.set_tag_tree(tree.finish());
    pdf.set_outline(outline);
    pdf.finish().map_err(SheetError::Pdf)
}

/// Archive, generation and page, on each page, so that none is lost or mixed up. Read out once, by the title; here it is for the eye.
fn running_head(pen: &mut Pen<'_, '_>, document: &Document<'_>, page: usize, pages: usize) {
    let typefaces = document.typefaces;
    let right = format!("{}page {page} of {pages}", document.head_right);
    let right = typefaces.visible(FontRole::Regular, &right);
    let right = typefaces.fit(FontRole::Regular, BODY_PT, &right, TEXT_WIDTH_PT * 0.6);
    let right = typefaces.shape(FontRole::Regular, BODY_PT, &right);
    let room_pt = TEXT_WIDTH_PT - right.width_pt - 16.0;
    let left = typefaces.showable(FontRole::Bold, &document.head_left);
    let left = typefaces.fit(FontRole::Bold, BODY_PT, &left, room_pt);
    let left = typefaces.shape(FontRole::Bold, BODY_PT, &left);
    pen.top_pt = HEAD_TOP_PT;
    let baseline = 11.0;
    let marks = [
        Mark::Text {
            x: 0.0,
            baseline,
            shaped: left,
        },
        Mark::Text {
            x: TEXT_WIDTH_PT - right.width_pt,
            baseline,
            shaped: right,
        },
        Mark::Area {
            x: 0.0,
            y: 17.0,
            width: TEXT_WIDTH_PT,
            height: 0.8,
            lightness: BLACK,
        },
    ];
    for mark in &marks {
        pen.draw_aside(mark, ArtifactType::Header);
    }
}

/// Draws marks, relative to the upper left corner of a piece.
struct Pen<'s, 'p> {
    surface: &'s mut Surface<'p>,
    typefaces: &'s Typefaces<'s>,
    left_pt: f32,
    top_pt: f32,
}

impl Pen<'_, '_> {
    /// Something for the eye only.
    fn draw_aside(&mut self, mark: &Mark, kind: ArtifactType) {
        let artifact = ContentTag::Artifact(Artifact::with_kind(kind));
        self.surface.start_tagged(artifact);
        self.draw(mark);
        self.surface.end_tagged();
    }

    /// A part's marks: text and codes become children of the group, areas are for the eye.
    fn draw_cell(&mut self, cell: &Cell, group: &mut TagGroup) {
        for mark in &cell.marks {
            let tag = match mark {
                Mark::Area { .. } => {
                    self.draw_aside(mark, ArtifactType::Layout);
                    continue;
                }
                Mark::Text { .. } => ContentTag::Span(SpanTag::empty()),
                Mark::Code { .. } => ContentTag::Other,
            };
            let identifier = self.surface.start_tagged(tag);
            self.draw(mark);
            self.surface.end_tagged();
            group.push(identifier);
        }
    }

    fn draw(&mut self, mark: &Mark) {
        let at = |x: f32, y: f32| Point::from_xy(self.left_pt + x, self.top_pt + y);
        match mark {
            Mark::Text {
                x,
                baseline,
                shaped,
            } => {
                let place = at(*x, *baseline);
                let font = self.typefaces.font(shaped.role);
                self.surface.set_fill(Some(fill(BLACK)));
                let (glyphs, text) = (&shaped.glyphs, &shaped.text);
                self.surface
                    .draw_glyphs(place, glyphs, font, text, shaped.size_pt, false);
            }
            Mark::Area {
                x,
                y,
                width,
                height,
                lightness,
            } => {
                let place = at(*x, *y);
                let rect = Rect::from_xywh(place.x, place.y, *width, *height);
                self.fill_rects(rect.into_iter(), *lightness);
            }
            Mark::Code {
                x,
                y,
                module_pt,
                code,
            } => {
                let place = at(*x, *y);
                let rects = dark_runs(code).filter_map(|(column, row, length)| {
                    Rect::from_xywh(
                        place.x + column as f32 * module_pt,
                        place.y + row as f32 * module_pt,
                        length as f32 * module_pt,
                        *module_pt,
                    )
                });
                self.fill_rects(rects, BLACK);
            }
        }
    }

    /// One path of them all, so that no hairlines show between neighbours.
    fn fill_rects(&mut self, rects: impl Iterator<Item = Rect>, lightness: u8) {
        let mut path = PathBuilder::new();
        rects.for_each(|rect| path.push_rect(rect));
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(fill(lightness)));
            self.surface.draw_path(&path);
        }
    }
}

fn fill(lightness: u8) -> Fill {
    Fill {
        paint: luma::Color::new(lightness).into(),
        ..Fill::default()
    }
}

/// Dark modules beside one another: column, row, how many.
fn dark_runs(code: &qrcodegen::QrCode) -> impl Iterator<Item = (i32, i32, i32)> + '_ {
    let size = code.size();
    (0..size).flat_map(move |row| {
        let begins = (0..size).filter(move |&column| {
            code.get_module(column, row) && !code.get_module(column - 1, row)
        });
        begins.map(move |column| {
            let end = (column..size).find(|&next| !code.get_module(next, row));
            (column, row, end.unwrap_or(size) - column)
        })
    })
}

/// The tree of tags, with the table or list that is open.
#[derive(Default)]
struct Tree {
    done: TagTree,
    open: Option<(usize, TagGroup)>,
}

impl Tree {
    fn place(&mut self, pen: &mut Pen<'_, '_>, placed: &Placed<'_>) {
        let piece = placed.piece;
        if placed.is_repeated {
            let marks = piece.cells.iter().flat_map(|cell| &cell.marks);
            marks.for_each(|mark| pen.draw_aside(mark, ArtifactType::Header));
            return;
        }
        match &piece.role {
            Role::Title(text) => self.heading(pen, 1, text, piece),
            Role::Heading { level, text } => self.heading(pen, *level, text, piece),
            Role::Text => {
                for cell in &piece.cells {
                    let node = text_node(pen, cell);
                    self.push(node);
                }
            }
            Role::Figure(alternative) => self.figure(pen, alternative, piece),
            Role::Item { list } => {
                let item = item_group(pen, piece);
                self.within(*list, Tag::L(ListNumbering::None).into())
                    .push(item);
            }
            Role::Row { table } => {
                let row = row_group(pen, piece);
                self.within(*table, Tag::Table.into()).push(row);
            }
        }
    }

    fn heading(&mut self, pen: &mut Pen<'_, '_>, level: u16, text: &str, piece: &Piece) {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        let mut group = TagGroup::new(Tag::Hn(level, Some(text.to_owned())));
        for cell in &piece.cells {
            pen.draw_cell(cell, &mut group);
        }
        self.push(Node::Group(group));
    }

    /// A picture, and the text that may stand beside it.
    fn figure(&mut self, pen: &mut Pen<'_, '_>, alternative: &str, piece: &Piece) {
        for cell in &piece.cells {
            if cell.tag == CellTag::Picture {
                let mut group = TagGroup::new(Tag::Figure(Some(alternative.to_owned())));
                pen.draw_cell(cell, &mut group);
                self.push(Node::Group(group));
            } else {
                let node = text_node(pen, cell);
                self.push(node);
            }
        }
    }

    fn push(&mut self, node: Node) {
        self.close();
        self.done.push(node);
    }

    /// The open table or list of this number, opened where it is not.
    fn within(&mut self, number: usize, tag: TagKind) -> &mut TagGroup {
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            self.close();
        }
        let (_, group) = self
            .open
            .get_or_insert_with(|| (number, TagGroup::new(tag)));
        group
    }

    fn close(&mut self) {
        if let Some((_, group)) = self.open.take() {
            self.done.push(Node::Group(group));
        }
    }

    fn finish(mut self) -> TagTree {
        self.close();
        self.done.with_lang(Some("en".to_owned()))
    }
}

/// A part as a paragraph.
fn text_node(pen: &mut Pen<'_, '_>, cell: &Cell) -> Node {
    let mut paragraph = TagGroup::new(Tag::P);
    if cell.tag == CellTag::Command {
        let mut code = TagGroup::new(Tag::Code);
        pen.draw_cell(cell, &mut code);
        paragraph.push(code);
    } else {
        pen.draw_cell(cell, &mut paragraph);
    }
    Node::Group(paragraph)
}

fn item_group(pen: &mut Pen<'_, '_>, piece: &Piece) -> TagGroup {
    let mut item = TagGroup::new(Tag::LI);
    let mut body = TagGroup::new(Tag::LBody);
    for cell in &piece.cells {
        if cell.tag == CellTag::Label {
            let mut label = TagGroup::new(Tag::Lbl);
            pen.draw_cell(cell, &mut label);
            item.push(label);
        } else {
            let node = text_node(pen, cell);
            body.push(node);
        }
    }
    item.push(body);
    item
}

fn row_group(pen: &mut Pen<'_, '_>, piece: &Piece) -> TagGroup {
    let mut row = TagGroup::new(Tag::TR);
    for cell in &piece.cells {
        let tag: TagKind = match cell.tag {
            CellTag::HeadCell => Tag::TH(TableHeaderScope::Column).into(),
            _ => Tag::TD.into(),
        };
        let mut group = TagGroup::new(tag);
        pen.draw_cell(cell, &mut group);
        row.push(group);
    }
    row
}
