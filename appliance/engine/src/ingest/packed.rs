//! Numbers and texts in few bytes: what is known of a file must take tens of bytes, because a library may have a million of them.
//!
//! Equal values always take equal bytes, so that packed values can be compared as they are.

/// Alphabets of at most 16 characters, two of which fit into a byte: times as phones write them, and ids in hexadecimal.
const ALPHABETS: [&[u8; 16]; 3] = [
    b"0123456789T@.Z+-",
    b"0123456789abcdef",
    b"0123456789ABCDEF",
];
/// A text that fits none of them.
const PLAIN: u64 = 3;

/// LEB128: seven bits to a byte.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn take_number(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take_byte(bytes);
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

/// Small ones of either sign take few bytes.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_number(out, ((number << 1) ^ (number >> 63)) as u64);
}

pub(super) fn take_signed(bytes: &mut &[u8]) -> i64 {
    let folded = take_number(bytes);
    (folded >> 1) as i64 ^ -((folded & 1) as i64)
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let fits = |alphabet: &[u8; 16]| bytes.iter().all(|byte| alphabet.contains(byte));
    let coding = (0..)
        .zip(ALPHABETS)
        .find(|(_, alphabet)| fits(alphabet))
        .map_or(PLAIN, |(coding, _)| coding);
    put_number(out, (bytes.len() as u64) << 2 | coding);
    match ALPHABETS.get(coding as usize) {
        None => out.extend_from_slice(bytes),
        Some(alphabet) => {
            let place = |byte: &u8| alphabet.iter().position(|it| it == byte).unwrap_or(0) as u8;
            out.extend(bytes.chunks(2).map(|pair| {
                let second = pair.get(1).map_or(0, place);
                place(&pair[0]) << 4 | second
            }));
        }
    }
}

pub(super) fn take_text(bytes: &mut &[u8]) -> String {
    let head = take_number(bytes);
    let len = (head >> 2) as usize;
    let text = match ALPHABETS.get((head & 3) as usize) {
        None => take(bytes, len).to_vec(),
        Some(alphabet) => take(bytes, len.div_ceil(2))
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|place| alphabet[usize::from(place)])
            .take(len)
            .collect(),
    };
    String::from_utf8(text).expect("a text was put there")
}

pub(super) fn take<'b>(bytes: &mut &'b [u8], len: usize) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(len);
    *bytes = rest;
    taken
}

pub(super) fn take_byte(bytes: &mut &[u8]) -> u8 {
    take(bytes, 1)[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_taken() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let signed = [0, -1, 1, i64::MIN, i64::MAX, 1_700_000_000];
        let texts = [
            "",
            "2",
            "20240131T235959",
            "20240131T235959.0Z",
            "@1700000000.123456789",
            "00ffee",
            "00FFEE",
            "00Ffee",
            "ünï",
        ];
        let mut out = Vec::new();
        numbers.iter().for_each(|it| put_number(&mut out, *it));
        signed.iter().for_each(|it| put_signed(&mut out, *it));
        texts.iter().for_each(|it| put_text(&mut out, it));
        let mut bytes = &out[..];
        for number in numbers {
            assert_eq!(take_number(&mut bytes), number);
        }
        for number in signed {
            assert_eq!(take_signed(&mut bytes), number);
        }
        for text in texts {
            assert_eq!(take_text(&mut bytes), text);
        }
        assert!(bytes.is_empty());
        let mut time = Vec::new();
        put_text(&mut time, "20240131T235959");
        assert_eq!(time.len(), 9, "a time takes nine bytes");
    }
}
