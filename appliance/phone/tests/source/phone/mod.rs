//! A phone in memory that speaks PTP over mtp-rs's `Transport`, stricter than life: it panics at a command sent while an answer is still
//! to be read, at any operation that would change something, and at a reset.

mod datasets;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use heirloom_phone::Patience;
use mtp_rs::ptp::PtpError;
use mtp_rs::transport::Transport;

pub(crate) const GET_DEVICE_INFO: u16 = 0x1001;
pub(crate) const OPEN_SESSION: u16 = 0x1002;
pub(crate) const CLOSE_SESSION: u16 = 0x1003;
pub(crate) const GET_STORAGE_IDS: u16 = 0x1004;
pub(crate) const GET_STORAGE_INFO: u16 = 0x1005;
pub(crate) const GET_OBJECT_HANDLES: u16 = 0x1007;
pub(crate) const GET_OBJECT_INFO: u16 = 0x1008;
pub(crate) const GET_OBJECT: u16 = 0x1009;
pub(crate) const GET_PARTIAL_OBJECT: u16 = 0x101B;
pub(crate) const GET_PARTIAL_OBJECT_64: u16 = 0x95C1;
pub(crate) const GET_OBJECT_PROP_VALUE: u16 = 0x9803;
pub(crate) const GET_OBJECT_PROP_LIST: u16 = 0x9805;

const OK: u16 = 0x2001;
const OPERATION_NOT_SUPPORTED: u16 = 0x2005;
const INVALID_OBJECT_HANDLE: u16 = 0x2009;
const SESSION_NOT_OPEN: u16 = 0x2003;
const SESSION_ALREADY_OPEN: u16 = 0x201E;

/// The bulk packet of high speed.
const PACKET_BYTES: usize = 512;

/// The phone answers at once, or never.
pub(crate) const QUICK: Patience = Patience {
    answer: Duration::from_secs(5),
    exchange: Duration::from_secs(5),
    quiet: Duration::ZERO,
};

/// What an object is and holds.
#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) storage: u32,
    /// 0 for the root.
    pub(crate) parent: u32,
    pub(crate) name: String,
    pub(crate) is_folder: bool,
    pub(crate) modified: String,
    pub(crate) content: Vec<u8>,
    /// What its size is said to be, where that is not the length of the content.
    pub(crate) stated_size_bytes: Option<u64>,
}

/// A command as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) operation: u16,
    pub(crate) parameters: Vec<u32>,
}

/// What goes wrong at a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It answers with this response code.
    Refusal(u16),
    /// It answers nothing, and nothing more until the pipe has been read empty.
    Silence,
    /// The same, and its session is gone.
    Crash,
    /// The endpoint stalls.
    Stall,
    /// The cable is pulled when so many bytes of the answer have been read.
    Unplugged { after_bytes: usize },
    /// The data ends after so many bytes, as the dataset is cut off.
    CutData { at_bytes: usize },
    /// The data ends after so many bytes, though more were announced.
    LessData { at_bytes: usize },
    /// All data comes, and then this response code.
    BadEnding(u16),
}

type Faults = Box<dyn FnMut(&Command) -> Option<Fault> + Send>;

/// The state of the phone; its tests look into it through [`Phone::state`].
pub(crate) struct State {
    pub(crate) manufacturer: String,
    pub(crate) extension: String,
    pub(crate) serial: String,
    pub(crate) operations: Vec<u16>,
    pub(crate) storages: Vec<(u32, String)>,
    pub(crate) objects: BTreeMap<u32, Object>,
    /// All commands, in order.
    pub(crate) log: Vec<Command>,
    pub(crate) cancel_count: usize,
    pub(crate) drain_count: usize,
    pub(crate) faults: Faults,
    /// Whether property lists state wrong sizes.
    pub(crate) prop_lists_lie: bool,
    /// Whether each session gives the handles to other objects.
    pub(crate) renumbers: bool,
    is_session_open: bool,
    is_gone: bool,
    is_silent: bool,
    is_stalled: bool,
    bytes_until_gone: Option<usize>,
    /// Answers not yet read, each a transfer that ends in a short or an empty packet.
    outgoing: VecDeque<VecDeque<u8>>,
}

/// The device end of the cable.
pub(crate) struct Phone(Mutex<State>);

impl Phone {
    /// An Android phone with one storage, `Internal shared storage`, and nothing in it.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            manufacturer: "Google".to_owned(),
            extension: "microsoft.com: 1.0; android.com: 1.0;".to_owned(),
            serial: "39281FDJH001".to_owned(),
            operations: vec![
                GET_DEVICE_INFO,
                OPEN_SESSION,
                CLOSE_SESSION,
                GET_STORAGE_IDS,
                GET_STORAGE_INFO,
                GET_OBJECT_HANDLES,
                GET_OBJECT_INFO,
                GET_OBJECT,
                GET_PARTIAL_OBJECT,
                GET_PARTIAL_OBJECT_64,
                GET_OBJECT_PROP_VALUE,
            ],
            storages: vec![(0x0001_0001, "Internal shared storage".to_owned())],
            objects: BTreeMap::new(),
            log: Vec::new(),
            cancel_count: 0,
            drain_count: 0,
            faults: Box::new(|_| None),
            prop_lists_lie: false,
            renumbers: false,
            is_session_open: false,
            is_gone: false,
            is_silent: false,
            is_stalled: false,
            bytes_until_gone: None,
            outgoing: VecDeque::new(),
        })))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A failed assertion may have held it; its message is what matters then.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Adds a folder to the first storage.
    pub(crate) fn folder(&mut self, handle: u32, parent: u32, name: &str) {
        self.add(handle, parent, name, true, "", &[]);
    }

    /// Adds a file to the first storage.
    pub(crate) fn file(
        &mut self,
        handle: u32,
        parent: u32,
        name: &str,
        modified: &str,
        content: &[u8],
    ) {
        self.add(handle, parent, name, false, modified, content);
    }

    fn add(
        &mut self,
        handle: u32,
        parent: u32,
        name: &str,
        is_folder: bool,
        modified: &str,
        content: &[u8],
    ) {
        let object = Object {
            storage: self.storages.first().expect("a storage").0,
            parent,
            name: name.to_owned(),
            is_folder,
            modified: modified.to_owned(),
            content: content.to_vec(),
            stated_size_bytes: None,
        };
        self.objects.insert(handle, object);
    }

    pub(crate) fn count(&self, operation: u16) -> usize {
        self.log
            .iter()
            .filter(|command| command.operation == operation)
            .count()
    }

    /// Hands out the same handles from the other end.
    fn renumber(&mut self) {
        let handles: Vec<u32> = self.objects.keys().copied().collect();
        let others = handles.iter().rev().copied();
        let new: BTreeMap<u32, u32> = handles.iter().copied().zip(others).collect();
        let objects = std::mem::take(&mut self.objects);
        self.objects = objects
            .into_iter()
            .map(|(handle, mut object)| {
                object.parent = new.get(&object.parent).copied().unwrap_or_default();
                (new[&handle], object)
            })
            .collect();
    }

    fn command(&mut self, bytes: &[u8]) -> Result<(), PtpError> {
        if self.is_gone {
            return Err(PtpError::Disconnected);
        }
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"));
        let half = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two"));
        assert_eq!(word(0) as usize, bytes.len(), "length of the container");
        assert_eq!(half(4), 1, "only commands are sent, never data");
        let (operation, transaction) = (half(6), word(8));
        let parameters = (12..bytes.len()).step_by(4).map(word).collect();
        let command = Command {
            operation,
            parameters,
        };
        if self.is_silent {
            return Ok(());
        }
        assert!(
            self.outgoing.is_empty(),
            "{command:x?} was sent with an answer still to be read"
        );
        self.log.push(command.clone());
        let fault = (self.faults)(&command);
        match fault {
            Some(fault @ (Fault::Silence | Fault::Crash)) => {
                self.is_silent = true;
                self.is_session_open &= fault == Fault::Silence;
                return Ok(());
            }
            Some(Fault::Stall) => {
                self.is_stalled = true;
                return Ok(());
            }
            Some(Fault::Unplugged { after_bytes }) => self.bytes_until_gone = Some(after_bytes),
            _ => {}
        }
        let mut answer = match fault {
            Some(Fault::Refusal(code)) => Err(code),
            _ => self.answer(&command),
        };
        if let (Ok(Some(data)), Some(Fault::CutData { at_bytes })) = (&mut answer, fault) {
            data.truncate(at_bytes);
        }
        let (code, data) = match (answer, fault) {
            (Ok(data), Some(Fault::BadEnding(code))) => (code, data),
            (Ok(data), _) => (OK, data),
            (Err(code), _) => (code, None),
        };
        if let Some(data) = data {
            self.send(2, operation, transaction, &data);
            if let (Some(Fault::LessData { at_bytes }), Some(data)) =
                (fault, self.outgoing.back_mut())
            {
                data.truncate(12 + at_bytes);
            }
        }
        self.send(3, code, transaction, &[]);
        Ok(())
    }

    fn send(&mut self, kind: u16, code: u16, transaction: u32, payload: &[u8]) {
        let length = u32::try_from(12 + payload.len()).expect("small");
        let mut container = length.to_le_bytes().to_vec();
        container.extend(kind.to_le_bytes());
        container.extend(code.to_le_bytes());
        container.extend(transaction.to_le_bytes());
        container.extend(payload);
        self.outgoing.push_back(container.into());
    }

    /// The data of an answer, if it has any, or a response code.
    fn answer(&mut self, command: &Command) -> Result<Option<Vec<u8>>, u16> {
        let parameter = |at: usize| command.parameters.get(at).copied().unwrap_or_default();
        match command.operation {
            OPEN_SESSION if self.is_session_open => return Err(SESSION_ALREADY_OPEN),
            OPEN_SESSION => {
                self.is_session_open = true;
                if self.renumbers {
                    self.renumber();
                }
                return Ok(None);
            }
            GET_DEVICE_INFO => return Ok(Some(datasets::device_info(self))),
            _ if !self.is_session_open => return Err(SESSION_NOT_OPEN),
            CLOSE_SESSION => {
                self.is_session_open = false;
                return Ok(None);
            }
            operation if !self.operations.contains(&operation) => {
                return Err(OPERATION_NOT_SUPPORTED);
            }
            _ => {}
        }
        let object = |at: usize| {
            self.objects
                .get(&parameter(at))
                .ok_or(INVALID_OBJECT_HANDLE)
        };
        let part = |object: &Object, offset: u64, length: u32| {
            let whole = &object.content;
            let start = usize::try_from(offset).expect("small").min(whole.len());
            let end = (start + length as usize).min(whole.len());
            whole[start..end].to_vec()
        };
        let data = match command.operation {
            GET_STORAGE_IDS => {
                let ids: Vec<u32> = self.storages.iter().map(|(id, _)| *id).collect();
                datasets::u32_array(&ids)
            }
            GET_STORAGE_INFO => {
                let name = self.storages.iter().find(|(id, _)| *id == parameter(0));
                datasets::storage_info(&name.expect("a storage that there is").1)
            }
            GET_OBJECT_HANDLES => datasets::u32_array(&self.children(parameter(0), parameter(2))?),
            GET_OBJECT_INFO => datasets::object_info(object(0)?),
            GET_OBJECT => object(0)?.content.clone(),
            GET_PARTIAL_OBJECT => part(object(0)?, u64::from(parameter(1)), parameter(2)),
            GET_PARTIAL_OBJECT_64 => {
                let offset = u64::from(parameter(1)) | u64::from(parameter(2)) << 32;
                part(object(0)?, offset, parameter(3))
            }
            GET_OBJECT_PROP_VALUE => {
                assert_eq!(parameter(1), 0xDC04, "only sizes are asked for");
                object(0)?.size_bytes().to_le_bytes().to_vec()
            }
            GET_OBJECT_PROP_LIST => {
                assert_eq!(parameter(4), 1, "only children are asked for");
                let folder = parameter(0);
                let children = self
                    .objects
                    .iter()
                    .filter(|(_, object)| object.parent == folder);
                datasets::prop_list(children, parameter(2), self.prop_lists_lie)
            }
            operation => panic!("{operation:#06x} would change something, or is not known"),
        };
        Ok(Some(data))
    }

    fn children(&self, storage: u32, parent: u32) -> Result<Vec<u32>, u16> {
        let parent = if parent == 0xFFFF_FFFF { 0 } else { parent };
        if parent != 0 && !self.objects.contains_key(&parent) {
            return Err(INVALID_OBJECT_HANDLE);
        }
        Ok(self
            .objects
            .iter()
            .filter(|(_, object)| object.storage == storage && object.parent == parent)
            .map(|(handle, _)| *handle)
            .collect())
    }

    fn receive(&mut self, bytes_max: usize) -> Result<Vec<u8>, PtpError> {
        if self.is_gone {
            return Err(PtpError::Disconnected);
        }
        if std::mem::take(&mut self.is_stalled) {
            return Err(PtpError::Io(std::io::Error::other("endpoint stalled")));
        }
        let Some(transfer) = self.outgoing.front_mut() else {
            return Err(PtpError::Timeout);
        };
        let count = transfer.len().min(bytes_max);
        if let Some(left) = &mut self.bytes_until_gone {
            if *left < count {
                self.is_gone = true;
                return Err(PtpError::Disconnected);
            }
            *left -= count;
        }
        let bytes: Vec<u8> = transfer.drain(..count).collect();
        // A full read does not end a transfer: an empty packet follows, when nothing else does.
        let is_end = count < bytes_max || !count.is_multiple_of(PACKET_BYTES);
        if transfer.is_empty() && is_end {
            self.outgoing.pop_front();
        }
        Ok(bytes)
    }
}

impl Object {
    pub(crate) fn size_bytes(&self) -> u64 {
        self.stated_size_bytes.unwrap_or(self.content.len() as u64)
    }
}

#[async_trait]
impl Transport for Phone {
    async fn send_bulk(&self, data: &[u8]) -> Result<(), PtpError> {
        self.state().command(data)
    }

    async fn receive_bulk(&self, bytes_max: usize) -> Result<Vec<u8>, PtpError> {
        self.state().receive(bytes_max)
    }

    async fn receive_interrupt(&self) -> Result<Vec<u8>, PtpError> {
        Err(PtpError::Timeout)
    }

    async fn cancel_transfer(&self, _transaction: u32, _idle: Duration) -> Result<(), PtpError> {
        let mut state = self.state();
        state.cancel_count += 1;
        state.outgoing.clear();
        Ok(())
    }

    async fn drain_bulk_in(&self, _idle: Duration, _max: Duration) -> Result<usize, PtpError> {
        let mut state = self.state();
        if state.is_gone {
            return Err(PtpError::Disconnected);
        }
        state.drain_count += 1;
        state.is_silent = false;
        Ok(state
            .outgoing
            .drain(..)
            .map(|transfer| transfer.len())
            .sum())
    }

    async fn reset_device(&self) -> Result<(), PtpError> {
        panic!("a reset can silence a phone until it is unplugged");
    }
}
