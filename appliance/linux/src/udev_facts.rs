//! From udev's properties and sysfs attributes to facts.

use std::ffi::OsStr;
use std::path::PathBuf;

use heirloom_engine::{
    Content, DeviceFacts, DeviceForm, DeviceId, DiskBus, DiskFacts, PartitionFacts, UsbFacts,
};
use udev::{Device, Enumerator};

use crate::node::Node;

/// Sysfs counts in these, whatever the disk's own sectors are.
const SYSFS_SECTOR_BYTES: u64 = 512;

/// A USB device that is no hub and no disk; `None` for what is of no interest.
pub(crate) fn usb(device: &Device) -> Option<(DeviceFacts, Node)> {
    if device.devtype()? != "usb_device" {
        return None;
    }
    let interfaces = parse_interfaces(&property(device, "ID_USB_INTERFACES").unwrap_or_default());
    // Mass storage is seen as a disk; hubs and keyboards are no one's concern.
    let interesting = interfaces
        .iter()
        .any(|(class, ..)| !matches!(class, 3 | 8 | 9));
    if !interesting {
        return None;
    }
    let number = |attribute_name| attribute(device, attribute_name)?.parse::<u8>().ok();
    let (bus, address) = (number("busnum")?, number("devnum")?);
    let id = |attribute_name| {
        attribute(device, attribute_name)
            .and_then(|text| u16::from_str_radix(&text, 16).ok())
            .unwrap_or(0)
    };
    let facts = DeviceFacts {
        id: DeviceId(format!("{}@{address}", device.syspath().display())),
        manufacturer: attribute(device, "manufacturer").unwrap_or_default(),
        model: attribute(device, "product").unwrap_or_default(),
        serial: attribute(device, "serial"),
        form: DeviceForm::Usb(UsbFacts {
            vendor_id: id("idVendor"),
            product_id: id("idProduct"),
            interface_names: interface_names(device),
            interfaces,
        }),
    };
    Some((
        facts,
        Node::Usb {
            bus,
            device: address,
        },
    ))
}

/// `:060101:ff4201:` gives its triples.
fn parse_interfaces(text: &str) -> Vec<(u8, u8, u8)> {
    let byte = |triple: &str, at: usize| u8::from_str_radix(triple.get(at..at + 2)?, 16).ok();
    text.split(':')
        .filter_map(|triple| Some((byte(triple, 0)?, byte(triple, 2)?, byte(triple, 4)?)))
        .collect()
}

fn interface_names(device: &Device) -> Vec<String> {
    let children = || -> std::io::Result<Vec<String>> {
        let mut enumerator = Enumerator::new()?;
        enumerator.match_parent(device)?;
        enumerator.match_subsystem("usb")?;
        let names = enumerator
            .scan_devices()?
            .filter_map(|child| attribute(&child, "interface"));
        Ok(names.collect())
    };
    children().unwrap_or_else(|error| {
        // Without names the class alone decides, as it does for most phones.
        log::warn!("{}: {error}", device.syspath().display());
        Vec::new()
    })
}

/// A whole disk with its partitions; `None` for loops, RAM disks, mappings, optical drives and partitions, and for a disk that udev has
/// not looked at wholly: without its partitions' names, a boot stick would look like an empty disk. It is told when the last one is known.
pub(crate) fn disk(device: &Device) -> Option<(DeviceFacts, Node)> {
    if device.devtype()? != "disk" {
        return None;
    }
    let name = device.sysname().to_str()?;
    if ["loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
    {
        return None;
    }
    let node = device.devnode()?.to_owned();
    let partitions = device.is_initialized().then(|| partitions(device))??;
    let bus = bus(device, name);
    let sequence = attribute(device, "diskseq").unwrap_or_default();
    let facts = DeviceFacts {
        id: DeviceId(format!("{}@{sequence}", device.syspath().display())),
        manufacturer: encoded(device, "ID_VENDOR").unwrap_or_default(),
        model: encoded(device, "ID_MODEL")
            .or_else(|| property(device, "ID_NAME"))
            .unwrap_or_default(),
        serial: property(device, "ID_SERIAL_SHORT"),
        form: DeviceForm::Disk(DiskFacts {
            bus,
            size_bytes: size_bytes(device),
            removable: attribute(device, "removable").as_deref() == Some("1"),
            read_only: attribute(device, "ro").as_deref() == Some("1"),
            // blkid calls a partition table's own signature PTTYPE, so TYPE here is a file system on the whole disk.
            whole: content(device),
            partitions,
        }),
    };
    Some((facts, Node::Disk { path: node }))
}

fn bus(device: &Device, name: &str) -> DiskBus {
    let over_usb = matches!(
        device.parent_with_subsystem_devtype("usb", "usb_device"),
        Ok(Some(_))
    );
    match () {
        () if over_usb => DiskBus::Usb,
        // A card in a slot says SD; eMMC, which is soldered in, says MMC.
        () if name.starts_with("mmcblk")
            && parent_attribute(device, "type").as_deref() == Some("SD") =>
        {
            DiskBus::Card
        }
        () => DiskBus::Internal,
    }
}

fn parent_attribute(device: &Device, name: &str) -> Option<String> {
    device.parent().and_then(|parent| attribute(&parent, name))
}

/// The partitions of a disk, by number; `None` while udev has not looked at all of them.
fn partitions(disk: &Device) -> Option<Vec<PartitionFacts>> {
    let scan = || -> std::io::Result<Option<Vec<PartitionFacts>>> {
        let mut enumerator = Enumerator::new()?;
        enumerator.match_parent(disk)?;
        enumerator.match_subsystem("block")?;
        let mut partitions = Vec::new();
        for child in enumerator.scan_devices()? {
            if child.devtype() != Some(OsStr::new("partition")) {
                continue;
            }
            let number = attribute(&child, "partition").and_then(|number| number.parse().ok());
            let Some(number) = number.filter(|_| child.is_initialized()) else {
                return Ok(None);
            };
            partitions.push(PartitionFacts {
                number,
                name: property(&child, "ID_PART_ENTRY_NAME")
                    .map(|name| unescape(&name))
                    .unwrap_or_default(),
                size_bytes: size_bytes(&child),
                content: content(&child),
            });
        }
        partitions.sort_by_key(|partition| partition.number);
        Ok(Some(partitions))
    };
    scan().unwrap_or_else(|error| {
        log::warn!("{}: {error}", disk.syspath().display());
        None
    })
}

fn content(device: &Device) -> Option<Content> {
    Some(Content {
        kind: property(device, "ID_FS_TYPE").filter(|kind| !kind.is_empty())?,
        label: property(device, "ID_FS_LABEL_ENC")
            .map(|label| unescape(&label))
            .unwrap_or_default(),
        uuid: property(device, "ID_FS_UUID").unwrap_or_default(),
    })
}

fn size_bytes(device: &Device) -> u64 {
    attribute(device, "size")
        .and_then(|sectors| sectors.parse::<u64>().ok())
        .unwrap_or(0)
        * SYSFS_SECTOR_BYTES
}

/// A property with its `_ENC` form, which keeps spaces, preferred.
fn encoded(device: &Device, name: &str) -> Option<String> {
    let text = property(device, &format!("{name}_ENC"))
        .map(|text| unescape(&text))
        .or_else(|| property(device, name))?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn property(device: &Device, name: &str) -> Option<String> {
    device
        .property_value(name)
        .map(|value| value.to_string_lossy().into_owned())
}

fn attribute(device: &Device, name: &str) -> Option<String> {
    device
        .attribute_value(name)
        .map(|value| value.to_string_lossy().trim().to_owned())
}

/// udev writes bytes outside of a small set as `\x20`.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = tail
            .strip_prefix(b"x")
            .filter(|_| byte == b'\\')
            .and_then(|digits| {
                let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
                u8::from_str_radix(digits, 16).ok()
            });
        match escaped {
            Some(value) => {
                bytes.push(value);
                rest = &tail[3..];
            }
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where a device is in sysfs, without our own addition.
pub(crate) fn syspath_of(id: &DeviceId) -> PathBuf {
    PathBuf::from(
        id.0.rsplit_once('@')
            .map_or(id.0.as_str(), |(path, _)| path),
    )
}

/// The number after the path: of a disk's medium, so that another card in the same reader is another device.
pub(crate) fn number_of(id: &DeviceId) -> Option<&str> {
    id.0.rsplit_once('@').map(|(_, number)| number)
}

/// Whether a device was at the same place before another one.
pub(crate) fn is_earlier_medium(id: &DeviceId, now: &DeviceId) -> bool {
    id != now && syspath_of(id) == syspath_of(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn udevs_escapes_are_undone() {
        let table = [
            ("Anna\\x20M\\x2e", "Anna M."),
            ("plain", "plain"),
            ("\\xc3\\xa4", "ä"),
            ("\\x2", "\\x2"),
            ("\\", "\\"),
            ("\\\\x20", "\\ "),
        ];
        for (escaped, text) in table {
            assert_eq!(unescape(escaped), text, "{escaped}");
        }
    }

    #[test]
    fn another_card_in_a_reader_takes_the_place_of_the_first() {
        let id = |text: &str| DeviceId(text.to_owned());
        let now = id("/sys/block/sdb@12");
        for (before, is_earlier) in [
            ("/sys/block/sdb@11", true),
            ("/sys/block/sdb@12", false),
            ("/sys/block/sdc@11", false),
        ] {
            assert_eq!(is_earlier_medium(&id(before), &now), is_earlier, "{before}");
        }
        assert_eq!(number_of(&now), Some("12"));
    }

    #[test]
    fn interfaces_are_read_as_triples() {
        assert_eq!(
            parse_interfaces(":060101:ff4201:"),
            [(6, 1, 1), (0xff, 0x42, 1)]
        );
        assert_eq!(parse_interfaces(""), []);
        assert_eq!(parse_interfaces(":06:zz0101:"), []);
    }
}
