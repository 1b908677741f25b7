//! Every page of an audit fits on the smallest screen, and says what was found and what to do.

use heirloom_engine::*;
use heirloom_format::{
    ArchiveId, ArchiveInfo, Audit, AuditResult, Day, Digest, Fitness, Plan, SigningKey,
};

use crate::words::tests::{NAME, rows};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn verify_report(findings: Vec<Finding>) -> VerifyReport {
    let key = SigningKey::from_seed([3; 32], [5; 8]);
    let id = ArchiveId::from_bytes([7; 16]);
    VerifyReport {
        archive: ArchiveInfo::new(id, NAME, day("2026-11-22"), key.public_key()),
        depth: VerifyDepth::Contents,
        snapshots: 12,
        thinned: 0,
        generation: 12,
        head: None,
        names: 240_000,
        files: 24_000,
        bytes_read: 88_400_000_000,
        findings,
    }
}

fn finding(kind: FindingKind) -> Finding {
    Finding {
        place: VolumePath::new(
            "sources/Mia [1a2b3c4d]/0007 2026-08-22/data/Internal/DCIM/Camera/PXL_1.jpg",
        ),
        kind,
        snapshots: (7..12)
            .map(|number| VolumePath::new(format!("sources/Mia [1a2b3c4d]/{number:04} 2026-08-22")))
            .collect(),
        other_names: vec![],
    }
}

fn altered() -> Finding {
    finding(FindingKind::FileAltered {
        expected: Digest::of(b"a"),
        found: Digest::of(b"b"),
        copy: None,
    })
}

fn compared() -> SourceAudit {
    SourceAudit {
        name: "Mia's Pixel".into(),
        outcome: Ok(SourceComparison {
            source_folder: "Mia's Pixel [1a2b3c4d]".into(),
            snapshot: "0012 2026-11-22".parse().expect("a name"),
            listed_files: 12_012,
            archived_files: 12_003,
            new_files: 12,
            gone_files: 3,
            changed_files: 0,
            unlisted_places: 0,
        }),
    }
}

fn not_compared(why: NotCompared) -> SourceAudit {
    SourceAudit {
        name: "Oma Käthe's phone".into(),
        outcome: Err(why),
    }
}

fn well() -> DriveHealth {
    DriveHealth {
        fitness: Fitness::Good,
        temperature_celsius: Some(38),
        ..DriveHealth::unknown()
    }
}

fn failing() -> DriveHealth {
    DriveHealth {
        fitness: Fitness::Failing,
        says_failing: true,
        reallocated_sectors: Some(1_975),
        unreadable_sectors: Some(8),
        used_percent: Some(104),
        temperature_celsius: Some(71),
        is_too_hot: true,
    }
}

/// An audit that found this, on a drive that is well.
fn audited(findings: Vec<Finding>, sources: Vec<SourceAudit>) -> AuditDone {
    let failed = findings.iter().any(|it| it.kind.meaning().is_loss());
    let audit = Audit {
        date: day("2026-11-22"),
        result: match failed {
            true => AuditResult::Failed,
            false => AuditResult::Passed,
        },
        generation: 12,
        files: 24_000,
        bytes: 88_400_000_000,
        problems: findings.len() as u64,
        counts: vec![],
        free_bytes: 1,
        total_bytes: 2,
        fitness: Fitness::Good,
        header_backup: true,
        remark: String::new(),
        other: Default::default(),
    };
    let mut plan = Plan::new();
    plan.audits.push(audit.clone());
    AuditDone {
        audit,
        check: Ok(verify_report(findings)),
        health: well(),
        header: HeaderState::Sound,
        backup: BackupState::Current,
        sources,
        space: Space {
            total_bytes: 4_000_000_000_000,
            free_bytes: 1_000_000_000_000,
        },
        plan: Some(Box::new(plan)),
        sheet_written: true,
    }
}

/// All that can go wrong at once.
fn worst() -> AuditDone {
    AuditDone {
        health: failing(),
        header: HeaderState::Mended,
        backup: BackupState::Differs,
        plan: None,
        sheet_written: false,
        space: Space {
            total_bytes: 4_000_000_000_000,
            free_bytes: 100_000_000_000,
        },
        ..audited(vec![altered(); 40], vec![compared()])
    }
}

fn done(done: AuditDone) -> PageView {
    PageView::Audit(AuditView::Done {
        name: NAME.into(),
        done: Box::new(done),
        scroll: 0,
    })
}

fn running(step: AuditStep) -> AuditView {
    AuditView::Running(AuditRunView {
        name: NAME.into(),
        step,
        listed_files: 12_345,
        bytes: Some(88_400_000_000),
        read_bytes: 44_200_000_000,
        rate_bytes_per_s: Some(100_000_000),
        remaining_s: Some(442),
        elapsed_s: 450,
        stopping: false,
    })
}

fn fixed_pages() -> Vec<PageView> {
    let mut views = vec![
        AuditView::Begin {
            name: NAME.into(),
            counted: vec![NAME.into(); 3],
            absent: vec!["Oma Käthe's phone".into(); 9],
            used_bytes: 88_400_000_000,
        },
        AuditView::ConfirmStop,
        AuditView::Remark {
            before: Some(day("2026-08-22")),
            typed: "x".repeat(120),
        },
        AuditView::Remark {
            before: None,
            typed: String::new(),
        },
        AuditView::Remarking,
        AuditView::NotRemarked,
    ];
    let source = || NAME.to_owned();
    views.extend(
        [
            AuditStep::Drive,
            AuditStep::Header,
            AuditStep::Counting { source: source() },
            AuditStep::Contents,
            AuditStep::Recording,
        ]
        .map(running),
    );
    for error in [
        AuditError::Stopped,
        AuditError::DriveGone,
        AuditError::ChangedMeanwhile,
    ] {
        let name = source();
        views.push(AuditView::Trouble { name, error });
    }
    views.into_iter().map(PageView::Audit).collect()
}

fn text(page: PageView, help: bool) -> String {
    rows(&View { page, help }, 80, 24).join("\n")
}

#[test]
fn every_page_and_its_help_fit_on_80_by_24() {
    let results = [worst(), audited(vec![], vec![]), {
        let failed = VerifyError::DriveFailed(VolumeError::Full);
        AuditDone {
            check: Err(failed),
            ..worst()
        }
    }];
    let pages = fixed_pages().into_iter();
    for page in pages.chain(results.map(done)) {
        for help in [false, true] {
            let view = View {
                page: page.clone(),
                help,
            };
            let (small, large) = (rows(&view, 80, 24), rows(&view, 80, 60));
            let is_list = matches!(page, PageView::Audit(AuditView::Done { .. })) && !help;
            if !is_list {
                assert_eq!(small[..22], large[..22], "{page:?}");
                let is_empty = large[22..59].iter().all(String::is_empty);
                assert!(is_empty, "does not fit:\n{}", large.join("\n"));
            }
            let waits = matches!(
                page,
                PageView::Audit(AuditView::Remarking | AuditView::Running(_))
            );
            let keys = &small[23];
            assert!(waits || keys.contains("Enter") || keys.contains("any key"));
            assert!(keys.chars().count() < 79, "{keys}");
        }
    }
}

#[test]
fn what_was_found_is_said_with_what_to_do() {
    let all_well = audited(
        vec![],
        vec![compared(), not_compared(NotCompared::NotPluggedIn)],
    );
    let beside = audited(
        vec![finding(FindingKind::Added(EntryKind::File))],
        vec![not_compared(NotCompared::Failed(RunError::SourceStalled))],
    );
    let renewed = AuditDone {
        backup: BackupState::Renewed,
        header: HeaderState::Mended,
        health: DriveHealth::unknown(),
        sheet_written: false,
        ..audited(vec![], vec![])
    };
    let table: [(AuditDone, &[&str]); 5] = [
        (
            all_well,
            &[
                "passed the check",
                "Everything is as it was archived: 24,000 files (88.4 GB) in 12 snapshots,",
                "The drive                 says that it is well (38 degrees)",
                "The lock's header         sound; its backup is right",
                "Room                      1.0 TB of 4.0 TB free",
                "next one is due on 2027-02-22",
                "1. Mia's Pixel: 12,012 files on it, 12,003 in snapshot 0012 2026-11-22: 12 not",
                "archived yet, 3 no longer on it, and kept here. Archive it.",
                "2. Oma Käthe's phone: not compared, because it was not plugged in.",
            ],
        ),
        (
            beside,
            &[
                "passed the check",
                "Beside it, 1 thing is named below.",
                "2. Oma Käthe's phone: not compared; it did not answer. Unlock it, and check",
            ],
        ),
        (
            renewed,
            &[
                "does not tell how it is; many USB drives don't",
                "one copy was damaged, and is mended; its backup was",
                "could not\n be made anew.",
            ],
        ),
        (
            worst(),
            &[
                "did NOT pass the check",
                "40 things are not right.",
                "Don't erase anything from any phone now.",
                "The drive says that it is failing (8 parts can't be read; 1,975 parts went bad",
                "Write it on the printed sheet",
                "soon full",
                "1. sources/Mia [1a2b3c4d]/0007",
            ],
        ),
        (
            AuditDone {
                header: HeaderState::Damaged,
                ..audited(vec![altered()], vec![])
            },
            &[
                "The lock's header on the drive is damaged",
                "was altered. In 0007 2026-08-22, 0008 2026-08-22, 0009 2026-08-22 and 2 more.",
                "archive the\n phone again, with \"Read: everything again\": what",
                "copied anew.",
            ],
        ),
    ];
    for (found, expected) in table {
        let text = text(done(found), false);
        for line in expected {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}

#[test]
fn what_is_missing_or_damaged_is_had_back_by_a_run() {
    let line = |kind| super::finding::line(&finding(kind));
    for kind in [FindingKind::FileMissing(None), altered().kind] {
        let line = line(kind);
        assert!(line.contains("archive the phone again"), "{line}");
        assert!(line.contains("copied anew"), "{line}");
    }
    let elsewhere = line(FindingKind::FileMissing(Some(VolumePath::new("x"))));
    assert!(elsewhere.contains("Nothing has to be done"), "{elsewhere}");
}

#[test]
fn the_start_page_tells_what_is_due_in_two_lines() {
    let view = UpkeepView {
        audit: Some((day("2026-08-22"), true)),
        audit_due: Some(day("2026-11-22")),
        audit_is_overdue: true,
        counted: Some(day("2026-08-22")),
        rehearsal: Some((day("2026-03-01"), false)),
        rehearsal_due: Some(day("2027-03-01")),
        rehearsal_is_overdue: false,
    };
    let never = UpkeepView {
        audit: None,
        audit_due: None,
        audit_is_overdue: false,
        counted: None,
        rehearsal: None,
        rehearsal_due: None,
        rehearsal_is_overdue: false,
    };
    let other_day = UpkeepView {
        counted: Some(day("2026-05-22")),
        ..view.clone()
    };
    let table: [(UpkeepView, &[&str]); 3] = [
        (
            view,
            &[
                "Full check: 2026-08-22, passed, sources counted; due since 2026-11-22.",
                "Rehearsal: 2026-03-01, NOT passed; next due 2027-03-01.",
            ],
        ),
        (
            never,
            &[
                "Full check: none yet; due now.",
                "Rehearsal: none yet; due now.",
            ],
        ),
        (
            other_day,
            &[
                "Full check: 2026-08-22, passed; due since 2026-11-22. Sources last counted on\n 2026-05-22.",
            ],
        ),
    ];
    for (view, expected) in table {
        let archive = ArchiveView {
            name: NAME.into(),
            generation: 12,
            last_date: Some("2026-11-22".into()),
            space: Space {
                total_bytes: 2,
                free_bytes: 1,
            },
            damaged: vec![],
            has_executors: true,
            upkeep: Some(view),
        };
        let home = HomeView {
            archive: Some(archive),
            devices: vec![],
            choices: vec![Choice::Audit, Choice::PowerOff],
            cursor: 0,
            looking: false,
            from_drive: false,
        };
        let text = text(PageView::Home(home), false);
        assert!(
            text.contains("> Check everything: the archive, its drive, and what is plugged in")
        );
        for line in expected {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}
