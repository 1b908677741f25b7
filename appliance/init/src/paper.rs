//! The size of paper that sheets are made for: the one of the country whose keyboard layout was chosen.

use std::sync::atomic::{AtomicBool, Ordering};

use heirloom_recovery::PaperSize;

/// One choice for the whole process, as the layout itself is. A4 until a layout says otherwise.
static IS_LETTER: AtomicBool = AtomicBool::new(false);

/// Layouts of the countries that print on Letter. `us-intl` is none: it is the layout of the Netherlands and others, too.
const LETTER_LAYOUTS: [&str; 5] = ["us", "us-dvorak", "us-colemak", "ca", "latam"];

/// A layout was chosen.
pub(crate) fn choose_by_layout(code: &str) {
    IS_LETTER.store(of_layout(code) == PaperSize::Letter, Ordering::Relaxed);
}

/// The size for the next sheet.
pub(crate) fn chosen() -> PaperSize {
    match IS_LETTER.load(Ordering::Relaxed) {
        true => PaperSize::Letter,
        false => PaperSize::A4,
    }
}

fn of_layout(code: &str) -> PaperSize {
    match LETTER_LAYOUTS.contains(&code) {
        true => PaperSize::Letter,
        false => PaperSize::A4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layout_has_its_paper() {
        for (code, paper) in [
            ("us", PaperSize::Letter),
            ("ca", PaperSize::Letter),
            ("latam", PaperSize::Letter),
            ("us-intl", PaperSize::A4),
            ("gb", PaperSize::A4),
            ("de", PaperSize::A4),
            ("", PaperSize::A4),
        ] {
            assert_eq!(of_layout(code), paper, "{code}");
        }
    }
}
