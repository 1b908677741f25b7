//! The thread that serves one device to one emulated PC over a socket.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::Function;
use crate::usbredir::answer::{Answers, capability};
use crate::usbredir::device::{Course, Device, Next};
use crate::usbredir::packet::{PacketError, Request, Stage, parse};

/// How soon the function is asked again while the PC waits for it.
const AGAIN: Duration = Duration::from_millis(2);
/// How soon it is noticed that the device shall be unplugged while the PC waits for nothing.
const IDLE: Duration = Duration::from_millis(20);
/// Until a PC that runs has taken some bytes, on a busy host.
const WRITE: Duration = Duration::from_secs(60);
/// Until a PC that runs has seen that a device is gone; one that has crashed never does.
const SEEN: Duration = Duration::from_secs(10);
/// What is read at once.
const PIECE_BYTES: usize = 64 << 10;

/// A device that is plugged into an emulated PC. Dropping it unplugs it.
#[derive(Debug)]
pub struct Attachment {
    unplug: Arc<AtomicBool>,
    /// `None` only while it is dropped.
    thread: Option<JoinHandle<Result<Ending, AttachmentError>>>,
}

/// How an attachment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// [`Attachment::unplug`], or it was dropped.
    Pulled,
    /// The function said [`BulkIn::Unplugged`](crate::BulkIn::Unplugged).
    FellOff,
    /// The PC closed the connection.
    PcGone,
}

/// Why a device could not be served any longer.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// The connection broke.
    #[error("the connection to the emulated PC broke")]
    Io(#[from] io::Error),
    /// The other end does not speak the protocol.
    #[error("the emulated PC sent what is no packet")]
    Packet(#[from] PacketError),
    /// The other end lacks capabilities; QEMU has them all since version 1.3.
    #[error("the emulated PC lacks usbredir capabilities: it has {capabilities:#x}")]
    Capabilities {
        /// As bits, by their numbers.
        capabilities: u32,
    },
    /// The other end's filter or ports do not take such a device.
    #[error("the emulated PC rejects the device")]
    Rejected,
    /// The function broke its contract, and the thread with it.
    #[error("the device crashed")]
    Crashed,
}

impl Attachment {
    /// Plugs a device in: serves it over a socket whose other end is QEMU's `usb-redir`.
    pub fn serve(function: Box<dyn Function>, socket: UnixStream) -> Self {
        let unplug = Arc::new(AtomicBool::new(false));
        let wanted = Arc::clone(&unplug);
        let thread = std::thread::spawn(move || {
            let connection = Connection::greet(socket)?;
            connection.serve(Device::new(function), &wanted)
        });
        Self {
            unplug,
            thread: Some(thread),
        }
    }

    /// Whether the device is off the bus, by itself or because the PC is gone.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Pulls the device out, if it has not ended by itself, and returns when the PC has seen it.
    ///
    /// # Errors
    /// When the device could not be served up to now.
    pub fn unplug(mut self) -> Result<Ending, AttachmentError> {
        self.join()
    }

    fn join(&mut self) -> Result<Ending, AttachmentError> {
        self.unplug.store(true, Ordering::Relaxed);
        match self.thread.take() {
            Some(thread) => thread.join().unwrap_or(Err(AttachmentError::Crashed)),
            None => Ok(Ending::Pulled),
        }
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // Best effort: who wants to know how it ended calls `unplug`.
        let _ = self.join();
    }
}

/// A socket, and what came over it and is not yet a whole packet.
struct Connection {
    socket: UnixStream,
    inbox: Vec<u8>,
    stage: Stage,
    out: Answers,
}

/// What a look at the socket found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Received {
    Bytes,
    Nothing,
    End,
}

impl Connection {
    /// Exchanges greetings.
    fn greet(socket: UnixStream) -> Result<Self, AttachmentError> {
        socket.set_write_timeout(Some(WRITE))?;
        let mut out = Answers::default();
        out.hello();
        Ok(Self {
            socket,
            inbox: Vec::new(),
            stage: Stage::Greeting,
            out,
        })
    }

    fn serve(mut self, mut device: Device, unplug: &AtomicBool) -> Result<Ending, AttachmentError> {
        loop {
            self.send()?;
            if unplug.load(Ordering::Relaxed) {
                return self.unplug(&mut device, Ending::Pulled);
            }
            let next = match self.stage {
                Stage::Greeting => Next::Waits,
                Stage::Agreed => device.poll(&mut self.out),
            };
            match next {
                Next::Unplugged => return self.unplug(&mut device, Ending::FellOff),
                Next::ComesAgain => match self.leave(&mut device)? {
                    Received::End => return Ok(Ending::PcGone),
                    Received::Nothing | Received::Bytes => {
                        device.connect(&mut self.out);
                        continue;
                    }
                },
                Next::Answered => continue,
                Next::Waits => {}
            }
            let within = if device.is_awaited() { AGAIN } else { IDLE };
            match self.receive(within)? {
                Received::End => return Ok(Ending::PcGone),
                Received::Nothing => {}
                Received::Bytes => {
                    self.take_packets(&mut device)?;
                }
            }
        }
    }

    fn unplug(mut self, device: &mut Device, ending: Ending) -> Result<Ending, AttachmentError> {
        if self.stage == Stage::Agreed {
            self.leave(device)?;
        }
        Ok(ending)
    }

    /// Takes the device off the bus, and waits until the PC has seen that, or for as long as one that runs takes to see it. Says whether the
    /// connection is at its end.
    fn leave(&mut self, device: &mut Device) -> Result<Received, AttachmentError> {
        device.disconnect(&mut self.out);
        self.send()?;
        let deadline = Instant::now() + SEEN;
        while Instant::now() < deadline {
            match self.receive(IDLE)? {
                Received::End => return Ok(Received::End),
                Received::Nothing => {}
                Received::Bytes => {
                    let course = self.take_packets(device)?;
                    // Nobody waits for what a device says that is gone.
                    self.out.clear();
                    if course == Course::DisconnectSeen {
                        return Ok(Received::Bytes);
                    }
                }
            }
        }
        Ok(Received::Nothing)
    }

    /// Hands over all packets that are there. Reads that one of them asks for are answered later.
    fn take_packets(&mut self, device: &mut Device) -> Result<Course, AttachmentError> {
        let mut taken = 0;
        let mut course = Course::GoesOn;
        while let Some((packet, bytes)) = parse(&self.inbox[taken..], self.stage)? {
            taken += bytes;
            if let Request::Hello { capabilities } = packet.request {
                if capabilities & capability::ALL != capability::ALL {
                    return Err(AttachmentError::Capabilities { capabilities });
                }
                self.stage = Stage::Agreed;
                device.connect(&mut self.out);
                continue;
            }
            match device.take(packet, &mut self.out) {
                Course::Rejected => return Err(AttachmentError::Rejected),
                Course::DisconnectSeen => course = Course::DisconnectSeen,
                Course::GoesOn => {}
            }
        }
        self.inbox.drain(..taken);
        Ok(course)
    }

    fn receive(&mut self, within: Duration) -> Result<Received, AttachmentError> {
        let mut piece = [0; PIECE_BYTES];
        self.socket.set_read_timeout(Some(within))?;
        match self.socket.read(&mut piece) {
            Ok(0) => Ok(Received::End),
            Ok(count) => {
                self.inbox.extend(&piece[..count]);
                Ok(Received::Bytes)
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {
                    Ok(Received::Nothing)
                }
                ErrorKind::ConnectionReset => Ok(Received::End),
                _ => Err(error.into()),
            },
        }
    }

    fn send(&mut self) -> Result<(), AttachmentError> {
        let sent = self.socket.write_all(self.out.bytes());
        self.out.clear();
        match sent {
            // The next look at the socket finds its end.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            sent => Ok(sent?),
        }
    }
}
