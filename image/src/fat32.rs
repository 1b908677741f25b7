//! A FAT32 file system with the given files, written once and never changed: Microsoft's "FAT32 File System Specification", 1.03.
//!
//! fatfs 0.3.6 gives long names to `.` and `..`, which makes a later check by `fsck.vfat` or Windows tear its
//! folders apart. Writing once needs no allocator, and every file lies in one piece.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

use crate::fat32_names::{long_name, long_name_slots, short_names};

const SECTOR: usize = 512;
const RESERVED_SECTORS: usize = 32;
const TABLES: usize = 2;
const INFO_SECTOR: usize = 1;
const BACKUP_SECTOR: usize = 6;
const ROOT_CLUSTER: u32 = 2;
const END_OF_CHAIN: u32 = 0x0fff_ffff;

/// A file system with fewer clusters would be read as FAT16.
const FEWEST_CLUSTERS: usize = 65_525;

const ATTRIBUTE_LABEL: u8 = 0x08;
const ATTRIBUTE_DIRECTORY: u8 = 0x10;
const ATTRIBUTE_ARCHIVE: u8 = 0x20;
const ENTRY: usize = 32;

/// A file: path with slashes, and content.
pub(crate) type File<'a> = (&'a str, &'a [u8]);

/// What a file system says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity {
    pub(crate) label: [u8; 11],
    pub(crate) volume_id: u32,
    /// Where it begins on the disk, in sectors ("hidden sectors"); some firmware looks.
    pub(crate) start_lba: u32,
}

/// Date and time as FAT stores them, in steps of two seconds from 1980 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    date: u16,
    time: u16,
}

impl Stamp {
    /// The stamp of a Unix time, in UTC; a time before 1980 becomes the begin of that year.
    pub(crate) fn at(unix_s: u32) -> Result<Self> {
        let time =
            jiff::Timestamp::from_second(i64::from(unix_s))?.to_zoned(jiff::tz::TimeZone::UTC);
        if time.year() < 1980 {
            return Ok(Self {
                date: (1 << 5) | 1,
                time: 0,
            });
        }
        let [month, day, hour, minute, second] = [
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
        ]
        .map(|field| u16::from(field.unsigned_abs()));
        let years: u16 = u16::try_from(time.year())? - 1980;
        Ok(Self {
            date: (years << 9) | (month << 5) | day,
            time: (hour << 11) | (minute << 5) | (second / 2),
        })
    }
}

/// A folder's content: files and folders by name. The order of names is the order on the disk.
#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    files: BTreeMap<&'a str, &'a [u8]>,
}

/// The bytes of a file system of `size_bytes`, with clusters of one sector.
pub(crate) fn build(
    files: &[File<'_>],
    identity: Identity,
    stamp: Stamp,
    size_bytes: usize,
) -> Result<Vec<u8>> {
    let mut root = Folder::default();
    for (path, bytes) in files {
        let mut folder = &mut root;
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
        for parent in parents.split('/').filter(|part| !part.is_empty()) {
            folder = folder.folders.entry(parent).or_default();
        }
        ensure!(
            folder.files.insert(name, bytes).is_none(),
            "the file {path} comes twice"
        );
    }
    let geometry = Geometry::of(size_bytes)?;
    let mut writer = Writer {
        volume: vec![0; size_bytes],
        geometry,
        stamp,
        next_cluster: ROOT_CLUSTER,
    };
    writer
        .folder(&root, None, identity.label)
        .context("the files do not fit into the file system")?;
    writer.finish(identity)
}

#[derive(Debug, Clone, Copy)]
struct Geometry {
    table_sectors: usize,
    clusters: usize,
}

impl Geometry {
    fn of(size_bytes: usize) -> Result<Self> {
        let sectors = size_bytes / SECTOR;
        // Each sector of a table describes 128 clusters. Taken from the sum of both, so a little too large.
        let table_sectors = sectors.div_ceil(128 + TABLES);
        let clusters = sectors.saturating_sub(RESERVED_SECTORS + TABLES * table_sectors);
        ensure!(
            clusters >= FEWEST_CLUSTERS,
            "{size_bytes} bytes are too few for FAT32"
        );
        Ok(Self {
            table_sectors,
            clusters,
        })
    }

    fn data_start(self) -> usize {
        (RESERVED_SECTORS + TABLES * self.table_sectors) * SECTOR
    }
}

struct Writer {
    volume: Vec<u8>,
    geometry: Geometry,
    stamp: Stamp,
    next_cluster: u32,
}

impl Writer {
    /// Writes a folder and all below it; returns its first cluster.
    fn folder(&mut self, folder: &Folder<'_>, parent: Option<u32>, label: [u8; 11]) -> Result<u32> {
        // The folder's length follows from the names alone, so its place is known before its content is.
        let names: Vec<&str> = folder
            .folders
            .keys()
            .chain(folder.files.keys())
            .copied()
            .collect();
        let shorts = short_names(&names)?;
        let slots: usize = names.iter().map(|name| long_name_slots(name) + 1).sum();
        let head_slots = if parent.is_some() { 2 } else { 1 };
        let own = self.claim((head_slots + slots) * ENTRY)?;
        let mut entries = Vec::new();
        match parent {
            Some(parent) => {
                // The root is called cluster 0 here, whatever its number.
                let above = if parent == ROOT_CLUSTER { 0 } else { parent };
                self.entry(&mut entries, *b".          ", ATTRIBUTE_DIRECTORY, own, 0);
                self.entry(&mut entries, *b"..         ", ATTRIBUTE_DIRECTORY, above, 0);
            }
            None => self.entry(&mut entries, label, ATTRIBUTE_LABEL, 0, 0),
        }
        for (name, short) in names.iter().zip(&shorts) {
            long_name(&mut entries, name, short);
            if let Some(inner) = folder.folders.get(name) {
                let cluster = self.folder(inner, Some(own), label)?;
                self.entry(&mut entries, *short, ATTRIBUTE_DIRECTORY, cluster, 0);
            } else {
                let bytes = folder.files[name];
                let cluster = if bytes.is_empty() {
                    0
                } else {
                    self.claim(bytes.len())?
                };
                if cluster != 0 {
                    self.put(cluster, bytes);
                }
                self.entry(
                    &mut entries,
                    *short,
                    ATTRIBUTE_ARCHIVE,
                    cluster,
                    u32::try_from(bytes.len())?,
                );
            }
        }
        self.put(own, &entries);
        Ok(own)
    }

    /// Takes clusters for so many bytes, chains them, and returns the first.
    fn claim(&mut self, length: usize) -> Result<u32> {
        let first = self.next_cluster;
        let count = u32::try_from(length.div_ceil(SECTOR).max(1))?;
        let end = first + count;
        let room = self.geometry.clusters as u64 + u64::from(ROOT_CLUSTER);
        if u64::from(end) > room {
            bail!("no room for {length} bytes more");
        }
        for cluster in first..end {
            let next = if cluster + 1 == end {
                END_OF_CHAIN
            } else {
                cluster + 1
            };
            self.set_table(cluster, next);
        }
        self.next_cluster = end;
        Ok(first)
    }

    fn set_table(&mut self, cluster: u32, value: u32) {
        for table in 0..TABLES {
            let at = (RESERVED_SECTORS + table * self.geometry.table_sectors) * SECTOR
                + cluster as usize * 4;
            self.volume[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
    }

    fn put(&mut self, cluster: u32, bytes: &[u8]) {
        let at = self.geometry.data_start() + (cluster - ROOT_CLUSTER) as usize * SECTOR;
        self.volume[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn entry(&self, out: &mut Vec<u8>, name: [u8; 11], attributes: u8, cluster: u32, size: u32) {
        let Stamp { date, time } = self.stamp;
        let [low, high] = [(cluster & 0xffff) as u16, (cluster >> 16) as u16];
        out.extend_from_slice(&name);
        out.extend_from_slice(&[attributes, 0, 0]);
        for field in [time, date, date, high, time, date, low] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&size.to_le_bytes());
    }

    fn finish(mut self, identity: Identity) -> Result<Vec<u8>> {
        // The first two places of the table hold no clusters: the medium's kind, and "properly closed".
        self.set_table(0, 0x0fff_fff8);
        self.set_table(1, END_OF_CHAIN);
        let boot = self.boot_sector(identity)?;
        let used = self.next_cluster - ROOT_CLUSTER;
        let free = u32::try_from(self.geometry.clusters)? - used;
        let info = info_sector(free, self.next_cluster);
        for base in [0, BACKUP_SECTOR] {
            for (sector, bytes) in [(base, &boot), (base + INFO_SECTOR, &info)] {
                self.volume[sector * SECTOR..(sector + 1) * SECTOR].copy_from_slice(bytes);
            }
        }
        Ok(self.volume)
    }

    fn boot_sector(&self, identity: Identity) -> Result<[u8; SECTOR]> {
        let mut boot = [0; SECTOR];
        let mut put = |at: usize, bytes: &[u8]| boot[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &[0xeb, 0x58, 0x90]); // A jump over the fields, which every FAT begins with.
        put(3, b"MSWIN4.1"); // The name that the specification asks for, whoever wrote it.
        put(11, &(SECTOR as u16).to_le_bytes());
        put(13, &[1]); // Sectors in a cluster.
        put(14, &(RESERVED_SECTORS as u16).to_le_bytes());
        put(16, &[TABLES as u8]);
        put(21, &[0xf8]); // A disk that stays in its drive.
        put(24, &63u16.to_le_bytes()); // Sectors in a track, and heads: what every large disk claims.
        put(26, &255u16.to_le_bytes());
        put(28, &identity.start_lba.to_le_bytes());
        put(
            32,
            &u32::try_from(self.volume.len() / SECTOR)?.to_le_bytes(),
        );
        put(
            36,
            &u32::try_from(self.geometry.table_sectors)?.to_le_bytes(),
        );
        put(44, &ROOT_CLUSTER.to_le_bytes());
        put(48, &(INFO_SECTOR as u16).to_le_bytes());
        put(50, &(BACKUP_SECTOR as u16).to_le_bytes());
        put(64, &[0x80, 0, 0x29]); // The first hard disk; the three fields after this are there.
        put(67, &identity.volume_id.to_le_bytes());
        put(71, &identity.label);
        put(82, b"FAT32   ");
        put(90, &[0xf4, 0xeb, 0xfd]); // Code: halt, and halt again.
        put(510, &[0x55, 0xaa]);
        Ok(boot)
    }
}

fn info_sector(free_clusters: u32, next_cluster: u32) -> [u8; SECTOR] {
    let mut info = [0; SECTOR];
    info[..4].copy_from_slice(b"RRaA");
    info[484..488].copy_from_slice(b"rrAa");
    info[488..492].copy_from_slice(&free_clusters.to_le_bytes());
    info[492..496].copy_from_slice(&next_cluster.to_le_bytes());
    info[510..].copy_from_slice(&[0x55, 0xaa]);
    info
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};
    use std::process::Command;

    use super::*;

    const SIZE: usize = 36 << 20;
    const IDENTITY: Identity = Identity {
        label: *b"HEIRLM-BOOT",
        volume_id: 0x1234_5678,
        start_lba: 4096,
    };

    fn sample() -> Vec<u8> {
        let many: Vec<(String, Vec<u8>)> = (0..40)
            .map(|n| (format!("many/a-file-with-a-long-name.{n:02}"), vec![n; 700]))
            .collect();
        let mut files: Vec<File<'_>> = vec![
            ("EFI/BOOT/BOOTX64.EFI", b"shim"),
            ("EFI/BOOT/grubx64.efi", &[1; 512]),
            ("heirloom/initramfs.zst", &[7; 1_000_001]),
            ("heirloom/initramfs.txt", b""),
            ("README.txt", b"x"),
        ];
        files.extend(
            many.iter()
                .map(|(path, bytes)| (path.as_str(), bytes.as_slice())),
        );
        build(&files, IDENTITY, Stamp::at(1_700_000_000).unwrap(), SIZE).unwrap()
    }

    /// The judge is dosfstools, which shares no code with the writer.
    #[test]
    fn fsck_finds_nothing_to_mend() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("volume");
        std::fs::write(&path, sample()).unwrap();
        let fsck = Command::new("fsck.vfat")
            .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
            .args(["-n", "-v"])
            .arg(&path)
            .output()
            .expect("the test needs the program fsck.vfat (dosfstools)");
        let said = String::from_utf8_lossy(&fsck.stdout).into_owned();
        assert!(fsck.status.success(), "{said}");
        for complaint in [
            "Expected",
            "Bad",
            "uninitialized",
            "wrong",
            "differ",
            "dirty",
        ] {
            assert!(!said.contains(complaint), "{said}");
        }
    }

    /// And fatfs, as a reader.
    #[test]
    fn another_reader_finds_every_file() {
        let volume =
            fatfs::FileSystem::new(Cursor::new(sample()), fatfs::FsOptions::new()).unwrap();
        assert_eq!(volume.fat_type(), fatfs::FatType::Fat32);
        assert_eq!(
            volume.read_volume_label_from_root_dir().unwrap().as_deref(),
            Some("HEIRLM-BOOT")
        );
        let root = volume.root_dir();
        let names: Vec<String> = root
            .iter()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["EFI", "heirloom", "many", "README.txt"]);
        for (path, length, byte) in [
            ("heirloom/initramfs.zst", 1_000_001, 7),
            ("EFI/BOOT/grubx64.efi", 512, 1),
            ("many/a-file-with-a-long-name.39", 700, 39),
            ("heirloom/initramfs.txt", 0, 0),
        ] {
            let mut content = Vec::new();
            root.open_file(path)
                .expect(path)
                .read_to_end(&mut content)
                .unwrap();
            assert!(content == vec![byte; length], "{path}");
        }
        let entry = root.iter().next().unwrap().unwrap();
        assert_eq!(
            entry.modified().date,
            fatfs::Date {
                year: 2023,
                month: 11,
                day: 14
            }
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let large = vec![0; SIZE];
        assert!(build(&[("large", &large)], IDENTITY, Stamp::at(0).unwrap(), SIZE).is_err());
        assert!(build(&[], IDENTITY, Stamp::at(0).unwrap(), 1 << 20).is_err());
    }
}
