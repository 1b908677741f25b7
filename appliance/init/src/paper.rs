//! The size of paper that sheets are made for: the one of the country whose keyboard layout was chosen.

use std::sync::atomic::{AtomicBool, Ordering};

use heirloom_engine::Paper;
use heirloom_recovery::PaperSize;

/// One choice for the whole process, as the layout itself is. A4 until a layout says otherwise.
static IS_LETTER: AtomicBool = AtomicBool::new(false);

/// Layouts of the countries that print on Letter. `us-intl` is none: it is the layout of the Netherlands and others, too.
const LETTER_LAYOUTS: [&str; 5] = ["us", "us-dvorak", "us-colemak", "ca", "latam"];

/// A layout was chosen: the paper that goes with it.
pub(crate) fn choose_by_layout(code: &str) -> Paper {
    let paper = of_layout(code);
    IS_LETTER.store(paper == Paper::Letter, Ordering::Relaxed);
    paper
}

/// The size for the next sheet on a drive.
pub(crate) fn chosen() -> PaperSize {
    match IS_LETTER.load(Ordering::Relaxed) {
        true => PaperSize::Letter,
        false => PaperSize::A4,
    }
}

/// The size for a sheet that is printed on this.
pub(crate) fn size_of(paper: Paper) -> PaperSize {
    match paper {
        Paper::A4 => PaperSize::A4,
        Paper::Letter => PaperSize::Letter,
    }
}

fn of_layout(code: &str) -> Paper {
    match LETTER_LAYOUTS.contains(&code) {
        true => Paper::Letter,
        false => Paper::A4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layout_has_its_paper() {
        for (code, paper) in [
            ("us", Paper::Letter),
            ("ca", Paper::Letter),
            ("latam", Paper::Letter),
            ("us-intl", Paper::A4),
            ("gb", Paper::A4),
            ("de", Paper::A4),
            ("", Paper::A4),
        ] {
            assert_eq!(of_layout(code), paper, "{code}");
        }
    }
}
