//! The restore sheet, which has no secret on it, copied to a plain stick or disk beside what is there.

use crate::device::{DeviceFacts, DeviceId};

use super::event::Command;
use super::keys::move_cursor;
use super::page::Page;
use super::reading::{PlaceLine, TargetDiskError};
use super::{Effect, Machine};

/// Where that is.
#[derive(Clone, Debug)]
pub(super) enum SheetCopyPage {
    Where {
        /// Which disk, and which of its partitions. `None` where that has gone: nothing is taken in its place.
        chosen: Option<(DeviceId, u32)>,
    },
    Copying {
        disk: String,
        since_ms: u64,
    },
    Done {
        disk: String,
        file: String,
    },
    Failed {
        disk: String,
        error: SheetCopyError,
    },
}

/// Why the sheet was not copied. The archive is not affected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetCopyError {
    /// The disk can't be used.
    #[error(transparent)]
    Disk(#[from] TargetDiskError),
    /// There is no room for it.
    #[error("there is no room on the disk")]
    Full,
    /// The disk gave back something else than was written.
    #[error("the disk gave back something else than was written")]
    NotKept,
    /// The sheet could not be made from the archive.
    #[error("the sheet could not be made")]
    NoSheet,
}

/// What is to be seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetCopyView {
    /// A disk is chosen.
    Where {
        /// Those there are.
        places: Vec<PlaceLine>,
        /// Which the cursor is on.
        cursor: Option<usize>,
    },
    /// It is copied.
    Copying {
        /// The disk.
        disk: String,
        /// So far.
        elapsed_s: u64,
    },
    /// It is there, and the disk may be unplugged.
    Done {
        /// The disk.
        disk: String,
        /// Its name there.
        file: String,
    },
    /// It is not.
    Failed {
        /// The disk.
        disk: String,
        /// Why.
        error: SheetCopyError,
    },
}

impl SheetCopyPage {
    /// Whether it shows a clock that runs.
    pub(super) fn has_clock(&self) -> bool {
        matches!(self, Self::Copying { .. })
    }
}

impl Machine {
    pub(super) fn begin_sheet_copy(&self) -> Page {
        let first = self.places_as_they_are().into_iter().next();
        let chosen = first.map(|(facts, number, _)| (facts.id.clone(), number));
        Page::SheetCopy(SheetCopyPage::Where { chosen })
    }

    pub(super) fn press_sheet_copy(&mut self, command: Command, page: SheetCopyPage) -> Page {
        let is_answer = matches!(command, Command::Accept | Command::Back);
        Page::SheetCopy(match page {
            SheetCopyPage::Where { .. } if command == Command::Back => return Page::home(),
            SheetCopyPage::Where { chosen } => self.press_where_to_copy(command, chosen),
            SheetCopyPage::Failed { .. } if command == Command::Accept => {
                return self.begin_sheet_copy();
            }
            SheetCopyPage::Done { .. } | SheetCopyPage::Failed { .. } if is_answer => {
                return Page::home();
            }
            page => page,
        })
    }

    fn press_where_to_copy(
        &mut self,
        command: Command,
        chosen: Option<(DeviceId, u32)>,
    ) -> SheetCopyPage {
        let places = self.places_as_they_are();
        let at = chosen.as_ref().and_then(|it| position(&places, it));
        if command == Command::Accept {
            let Some((facts, partition, line)) = at.and_then(|at| places.into_iter().nth(at))
            else {
                return SheetCopyPage::Where { chosen };
            };
            self.effects.push_back(Effect::CopySheet {
                disk: facts,
                partition,
            });
            return SheetCopyPage::Copying {
                disk: line.disk.name,
                since_ms: self.now.monotonic_ms,
            };
        }
        // From nowhere, the first arrow leads to the first.
        let to = at.map_or(0, |at| move_cursor(command, at, places.len()));
        let chosen = places
            .get(to)
            .map(|(facts, number, _)| (facts.id.clone(), *number));
        SheetCopyPage::Where { chosen }
    }

    pub(super) fn sheet_copied(&mut self, outcome: Result<String, SheetCopyError>) {
        let Page::SheetCopy(SheetCopyPage::Copying { disk, .. }) = &self.page else {
            return;
        };
        let disk = disk.clone();
        self.page = Page::SheetCopy(match outcome {
            Ok(file) => SheetCopyPage::Done { disk, file },
            Err(error) => SheetCopyPage::Failed { disk, error },
        });
    }

    pub(super) fn show_sheet_copy(&self, page: &SheetCopyPage) -> SheetCopyView {
        match page {
            SheetCopyPage::Where { chosen } => {
                let places = self.places_as_they_are();
                SheetCopyView::Where {
                    cursor: chosen.as_ref().and_then(|it| position(&places, it)),
                    places: places.into_iter().map(|(.., line)| line).collect(),
                }
            }
            SheetCopyPage::Copying { disk, since_ms } => SheetCopyView::Copying {
                disk: disk.clone(),
                elapsed_s: self.now.monotonic_ms.saturating_sub(*since_ms) / 1_000,
            },
            SheetCopyPage::Done { disk, file } => SheetCopyView::Done {
                disk: disk.clone(),
                file: file.clone(),
            },
            SheetCopyPage::Failed { disk, error } => SheetCopyView::Failed {
                disk: disk.clone(),
                error: error.clone(),
            },
        }
    }
}

fn position(places: &[(DeviceFacts, u32, PlaceLine)], chosen: &(DeviceId, u32)) -> Option<usize> {
    let mut places = places.iter();
    places.position(|(facts, number, _)| (&facts.id, number) == (&chosen.0, &chosen.1))
}
