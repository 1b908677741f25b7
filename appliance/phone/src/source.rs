//! A phone or a camera as a [`Source`].

use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_engine::{Fetched, Found, ListedObject, Source, SourceError, SourceIdentity};
use mtp_rs::transport::Transport;

use crate::deadline::Patience;
use crate::device::Device;
use crate::error::family_at_open;
use crate::fetch::Fetch;
use crate::listing::{self, handle_of};
use crate::quirks::UsbIds;
use crate::resolve::Renewed;
use crate::session::Session;
use crate::spares::Spares;

/// What the link ran into where a device answered for one file alone what makes no sense.
const EPROTO: i32 = 71;

/// An open phone or camera. Dropping it closes its session.
///
/// Times are kept to the letter as the device writes them; [`ListedObject::persistent_id`] is always `None` so far.
pub struct PhoneSource {
    device: Device,
    renewed: Renewed,
}

impl PhoneSource {
    /// Opens whatever answers at the other end of a transport. The USB numbers choose the quirks; without them the maker's name does.
    ///
    /// `receive_bulk` is asked for as much as will surely still come, 2 MiB at most: the transport may queue reads for that, and answers
    /// with what the next one brings. An empty answer is an empty packet.
    ///
    /// # Errors
    /// [`SourceError::Locked`] where the device refuses a session or shows no storage; else what the link ran into.
    pub fn over(
        transport: Arc<dyn Transport>,
        usb: Option<UsbIds>,
        patience: Patience,
    ) -> Result<Self, SourceError> {
        Self::with_spares(transport, usb, patience, Spares::default())
    }

    /// The same for a transport that takes its memory from `spares`.
    pub(crate) fn with_spares(
        transport: Arc<dyn Transport>,
        usb: Option<UsbIds>,
        patience: Patience,
        spares: Spares,
    ) -> Result<Self, SourceError> {
        let session = Session::open(transport, patience, spares)
            .map_err(|error| family_at_open(error, "a session"))?;
        let device = Device::introduce(session, usb)?;
        Ok(Self {
            device,
            renewed: Renewed::default(),
        })
    }
}

impl Source for PhoneSource {
    fn identity(&self) -> &SourceIdentity {
        self.device.identity()
    }

    fn list(&mut self, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> {
        self.renewed = Renewed::default();
        // A walk may have to begin again, so it is told only when it is over.
        let listing = listing::list(&mut self.device, &mut |seen| found(Found::Seen(seen)))?;
        let objects = listing.objects.into_iter().map(Found::Object);
        let problems = listing.problems.into_iter().map(Found::Problem);
        match objects.chain(problems).try_for_each(found) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SourceError::TimedOut),
        }
    }

    fn fetch(
        &mut self,
        object: &ListedObject,
        from_byte: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Fetched, SourceError> {
        match self.fetch_by_handle(object, from_byte, sink) {
            // A phone that is locked meanwhile refuses each file, or breaks off in its midst. That is not the file's fault.
            Err(error @ (SourceError::Refused { .. } | SourceError::Garbled { .. })) => {
                match (self.device.ensure_unlocked(), &error) {
                    (Err(why @ (SourceError::Locked | SourceError::Gone)), _) => Err(why),
                    // It makes sense again, so what made none was about this file alone.
                    (Ok(()), SourceError::Garbled { .. }) => Err(SourceError::Io { errno: EPROTO }),
                    _ => Err(error),
                }
            }
            other => other,
        }
    }
}

impl PhoneSource {
    fn fetch_by_handle(
        &mut self,
        object: &ListedObject,
        from_byte: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Fetched, SourceError> {
        let mut fetch = Fetch::new(object.size_bytes, from_byte, sink);
        let now = self.renewed.find(object).unwrap_or(object);
        match fetch.run(&mut self.device, handle_of(now)) {
            Err(SourceError::Vanished) => {}
            other => return other,
        }
        self.renewed.relist(&mut self.device, object)?;
        let renewed = self.renewed.find(object).ok_or(SourceError::Vanished)?;
        fetch.run(&mut self.device, handle_of(renewed))
    }
}
