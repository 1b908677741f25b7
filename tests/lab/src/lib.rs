//! USB devices made in software: phones, cameras and printers as they behave, well or badly, so that none is needed to prove what is done with one.
//!
//! A device is a [`Function`]: what happens on its endpoints. The same one is plugged into an emulated PC, by the usbredir protocol, or into a
//! test of the same process, without any USB below.

mod function;
mod in_process;
mod library;
mod printer;
mod profile;
mod responder;
mod usbredir;

pub use function::{BulkIn, ControlOut, ControlRequest, Function, UsbShape};
pub use in_process::InProcess;
pub use library::{
    FileDescription, FolderDescription, Library, LibraryDescription, LibraryError, LibraryFile,
    NameDescription, Shape, SizeDescription, StorageDescription,
};
pub use printer::{
    IppPrinter, Printer, PrinterProfile, PrinterProfileError, PrinterTrouble, PrinterWatch,
};
pub use profile::{
    AtCancel, AtEarlyCommand, ChargeOnly, Info, Lock, ParentZero, Profile, ProfileError,
    StatedSizes, Thumbnails, Usb,
};
pub use responder::{
    Command, Effect, Hex, Hex16, Operation, ParameterIs, Remainder, Responder, ResponderWatch,
    Rule, Silence, When,
};
pub use usbredir::{Attachment, AttachmentError, Ending, PacketError};
