//! Disks that are restored to, with each of the file systems that can be written, as far as this computer's kernel has them.

use std::fs;
use std::path::Path;
use std::process::Command;

use heirloom_engine::{
    Cancel, DiskBus, RestoreFrom, RestoreOrder, RestoreReport, Target, TargetDiskError,
    TargetFileSystem, TargetUse, restore as restore_to,
};
use heirloom_engine::{DeviceFacts, DeviceForm, DiskFacts};
use heirloom_files::FolderVolume;
use heirloom_linux::{RestoreDisk, TargetOrder, prepare_target};

use crate::Outcome;
use crate::fixture::{Disk, archive, tool};

const DISK_BYTES: u64 = 300 << 20;
const FOLDER: &str = "Heirloom The Müllers";
const PLACE: &str = "/run/heirloom/target";
const AS_IT_IS: TargetUse = TargetUse::Partition(0);

/// libblkid's name, the kernel's, and the program that makes it.
const FILE_SYSTEMS: [(&str, &str, &[&str], TargetFileSystem); 4] = [
    (
        "ext4",
        "ext4",
        &["mke2fs", "-q", "-t", "ext4"],
        TargetFileSystem::Linux,
    ),
    (
        "vfat",
        "vfat",
        &["mkfs.vfat", "-F", "32"],
        TargetFileSystem::Fat,
    ),
    ("exfat", "exfat", &["mkfs.exfat"], TargetFileSystem::ExFat),
    (
        "ntfs",
        "ntfs3",
        &["mkfs.ntfs", "-Q", "-F"],
        TargetFileSystem::Ntfs,
    ),
];

fn disk(kind: &str) -> Result<(Disk, TargetFileSystem), String> {
    let found = FILE_SYSTEMS.iter().find(|it| it.0 == kind);
    let (_, of_kernel, make, file_system) = found.expect("a file system of the table");
    // The kernel is asked to load it, as mounting does.
    let _ = Command::new("modprobe").args(["-q", of_kernel]).status();
    let known = fs::read_to_string("/proc/filesystems").expect("a list");
    if !known.split_whitespace().any(|word| word == *of_kernel) {
        return Err(format!("the kernel has no {of_kernel}"));
    }
    if Command::new(make[0]).output().is_err() {
        return Err(format!("there is no {}", make[0]));
    }
    let disk = Disk::empty(DISK_BYTES, &[])?;
    let node = disk.node.display().to_string();
    tool(make[0], &[&make[1..], &[&node]].concat());
    Ok((disk, *file_system))
}

fn prepare(
    disk: &Disk,
    facts: &DeviceFacts,
    how: TargetUse,
) -> Result<RestoreDisk, TargetDiskError> {
    prepare_target(&TargetOrder {
        facts,
        node: &disk.node,
        how,
        folder: FOLDER,
    })
}

fn restored(target: &dyn Target) -> RestoreReport {
    let folder = tempfile::tempdir().expect("a folder");
    let volume = FolderVolume::of_folder(archive(folder.path()));
    let order = RestoreOrder::all(RestoreFrom::AllSources);
    restore_to(&volume, &order, target, &|_| {}, &Cancel::new()).expect("restored")
}

fn is_mounted() -> bool {
    let mounts = fs::read_to_string("/proc/self/mounts").expect("a list");
    mounts.lines().any(|line| line.contains(PLACE))
}

pub(crate) fn restore(kind: &str) -> Outcome {
    let (disk, file_system) = disk(kind)?;
    let facts = disk.facts(Some(kind));
    let top = Path::new(PLACE);
    // Nothing is restored: nothing is left.
    let prepared = prepare(&disk, &facts, AS_IT_IS).expect("ready");
    let told = prepared.describe().expect("described");
    assert_eq!(
        (told.limits.file_system, &*told.folder),
        (file_system, FOLDER)
    );
    let is_of_size = |bytes: u64| (DISK_BYTES / 2..=DISK_BYTES).contains(&bytes);
    assert!(
        is_of_size(told.total_bytes) && is_of_size(told.free_bytes),
        "{told:?}"
    );
    assert!(told.limits.block_bytes >= 512);
    fs::write(top.join("theirs.txt"), "theirs").expect("written");
    prepared.close().expect("closed");
    assert!(!is_mounted());

    let prepared = prepare(&disk, &facts, AS_IT_IS).expect("ready");
    let names = || {
        fs::read_dir(top)
            .expect("a list")
            .flatten()
            .map(|it| it.file_name())
    };
    assert!(names().any(|name| name == "theirs.txt") && names().any(|name| name == FOLDER));
    let report = restored(prepared.target());
    assert!(report.is_complete(), "{report:?}");
    let files = report.sum(|part| part.restored_files);
    assert!(files > 10);
    prepared.close().expect("closed");
    assert!(!is_mounted());

    // Once more after it was unplugged, as it were: all of it is there, under the same names and with the same times.
    let prepared = prepare(&disk, &facts, AS_IT_IS).expect("ready");
    let report = restored(prepared.target());
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.sum(|part| part.already_files), files);
    let (mut photos, mut cakes) = (0, 0);
    each_file(&top.join(FOLDER), &mut |path| {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        photos += u32::from(name == "PXL_0007.jpg" && seconds(path) == 1_700_000_700);
        cakes += u32::from(name == "schön \u{1f382}.jpg");
    });
    assert_eq!((photos, cakes), (1, 1));
    assert!(!top.join(FOLDER).join(".heirloom-restore").exists());
    prepared.close().expect("closed");
    if kind == "ext4" {
        tool("e2fsck", &["-fn", &disk.node.display().to_string()]);
    }
    Ok(())
}

fn seconds(path: &Path) -> u64 {
    let modified = fs::metadata(path).and_then(|facts| facts.modified());
    let since = modified
        .expect("a time")
        .duration_since(std::time::UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

fn each_file(folder: &Path, each: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => each_file(&path, each),
            path => each(&path),
        }
    }
}

pub(crate) fn unclean() -> Outcome {
    let (disk, _) = disk("ext4")?;
    let facts = disk.facts(Some("ext4"));
    let node = disk.node.display().to_string();
    // A journal to be replayed is.
    tool("debugfs", &["-w", "-R", "feature needs_recovery", &node]);
    let prepared = prepare(&disk, &facts, AS_IT_IS).expect("ready");
    prepared.close().expect("closed");
    // What needs a decision is left to the computer that it belongs to: a folder's inode that is none.
    tool("debugfs", &["-w", "-R", "clri <2>", &node]);
    tool("debugfs", &["-w", "-R", "ssv state 2", &node]);
    let refused = prepare(&disk, &facts, AS_IT_IS).err();
    assert_eq!(refused, Some(TargetDiskError::Unclean));
    assert!(!is_mounted());
    Ok(())
}

fn with(facts: &DeviceFacts, change: impl FnOnce(&mut DiskFacts)) -> DeviceFacts {
    let mut facts = facts.clone();
    if let DeviceForm::Disk(disk) = &mut facts.form {
        change(disk);
    }
    facts
}

pub(crate) fn refused() -> Outcome {
    let (disk, _) = disk("ext4")?;
    let shown = disk.facts(Some("ext4"));
    let archive = heirloom_engine::PartitionFacts {
        number: 2,
        name: heirloom_engine::ARCHIVE_PARTITION_NAME.to_owned(),
        size_bytes: 1,
        content: None,
    };
    let internal = with(&shown, |disk| disk.bus = DiskBus::Internal);
    let ours = with(&shown, |disk| disk.partitions.push(archive));
    let larger = with(&shown, |disk| disk.size_bytes += 512);
    let table = [
        (&internal, AS_IT_IS, TargetDiskError::NotOffered),
        (&internal, TargetUse::Format, TargetDiskError::NotOffered),
        (&ours, AS_IT_IS, TargetDiskError::NotOffered),
        (&ours, TargetUse::Format, TargetDiskError::NotOffered),
        (&larger, AS_IT_IS, TargetDiskError::Changed),
        (&larger, TargetUse::Format, TargetDiskError::Changed),
        (&shown, TargetUse::Partition(7), TargetDiskError::Changed),
    ];
    for (facts, how, expected) in table {
        assert_eq!(prepare(&disk, facts, how).err(), Some(expected), "{how:?}");
    }
    for kind in [None, Some("hfsplus"), Some("crypto_LUKS"), Some("btrfs")] {
        let facts = disk.facts(kind);
        let expected = Some(TargetDiskError::UnknownFileSystem);
        assert_eq!(prepare(&disk, &facts, AS_IT_IS).err(), expected, "{kind:?}");
    }
    let locked = Disk::empty(DISK_BYTES, &["--read-only"])?;
    for how in [AS_IT_IS, TargetUse::Format] {
        let refused = prepare(&locked, &locked.facts(Some("ext4")), how).err();
        assert_eq!(refused, Some(TargetDiskError::ReadOnly), "{how:?}");
    }
    assert!(!is_mounted());
    Ok(())
}
