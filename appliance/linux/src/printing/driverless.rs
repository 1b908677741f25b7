//! Printers that need no driver: IPP over USB, which Debian's ipp-usb brings to the loopback of the network that the thread has for itself.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use heirloom_engine::{Cancel, DeviceFacts, DeviceForm, PrintError};

use super::client::ask_loopback;
use super::house::{end, log_lines, start};
use super::ipp::{Answer, GET_PRINTER_ATTRIBUTES, Request};

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
        let state = state_file(printer);
        let mut server = start("/usr/sbin/ipp-usb", &["standalone"], None).map_err(|error| {
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
            if Instant::now() >= deadline {
                return Err(PrintError::Silent);
            }
            std::thread::sleep(POLL);
        }
    }

    fn ask(&self) -> std::io::Result<Answer> {
        let request = Request::new(GET_PRINTER_ATTRIBUTES, &self.uri()).finish();
        ask_loopback(self.port, PATH, &[&request])
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

/// The name of the file in which ipp-usb notes a printer's port: vendor, serial number and product, with a hyphen for each character that is no
/// letter, digit, hyphen or underscore.
fn state_file(printer: &DeviceFacts) -> String {
    let vendor_id = match &printer.form {
        DeviceForm::Usb(usb) => usb.vendor_id,
        DeviceForm::Disk(_) => 0,
    };
    let serial = printer.serial.as_deref().unwrap_or_default();
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    let name: String = format!("{vendor_id:04x}-{serial}-{}", printer.model)
        .chars()
        .map(|it| if plain(it) { it } else { '-' })
        .collect();
    name + ".state"
}

/// The port of a printer, once ipp-usb has noted it.
fn noted_port(state: &str) -> Option<u16> {
    let text = std::fs::read_to_string(Path::new(STATES).join(state)).ok()?;
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
