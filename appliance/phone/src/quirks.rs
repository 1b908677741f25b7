//! What devices do wrong, as rows of a table. `QUIRKS.md` beside this crate has the dated notes behind them.

/// USB vendor and product numbers, as a device's descriptor states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsbIds {
    /// idVendor.
    pub vendor: u16,
    /// idProduct.
    pub product: u16,
}

/// What to do differently for one device; the default is what the standards say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quirks {
    /// Never ask for bytes past the end of a file, and where its last piece would be 500 bytes beyond a multiple of 512, ask for one
    /// byte less and then for the last byte: with its 12-byte header that piece fills its packets, and the device waits for ever.
    pub(crate) last_byte_apart: bool,
    /// A locked device shows a storage without a single object in it, so "nothing there" means "not yet".
    pub(crate) empty_while_locked: bool,
}

struct Row {
    /// idVendor of the devices that the row is about.
    vendor: u16,
    /// How their maker's name begins, in lower case, for where the numbers are not known.
    manufacturer: &'static str,
    /// Since when we know, as year-month-day.
    noted: &'static str,
    /// How we know.
    evidence: &'static str,
    quirks: Quirks,
}

const ROWS: &[Row] = &[
    Row {
        vendor: 0x04E8,
        manufacturer: "samsung",
        noted: "2026-11-22",
        evidence: "libmtp, src/device-flags.h, DEVICE_FLAG_SAMSUNG_OFFSET_BUG; not seen by us",
        quirks: Quirks {
            last_byte_apart: true,
            empty_while_locked: false,
        },
    },
    Row {
        vendor: 0x05AC,
        manufacturer: "apple",
        noted: "2026-11-22",
        evidence: "reports on libgphoto2: storage 0xFEEDFACE without objects until `Allow` is tapped; not seen by us",
        quirks: Quirks {
            last_byte_apart: false,
            empty_while_locked: true,
        },
    },
];

impl Quirks {
    /// Of a device, by its numbers where they are known, else by how it names its maker.
    pub(crate) fn of(usb: Option<UsbIds>, manufacturer: &str) -> Self {
        let mut quirks = Self::default();
        for row in ROWS.iter().filter(|row| row.is_about(usb, manufacturer)) {
            log::info!(
                "{manufacturer}: a known quirk, noted {} ({})",
                row.noted,
                row.evidence
            );
            quirks.last_byte_apart |= row.quirks.last_byte_apart;
            quirks.empty_while_locked |= row.quirks.empty_while_locked;
        }
        quirks
    }
}

impl Row {
    fn is_about(&self, usb: Option<UsbIds>, manufacturer: &str) -> bool {
        let by_name = || manufacturer.to_lowercase().starts_with(self.manufacturer);
        usb.map_or_else(by_name, |usb| usb.vendor == self.vendor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_get_the_quirks_of_their_rows() {
        let usb = |vendor| {
            Some(UsbIds {
                vendor,
                product: 0x6860,
            })
        };
        let table = [
            (usb(0x04E8), "samsung", true, false),
            (usb(0x04E8), "", true, false),
            (None, "SAMSUNG ELECTRONICS", true, false),
            (usb(0x05AC), "Apple Inc.", false, true),
            (usb(0x18D1), "Google", false, false),
            (usb(0x46F4), "QEMU", false, false),
            (None, "", false, false),
        ];
        for (usb, manufacturer, last_byte_apart, empty_while_locked) in table {
            assert_eq!(
                Quirks::of(usb, manufacturer),
                Quirks {
                    last_byte_apart,
                    empty_while_locked
                },
                "{usb:?} {manufacturer}"
            );
        }
    }

    #[test]
    fn every_row_says_since_when_and_how_we_know() {
        for row in ROWS {
            assert_eq!(row.noted.len(), "2026-11-22".len(), "{}", row.evidence);
            assert!(!row.evidence.is_empty());
            assert_ne!(row.quirks, Quirks::default(), "{}", row.evidence);
        }
    }
}
