//! What sources are called: the name that the archive knows, the one that a person gave, or what the device calls itself.

use heirloom_format::{SourceShortId, SourceTraits, decode_component, escape_component};

use crate::SourceIdentity;
use crate::device::DeviceId;

use super::Machine;
use super::devices::{Device, Probe};
use super::view_run::{NameOrigin, SourceNameRefusal};

/// A name must be readable on one line of the screen and of the sheet.
pub(super) const SOURCE_NAME_CHARS_MAX: usize = 32;
/// As much as a source's folder takes of it whole (FORMAT.md, section 4).
const SOURCE_NAME_BYTES_MAX: usize = 120;

/// What a source is called, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceName {
    pub(super) text: String,
    pub(super) origin: NameOrigin,
}

/// The names that persons gave, for as long as the appliance runs. The archive remembers those of the sources that it holds.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenNames(Vec<(SourceIdentity, String)>);

impl GivenNames {
    fn of(&self, identity: &SourceIdentity) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == identity);
        found.map(|(_, name)| name.as_str())
    }

    /// All of them.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, name)| name.as_str())
    }

    /// Only a source with a serial number is known again by what it says of itself.
    pub(super) fn remember(&mut self, identity: &SourceIdentity, name: &str) {
        if serial(identity).is_none() {
            return;
        }
        self.forget(identity);
        self.0.push((identity.clone(), name.to_owned()));
    }

    pub(super) fn forget(&mut self, identity: &SourceIdentity) {
        self.0.retain(|(known, _)| known != identity);
    }
}

impl Machine {
    /// What a source that is plugged in is called.
    pub(super) fn name_of(&self, device: &Device) -> SourceName {
        let names = self.names();
        let found = names.into_iter().find(|(id, _)| *id == device.facts.id);
        found.map_or_else(|| own_name(device), |(_, name)| name)
    }

    /// The names of all sources that can be archived now. No two are the same: what devices call themselves gets a number where another one
    /// has the name already.
    pub(super) fn names(&self) -> Vec<(DeviceId, SourceName)> {
        if self.archive.is_none() {
            return Vec::new();
        }
        let ready = || {
            self.devices
                .iter()
                .filter_map(|device| match &device.probe {
                    Probe::Ready(identity) => Some((device, identity)),
                    _ => None,
                })
        };
        let settled: Vec<_> = ready()
            .map(|(device, identity)| (device, identity, self.settled_name(identity)))
            .collect();
        let mut taken: Vec<String> = settled
            .iter()
            .filter_map(|(.., name)| Some(name.as_ref()?.text.clone()))
            .collect();
        settled
            .into_iter()
            .map(|(device, identity, name)| {
                let name = name.unwrap_or_else(|| {
                    let own = own_name(device);
                    // One without a serial number may be the very one that has the name in the archive.
                    let is_free = |name: &str| {
                        !taken.iter().any(|other| is_same(other, name))
                            && (serial(identity).is_none() || !self.is_archived_name(name))
                    };
                    let text = distinct(&own.text, is_free);
                    taken.push(text.clone());
                    SourceName { text, ..own }
                });
                (device.facts.id.clone(), name)
            })
            .collect()
    }

    /// The name that a source has for good, or that a person gave it.
    fn settled_name(&self, identity: &SourceIdentity) -> Option<SourceName> {
        let archived = self.archived_folder(identity).map(|folder| SourceName {
            text: name_of_folder(folder),
            origin: NameOrigin::Archived,
        });
        archived.or_else(|| {
            Some(SourceName {
                text: self.given_names.of(identity)?.to_owned(),
                origin: NameOrigin::Person,
            })
        })
    }

    /// The folder that the open archive has for a source, where that can be told before its files are seen.
    pub(super) fn archived_folder(&self, identity: &SourceIdentity) -> Option<&str> {
        let id = SourceShortId::of(SourceTraits {
            manufacturer: &identity.manufacturer,
            model: &identity.model,
            serial: Some(serial(identity)?),
            storages: &[],
        });
        let folders = &self.archive.as_ref()?.source_folders;
        let mut folders = folders.iter().map(String::as_str);
        folders.find(|folder| id.is_of_folder(folder))
    }

    fn is_archived_name(&self, name: &str) -> bool {
        let folders = self.archive.iter().flat_map(|it| &it.source_folders);
        folders
            .into_iter()
            .any(|folder| is_same(&name_of_folder(folder), name))
    }

    /// Why a source that is not in the archive yet can't have this name.
    pub(super) fn refuse_source_name(
        &self,
        device: &DeviceId,
        identity: &SourceIdentity,
        name: &str,
    ) -> Option<SourceNameRefusal> {
        // The folder's name is to read as it was typed, and to be seen in every list of files.
        let is_usable = name.len() <= SOURCE_NAME_BYTES_MAX
            && !name.starts_with('.')
            && escape_component(name.as_bytes()) == name;
        let of_another = || {
            let names = self.names();
            let mut others = names.iter().filter(|(id, _)| id != device);
            others.any(|(_, other)| is_same(&other.text, name))
                || (serial(identity).is_some() && self.is_archived_name(name))
        };
        if !is_usable {
            Some(SourceNameRefusal::Unusable)
        } else if of_another() {
            Some(SourceNameRefusal::Taken)
        } else {
            None
        }
    }
}

/// What a device calls itself.
fn own_name(device: &Device) -> SourceName {
    SourceName {
        text: device.name(),
        origin: NameOrigin::Device,
    }
}

/// As the archive takes it: some say an empty one.
pub(super) fn serial(identity: &SourceIdentity) -> Option<&str> {
    identity.serial.as_deref().filter(|it| !it.is_empty())
}

/// What stands before the short id in a folder's name, as a person reads it.
pub(super) fn name_of_folder(folder: &str) -> String {
    let name = folder.rsplit_once(" [").map_or(folder, |(name, _)| name);
    decode_component(name)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| name.to_owned())
}

/// Single spaces between the words, and none around them.
pub(super) fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn distinct(name: &str, is_free: impl Fn(&str) -> bool) -> String {
    let name = tidy(name);
    let numbered = (2..).map(|number: u32| format!("{name} ({number})"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    let found = names.find(|name| is_free(name));
    found.unwrap_or_else(|| unreachable!("there are more numbers than sources"))
}
