//! What a device remembers: its session, who may read, which handle is which object, and what was asked of it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::codes::{Operation, event, response};
use super::rules::{Rules, Silence};
use super::transfer::{EVENT, Transfer, container};
use crate::library::{Library, Object};
use crate::profile::Profile;

/// A command as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What was asked for.
    pub operation: Operation,
    /// As many parameters as the container had.
    pub parameters: Vec<u32>,
}

/// What a device counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) bytes_sent: u64,
    pub(crate) attempts_to_write: u64,
    pub(crate) protocol_violations: u64,
    pub(crate) resets: u64,
    pub(crate) cancels: u64,
    pub(crate) sessions_opened: u64,
}

/// What happens when so many more bytes have been sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) until_stall_bytes: Option<u64>,
    pub(crate) until_unplug_bytes: Option<u64>,
    pub(crate) until_lock_bytes: Option<u64>,
}

/// All of a device but its endpoints.
pub(crate) struct State {
    pub(crate) profile: Profile,
    pub(crate) library: Arc<Library>,
    pub(crate) rules: Rules,
    pub(crate) log: Vec<Command>,
    pub(crate) counts: Counts,
    pub(crate) limits: Limits,
    pub(crate) session: Option<u32>,
    pub(crate) is_locked: bool,
    /// Whether its interface is that of a device that charges only.
    pub(crate) is_charging_only: bool,
    /// Whether it has to come again for the host to see what it is now.
    pub(crate) comes_again: bool,
    pub(crate) is_gone: bool,
    pub(crate) is_halted: bool,
    pub(crate) silence: Option<Silence>,
    /// Answers not yet read.
    pub(crate) outgoing: VecDeque<Transfer>,
    /// The beginning of a transfer from the host that is not over, and how long it is so far.
    pub(crate) incoming: (Vec<u8>, u64),
    /// The transaction of the last command.
    pub(crate) transaction: Option<u32>,
    /// The transaction of a refused command whose data the host has still to send.
    pub(crate) unwanted_data: Option<u32>,
    pub(crate) events: VecDeque<Vec<u8>>,
    /// The handle of the first object now.
    first_handle: u32,
    /// By how many places handles are shifted against objects.
    shift: u32,
}

impl State {
    pub(crate) fn new(profile: Profile, library: Arc<Library>) -> Self {
        Self {
            rules: Rules::new(&profile.rules),
            is_locked: profile.lock.as_ref().is_some_and(|lock| lock.at_first),
            is_charging_only: profile.charge_only.is_some(),
            comes_again: false,
            first_handle: profile.first_handle.0.max(1),
            profile,
            library,
            log: Vec::new(),
            counts: Counts::default(),
            limits: Limits::default(),
            session: None,
            is_gone: false,
            is_halted: false,
            silence: None,
            outgoing: VecDeque::new(),
            incoming: (Vec::new(), 0),
            transaction: None,
            unwanted_data: None,
            events: VecDeque::new(),
            shift: 0,
        }
    }

    /// The id of the storage at this place.
    pub(crate) fn storage_id(&self, place: usize) -> u32 {
        let usual = (place as u32 + 1) << 16 | 1;
        self.profile.storage_ids.get(place).map_or(usual, |id| id.0)
    }

    /// The handle of an object now.
    pub(crate) fn handle(&self, number: u32) -> u32 {
        self.first_handle + (number + self.shift) % self.object_count()
    }

    /// The object that has this handle now.
    pub(crate) fn by_handle(&self, handle: u32) -> Result<(u32, &Object), u16> {
        let count = self.object_count();
        let place = handle
            .checked_sub(self.first_handle)
            .filter(|place| *place < count)
            .ok_or(response::INVALID_OBJECT_HANDLE)?;
        let number = (place + count - self.shift) % count;
        let object = self.library.object(number);
        Ok((number, object.ok_or(response::INVALID_OBJECT_HANDLE)?))
    }

    /// At least one, so that it can be divided by.
    fn object_count(&self) -> u32 {
        u32::try_from(self.library.object_count())
            .unwrap_or(u32::MAX)
            .max(1)
    }

    /// Gives other handles to all objects, none of which was a handle before.
    pub(crate) fn rescan(&mut self) {
        let count = self.object_count();
        let next = self.first_handle.checked_add(count);
        // Far from 0xFFFFFFFF, which means the root.
        self.first_handle = next.filter(|next| *next < u32::MAX / 2).unwrap_or(1);
    }

    /// Opens a session; where the device does so, the handles are dealt out anew.
    pub(crate) fn open_session(&mut self, id: u32) {
        self.session = Some(id);
        self.counts.sessions_opened += 1;
        if self.profile.renumbers_each_session && self.counts.sessions_opened > 1 {
            let count = self.object_count();
            self.shift = (self.shift + 1 + count / 3) % count;
        }
    }

    /// Locks or unlocks it, and tells the host of storages that went or came.
    pub(crate) fn set_locked(&mut self, is_locked: bool) {
        if self.is_locked == is_locked {
            return;
        }
        self.is_locked = is_locked;
        let shown = self.profile.lock.as_ref().and_then(|lock| lock.storage_id);
        if let Some(shown) = shown.filter(|_| !is_locked) {
            self.tell_of_storage(event::STORE_REMOVED, shown.0);
        }
        let code = if is_locked {
            event::STORE_REMOVED
        } else {
            event::STORE_ADDED
        };
        for place in 0..self.library.storages().len() {
            self.tell_of_storage(code, self.storage_id(place));
        }
    }

    fn tell_of_storage(&mut self, code: u16, id: u32) {
        self.events.push_back(container(EVENT, code, 0, &[id]));
    }

    /// Another use of the cable is chosen: it goes off the bus and comes again as what it is now.
    pub(crate) fn set_charging_only(&mut self, is_charging_only: bool) {
        if self.profile.charge_only.is_none() || self.is_charging_only == is_charging_only {
            return;
        }
        self.is_charging_only = is_charging_only;
        self.comes_again = true;
        self.silence = None;
        self.begin_anew();
    }

    /// What a locked device says to whoever asks for an object.
    pub(crate) fn refusal(&self) -> u16 {
        self.profile
            .lock
            .as_ref()
            .map_or(response::ACCESS_DENIED, |lock| lock.refusal.0)
    }

    /// Forgets all of what was under way.
    pub(crate) fn drop_transaction(&mut self) {
        self.outgoing.clear();
        self.incoming = (Vec::new(), 0);
        self.unwanted_data = None;
        self.is_halted = false;
    }

    /// As it is after it was plugged in: as before, but without a session.
    pub(crate) fn begin_anew(&mut self) {
        self.drop_transaction();
        self.session = None;
        self.events.clear();
    }
}
