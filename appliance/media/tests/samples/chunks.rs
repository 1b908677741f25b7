//! PNG, GIF, RIFF, Matroska.

use heirloom_media::Format;

use super::{Sample, payload};

pub(crate) fn all() -> Vec<Sample> {
    let png = png();
    let png_end = png.len();
    let cropped = [png.clone(), payload(77)].concat();
    let gif_end = gif().len();
    let webp = riff(
        b"WEBP",
        &[chunk(b"VP8 ", &payload(401)), chunk(b"EXIF", &payload(30))],
    );
    let avi = riff(
        b"AVI ",
        &[chunk(b"LIST", &payload(60)), chunk(b"LIST", &payload(500))],
    );
    let long_avi = [avi.clone(), riff(b"AVIX", &[chunk(b"LIST", &payload(500))])].concat();
    let (avi_end, long_end) = (avi.len(), long_avi.len());
    let webp_end = webp.len();
    let mut all = vec![
        Sample::new("a.png", Format::Png, png),
        Sample::new("cropped.png", Format::Png, cropped).may_end(png_end..=usize::MAX),
        // Without its last byte, all pictures are there.
        Sample::new("a.gif", Format::Gif, gif()).may_end(gif_end - 1..=gif_end),
        Sample::new("a.webp", Format::WebP, webp).may_end(webp_end..=webp_end),
        Sample::new("a.avi", Format::Avi, avi),
        // Half a header behind a whole part is a trailer.
        Sample::new("long.avi", Format::Avi, long_avi)
            .may_end(avi_end..=avi_end + 7)
            .may_end(long_end..=long_end),
        Sample::new(
            "a.wav",
            Format::Wave,
            riff(
                b"WAVE",
                &[chunk(b"fmt ", &[0; 16]), chunk(b"data", &payload(200))],
            ),
        )
        // Its name is that of no photo or video, so that nothing is said before its bytes say what it is.
        .may_end(0..=11),
        Sample::new("a.mkv", Format::Matroska, matroska(Some(()))),
    ];
    let live = matroska(None);
    let mut live = Sample::new("a.webm", Format::Matroska, live);
    // Behind the first block, the second cluster's header, and its time, nothing says that there will be another.
    for end in [157, 169, 172] {
        live = live.may_end(end..=end);
    }
    all.push(live);
    all
}

fn png() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        [
            &(content.len() as u32).to_be_bytes()[..],
            kind,
            content,
            &[9; 4],
        ]
        .concat()
    };
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[1; 13]),
        chunk(b"IDAT", &payload(300)),
        chunk(b"IDAT", &payload(100)),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

fn gif() -> Vec<u8> {
    let sub_blocks = [&[255][..], &payload(255), &[20], &payload(20), &[0]].concat();
    [
        // Screen with four colours.
        b"GIF89a\x08\0\x08\0\x81\0\0".to_vec(),
        payload(12),
        // Repeat for ever.
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0".to_vec(),
        // A picture with two colours of its own.
        b"\x2c\0\0\0\0\x08\0\x08\0\x80".to_vec(),
        payload(6),
        vec![2],
        sub_blocks,
        vec![0x3b],
    ]
    .concat()
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = [name, &(content.len() as u32).to_le_bytes()[..], content].concat();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

fn riff(form: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"RIFF", &[form.to_vec(), chunks.concat()].concat())
}

/// With a segment and clusters that say how long they are, or that do not.
fn matroska(says_length: Option<()>) -> Vec<u8> {
    let unknown = 0x01ff_ffff_ffff_ffff_u64;
    let element = |id: &[u8], content: &[u8]| {
        let size = says_length.map_or(unknown, |()| 1 << 56 | content.len() as u64);
        [id, &size.to_be_bytes()[..], content].concat()
    };
    // A simple block with a size of two bytes.
    let block = [&[0xa3, 0x40, 103][..], &payload(103)].concat();
    let time = vec![0xe7, 0x81, 5];
    let cluster = |blocks: &[Vec<u8>]| element(b"\x1f\x43\xb6\x75", &blocks.concat());
    let clusters = [
        cluster(&[time.clone(), block.clone()]),
        cluster(&[time, block]),
    ]
    .concat();
    let information = [&b"\x15\x49\xa9\x66\x8a"[..], &payload(10)].concat();
    [
        b"\x1a\x45\xdf\xa3\x84\x42\x82\x81w".to_vec(),
        element(b"\x18\x53\x80\x67", &[information, clusters].concat()),
    ]
    .concat()
}
