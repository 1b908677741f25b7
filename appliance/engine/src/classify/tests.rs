//! A table of devices, and what each is taken for.

use super::*;
use crate::device::{Content, DeviceId, PartitionFacts};

fn usb(
    vendor_id: u16,
    manufacturer: &str,
    interfaces: &[(u8, u8, u8)],
    names: &[&str],
) -> DeviceFacts {
    DeviceFacts {
        id: DeviceId("usb".into()),
        manufacturer: manufacturer.into(),
        model: "m".into(),
        serial: None,
        form: DeviceForm::Usb(UsbFacts {
            vendor_id,
            product_id: 1,
            interfaces: interfaces.to_vec(),
            interface_names: names.iter().map(|name| (*name).to_owned()).collect(),
        }),
    }
}

fn content(kind: &str, label: &str) -> Option<Content> {
    Some(Content {
        kind: kind.into(),
        label: label.into(),
        uuid: "u".into(),
    })
}

fn partition(number: u32, name: &str, content: Option<Content>) -> PartitionFacts {
    PartitionFacts {
        number,
        name: name.into(),
        size_bytes: 1 << 30,
        content,
    }
}

fn disk(
    bus: DiskBus,
    size_bytes: u64,
    removable: bool,
    partitions: Vec<PartitionFacts>,
) -> DeviceFacts {
    let form = DiskFacts {
        bus,
        size_bytes,
        removable,
        read_only: false,
        whole: None,
        partitions,
    };
    DeviceFacts {
        id: DeviceId("disk".into()),
        manufacturer: "Maker".into(),
        model: "m".into(),
        serial: None,
        form: DeviceForm::Disk(form),
    }
}

fn with(mut facts: DeviceFacts, change: impl FnOnce(&mut DiskFacts)) -> DeviceFacts {
    if let DeviceForm::Disk(disk) = &mut facts.form {
        change(disk);
    }
    facts
}

fn archive() -> Vec<PartitionFacts> {
    vec![
        partition(1, BOOT_PARTITION_NAME, content("vfat", "HEIRLOOM")),
        partition(2, ARCHIVE_PARTITION_NAME, content("crypto_LUKS", "Family")),
    ]
}

const TB: u64 = 1_000_000_000_000;

#[test]
fn each_device_is_what_it_is_and_fit_or_not() {
    let ours = DeviceClass::ArchiveDrive {
        partition: 2,
        luks_uuid: "u".into(),
        name: "Family".into(),
    };
    let other = DeviceClass::NotOurs(NotOurs::OtherUsb);
    let mut unlocker = with(disk(DiskBus::Usb, 30_000_000, false, vec![]), |disk| {
        disk.read_only = true
    });
    unlocker.manufacturer = "Samsung".into();
    let printer = DeviceClass::Printer;
    let table = [
        (
            "printer with a scanner and a card reader",
            usb(0x03f0, "HP", &[(7, 1, 2), (255, 204, 0), (8, 6, 80)], &[]),
            printer.clone(),
            Err(Unfit::NotOffered),
        ),
        (
            "printer without a driver, by IPP over USB",
            usb(0x04b8, "EPSON", &[(7, 1, 4), (7, 1, 4)], &[]),
            printer,
            Err(Unfit::NotOffered),
        ),
        (
            "Pixel, MTP",
            usb(0x18d1, "Google", &[(6, 1, 1)], &["MTP"]),
            DeviceClass::Phone,
            Err(Unfit::NotOffered),
        ),
        (
            "vendor-specific MTP",
            usb(0x04e8, "SAMSUNG", &[(255, 255, 0)], &["MTP"]),
            DeviceClass::Phone,
            Err(Unfit::NotOffered),
        ),
        (
            "MTP beside adb",
            usb(0x18d1, "", &[(6, 1, 1), (255, 66, 1)], &[]),
            DeviceClass::Phone,
            Err(Unfit::NotOffered),
        ),
        (
            "iPhone",
            usb(0x05ac, "Apple Inc.", &[(6, 1, 1), (255, 254, 2)], &["PTP"]),
            DeviceClass::Phone,
            Err(Unfit::NotOffered),
        ),
        (
            "camera",
            usb(0x04a9, "Canon Inc.", &[(6, 1, 1)], &[]),
            DeviceClass::Camera,
            Err(Unfit::NotOffered),
        ),
        (
            "phone that only charges, with USB debugging",
            usb(0x18d1, "Google", &[(255, 66, 1)], &["ADB Interface"]),
            DeviceClass::Phone,
            Err(Unfit::NotOffered),
        ),
        (
            "phone in its boot loader",
            usb(0x18d1, "Google", &[(255, 66, 3)], &["fastboot"]),
            other.clone(),
            Err(Unfit::NotOffered),
        ),
        (
            "keyboard",
            usb(1, "", &[(3, 1, 1)], &[]),
            other.clone(),
            Err(Unfit::NotOffered),
        ),
        (
            "hub",
            usb(1, "", &[(9, 0, 0)], &[]),
            other,
            Err(Unfit::NotOffered),
        ),
        (
            "blank disk",
            disk(DiskBus::Usb, TB, false, vec![]),
            DeviceClass::PlainDisk,
            Ok(()),
        ),
        (
            "disk with Windows files",
            disk(
                DiskBus::Usb,
                TB,
                false,
                vec![partition(
                    1,
                    "Basic data partition",
                    content("ntfs", "Backup"),
                )],
            ),
            DeviceClass::PlainDisk,
            Ok(()),
        ),
        (
            "card in a USB reader",
            disk(
                DiskBus::Usb,
                TB,
                true,
                vec![partition(1, "", content("exfat", ""))],
            ),
            DeviceClass::Card,
            Ok(()),
        ),
        (
            "card in the PC's slot",
            disk(
                DiskBus::Card,
                TB,
                false,
                vec![partition(1, "", content("vfat", ""))],
            ),
            DeviceClass::Card,
            Ok(()),
        ),
        (
            "archive drive",
            disk(DiskBus::Usb, TB, false, archive()),
            ours.clone(),
            Err(Unfit::AlreadyAnArchive),
        ),
        (
            "archive drive built in",
            disk(DiskBus::Internal, TB, false, archive()),
            ours,
            Err(Unfit::AlreadyAnArchive),
        ),
        (
            "an archive's partition table without its LUKS header",
            disk(
                DiskBus::Usb,
                TB,
                false,
                vec![partition(2, ARCHIVE_PARTITION_NAME, None)],
            ),
            DeviceClass::Locked(Lock::DamagedArchive),
            Err(Unfit::Locked(Lock::DamagedArchive)),
        ),
        (
            "the PC's own disk",
            disk(
                DiskBus::Internal,
                TB,
                false,
                vec![partition(1, "", content("ntfs", "Windows"))],
            ),
            DeviceClass::NotOurs(NotOurs::InternalDisk),
            Err(Unfit::NotOffered),
        ),
        (
            "boot stick",
            disk(
                DiskBus::Usb,
                TB,
                true,
                vec![partition(2, STICK_PARTITION_NAME, content("vfat", ""))],
            ),
            DeviceClass::BootStick,
            Err(Unfit::BootStick),
        ),
        (
            "keypad drive before its PIN",
            disk(DiskBus::Usb, 0, true, vec![]),
            DeviceClass::Locked(Lock::NoMedium),
            Err(Unfit::Locked(Lock::NoMedium)),
        ),
        (
            "locked Samsung T7",
            unlocker,
            DeviceClass::Locked(Lock::Unlocker),
            Err(Unfit::Locked(Lock::Unlocker)),
        ),
        (
            "BitLocker",
            disk(
                DiskBus::Usb,
                TB,
                false,
                vec![partition(1, "", content("BitLocker", ""))],
            ),
            DeviceClass::Locked(Lock::Encrypted),
            Ok(()),
        ),
        (
            "somebody's LUKS on the whole disk",
            with(disk(DiskBus::Usb, TB, false, vec![]), |disk| {
                disk.whole = content("crypto_LUKS", "")
            }),
            DeviceClass::Locked(Lock::Encrypted),
            Ok(()),
        ),
        (
            "too small a disk",
            disk(DiskBus::Usb, 1_000_000_000, false, vec![]),
            DeviceClass::PlainDisk,
            Err(Unfit::TooSmall {
                size_bytes: 1_000_000_000,
            }),
        ),
        (
            "write-protected disk",
            with(disk(DiskBus::Usb, TB, false, vec![]), |disk| {
                disk.read_only = true
            }),
            DeviceClass::PlainDisk,
            Err(Unfit::ReadOnly),
        ),
    ];
    for (what, facts, class, fit) in table {
        assert_eq!(classify(&facts), class, "{what}");
        assert_eq!(fit_for_archive(&facts), fit, "{what}");
    }
}
