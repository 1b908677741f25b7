//! Files of boxes: films in every order that cameras write them in, and pictures.

use heirloom_media::Format;

use super::{Sample, payload};

pub(crate) fn boxed(kind: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    let size = u32::try_from(content.len() + 8).expect("small");
    [&size.to_be_bytes()[..], kind, &content].concat()
}

/// With a size of 64 bits, as of films longer than 4 GiB.
fn large(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = content.len() as u64 + 16;
    [&1_u32.to_be_bytes()[..], kind, &size.to_be_bytes(), content].concat()
}

/// That goes on to the end of the file.
fn open(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&[0; 4][..], kind, content].concat()
}

fn brand(brand: &[u8; 4]) -> Vec<u8> {
    boxed(b"ftyp", &[brand.to_vec(), vec![0; 4], b"isom".to_vec()])
}

fn handler(class: &[u8; 4], kind: &[u8; 4]) -> Vec<u8> {
    boxed(
        b"hdlr",
        &[vec![0; 4], class.to_vec(), kind.to_vec(), vec![0; 13]],
    )
}

/// The index of a film of which the last chunk begins at this place.
pub(crate) fn index(codec: &[u8; 4], last_chunk_at: u32) -> Vec<u8> {
    let entry = boxed(codec, &[vec![0; 78]]);
    let descriptions = boxed(b"stsd", &[vec![0; 4], vec![0, 0, 0, 1], entry]);
    let mut chunks = vec![0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 40];
    chunks.extend(last_chunk_at.to_be_bytes());
    let table = boxed(b"stbl", &[descriptions, boxed(b"stco", &[chunks])]);
    let information = boxed(b"minf", &[handler(b"dhlr", b"url "), table]);
    let media = boxed(b"mdia", &[handler(b"mhlr", b"vide"), information]);
    // QuickTime ends a list of user data with four zeros.
    let user_data = boxed(b"udta", &[vec![0; 4]]);
    boxed(
        b"moov",
        &[
            boxed(b"mvhd", &[vec![0; 100]]),
            boxed(b"trak", &[media, user_data]),
        ],
    )
}

/// A film as phones write it: index behind content.
pub(crate) fn film() -> Vec<u8> {
    [
        brand(b"mp42"),
        boxed(b"mdat", &[payload(400)]),
        index(b"avc1", 100),
    ]
    .concat()
}

pub(crate) fn all() -> Vec<Sample> {
    let mut all = films();
    all.extend(pictures());
    all
}

fn films() -> Vec<Sample> {
    let content = payload(400);
    let whole_index = index(b"hvc1", 500);
    let fast = [
        brand(b"mp42"),
        whole_index.clone(),
        boxed(b"mdat", &[payload(900)]),
    ]
    .concat();
    let open_end = [brand(b"mp42"), whole_index.clone(), open(b"mdat", &content)].concat();
    let open_needs = 501;
    let with_large = [
        brand(b"mp42"),
        large(b"mdat", &content),
        index(b"avc1", 100),
    ]
    .concat();
    let old = [
        boxed(b"wide", &[]),
        boxed(b"mdat", std::slice::from_ref(&content)),
        index(b"jpeg", 100),
    ];
    let film_end = film().len();
    let free = [film(), boxed(b"free", &[vec![0; 50]])].concat();
    let trailer = [film(), b"\x12\x34a camera's own trailer".to_vec()].concat();
    let fragment = [boxed(b"moof", &[vec![0; 16]]), boxed(b"mdat", &[content])].concat();
    let begin = [
        brand(b"iso5"),
        boxed(b"moov", &[boxed(b"mvex", &[vec![0; 8]])]),
    ]
    .concat();
    let first_end = begin.len() + fragment.len();
    let fragments = [begin, fragment.clone(), fragment].concat();
    vec![
        Sample::new("a.mp4", Format::Mp4, film()),
        Sample::new("a.3gp", Format::Mp4, fast),
        Sample::new("open.mp4", Format::Mp4, open_end).may_end(open_needs..=usize::MAX),
        Sample::new("long.mp4", Format::Mp4, with_large),
        Sample::new("old.mov", Format::QuickTime, old.concat()),
        Sample::new("padded.mp4", Format::Mp4, free).may_end(film_end..=usize::MAX),
        Sample::new("trailer.mp4", Format::Mp4, trailer).may_end(film_end..=usize::MAX),
        Sample::new("fragments.mp4", Format::Mp4, fragments).may_end(first_end..=first_end),
        Sample::new(
            "a.mov",
            Format::QuickTime,
            [
                brand(b"qt  "),
                boxed(b"mdat", &[payload(9)]),
                index(b"hvc1", 40),
            ]
            .concat(),
        ),
        Sample::new(
            "a.cr3",
            Format::Cr3,
            [
                brand(b"crx "),
                index(b"CRAW", 600),
                boxed(b"mdat", &[payload(600)]),
            ]
            .concat(),
        ),
    ]
}

fn pictures() -> Vec<Sample> {
    let about = boxed(
        b"meta",
        &[
            vec![0; 4],
            handler(&[0; 4], b"pict"),
            boxed(b"iloc", &[vec![0; 20]]),
        ],
    );
    let inside = boxed(b"meta", &[vec![0; 4], boxed(b"idat", &[payload(50)])]);
    let content = boxed(b"mdat", &[payload(400)]);
    let heic = [brand(b"heic"), about.clone(), content.clone()].concat();
    let heic_end = heic.len();
    let samsung = [heic.clone(), boxed(b"mpvd", &[film()])].concat();
    let jxl = [
        b"\0\0\0\x0cJXL \r\n\x87\n".to_vec(),
        brand(b"jxl "),
        boxed(b"jxlc", &[payload(99)]),
    ];
    vec![
        Sample::new("a.heic", Format::Heif, heic),
        Sample::new(
            "a.avif",
            Format::Avif,
            [brand(b"avif"), about, content].concat(),
        ),
        Sample::new(
            "small.heif",
            Format::Heif,
            [brand(b"mif1"), inside].concat(),
        ),
        Sample::new("motion.heic", Format::Heif, samsung)
            .with_video()
            .may_end(heic_end..=heic_end + 7),
        Sample::new("a.jxl", Format::JpegXl, jxl.concat()),
    ]
}
