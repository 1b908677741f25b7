//! Printers that need no driver: IPP over USB, which Debian's ipp-usb brings to the loopback of the network that the thread has for itself.

use std::process::Child;
use std::time::{Duration, Instant};

use heirloom_engine::{Cancel, DeviceFacts, DeviceForm, PrintError};

use super::client::ask_loopback;
use super::house::{end, log_lines, start};
use super::ipp::{Answer, GET_PRINTER_ATTRIBUTES, Request};
use crate::udev_facts::syspath_of;

/// Debian's ipp-usb.
pub(super) const IPP_USB: &str = "/usr/sbin/ipp-usb";
/// Where ipp-usb notes which port each printer has.
const STATES: &str = "/var/ipp-usb/dev";
/// Where IPP Everywhere has the printer.
const PATH: &str = "/ipp/print";
/// Until a printer that sleeps has said what it is.
const ANSWERS: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(500);

/// ipp-usb while it runs, with the printer's answer about itself.
pub(super) struct IppUsb {
    server: Child,
    port: u16,
    /// What the printer said of itself.
    printer: Option<Answer>,
}

impl IppUsb {
    /// Starts it, and asks the printer what it is.
    ///
    /// # Errors
    /// [`PrintError::Silent`] when the printer does not say it in time.
    pub(super) fn start(printer: &DeviceFacts, cancel: &Cancel) -> Result<Self, PrintError> {
        // Ports that were noted before may be another printer's by now.
        match std::fs::remove_dir_all(STATES) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                log::warn!("{STATES}: {error}");
            }
            _ => {}
        }
        let state = StateFile::of(printer);
        let mut server = start(IPP_USB, &["standalone"], None).map_err(|error| {
            log::warn!("ipp-usb: {error}");
            PrintError::Failed {
                step: "starting ipp-usb",
            }
        })?;
        log_lines("ipp-usb", &mut server);
        let mut running = Self {
            server,
            port: 0,
            printer: None,
        };
        let deadline = Instant::now() + ANSWERS;
        loop {
            running.port = noted_port(&state).unwrap_or(0);
            match running.ask() {
                Ok(answer) if answer.is_success() => {
                    running.printer = Some(answer);
                    return Ok(running);
                }
                Ok(answer) => log::info!("the printer answers {:#06x}", answer.status()),
                Err(error) => log::debug!("ipp-usb: {error}"),
            }
            if cancel.is_cancelled() {
                return Err(PrintError::Stopped);
            }
            if Instant::now() >= deadline || !syspath_of(&printer.id).exists() {
                return Err(PrintError::Silent);
            }
            std::thread::sleep(POLL);
        }
    }

    fn ask(&self) -> std::io::Result<Answer> {
        let request = Request::new(GET_PRINTER_ATTRIBUTES, &self.uri()).finish();
        ask_loopback(self.port, PATH, &[&request])
    }

    /// Whether it still runs.
    pub(super) fn runs(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(None))
    }

    /// For CUPS's own backend.
    pub(super) fn uri(&self) -> String {
        format!("ipp://127.0.0.1:{}{PATH}", self.port)
    }

    /// The description by which CUPS makes what the printer takes: PDF as it is, or a raster that every such printer has to know.
    ///
    /// # Errors
    /// [`PrintError::NeedsDriver`] when it takes none of them.
    pub(super) fn ppd(&self) -> Result<&'static str, PrintError> {
        let printer = self.printer.as_ref();
        let formats: Vec<&str> = printer
            .into_iter()
            .flat_map(|printer| printer.texts("document-format-supported"))
            .collect();
        let urf: Vec<&str> = printer
            .into_iter()
            .flat_map(|printer| printer.texts("urf-supported"))
            .collect();
        description(&formats, &urf).ok_or_else(|| PrintError::NeedsDriver {
            languages: formats.join(", "),
        })
    }
}

impl Drop for IppUsb {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// What distinguishes the file in which ipp-usb notes a printer's port: its name begins with the vendor, and has the serial number and the model further
/// on, with a hyphen for each character that is no letter, digit, hyphen or underscore. What stands between differs from version to version.
struct StateFile {
    begin: String,
    parts: [String; 2],
}

impl StateFile {
    fn of(printer: &DeviceFacts) -> Self {
        let vendor_id = match &printer.form {
            DeviceForm::Usb(usb) => usb.vendor_id,
            DeviceForm::Disk(_) => 0,
        };
        let plain = |text: &str| -> String {
            let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
            let letters = text.trim().chars();
            letters
                .map(|it| if is_plain(it) { it } else { '-' })
                .collect()
        };
        let serial = printer.serial.as_deref().unwrap_or_default();
        Self {
            begin: format!("{vendor_id:04x}-"),
            parts: [plain(serial), plain(&printer.model)],
        }
    }

    fn has_name(&self, name: &str) -> bool {
        let rest = name
            .strip_prefix(&self.begin)
            .and_then(|it| it.strip_suffix(".state"));
        rest.is_some_and(|rest| self.parts.iter().all(|part| rest.contains(part)))
    }
}

/// The port of a printer, once ipp-usb has noted it.
fn noted_port(state: &StateFile) -> Option<u16> {
    let files = std::fs::read_dir(STATES).ok()?.flatten();
    let mut files = files.filter(|file| {
        file.file_name()
            .to_str()
            .is_some_and(|it| state.has_name(it))
    });
    let text = std::fs::read_to_string(files.next()?.path()).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once('='));
    let (_, port) = lines.find(|(key, _)| key.trim() == "http-port")?;
    port.trim().parse().ok()
}

/// Which description fits what a printer takes.
fn description(formats: &[&str], urf: &[&str]) -> Option<&'static str> {
    let takes = |format| formats.contains(&format);
    // Apple Raster says its resolutions as `RS300-600`: 300 dpi are enough for the smallest letters of a sheet.
    let resolutions = urf.iter().find_map(|it| it.strip_prefix("RS"));
    let has_300 = resolutions.is_none_or(|it| it.split('-').any(|dpi| dpi == "300"));
    match () {
        () if takes("application/pdf") => Some("ipp-pdf.ppd"),
        () if takes("image/pwg-raster") => Some("ipp-pwg.ppd"),
        () if takes("image/urf") && has_300 => Some("ipp-urf-300.ppd"),
        () if takes("image/urf") => Some("ipp-urf-600.ppd"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_printer_is_known_by_what_every_version_writes() {
        let printer = DeviceFacts {
            id: heirloom_engine::DeviceId("1-6".into()),
            manufacturer: "EPSON".into(),
            model: "ET-2850 Series".into(),
            serial: Some("X8HG012345".into()),
            form: DeviceForm::Usb(heirloom_engine::UsbFacts {
                vendor_id: 0x04b8,
                product_id: 0x1133,
                interfaces: vec![(7, 1, 4)],
                interface_names: Vec::new(),
            }),
        };
        let state = StateFile::of(&printer);
        for (name, expected) in [
            ("04b8-1133-X8HG012345-EPSON-ET-2850-Series.state", true),
            ("04b8-X8HG012345-EPSON-ET-2850-Series.state", true),
            ("04b8-1133-X8HG012345-EPSON-ET-2850-Series.lock", false),
            ("04b8-1133-X8HG099999-EPSON-ET-2850-Series.state", false),
            ("03f0-1133-X8HG012345-EPSON-ET-2850-Series.state", false),
        ] {
            assert_eq!(state.has_name(name), expected, "{name}");
        }
    }

    #[test]
    fn what_a_printer_takes_decides() {
        let table: [(&[&str], &[&str], _); 6] = [
            (
                &["application/octet-stream", "application/pdf", "image/urf"],
                &["W8"],
                Some("ipp-pdf.ppd"),
            ),
            (
                &["image/jpeg", "image/urf", "image/pwg-raster"],
                &["RS600"],
                Some("ipp-pwg.ppd"),
            ),
            (
                &["image/jpeg", "image/urf"],
                &["V1.4", "W8", "RS300-600"],
                Some("ipp-urf-300.ppd"),
            ),
            (&["image/urf"], &["RS600"], Some("ipp-urf-600.ppd")),
            (&["image/jpeg"], &[], None),
            (&[], &[], None),
        ];
        for (formats, urf, expected) in table {
            assert_eq!(description(formats, urf), expected, "{formats:?}");
        }
    }
}
