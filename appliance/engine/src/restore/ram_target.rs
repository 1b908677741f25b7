//! A target in memory, for rehearsals: what is restored to it is gone with it, and no disk ever had it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::limits::{TargetFileSystem, TargetLimits};
use super::target::{Occupant, OnTarget, StagedId, Target, TargetDraft, TargetError, TargetPath};

const NAME_BYTES_MAX: usize = 255;
const PIECE_BYTES: usize = 1 << 20;
/// Linux's numbers for what a file system would say.
const ENOENT: i32 = 2;
const ENAMETOOLONG: i32 = 36;

/// Memory for a bounded number of bytes. Clones share it.
#[derive(Clone)]
pub struct RamTarget(Arc<Mutex<State>>);

struct State {
    capacity_bytes: u64,
    used_bytes: u64,
    staged: BTreeMap<StagedId, Vec<u8>>,
    placed: BTreeMap<Vec<Vec<u8>>, Vec<u8>>,
}

impl RamTarget {
    /// Room for so many bytes; none are taken yet.
    pub fn new(capacity_bytes: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            capacity_bytes,
            used_bytes: 0,
            staged: BTreeMap::new(),
            placed: BTreeMap::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked while holding it left counts that are too high at worst.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RamTarget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Contents are somebody's photos.
        let files = self.state().placed.len();
        out.debug_struct("RamTarget")
            .field("files", &files)
            .finish_non_exhaustive()
    }
}

impl State {
    fn occupant(&self, path: &TargetPath) -> Result<Occupant, TargetError> {
        let names = path.names();
        if names.iter().any(|name| name.len() > NAME_BYTES_MAX) {
            let errno = ENAMETOOLONG;
            return Err(TargetError::Refused { errno });
        }
        if let Some(content) = self.placed.get(names) {
            let size_bytes = content.len() as u64;
            return Ok(Occupant::File { size_bytes });
        }
        let below = self.placed.range(names.to_vec()..).next();
        let is_folder = below.is_some_and(|(other, _)| other.starts_with(names));
        let mut above = (1..names.len()).map(|depth| &names[..depth]);
        let is_below_a_file = above.any(|folder| self.placed.contains_key(folder));
        Ok(match is_folder || is_below_a_file {
            true => Occupant::Other,
            false => Occupant::Nothing,
        })
    }

    fn drop_staged(&mut self, id: StagedId) {
        let content = self.staged.remove(&id).unwrap_or_default();
        self.used_bytes = self.used_bytes.saturating_sub(content.len() as u64);
    }
}

impl Target for RamTarget {
    fn look(&self, path: &TargetPath) -> Result<Occupant, TargetError> {
        self.state().occupant(path)
    }

    fn stage(&self, id: StagedId) -> Result<Box<dyn TargetDraft>, TargetError> {
        let mut state = self.state();
        state.drop_staged(id);
        state.staged.insert(id, Vec::new());
        let target = self.clone();
        Ok(Box::new(RamTargetDraft { target, id }))
    }

    fn flush(&self) -> Result<(), TargetError> {
        Ok(())
    }

    fn read_back(
        &self,
        file: OnTarget<'_>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, TargetError> {
        let state = self.state();
        let content = match file {
            OnTarget::Staged(id) => state.staged.get(&id),
            OnTarget::Placed(path) => state.placed.get(path.names()),
        };
        let content = content.ok_or(TargetError::Refused { errno: ENOENT })?;
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
        let mut state = self.state();
        if state.occupant(path)? != Occupant::Nothing {
            return Err(TargetError::Exists);
        }
        let content = state.staged.remove(&id);
        let content = content.ok_or(TargetError::Refused { errno: ENOENT })?;
        state.placed.insert(path.names().to_vec(), content);
        Ok(())
    }

    fn clear(&self) -> Result<(), TargetError> {
        let mut state = self.state();
        let staged: Vec<StagedId> = state.staged.keys().copied().collect();
        for id in staged {
            state.drop_staged(id);
        }
        Ok(())
    }

    fn limits(&self) -> Result<TargetLimits, TargetError> {
        Ok(TargetLimits::of(TargetFileSystem::Linux, 1))
    }

    fn free_bytes(&self) -> Result<u64, TargetError> {
        let state = self.state();
        Ok(state.capacity_bytes.saturating_sub(state.used_bytes))
    }
}

struct RamTargetDraft {
    target: RamTarget,
    id: StagedId,
}

impl TargetDraft for RamTargetDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        let mut state = self.target.state();
        let used_bytes = state.used_bytes + bytes.len() as u64;
        if used_bytes > state.capacity_bytes {
            return Err(TargetError::Full);
        }
        let staged = state.staged.get_mut(&self.id);
        let staged = staged.ok_or(TargetError::Refused { errno: ENOENT })?;
        staged.extend_from_slice(bytes);
        state.used_bytes = used_bytes;
        Ok(())
    }

    /// Times are not kept: nobody will see them.
    fn finish(self: Box<Self>, _modified_unix_s: Option<i64>) -> Result<(), TargetError> {
        Ok(())
    }
}
