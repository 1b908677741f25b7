//! Pages as gray pictures: rendered by hayro, which shares no code with what made them, and read by zbarimg.

use std::process::Command;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

/// Gray pixels, row by row; 0 is black.
#[derive(Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

impl Picture {
    /// A page of a PDF, counted from 0, at so many dots per inch.
    pub(crate) fn of_page(pdf: &[u8], page: usize, dots_per_inch: f32) -> Self {
        let pdf = Pdf::new(pdf.to_vec()).unwrap_or_else(|error| panic!("a PDF: {error:?}"));
        let scale = dots_per_inch / 72.0;
        let settings = PixmapSettings {
            x_scale: scale,
            y_scale: scale,
            bg_color: WHITE,
        };
        let pixmap = render(
            &pdf.pages()[page],
            &RenderCache::new(),
            &InterpreterSettings::default(),
            &RenderSettings::default(),
            &settings,
        );
        let rgba = pixmap.data_as_u8_slice().chunks_exact(4);
        Self {
            width: usize::from(pixmap.width()),
            height: usize::from(pixmap.height()),
            // The sheets are gray, and the paper is opaque.
            pixels: rgba.map(|pixel| pixel[1]).collect(),
        }
    }

    /// The pixel at this place; white beside the paper.
    pub(crate) fn at(&self, x: i64, y: i64) -> f32 {
        match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < self.width && y < self.height => {
                f32::from(self.pixels[y * self.width + x])
            }
            _ => 255.0,
        }
    }

    /// Between pixels.
    pub(crate) fn between(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        let row = |y: i64| self.at(left, y) * (1.0 - across) + self.at(left + 1, y) * across;
        row(top) * (1.0 - down) + row(top + 1) * down
    }

    /// Each pixel by its place.
    pub(crate) fn map(&self, pixel: impl Fn(f32, f32) -> f32) -> Self {
        let places =
            (0..self.width * self.height).map(|index| (index % self.width, index / self.width));
        Self {
            width: self.width,
            height: self.height,
            pixels: places
                .map(|(x, y)| pixel(x as f32, y as f32).round().clamp(0.0, 255.0) as u8)
                .collect(),
        }
    }

    /// As a portable graymap.
    pub(crate) fn to_pgm(&self) -> Vec<u8> {
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        bytes.extend_from_slice(&self.pixels);
        bytes
    }

    /// What zbarimg reads in it, in no order.
    pub(crate) fn codes(&self) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("page.pgm");
        std::fs::write(&path, self.to_pgm()).expect("the picture is written");
        let output = Command::new("zbarimg")
            .args(["--quiet", "--xml", "-Sdisable", "-Sqrcode.enable"])
            .arg(&path)
            .output()
            .unwrap_or_else(|error| panic!("zbarimg: {error}; install the package zbar-tools"));
        let text = String::from_utf8(output.stdout).expect("codes have text");
        let parts = text.split("<data><![CDATA[").skip(1);
        parts
            .map(|part| {
                let (code, _) = part.split_once("]]></data>").expect("a code ends");
                code.to_owned()
            })
            .collect()
    }
}
