//! JPEG with all that phones append, TIFF, RAF, BMP.

use heirloom_media::Format;

use super::boxes::film;
use super::{Sample, payload};

pub(crate) fn all() -> Vec<Sample> {
    let one = jpeg();
    let end = one.len();
    let two = [first_jpeg(), jpeg()].concat();
    let padded = [one.clone(), vec![0; 3000]].concat();
    let trailer = [
        one.clone(),
        b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFH\x6b\0\0\0SEFT".to_vec(),
    ];
    let samsung_film_at = end + 24;
    let samsung = [
        one.clone(),
        b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data".to_vec(),
        film(),
        b"SEFH\x6b\0\0\0\x01\0\0\0SEFT".to_vec(),
    ]
    .concat();
    let samsung_end = samsung_film_at + film().len();
    let google = [one.clone(), film()].concat();
    let ultra = [first_jpeg(), jpeg(), film()].concat();
    vec![
        Sample::new("a.jpg", Format::Jpeg, one.clone()),
        Sample::new("progressive.jpg", Format::Jpeg, progressive()),
        Sample::new("IMG_0001.HEIC", Format::Jpeg, one),
        Sample::new("second picture.jpg", Format::Jpeg, two).may_end(end..=end + 2),
        Sample::new("padded.jpg", Format::Jpeg, padded).may_end(end..=usize::MAX),
        Sample::new("samsung.jpg", Format::Jpeg, trailer.concat()).may_end(end..=usize::MAX),
        Sample::new("samsung motion.jpg", Format::Jpeg, samsung)
            .with_video()
            .may_end(end..=samsung_film_at + 7)
            .may_end(samsung_end..=usize::MAX),
        Sample::new("PXL_1.MP.jpg", Format::Jpeg, google)
            .with_video()
            .may_end(end..=end + 7),
        Sample::new("PXL_2.MP.jpg", Format::Jpeg, ultra)
            .with_video()
            .may_end(end..=end + 2)
            .may_end(2 * end..=2 * end + 7),
        Sample::new("a.dng", Format::Tiff, tiff(false)),
        Sample::new("a.nef", Format::Tiff, tiff(true)),
        Sample::new("scan.tif", Format::Tiff, tiff_with_directory_at_end()),
        Sample::new("a.raf", Format::Raf, raf()),
        Sample::new("a.bmp", Format::Bmp, bmp()),
    ]
}

fn segment(code: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short");
    [&[0xff, code], &length.to_be_bytes()[..], content].concat()
}

/// With a thumbnail in its Exif segment, whose end marker is not the picture's, and a colour profile.
pub(crate) fn jpeg() -> Vec<u8> {
    jpeg_with(b"ICC_PROFILE\0")
}

/// As the first of several pictures, which it lists.
pub(crate) fn first_jpeg() -> Vec<u8> {
    jpeg_with(b"MPF\0II*\0\0\0\0\0")
}

fn jpeg_with(app2: &[u8]) -> Vec<u8> {
    [
        vec![0xff, 0xd8],
        segment(
            0xe1,
            b"Exif\0\0 thumbnail: \xff\xd8\xff\xda\0\x02\x11\x22\xff\xd9",
        ),
        segment(0xe2, app2),
        segment(0xdb, &[1; 65]),
        segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 0x3f, 0]),
        payload(300),
        // A stuffed byte, and a restart marker.
        vec![0xff, 0x00, 0xff, 0xd0],
        payload(200),
        vec![0xff, 0xd9],
    ]
    .concat()
}

fn progressive() -> Vec<u8> {
    let scan = [
        segment(0xc4, &[2; 20]),
        segment(0xda, &[1, 1, 0, 0, 0, 0]),
        payload(150),
    ]
    .concat();
    let begin = [
        vec![0xff, 0xd8],
        segment(0xc2, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
    ]
    .concat();
    [begin, scan.repeat(3), vec![0xff, 0xff, 0xd9]].concat()
}

/// Numbers in the file's byte order.
struct Order(bool);

impl Order {
    fn short(&self, number: u16) -> [u8; 2] {
        if self.0 {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    }

    fn long(&self, number: u32) -> [u8; 4] {
        if self.0 {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    }

    fn magic(&self) -> Vec<u8> {
        if self.0 {
            b"MM\0*".to_vec()
        } else {
            b"II*\0".to_vec()
        }
    }

    fn directory(&self, entries: &[(u16, u32, u32)], next: u32) -> Vec<u8> {
        let mut bytes = self.short(entries.len() as u16).to_vec();
        for (tag, count, value) in entries {
            // LONG.
            bytes.extend([self.short(*tag), self.short(4)].concat());
            bytes.extend([self.long(*count), self.long(*value)].concat());
        }
        bytes.extend(self.long(next));
        bytes
    }
}

/// Header, a directory with a thumbnail and a directory below it, in which two strips are listed; then all of these.
fn tiff(is_big_endian: bool) -> Vec<u8> {
    let order = Order(is_big_endian);
    let (lists_at, strips_at) = (100, 200);
    let first = order.directory(&[(330, 1, 60), (513, 1, strips_at), (514, 1, 50)], 0);
    let second = order.directory(&[(273, 2, lists_at), (279, 2, lists_at + 8)], 0);
    let mut bytes = [order.magic(), order.long(8).to_vec(), first].concat();
    bytes.resize(60, 0);
    bytes.extend(second);
    bytes.resize(lists_at as usize, 0);
    for number in [strips_at + 50, strips_at + 250, 200, 100] {
        bytes.extend(order.long(number));
    }
    bytes.resize(strips_at as usize, 0);
    bytes.extend(payload(350));
    bytes
}

/// As programs write it that do not know the directory beforehand, and farther on than is kept of a beginning.
fn tiff_with_directory_at_end() -> Vec<u8> {
    let order = Order(false);
    let directory_at = 70_000;
    let mut bytes = [order.magic(), order.long(directory_at).to_vec()].concat();
    bytes.extend(payload(directory_at as usize - 8));
    bytes.extend(order.directory(&[(273, 1, 8), (279, 1, directory_at - 8)], 0));
    bytes
}

fn raf() -> Vec<u8> {
    let mut bytes = b"FUJIFILMCCD-RAW 0201FF000000".to_vec();
    bytes.resize(0x54, 0);
    for number in [0x70_u32, 200, 312, 100, 412, 300] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.resize(0x70, 0);
    bytes.extend(payload(600));
    bytes
}

fn bmp() -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    for number in [354_u32, 0, 54, 40, 10, 10] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.resize(54, 0);
    bytes.extend(payload(300));
    bytes
}
