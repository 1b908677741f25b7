//! Printing on a printer that is plugged in by USB: CUPS is started for one document, in memory and without a network, followed, and ended.

mod backend;
mod client;
mod device_id;
mod driverless;
mod follow;
mod house;
mod ipp;
mod network;
mod reasons;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heirloom_engine::{Cancel, DeviceFacts, DeviceForm, Paper, PrintError, PrintProgress};

use backend::Address;
use device_id::PrinterId;
use driverless::IppUsb;
use house::{House, Queue};

use crate::udev_facts::syspath_of;

pub use backend::{is_usb_backend, usb_backend};
pub use network::enter_own_network;

/// Class, subclass and protocol of IPP over USB. A printer has at least two such interfaces; udev names what is alike only once.
const IPP_OVER_USB: (u8, u8, u8) = (7, 1, 4);
/// Until the kernel has met a printer that was just plugged in.
const MET: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);

/// A document for a printer.
pub struct PrintJob<'a> {
    /// The printer, as udev told of it.
    pub printer: &'a DeviceFacts,
    /// The document, as PDF. It is handed to CUPS over its socket, and is on no command line and in no log.
    pub pdf: &'a [u8],
    /// What is in the tray.
    pub paper: Paper,
    /// How often.
    pub copies: u8,
}

/// Prints, and returns when the printer has got everything and complains of nothing: with the number of pages of one copy, where the filters count them. The calling thread must have entered
/// [its own network](enter_own_network).
///
/// # Errors
/// Why the document was not printed, or not wholly.
pub fn print(
    job: &PrintJob<'_>,
    tell: &dyn Fn(PrintProgress),
    cancel: &Cancel,
) -> Result<Option<u32>, PrintError> {
    let printer = syspath_of(&job.printer.id);
    let outcome = print_on(&printer, job, tell, cancel);
    match outcome {
        // Whatever failed: this is why.
        Err(_) if !printer.exists() => Err(PrintError::Unplugged),
        Err(error) => {
            log::warn!("printing: {error}");
            Err(error)
        }
        Ok(pages) => Ok(pages),
    }
}

fn print_on(
    printer: &Path,
    job: &PrintJob<'_>,
    tell: &dyn Fn(PrintProgress),
    cancel: &Cancel,
) -> Result<Option<u32>, PrintError> {
    tell(PrintProgress::Preparing);
    // What a printer understands by itself needs less that can go wrong than a conversation about it.
    if speaks_ipp(job.printer) && !usblp_now(printer).is_some_and(|(_, id)| is_understood(&id)) {
        let server = IppUsb::start(job.printer, cancel)?;
        let ppd = server.ppd()?;
        let uri = server.uri();
        let queue = Queue { uri: &uri, ppd };
        return follow_in(&queue, printer, job, tell, cancel);
    }
    let (node, id) = usblp(printer, cancel)?;
    let id = PrinterId::parse(&id);
    let Some(language) = id.language() else {
        let languages = id.in_words();
        return Err(PrintError::NeedsDriver { languages });
    };
    let pjl_language = id.speaks_pjl().then(|| language.in_pjl().to_owned());
    let uri = Address { node, pjl_language }.uri();
    let ppd = language.ppd();
    let queue = Queue { uri: &uri, ppd };
    follow_in(&queue, printer, job, tell, cancel)
}

fn follow_in(
    queue: &Queue<'_>,
    printer: &Path,
    job: &PrintJob<'_>,
    tell: &dyn Fn(PrintProgress),
    cancel: &Cancel,
) -> Result<Option<u32>, PrintError> {
    let house = House::open(queue).map_err(|error| {
        log::warn!("CUPS: {error}");
        PrintError::Failed {
            step: "starting CUPS",
        }
    })?;
    let outcome = follow::print(job, printer, tell, cancel);
    house.end();
    outcome
}

/// Whether a printer with this device id is sent what it prints, as it is.
fn is_understood(id: &str) -> bool {
    PrinterId::parse(id).language().is_some()
}

fn speaks_ipp(printer: &DeviceFacts) -> bool {
    let DeviceForm::Usb(usb) = &printer.form else {
        return false;
    };
    usb.interfaces.contains(&IPP_OVER_USB)
}

/// The node that the kernel's `usblp` gave the printer, and the printer's device id.
fn usblp(printer: &Path, cancel: &Cancel) -> Result<(PathBuf, String), PrintError> {
    let deadline = Instant::now() + MET;
    loop {
        if let Some(found) = usblp_now(printer) {
            return Ok(found);
        }
        if cancel.is_cancelled() {
            return Err(PrintError::Stopped);
        }
        if Instant::now() >= deadline || !printer.exists() {
            return Err(PrintError::Silent);
        }
        std::thread::sleep(POLL);
    }
}

fn usblp_now(printer: &Path) -> Option<(PathBuf, String)> {
    let children = std::fs::read_dir(printer).ok()?.flatten();
    children.map(|child| child.path()).find_map(|interface| {
        let nodes = std::fs::read_dir(interface.join("usbmisc")).ok()?;
        let name = nodes.flatten().next()?.file_name();
        let node = Path::new("/dev/usb").join(name);
        let id = std::fs::read_to_string(interface.join("ieee1284_id")).ok()?;
        node.exists().then_some((node, id))
    })
}
