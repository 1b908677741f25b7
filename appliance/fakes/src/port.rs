//! The fake volume as the port that it stands in for: every call counts as an operation, and may fail.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use heirloom_engine::{Draft, Entry, EntryKind, FileFacts, Space, Volume, VolumeError, VolumePath};

use crate::disk::{EINVAL, EISDIR, ENOTDIR, Node, ROOT};
use crate::volume::FakeVolume;

/// Small, so that callers meet more than one piece even with small files.
const PIECE_BYTES: usize = 64 << 10;
/// What a file says whose time was not set.
const TIME_OF_WRITING_UNIX_S: i64 = 1_800_000_000;

fn hand_over(bytes: &[u8], sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> u64 {
    let mut handed = 0;
    for piece in bytes.chunks(PIECE_BYTES) {
        handed += piece.len() as u64;
        if sink(piece).is_break() {
            break;
        }
    }
    handed
}

impl Volume for FakeVolume {
    fn make_folder(&self, path: &VolumePath) -> Result<(), VolumeError> {
        let mut state = self.operate()?;
        let mut at = ROOT;
        for part in path.as_str().split('/') {
            let Some(live) = state.disk.entries(at) else {
                return Err(VolumeError::Io {
                    path: path.clone(),
                    errno: ENOTDIR,
                });
            };
            at = match live.get(part) {
                Some(&id) => id,
                None => {
                    let folder = Node::Folder {
                        live: BTreeMap::new(),
                        durable: BTreeMap::new(),
                    };
                    let id = state.disk.add(folder);
                    state.disk.change(vec![(at, part.to_owned(), Some(id))]);
                    id
                }
            };
        }
        match state.disk.kind(at) {
            EntryKind::Folder => Ok(()),
            _ => Err(VolumeError::Io {
                path: path.clone(),
                errno: ENOTDIR,
            }),
        }
    }

    fn create(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        let mut state = self.operate()?;
        if state.disk.find(path).is_ok() {
            return Err(VolumeError::Exists(path.clone()));
        }
        let (folder, name) = state.disk.parent(path)?;
        let file = Node::File {
            content: Vec::new(),
            modified_unix_s: None,
            durable_bytes: 0,
            durable: false,
            names: 0,
        };
        let node = state.disk.add(file);
        state
            .disk
            .change(vec![(folder, name.to_owned(), Some(node))]);
        Ok(Box::new(FakeDraft {
            volume: self.clone(),
            path: path.clone(),
            node,
        }))
    }

    fn create_private(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        self.create(path)
    }

    fn reopen(
        &self,
        path: &VolumePath,
        keep_bytes: u64,
    ) -> Result<Option<Box<dyn Draft>>, VolumeError> {
        let mut state = self.operate()?;
        let (Ok(node), Ok(keep)) = (state.disk.find(path), usize::try_from(keep_bytes)) else {
            return Ok(None);
        };
        match state.disk.node_mut(node) {
            Node::File {
                content,
                durable_bytes,
                durable,
                names: 1,
                ..
            } if content.len() >= keep => {
                let removed_bytes = (content.len() - keep) as u64;
                content.truncate(keep);
                *durable_bytes = keep.min(*durable_bytes);
                *durable = false;
                state.disk.used_bytes -= removed_bytes;
                Ok(Some(Box::new(FakeDraft {
                    volume: self.clone(),
                    path: path.clone(),
                    node,
                })))
            }
            _ => Ok(None),
        }
    }

    fn target(&self, path: &VolumePath) -> Result<String, VolumeError> {
        let state = self.operate()?;
        match state.disk.node(state.disk.find(path)?) {
            Node::Link { target } => Ok(target.clone()),
            _ => Err(VolumeError::Io {
                path: path.clone(),
                errno: EINVAL,
            }),
        }
    }

    fn link(&self, existing: &VolumePath, new: &VolumePath) -> Result<(), VolumeError> {
        let mut state = self.operate()?;
        let id = state.disk.find(existing)?;
        if state.disk.find(new).is_ok() {
            return Err(VolumeError::Exists(new.clone()));
        }
        let (folder, name) = state.disk.parent(new)?;
        match state.disk.node(id) {
            Node::File { names, .. } if *names >= state.disk.names_max => {
                Err(VolumeError::TooManyLinks)
            }
            Node::File { .. } => {
                state.disk.change(vec![(folder, name.to_owned(), Some(id))]);
                Ok(())
            }
            _ => Err(VolumeError::Io {
                path: existing.clone(),
                errno: EISDIR,
            }),
        }
    }

    fn point(&self, path: &VolumePath, target: &str) -> Result<(), VolumeError> {
        assert!(
            !target.contains('/'),
            "{path} must point to a sibling, not to {target}"
        );
        let mut state = self.operate()?;
        let (folder, name) = state.disk.parent(path)?;
        if state
            .disk
            .find(path)
            .is_ok_and(|id| state.disk.kind(id) != EntryKind::Link)
        {
            return Err(VolumeError::Exists(path.clone()));
        }
        let node = state.disk.add(Node::Link {
            target: target.to_owned(),
        });
        state
            .disk
            .change(vec![(folder, name.to_owned(), Some(node))]);
        Ok(())
    }

    fn rename(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        let mut state = self.operate()?;
        let id = state.disk.find(from)?;
        if state.disk.find(to).is_ok() {
            return Err(VolumeError::Exists(to.clone()));
        }
        let (old_folder, old_name) = state.disk.parent(from)?;
        let (new_folder, new_name) = state.disk.parent(to)?;
        // Gained before lost, so that the content is never counted as gone.
        state.disk.change(vec![
            (new_folder, new_name.to_owned(), Some(id)),
            (old_folder, old_name.to_owned(), None),
        ]);
        Ok(())
    }

    fn replace(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        let mut state = self.operate()?;
        let (id, replaced) = (state.disk.find(from)?, state.disk.find(to)?);
        assert_ne!(id, replaced, "{to} replaced by itself");
        for (path, id) in [(from, id), (to, replaced)] {
            assert_eq!(state.disk.kind(id), EntryKind::File, "{path}");
        }
        let (old_folder, old_name) = state.disk.parent(from)?;
        let (new_folder, new_name) = state.disk.parent(to)?;
        state.disk.change(vec![
            (new_folder, new_name.to_owned(), Some(id)),
            (old_folder, old_name.to_owned(), None),
        ]);
        Ok(())
    }

    fn remove(&self, path: &VolumePath) -> Result<(), VolumeError> {
        let mut state = self.operate()?;
        match state.disk.parent(path) {
            Ok((folder, name)) => state.disk.remove(folder, name),
            Err(VolumeError::Missing(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), VolumeError> {
        self.operate()?.disk.flush();
        Ok(())
    }

    fn read(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        Ok(hand_over(&self.content(path, false)?, sink))
    }

    fn read_back(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        Ok(hand_over(&self.content(path, true)?, sink))
    }

    fn facts(&self, path: &VolumePath) -> Result<FileFacts, VolumeError> {
        let state = self.operate()?;
        let id = state.disk.find(path)?;
        match state.disk.node(id) {
            Node::File {
                content,
                modified_unix_s,
                ..
            } => Ok(FileFacts {
                size_bytes: content.len() as u64,
                modified_unix_s: modified_unix_s.unwrap_or(TIME_OF_WRITING_UNIX_S),
            }),
            _ => Err(VolumeError::Io {
                path: path.clone(),
                errno: EISDIR,
            }),
        }
    }

    fn list(&self, folder: Option<&VolumePath>) -> Result<Vec<Entry>, VolumeError> {
        let state = self.operate()?;
        let id = folder.map_or(Ok(ROOT), |folder| state.disk.find(folder))?;
        match (state.disk.entries(id), folder) {
            (Some(entries), _) => Ok(entries
                .iter()
                .map(|(name, &id)| Entry {
                    name: name.clone(),
                    kind: state.disk.kind(id),
                    file_id: id,
                })
                .collect()),
            (None, Some(path)) => Err(VolumeError::Io {
                path: path.clone(),
                errno: ENOTDIR,
            }),
            (None, None) => unreachable!("the top is a folder"),
        }
    }

    fn space(&self) -> Result<Space, VolumeError> {
        let state = self.operate()?;
        Ok(Space {
            total_bytes: state.disk.capacity_bytes,
            free_bytes: state
                .disk
                .capacity_bytes
                .saturating_sub(state.disk.used_bytes),
        })
    }
}

struct FakeDraft {
    volume: FakeVolume,
    path: VolumePath,
    node: u64,
}

impl Draft for FakeDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), VolumeError> {
        let mut state = self.volume.operate()?;
        if state.disk.used_bytes.saturating_add(bytes.len() as u64) > state.disk.capacity_bytes {
            return Err(VolumeError::Full);
        }
        if let Node::File {
            content,
            durable,
            names,
            ..
        } = state.disk.node_mut(self.node)
        {
            content.extend_from_slice(bytes);
            *durable = false;
            if *names > 0 {
                state.disk.used_bytes += bytes.len() as u64;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, modified: Option<i64>) -> Result<(), VolumeError> {
        let mut state = self.volume.operate()?;
        if let Node::File {
            modified_unix_s,
            durable,
            ..
        } = state.disk.node_mut(self.node)
        {
            *modified_unix_s = modified;
            *durable = false;
        }
        state.flip_written(&self.path, self.node);
        Ok(())
    }
}
