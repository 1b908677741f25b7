//! Three fixed pages beside their golden pictures: what changes their look is seen by somebody. To renew them: `RENEW_GOLDEN=1 cargo test --release -p
//! heirloom-recovery --test golden`, and look at the pictures in `tests/paper` before they are committed.

mod kit;

use std::path::PathBuf;

use heirloom_recovery::{PaperSize, restore_sheet, share_sheet, wallet_card};
use kit::picture::Picture;
use kit::{HOLDERS, facts, fonts, share_facts, shares};

/// Enough to see where everything stands; the pictures stay small.
const DOTS_PER_INCH: f32 = 50.0;
/// Edges of letters differ a little from one processor to the next.
const PIXEL_MAX: f32 = 60.0;
const MEAN_MAX: f32 = 0.6;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/paper")
        .join(format!("{name}.png"))
}

fn write_png(picture: &Picture, name: &str) {
    let file = std::fs::File::create(golden(name)).expect("a picture");
    let side = |length: usize| u32::try_from(length).expect("small");
    let mut encoder = png::Encoder::new(file, side(picture.width), side(picture.height));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&picture.pixels).expect("pixels");
}

fn read_png(name: &str) -> Picture {
    let bytes = std::fs::read(golden(name)).expect("a golden picture");
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .expect("a PNG");
    let size = reader.output_buffer_size().expect("it has a size");
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    Picture {
        width: info.width as usize,
        height: info.height as usize,
        pixels,
    }
}

#[test]
fn the_sheets_look_as_they_did() {
    let restore = facts(
        "The Lindqvist family",
        &["Anna Pixel 8", "Karl's iPhone 13"],
    );
    let executors = share_facts(&HOLDERS);
    let share = share_sheet(&shares(3)[1], &executors, &fonts(), PaperSize::A4).expect("a sheet");
    let table = [
        (
            "restore-1",
            restore_sheet(&restore, &fonts(), PaperSize::A4).expect("a sheet"),
        ),
        ("share", share.to_vec()),
        (
            "card",
            wallet_card(&restore, &fonts(), PaperSize::Letter).expect("a card"),
        ),
    ];
    for (name, pdf) in table {
        let picture = Picture::of_page(&pdf, 0, DOTS_PER_INCH);
        if std::env::var_os("RENEW_GOLDEN").is_some() {
            write_png(&picture, name);
        }
        let golden = read_png(name);
        assert_eq!(
            (picture.width, picture.height),
            (golden.width, golden.height),
            "{name}"
        );
        let pairs = picture.pixels.iter().zip(&golden.pixels);
        let differences = pairs.map(|(first, second)| f32::from(first.abs_diff(*second)));
        let (most, sum) = differences.fold((0.0_f32, 0.0), |(most, sum), difference| {
            (most.max(difference), sum + difference)
        });
        let mean = sum / picture.pixels.len() as f32;
        assert!(
            most <= PIXEL_MAX && mean <= MEAN_MAX,
            "{name} looks different: {most} at most, {mean} on average"
        );
    }
}
