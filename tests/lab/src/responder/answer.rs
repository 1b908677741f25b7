//! Commands and their answers.

use std::collections::VecDeque;
use std::time::Duration;

use super::codes::{Operation, response};
use super::dataset::Dataset;
use super::device;
use super::rules::{Effect, Facts, Silence};
use super::state::{Command, State};
use super::transfer::{
    Body, DATA, HEADER_BYTES, Mark, MarkEvent, RESPONSE, Transfer, container, header,
};

/// An answer: data where it has any, and the response's parameters.
#[derive(Default)]
struct Answer {
    data: Option<(Body, u64)>,
    parameters: Vec<u32>,
}

impl From<Vec<u8>> for Answer {
    fn from(bytes: Vec<u8>) -> Self {
        let length_bytes = bytes.len() as u64;
        Self {
            data: Some((Body::Bytes(bytes), length_bytes)),
            parameters: Vec::new(),
        }
    }
}

impl State {
    /// Takes a command, and puts its answer where the host will read it.
    pub(super) fn command(&mut self, command: &Command, transaction: u32) {
        self.log.push(command.clone());
        self.transaction = Some(transaction);
        let effects = self.effects(command);
        for effect in &effects {
            match effect {
                Effect::Allow => self.set_locked(false),
                Effect::Rescan => self.rescan(),
                Effect::EndSession => self.session = None,
                Effect::Silence(Silence::Once) => return,
                Effect::Silence(silence) => {
                    self.silence = Some(*silence);
                    return;
                }
                Effect::Stall => {
                    self.is_halted = true;
                    return;
                }
                _ => {}
            }
        }
        let refusal = effects.iter().find_map(|effect| match effect {
            Effect::Refuse(code) => Some(code.0),
            _ => None,
        });
        if command.operation.is_writing() {
            self.counts.attempts_to_write += 1;
            if command.operation.has_data_from_host() {
                self.unwanted_data = Some(transaction);
                return;
            }
        }
        let answer = match refusal {
            Some(code) => Err(code),
            None => self.answer(command),
        };
        let (code, answer) = match answer {
            Ok(answer) => (response::OK, answer),
            Err(code) => (code, Answer::default()),
        };
        if let Some((body, body_bytes)) = answer.data {
            self.send_data(command.operation, transaction, body, body_bytes, &effects);
        }
        self.respond(code, transaction, &answer.parameters);
        self.set_marks(&effects);
    }

    /// Puts a response where the host will read it.
    pub(super) fn respond(&mut self, code: u16, transaction: u32, parameters: &[u32]) {
        let bytes = container(RESPONSE, code, transaction, parameters);
        self.outgoing.push_back(Transfer::of_bytes(bytes));
    }

    fn effects(&mut self, command: &Command) -> Vec<Effect> {
        let is_about_object = matches!(
            command.operation,
            Operation::GET_OBJECT
                | Operation::GET_OBJECT_INFO
                | Operation::GET_THUMB
                | Operation::GET_PARTIAL_OBJECT
                | Operation::GET_PARTIAL_OBJECT_64
                | Operation::GET_OBJECT_PROP_VALUE
                | Operation::GET_OBJECT_PROP_LIST
        );
        let handle = command.parameters.first().copied().unwrap_or_default();
        let object = self.by_handle(handle).ok().filter(|_| is_about_object);
        let facts = Facts {
            operation: command.operation,
            parameters: &command.parameters,
            name: object.map(|(_, object)| String::from_utf16_lossy(&object.name)),
            range: object.and_then(|(_, object)| {
                let (offset, length_bytes) = range(command)?;
                let start = offset.min(object.size_bytes());
                Some(start..offset.saturating_add(length_bytes).min(object.size_bytes()))
            }),
            size_bytes: object.map_or(0, |(_, object)| object.size_bytes()),
        };
        self.rules.effects(&facts)
    }

    fn send_data(
        &mut self,
        operation: Operation,
        transaction: u32,
        mut body: Body,
        mut body_bytes: u64,
        effects: &[Effect],
    ) {
        let mut lie_bytes = 0;
        let mut flipped = None;
        for effect in effects {
            match *effect {
                Effect::CutData { at_bytes } => body_bytes = body_bytes.min(at_bytes),
                Effect::LieAboutLength { by_bytes } => lie_bytes = by_bytes,
                Effect::FlipBit { at_bytes } => flipped = Some(at_bytes),
                Effect::Endless => {
                    body = Body::Endless(match body {
                        Body::Bytes(bytes) => bytes,
                        _ => Vec::new(),
                    });
                    // As far as the host can tell: longer than can be stated.
                    body_bytes = u64::MAX - HEADER_BYTES;
                }
                _ => {}
            }
        }
        let stated_bytes = (HEADER_BYTES + body_bytes).saturating_add_signed(lie_bytes);
        let header = header(stated_bytes, DATA, operation.0, transaction);
        if self.profile.is_header_apart {
            self.outgoing.push_back(Transfer::of_bytes(header));
            if body_bytes > 0 {
                let data = Transfer::new(Vec::new(), body, body_bytes, flipped);
                self.outgoing.push_back(data);
            }
        } else {
            let data = Transfer::new(header, body, body_bytes, flipped);
            self.outgoing.push_back(data);
        }
    }

    fn set_marks(&mut self, effects: &[Effect]) {
        let mut marks: Vec<Mark> = effects
            .iter()
            .filter_map(|effect| {
                let (after_bytes, event) = match *effect {
                    Effect::Unplug { after_bytes } => (after_bytes, MarkEvent::Unplug),
                    Effect::Lock { after_bytes } => (after_bytes, MarkEvent::Lock),
                    Effect::Pause {
                        after_bytes,
                        for_ms,
                    } => {
                        let length = Duration::from_millis(for_ms);
                        (
                            after_bytes,
                            MarkEvent::Pause {
                                length,
                                until: None,
                            },
                        )
                    }
                    _ => return None,
                };
                Some(Mark { after_bytes, event })
            })
            .collect();
        marks.sort_by_key(|mark| mark.after_bytes);
        if let Some(first) = self.outgoing.front_mut() {
            first.marks = VecDeque::from(marks);
        }
    }

    fn answer(&mut self, command: &Command) -> Result<Answer, u16> {
        let parameter = |at: usize| command.parameters.get(at).copied().unwrap_or_default();
        match command.operation {
            Operation::GET_DEVICE_INFO => return Ok(device::device_info(&self.profile).into()),
            Operation::OPEN_SESSION => return self.asked_for_session(parameter(0)),
            _ if self.session.is_none() => return Err(response::SESSION_NOT_OPEN),
            Operation::CLOSE_SESSION => {
                self.session = None;
                return Ok(Answer::default());
            }
            operation
                if operation.is_writing() || !self.profile.operations.contains(&operation) =>
            {
                return Err(response::OPERATION_NOT_SUPPORTED);
            }
            _ => {}
        }
        let properties = self.profile.object_properties.iter().map(|code| code.0);
        match command.operation {
            Operation::GET_DEVICE_PROP_DESC => {
                let code = u16::try_from(parameter(0)).unwrap_or_default();
                return Ok(device::property_description(&self.profile, code)?.into());
            }
            Operation::GET_DEVICE_PROP_VALUE => {
                let code = u16::try_from(parameter(0)).unwrap_or_default();
                return Ok(device::property_value(&self.profile, code)?.into());
            }
            Operation::GET_OBJECT_PROPS_SUPPORTED => {
                return Ok(Dataset::default().u16s(properties).0.into());
            }
            Operation::GET_OBJECT_PROP_DESC => {
                return Ok(self.property_description(parameter(0))?.into());
            }
            _ if self.is_locked => return self.answer_locked(command.operation, parameter(0)),
            _ => {}
        }
        self.answer_about_objects(command)
    }

    fn asked_for_session(&mut self, id: u32) -> Result<Answer, u16> {
        if id == 0 {
            return Err(response::INVALID_PARAMETER);
        }
        if self.session.is_some() {
            return Err(response::SESSION_ALREADY_OPEN);
        }
        self.open_session(id);
        Ok(Answer::default())
    }

    fn answer_locked(&self, operation: Operation, storage: u32) -> Result<Answer, u16> {
        let shown = self.profile.lock.as_ref().and_then(|lock| lock.storage_id);
        let ids = shown.into_iter().map(|id| id.0);
        let is_shown = shown.is_some_and(|id| id.0 == storage || storage == u32::MAX);
        match operation {
            Operation::GET_STORAGE_IDS => {
                let ids: Vec<u32> = ids.collect();
                Ok(Dataset::default().u32s(ids.into_iter()).0.into())
            }
            Operation::GET_STORAGE_INFO if is_shown => Ok(device::storage_info(None).into()),
            Operation::GET_OBJECT_HANDLES if is_shown => {
                Ok(Dataset::default().u32s([].into_iter()).0.into())
            }
            Operation::GET_NUM_OBJECTS if is_shown => Ok(Answer {
                data: None,
                parameters: vec![0],
            }),
            Operation::GET_STORAGE_INFO
            | Operation::GET_OBJECT_HANDLES
            | Operation::GET_NUM_OBJECTS
                if shown.is_none() =>
            {
                Err(response::STORE_NOT_AVAILABLE)
            }
            _ => Err(self.refusal()),
        }
    }

    fn answer_about_objects(&self, command: &Command) -> Result<Answer, u16> {
        let parameter = |at: usize| command.parameters.get(at).copied().unwrap_or_default();
        Ok(match command.operation {
            Operation::GET_STORAGE_IDS => {
                let places = 0..self.library.storages().len();
                let ids = places.map(|place| self.storage_id(place));
                Dataset::default().u32s(ids).0.into()
            }
            Operation::GET_STORAGE_INFO => {
                let mut storages = (0..).zip(self.library.storages());
                let storage = storages.find(|(place, _)| self.storage_id(*place) == parameter(0));
                let (_, storage) = storage.ok_or(response::INVALID_STORAGE_ID)?;
                device::storage_info(Some(storage)).into()
            }
            Operation::GET_NUM_OBJECTS => {
                let handles = self.handles(parameter(0), parameter(1), parameter(2))?;
                Answer {
                    data: None,
                    parameters: vec![u32::try_from(handles.len()).unwrap_or(u32::MAX)],
                }
            }
            Operation::GET_OBJECT_HANDLES => {
                let handles = self.handles(parameter(0), parameter(1), parameter(2))?;
                Dataset::default().u32s(handles.into_iter()).0.into()
            }
            Operation::GET_OBJECT_INFO => self.object_info(self.by_handle(parameter(0))?.1).into(),
            Operation::GET_OBJECT
            | Operation::GET_PARTIAL_OBJECT
            | Operation::GET_PARTIAL_OBJECT_64 => self.content(command)?,
            Operation::GET_THUMB => {
                let (_, object) = self.by_handle(parameter(0))?;
                let thumbnail = self.thumbnail(object);
                thumbnail.ok_or(response::NO_THUMBNAIL_PRESENT)?.into()
            }
            Operation::GET_OBJECT_PROP_VALUE => {
                self.property_value(parameter(0), parameter(1))?.into()
            }
            Operation::GET_OBJECT_PROP_LIST => {
                let parameters = [0, 1, 2, 3, 4].map(parameter);
                self.property_list(&parameters)?.into()
            }
            _ => return Err(response::OPERATION_NOT_SUPPORTED),
        })
    }

    fn content(&self, command: &Command) -> Result<Answer, u16> {
        let handle = command.parameters.first().copied().unwrap_or_default();
        let (number, object) = self.by_handle(handle)?;
        if object.is_folder() {
            return Err(response::INVALID_OBJECT_HANDLE);
        }
        let (offset, length_bytes) = range(command).ok_or(response::INVALID_PARAMETER)?;
        let rest_bytes = object.size_bytes().saturating_sub(offset);
        let length_bytes = length_bytes.min(rest_bytes);
        let is_whole = command.operation == Operation::GET_OBJECT;
        Ok(Answer {
            data: Some((Body::File { number, offset }, length_bytes)),
            parameters: if is_whole {
                Vec::new()
            } else {
                // At most what was asked for in 32 bits.
                vec![length_bytes as u32]
            },
        })
    }
}

/// Offset and length of what a command reads of an object; `None` where it reads none of its content.
fn range(command: &Command) -> Option<(u64, u64)> {
    let parameter = |at: usize| u64::from(command.parameters.get(at).copied().unwrap_or_default());
    match command.operation {
        Operation::GET_OBJECT => Some((0, u64::MAX)),
        Operation::GET_PARTIAL_OBJECT => Some((parameter(1), parameter(2))),
        Operation::GET_PARTIAL_OBJECT_64 => Some((parameter(1) | parameter(2) << 32, parameter(3))),
        _ => None,
    }
}
