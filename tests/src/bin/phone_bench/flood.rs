//! A device that sends a file over and over, without a protocol: what the link can do at the most.

use std::sync::Arc;

use heirloom_lab::{BulkIn, ControlOut, ControlRequest, Function, Library, UsbShape};

/// The device. Each opening by a host begins with the file's first byte.
pub(crate) struct Flood {
    library: Arc<Library>,
    number: u32,
    size_bytes: u64,
    at_byte: u64,
}

impl Flood {
    /// One that sends this file of a library.
    pub(crate) fn of(library: Arc<Library>, number: u32) -> Self {
        let size_bytes = library
            .files()
            .find(|file| file.number == number)
            .map_or(0, |file| file.size_bytes);
        Self {
            library,
            number,
            size_bytes,
            at_byte: 0,
        }
    }
}

impl Function for Flood {
    fn shape(&self) -> UsbShape {
        UsbShape {
            // Ids that anybody may use for devices of their own.
            vendor: 0x16c0,
            product: 0x05dc,
            manufacturer: "Heirloom".to_owned(),
            model: "Flood".to_owned(),
            serial: None,
            interface: [0xff, 0, 0],
            interface_name: None,
        }
    }

    fn bulk_out(&mut self, _bytes: &[u8], _is_end: bool) -> bool {
        false
    }

    fn bulk_in(&mut self, at_most_bytes: usize) -> BulkIn {
        if self.at_byte == self.size_bytes {
            self.at_byte = 0;
        }
        let rest_bytes = usize::try_from(self.size_bytes - self.at_byte).unwrap_or(usize::MAX);
        let mut bytes = vec![0; at_most_bytes.min(rest_bytes)];
        match self.library.read_at(self.number, self.at_byte, &mut bytes) {
            Ok(count) => {
                self.at_byte += count as u64;
                bytes.truncate(count);
                BulkIn::Data(bytes)
            }
            Err(_) => BulkIn::Stall,
        }
    }

    fn interrupt_in(&mut self) -> Option<Vec<u8>> {
        None
    }

    fn control(&mut self, _request: ControlRequest, _data: &[u8]) -> ControlOut {
        ControlOut::Stall
    }

    fn halt_cleared(&mut self) {}

    fn bus_reset(&mut self) {
        self.at_byte = 0;
    }
}
