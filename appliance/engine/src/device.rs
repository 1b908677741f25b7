//! A device, as the system tells of it: facts, and nothing made of them.

/// Names a device from its appearance to its removal; what is plugged in again is a new one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub String);

/// What the system tells of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Its name for as long as it stays.
    pub id: DeviceId,
    /// As the device gives it; may be empty.
    pub manufacturer: String,
    /// As the device gives it; may be empty.
    pub model: String,
    /// As the device gives it.
    pub serial: Option<String>,
    /// By what it is attached.
    pub form: DeviceForm,
}

/// The two forms in which things that matter to us appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceForm {
    /// A USB device that is no disk.
    Usb(UsbFacts),
    /// A whole disk.
    Disk(DiskFacts),
}

/// A USB device's descriptors (USB 2.0, section 9.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbFacts {
    /// `idVendor`.
    pub vendor_id: u16,
    /// `idProduct`.
    pub product_id: u16,
    /// Class, subclass, protocol of each interface.
    pub interfaces: Vec<(u8, u8, u8)>,
    /// Names of the interfaces, where they have one.
    pub interface_names: Vec<String>,
}

/// A whole disk and what is on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFacts {
    /// By what it is attached.
    pub bus: DiskBus,
    /// 0 when there is no medium.
    pub size_bytes: u64,
    /// The kernel's mark for media that can be taken out.
    pub removable: bool,
    /// It can't be written.
    pub read_only: bool,
    /// A file system or other signature on the disk as a whole, such as `vfat` or `crypto_LUKS`.
    pub whole: Option<Content>,
    /// Its partitions, by number.
    pub partitions: Vec<PartitionFacts>,
}

/// By what a disk is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskBus {
    /// USB, mass storage or UAS.
    Usb,
    /// A card slot of the PC.
    Card,
    /// Inside the PC: SATA, NVMe, eMMC and the like.
    Internal,
}

/// A partition of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionFacts {
    /// From 1.
    pub number: u32,
    /// Its GPT name; empty on an MBR disk.
    pub name: String,
    /// Its length.
    pub size_bytes: u64,
    /// What is on it.
    pub content: Option<Content>,
}

/// A signature found by libblkid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// libblkid's `TYPE`, such as `ext4`, `vfat`, `ntfs`, `crypto_LUKS`, `BitLocker`.
    pub kind: String,
    /// libblkid's `LABEL`; may be empty.
    pub label: String,
    /// libblkid's `UUID`; may be empty.
    pub uuid: String,
}

/// All signatures on a disk, the whole disk's first.
pub(crate) fn contents(disk: &DiskFacts) -> impl Iterator<Item = &Content> {
    disk.whole.iter().chain(
        disk.partitions
            .iter()
            .filter_map(|partition| partition.content.as_ref()),
    )
}

/// How companies end their names.
const COMPANIES: [&str; 4] = [", Inc.", " Inc.", " Inc", " Corporation"];

/// What a person calls a device: `Google`, `Pixel 8` give `Google Pixel 8`; a maker that the model repeats is not said twice, and what the
/// law has it call itself not at all: `Apple Inc.`, `iPhone` give `Apple iPhone`.
pub fn device_name(manufacturer: &str, model: &str) -> String {
    let (manufacturer, model) = (manufacturer.trim(), model.trim());
    let manufacturer = COMPANIES
        .iter()
        .find_map(|form| manufacturer.strip_suffix(form))
        .unwrap_or(manufacturer);
    // Its models begin with the short form.
    let manufacturer = match manufacturer {
        "Hewlett-Packard" => "HP",
        other => other,
    };
    match (manufacturer.is_empty(), model.is_empty()) {
        (true, true) => "Unnamed device".to_owned(),
        (true, false) => model.to_owned(),
        (false, true) => manufacturer.to_owned(),
        (false, false)
            if model
                .to_lowercase()
                .starts_with(&manufacturer.to_lowercase()) =>
        {
            model.to_owned()
        }
        (false, false) => format!("{manufacturer} {model}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_are_not_said_twice() {
        let table = [
            ("Google", "Pixel 8", "Google Pixel 8"),
            ("QEMU", "QEMU HARDDISK", "QEMU HARDDISK"),
            ("samsung", "Samsung PSSD T7", "Samsung PSSD T7"),
            ("Apple Inc.", "Apple iPhone", "Apple iPhone"),
            ("Hewlett-Packard", "HP LaserJet 1320", "HP LaserJet 1320"),
            ("Hewlett-Packard", "DeskJet 970", "HP DeskJet 970"),
            ("Apple Inc.", "iPhone", "Apple iPhone"),
            ("", " Disk ", "Disk"),
            ("Maker", "", "Maker"),
            ("", "", "Unnamed device"),
        ];
        for (manufacturer, model, name) in table {
            assert_eq!(device_name(manufacturer, model), name);
        }
    }
}
