//! Stories: the real image in an emulated PC, with phones and drives that come and go, and a judge that shares no code with it.
//!
//! A story reads like this:
//!
//! ```no_run
//! use heirloom_stories::{Drive, Key, MINUTE, PcPlan, samples, story};
//!
//! story("first run", |story| {
//!     let photos = samples::copy_to(&story.folder("phone")?)?;
//!     let drive = Drive::new(story.file("archive.img"), 512)?;
//!     let mut pc = story.boot(PcPlan::appliance())?;
//!     pc.boot_headless()?;
//!     pc.screen.wait_for_text("keyboard", MINUTE)?;
//!     pc.screen.press(&[Key::Enter])?;
//!     pc.plug_drive("archive", &drive)?;
//!     pc.plug_phone("phone", &photos)?;
//!     pc.wait_for_power_off(MINUTE)
//! });
//! ```
//!
//! Nothing sleeps for a fixed time: each wait ends with the event that it waits for, or fails at its deadline and shows what there
//! was instead.

mod artifacts;
mod card;
mod debian_guest;
mod drive;
mod events;
mod executors;
mod firmware;
mod household;
mod keys;
mod lab_device;
mod locale;
mod motion_photo;
mod oracle;
mod pc;
mod peers;
mod pixels;
mod places;
mod power_cut;
mod printed;
mod qmp;
mod random;
mod recorded_disk;
pub mod samples;
mod saved_pc;
mod screen;
mod serial;
mod story;
mod vm;
mod way_back;
mod write_log;

pub use artifacts::Artifacts;
pub use card::{CARD, LATE, OLD, fill_cards, sector_of};
pub use drive::Drive;
pub use events::Events;
pub use household::{ARCHIVE, DRIVE, PASSPHRASE, PHONE};
pub(crate) use household::{DRIVE_MIB, DRIVE_SIZE};
pub use keys::{Key, qcodes};
pub use oracle::{Case, Oracle, Verdict};
pub use pc::{ARGON2_MEMORY_KIB, Pc, PcPlan};
pub use peers::Peers;
pub use pixels::{ConsoleFont, Picture};
pub use places::{appliance_font, appliance_image, built_tool, target_folder};
pub use power_cut::PowerCut;
pub use printed::{PrintedPage, pcl_pages, pdf_pages, postscript_pages, pwg_pages};
pub use qmp::Qmp;
pub use random::Random;
pub use recorded_disk::RecordedDisk;
pub use screen::Screen;
pub use serial::Serial;
pub use story::{Story, story};
pub use vm::{Boot, STORY_DAY, Vm, VmPlan};
pub use way_back::{Files, Look, expect_same, files_in, look};
pub use write_log::{LogEntry, WriteLog};

use std::time::Duration;

/// A minute: enough for one step of the screen under emulation on a slow and busy machine.
pub const MINUTE: Duration = Duration::from_secs(60);
/// Enough for booting, or for copying tens of megabytes, with two such PCs on two slow cores.
pub const LONG: Duration = Duration::from_secs(300);
