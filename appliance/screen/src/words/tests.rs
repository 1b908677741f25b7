//! Every page fits on the smallest screen, says how to go on, and has help.

use heirloom_engine::*;
use heirloom_format::Digest;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::draw;

mod choice;
mod keys;
mod marks;
mod queue;
mod sheet_copy;

pub(super) const NAME: &str = "The Featherstonehaugh-Müller fam";

pub(super) fn disk() -> DiskView {
    DiskView {
        name: "Western Digital My Passport Ultra 2626".into(),
        size_bytes: 4_000_752_599_040,
        serial: Some("WX12AB3456789012".into()),
        contents: vec![
            ("ntfs".into(), "Backup of the old laptop".into()),
            ("vfat".into(), "EFI".into()),
        ],
        partitions: 3,
    }
}

fn report() -> RunReport {
    let problem = |number| Problem {
        place: format!("Internal shared storage/DCIM/Camera/PXL_20260101_{number:09}.jpg"),
        reason: ProblemReason::NotRead(SourceError::Refused { code: 0x2009 }),
    };
    RunReport {
        snapshot: "0012 2026-11-22".parse().expect("a snapshot's name"),
        folder: "sources/Google Pixel 8 Pro [708bef63]/0012 2026-11-22".into(),
        head: Digest::of(b""),
        source_name: "Google Pixel 8 Pro".into(),
        up_to_date: false,
        completeness: Completeness::Incomplete,
        files: 12_345,
        bytes: 88_400_000_000,
        kinds: KindCounts {
            photos: 12_000,
            videos: 300,
            others: 45,
        },
        groups: GroupCounts::default(),
        marks: MarkCounts::default(),
        new_files: 345,
        new_bytes: 1_200_000_000,
        known_content_files: 2,
        resumed_files: 3,
        linked_files: 12_000,
        gone_but_kept_files: 17,
        first_day: "2014-03-01".parse().ok(),
        last_day: "2026-11-20".parse().ok(),
        problems: (0..40).map(problem).collect(),
        differences: Vec::new(),
        suspect_files: 0,
        left_out: heirloom_engine::LeftOutCount::default(),
        unwanted: vec![],
        unwanted_thumbnails: 0,
        damage: Vec::new(),
    }
}

fn home(choices: Vec<Choice>) -> PageView {
    let line = |state| DeviceLine {
        name: "Western Digital My Passport".into(),
        state,
    };
    PageView::Home(HomeView {
        archive: Some(ArchiveView {
            name: NAME.into(),
            generation: 12,
            last_date: Some("2026-11-22".into()),
            space: Space {
                total_bytes: 4_000_000_000_000,
                free_bytes: 1_000_000_000_000,
            },
            damaged: Vec::new(),
            has_executors: true,
            upkeep: None,
        }),
        devices: vec![
            line(DeviceState::WaitsForPerson),
            line(DeviceState::ArchiveOpen),
            line(DeviceState::BootStick),
        ],
        cursor: 0,
        choices,
        looking: false,
        from_drive: false,
    })
}

fn run(phase: RunPhase) -> PageView {
    PageView::Archiving(RunView {
        source: "Google Pixel 8 Pro".into(),
        noun: SourceNoun::Phone,
        round: RoundView {
            ended: 2,
            then: vec![NAME.into(); 5],
        },
        archive: NAME.into(),
        phase,
        found_files: 12_345,
        fetch_files: 345,
        fetch_bytes: 1_200_000_000,
        kept_files: 12_000,
        moved_bytes: 600_000_000,
        verified_files: 170,
        current: Some("Internal shared storage/DCIM/Camera/PXL_20260101_000000000.mp4".into()),
        rate_bytes_per_s: Some(10_000_000),
        remaining_s: Some(60),
        elapsed_s: 60,
        stopping: false,
    })
}

fn prepare(choice: MediaChoice, reading: SourceReading, cursor: usize) -> PageView {
    PageView::Prepare(preparation(choice, reading, cursor))
}

fn preparation(choice: MediaChoice, reading: SourceReading, cursor: usize) -> PrepareView {
    PrepareView {
        name: "Google Pixel 8 Pro".into(),
        origin: NameOrigin::Device,
        refused: None,
        model: "Google Pixel 8 Pro".into(),
        has_serial: true,
        noun: SourceNoun::Phone,
        wish: RunWish { choice, reading },
        others: vec![],
        others_follow: false,
        lines: vec![
            PrepareLine::Start,
            PrepareLine::What,
            PrepareLine::Reading,
            PrepareLine::Name,
        ],
        cursor,
    }
}

fn pages() -> Vec<PageView> {
    let archive = || Choice::Archive {
        source: "Google Pixel 8 Pro".into(),
    };
    let mut pages = vec![
        PageView::Layout {
            names: vec!["Deutsch (German)".into(); 35],
            cursor: 30,
            refused: true,
        },
        PageView::Date {
            typed: "2026-11-22".into(),
            refused: true,
        },
        home(vec![
            archive(),
            Choice::Close { name: NAME.into() },
            Choice::Executors { renewal: true },
            Choice::ChangePassphrase,
            Choice::PowerOff,
        ]),
        home(vec![
            Choice::Open { name: NAME.into() },
            Choice::SetUp(disk()),
            Choice::PowerOff,
        ]),
        PageView::ConfirmErase {
            disk: disk(),
            typed: "Western".into(),
            refused: true,
        },
        PageView::NameArchive {
            disk: disk(),
            typed: NAME.into(),
            refused: Some(NameRefusal::Unusable),
        },
        PageView::Unlock {
            name: NAME.into(),
            typed_chars: 200,
            refused: true,
        },
        PageView::Unlocking {
            name: NAME.into(),
            elapsed_s: 7,
        },
        prepare(MediaChoice::AllMedia, SourceReading::NewTwice, 2),
        prepare(MediaChoice::AllMedia, SourceReading::All, 2),
        prepare(MediaChoice::Everything, SourceReading::New, 0),
        PageView::ConfirmStop {
            source: "Google Pixel 8 Pro".into(),
            noun: SourceNoun::Phone,
            then: vec![NAME.into(); 5],
        },
        PageView::SafeToUnplug { name: NAME.into() },
        PageView::ConfirmPowerOff,
        PageView::Closing { powering_off: true },
        PageView::Report {
            source: "Google Pixel 8 Pro".into(),
            noun: SourceNoun::Phone,
            report: Box::new(report()),
            sheet_written: false,
            scroll: 3,
            others: vec![],
        },
    ];
    pages.extend(queue::pages());
    pages.extend(keys::pages());
    pages.extend(sheet_copy::pages());
    for reason in [
        Unfit::BootStick,
        Unfit::TooSmall { size_bytes: 1 },
        Unfit::ReadOnly,
        Unfit::Locked(Lock::NoMedium),
        Unfit::Locked(Lock::Unlocker),
        Unfit::Locked(Lock::DamagedArchive),
        Unfit::AlreadyAnArchive,
        Unfit::NotOffered,
    ] {
        pages.push(PageView::CannotSetUp {
            disk: disk(),
            reason,
        });
    }
    for step in SetUpStep::ALL {
        pages.push(PageView::SettingUp {
            name: NAME.into(),
            step,
            elapsed_s: 12,
        });
    }
    for phase in [
        RunPhase::Listing,
        RunPhase::TakingUp {
            bytes: 3_100_000_000,
            of_bytes: 8_000_000_000,
        },
        RunPhase::Copying,
        RunPhase::Reconciling,
        RunPhase::Publishing,
    ] {
        pages.push(run(phase));
    }
    for reason in [WaitReason::Unplugged, WaitReason::Stalled] {
        pages.push(PageView::Waiting {
            source: "Google Pixel 8 Pro".into(),
            noun: SourceNoun::Phone,
            reason,
            safe_files: 170,
            round: RoundView {
                ended: 2,
                then: vec![NAME.into(); 5],
            },
        });
    }
    for error in [
        RunError::SourceGone,
        RunError::SourceStalled,
        RunError::SourceFailed(SourceError::Garbled {
            what: "the length of an answer",
        }),
        RunError::SourceEmpty,
        RunError::SourceUnreadable {
            files: 12_345,
            first: SourceError::Refused { code: 0x2009 },
        },
        RunError::NotEnoughSpace {
            needed_bytes: 88_400_000_000,
            free_bytes: 1_000_000_000,
        },
        RunError::DriveFull { free_bytes: None },
        RunError::DriveGone,
        RunError::DriveFailed(VolumeError::Io {
            path: VolumePath::new("sources"),
            errno: 5,
        }),
        RunError::Archive(ArchiveError::InfoDamaged),
        RunError::OtherArchive,
        RunError::Stopped,
    ] {
        pages.push(PageView::RunTrouble {
            source: "Google Pixel 8 Pro".into(),
            noun: SourceNoun::Phone,
            error,
            safe_files: 170,
        });
    }
    for error in [
        DriveError::WrongPassphrase,
        DriveError::Gone,
        DriveError::Changed,
        DriveError::Tool {
            program: "e2fsck",
            status: 4,
        },
        DriveError::Tool {
            program: "cryptsetup",
            status: 1,
        },
        DriveError::Io {
            action: "writing the partition table",
            errno: 5,
        },
        DriveError::NotAnArchive,
        DriveError::NoSuchKeySlot,
        DriveError::DamagedHeader,
        DriveError::OutOfMemory,
    ] {
        pages.push(PageView::DriveTrouble {
            name: NAME.into(),
            error,
        });
    }
    pages
}

pub(super) fn rows(view: &View, columns: u16, rows: u16) -> Vec<String> {
    let area = Rect::new(0, 0, columns, rows);
    let mut cells = Buffer::empty(area);
    draw(view, area, &mut cells);
    (0..rows)
        .map(|row| {
            (0..columns)
                .map(|column| cells[(column, row)].symbol())
                .collect::<String>()
                .trim_end()
                .to_owned()
        })
        .collect()
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
            let long_list = matches!(
                page,
                PageView::Layout { .. } | PageView::Report { .. } | PageView::RoundReport { .. }
            ) && !help;
            if !long_list {
                assert_eq!(body[..22], large[..22], "{page:?}");
                assert!(
                    large[22..59].iter().all(String::is_empty),
                    "does not fit:\n{}",
                    large.join("\n")
                );
            }
            let waits = matches!(
                page,
                PageView::SettingUp { .. }
                    | PageView::Unlocking { .. }
                    | PageView::Closing { .. }
                    | PageView::SheetCopy(SheetCopyView::Copying { .. })
                    | PageView::Keys(
                        KeysView::MakingShares
                            | KeysView::NotingShares
                            | KeysView::SettingExecutors { .. }
                            | KeysView::ChangingPassphrase { .. }
                    )
            );
            assert!(
                help || waits || keys[0].contains("Enter") || keys[0].contains("Esc"),
                "{page:?}"
            );
        }
    }
}

#[test]
fn the_longest_report_leaves_room_for_what_is_to_be_looked_at() {
    let page = PageView::Report {
        source: "Google Pixel 8 Pro".into(),
        noun: SourceNoun::Phone,
        report: Box::new(report()),
        sheet_written: false,
        scroll: 3,
        others: vec![],
    };
    let text = rows(&View { page, help: false }, 80, 24).join("\n");
    assert!(
        text.contains(
            "4. Internal shared storage/DCIM/Camera/PXL_20260101_000000003.jpg: It could\n"
        ),
        "{text}"
    );
    assert!(text.contains("archive.\n"), "{text}");
}

#[test]
fn an_incomplete_report_says_not_to_erase_and_names_each_file() {
    let page = PageView::Report {
        source: "Pixel".into(),
        noun: SourceNoun::Phone,
        report: Box::new(report()),
        sheet_written: true,
        scroll: 0,
        others: vec![],
    };
    let text = rows(&View { page, help: false }, 80, 60).join("\n");
    assert!(
        text.contains("Don't erase anything from the phone yet"),
        "{text}"
    );
    assert!(text.contains("PXL_20260101_000000000.jpg"), "{text}");
    assert!(!text.contains("safe to erase"), "{text}");
}
