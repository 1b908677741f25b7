//! Thumbnails: the smallest true JPEG of a size, in plain grey, with the name of its picture in a comment, so that no two are the same.

/// The marker segments of a baseline JPEG (ISO/IEC 10918-1, section B.2), by the second byte of their marker.
const APPLICATION_0: u8 = 0xE0;
const COMMENT: u8 = 0xFE;
const QUANTIZATION_TABLE: u8 = 0xDB;
const BASELINE_FRAME: u8 = 0xC0;
const HUFFMAN_TABLE: u8 = 0xC4;
const SCAN: u8 = 0xDA;

/// A block has 8 by 8 samples.
const BLOCK_PIXELS: u32 = 8;
/// A picture of no difference to middle grey is two codes of one bit for each block: no DC difference, and the end of the block.
const BLOCK_BITS: u32 = 2;
/// A segment's length has 16 bits and counts itself.
const COMMENT_BYTES_MAX: usize = 65_533;

/// A JPEG of so many pixels.
pub(crate) fn jpeg(width: u16, height: u16, comment: &str) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    // JFIF 1.1, square pixels, no thumbnail of its own.
    segment(
        &mut bytes,
        APPLICATION_0,
        b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
    );
    let comment = comment.as_bytes();
    let kept_bytes = comment.len().min(COMMENT_BYTES_MAX);
    segment(&mut bytes, COMMENT, &comment[..kept_bytes]);
    segment(
        &mut bytes,
        QUANTIZATION_TABLE,
        &[&[0][..], &[1; 64]].concat(),
    );
    let [high, low] = height.to_be_bytes();
    let [left, right] = width.to_be_bytes();
    // Eight bits a sample, one component, number 1, not subsampled, by quantization table 0.
    segment(
        &mut bytes,
        BASELINE_FRAME,
        &[8, high, low, left, right, 1, 1, 0x11, 0],
    );
    for class in [0x00, 0x10] {
        // One code, of one bit, for the symbol 0.
        let mut table = [0; 1 + 16 + 1];
        table[0] = class;
        table[1] = 1;
        segment(&mut bytes, HUFFMAN_TABLE, &table);
    }
    segment(&mut bytes, SCAN, &[1, 1, 0x00, 0, 63, 0]);
    let blocks = |pixels: u16| u32::from(pixels).div_ceil(BLOCK_PIXELS);
    let bits = blocks(width) * blocks(height) * BLOCK_BITS;
    bytes.extend((0..bits / 8).map(|_| 0));
    if !bits.is_multiple_of(8) {
        // What is left of the last byte is filled up with ones.
        bytes.push(0xFF >> (bits % 8));
    }
    bytes.extend([0xFF, 0xD9]);
    bytes
}

fn segment(bytes: &mut Vec<u8>, marker: u8, content: &[u8]) {
    bytes.extend([0xFF, marker]);
    // At most 65,533 bytes, and these two.
    bytes.extend((content.len() as u16 + 2).to_be_bytes());
    bytes.extend(content);
}
