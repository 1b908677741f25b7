//! Disks as people have them.

use super::*;
use crate::classify::{ARCHIVE_PARTITION_NAME, STICK_PARTITION_NAME};
use crate::device::{DeviceId, PartitionFacts};

const GB: u64 = 1_000_000_000;

fn content(kind: &str, label: &str, uuid: &str) -> Content {
    Content {
        kind: kind.into(),
        label: label.into(),
        uuid: uuid.into(),
    }
}

fn partition(number: u32, name: &str, content: Option<Content>) -> PartitionFacts {
    PartitionFacts {
        number,
        name: name.into(),
        size_bytes: u64::from(number) * GB,
        content,
    }
}

fn disk(bus: DiskBus, whole: Option<Content>, partitions: Vec<PartitionFacts>) -> DeviceFacts {
    DeviceFacts {
        id: DeviceId("disk".into()),
        manufacturer: "SanDisk".into(),
        model: "Ultra".into(),
        serial: Some("4C53".into()),
        form: DeviceForm::Disk(DiskFacts {
            bus,
            size_bytes: 32 * GB,
            removable: true,
            read_only: false,
            whole,
            partitions,
        }),
    }
}

fn usb(partitions: Vec<PartitionFacts>) -> DeviceFacts {
    disk(DiskBus::Usb, None, partitions)
}

/// The storages, each with a `-` before it where it can't be read.
fn storages(facts: &DeviceFacts) -> Vec<String> {
    disk_parts(facts)
        .into_iter()
        .map(|part| match part.file_system {
            Some(_) => part.storage,
            None => format!("-{}", part.storage),
        })
        .collect()
}

#[test]
fn what_can_be_read_of_a_disk_and_as_what() {
    let fs = |kind: &str, label: &str| Some(content(kind, label, "u"));
    let table: [(&str, DeviceFacts, &[&str]); 13] = [
        (
            "camera's card",
            usb(vec![partition(1, "", fs("vfat", "EOS_DIGITAL"))]),
            &["EOS_DIGITAL"],
        ),
        (
            "no partition table",
            disk(DiskBus::Card, fs("exfat", ""), vec![]),
            &["Disk"],
        ),
        (
            "all that can be read",
            usb(vec![
                partition(1, "", fs("vfat", "")),
                partition(2, "", fs("exfat", "A/B ")),
                partition(3, "", fs("ntfs", "..")),
                partition(5, "", fs("hfsplus", "Mac")),
                partition(6, "", fs("ext3", "mac")),
                partition(7, "", None),
                partition(8, "", fs("swap", "")),
            ]),
            &["Partition 1", "A_B", "Partition 3", "Mac", "mac (2)"],
        ),
        (
            "a part that can't be read is told",
            usb(vec![
                partition(1, "", fs("vfat", "EFI")),
                partition(2, "", fs("apfs", "Photos")),
            ]),
            &["EFI", "-Photos"],
        ),
        (
            "nothing that can be read",
            usb(vec![partition(1, "", fs("btrfs", "x"))]),
            &["-x"],
        ),
        ("empty", usb(vec![]), &[]),
        ("never formatted", usb(vec![partition(1, "", None)]), &[]),
        (
            "the PC's own",
            disk(DiskBus::Internal, fs("ntfs", "Windows"), vec![]),
            &[],
        ),
        (
            "boot stick",
            usb(vec![partition(2, STICK_PARTITION_NAME, fs("vfat", ""))]),
            &[],
        ),
        (
            "archive drive",
            usb(vec![
                partition(1, BOOT_PARTITION_NAME, fs("vfat", "HEIRLOOM")),
                partition(2, ARCHIVE_PARTITION_NAME, fs("crypto_LUKS", "Family")),
            ]),
            &[],
        ),
        (
            "a set-up that was interrupted",
            usb(vec![
                partition(1, BOOT_PARTITION_NAME, fs("vfat", "HEIRLOOM")),
                partition(2, "heirloom-setup", None),
            ]),
            &[],
        ),
        (
            "partly encrypted",
            usb(vec![
                partition(1, "", fs("vfat", "x")),
                partition(2, "", fs("BitLocker", "")),
            ]),
            &[],
        ),
        (
            "file systems in and around partitions",
            disk(
                DiskBus::Usb,
                fs("iso9660", "Debian"),
                vec![partition(2, "", fs("vfat", "ESP"))],
            ),
            &["ESP"],
        ),
    ];
    for (what, facts, expected) in table {
        assert_eq!(storages(&facts), expected, "{what}");
        let readable = expected.iter().any(|storage| !storage.starts_with('-'));
        assert_eq!(disk_identity(&facts).is_some(), readable, "{what}");
    }
}

#[test]
fn a_card_is_known_again_in_any_reader_and_another_card_is_not() {
    let card = |reader: &str, uuid: &str, label: &str| {
        let mut facts = usb(vec![partition(1, "", Some(content("vfat", label, uuid)))]);
        facts.manufacturer = reader.into();
        facts.serial = Some(format!("of {reader}"));
        disk_identity(&facts)
    };
    let first = card("Generic", "1A2B-3C4D", "EOS_DIGITAL");
    assert!(first.is_some());
    assert_eq!(first, card("Kingston", "1A2B-3C4D", "EOS_DIGITAL"));
    assert_ne!(first, card("Generic", "1A2B-3C4E", "EOS_DIGITAL"));
    assert_ne!(first, card("Generic", "1A2B-3C4D", "NIKON"));
}

#[test]
fn a_source_has_the_name_that_a_person_would_give_it() {
    let labelled = |label: &str| vec![partition(1, "", Some(content("vfat", label, "u")))];
    let table = [
        (
            "SanDisk",
            "Ultra",
            DiskBus::Usb,
            "",
            32 * GB,
            "SanDisk stick, 32 GB",
        ),
        (
            "SanDisk",
            "SD/MMC Reader",
            DiskBus::Usb,
            "PHOTOS",
            31_914_983_424,
            "SanDisk card PHOTOS, 32 GB",
        ),
        (
            "Generic-",
            "USB3.0 CRW -SD",
            DiskBus::Usb,
            "DCIM",
            8 * GB,
            "Card DCIM, 8 GB",
        ),
        (
            "",
            "SC64G",
            DiskBus::Card,
            "",
            63_864_569_856,
            "Card, 64 GB",
        ),
        (
            "Canon",
            "EOS",
            DiskBus::Usb,
            "EOS_DIGITAL",
            512_000_000,
            "Canon camera EOS_DIGITAL, 512 MB",
        ),
        (
            "WD",
            "Elements",
            DiskBus::Usb,
            "Bilder",
            2_000_398_934_016,
            "WD stick Bilder, 2 TB",
        ),
    ];
    for (maker, model, bus, label, size_bytes, name) in table {
        let mut facts = disk(bus, None, labelled(label));
        (facts.manufacturer, facts.model) = (maker.into(), model.into());
        assert_eq!(disk_source_name(&facts, size_bytes), name);
    }
}
