//! Printers as data files, in `printers`: what their descriptors and their IEEE 1284 device id say.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::function::UsbShape;
use crate::responder::Hex16;

/// A kind of printer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrinterProfile {
    /// An English sentence: which printers are like this.
    pub about: String,
    /// idVendor.
    pub vendor: Hex16,
    /// idProduct.
    pub product: Hex16,
    /// iManufacturer's text.
    pub manufacturer: String,
    /// iProduct's text.
    pub model: String,
    /// iSerialNumber's text.
    pub serial: Option<String>,
    /// IEEE 1284's device id, such as `MFG:HP;CMD:PCL;MDL:LaserJet;`.
    pub device_id: String,
    /// It answers PJL.
    #[serde(default)]
    pub speaks_pjl: bool,
    /// The formats of documents that it takes by IPP; none for one that does not speak it.
    #[serde(default)]
    pub ipp_formats: Vec<String>,
}

/// Why there is no such printer.
#[derive(Debug, thiserror::Error)]
pub enum PrinterProfileError {
    /// The file can't be read.
    #[error("{path}")]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file says something else than what a printer is.
    #[error("{path} describes no printer")]
    NotAPrinter {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
}

impl PrinterProfile {
    /// The printer of that file in `printers`, without `.json`.
    ///
    /// # Errors
    /// When there is none, or it describes no printer.
    pub fn named(name: &str) -> Result<Self, PrinterProfileError> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("printers");
        let path = folder.join(format!("{name}.json"));
        let text =
            std::fs::read_to_string(&path).map_err(|source| PrinterProfileError::Unreadable {
                path: path.clone(),
                source,
            })?;
        serde_json::from_str(&text)
            .map_err(|source| PrinterProfileError::NotAPrinter { path, source })
    }

    /// Class 7, subclass 1, protocol 2: a printer that answers (section 4.1 of the class).
    pub(super) fn shape(&self) -> UsbShape {
        UsbShape {
            vendor: self.vendor.0,
            product: self.product.0,
            manufacturer: self.manufacturer.clone(),
            model: self.model.clone(),
            serial: self.serial.clone(),
            interface: [7, 1, 2],
            interface_name: None,
            has_events: false,
            interfaces: 1,
        }
    }

    /// As it is sent: its length first, which counts itself, with the high byte first.
    pub(super) fn device_id(&self) -> Vec<u8> {
        let length = u16::try_from(self.device_id.len() + 2).expect("a line of text");
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(self.device_id.bytes());
        bytes
    }
}
