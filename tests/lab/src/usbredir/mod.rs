//! Devices in software that are plugged into an emulated PC: the device's side of the usbredir protocol, version 0.7, which QEMU speaks by
//! `-device usb-redir`.

mod answer;
mod attachment;
mod descriptors;
mod device;
mod packet;
#[cfg(test)]
mod tests;

pub use attachment::{Attachment, AttachmentError, Ending};
pub use packet::PacketError;
