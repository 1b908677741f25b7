//! Printing on a printer that is plugged in by USB: CUPS stands ready for it, in memory and without a network, prints one document, and is ended.

mod backend;
mod client;
mod device_id;
mod driverless;
mod follow;
mod house;
mod ipp;
mod leftovers;
mod network;
mod reasons;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heirloom_engine::{
    Cancel, DeviceFacts, DeviceForm, DeviceId, Paper, PrintError, PrintProgress,
};

use backend::Address;
use device_id::PrinterId;
use driverless::IppUsb;
use house::{House, Queue};

use crate::udev_facts::syspath_of;

pub use backend::{is_usb_backend, usb_backend};
pub use leftovers::{cups_runs, end_leftovers};
pub use network::enter_own_network;

/// Class, subclass and protocol of IPP over USB. A printer has at least two such interfaces; udev names what is alike only once.
const IPP_OVER_USB: (u8, u8, u8) = (7, 1, 4);
/// The protocols that the kernel's `usblp` serves: one way, both ways, and both ways in packets (USB Printing Devices 1.1, section 4.2.1).
const USBLP_PROTOCOLS: std::ops::RangeInclusive<u8> = 1..=3;
/// Until the kernel has met a printer that was just plugged in.
const MET: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);

/// A document for a printer.
pub struct PrintJob<'a> {
    /// The document, as PDF. It is handed to CUPS over its socket, and is on no command line and in no log.
    pub pdf: &'a [u8],
    /// What is in the tray.
    pub paper: Paper,
    /// How often.
    pub copies: u8,
}

/// CUPS with a queue for one printer. It is ended, and all that it wrote is overwritten, with the document that it prints, or when this is dropped.
pub struct ReadyPrinter {
    id: DeviceId,
    syspath: PathBuf,
    /// Dropped before the server that it prints to.
    house: House,
    server: Option<IppUsb>,
}

impl ReadyPrinter {
    /// Starts CUPS for a printer. The calling thread must have entered [its own network](enter_own_network).
    ///
    /// # Errors
    /// Why nothing can be printed on it, or not now.
    pub fn get_ready(printer: &DeviceFacts, cancel: &Cancel) -> Result<Self, PrintError> {
        let syspath = syspath_of(&printer.id);
        let ready = Self::start(printer, &syspath, cancel);
        because(ready, &syspath)
    }

    fn start(printer: &DeviceFacts, syspath: &Path, cancel: &Cancel) -> Result<Self, PrintError> {
        let ready = |queue: &Queue<'_>, server| {
            let house = House::open(queue).map_err(|error| {
                log::warn!("CUPS: {error}");
                PrintError::Failed {
                    step: "starting CUPS",
                }
            })?;
            Ok(Self {
                id: printer.id.clone(),
                syspath: syspath.to_owned(),
                house,
                server,
            })
        };
        let speaks_ipp = has_interface(printer, |interface| interface == IPP_OVER_USB);
        let is_for_usblp = has_interface(printer, |(class, _, protocol)| {
            class == IPP_OVER_USB.0 && USBLP_PROTOCOLS.contains(&protocol)
        });
        let usblp = match is_for_usblp.then(|| usblp(syspath, cancel)).transpose() {
            // The kernel leaves some printers alone.
            Err(PrintError::Silent) if speaks_ipp => None,
            usblp => usblp?,
        };
        // What a printer understands by itself needs less that can go wrong than a conversation about it.
        if let Some((node, id)) = &usblp
            && let Some(language) = id.language()
        {
            let pjl_language = id.speaks_pjl().then(|| language.in_pjl().to_owned());
            let node = node.clone();
            let uri = Address { node, pjl_language }.uri();
            let ppd = language.ppd();
            return ready(&Queue { uri: &uri, ppd }, None);
        }
        if speaks_ipp {
            let server = IppUsb::start(printer, cancel)?;
            let (uri, ppd) = (server.uri(), server.ppd()?);
            return ready(&Queue { uri: &uri, ppd }, Some(server));
        }
        let languages = usblp.map(|(_, id)| id.in_words()).unwrap_or_default();
        Err(PrintError::NeedsDriver { languages })
    }

    /// Whether it is this printer that was made ready.
    pub fn is(&self, printer: &DeviceId) -> bool {
        self.id == *printer
    }

    /// Whether all that it needs still runs.
    pub fn is_well(&mut self) -> bool {
        let server = self.server.as_mut();
        self.house.runs() && server.is_none_or(IppUsb::runs)
    }

    /// Prints, and returns when the printer has got everything and complains of nothing: with the number of pages of one copy, where the filters
    /// count them.
    ///
    /// # Errors
    /// Why the document was not printed, or not wholly.
    pub fn print(
        self,
        job: &PrintJob<'_>,
        tell: &dyn Fn(PrintProgress),
        cancel: &Cancel,
    ) -> Result<Option<u32>, PrintError> {
        let outcome = follow::print(job, &self.syspath, tell, cancel);
        self.house.end();
        because(outcome, &self.syspath)
    }
}

/// Whatever failed: if the printer is gone, this is why.
fn because<T>(outcome: Result<T, PrintError>, printer: &Path) -> Result<T, PrintError> {
    match outcome {
        Err(_) if !printer.exists() => Err(PrintError::Unplugged),
        Err(error) => {
            log::warn!("printing: {error}");
            Err(error)
        }
        Ok(done) => Ok(done),
    }
}

fn has_interface(printer: &DeviceFacts, pleases: impl Fn((u8, u8, u8)) -> bool) -> bool {
    let DeviceForm::Usb(usb) = &printer.form else {
        return false;
    };
    usb.interfaces.iter().copied().any(pleases)
}

/// The node that the kernel's `usblp` gave the printer, and the printer's device id.
fn usblp(printer: &Path, cancel: &Cancel) -> Result<(PathBuf, PrinterId), PrintError> {
    let deadline = Instant::now() + MET;
    loop {
        if let Some((node, id)) = usblp_now(printer) {
            return Ok((node, PrinterId::parse(&id)));
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
