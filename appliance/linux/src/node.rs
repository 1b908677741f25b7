//! Where a device is to be opened.

use std::path::PathBuf;

/// Where a device is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// By its numbers on USB.
    Usb {
        /// `BUSNUM`.
        bus: u8,
        /// `DEVNUM`.
        device: u8,
    },
    /// By its node.
    Disk {
        /// Below `/dev`.
        path: PathBuf,
    },
}
