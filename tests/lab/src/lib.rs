//! USB devices made in software: phones and cameras as they behave, well or badly, so that no phone is needed to prove what is done with one.
//!
//! A device is a [`Function`]: what happens on its endpoints. The same one is plugged into an emulated PC, by the usbredir protocol, or into a
//! test of the same process, without any USB below.

mod function;

pub use function::{BulkIn, ControlOut, ControlRequest, Function, UsbShape};
