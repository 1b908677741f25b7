//! A device that sends the files of a library one behind the other, without a protocol: what the link can do at the most.

use std::sync::Arc;

use heirloom_lab::{BulkIn, ControlOut, ControlRequest, Function, Library, UsbShape};

/// The device. After the last file it begins again with the first.
pub(crate) struct Flood {
    library: Arc<Library>,
    /// Number and size of each file, in the library's order.
    files: Vec<(u32, u64)>,
    /// The file that is being sent, and how much of it was.
    at_file: usize,
    at_byte: u64,
}

impl Flood {
    /// One that sends all files of a library, of which none may be empty.
    pub(crate) fn of(library: Arc<Library>) -> Self {
        let files = library.files();
        Self {
            files: files.map(|file| (file.number, file.size_bytes)).collect(),
            library,
            at_file: 0,
            at_byte: 0,
        }
    }

    /// Fills a transfer, across the ends of files: a short one would end it.
    fn fill(&mut self, mut rest: &mut [u8]) -> std::io::Result<()> {
        while !rest.is_empty() {
            let (number, size_bytes) = self.files[self.at_file];
            let left_bytes = usize::try_from(size_bytes - self.at_byte).unwrap_or(usize::MAX);
            let (part, other) = rest.split_at_mut(rest.len().min(left_bytes));
            let count = self.library.read_at(number, self.at_byte, part)?;
            if count < part.len() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            rest = other;
            self.at_byte += count as u64;
            if self.at_byte == size_bytes {
                self.at_file = (self.at_file + 1) % self.files.len();
                self.at_byte = 0;
            }
        }
        Ok(())
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
            interfaces: 1,
            interface_name: None,
            has_events: true,
        }
    }

    fn bulk_out(&mut self, _bytes: &[u8], _is_end: bool) -> bool {
        false
    }

    fn bulk_in(&mut self, at_most_bytes: usize) -> BulkIn {
        let mut bytes = vec![0; at_most_bytes];
        match self.fill(&mut bytes) {
            Ok(()) => BulkIn::Data(bytes),
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
        (self.at_file, self.at_byte) = (0, 0);
    }
}
