//! What a plugged-in thing is, decided from facts alone: a pure function and the table that tests it.

use crate::device::{DeviceFacts, DeviceForm, DiskBus, DiskFacts, UsbFacts, contents};

/// GPT name of the partition that an appliance boots from.
pub const STICK_PARTITION_NAME: &str = "heirloom-stick";
/// GPT name, and FAT volume label, of an archive drive's first partition.
pub const BOOT_PARTITION_NAME: &str = "HEIRLOOM";
/// GPT name of an archive drive's encrypted partition.
pub const ARCHIVE_PARTITION_NAME: &str = "heirloom-archive";
/// The smallest disk that can become an archive drive, in bytes: 2 GB as makers count.
pub const ARCHIVE_DRIVE_BYTES_MIN: u64 = 2_000_000_000;

/// What a device is to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceClass {
    /// Speaks MTP, or PTP as an iPhone does.
    Phone,
    /// Speaks PTP.
    Camera,
    /// A memory card, or a stick, with a camera's file system.
    Card,
    /// A disk that is none of the others.
    PlainDisk,
    /// Made by us.
    ArchiveDrive {
        /// The number of its encrypted partition.
        partition: u32,
        /// Identifies it, whatever port and bridge it is behind.
        luks_uuid: String,
        /// The LUKS label: the archive's name.
        name: String,
    },
    /// It holds something that we can't see into.
    Locked(Lock),
    /// What this appliance booted from, or another such stick.
    BootStick,
    /// Prints; never a source or a target.
    Printer,
    /// Nothing that concerns us.
    NotOurs(NotOurs),
}

/// Why a drive is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// No medium: a keypad drive before its PIN, or a card reader without a card.
    NoMedium,
    /// Only a small read-only unlocker is to be seen, as on a locked Samsung T7.
    Unlocker,
    /// Encrypted by BitLocker, or by LUKS but not by us.
    Encrypted,
    /// An archive drive of ours whose LUKS header is gone. A drive gets its partition's name at the very end of its set-up, so this
    /// is no set-up that was interrupted: it held an archive, and is never offered for erasing.
    DamagedArchive,
}

/// Why a device does not concern us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOurs {
    /// A disk inside the PC: its owner's, and never touched.
    InternalDisk,
    /// A keyboard, a hub…
    OtherUsb,
}

const APPLE: u16 = 0x05ac;

/// Still Image, PTP (USB Still Image Capture Device Definition 1.0, section 4): also what MTP uses.
const PTP_INTERFACE: (u8, u8, u8) = (6, 1, 1);
/// Android's debug bridge (AOSP, adb's `client/transport_usb.cpp`). Where a person has it switched on, it is all that a phone shows while it
/// charges only; opening such a phone says that it waits for its person.
const DEBUG_BRIDGE_INTERFACE: (u8, u8, u8) = (255, 66, 1);
/// Printers, whatever their language (USB Device Class Definition for Printing Devices 1.1, section 4.3).
const PRINTER_CLASS: u8 = 7;
/// A locked Samsung T7 shows a medium of some 30 MB; no disk for pictures is this small.
const UNLOCKER_BYTES_MAX: u64 = 200_000_000;

/// Decides what a device is to us.
pub fn classify(facts: &DeviceFacts) -> DeviceClass {
    match &facts.form {
        DeviceForm::Usb(usb) => classify_usb(usb, facts),
        DeviceForm::Disk(disk) => classify_disk(disk, facts),
    }
}

fn classify_usb(usb: &UsbFacts, facts: &DeviceFacts) -> DeviceClass {
    // MTP has no class of its own: a vendor-specific interface that is named MTP, or PTP's.
    let named_mtp = usb
        .interface_names
        .iter()
        .any(|name| name.to_ascii_uppercase().contains("MTP"));
    let ptp = usb.interfaces.contains(&PTP_INTERFACE);
    let camera_maker = is_camera_maker(&facts.manufacturer);
    match (named_mtp, ptp) {
        (true, _) => DeviceClass::Phone,
        (false, true) if usb.vendor_id == APPLE => DeviceClass::Phone,
        (false, true) if camera_maker => DeviceClass::Camera,
        (false, true) => DeviceClass::Phone,
        (false, false) if usb.interfaces.contains(&DEBUG_BRIDGE_INTERFACE) => DeviceClass::Phone,
        (false, false)
            if usb
                .interfaces
                .iter()
                .any(|(class, ..)| *class == PRINTER_CLASS) =>
        {
            DeviceClass::Printer
        }
        (false, false) => DeviceClass::NotOurs(NotOurs::OtherUsb),
    }
}

/// Whether a maker is known for cameras.
pub(crate) fn is_camera_maker(manufacturer: &str) -> bool {
    let manufacturer = manufacturer.to_lowercase();
    [
        "canon",
        "nikon",
        "fuji",
        "olympus",
        "panasonic",
        "pentax",
        "leica",
        "gopro",
        "ricoh",
        "om digital",
    ]
    .iter()
    .any(|maker| manufacturer.contains(maker))
}

fn classify_disk(disk: &DiskFacts, facts: &DeviceFacts) -> DeviceClass {
    if disk
        .partitions
        .iter()
        .any(|partition| partition.name == STICK_PARTITION_NAME)
    {
        return DeviceClass::BootStick;
    }
    let mut partitions = disk.partitions.iter();
    if let Some(archive) = partitions.find(|partition| partition.name == ARCHIVE_PARTITION_NAME) {
        let Some(content) = archive
            .content
            .as_ref()
            .filter(|content| content.kind == "crypto_LUKS")
        else {
            return DeviceClass::Locked(Lock::DamagedArchive);
        };
        let (luks_uuid, name) = (content.uuid.clone(), content.label.clone());
        return DeviceClass::ArchiveDrive {
            partition: archive.number,
            luks_uuid,
            name,
        };
    }
    if disk.bus == DiskBus::Internal {
        return DeviceClass::NotOurs(NotOurs::InternalDisk);
    }
    if disk.size_bytes == 0 {
        return DeviceClass::Locked(Lock::NoMedium);
    }
    let samsung = facts.manufacturer.to_lowercase().contains("samsung");
    if disk.read_only && samsung && disk.size_bytes <= UNLOCKER_BYTES_MAX {
        return DeviceClass::Locked(Lock::Unlocker);
    }
    if contents(disk).any(|content| matches!(content.kind.as_str(), "crypto_LUKS" | "BitLocker")) {
        return DeviceClass::Locked(Lock::Encrypted);
    }
    let camera_medium =
        contents(disk).any(|content| matches!(content.kind.as_str(), "vfat" | "exfat"));
    match (disk.bus, camera_medium) {
        (DiskBus::Card, _) => DeviceClass::Card,
        (_, true) if disk.removable && disk.partitions.len() <= 1 => DeviceClass::Card,
        _ => DeviceClass::PlainDisk,
    }
}

/// Why a disk can't become an archive drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// This appliance booted from it, or another could.
    BootStick,
    /// Below [`ARCHIVE_DRIVE_BYTES_MIN`].
    TooSmall {
        /// What it has.
        size_bytes: u64,
    },
    /// It can't be written.
    ReadOnly,
    /// Its PIN or its own unlocking comes first.
    Locked(Lock),
    /// It is an archive already; it is opened, not set up.
    AlreadyAnArchive,
    /// Inside the PC, or no disk at all.
    NotOffered,
}

/// Whether a disk can become an archive drive; erasing what is on it is asked about elsewhere.
///
/// # Errors
/// The reason why it can't.
pub fn fit_for_archive(facts: &DeviceFacts) -> Result<(), Unfit> {
    let DeviceForm::Disk(disk) = &facts.form else {
        return Err(Unfit::NotOffered);
    };
    match classify(facts) {
        DeviceClass::BootStick => Err(Unfit::BootStick),
        DeviceClass::ArchiveDrive { .. } => Err(Unfit::AlreadyAnArchive),
        DeviceClass::NotOurs(_) | DeviceClass::Phone | DeviceClass::Camera => {
            Err(Unfit::NotOffered)
        }
        // What is encrypted may be erased like any other content, once its name was typed.
        DeviceClass::Locked(lock) if lock != Lock::Encrypted => Err(Unfit::Locked(lock)),
        _ if disk.read_only => Err(Unfit::ReadOnly),
        _ if disk.size_bytes < ARCHIVE_DRIVE_BYTES_MIN => Err(Unfit::TooSmall {
            size_bytes: disk.size_bytes,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
