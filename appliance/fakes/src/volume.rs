//! A volume in memory that keeps a caller to the contract, and breaks when it is told to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heirloom_engine::{EntryKind, VolumeError, VolumePath};

use crate::disk::{Disk, EISDIR, Node, ROOT};

/// What a power cut does with what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerCut {
    /// All of it is lost.
    LosesAll,
    /// All of it happens to be on the drive.
    KeepsAll,
    /// Some of it, chosen by the seed.
    Seeded(u64),
}

/// A file as the volume holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its bytes.
    pub content: Vec<u8>,
    /// Seconds since 1970, if a time was set.
    pub modified_unix_s: Option<i64>,
    /// Equal for names of one file.
    pub node: u64,
}

/// A volume in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct FakeVolume(Arc<Mutex<State>>);

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) disk: Disk,
    operations: u64,
    gone: bool,
    gone_at: Option<u64>,
    fail_at: Option<(u64, VolumeError)>,
    flips: Vec<(String, u32)>,
    flips_when_written: Vec<(String, u32)>,
    reads_back: Vec<String>,
}

impl Default for FakeVolume {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeVolume {
    /// An empty one with room for everything.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            disk: Disk::new(),
            operations: 0,
            gone: false,
            gone_at: None,
            fail_at: None,
            flips: Vec::new(),
            flips_when_written: Vec::new(),
            reads_back: Vec::new(),
        })))
    }

    /// An independent volume with the same content and no faults; what is not synced here is not synced there.
    pub fn copy(&self) -> Self {
        let disk = self.state().disk.clone();
        let copy = Self::new();
        copy.state().disk = disk;
        copy
    }

    /// How many operations were asked for so far.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// The operation of this number, counted from now on from 1, and all after it find the drive gone.
    pub fn vanish_at(&self, operation: u64) {
        let mut state = self.state();
        state.gone_at = Some(state.operations + operation);
    }

    /// The operation of this number, counted from now on from 1, fails without an effect.
    pub fn fail_at(&self, operation: u64, error: VolumeError) {
        let mut state = self.state();
        state.fail_at = Some((state.operations + operation, error));
    }

    /// No more content than this fits.
    pub fn limit(&self, capacity_bytes: u64) {
        self.state().disk.capacity_bytes = capacity_bytes;
    }

    /// No file may have more names than this.
    pub fn limit_names(&self, names_max: u64) {
        self.state().disk.names_max = names_max;
    }

    /// The next `times` that a file whose path ends so is read back, a bit of it is wrong.
    pub fn flip_on_read_back(&self, path_end: &str, times: u32) {
        self.state().flips.push((path_end.to_owned(), times));
    }

    /// The next `times` that a file whose path ends so is written, a bit of it arrives wrong.
    pub fn flip_when_written(&self, path_end: &str, times: u32) {
        self.state()
            .flips_when_written
            .push((path_end.to_owned(), times));
    }

    /// Paths that were read back so far, in order.
    pub fn reads_back(&self) -> Vec<String> {
        self.state().reads_back.clone()
    }

    /// The drive lost its power, and is back.
    pub fn power_cut(&self, cut: PowerCut) {
        let mut state = self.state();
        state.disk.power_cut(cut);
        state.mend();
    }

    /// The drive is back as it was, and nothing fails any more.
    pub fn mend(&self) {
        self.state().mend();
    }

    /// Changes what is stored, behind everybody's back.
    ///
    /// # Panics
    /// When there is no such file.
    pub fn tamper(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let id = state
            .disk
            .find(&VolumePath::new(path))
            .expect("a file to tamper with");
        match state.disk.node_mut(id) {
            Node::File { content, .. } => change(content),
            _ => panic!("{path} is no file"),
        }
    }

    /// All files, by path.
    pub fn files(&self) -> BTreeMap<String, StoredFile> {
        let mut files = BTreeMap::new();
        let state = self.state();
        walk(&state.disk, ROOT, "", &mut |path, id| {
            if let Node::File {
                content,
                modified_unix_s,
                ..
            } = state.disk.node(id)
            {
                files.insert(
                    path.to_owned(),
                    StoredFile {
                        content: content.clone(),
                        modified_unix_s: *modified_unix_s,
                        node: id,
                    },
                );
            }
        });
        files
    }

    /// All paths of folders.
    pub fn folders(&self) -> Vec<String> {
        let mut folders = Vec::new();
        let state = self.state();
        walk(&state.disk, ROOT, "", &mut |path, id| {
            if state.disk.kind(id) == EntryKind::Folder {
                folders.push(path.to_owned());
            }
        });
        folders
    }

    /// Where a symbolic link points.
    pub fn target(&self, path: &str) -> Option<String> {
        let state = self.state();
        let id = state.disk.find(&VolumePath::new(path)).ok()?;
        match state.disk.node(id) {
            Node::Link { target } => Some(target.clone()),
            _ => None,
        }
    }

    /// Writes all files into a real folder, for judges that are not ours. Times and links are left out.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn export(&self, folder: &Path) -> std::io::Result<()> {
        for (path, file) in self.files() {
            let place = folder.join(path);
            if let Some(parent) = place.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(place, file.content)?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere fails its test; the state is still worth looking at.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn operate(&self) -> Result<MutexGuard<'_, State>, VolumeError> {
        let mut state = self.state();
        state.operations += 1;
        if state.gone_at == Some(state.operations) {
            state.gone = true;
        }
        if state.gone {
            return Err(VolumeError::Gone);
        }
        match &state.fail_at {
            Some((operation, error)) if *operation == state.operations => Err(error.clone()),
            _ => Ok(state),
        }
    }

    pub(crate) fn content(
        &self,
        path: &VolumePath,
        past_the_cache: bool,
    ) -> Result<Vec<u8>, VolumeError> {
        let mut state = self.operate()?;
        let id = state.disk.find(path)?;
        let mut bytes = match state.disk.node(id) {
            Node::File {
                content,
                durable_bytes,
                ..
            } if past_the_cache && *durable_bytes < content.len() => {
                panic!("{path} is read back before it was synced")
            }
            Node::File { content, .. } => content.clone(),
            _ => {
                return Err(VolumeError::Io {
                    path: path.clone(),
                    errno: EISDIR,
                });
            }
        };
        if past_the_cache {
            state.reads_back.push(path.to_string());
            for (path_end, times) in &mut state.flips {
                if *times > 0 && path.as_str().ends_with(path_end.as_str()) {
                    *times -= 1;
                    let middle = bytes.len() / 2;
                    if let Some(byte) = bytes.get_mut(middle) {
                        *byte ^= 0x10;
                    }
                }
            }
        }
        Ok(bytes)
    }
}

impl State {
    pub(crate) fn flip_written(&mut self, path: &VolumePath, node: u64) {
        for (path_end, times) in &mut self.flips_when_written {
            if *times > 0
                && path.as_str().ends_with(path_end.as_str())
                && let Node::File { content, .. } = self.disk.node_mut(node)
                && let Some(byte) = content.first_mut()
            {
                *times -= 1;
                *byte ^= 0x10;
            }
        }
    }

    fn mend(&mut self) {
        self.gone = false;
        self.gone_at = None;
        self.fail_at = None;
        self.flips.clear();
        self.flips_when_written.clear();
    }
}

fn walk(disk: &Disk, folder: u64, below: &str, visit: &mut dyn FnMut(&str, u64)) {
    for (name, &id) in disk.entries(folder).into_iter().flatten() {
        let path = format!("{below}{name}");
        visit(&path, id);
        walk(disk, id, &format!("{path}/"), visit);
    }
}
