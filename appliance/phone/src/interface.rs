//! Which of a device's interfaces speaks MTP or PTP: a rule over its descriptors, without USB, so that it can be tested as a table.
//!
//! A still-image interface says so by its class. Android's MTP has a vendor's own class, as everything has that nobody standardised,
//! and is told by what it says in words or in Microsoft's descriptor. Only the makers of phones are believed by the shape alone:
//! mtp-rs takes the first interface of that shape, which may be a modem.

use nusb::descriptors::{InterfaceDescriptor, TransferType};
use nusb::transfer::Direction;

/// Still image, picture transfer (USB Still Image Capture Device Definition 1.0, section 4.2).
const STILL_IMAGE: (u8, u8, u8) = (0x06, 1, 1);
const VENDOR_SPECIFIC: u8 = 0xFF;

/// Android's debug bridge and its boot loader: vendor's own, and never MTP.
const ANDROID_DEBUG_SUBCLASS: u8 = 0x42;

/// idVendor of makers of phones, tablets and readers, whose vendor's own interface of MTP's shape is MTP: from general knowledge,
/// 2026-11-23; libmtp's list of devices is where to look for more.
const KNOWN_VENDORS: &[u16] = &[
    0x0421, // Nokia
    0x0489, // Foxconn, Sharp
    0x04DD, // Sharp
    0x04E8, // Samsung
    0x054C, // Sony
    0x0502, // Acer
    0x05C6, // Qualcomm
    0x0B05, // Asus
    0x0BB4, // HTC
    0x0E8D, // MediaTek
    0x0FCE, // Sony Ericsson, Sony Mobile
    0x1004, // LG
    0x109B, // Hisense
    0x12D1, // Huawei
    0x17EF, // Lenovo
    0x18D1, // Google
    0x1949, // Amazon
    0x19D2, // ZTE
    0x1BBB, // TCL, Alcatel
    0x1D4D, // Pegatron
    0x2207, // Rockchip
    0x22B8, // Motorola
    0x22D9, // Oppo, Realme
    0x2717, // Xiaomi
    0x2A45, // Meizu
    0x2A47, // BQ
    0x2A70, // OnePlus
    0x2AE5, // Fairphone
    0x2D95, // Vivo
    0x2E04, // HMD, Nokia
    0x29A9, // Smartisan
    0x339B, // Honor
];

/// The endpoints by which an interface is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    /// bInterfaceNumber.
    pub(crate) interface: u8,
    pub(crate) bulk_in: u8,
    pub(crate) bulk_out: u8,
    /// Tells of events. Some cameras have none.
    pub(crate) interrupt_in: Option<u8>,
}

/// What an interface shows of its purpose.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) class: (u8, u8, u8),
    pub(crate) endpoints: Endpoints,
    /// What it calls itself, where it does.
    pub(crate) name: Option<String>,
}

/// How sure we are of a choice; the order is the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    StillImage,
    Name,
    MicrosoftDescriptor,
    KnownVendor,
}

impl Candidate {
    /// An interface with a bulk pipe in each direction; `None` for any other, which can't be MTP.
    pub(crate) fn of(setting: &InterfaceDescriptor<'_>, name: Option<String>) -> Option<Self> {
        let address = |direction, kind| {
            setting
                .endpoints()
                .find(|endpoint| {
                    endpoint.direction() == direction && endpoint.transfer_type() == kind
                })
                .map(|endpoint| endpoint.address())
        };
        Some(Self {
            class: (setting.class(), setting.subclass(), setting.protocol()),
            endpoints: Endpoints {
                interface: setting.interface_number(),
                bulk_in: address(Direction::In, TransferType::Bulk)?,
                bulk_out: address(Direction::Out, TransferType::Bulk)?,
                interrupt_in: address(Direction::In, TransferType::Interrupt),
            },
            name,
        })
    }

    /// Whether it may be MTP if somebody says so.
    pub(crate) fn is_vendors_own(&self) -> bool {
        let (class, subclass, _) = self.class;
        class == VENDOR_SPECIFIC
            && subclass != ANDROID_DEBUG_SUBCLASS
            && self.endpoints.interrupt_in.is_some()
    }

    fn reason(&self, vendor: u16, microsoft_mtp_interfaces: &[u8]) -> Option<Reason> {
        if self.class == STILL_IMAGE {
            return Some(Reason::StillImage);
        }
        if !self.is_vendors_own() {
            return None;
        }
        let is_named = self.name.as_deref().is_some_and(|name| {
            name.split(|letter: char| !letter.is_ascii_alphanumeric())
                .any(|word| word.eq_ignore_ascii_case("MTP"))
        });
        if is_named {
            Some(Reason::Name)
        } else if microsoft_mtp_interfaces.contains(&self.endpoints.interface) {
            Some(Reason::MicrosoftDescriptor)
        } else if KNOWN_VENDORS.contains(&vendor) {
            Some(Reason::KnownVendor)
        } else {
            None
        }
    }
}

/// The interface to claim, and why; of several equally good ones the first.
pub(crate) fn choose(
    candidates: &[Candidate],
    vendor: u16,
    microsoft_mtp_interfaces: &[u8],
) -> Option<(Reason, Endpoints)> {
    candidates
        .iter()
        .filter_map(|candidate| {
            let reason = candidate.reason(vendor, microsoft_mtp_interfaces)?;
            Some((reason, candidate.endpoints))
        })
        .min_by_key(|(reason, _)| *reason)
}

/// The request by which Microsoft's descriptors are asked for, from the text at index 0xEE (Microsoft OS 1.0 Descriptors, "OS String
/// Descriptor").
pub(crate) fn microsoft_request(string_descriptor: &[u8]) -> Option<u8> {
    const LENGTH: u8 = 18;
    const STRING: u8 = 3;
    const SIGNATURE: &[u8] = b"M\0S\0F\0T\x001\x000\x000\0";
    let [LENGTH, STRING, text @ ..] = string_descriptor else {
        return None;
    };
    text.strip_prefix(SIGNATURE)?.first().copied()
}

/// The interfaces that Microsoft's extended compat ID descriptor calls MTP.
pub(crate) fn microsoft_mtp_interfaces(descriptor: &[u8]) -> Vec<u8> {
    const HEADER_BYTES: usize = 16;
    const FUNCTION_BYTES: usize = 24;
    let functions = descriptor.get(HEADER_BYTES..).unwrap_or_default();
    functions
        .chunks_exact(FUNCTION_BYTES)
        .filter(|function| function[2..].starts_with(b"MTP\0"))
        .map(|function| function[0])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(
        interface: u8,
        class: (u8, u8, u8),
        has_interrupt_in: bool,
        name: &str,
    ) -> Candidate {
        Candidate {
            class,
            endpoints: Endpoints {
                interface,
                bulk_in: 0x81,
                bulk_out: 0x01,
                interrupt_in: has_interrupt_in.then_some(0x82),
            },
            name: (!name.is_empty()).then(|| name.to_owned()),
        }
    }

    #[test]
    fn the_interface_that_says_it_is_mtp_is_chosen() {
        const OWN: (u8, u8, u8) = (0xFF, 0xFF, 0);
        const NOBODY: u16 = 0x1234;
        let still_image = candidate(0, STILL_IMAGE, true, "");
        let android = candidate(0, OWN, true, "MTP");
        let older_android = candidate(0, (0xFF, 1, 1), true, "");
        let debug_bridge = candidate(1, (0xFF, 0x42, 1), false, "ADB Interface");
        let named_debug_bridge = candidate(1, (0xFF, 0x42, 1), true, "MTP");
        let modem = candidate(2, OWN, true, "AT modem");
        let nameless = candidate(3, OWN, true, "");
        let stick = candidate(0, (0x08, 6, 0x50), false, "MTP");
        let wordy = candidate(4, OWN, true, "Kindle mtp-device");
        let unlike = candidate(5, OWN, true, "SMTP");
        let without_events = candidate(0, STILL_IMAGE, false, "");
        let no_transfer = candidate(0, (6, 0, 0), true, "");
        // Device, interfaces, vendor, what Microsoft's descriptor calls MTP; the choice.
        type Row<'a> = (
            &'a str,
            &'a [&'a Candidate],
            u16,
            &'a [u8],
            Option<(Reason, u8)>,
        );
        let table: &[Row<'_>] = &[
            (
                "camera, iPhone, Android's PTP, QEMU",
                &[&still_image],
                NOBODY,
                &[],
                Some((Reason::StillImage, 0)),
            ),
            (
                "a camera without events",
                &[&without_events],
                NOBODY,
                &[],
                Some((Reason::StillImage, 0)),
            ),
            (
                "still image, but not transfer",
                &[&no_transfer],
                0x18D1,
                &[],
                None,
            ),
            (
                "Android",
                &[&android, &debug_bridge],
                NOBODY,
                &[],
                Some((Reason::Name, 0)),
            ),
            (
                "older Android of a known maker",
                &[&older_android],
                0x04E8,
                &[],
                Some((Reason::KnownVendor, 0)),
            ),
            (
                "the same of an unknown one",
                &[&older_android],
                NOBODY,
                &[],
                None,
            ),
            (
                "the same, and Microsoft's descriptor",
                &[&older_android],
                NOBODY,
                &[0],
                Some((Reason::MicrosoftDescriptor, 0)),
            ),
            (
                "a modem before MTP",
                &[&modem, &nameless, &wordy],
                0x18D1,
                &[],
                Some((Reason::Name, 4)),
            ),
            (
                "a modem before a nameless one",
                &[&modem, &nameless],
                NOBODY,
                &[3],
                Some((Reason::MicrosoftDescriptor, 3)),
            ),
            ("a modem alone", &[&modem], NOBODY, &[], None),
            ("another word", &[&unlike], NOBODY, &[], None),
            (
                "the debug bridge alone",
                &[&debug_bridge, &named_debug_bridge],
                0x18D1,
                &[1],
                None,
            ),
            ("a USB stick", &[&stick], 0x04E8, &[0], None),
            (
                "still image behind MTP",
                &[&android, &candidate(7, STILL_IMAGE, true, "")],
                NOBODY,
                &[],
                Some((Reason::StillImage, 7)),
            ),
            ("nothing", &[], 0x18D1, &[], None),
        ];
        for (device, candidates, vendor, microsoft, expected) in table {
            let candidates: Vec<Candidate> = candidates.iter().copied().cloned().collect();
            let chosen = choose(&candidates, *vendor, microsoft)
                .map(|(reason, endpoints)| (reason, endpoints.interface));
            assert_eq!(chosen, *expected, "{device}");
        }
    }

    #[test]
    fn microsofts_descriptors_are_read_or_passed_over() {
        let text = b"\x12\x03M\0S\0F\0T\x001\x000\x000\0\x04\0";
        assert_eq!(microsoft_request(text), Some(4));
        assert_eq!(microsoft_request(&text[..16]), None);
        assert_eq!(
            microsoft_request(b"\x12\x03M\0S\0F\0T\x002\x000\x000\0\x04\0"),
            None
        );
        assert_eq!(microsoft_request(&[]), None);

        let mut descriptor = vec![0x28, 0, 0, 0, 0, 1, 4, 0, 2, 0, 0, 0, 0, 0, 0, 0];
        descriptor.extend(b"\x01\x01MTP\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        descriptor.extend(b"\x02\x01WINUSB\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(microsoft_mtp_interfaces(&descriptor), [1]);
        assert_eq!(microsoft_mtp_interfaces(&descriptor[..30]), [0; 0]);
        assert_eq!(microsoft_mtp_interfaces(&[]), [0; 0]);
    }
}
