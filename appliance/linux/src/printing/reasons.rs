//! Why a printer waits, in its three dialects: the port's status of the USB printer class, PJL's codes, and IPP's keywords.

use heirloom_engine::PrinterTrouble;

/// Bits of the port's status (USB Device Class Definition for Printing Devices 1.1, section 4.2.2).
const PAPER_EMPTY: i32 = 1 << 5;
const SELECTED: i32 = 1 << 4;
const NOT_ERROR: i32 = 1 << 3;

/// Of the port's status, which knows little.
pub(super) fn of_port(status: i32) -> Option<PrinterTrouble> {
    match status {
        _ if status & PAPER_EMPTY != 0 => Some(PrinterTrouble::PaperOut),
        _ if status & NOT_ERROR == 0 => Some(PrinterTrouble::Other),
        _ if status & SELECTED == 0 => Some(PrinterTrouble::Offline),
        _ => None,
    }
}

/// Of a status code of PJL (HP's PJL Technical Reference Manual, appendix D): `Some(None)` says that all is well, `None` that it says nothing
/// about that.
pub(super) fn of_pjl(code: u32) -> Option<Option<PrinterTrouble>> {
    match code {
        10_000..=10_999 => Some(None),
        40_010 | 40_038 => Some(Some(PrinterTrouble::MarkerEmpty)),
        40_021 => Some(Some(PrinterTrouble::CoverOpen)),
        40_022 => Some(Some(PrinterTrouble::Jam)),
        40_000..=40_099 => Some(Some(PrinterTrouble::Other)),
        41_000..=41_999 => Some(Some(PrinterTrouble::PaperOut)),
        42_000..=42_999 | 44_000..=44_999 => Some(Some(PrinterTrouble::Jam)),
        _ => None,
    }
}

/// IPP's keyword for a trouble (RFC 8011, section 5.4.12), as CUPS's backends tell it.
pub(super) fn keyword(trouble: PrinterTrouble) -> &'static str {
    match trouble {
        PrinterTrouble::PaperOut => "media-empty-error",
        PrinterTrouble::Jam => "media-jam-error",
        PrinterTrouble::CoverOpen => "door-open-error",
        PrinterTrouble::MarkerEmpty => "marker-supply-empty-error",
        PrinterTrouble::Offline => "offline-error",
        PrinterTrouble::Other => "other-error",
    }
}

/// Of IPP's keywords, of which a printer may give several: the one that a person has to see to first.
pub(super) fn of_keywords<'a>(keywords: impl Iterator<Item = &'a str>) -> Option<PrinterTrouble> {
    keywords
        .filter_map(of_keyword)
        .min_by_key(|trouble| match trouble {
            PrinterTrouble::Jam => 0,
            PrinterTrouble::CoverOpen => 1,
            PrinterTrouble::PaperOut => 2,
            PrinterTrouble::MarkerEmpty => 3,
            PrinterTrouble::Offline => 4,
            PrinterTrouble::Other => 5,
        })
}

fn of_keyword(keyword: &str) -> Option<PrinterTrouble> {
    // What is told as a warning or a report does not stop the printer.
    let stem = match keyword.rsplit_once('-') {
        Some((_, "warning" | "report")) => return None,
        Some((stem, "error")) => stem,
        _ => keyword,
    };
    match stem {
        "media-empty" | "media-needed" | "input-tray-missing" => Some(PrinterTrouble::PaperOut),
        "media-jam" => Some(PrinterTrouble::Jam),
        "cover-open" | "door-open" | "interlock-open" => Some(PrinterTrouble::CoverOpen),
        "marker-supply-empty" | "toner-empty" | "developer-empty" => {
            Some(PrinterTrouble::MarkerEmpty)
        }
        "offline" | "shutdown" | "paused" => Some(PrinterTrouble::Offline),
        // The scheduler's own, while all goes well or while a job ends.
        "none" => None,
        _ if stem.starts_with("cups-") || stem.starts_with("com.") => None,
        "connecting-to-device" | "moving-to-paused" | "stopping" | "media-low" | "toner-low" => {
            None
        }
        _ if keyword.ends_with("-error") => Some(PrinterTrouble::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_is_understood() {
        let ports = [
            (0x18, None),
            (0x30, Some(PrinterTrouble::PaperOut)),
            (0x38, Some(PrinterTrouble::PaperOut)),
            (0x10, Some(PrinterTrouble::Other)),
            (0x08, Some(PrinterTrouble::Offline)),
        ];
        for (status, trouble) in ports {
            assert_eq!(of_port(status), trouble, "{status:#x}");
        }
        let codes = [
            (10_001, Some(None)),
            (10_023, Some(None)),
            (40_021, Some(Some(PrinterTrouble::CoverOpen))),
            (41_002, Some(Some(PrinterTrouble::PaperOut))),
            (42_102, Some(Some(PrinterTrouble::Jam))),
            (35_078, None),
        ];
        for (code, trouble) in codes {
            assert_eq!(of_pjl(code), trouble, "{code}");
        }
        let keywords: [(&[&str], _); 7] = [
            (&["none"], None),
            (&["media-empty-error"], Some(PrinterTrouble::PaperOut)),
            (&["media-needed", "media-jam"], Some(PrinterTrouble::Jam)),
            (
                &["toner-low-warning", "cover-open"],
                Some(PrinterTrouble::CoverOpen),
            ),
            (&["media-empty-report"], None),
            (
                &[
                    "cups-ipp-conformance-failure-report",
                    "connecting-to-device",
                ],
                None,
            ),
            (&["fuser-over-temp-error"], Some(PrinterTrouble::Other)),
        ];
        for (words, trouble) in keywords {
            assert_eq!(of_keywords(words.iter().copied()), trouble, "{words:?}");
        }
    }

    #[test]
    fn what_our_backend_tells_is_understood_by_us() {
        for trouble in [
            PrinterTrouble::PaperOut,
            PrinterTrouble::Jam,
            PrinterTrouble::CoverOpen,
            PrinterTrouble::MarkerEmpty,
            PrinterTrouble::Offline,
            PrinterTrouble::Other,
        ] {
            assert_eq!(of_keywords([keyword(trouble)].into_iter()), Some(trouble));
        }
    }
}
