//! Names as they are stored: any bytes that a device can utter as a name become one legal, reversible path component.
//!
//! A stored component is UTF-8, 1 to 255 bytes, and holds no byte that `sha256sum -c`, a BagIt validator or ext4 would
//! read as anything but itself. Bytes that could be are written `=XX` (two upper-case hexadecimal digits): bytes that are no UTF-8,
//! control characters and DEL, U+2028, U+2029 and U+FEFF, `/`, `\`, `%` (BagIt 1.0, section 2.1.3, would decode it), `=` itself, the
//! dots of `.` and `..`, and white space at the end of a component (validators strip it from their lines). An empty name becomes `=`,
//! which no escape yields. A name that would be longer than 255 bytes is cut at a character and ends in `=~` and the first 16
//! hexadecimal digits of its SHA-256, before its extension; it alone is not reversible, and the snapshot's description keeps its
//! full name.

use crate::Digest;

/// The longest component that ext4 stores, in bytes.
const COMPONENT_BYTES_MAX: usize = 255;

/// The longest extension that outlives shortening, dot included: real ones are shorter.
const EXTENSION_BYTES_MAX: usize = 16;

/// How many digits of a shortened name's SHA-256 stand in it.
const SEAL_DIGITS: usize = 16;

/// A raw name in its escaped form: what a stored component is, but neither shortened nor numbered, so of any length. FORMAT.md, section 2.
pub fn escape_component(raw: &[u8]) -> String {
    if raw.is_empty() {
        return "=".to_owned();
    }
    let only_dots = raw == b"." || raw == b"..";
    let mut escaped = String::with_capacity(raw.len());
    let mut done_bytes = 0;
    for chunk in raw.utf8_chunks() {
        for character in chunk.valid().chars() {
            done_bytes += character.len_utf8();
            let is_last = done_bytes == raw.len();
            if must_escape(character) || only_dots || (is_last && character.is_whitespace()) {
                let mut bytes = [0; 4];
                escape_bytes(&mut escaped, character.encode_utf8(&mut bytes).as_bytes());
            } else {
                escaped.push(character);
            }
        }
        escape_bytes(&mut escaped, chunk.invalid());
        done_bytes += chunk.invalid().len();
    }
    escaped
}

/// The raw name that [`escape_component`] made this of, or `None` where it would have written it differently, or where it was shortened.
pub fn decode_component(escaped: &str) -> Option<Vec<u8>> {
    let raw = unescape(escaped)?;
    (escape_component(&raw) == escaped).then_some(raw)
}

/// Shortens an escaped name where it is too long to be stored.
pub(crate) fn fit(escaped: &str, raw: &[u8]) -> Option<String> {
    if escaped.len() <= COMPONENT_BYTES_MAX {
        return None;
    }
    let extension = escaped
        .rfind('.')
        .map(|dot| &escaped[dot..])
        .filter(|extension| extension.len() <= EXTENSION_BYTES_MAX)
        .unwrap_or("");
    let seal = format!("=~{}", seal_digits(raw));
    let mut end = COMPONENT_BYTES_MAX - seal.len() - extension.len();
    // Cut at a character, and not inside an escape.
    while !escaped.is_char_boundary(end) || escaped.as_bytes()[end - 2..end].contains(&b'=') {
        end -= 1;
    }
    Some(format!("{}{seal}{extension}", &escaped[..end]))
}

/// Whether this is what is stored for some raw name.
pub(crate) fn is_canonical(component: &str) -> bool {
    if component.is_empty() || component.len() > COMPONENT_BYTES_MAX {
        return false;
    }
    if !component.contains('=') {
        return !component.chars().any(must_escape)
            && !component.ends_with(char::is_whitespace)
            && component != "."
            && component != "..";
    }
    decode_component(component).is_some() || is_shortened(component)
}

/// Whether a stored component is one that was shortened, by its shape: an escaped beginning, `=~`, 16 digits, an extension.
pub(crate) fn is_shortened(component: &str) -> bool {
    let Some((beginning, tail)) = component.split_once("=~") else {
        return false;
    };
    let Some((digits, extension)) = tail.split_at_checked(SEAL_DIGITS) else {
        return false;
    };
    let lowercase_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    // Nothing is cut off that would have fitted: at most the three bytes before the end of a character.
    (COMPONENT_BYTES_MAX - 3..=COMPONENT_BYTES_MAX).contains(&component.len())
        && digits.as_bytes().iter().all(lowercase_hex)
        && (extension.is_empty() || extension.rfind('.') == Some(0))
        && extension.len() <= EXTENSION_BYTES_MAX
        // Whatever stood between them, both must be written as escaping writes them.
        && decode_component(&format!("{beginning}x")).is_some()
        && decode_component(&format!("x{extension}")).is_some()
}

/// The digits by which a shortened name can be told from another.
pub(crate) fn seal_digits(raw: &[u8]) -> String {
    Digest::of(raw).to_string()[..SEAL_DIGITS].to_owned()
}

/// Reads escapes, whether or not they had to be escapes. `None` when one is malformed, as every shortened name's is.
pub(crate) fn unescape(escaped: &str) -> Option<Vec<u8>> {
    if escaped == "=" {
        return Some(Vec::new());
    }
    let mut raw = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'=' {
            raw.push(upper_hex(*tail.first()?)? << 4 | upper_hex(*tail.get(1)?)?);
            rest = &tail[2..];
        } else {
            raw.push(byte);
            rest = tail;
        }
    }
    Some(raw)
}

fn must_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '/' | '\\' | '%' | '=' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

fn escape_bytes(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        out.push('=');
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

fn upper_hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Raw name, stored name.
    const NAMES: &[(&[u8], &str)] = &[
        (b"IMG_0001.JPG", "IMG_0001.JPG"),
        ("Größe & Farbe 🎂.jpg".as_bytes(), "Größe & Farbe 🎂.jpg"),
        (b"", "="),
        (b".", "=2E"),
        (b"..", "=2E=2E"),
        (b"...", "..."),
        (b".trashed-1700000000-a.jpg", ".trashed-1700000000-a.jpg"),
        (b"50%.jpg", "50=25.jpg"),
        (b"a=b", "a=3Db"),
        (b"../../etc/passwd", "..=2F..=2Fetc=2Fpasswd"),
        (b"new\nline\r", "new=0Aline=0D"),
        (b"back\\slash", "back=5Cslash"),
        (b" leading and trailing  ", " leading and trailing =20"),
        ("wide\u{3000}".as_bytes(), "wide=E3=80=80"),
        ("\u{7f}\u{85}\0".as_bytes(), "=7F=C2=85=00"),
        // Latin-1, half of a character, an overlong slash, a surrogate, a space before a bad byte.
        (b"Gr\xf6\xdfe.jpg", "Gr=F6=DFe.jpg"),
        (b"cut\xe2\x80", "cut=E2=80"),
        (b"\xc0\xaf", "=C0=AF"),
        (b"\xed\xa0\x80", "=ED=A0=80"),
        (b"a \xff", "a =FF"),
        (b"\xff ", "=FF=20"),
    ];

    #[test]
    fn names_are_stored_as_the_table_says_and_come_back() {
        for (raw, stored) in NAMES {
            assert_eq!(escape_component(raw), *stored);
            assert_eq!(decode_component(stored).as_deref(), Some(*raw), "{stored}");
            assert!(is_canonical(stored), "{stored}");
        }
    }

    #[test]
    fn what_escaping_would_not_have_written_is_refused() {
        for text in [
            "",
            ".",
            "..",
            "a%b",
            "a\\b",
            "a\nb",
            "=2e",
            "=41",
            "a=",
            "=4",
            "=~\n",
            "a ",
            "x=~ ",
            "=C3=A4",
            "=F0=9F=8E=82",
            "a/b",
            "==",
            "=+1",
        ] {
            assert!(!is_canonical(text), "{text:?}");
            assert_eq!(decode_component(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_shortened_name_is_told_by_its_shape() {
        let raw = [b"\xff".repeat(90), b".jpg".to_vec()].concat();
        let stored = fit(&escape_component(&raw), &raw).expect("too long");
        assert!(is_canonical(&stored) && is_shortened(&stored), "{stored}");
        assert_eq!(decode_component(&stored), None);
        let seal = format!("=~{}", seal_digits(&raw));
        assert!(stored.ends_with(&format!("{seal}.jpg")), "{stored}");
        for other in [
            stored.replace("=~", "=7E"),
            stored.replacen("=FF", "=ff", 1),
            stored.replacen("=FF", "=41", 1),
            stored.replacen("=FF", "=F", 1),
            stored.replacen("=FF", "=FF=FF=FF", 1),
            stored.replacen("=FF=FF", "", 1),
            stored.replace(&seal, &seal.to_uppercase()),
            stored.replace(".jpg", "jpg."),
            stored.replace(".jpg", ".jp "),
            stored.replace(".jpg", ".j.g"),
            stored.replace(".jpg", "=2Ejpg"),
            seal,
        ] {
            assert!(!is_canonical(&other), "{other}");
        }
    }
}
