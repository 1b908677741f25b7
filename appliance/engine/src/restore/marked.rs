//! A name with a number in it, at the same place for all that belong together: `IMG_0001 (2).HEIC`, `IMG_0001 (2).HEIC.xmp`.

use heirloom_format::fitting_stem;
use heirloom_media::stem_bytes;

/// What Linux takes, in bytes.
const NAME_BYTES_MAX: usize = 255;
/// The longest end of a name that is kept when a number goes before it. `.jpg.supplemental-metadata.json` has 31.
const TAIL_BYTES_MAX: usize = 40;

/// Numbers a name; 1 leaves it as it is. Its stem is cut to so many bytes at most.
pub(super) fn marked(name: &[u8], number: u32, kept_bytes: u8) -> Vec<u8> {
    if number == 1 {
        return name.to_vec();
    }
    let (stem, tail) = name.split_at(stem_end(name));
    let mut kept = stem.len().min(kept_bytes.into());
    if let Ok(text) = std::str::from_utf8(stem) {
        while !text.is_char_boundary(kept) {
            kept -= 1;
        }
    }
    [&stem[..kept], mark(number).as_bytes(), tail].concat()
}

/// To how many bytes the stems of names are to be cut, so that all fit with their number and still begin alike. `u8::MAX` cuts none.
pub(super) fn kept_bytes(names: &[&[u8]], number: u32) -> u8 {
    if number == 1 {
        return u8::MAX;
    }
    let mark = mark(number);
    let cut = names.iter().filter_map(|name| {
        let (stem, tail) = name.split_at(stem_end(name));
        let kept = match (std::str::from_utf8(stem), std::str::from_utf8(tail)) {
            (Ok(stem), Ok(tail)) => fitting_stem(stem, &mark, tail).len(),
            // Only Linux takes such a name at all.
            _ => NAME_BYTES_MAX
                .saturating_sub(mark.len() + tail.len())
                .min(stem.len()),
        };
        (kept < stem.len()).then(|| u8::try_from(kept).unwrap_or(u8::MAX))
    });
    cut.min().unwrap_or(u8::MAX)
}

fn mark(number: u32) -> String {
    format!(" ({number})")
}

fn stem_end(name: &[u8]) -> usize {
    let whole = match std::str::from_utf8(name) {
        Ok(text) => stem_bytes(text),
        // A dot at the beginning starts a hidden name, not an extension.
        Err(_) => name
            .iter()
            .rposition(|byte| *byte == b'.')
            .filter(|dot| *dot > 0)
            .unwrap_or(name.len()),
    };
    if name.len() - whole > TAIL_BYTES_MAX {
        name.len()
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(names: &[&str], number: u32) -> Vec<String> {
        let names: Vec<&[u8]> = names.iter().map(|it| it.as_bytes()).collect();
        let kept = kept_bytes(&names, number);
        names
            .iter()
            .map(|name| String::from_utf8(marked(name, number, kept)).expect("UTF-8"))
            .collect()
    }

    #[test]
    fn what_belongs_together_keeps_its_beginning() {
        let names = [
            "IMG_0001.HEIC",
            "IMG_0001.MOV",
            "IMG_0001.AAE",
            "IMG_0001.HEIC.xmp",
            "IMG_E0001.JPG",
        ];
        assert_eq!(numbered(&names, 1), names);
        assert_eq!(
            numbered(&names, 2),
            [
                "IMG_0001 (2).HEIC",
                "IMG_0001 (2).MOV",
                "IMG_0001 (2).AAE",
                "IMG_0001 (2).HEIC.xmp",
                "IMG_E0001 (2).JPG",
            ]
        );
        let long = "ä".repeat(120);
        let names = [
            format!("{long}12345.jpg"),
            format!("{long}12345.jpg.xmp"),
            format!("{long}12345.mov"),
        ];
        let numbered = numbered(&names.each_ref().map(String::as_str), 100);
        for (name, tail) in numbered.iter().zip([".jpg", ".jpg.xmp", ".mov"]) {
            assert!(name.len() <= 255, "{name}");
            let stem = name
                .strip_suffix(&format!(" (100){tail}"))
                .expect("its tail");
            assert!(
                numbered.iter().all(|it| it.starts_with(stem)),
                "{numbered:?}"
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        let name = [&[0xff; 250][..], b".jpg"].concat();
        let kept = kept_bytes(&[&name], 2);
        let marked = marked(&name, 2, kept);
        assert_eq!(marked.len(), 255);
        assert!(marked.ends_with(b"\xff (2).jpg"));
    }
}
