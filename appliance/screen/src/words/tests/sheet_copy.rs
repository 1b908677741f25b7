//! The pages of a copy of the sheet.

use heirloom_engine::*;

use super::disk;

pub(super) fn pages() -> Vec<PageView> {
    let place = || PlaceLine {
        disk: disk(),
        part: Some(PartView {
            label: "Holiday pictures of 2026".into(),
            file_system: FileSystem::ExFat,
            size_bytes: 64_000_000_000,
        }),
    };
    let io = TargetDiskError::Io {
        action: "writing the sheet",
        errno: 5,
    };
    let failed = [
        SheetCopyError::Disk(TargetDiskError::Unclean),
        SheetCopyError::Disk(io),
        SheetCopyError::Full,
        SheetCopyError::NotKept,
        SheetCopyError::NoSheet,
    ];
    let failed = failed.map(|error| SheetCopyView::Failed {
        disk: disk().name,
        error,
    });
    let others = [
        SheetCopyView::Where {
            places: vec![],
            cursor: None,
        },
        SheetCopyView::Where {
            places: vec![place(); 3],
            cursor: Some(1),
        },
        SheetCopyView::Where {
            places: vec![place(); 3],
            cursor: None,
        },
        SheetCopyView::Copying {
            disk: disk().name,
            elapsed_s: 3,
        },
        SheetCopyView::Done {
            disk: disk().name,
            file: "Heirloom/Restore sheet The Featherstonehaugh-Müller fam 2026-11-22 (2).pdf"
                .into(),
        },
    ];
    let all = others.into_iter().chain(failed);
    all.map(PageView::SheetCopy).collect()
}
