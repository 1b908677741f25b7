//! A disk as a source: which of its parts can be read, what they are called, and by what the disk is known again.

use std::collections::BTreeSet;

use crate::classify::{BOOT_PARTITION_NAME, DeviceClass, classify, is_camera_maker};
use crate::device::{Content, DeviceFacts, DeviceForm, DiskBus, DiskFacts};
use crate::{SourceIdentity, SourceKind};

/// What a file system of a card or a disk is, to those who mount it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// FAT12, FAT16, FAT32.
    Fat,
    /// exFAT.
    ExFat,
    /// NTFS.
    Ntfs,
    /// HFS+, with or without a journal.
    HfsPlus,
    /// ext2, ext3, ext4.
    Ext,
}

impl FileSystem {
    /// By libblkid's name for it.
    pub fn of_kind(kind: &str) -> Option<Self> {
        Some(match kind {
            "vfat" => Self::Fat,
            "exfat" => Self::ExFat,
            "ntfs" => Self::Ntfs,
            "hfsplus" => Self::HfsPlus,
            "ext2" | "ext3" | "ext4" => Self::Ext,
            _ => return None,
        })
    }
}

/// A part of a disk with something on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskPart {
    /// Its partition; `None` for a disk without a partition table.
    pub partition: Option<u32>,
    /// What it is called among the disk's storages; no two of a disk have the same name.
    pub storage: String,
    /// How it is read; `None` when it can't be read here.
    pub file_system: Option<FileSystem>,
}

/// What a source is in one word, for sentences about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceNoun {
    /// Speaks MTP, or PTP as an iPhone does.
    Phone,
    /// Speaks PTP, or shows its card as a disk.
    Camera,
    /// A memory card, in a slot or in a reader.
    Card,
    /// A USB stick.
    Stick,
    /// Any other disk.
    Disk,
}

/// The parts of a disk that something is on, readable or not, in their order; none where the disk is no source.
pub fn disk_parts(facts: &DeviceFacts) -> Vec<DiskPart> {
    let Some(disk) = as_source(facts) else {
        return Vec::new();
    };
    let mut taken = BTreeSet::new();
    contents(disk)
        .into_iter()
        .map(|(partition, content, _)| {
            let plain = storage_name(&content.label).unwrap_or_else(|| match partition {
                Some(number) => format!("Partition {number}"),
                None => "Disk".to_owned(),
            });
            // File systems of a PC may take names that differ in case for the same.
            let mut names = std::iter::once(plain.clone())
                .chain((2..).map(|number: u32| format!("{plain} ({number})")));
            let storage = names
                .find(|name| taken.insert(name.to_lowercase()))
                .unwrap_or(plain);
            DiskPart {
                partition,
                storage,
                file_system: FileSystem::of_kind(&content.kind),
            }
        })
        .collect()
}

/// Who a disk is as a source: told by its file systems alone, because maker, model and serial number may be those of a reader, into which
/// another card is put tomorrow. `None` for a disk that is no source, or of which nothing can be read.
pub fn disk_identity(facts: &DeviceFacts) -> Option<SourceIdentity> {
    let disk = as_source(facts)?;
    let readable: Vec<String> = contents(disk)
        .into_iter()
        .filter(|(_, content, _)| FileSystem::of_kind(&content.kind).is_some())
        .map(|(_, content, size_bytes)| {
            let Content { kind, label, uuid } = content;
            // Some cameras give all their cards one volume number, and some none: the size tells a few more of them apart.
            format!("{kind} {uuid} {size_bytes} {label}")
        })
        .collect();
    (!readable.is_empty()).then(|| SourceIdentity {
        kind: SourceKind::Folder,
        manufacturer: String::new(),
        model: "disk".to_owned(),
        serial: Some(readable.join("; ")),
    })
}

/// What a device is in one word.
pub fn source_noun(facts: &DeviceFacts) -> SourceNoun {
    let DeviceForm::Disk(disk) = &facts.form else {
        return match classify(facts) {
            DeviceClass::Camera => SourceNoun::Camera,
            _ => SourceNoun::Phone,
        };
    };
    let names = format!("{} {}", facts.manufacturer, facts.model).to_lowercase();
    let of_reader = names
        .split(|character: char| !character.is_alphanumeric())
        .any(|word| {
            [
                "card",
                "reader",
                "cardreader",
                "sd",
                "microsd",
                "mmc",
                "cf",
                "crw",
                "multi",
            ]
            .contains(&word)
        });
    match () {
        () if is_camera_maker(&facts.manufacturer) => SourceNoun::Camera,
        () if disk.bus == DiskBus::Card || of_reader => SourceNoun::Card,
        () if disk.removable => SourceNoun::Stick,
        () => SourceNoun::Disk,
    }
}

/// What a person calls a disk: `SanDisk card EOS_DIGITAL, 32 GB`.
pub fn disk_source_name(facts: &DeviceFacts, size_bytes: u64) -> String {
    let noun = match source_noun(facts) {
        SourceNoun::Phone => "phone",
        SourceNoun::Camera => "camera",
        SourceNoun::Card => "card",
        SourceNoun::Stick => "stick",
        SourceNoun::Disk => "disk",
    };
    let maker = facts
        .manufacturer
        .trim_matches(|character: char| !character.is_alphanumeric());
    let maker =
        Some(maker).filter(|maker| !maker.is_empty() && !maker.eq_ignore_ascii_case("generic"));
    let label = as_source(facts).and_then(|disk| {
        let labels = contents(disk).into_iter();
        labels
            .filter_map(|(_, content, _)| storage_name(&content.label))
            .next()
    });
    let words: Vec<&str> = maker
        .into_iter()
        .chain([noun])
        .chain(label.as_deref())
        .collect();
    let mut name = format!("{}, {}", words.join(" "), round_size(size_bytes));
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// As it is printed on the thing: whole gigabytes as makers count, or megabytes below one.
fn round_size(bytes: u64) -> String {
    const MB: u64 = 1_000_000;
    let round = |unit: u64| bytes.saturating_add(unit / 2) / unit;
    if bytes < 999_500_000 {
        format!("{} MB", round(MB))
    } else if bytes < 999_500_000_000 {
        format!("{} GB", round(1_000 * MB))
    } else {
        format!("{} TB", round(1_000_000 * MB))
    }
}

/// The disk, where it is one that could be a source.
fn as_source(facts: &DeviceFacts) -> Option<&DiskFacts> {
    let DeviceForm::Disk(disk) = &facts.form else {
        return None;
    };
    let ours = disk
        .partitions
        .iter()
        .any(|partition| partition.name == BOOT_PARTITION_NAME);
    let fits = matches!(classify(facts), DeviceClass::Card | DeviceClass::PlainDisk);
    // What a set-up that was interrupted left is nobody's pictures.
    (fits && !ours).then_some(disk)
}

/// What is on a disk, with its partition's number and its size: the partitions, or the whole disk where none of them holds anything.
fn contents(disk: &DiskFacts) -> Vec<(Option<u32>, &Content, u64)> {
    let of_interest = |content: &&Content| content.kind != "swap";
    let partitions: Vec<_> = disk
        .partitions
        .iter()
        .filter_map(|partition| {
            let content = partition.content.as_ref().filter(of_interest)?;
            Some((Some(partition.number), content, partition.size_bytes))
        })
        .collect();
    if !partitions.is_empty() {
        return partitions;
    }
    let whole = disk.whole.as_ref().filter(of_interest);
    whole
        .map(|content| (None, content, disk.size_bytes))
        .into_iter()
        .collect()
}

/// A label as the name of a folder; `None` where it has none to give.
fn storage_name(label: &str) -> Option<String> {
    let name: String = label
        .trim()
        .chars()
        .map(|character| {
            if character == '/' || character.is_control() {
                '_'
            } else {
                character
            }
        })
        .collect();
    (!name.is_empty() && name != "." && name != "..").then_some(name)
}

#[cfg(test)]
mod tests;
