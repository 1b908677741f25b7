//! The pages of a restore and of a rehearsal on which the most is to be said.

use heirloom_engine::*;
use heirloom_format::{Digest, Plan, StoredPath};

use crate::words::tests::{NAME, disk};

fn day(text: &str) -> heirloom_format::Day {
    text.parse().expect("a day")
}

fn path(text: &str) -> StoredPath {
    StoredPath::parse(text).expect("a path")
}

fn snapshot_line() -> SnapshotLine {
    SnapshotLine {
        name: "0012 2026-11-22".parse().expect("a snapshot's name"),
        contents: Some((123_456, 88_400_000_000)),
    }
}

pub(super) fn words(
    share_refused: Option<ShareRefusal>,
    word_refused: Option<WordRefusal>,
) -> WordsView {
    WordsView {
        name: NAME.into(),
        entered: 1,
        needed: Some(2),
        words: vec!["academic".into(); 20],
        cursor: 6,
        completed: Some("academic".into()),
        proposals: vec!["academic".into(); 6],
        word_refused,
        share_refused,
        is_full: true,
    }
}

fn problems(count: usize) -> Vec<RestoreProblem> {
    let problem = |number| {
        let name = format!("Internal/DCIM/Camera/PXL_20260101_{number:09}.mp4");
        RestoreProblem {
            place: VolumePath::new(format!("sources/x/0012 2026-11-22/data/{name}")),
            path: path(&name),
            reason: RestoreProblemReason::TooLong {
                max_bytes: 4_294_967_295,
            },
        }
    };
    (0..count).map(problem).collect()
}

pub(super) fn unlisted() -> UnlistedSource {
    UnlistedSource {
        source_folder: "Ben [1a2b3c4d]".into(),
        damage: damage(),
    }
}

fn damage() -> Damage {
    Damage {
        place: VolumePath::new("sources/Ben [1a2b3c4d]/0003 2025-01-01"),
        kind: DamageKind::Missing,
    }
}

pub(super) fn plan(problem_count: usize, free_bytes: u64) -> ReadingView {
    let limits = TargetLimits::of(TargetFileSystem::Fat, 4096);
    ReadingView::Plan {
        name: NAME.into(),
        disk: disk().name,
        target: TargetDisk {
            device: DeviceId("x".into()),
            limits,
            total_bytes: 64_000_000_000,
            free_bytes,
            folder: format!("Heirloom {NAME}"),
        },
        wanted: WantedView {
            source: Some(NAME.into()),
            older: Some(snapshot_line().name),
            marked: 3,
            days: Some((Some("2024-01-01".into()), Some("2024-12-31".into()))),
            layout: RestoreLayout::ByMonth,
        },
        plan: Box::new(RestorePlan {
            files: 12_345,
            bytes: 60_000_000_000,
            undated_files: 3,
            left_out_undated_files: 4,
            left_out_files: 5_000,
            needed_bytes: 61_000_000_000,
            free_bytes,
            problems: problems(problem_count),
            unlisted: vec![],
            limits,
        }),
        scroll: 0,
    }
}

fn part(source: &str, problem_count: usize) -> RestoredPart {
    RestoredPart {
        source_folder: format!("{source} [1a2b3c4d]"),
        snapshot: snapshot_line().name,
        folder: VolumePath::new("sources/x/0012 2026-11-22"),
        to: TargetPath::new(vec![format!("{source} [1a2b3c4d]").into_bytes()]),
        files: 12_345,
        restored_files: 12_000,
        restored_bytes: 60_000_000_000,
        mended_files: 2,
        already_files: 345 - problem_count as u64,
        undated_files: 3,
        parted_files: 5,
        left_out_undated_files: 4,
        left_out_files: 5,
        times_not_kept_files: 1,
        problems: problems(problem_count),
        damage: vec![damage()],
    }
}

pub(super) fn restored(
    problem_count: usize,
    parts: usize,
    unlisted: Vec<UnlistedSource>,
) -> ReadingView {
    ReadingView::Restored {
        name: NAME.into(),
        disk: disk().name,
        folder: "Heirloom Family".into(),
        report: Box::new(RestoreReport {
            parts: (0..parts).map(|_| part("Mia", problem_count)).collect(),
            unlisted,
            damage: vec![damage()],
            limits: TargetLimits::of(TargetFileSystem::ExFat, 4096),
        }),
        scroll: 0,
        is_open: problem_count > 0,
    }
}

pub(super) fn smooth_part(source: &str) -> RestoredPart {
    RestoredPart {
        mended_files: 0,
        already_files: 0,
        parted_files: 0,
        left_out_undated_files: 0,
        times_not_kept_files: 0,
        damage: vec![],
        ..part(source, 0)
    }
}

pub(super) fn rehearsed(problem_count: usize, is_recorded: bool) -> ReadingView {
    ReadingView::Rehearsed {
        name: NAME.into(),
        report: Box::new(RehearsalReport {
            date: day("2026-11-22"),
            newest_snapshot: Some(snapshot_line().name),
            head: Some(Digest::of(b"")),
            files: 123_456,
            newest_files: 20,
            sampled_files: 200,
            passed_over_files: 3,
            restored_files: 220 - problem_count as u64,
            restored_bytes: 600_000_000,
            mended_files: 2,
            problems: problems(problem_count),
            unlisted: vec![],
            damage: vec![],
        }),
        is_recorded,
        scroll: 0,
    }
}

fn running(files: Option<u64>, disk_name: Option<String>, stopping: bool) -> ReadingView {
    ReadingView::Running(RunningView {
        disk: disk_name,
        name: NAME.into(),
        files,
        bytes: 1_000_000_000,
        read_bytes: 500_000_000,
        done_files: 40,
        rate_bytes_per_s: Some(33_000_000),
        remaining_s: Some(16),
        elapsed_s: 15,
        stopping,
    })
}

pub(super) fn places() -> Vec<PlaceLine> {
    let kinds = [
        FileSystem::Fat,
        FileSystem::ExFat,
        FileSystem::Ntfs,
        FileSystem::Ext,
    ];
    let parts = kinds.map(|file_system| {
        Some(PartView {
            label: "Backup of the old laptop".into(),
            file_system,
            size_bytes: 1_000_000_000_000,
        })
    });
    let lines = parts.into_iter().chain([None]);
    lines.map(|part| PlaceLine { disk: disk(), part }).collect()
}

pub(super) fn choosing_pages() -> Vec<ReadingView> {
    let sources = |count| {
        let line = || SourceLine {
            name: NAME.into(),
            snapshots: 12,
            newest: snapshot_line(),
        };
        (0..count).map(|_| line()).collect::<Vec<_>>()
    };
    let what = |count, damaged: usize| ReadingView::What {
        name: NAME.into(),
        sources: sources(count),
        cursor: 0,
        damaged: vec!["sources/Ben [1a2b3c4d]/0003 2025-01-01 is missing".into(); damaged],
        wished: vec!["The letters to Anna, and what belongs to them".into(); damaged * 4],
        has_plan: damaged > 0,
    };
    let parts = [
        PartLine::All,
        PartLine::Folders,
        PartLine::Days,
        PartLine::Older,
    ];
    let part = |source: Option<&str>| ReadingView::Part {
        source: source.map(str::to_owned),
        snapshot: source.map(|_| snapshot_line()),
        lines: parts.to_vec(),
        cursor: 1,
    };
    let kind = ArchivedKind::Folder {
        files: 12_345,
        bytes: 60_000_000_000,
    };
    let browse = |count, error: Option<RestoreError>| {
        let line = BrowseLine {
            name: "A folder with a name that is longer than its column here".into(),
            kind,
            is_marked: true,
            has_marked: false,
        };
        ReadingView::Browse(BrowseView {
            source: NAME.into(),
            folder: Some("Internal shared storage/DCIM/Camera/".repeat(4)),
            lines: vec![line; count],
            cursor: count,
            marked_files: 12_345,
            marked_bytes: 60_000_000_000,
            is_loading: count == 0,
            error,
            refused: true,
        })
    };
    let mut pages = vec![
        what(0, 0),
        what(3, 1),
        what(30, 5),
        part(None),
        part(Some(NAME)),
        ReadingView::Snapshots {
            source: NAME.into(),
            snapshots: vec![snapshot_line(); 40],
            cursor: 30,
        },
        browse(40, None),
        browse(0, None),
        browse(0, Some(RestoreError::NothingThere)),
    ];
    for cursor in [0, 1] {
        let layouts = [RestoreLayout::AsItWas, RestoreLayout::ByMonth];
        pages.push(ReadingView::Layout { layouts, cursor });
    }
    let refusals = [
        None,
        Some(DaysRefusal::Empty),
        Some(DaysRefusal::NoDay),
        Some(DaysRefusal::Backwards),
    ];
    for refused in refusals {
        for line in [DaysLine::First, DaysLine::Last, DaysLine::Undated] {
            pages.push(ReadingView::Days {
                source: Some(NAME.into()),
                first: "2024-01-01".into(),
                last: "2024-12-31".into(),
                undated: UndatedFiles::Restored,
                line,
                refused,
            });
        }
    }
    for cursor in 0..5 {
        pages.push(ReadingView::Where {
            places: places(),
            cursor,
            read_only: vec![disk().name],
            lost: Some(disk().name),
        });
    }
    pages.push(recovery_plan(1));
    pages.push(recovery_plan(9));
    pages.push(ReadingView::Where {
        places: vec![],
        cursor: 0,
        read_only: vec![disk().name],
        lost: Some(disk().name),
    });
    pages
}

/// So many lines in each part.
pub(super) fn recovery_plan(lines: usize) -> ReadingView {
    let text = r#"{"version": 1, "rehearsals": [],
        "restore_order": ["The letters to Anna"],
        "people": [{"name": "Benjamin Feldmann-Sørensen", "role": "executor", "contact": "+47 22 22 22 22, ben@example.org", "may_restore": "after my death"}],
        "kept": [{"what": "sheet", "which": "", "place": "with the will, at the notary Lindqvist in the High Street"}],
        "accounts": [{"service": "Example Photos", "account": "anna@example.org", "credentials_at": "blue folder", "second_factor_at": "key ring"}],
        "shares": {"date": "2026-11-23", "needed": 2, "shares": [
            {"holder": "Benjamin Feldmann-Sørensen", "form": "copied", "read_back": "2026-11-23"},
            {"holder": "Мария-Луиза", "form": "printed"}, {"form": "copied", "read_back": "2026-11-23"}]}}"#;
    let plan = Plan::parse(text.as_bytes()).expect("a plan");
    let order = plan.restore_order.into_iter();
    let order = order.map(|line| PlanEntry::Step(1, line));
    let people = plan.people.into_iter().map(PlanEntry::Person);
    let accounts = plan.accounts.into_iter().map(PlanEntry::Account);
    let kept = plan.kept.into_iter().map(PlanEntry::Kept);
    let one_of_each: Vec<PlanEntry> = order.chain(people).chain(accounts).chain(kept).collect();
    let entries = one_of_each.into_iter();
    ReadingView::RecoveryPlan {
        name: NAME.into(),
        shares: plan.shares,
        entries: entries.flat_map(|it| vec![it; lines]).collect(),
        scroll: 0,
    }
}

pub(super) fn opening_pages() -> Vec<ReadingView> {
    let name = || NAME.to_owned();
    let mut pages = vec![
        ReadingView::ClosingOther { name: name() },
        ReadingView::ConfirmLeave { name: name() },
        ReadingView::Leaving { name: name() },
        ReadingView::Pulled { name: name() },
    ];
    for rehearses in [false, true] {
        for cursor in [0, 1] {
            pages.push(ReadingView::How {
                name: name(),
                rehearses,
                lines: vec![KeyLine::Passphrase, KeyLine::Shares],
                cursor,
            });
        }
        pages.push(ReadingView::Opening {
            name: name(),
            by_shares: rehearses,
            elapsed_s: 7,
        });
        pages.push(ReadingView::ConfirmStop { rehearses });
    }
    let refusals = [
        ShareRefusal::Checksum { position: Some(7) },
        ShareRefusal::Checksum { position: None },
        ShareRefusal::Impossible,
        ShareRefusal::Repeated,
        ShareRefusal::OtherSet,
        ShareRefusal::OtherParameters,
        ShareRefusal::SameNumber,
        ShareRefusal::NotNeeded,
        ShareRefusal::NotTogether,
        ShareRefusal::OtherArchive,
    ];
    pages.extend(refusals.map(|refusal| ReadingView::Words(words(Some(refusal), None))));
    let refusals = [
        None,
        Some(WordRefusal::NoSuchWord),
        Some(WordRefusal::TooShort),
    ];
    pages.extend(refusals.map(|refusal| ReadingView::Words(words(None, refusal))));
    pages
}

pub(super) fn running_pages() -> Vec<ReadingView> {
    let disk_name = || disk().name;
    let mut pages = vec![
        ReadingView::Planning {
            disk: disk_name(),
            elapsed_s: 7,
            stopping: false,
        },
        plan(0, 62_000_000_000),
        plan(0, 1),
        plan(40, 62_000_000_000),
        running(None, None, false),
        running(Some(100), None, false),
        running(Some(100), Some(disk_name()), false),
        restored(0, 1, vec![]),
        restored(40, 9, vec![unlisted()]),
        rehearsed(0, true),
        rehearsed(40, false),
    ];
    for erases in [false, true] {
        pages.push(ReadingView::Preparing {
            disk: disk_name(),
            erases,
            elapsed_s: 7,
        });
    }
    let errors = [
        TargetDiskError::Gone,
        TargetDiskError::Changed,
        TargetDiskError::NotOffered,
        TargetDiskError::ReadOnly,
        TargetDiskError::Unclean,
        TargetDiskError::UnknownFileSystem,
        TargetDiskError::Tool {
            program: "mkfs.exfat",
            status: 1,
        },
        TargetDiskError::Io {
            action: "mounting the disk",
            errno: 5,
        },
    ];
    pages.extend(errors.map(|error| ReadingView::TargetTrouble {
        disk: disk_name(),
        error,
    }));
    let errors = [
        RestoreError::Archive(ArchiveError::InfoDamaged),
        RestoreError::NoSuchSnapshot,
        RestoreError::NothingThere,
        RestoreError::NothingInSpan { undated_files: 0 },
        RestoreError::NothingInSpan { undated_files: 17 },
        RestoreError::Unlisted(damage()),
        RestoreError::NotEnoughSpace {
            needed_bytes: 88_400_000_000,
            free_bytes: 1_000_000_000,
        },
        RestoreError::TargetFull,
        RestoreError::TargetGone,
        RestoreError::TargetFailed(TargetError::Io { errno: 5 }),
        RestoreError::DriveGone,
        RestoreError::DriveFailed(VolumeError::Io {
            path: VolumePath::new("sources"),
            errno: 5,
        }),
        RestoreError::Stopped,
    ];
    for error in errors {
        let name = NAME.to_owned();
        for is_there in [false, true] {
            pages.push(ReadingView::RestoreTrouble {
                disk: disk_name(),
                error: error.clone(),
                done_files: 40,
                can_go_on: true,
                disk_is_there: is_there,
            });
        }
        pages.push(ReadingView::PlanTrouble {
            error: error.clone(),
        });
        pages.push(ReadingView::RehearsalTrouble { name, error });
    }
    pages
}
