//! A walk over all folders of all storages that loses nothing: what can't be described is a problem with a name, what a device lists
//! twice is taken once, and folders that contain one another end.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use heirloom_engine::{ListedObject, Listing, ListingProblem, ObjectId, SourceError};
use heirloom_format::StoredPath;

use crate::device::{Description, Device, Folder, Storage};
use crate::prop_list;
use crate::session::Handle;
use crate::time;

/// Folders within folders; no phone's own app goes beyond ten.
const DEPTH_MAX: usize = 64;

/// How many silences in a row are put down to single objects, each costing a minute or so; after one more the device counts as silent.
const TIMEOUTS_MAX: u32 = 1;

/// The same for failures that cost less but are no orderly refusals either.
const FAILURES_MAX: u32 = 30;

/// How often a walk begins again because the device has begun a new session, in which the old handles mean nothing.
const WALKS_MAX: u32 = 5;

/// Lists everything.
pub(crate) fn list(
    device: &mut Device,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Listing, SourceError> {
    let mut bad = HashMap::new();
    for _ in 0..WALKS_MAX {
        let storages = device.storages()?;
        let mut walk = Walk {
            epoch: device.session.epoch(),
            device,
            progress,
            listing: Listing::default(),
            bad: &mut bad,
            seen: HashSet::new(),
            pending: Vec::new(),
            failure_count: 0,
        };
        match storages
            .iter()
            .try_for_each(|storage| walk.storage(storage))
        {
            Ok(()) => return walk.finish(),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Renewed) => log::info!("a new session, so the listing begins again"),
        }
    }
    Err(SourceError::TimedOut)
}

/// Why a walk ends early.
enum Stop {
    Failed(SourceError),
    /// The device has begun a new session.
    Renewed,
}

/// What a folder's property lists tell of these objects of it; the others are to be asked one by one. `between` is called after each
/// list, which may have taken seconds.
pub(crate) fn described_at_once(
    device: &mut Device,
    folder: Folder,
    handles: &[Handle],
    between: &mut dyn FnMut(),
) -> Result<HashMap<Handle, Description>, SourceError> {
    match folder {
        // A list for the root would need a handle that stands for it, and devices disagree about which.
        Folder::Root => Ok(HashMap::new()),
        Folder::Handle(folder) => prop_list::describe_folder(device, folder, handles, between),
    }
}

/// A described file as the engine wants it.
pub(crate) fn listed(path: StoredPath, handle: Handle, description: &Description) -> ListedObject {
    ListedObject {
        id: ObjectId(u64::from(handle.epoch) << 32 | u64::from(handle.number)),
        path,
        size_bytes: description.size_bytes,
        modified: time::stated(&description.modified),
        persistent_id: None,
        is_stated_heif: description.is_heif,
    }
}

/// The handle that [`listed`] put into the id.
pub(crate) fn handle_of(object: &ListedObject) -> Handle {
    Handle {
        epoch: (object.id.0 >> 32) as u32,
        number: object.id.0 as u32,
    }
}

/// A folder still to be looked into.
struct Pending {
    folder: Folder,
    /// The storage's name, then the folders' down to this one.
    components: Vec<String>,
}

struct Walk<'a> {
    device: &'a mut Device,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    listing: Listing,
    /// The session that all handles of this walk are from.
    epoch: u32,
    /// What failed in an earlier walk, by its place: it is not asked again, lest it end this walk too.
    bad: &'a mut HashMap<String, SourceError>,
    /// Storage and handle of all that has been placed.
    seen: HashSet<(u32, Handle)>,
    pending: Vec<Pending>,
    /// Failures in a row that were more than an orderly refusal.
    failure_count: u32,
}

impl Walk<'_> {
    fn storage(&mut self, storage: &Storage) -> Result<(), Stop> {
        let root = vec![storage.name.clone()];
        self.pending.push(Pending {
            folder: Folder::Root,
            components: root.clone(),
        });
        // A device may answer for the root with everything that it has. What says that it is in another of these objects is left to
        // the folder it belongs to, and comes to the root only if no folder claims it.
        let mut deferred = Vec::new();
        loop {
            while let Some(pending) = self.pending.pop() {
                self.folder(storage.id, &pending, &mut deferred)?;
            }
            let Some((handle, description)) = deferred.pop() else {
                return Ok(());
            };
            self.place(storage.id, &root, handle, Ok(description))?;
        }
    }

    fn folder(
        &mut self,
        storage: u32,
        pending: &Pending,
        deferred: &mut Vec<(Handle, Description)>,
    ) -> Result<(), Stop> {
        self.report()?;
        let place = pending.components.join("/");
        let handles = match self.bad.get(&place) {
            Some(error) => Err(error.clone()),
            None => self.device.handles(storage, pending.folder),
        };
        let handles = match handles {
            Ok(handles) => handles,
            Err(error) => return self.problem(place, error),
        };
        self.failure_count = 0;
        let named: HashSet<u32> = handles.iter().map(|handle| handle.number).collect();
        let seen_count = self.listing.objects.len() as u64;
        let described = described_at_once(self.device, pending.folder, &handles, &mut || {
            // Whoever waits no longer is heard at the next report.
            let _ = (self.progress)(seen_count);
        });
        let mut described = match described {
            Ok(described) => described,
            Err(error) => return self.problem(place, error),
        };
        for handle in handles {
            if self.seen.contains(&(storage, handle)) {
                continue;
            }
            let description = match described.remove(&handle) {
                Some(description) => Ok(description),
                None => match self.bad.get(&place_of(&pending.components, handle)) {
                    Some(error) => Err(error.clone()),
                    None => self.device.describe(handle),
                },
            };
            match description {
                Ok(description)
                    if pending.folder == Folder::Root
                        && description.parent.is_some_and(|parent| {
                            parent != handle.number && named.contains(&parent)
                        }) =>
                {
                    deferred.push((handle, description));
                }
                description => self.place(storage, &pending.components, handle, description)?,
            }
            self.report()?;
        }
        Ok(())
    }

    /// Says how far we are, and gives up where nobody waits for more.
    fn report(&mut self) -> Result<(), Stop> {
        match (self.progress)(self.listing.objects.len() as u64) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Failed(SourceError::TimedOut)),
        }
    }

    fn place(
        &mut self,
        storage: u32,
        components: &[String],
        handle: Handle,
        description: Result<Description, SourceError>,
    ) -> Result<(), Stop> {
        if !self.seen.insert((storage, handle)) {
            return Ok(());
        }
        let description = match description {
            Ok(description) => {
                self.failure_count = 0;
                description
            }
            Err(error) => {
                return self.problem(place_of(components, handle), error);
            }
        };
        if description.is_folder {
            return self.enter(components, handle, description.name);
        }
        let raw = components.iter().map(String::as_str);
        let path = StoredPath::from_raw(raw.chain([description.name.as_str()]));
        // There is always the storage's name, so there is always a path.
        if let Some(path) = path {
            self.listing
                .objects
                .push(listed(path, handle, &description));
        }
        Ok(())
    }

    fn enter(&mut self, components: &[String], handle: Handle, name: String) -> Result<(), Stop> {
        let mut components = components.to_vec();
        components.push(name);
        if components.len() > DEPTH_MAX {
            let error = SourceError::Garbled {
                what: "folders without end",
            };
            return self.problem(components.join("/"), error);
        }
        self.pending.push(Pending {
            folder: Folder::Handle(handle),
            components,
        });
        Ok(())
    }

    /// Notes what could not be listed, or gives up where the rest can't be either.
    fn problem(&mut self, place: String, error: SourceError) -> Result<(), Stop> {
        let is_renewed = self.device.session.epoch() != self.epoch;
        if is_renewed && error == SourceError::Vanished {
            // Not the object's fault: its handle is from the session before.
            return Err(Stop::Renewed);
        }
        if !matches!(error, SourceError::Refused { .. } | SourceError::Vanished) {
            self.failure_count += 1;
        }
        let in_a_row_max = match error {
            SourceError::Gone => 0,
            SourceError::TimedOut => TIMEOUTS_MAX,
            _ => FAILURES_MAX,
        };
        if self.failure_count > in_a_row_max {
            return Err(Stop::Failed(error));
        }
        self.bad.insert(place.clone(), error.clone());
        self.listing.problems.push(ListingProblem { place, error });
        if is_renewed {
            return Err(Stop::Renewed);
        }
        Ok(())
    }

    fn finish(self) -> Result<Listing, SourceError> {
        let listing = self.listing;
        match listing.problems.first() {
            Some(problem) if listing.objects.is_empty() => Err(problem.error.clone()),
            None if self.seen.is_empty() && self.device.quirks.empty_while_locked => {
                Err(SourceError::Locked)
            }
            _ => Ok(listing),
        }
    }
}

/// How a person is told of an object whose name is not known.
fn place_of(components: &[String], handle: Handle) -> String {
    format!("{} (object {:#x})", components.join("/"), handle.number)
}
