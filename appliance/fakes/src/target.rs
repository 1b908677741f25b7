//! A disk to restore to, in memory, that keeps a caller to the contract and breaks when it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heirloom_engine::{
    Occupant, OnTarget, StagedId, Target, TargetDraft, TargetError, TargetFileSystem, TargetLimits,
    TargetPath,
};

use crate::volume::PowerCut;

/// Small, so that callers meet more than one piece even with small files.
const PIECE_BYTES: usize = 1 << 10;
const ENOTDIR: i32 = 20;
const EINVAL: i32 = 22;
const EFBIG: i32 = 27;
const ENOSPC: i32 = 28;
const ENAMETOOLONG: i32 = 36;

/// A file as the target holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetFile {
    /// Its bytes.
    pub content: Vec<u8>,
    /// Seconds since 1970, if a time was set.
    pub modified_unix_s: Option<i64>,
}

/// A target in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct FakeTarget(Arc<Mutex<State>>);

#[derive(Clone, Debug, Default)]
struct State {
    placed: BTreeMap<Vec<Vec<u8>>, TargetFile>,
    /// Names that a power cut may take away.
    uncertain: BTreeSet<Vec<Vec<u8>>>,
    staged: BTreeMap<StagedId, Staged>,
    operations: u64,
    gone_at: Option<u64>,
    fail_at: Option<(u64, TargetError)>,
    capacity_bytes: Option<u64>,
    name_bytes_max: Option<usize>,
    limits: Option<TargetLimits>,
    flips: u32,
}

#[derive(Clone, Debug)]
struct Staged {
    file: TargetFile,
    finished: bool,
    durable: bool,
}

impl FakeTarget {
    /// An empty one with room for everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// An independent target with the same content and no faults.
    pub fn copy(&self) -> Self {
        let copy = Self(Arc::new(Mutex::new(self.state().clone())));
        copy.mend();
        copy
    }

    /// Puts a file there that was there before.
    pub fn put(&self, path: &str, content: &[u8]) {
        let file = TargetFile {
            content: content.to_vec(),
            modified_unix_s: None,
        };
        let names = path.split('/').map(|it| it.as_bytes().to_vec()).collect();
        self.state().placed.insert(names, file);
    }

    /// Everything in its place. Paths as text; bytes that are no UTF-8 are escaped.
    pub fn files(&self) -> BTreeMap<String, TargetFile> {
        let text = |names: &Vec<Vec<u8>>| {
            let names: Vec<String> = names
                .iter()
                .map(|name| match std::str::from_utf8(name) {
                    Ok(name) => name.to_owned(),
                    Err(_) => name.escape_ascii().to_string(),
                })
                .collect();
            names.join("/")
        };
        let state = self.state();
        state
            .placed
            .iter()
            .map(|(names, file)| (text(names), file.clone()))
            .collect()
    }

    /// How many files have no name.
    pub fn staged_files(&self) -> usize {
        self.state().staged.len()
    }

    /// How many operations were asked for so far.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// The operation of this number, counted from now on from 1, and all after it find the disk gone.
    pub fn vanish_at(&self, operation: u64) {
        let mut state = self.state();
        state.gone_at = Some(state.operations + operation);
    }

    /// The operation of this number, counted from now on from 1, fails without an effect.
    pub fn fail_at(&self, operation: u64, error: TargetError) {
        let mut state = self.state();
        state.fail_at = Some((state.operations + operation, error));
    }

    /// No more content than this fits.
    pub fn limit(&self, capacity_bytes: u64) {
        self.state().capacity_bytes = Some(capacity_bytes);
    }

    /// No longer names are taken.
    pub fn limit_names(&self, name_bytes_max: usize) {
        self.state().name_bytes_max = Some(name_bytes_max);
    }

    /// It can't hold more than this says: lengths, entries of folders, times; and names only that Windows takes, of which two are one if only their
    /// case differs.
    pub fn limit_to(&self, limits: TargetLimits) {
        self.state().limits = Some(limits);
    }

    /// The next `times` that a file is read back, a bit of it is wrong.
    pub fn flip_on_read_back(&self, times: u32) {
        self.state().flips = times;
    }

    /// The disk lost its power, and is back.
    pub fn power_cut(&self, cut: PowerCut) {
        let mut state = self.state();
        let mut random = crate::random::Random(match cut {
            PowerCut::Seeded(seed) => seed,
            PowerCut::LosesAll | PowerCut::KeepsAll => 0,
        });
        let mut keeps = || match cut {
            PowerCut::LosesAll => false,
            PowerCut::KeepsAll => true,
            PowerCut::Seeded(_) => random.coin(),
        };
        for names in std::mem::take(&mut state.uncertain) {
            if !keeps() {
                state.placed.remove(&names);
            }
        }
        for staged in state.staged.values_mut() {
            if !staged.durable && !keeps() {
                staged.file.content.fill(0);
            }
            staged.durable = true;
        }
        drop(state);
        self.mend();
    }

    /// The disk is back as it was, and nothing fails any more.
    pub fn mend(&self) {
        let mut state = self.state();
        state.gone_at = None;
        state.fail_at = None;
        state.flips = 0;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere fails its test; the state is still worth looking at.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn operate(&self) -> Result<MutexGuard<'_, State>, TargetError> {
        let mut state = self.state();
        state.operations += 1;
        if state.gone_at.is_some_and(|at| at <= state.operations) {
            return Err(TargetError::Gone);
        }
        match state.fail_at {
            Some((at, error)) if at == state.operations => Err(error),
            _ => Ok(state),
        }
    }
}

impl State {
    fn used_bytes(&self) -> u64 {
        let staged = self.staged.values().map(|it| &it.file);
        let files = self.placed.values().chain(staged);
        files.map(|file| file.content.len() as u64).sum()
    }

    fn check(&self, path: &TargetPath) -> Result<(), TargetError> {
        let max = self.name_bytes_max.unwrap_or(255);
        if path.names().iter().any(|name| name.len() > max) {
            let errno = ENAMETOOLONG;
            return Err(TargetError::Refused { errno });
        }
        let is_forbidden = |byte: &u8| b"<>:\"|?*\\".contains(byte) || byte.is_ascii_control();
        let is_portable = |name: &Vec<u8>| {
            !name.iter().any(is_forbidden) && !matches!(name.last(), Some(b'.' | b' '))
        };
        if !self.limits().takes_any_name && !path.names().iter().all(is_portable) {
            return Err(TargetError::Refused { errno: EINVAL });
        }
        Ok(())
    }

    fn limits(&self) -> TargetLimits {
        let none = || TargetLimits::of(TargetFileSystem::Linux, 4096);
        self.limits.unwrap_or_else(none)
    }

    /// The names as this file system compares them.
    fn folded(&self, names: &[Vec<u8>]) -> Vec<Vec<u8>> {
        match self.limits().takes_any_name {
            true => names.to_vec(),
            false => names.iter().map(|it| it.to_ascii_lowercase()).collect(),
        }
    }

    /// How many entries the names in a folder take.
    fn entries(&self, folder: &[Vec<u8>]) -> u32 {
        let is_in = |names: &&Vec<Vec<u8>>| names.len() > folder.len() && names.starts_with(folder);
        let children: BTreeSet<&Vec<u8>> = self
            .placed
            .keys()
            .filter(is_in)
            .map(|names| &names[folder.len()])
            .collect();
        children
            .iter()
            .map(|name| TargetLimits::entries(name))
            .sum()
    }

    fn occupant(&self, path: &TargetPath) -> Occupant {
        let names = &self.folded(path.names());
        let same = self.placed.get(path.names()).or_else(|| {
            let mut placed = self.placed.iter();
            let found = placed.find(|(other, _)| self.folded(other) == *names);
            found.map(|(_, file)| file)
        });
        if let Some(file) = same {
            let size_bytes = file.content.len() as u64;
            return Occupant::File { size_bytes };
        }
        let is_below = |other: &Vec<Vec<u8>>| other.len() > names.len() && other.starts_with(names);
        let is_above = |other: &Vec<Vec<u8>>| other.len() < names.len() && names.starts_with(other);
        let mut placed = self.placed.keys().map(|it| self.folded(it));
        match placed.any(|it| is_below(&it) || is_above(&it)) {
            true => Occupant::Other,
            false => Occupant::Nothing,
        }
    }
}

impl Target for FakeTarget {
    fn look(&self, path: &TargetPath) -> Result<Occupant, TargetError> {
        let state = self.operate()?;
        state.check(path)?;
        Ok(state.occupant(path))
    }

    fn stage(&self, id: StagedId) -> Result<Box<dyn TargetDraft>, TargetError> {
        let staged = Staged {
            file: TargetFile {
                content: Vec::new(),
                modified_unix_s: None,
            },
            finished: false,
            durable: false,
        };
        self.operate()?.staged.insert(id, staged);
        Ok(Box::new(FakeTargetDraft {
            target: self.clone(),
            id,
        }))
    }

    fn flush(&self) -> Result<(), TargetError> {
        let mut state = self.operate()?;
        state.uncertain.clear();
        for staged in state.staged.values_mut() {
            // What is still being written may be torn even after a flush.
            staged.durable = staged.finished;
        }
        Ok(())
    }

    fn read_back(
        &self,
        file: OnTarget<'_>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, TargetError> {
        let mut state = self.operate()?;
        let mut content = match file {
            OnTarget::Staged(id) => {
                let staged = state.staged.get(&id).expect("it was staged");
                assert!(staged.durable, "{id:?} is read back before it was flushed");
                staged.file.content.clone()
            }
            OnTarget::Placed(path) => match state.placed.get(path.names()) {
                Some(file) => file.content.clone(),
                None => return Err(TargetError::Refused { errno: ENOTDIR }),
            },
        };
        if state.flips > 0 {
            state.flips -= 1;
            let middle = content.len() / 2;
            if let Some(byte) = content.get_mut(middle) {
                *byte ^= 0x10;
            }
        }
        drop(state);
        let mut handed = 0;
        for piece in content.chunks(PIECE_BYTES) {
            handed += piece.len() as u64;
            if sink(piece).is_break() {
                break;
            }
        }
        Ok(handed)
    }

    fn place(&self, id: StagedId, path: &TargetPath) -> Result<(), TargetError> {
        let mut state = self.operate()?;
        state.check(path)?;
        if state.occupant(path) != Occupant::Nothing {
            return Err(TargetError::Exists);
        }
        if let (Some(max), Some((name, folder))) =
            (state.limits().folder_entries_max, path.names().split_last())
            && state.entries(folder) + TargetLimits::entries(name) > max
        {
            return Err(TargetError::Refused { errno: ENOSPC });
        }
        let staged = state.staged.remove(&id).expect("it was staged");
        assert!(staged.durable, "{path} is placed before it was flushed");
        state.placed.insert(path.names().to_vec(), staged.file);
        state.uncertain.insert(path.names().to_vec());
        Ok(())
    }

    fn clear(&self) -> Result<(), TargetError> {
        self.operate()?.staged.clear();
        Ok(())
    }

    fn limits(&self) -> Result<TargetLimits, TargetError> {
        Ok(self.operate()?.limits())
    }

    fn free_bytes(&self) -> Result<u64, TargetError> {
        let state = self.operate()?;
        let capacity_bytes = state.capacity_bytes.unwrap_or(1 << 40);
        Ok(capacity_bytes.saturating_sub(state.used_bytes()))
    }
}

struct FakeTargetDraft {
    target: FakeTarget,
    id: StagedId,
}

impl TargetDraft for FakeTargetDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        let mut state = self.target.operate()?;
        let used_bytes = state.used_bytes() + bytes.len() as u64;
        if state
            .capacity_bytes
            .is_some_and(|capacity| used_bytes > capacity)
        {
            return Err(TargetError::Full);
        }
        let limits = state.limits();
        let staged = state.staged.get_mut(&self.id).expect("it is staged");
        let size_bytes = (staged.file.content.len() + bytes.len()) as u64;
        if !limits.takes_length(size_bytes) {
            return Err(TargetError::Refused { errno: EFBIG });
        }
        staged.file.content.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), TargetError> {
        let mut state = self.target.operate()?;
        let limits = state.limits();
        let staged = state.staged.get_mut(&self.id).expect("it is staged");
        staged.file.modified_unix_s = modified_unix_s.map(|unix_s| {
            let step = i64::from(limits.time_step_s);
            unix_s - unix_s.rem_euclid(step)
        });
        staged.finished = true;
        Ok(())
    }
}
