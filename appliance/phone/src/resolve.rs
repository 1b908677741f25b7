//! Objects whose handles have changed: phones hand out new ones after a rescan of their media. A path outlives that.

use std::collections::HashMap;

use heirloom_engine::{ListedObject, SourceError};
use heirloom_format::StoredPath;

use crate::device::{Device, Folder};
use crate::listing::{described_at_once, listed};

/// How often one folder is listed again in one session; a folder whose files really are gone would be listed for each of them.
const RELISTINGS_MAX: u32 = 3;

/// The new handles of what has been resolved by its path since the last listing.
#[derive(Default)]
pub(crate) struct Renewed {
    folders: HashMap<String, Relisted>,
}

#[derive(Default)]
struct Relisted {
    /// The session in which `count` was counted: a new one is a reason of its own to list again.
    epoch: u32,
    count: u32,
    objects: Vec<ListedObject>,
}

impl Renewed {
    /// The object under its new handle, where its folder has been listed again.
    pub(crate) fn find(&self, object: &ListedObject) -> Option<&ListedObject> {
        let (folder, _) = split(&object.path);
        self.folders.get(folder)?.objects.iter().find(|candidate| {
            candidate.path == object.path
                && candidate.size_bytes == object.size_bytes
                && candidate.modified == object.modified
        })
    }

    /// Lists the folder of the object again.
    pub(crate) fn relist(
        &mut self,
        device: &mut Device,
        object: &ListedObject,
    ) -> Result<(), SourceError> {
        let (folder, _) = split(&object.path);
        let relisted = self.folders.entry(folder.to_owned()).or_default();
        if relisted.epoch != device.session.epoch() {
            relisted.epoch = device.session.epoch();
            relisted.count = 0;
        }
        if relisted.count >= RELISTINGS_MAX {
            return Err(SourceError::Vanished);
        }
        relisted.count += 1;
        log::info!("{folder}: handles have changed, listing it again");
        relisted.objects = files_of(device, folder)?;
        Ok(())
    }
}

/// Folder and file name; every listed path has both, since it begins with its storage.
fn split(path: &StoredPath) -> (&str, &str) {
    path.as_str()
        .rsplit_once('/')
        .unwrap_or((path.as_str(), ""))
}

fn files_of(device: &mut Device, folder_path: &str) -> Result<Vec<ListedObject>, SourceError> {
    let mut components = folder_path.split('/');
    let storage_name = components.next().unwrap_or_default();
    let storage = device
        .storages()?
        .into_iter()
        .find(|storage| stored(&storage.name).as_deref() == Some(storage_name))
        .ok_or(SourceError::Vanished)?
        .id;
    let mut folder = Folder::Root;
    for component in components {
        folder = subfolder(device, storage, folder, component)?;
    }
    let handles = device.handles(storage, folder)?;
    let mut described = described_at_once(device, folder, &handles, &mut || {})?;
    let mut files = Vec::new();
    for handle in handles {
        let description = match described.remove(&handle) {
            Some(description) => description,
            None => match device.describe(handle) {
                Ok(description) => description,
                // Another object's failure is not this one's; whoever fetches that one will hear of it.
                Err(error) if error.is_about_one_object() => continue,
                Err(error) => return Err(error),
            },
        };
        let path = stored(&description.name)
            .and_then(|name| StoredPath::parse(&format!("{folder_path}/{name}")).ok());
        if let Some(path) = path
            && !description.is_folder
        {
            files.push(listed(path, handle, &description));
        }
    }
    Ok(files)
}

fn subfolder(
    device: &mut Device,
    storage: u32,
    folder: Folder,
    name: &str,
) -> Result<Folder, SourceError> {
    for handle in device.handles(storage, folder)? {
        match device.describe(handle) {
            Ok(description)
                if description.is_folder && stored(&description.name).as_deref() == Some(name) =>
            {
                return Ok(Folder::Handle(handle));
            }
            Ok(_) => {}
            Err(error) if error.is_about_one_object() => {}
            Err(error) => return Err(error),
        }
    }
    Err(SourceError::Vanished)
}

/// A name as it stands in a stored path.
fn stored(name: &str) -> Option<String> {
    StoredPath::from_raw([name]).map(String::from)
}
