//! The adapters: Linux on one side, the engine's ports and words on the other.
//!
//! **Invariant:** the only crate with `unsafe`, in `ioctl.rs` alone; the only one that knows paths under `/dev`.
#![deny(unsafe_code)]

mod archive_drive;
mod archive_reading;
mod boot_chain;
mod boot_partition;
mod console;
mod disk;
mod disk_source;
mod ext4;
mod fitness;
#[allow(unsafe_code)]
mod ioctl;
mod luks;
mod mount;
mod node;
mod partition;
mod power;
mod printing;
mod read_only;
mod start;
mod target_disk;
mod target_format;
mod target_mount;
mod tool;
mod udev_facts;
mod unsettled;
mod watch;

pub use archive_drive::{
    ArchiveDrive, KeyFindings, OpenOrder, SetUpOrder, clean_up, header_health, open, open_as,
    set_up,
};
pub use archive_reading::{ArchiveReading, open_to_read};
pub use boot_chain::{BootRelease, Bootable, boot_list_digest, see_to_booting};
pub use boot_partition::write_to_boot_partition;
pub use console::{Console, apply_layout, console_fonts};
pub use disk_source::DiskSource;
pub use fitness::drive_health;
pub use luks::{
    BackupHealth, CopyHealth, HeaderDamage, HeaderHealth, HeaderVerdict, KeyDerivation, KeyHolder,
    KeySlot, Settled, SlotDerivation,
};
pub use node::Node;
pub use power::{power_off, restart, set_clock};
pub use printing::{
    PrintJob, ReadyPrinter, cups_runs, end_leftovers, enter_own_network, is_usb_backend,
    usb_backend,
};
pub use start::{load_modules, mount_early, start_udevd};
pub use target_disk::{RestoreDisk, TargetOrder, prepare_target};
pub use watch::{Watch, WatchEvent, watch};
