//! Reads a few bytes here and there out of a stream that comes in pieces of any length, and skips over all between.

/// Where the next bytes of interest are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many bytes from there on, never before the end of what was read last.
    Read { at: u64, bytes: usize },
    /// Nothing that follows is of interest.
    Rest,
}

/// A format whose parts say how long they are.
pub(crate) trait Walk {
    /// What is wanted first.
    fn begin(&mut self) -> Step;

    /// Is given exactly what it last asked for.
    fn take(&mut self, at: u64, bytes: &[u8]) -> Step;
}

/// Carries a walk over the pieces. Memory: the bytes of one step.
pub(crate) struct Steps<W> {
    walk: W,
    /// Position of the next byte that comes.
    position: u64,
    wanted: Step,
    held: Vec<u8>,
}

/// How a walk came to the end of the stream.
pub(crate) struct End<'a, W> {
    pub(crate) walk: W,
    pub(crate) length: u64,
    /// What it still waited for.
    pub(crate) wanted: Step,
    /// As much of that as there was.
    pub(crate) held: &'a [u8],
}

impl<W: Walk> Steps<W> {
    pub(crate) fn new(mut walk: W) -> Self {
        let wanted = walk.begin();
        Self {
            walk,
            position: 0,
            wanted,
            held: Vec::new(),
        }
    }

    pub(crate) fn feed(&mut self, mut piece: &[u8]) {
        while let Step::Read { at, bytes } = self.wanted {
            let next = at.saturating_add(self.held.len() as u64);
            let skip = next.saturating_sub(self.position);
            if skip >= piece.len() as u64 {
                break;
            }
            // Less than the piece's length, which is a usize.
            piece = &piece[skip as usize..];
            self.position += skip;
            let missing = bytes.saturating_sub(self.held.len());
            let taken = missing.min(piece.len());
            let (now, rest) = piece.split_at(taken);
            let step = if taken < missing {
                self.held.extend_from_slice(now);
                self.wanted
            } else if self.held.is_empty() {
                self.walk.take(at, now)
            } else {
                self.held.extend_from_slice(now);
                let step = self.walk.take(at, &self.held);
                self.held.clear();
                step
            };
            self.position += taken as u64;
            piece = rest;
            self.wanted = match step {
                // A step back would never be answered, and one of no bytes would never end.
                Step::Read { at, bytes }
                    if bytes > 0 && (taken < missing || at >= self.position) =>
                {
                    Step::Read { at, bytes }
                }
                _ => Step::Rest,
            };
        }
        self.position += piece.len() as u64;
    }

    pub(crate) fn walk(&self) -> &W {
        &self.walk
    }

    /// How many bytes came.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn finish<T>(self, judge: impl FnOnce(End<'_, W>) -> T) -> T {
        judge(End {
            walk: self.walk,
            length: self.position,
            wanted: self.wanted,
            held: &self.held,
        })
    }
}

impl<W> End<'_, W> {
    /// The least length at which the walk could have gone on.
    pub(crate) fn needs_bytes(&self) -> u64 {
        match self.wanted {
            Step::Read { at, bytes } => at.saturating_add(bytes as u64),
            Step::Rest => 0,
        }
    }
}

/// Big-endian and little-endian numbers out of the first bytes of a slice, which has them by what its caller asked for; missing bytes
/// count as zeros.
pub(crate) fn be32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(first(bytes))
}

pub(crate) fn be64(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(first(bytes))
}

pub(crate) fn le32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(first(bytes))
}

pub(crate) fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    for (to, from) in array.iter_mut().zip(bytes) {
        *to = *from;
    }
    array
}
