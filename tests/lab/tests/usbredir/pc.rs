//! The two ends of a conversation: a device that does what a test has it do, and the PC by hand-written packets.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use heirloom_lab::{Attachment, BulkIn, ControlOut, ControlRequest, Function, UsbShape};

pub(crate) const CAPABILITIES: u32 = 0b1111_1110;

/// What a device has to say, and what it was told.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) bulk_in: VecDeque<BulkIn>,
    pub(crate) interrupts: VecDeque<Vec<u8>>,
    told: Vec<String>,
    /// Its descriptors; those of [`pixel`] where this is `None`.
    pub(crate) shape: Option<UsbShape>,
    /// What it wants to be from now on.
    pub(crate) comes_again_as: Option<UsbShape>,
}

/// The descriptors of a phone.
pub(crate) fn pixel() -> UsbShape {
    UsbShape {
        vendor: 0x18d1,
        product: 0x4ee1,
        manufacturer: "Google".to_owned(),
        model: "Pixel 7".to_owned(),
        serial: None,
        interface: [6, 1, 1],
        interface_name: None,
        has_events: true,
        interfaces: 1,
    }
}

/// A device that says what a test has it say.
#[derive(Clone, Default)]
pub(crate) struct Scripted(Arc<Mutex<Script>>);

impl Scripted {
    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().expect("no test panics while it holds this")
    }

    pub(crate) fn says(&self, bytes: &[u8]) {
        self.script()
            .bulk_in
            .push_back(BulkIn::Data(bytes.to_vec()));
    }

    pub(crate) fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.script().told)
    }

    fn note(&self, what: String) {
        self.script().told.push(what);
    }
}

impl Function for Scripted {
    fn shape(&self) -> UsbShape {
        self.script().shape.clone().unwrap_or_else(pixel)
    }

    fn comes_again(&mut self) -> bool {
        let mut script = self.script();
        let comes_again = script.comes_again_as.take();
        let is_wanted = comes_again.is_some();
        script.shape = comes_again.or_else(|| script.shape.take());
        is_wanted
    }

    fn bulk_out(&mut self, bytes: &[u8], is_end: bool) -> bool {
        self.note(format!("{} bytes, end {is_end}", bytes.len()));
        bytes.first() != Some(&0xee)
    }

    fn bulk_in(&mut self, _at_most_bytes: usize) -> BulkIn {
        self.script().bulk_in.pop_front().unwrap_or(BulkIn::NotYet)
    }

    fn interrupt_in(&mut self) -> Option<Vec<u8>> {
        self.script().interrupts.pop_front()
    }

    fn control(&mut self, request: ControlRequest, data: &[u8]) -> ControlOut {
        self.note(format!("control {:#x} {data:?}", request.request));
        match request.request {
            0x67 => ControlOut::Data(vec![4, 0, 1, 0x20, 9, 9]),
            0x64 => ControlOut::Data(Vec::new()),
            _ => ControlOut::Stall,
        }
    }

    fn halt_cleared(&mut self) {
        self.note("halt cleared".to_owned());
    }

    fn bus_reset(&mut self) {
        self.note("reset".to_owned());
    }
}

/// The other end of the connection.
pub(crate) struct Pc {
    pub(crate) socket: UnixStream,
}

impl Pc {
    /// Greets, and takes the packets by which a device is plugged in. The PC comes second, so that a test that ends lets go of it first, and
    /// the attachment does not wait to be seen.
    pub(crate) fn plug(device: &Scripted) -> (Attachment, Self) {
        let (attachment, mut pc) = Self::beside(device, CAPABILITIES);
        let kinds = [5, 4, 1].map(|_| pc.receive().0);
        assert_eq!(kinds, [5, 4, 1], "ep_info, interface_info, device_connect");
        (attachment, pc)
    }

    /// Greets with these capabilities.
    pub(crate) fn beside(device: &Scripted, capabilities: u32) -> (Attachment, Self) {
        let (socket, other) = UnixStream::pair().expect("a socket pair");
        let deadline = Some(Duration::from_secs(20));
        socket.set_read_timeout(deadline).expect("a deadline");
        let attachment = Attachment::serve(Box::new(device.clone()), other);
        let mut pc = Self { socket };
        let mut hello = [0; 12 + 64 + 4];
        pc.socket.read_exact(&mut hello).expect("a hello");
        assert_eq!(hello[..12], [0, 0, 0, 0, 68, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(hello[76..], [0b0111_1110, 0, 0, 0]);
        hello[76..].copy_from_slice(&capabilities.to_le_bytes());
        // In pieces, as a socket may deliver them.
        for piece in hello.chunks(11) {
            pc.socket.write_all(piece).expect("sent");
        }
        (attachment, pc)
    }

    pub(crate) fn send(&mut self, kind: u32, id: u64, rest: &[u8]) {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((rest.len() as u32).to_le_bytes());
        bytes.extend(id.to_le_bytes());
        bytes.extend(rest);
        self.socket.write_all(&bytes).expect("sent");
    }

    pub(crate) fn receive(&mut self) -> (u32, u64, Vec<u8>) {
        let mut header = [0; 16];
        self.socket.read_exact(&mut header).expect("a header");
        let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four"));
        let mut rest = vec![0; word(4) as usize];
        self.socket.read_exact(&mut rest).expect("its rest");
        (word(0), u64::from(word(8)), rest)
    }

    /// A control transfer. Returns its status, the length it states, and its data.
    pub(crate) fn control(&mut self, setup: [u8; 8], data: &[u8]) -> (u8, u16, Vec<u8>) {
        let [
            kind,
            request,
            value0,
            value1,
            index0,
            index1,
            length0,
            length1,
        ] = setup;
        let fields = [
            kind & 0x80,
            request,
            kind,
            0,
            value0,
            value1,
            index0,
            index1,
            length0,
            length1,
        ];
        self.send(100, 77, &[&fields, data].concat());
        let (answer, id, rest) = self.receive();
        assert_eq!((answer, id), (100, 77));
        assert_eq!(rest[..3], fields[..3]);
        assert_eq!(rest[4..8], fields[4..8]);
        (
            rest[3],
            u16::from_le_bytes([rest[8], rest[9]]),
            rest[10..].to_vec(),
        )
    }

    /// The end of a bulk transfer: id, status, and data.
    pub(crate) fn bulk(&mut self) -> (u64, u8, Vec<u8>) {
        let (kind, id, rest) = self.receive();
        assert_eq!(kind, 101);
        let stated = u32::from_le_bytes([rest[2], rest[3], rest[8], rest[9]]);
        if rest[0] == 0x81 {
            assert_eq!(stated as usize, rest.len() - 10);
        }
        (id, rest[1], rest[10..].to_vec())
    }

    /// Sends some bytes on the bulk endpoint and returns the status.
    pub(crate) fn writes(&mut self, bytes: &[u8]) -> u8 {
        let length = (bytes.len() as u32).to_le_bytes();
        let fields = [1, 0, length[0], length[1], 0, 0, 0, 0, length[2], length[3]];
        self.send(101, 5, &[&fields, bytes].concat());
        let (id, status, data) = self.bulk();
        assert_eq!((id, data.len()), (5, 0));
        status
    }
}
