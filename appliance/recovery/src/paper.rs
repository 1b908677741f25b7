//! Sizes of paper, and what of a page may be covered. Lengths are in points (1/72 inch), as everywhere in this crate.

pub(crate) const MM: f32 = 72.0 / 25.4;

/// What is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaperSize {
    /// 210 by 297 mm.
    #[default]
    A4,
    /// 8.5 by 11 inches.
    Letter,
}

/// What text may cover: on A4 it leaves 18 mm at either side, room for the holes of a binder. Letter is wider and has the same lines.
pub(crate) const TEXT_WIDTH_PT: f32 = (210.0 - 2.0 * 18.0) * MM;
/// Above the running head; more than any printer leaves white.
pub(crate) const HEAD_TOP_PT: f32 = 13.0 * MM;
/// Where what the page is about begins.
pub(crate) const BODY_TOP_PT: f32 = HEAD_TOP_PT + 34.0;
/// Below everything.
const BOTTOM_MARGIN_PT: f32 = 14.0 * MM;

impl PaperSize {
    pub(crate) fn width_pt(self) -> f32 {
        match self {
            Self::A4 => 210.0 * MM,
            Self::Letter => 612.0,
        }
    }

    pub(crate) fn height_pt(self) -> f32 {
        match self {
            Self::A4 => 297.0 * MM,
            Self::Letter => 792.0,
        }
    }

    /// Left of all text, and right of it.
    pub(crate) fn side_margin_pt(self) -> f32 {
        (self.width_pt() - TEXT_WIDTH_PT) / 2.0
    }

    /// From [`BODY_TOP_PT`] to the lower margin.
    pub(crate) fn body_height_pt(self) -> f32 {
        self.height_pt() - BODY_TOP_PT - BOTTOM_MARGIN_PT
    }
}
