//! From a place on the USB to an open source.

use std::sync::Arc;

use futures::executor::block_on;
use heirloom_engine::SourceError;
use mtp_rs::transport::NusbTransport;
use nusb::MaybeFuture;
use nusb::descriptors::{InterfaceDescriptor, TransferType};
use nusb::transfer::Direction;

use crate::deadline::Patience;
use crate::error::{family_at_open, family_of_usb};
use crate::quirks::UsbIds;
use crate::source::PhoneSource;

/// Where a device is, as udev says in `BUSNUM` and `DEVNUM`. A phone gets a new device number each time it changes its USB mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsbAddress {
    /// `BUSNUM`.
    pub bus: u8,
    /// `DEVNUM`.
    pub device: u8,
}

/// Still image, picture transfer (USB Still Image Capture Device Definition 1.0, section 4.2).
const STILL_IMAGE: u8 = 0x06;
const VENDOR_SPECIFIC: u8 = 0xFF;
const PICTURE_TRANSFER: (u8, u8) = (1, 1);

/// Opens the phone or camera at this address: one with the interface class of still images (6/1/1), as cameras, iPhones and Android
/// in PTP mode have it, and one with a vendor's own class (ff), as Android in MTP mode has it.
///
/// # Errors
/// - [`SourceError::Gone`]: nothing is at this address any more.
/// - [`SourceError::Locked`]: it offers no interface for pictures (it only charges), refuses a session, or shows no storage. Ask for
///   the lock or the USB mode to be changed, and open again; the address may be another one by then.
/// - [`SourceError::TimedOut`], [`SourceError::Io`], [`SourceError::Garbled`]: what the link ran into; errno 16 means that another
///   program holds the device.
pub fn open(address: UsbAddress) -> Result<PhoneSource, SourceError> {
    let patience = Patience::default();
    let info = nusb::list_devices()
        .wait()
        .map_err(|error| family_of_usb(&error))?
        .find(|info| info.busnum() == address.bus && info.device_address() == address.device)
        .ok_or(SourceError::Gone)?;
    let usb = UsbIds {
        vendor: info.vendor_id(),
        product: info.product_id(),
    };
    let device = info.open().wait().map_err(|error| family_of_usb(&error))?;
    // Without a configuration, as in a hub that is short of power, there is nothing to read yet either.
    let offers_pictures = device.active_configuration().is_ok_and(|configuration| {
        configuration
            .interfaces()
            .filter_map(|interface| interface.alt_settings().next())
            .any(|setting| Shape::of(&setting).is_for_pictures())
    });
    if !offers_pictures {
        return Err(SourceError::Locked);
    }
    let transport = block_on(NusbTransport::open_with_timeout(device, patience.answer))
        .map_err(|error| family_at_open(error, "its interfaces"))?;
    PhoneSource::over(Arc::new(transport), Some(usb), patience)
}

/// What an interface descriptor shows of its purpose.
struct Shape {
    class: u8,
    subclass_and_protocol: (u8, u8),
    has_bulk_in: bool,
    has_bulk_out: bool,
    has_interrupt_in: bool,
}

impl Shape {
    fn of(setting: &InterfaceDescriptor<'_>) -> Self {
        let has = |direction, kind| {
            setting.endpoints().any(|endpoint| {
                endpoint.direction() == direction && endpoint.transfer_type() == kind
            })
        };
        Self {
            class: setting.class(),
            subclass_and_protocol: (setting.subclass(), setting.protocol()),
            has_bulk_in: has(Direction::In, TransferType::Bulk),
            has_bulk_out: has(Direction::Out, TransferType::Bulk),
            has_interrupt_in: has(Direction::In, TransferType::Interrupt),
        }
    }

    /// The rule by which mtp-rs picks the interface that it claims: a still-image one, or a vendor's own with the endpoints of one.
    /// Android's MTP is the latter (ff/ff/00 with the string `MTP`); its debug bridge (ff/42/01) has no interrupt endpoint.
    fn is_for_pictures(&self) -> bool {
        let has_endpoints = self.has_bulk_in && self.has_bulk_out && self.has_interrupt_in;
        has_endpoints
            && (self.class == VENDOR_SPECIFIC
                || self.class == STILL_IMAGE && self.subclass_and_protocol == PICTURE_TRANSFER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_for_pictures_are_told_from_others() {
        // Class, subclass, protocol, whether there is an interrupt endpoint beside bulk in and out; expected.
        let table = [
            ("camera, Android's PTP, QEMU", 0x06, 1, 1, true, true),
            ("Android's MTP", 0xFF, 0xFF, 0, true, true),
            ("older Android's MTP", 0xFF, 1, 1, true, true),
            ("Android's debug bridge", 0xFF, 0x42, 1, false, false),
            ("a USB stick", 0x08, 6, 0x50, false, false),
            ("still image, but not transfer", 0x06, 0, 0, true, false),
            ("tethering", 0x0A, 0, 0, true, false),
        ];
        for (device, class, subclass, protocol, has_interrupt_in, expected) in table {
            let shape = Shape {
                class,
                subclass_and_protocol: (subclass, protocol),
                has_bulk_in: true,
                has_bulk_out: true,
                has_interrupt_in,
            };
            assert_eq!(shape.is_for_pictures(), expected, "{device}");
        }
    }
}
