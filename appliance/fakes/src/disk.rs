//! A file system in memory, in two images: what programs see, and what a power cut would leave.
//!
//! Each change of names is an operation of its own that waits until a flush takes it over. A power cut may keep or lose any of those that
//! wait, in any combination: more than a journalling file system would do. A rename is one operation, as it is on ext4.

use std::collections::{BTreeMap, HashMap, HashSet};

use heirloom_engine::{EntryKind, VolumeError, VolumePath};

use crate::random::Random;
use crate::volume::PowerCut;

pub(crate) const ROOT: u64 = 0;

/// What a drive writes wholly or not at all, or so it says.
const SECTOR_BYTES: usize = 512;

pub(crate) const ENOTDIR: i32 = 20;
pub(crate) const EISDIR: i32 = 21;
pub(crate) const EINVAL: i32 = 22;

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Folder {
        live: BTreeMap<String, u64>,
        durable: BTreeMap<String, u64>,
    },
    File {
        content: Vec<u8>,
        modified_unix_s: Option<i64>,
        /// How much of it, from the first byte, a power cut leaves.
        durable_bytes: usize,
        /// All of it was flushed as it is, with its time.
        durable: bool,
        names: u64,
    },
    Link {
        target: String,
    },
}

/// A change of names: in each folder, what a name stands for from now on.
type Operation = Vec<(u64, String, Option<u64>)>;

#[derive(Clone, Debug)]
pub(crate) struct Disk {
    nodes: HashMap<u64, Node>,
    next_node: u64,
    pending: Vec<Operation>,
    pub(crate) capacity_bytes: u64,
    pub(crate) used_bytes: u64,
    pub(crate) names_max: u64,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let root = Node::Folder {
            live: BTreeMap::new(),
            durable: BTreeMap::new(),
        };
        Self {
            nodes: HashMap::from([(ROOT, root)]),
            next_node: ROOT + 1,
            pending: Vec::new(),
            capacity_bytes: 1 << 40,
            used_bytes: 0,
            // As on ext4.
            names_max: 65_000,
        }
    }

    pub(crate) fn node(&self, id: u64) -> &Node {
        &self.nodes[&id]
    }

    pub(crate) fn node_mut(&mut self, id: u64) -> &mut Node {
        self.nodes.get_mut(&id).expect("nodes outlive their names")
    }

    pub(crate) fn add(&mut self, node: Node) -> u64 {
        self.next_node += 1;
        self.nodes.insert(self.next_node, node);
        self.next_node
    }

    pub(crate) fn find(&self, path: &VolumePath) -> Result<u64, VolumeError> {
        let mut at = ROOT;
        for part in path.as_str().split('/') {
            let Node::Folder { live, .. } = self.node(at) else {
                return Err(VolumeError::Io {
                    path: path.clone(),
                    errno: ENOTDIR,
                });
            };
            at = *live
                .get(part)
                .ok_or_else(|| VolumeError::Missing(path.clone()))?;
        }
        Ok(at)
    }

    /// The folder that a path is in, and the name in it.
    pub(crate) fn parent<'p>(&self, path: &'p VolumePath) -> Result<(u64, &'p str), VolumeError> {
        let (folder, name) = match path.as_str().rsplit_once('/') {
            Some((folder, name)) => (self.find(&VolumePath::new(folder))?, name),
            None => (ROOT, path.as_str()),
        };
        match self.node(folder) {
            Node::Folder { .. } => Ok((folder, name)),
            _ => Err(VolumeError::Io {
                path: path.clone(),
                errno: ENOTDIR,
            }),
        }
    }

    pub(crate) fn entries(&self, folder: u64) -> Option<&BTreeMap<String, u64>> {
        match self.node(folder) {
            Node::Folder { live, .. } => Some(live),
            _ => None,
        }
    }

    pub(crate) fn kind(&self, id: u64) -> EntryKind {
        match self.node(id) {
            Node::Folder { .. } => EntryKind::Folder,
            Node::File { .. } => EntryKind::File,
            Node::Link { .. } => EntryKind::Link,
        }
    }

    /// Changes names in the live image; the durable one follows with a flush.
    pub(crate) fn change(&mut self, operation: Operation) {
        for (folder, name, node) in &operation {
            let Node::Folder { live, .. } = self.node_mut(*folder) else {
                panic!("names are in folders")
            };
            let before = match node {
                Some(node) => live.insert(name.clone(), *node),
                None => live.remove(name),
            };
            self.count(before, false);
            self.count(*node, true);
        }
        self.pending.push(operation);
    }

    fn count(&mut self, id: Option<u64>, gained: bool) {
        let Some(id) = id else { return };
        if let Node::File { content, names, .. } = self.node_mut(id) {
            let size_bytes = content.len() as u64;
            if gained {
                *names += 1;
                if *names == 1 {
                    self.used_bytes += size_bytes;
                }
            } else {
                *names -= 1;
                if *names == 0 {
                    self.used_bytes -= size_bytes;
                }
            }
        }
    }

    pub(crate) fn remove(&mut self, folder: u64, name: &str) {
        let Some(&id) = self.entries(folder).and_then(|live| live.get(name)) else {
            return;
        };
        let below: Vec<String> = self
            .entries(id)
            .map(|live| live.keys().cloned().collect())
            .unwrap_or_default();
        for name in below {
            self.remove(id, &name);
        }
        self.change(vec![(folder, name.to_owned(), None)]);
    }

    /// Takes over everything.
    pub(crate) fn flush(&mut self) {
        for operation in std::mem::take(&mut self.pending) {
            self.make_durable(operation);
        }
        for node in self.nodes.values_mut() {
            if let Node::File {
                content,
                durable_bytes,
                durable,
                ..
            } = node
            {
                *durable_bytes = content.len();
                *durable = true;
            }
        }
    }

    fn make_durable(&mut self, operation: Operation) {
        for (folder, name, node) in operation {
            if let Node::Folder { durable, .. } = self.node_mut(folder) {
                match node {
                    Some(node) => durable.insert(name, node),
                    None => durable.remove(&name),
                };
            }
        }
    }

    /// What is left after the power came back.
    pub(crate) fn power_cut(&mut self, cut: PowerCut) {
        let mut random = Random(match cut {
            PowerCut::Seeded(seed) => seed,
            PowerCut::LosesAll | PowerCut::KeepsAll => 0,
        });
        let keeps = |random: &mut Random| match cut {
            PowerCut::LosesAll => false,
            PowerCut::KeepsAll => true,
            PowerCut::Seeded(_) => random.coin(),
        };
        for operation in std::mem::take(&mut self.pending) {
            if keeps(&mut random) {
                self.make_durable(operation);
            }
        }
        // In a fixed order, so that a seed means the same each time.
        let mut ids: Vec<u64> = self.nodes.keys().copied().collect();
        ids.sort_unstable();
        for id in &ids {
            match self.node_mut(*id) {
                Node::Folder { live, durable } => live.clone_from(durable),
                Node::File {
                    content,
                    modified_unix_s,
                    durable_bytes,
                    durable,
                    names,
                } => {
                    *names = 0;
                    if !*durable && !keeps(&mut random) {
                        *modified_unix_s = None;
                        tear(content, *durable_bytes, &mut random);
                    }
                    *durable_bytes = content.len();
                    *durable = true;
                }
                Node::Link { .. } => {}
            }
        }
        self.recount();
    }

    fn recount(&mut self) {
        let mut reached = HashSet::from([ROOT]);
        let mut folders = vec![ROOT];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for &id in self.entries(folder).expect("a folder").values() {
                match self.kind(id) {
                    EntryKind::File => files.push(id),
                    EntryKind::Folder if reached.insert(id) => folders.push(id),
                    EntryKind::Folder => panic!("a folder has two names"),
                    EntryKind::Link | EntryKind::Other => {}
                }
                reached.insert(id);
            }
        }
        self.nodes.retain(|id, _| reached.contains(id));
        self.used_bytes = 0;
        for id in files {
            self.count(Some(id), true);
        }
    }
}

/// What a power cut leaves of content that was on its way, after what had arrived: sectors arrive in any order, one of them may be torn in its middle, and the length
/// may not have arrived at all. What is missing reads as zeros.
fn tear(content: &mut Vec<u8>, durable_bytes: usize, random: &mut Random) {
    let kept_bytes = durable_bytes + random.below(content.len() - durable_bytes + 1);
    match random.below(3) {
        0 => content.truncate(kept_bytes),
        1 => content[kept_bytes..].fill(0),
        _ => {
            let mut lost_any = false;
            for sector in content[durable_bytes..].chunks_mut(SECTOR_BYTES) {
                if random.coin() {
                    let torn_at = random.below(sector.len() + 1);
                    sector[torn_at..].fill(0);
                    lost_any = true;
                }
            }
            if !lost_any {
                content.truncate(durable_bytes);
            }
        }
    }
}
