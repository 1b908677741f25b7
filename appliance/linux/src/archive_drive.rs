//! An archive drive from end to end: set up, opened, closed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heirloom_engine::{
    Archive, ArchiveError, DriveError, Passphrase, SetUpStep, Volume, VolumeError,
};

use heirloom_files::FolderVolume;
use heirloom_format::{ArchiveInfo, SigningKey};

use crate::disk::{ExclusiveDisk, UdevKeptOut, partition_node, wait_for_node};
use crate::luks::{
    BackupHealth, HeaderHealth, HeaderVerdict, KeyDerivation, KeyHolder, Keys, Settled, Stock,
    Unlocked,
};
use crate::mount::Mounted;
use crate::{
    boot_chain, boot_partition, disk_source, ext4, luks, mount, partition, read_only, target_mount,
};

const PLACE: &str = "/run/heirloom/archive";

/// An archive drive that is unlocked and mounted. Let go of by [`ArchiveDrive::close`], or as well as it can be when it is dropped.
pub struct ArchiveDrive {
    // The order of the fields is the order in which they are let go of.
    volume: Arc<FolderVolume>,
    mounted: Mounted,
    unlocked: Unlocked,
    disk: PathBuf,
    partition: PathBuf,
    luks_uuid: String,
    key_findings: Option<KeyFindings>,
}

/// What a session found about the keys of an archive when it was opened, and did about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFindings {
    /// Before anything was done.
    pub header: HeaderHealth,
    /// Whether a damaged or older copy of the header was mended, where there was one.
    pub repaired: Result<(), DriveError>,
    /// What became of an interrupted change of a key.
    pub settled: Vec<(KeyHolder, Result<Settled, DriveError>)>,
    /// The backup on the open partition, before it was made anew.
    pub backup: Result<BackupHealth, DriveError>,
    /// Whether the backup is as it should be now.
    pub backed_up: Result<(), DriveError>,
}

/// What is to become an archive drive.
pub struct SetUpOrder<'a> {
    /// The disk's node.
    pub disk: &'a Path,
    /// As it was shown; anything else is refused.
    pub size_bytes: u64,
    /// As it was shown.
    pub serial: Option<&'a str>,
    /// What the new archive says about itself.
    pub info: &'a ArchiveInfo,
    /// What its snapshots will be signed with.
    pub key: &'a SigningKey,
    /// Its name, for the LUKS label.
    pub name: &'a str,
    /// For slot 0.
    pub passphrase: &'a Passphrase,
    /// How dear guessing is made.
    pub derivation: KeyDerivation,
}

/// Erases a disk and makes an archive drive of it.
///
/// # Errors
/// [`DriveError`]. What was on the disk is then lost, as was confirmed; until the last step the disk counts as a plain one.
pub fn set_up(
    order: &SetUpOrder<'_>,
    reached: &dyn Fn(SetUpStep),
) -> Result<ArchiveDrive, DriveError> {
    reached(SetUpStep::Partitioning);
    let boot = partition_node(order.disk, partition::BOOT_PARTITION);
    let archive = partition_node(order.disk, partition::ARCHIVE_PARTITION);
    let _udev_kept_out = UdevKeptOut::of(order.disk)?;
    {
        let mut disk = ExclusiveDisk::open(order.disk, order.size_bytes, order.serial)?;
        partition::refuse_precious(&mut disk)?;
        log::info!("erases {}", disk.path.display());
        partition::write_table(&mut disk)?;
    }
    ask_for_flushes(order.disk);
    wait_for_node(&boot)?;
    wait_for_node(&archive)?;
    reached(SetUpStep::MakingBootPartition);
    boot_partition::make(&boot)?;
    reached(SetUpStep::Encrypting);
    luks::format(
        &Stock,
        &archive,
        order.name,
        order.passphrase,
        order.derivation,
    )?;
    let luks_uuid = luks::uuid(keys(&archive))?;
    let unlocked = luks::unlock(keys(&archive), KeyHolder::Owner, order.passphrase)?;
    reached(SetUpStep::MakingFileSystem);
    ext4::make(&unlocked.node())?;
    let drive = ArchiveDrive::mount(order.disk, &archive, luks_uuid.clone(), unlocked)?;
    reached(SetUpStep::WritingArchive);
    Archive::create(drive.volume.as_ref(), order.info, order.key).map_err(archive_error)?;
    boot_partition::with_mounted(&boot, |place| keys(&archive).refresh_backup(place))?;
    reached(SetUpStep::Checking);
    drive.close()?;
    {
        let mut disk = ExclusiveDisk::open(order.disk, order.size_bytes, order.serial)?;
        partition::declare_finished(&mut disk)?;
    }
    wait_for_node(&archive)?;
    let again = OpenOrder {
        disk: order.disk,
        partition: partition::ARCHIVE_PARTITION,
        luks_uuid: &luks_uuid,
        passphrase: order.passphrase,
    };
    open(&again)
}

/// Which archive drive is to be opened.
pub struct OpenOrder<'a> {
    /// The disk's node.
    pub disk: &'a Path,
    /// The number of its encrypted partition.
    pub partition: u32,
    /// The drive is refused when it is another.
    pub luks_uuid: &'a str,
    /// What was typed.
    pub passphrase: &'a Passphrase,
}

/// Unlocks, checks and mounts an archive drive by its owner's passphrase.
///
/// # Errors
/// [`DriveError`]; nothing stays unlocked.
pub fn open(order: &OpenOrder<'_>) -> Result<ArchiveDrive, DriveError> {
    open_as(order, KeyHolder::Owner)
}

/// Unlocks, checks and mounts an archive drive by the secret of one of its holders, and sees to its keys: header, interrupted changes, backup. What
/// goes wrong with those is in [`ArchiveDrive::key_findings`] and keeps nobody out.
///
/// # Errors
/// [`DriveError`]; nothing stays unlocked.
pub fn open_as(order: &OpenOrder<'_>, holder: KeyHolder) -> Result<ArchiveDrive, DriveError> {
    let partition = partition_node(order.disk, order.partition);
    if luks::uuid(keys(&partition))? != order.luks_uuid {
        return Err(DriveError::Changed);
    }
    // Before the first call of `cryptsetup`, which mends a damaged copy without a word.
    let header = keys(&partition).health()?;
    ask_for_flushes(order.disk);
    let unlocked = luks::unlock(keys(&partition), holder, order.passphrase)?;
    ext4::check(&unlocked.node())?;
    let mut drive =
        ArchiveDrive::mount(order.disk, &partition, order.luks_uuid.to_owned(), unlocked)?;
    drive.key_findings = Some(drive.see_to_keys(header, order.passphrase));
    Ok(drive)
}

/// How the header of an encrypted partition is. Reads only, and needs no secret.
///
/// # Errors
/// [`DriveError::Gone`], [`DriveError::Io`]. A damaged header is a finding, not an error.
pub fn header_health(disk: &Path, partition: u32) -> Result<HeaderHealth, DriveError> {
    keys(&partition_node(disk, partition)).health()
}

fn keys(partition: &Path) -> Keys<'_> {
    Keys {
        cryptsetup: &Stock,
        partition,
    }
}

impl ArchiveDrive {
    fn mount(
        disk: &Path,
        partition: &Path,
        luks_uuid: String,
        unlocked: Unlocked,
    ) -> Result<Self, DriveError> {
        let mounted = mount::mount(
            &unlocked.node(),
            Path::new(PLACE),
            "ext4",
            "errors=remount-ro,barrier=1",
        )?;
        let volume = Arc::new(FolderVolume::new(mounted.place(), sign_of_life(disk)));
        Ok(Self {
            volume,
            mounted,
            unlocked,
            disk: disk.to_owned(),
            partition: partition.to_owned(),
            luks_uuid,
            key_findings: None,
        })
    }

    /// Gives the executors their key, or a new one in place of the one they have, whose shares are then worthless. `authority` is any secret that
    /// opens the archive; `secret` the master secret in lowercase hex. Safe against a power cut at any moment, as `luks/change.rs` says.
    ///
    /// # Errors
    /// [`DriveError::WrongPassphrase`] when `authority` opens nothing: nothing was changed. After another error the old or the new secret opens,
    /// and the next session settles which.
    pub fn set_executors_key(
        &self,
        authority: &Passphrase,
        secret: &Passphrase,
    ) -> Result<(), DriveError> {
        self.set_key(KeyHolder::Executors, authority, secret)
    }

    /// Gives the owner another passphrase. `authority` is the one they have, or the executors' secret.
    ///
    /// # Errors
    /// As [`ArchiveDrive::set_executors_key`].
    pub fn change_passphrase(
        &self,
        authority: &Passphrase,
        new: &Passphrase,
    ) -> Result<(), DriveError> {
        self.set_key(KeyHolder::Owner, authority, new)
    }

    /// Whether executors' shares open it.
    ///
    /// # Errors
    /// [`DriveError::Gone`], [`DriveError::Io`].
    pub fn has_executors(&self) -> Result<bool, DriveError> {
        let health = keys(&self.partition).health()?;
        Ok(health.executors_slot.is_some())
    }

    /// What was found about the keys when the drive was opened; nothing for a drive that has just been set up and not been opened yet.
    pub fn key_findings(&self) -> Option<&KeyFindings> {
        self.key_findings.as_ref()
    }

    /// Looks after the header and its backup once more, as when the drive was opened: a damaged copy is mended, an outdated backup made anew.
    /// `secret` is what opened the drive.
    ///
    /// # Errors
    /// [`DriveError::Gone`], [`DriveError::Io`]. What is found is no error.
    pub fn look_after_keys(&self, secret: &Passphrase) -> Result<KeyFindings, DriveError> {
        // Before the first call of `cryptsetup`, which mends a damaged copy without a word.
        let header = keys(&self.partition).health()?;
        Ok(self.see_to_keys(header, secret))
    }

    fn set_key(
        &self,
        holder: KeyHolder,
        authority: &Passphrase,
        new: &Passphrase,
    ) -> Result<(), DriveError> {
        keys(&self.partition).set_key(holder, authority, new)?;
        self.refresh_header_backup()
    }

    fn refresh_header_backup(&self) -> Result<(), DriveError> {
        boot_partition::with_mounted(&self.boot_partition(), |place| {
            keys(&self.partition).refresh_backup(place)
        })
    }

    fn see_to_keys(&self, header: HeaderHealth, secret: &Passphrase) -> KeyFindings {
        let keys = keys(&self.partition);
        let repaired = keys.repair();
        let settled = KeyHolder::ALL.map(|holder| (holder, keys.settle(holder, secret)));
        let backup =
            boot_partition::with_mounted(&self.boot_partition(), |place| keys.backup_health(place));
        let backed_up = match &backup {
            // Where key material went bad, the backup may have the only good one: a person decides.
            Ok(BackupHealth::Current | BackupHealth::SlotsDiffer(_)) => Ok(()),
            Ok(BackupHealth::Outdated | BackupHealth::Missing) => self.refresh_header_backup(),
            Err(error) => Err(error.clone()),
        };
        let findings = KeyFindings {
            header,
            repaired,
            settled: settled.into(),
            backup,
            backed_up,
        };
        if findings.header.verdict != HeaderVerdict::Sound
            || findings.backup != Ok(BackupHealth::Current)
        {
            log::warn!("keys: {findings:?}");
        }
        findings
    }

    /// Where the archive is.
    pub fn volume(&self) -> Arc<dyn Volume> {
        self.volume.clone()
    }

    /// The node of the open partition.
    pub fn boot_partition(&self) -> PathBuf {
        partition_node(&self.disk, partition::BOOT_PARTITION)
    }

    /// The UUID of the encrypted partition.
    pub fn luks_uuid(&self) -> &str {
        &self.luks_uuid
    }

    /// Writes all out, unmounts and locks.
    ///
    /// # Errors
    /// [`DriveError`], when something could not be written or is still in use.
    pub fn close(self) -> Result<(), DriveError> {
        let Self {
            volume,
            mounted,
            unlocked,
            disk,
            ..
        } = self;
        match volume.flush() {
            Ok(()) => {}
            Err(VolumeError::Gone) => log::warn!("{} is gone", disk.display()),
            Err(error) => log::warn!("{}: {error}", disk.display()),
        }
        drop(volume);
        mounted.unmount()?;
        unlocked.lock()
    }
}

/// Takes away what an earlier worker left behind: mounts first, then the mapping, then the marks of what was only to be read.
pub fn clean_up() {
    mount::detach(Path::new(PLACE));
    boot_chain::detach();
    boot_partition::detach();
    disk_source::detach();
    target_mount::detach();
    if let Err(error) = luks::remove_mapping() {
        log::warn!("an old mapping stays: {error}");
    }
    read_only::release_all();
}

/// A path in sysfs that disappears when the disk behind a node is unplugged.
fn sign_of_life(node: &Path) -> Option<PathBuf> {
    let name = node.file_name()?.to_str()?;
    Some(PathBuf::from("/sys/class/block").join(name))
}

/// Some bridges hide that the drive has a write cache, and the kernel then never asks for it to be emptied. Telling the kernel otherwise
/// costs a command that such drives at worst ignore.
pub(crate) fn ask_for_flushes(disk: &Path) {
    let Some(name) = disk.file_name().and_then(|name| name.to_str()) else {
        return;
    };
    let Ok(entries) = std::fs::read_dir(format!("/sys/block/{name}/device/scsi_disk")) else {
        // No SCSI disk: NVMe and cards say truly what they have.
        return;
    };
    for entry in entries.flatten() {
        let cache = entry.path().join("cache_type");
        let hidden =
            std::fs::read_to_string(&cache).is_ok_and(|kind| kind.trim() == "write through");
        if hidden {
            let asked = std::fs::OpenOptions::new()
                .write(true)
                .open(&cache)
                .and_then(|mut file| file.write_all(b"temporary write back"));
            match asked {
                Ok(()) => {
                    log::info!("{name}: asks for flushes although the drive shows no write cache")
                }
                Err(error) => log::warn!("{name}: {error}"),
            }
        }
    }
}

fn archive_error(error: ArchiveError) -> DriveError {
    match error {
        ArchiveError::Volume(VolumeError::Gone) => DriveError::Gone,
        ArchiveError::Volume(VolumeError::Io { errno, .. }) => DriveError::Io {
            action: "writing the archive",
            errno,
        },
        error => {
            log::warn!("{error}");
            DriveError::NotAnArchive
        }
    }
}
