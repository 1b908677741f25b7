//! Every page of a restore and of a rehearsal fits on the smallest screen, says how to go on, and has help.

use heirloom_engine::*;

use crate::words::tests::{disk, rows};

mod pages;

use pages::*;

fn pages() -> Vec<PageView> {
    let all = [opening_pages(), choosing_pages(), running_pages()];
    all.into_iter().flatten().map(PageView::Reading).collect()
}

#[test]
fn every_page_and_its_help_fit_on_80_by_24() {
    for page in pages() {
        for help in [false, true] {
            let view = View {
                page: page.clone(),
                help,
            };
            let small = rows(&view, 80, 24);
            let large = rows(&view, 80, 60);
            // All but the bar, and the keys in the last row, stand in the same rows on a screen with more room.
            let (body, keys) = small.split_at(23);
            let has_list = large[..22] != small[..22]
                && matches!(
                    page,
                    PageView::Reading(
                        ReadingView::What { .. }
                            | ReadingView::RecoveryPlan { .. }
                            | ReadingView::Snapshots { .. }
                            | ReadingView::Browse(_)
                            | ReadingView::Plan { .. }
                            | ReadingView::Restored { .. }
                            | ReadingView::Rehearsed { .. }
                    )
                );
            if help || !has_list {
                assert_eq!(body[..22], large[..22], "{page:?}");
                let is_empty = large[22..59].iter().all(String::is_empty);
                assert!(is_empty, "does not fit:\n{}", large.join("\n"));
            }
            let waits = matches!(
                page,
                PageView::Reading(
                    ReadingView::ClosingOther { .. }
                        | ReadingView::Opening { .. }
                        | ReadingView::Preparing { .. }
                        | ReadingView::Leaving { .. }
                )
            );
            let has_key = ["Enter", "Esc", "any key"]
                .iter()
                .any(|key| keys[0].contains(key));
            assert!(waits || has_key, "{page:?}");
            // Keys are not cut off either.
            assert!(keys[0].chars().count() < 79, "{}", keys[0]);
        }
    }
}

#[test]
fn long_lists_leave_room_for_all_that_stands_around_them() {
    let table: [(ReadingView, &[&str]); 6] = [
        (
            choosing_pages().remove(2),
            &["> Everything: the newest of all 30 below", "and 4 more."],
        ),
        (
            choosing_pages().remove(5),
            &["> 0012: 2026-11-22, 123,456 files, 88.4 GB"],
        ),
        (
            choosing_pages().remove(6),
            &["> [x] ...", "Please mark a folder or a file first"],
        ),
        (
            plan(40, 62_000_000_000),
            &[
                "40 files are too long for this disk; one with exFAT can take all:",
                "1. Internal/DCIM/Camera/PXL_20260101_000000000.mp4",
            ],
        ),
        (
            restored(40, 9, vec![unlisted()]),
            &[
                "360 files did not come back, and of 1 source nothing can be read",
                "1. Ben [1a2b3c4d]: what is in its newest snapshots can't be read",
            ],
        ),
        (
            rehearsed(40, false),
            &[
                "could not be kept on the drive",
                "1. Internal/DCIM/Camera/PXL_20260101_000000000.mp4",
            ],
        ),
    ];
    for (page, expected) in table {
        let page = PageView::Reading(page);
        let text = rows(&View { page, help: false }, 80, 24).join("\n");
        for line in expected {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}

#[test]
fn what_matters_most_is_said() {
    let limits = TargetLimits::of(TargetFileSystem::ExFat, 4096);
    let smooth = ReadingView::Restored {
        name: "Family".into(),
        disk: "SanDisk Ultra".into(),
        folder: "Heirloom Family".into(),
        report: Box::new(RestoreReport {
            parts: vec![smooth_part("Mia"), smooth_part("Ben")],
            unlisted: vec![],
            damage: vec![],
            limits,
        }),
        scroll: 0,
        is_open: true,
    };
    let table: [(ReadingView, &[&str]); 8] = [
        (
            recovery_plan(1),
            &[
                "Any 2 of 3 shares open the archive, since 2026-11-23.",
                "Мария-Луиза (never read back)",
                "1. To be restored first: The letters to Anna",
                "2. Benjamin Feldmann-Sørensen (executor, has a share); to be reached: +47 22",
                "may restore: after my death",
                "blue folder; second factor: key ring",
                "4. Restore sheet: with the will, at the notary",
            ],
        ),
        (
            smooth,
            &[
                "The pictures are back",
                "24,000 files are on SanDisk Ultra. Each was compared with the archive,",
                "Mia                       12,000 files, in Heirloom Family/Mia [1a2b3c4d]",
                "the folder",
                "M get more back",
            ],
        ),
        (
            plan(0, 1_000_000_000),
            &[
                "There is not enough room on Western Digital My Passport Ultra 2626",
                "60.0 GB more would be needed.",
            ],
        ),
        (
            ReadingView::Words(words(None, None)),
            &[
                "Share 2, word 7 of 20",
                "1 of 2 shares is in. Now take the next sheet.",
                "  1 academic",
                "> 7 academic",
                "= academic",
            ],
        ),
        (
            ReadingView::Words(words(
                Some(ShareRefusal::Checksum { position: Some(7) }),
                None,
            )),
            &["as if word 7"],
        ),
        (
            ReadingView::RestoreTrouble {
                disk: "SanDisk Ultra".into(),
                error: RestoreError::TargetGone,
                done_files: 40,
                can_go_on: true,
                disk_is_there: false,
            },
            &[
                "SanDisk Ultra was unplugged",
                "What is on the disk by now was checked, and is right.",
                "Plug SanDisk Ultra in again. Then it goes on where it stopped.",
            ],
        ),
        (
            rehearsed(0, true),
            &["The rehearsal passed", "will stand on\n"],
        ),
        (
            rehearsed(40, false),
            &["The rehearsal did not pass", "Write them down"],
        ),
    ];
    for (page, expected) in table {
        let page = PageView::Reading(page);
        let text = rows(&View { page, help: false }, 80, 24).join("\n");
        for line in expected {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}

#[test]
fn a_disk_with_fat_says_what_it_can_not_hold() {
    let page = PageView::Reading(ReadingView::Where {
        places: places(),
        cursor: 0,
        read_only: vec![],
        lost: None,
    });
    let text = rows(&View { page, help: false }, 80, 24).join("\n");
    for line in [
        "Where shall the pictures go?",
        "> Use Western Digital My Passport Ultra 2626",
        "can't hold files of",
    ] {
        assert!(text.contains(line), "{line:?} in\n{text}");
    }
}

#[test]
fn the_start_page_of_a_computer_started_from_the_drive_says_so() {
    let name = || "Family".to_owned();
    let line = |state| DeviceLine {
        name: disk().name,
        state,
    };
    let home = HomeView {
        archive: None,
        devices: vec![line(DeviceState::ArchiveLocked)],
        choices: vec![
            Choice::Restore { name: name() },
            Choice::Rehearse { name: name() },
            Choice::Open { name: name() },
            Choice::PowerOff,
        ],
        cursor: 0,
        looking: false,
        from_drive: true,
    };
    let page = PageView::Home(home);
    let text = rows(&View { page, help: false }, 80, 24).join("\n");
    for line in [
        "This computer was started from the archive drive itself.",
        "Nothing is written to it unless",
        " > Get pictures back from Family\n",
        "   Rehearse with Family: try out whether everything can be got back\n",
    ] {
        assert!(text.contains(line), "{line:?} in\n{text}");
    }
}
