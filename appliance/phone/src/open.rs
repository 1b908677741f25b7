//! From a place on the USB to an open source.

use std::sync::Arc;
use std::time::Duration;

use heirloom_engine::SourceError;
use nusb::transfer::{ControlIn, ControlType, Recipient};
use nusb::{Device, DeviceInfo, MaybeFuture};

use crate::deadline::Patience;
use crate::error::family_of_usb;
use crate::interface::{Candidate, Endpoints, choose, microsoft_mtp_interfaces, microsoft_request};
use crate::quirks::UsbIds;
use crate::source::PhoneSource;
use crate::spares::Spares;
use crate::transport::{Link, UsbTransport};

/// Where a device is, as udev says in `BUSNUM` and `DEVNUM`. A phone gets a new device number each time it changes its USB mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsbAddress {
    /// `BUSNUM`.
    pub bus: u8,
    /// `DEVNUM`.
    pub device: u8,
}

/// How long a device may take to show Microsoft's descriptors.
const DESCRIPTOR_MAX: Duration = Duration::from_secs(1);

/// Opens the phone or camera at this address: one with the interface class of still images (6/1/1), as cameras, iPhones and Android
/// in PTP mode have it, or one with a vendor's own class (ff) that says it is MTP, as Android in MTP mode does.
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
    let endpoints = interface_for_pictures(&info, &device).ok_or(SourceError::Locked)?;
    let spares = Spares::default();
    let link = Link {
        endpoints,
        entry: info.sysfs_path().to_owned(),
        patience: patience.answer,
    };
    let transport = UsbTransport::claim(&device, link, spares.clone())?;
    PhoneSource::with_spares(Arc::new(transport), Some(usb), patience, spares)
}

/// The addresses of all devices that have an interface for pictures, or may have one when they are unlocked: those with a still-image
/// interface or a vendor's own.
///
/// # Errors
/// What the system ran into while it listed its devices.
pub fn candidates() -> Result<Vec<UsbAddress>, SourceError> {
    let devices = nusb::list_devices()
        .wait()
        .map_err(|error| family_of_usb(&error))?;
    Ok(devices
        .filter(|info| {
            info.interfaces()
                .any(|interface| matches!(interface.class(), 0x06 | 0xFF))
        })
        .map(|info| UsbAddress {
            bus: info.busnum(),
            device: info.device_address(),
        })
        .collect())
}

fn interface_for_pictures(info: &DeviceInfo, device: &Device) -> Option<Endpoints> {
    // Without a configuration, as in a hub that is short of power, there is nothing to read yet.
    let configuration = device.active_configuration().ok()?;
    let candidates: Vec<Candidate> = configuration
        .interfaces()
        .filter_map(|interface| interface.alt_settings().next())
        .filter_map(|setting| {
            let number = setting.interface_number();
            let mut interfaces = info.interfaces();
            let named = interfaces.find(|interface| interface.interface_number() == number);
            let name = named.and_then(|interface| interface.interface_string());
            Candidate::of(&setting, name.map(str::to_owned))
        })
        .collect();
    let vendor = info.vendor_id();
    let (reason, endpoints) = choose(&candidates, vendor, &[]).or_else(|| {
        // Asked for only where nothing else tells: some devices do not like the question.
        let is_open = candidates.iter().any(Candidate::is_vendors_own);
        let called_mtp = is_open.then(|| called_mtp_by_microsoft(device))?;
        choose(&candidates, vendor, &called_mtp)
    })?;
    log::info!(
        "interface {} is for pictures: {reason:?}",
        endpoints.interface
    );
    Some(endpoints)
}

/// The interfaces that the device calls MTP in Microsoft's descriptor; none where it has no such descriptor.
fn called_mtp_by_microsoft(device: &Device) -> Vec<u8> {
    const STRING: u8 = 3;
    const INDEX: u8 = 0xEE;
    const EXTENDED_COMPAT_ID: u16 = 4;
    const LENGTH: u16 = 16 + 24 * 16;
    let text = device.get_descriptor(STRING, INDEX, 0, DESCRIPTOR_MAX);
    // Most devices refuse the one or the other, and that is their answer.
    let Some(request) = text.wait().ok().as_deref().and_then(microsoft_request) else {
        return Vec::new();
    };
    let descriptor = ControlIn {
        control_type: ControlType::Vendor,
        recipient: Recipient::Device,
        request,
        value: 0,
        index: EXTENDED_COMPAT_ID,
        length: LENGTH,
    };
    let descriptor = device.control_in(descriptor, DESCRIPTOR_MAX).wait();
    descriptor.map_or_else(|_| Vec::new(), |bytes| microsoft_mtp_interfaces(&bytes))
}
