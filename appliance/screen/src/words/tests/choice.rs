//! What the person chose, before a run and in its report.

use heirloom_format::LeftOutRecord;

use super::*;
use crate::words::report::suspect;

fn text(page: PageView, height: u16) -> String {
    rows(&View { page, help: false }, 80, height).join("\n")
}

fn report_page(report: RunReport) -> PageView {
    PageView::Report {
        source: "Pixel".into(),
        noun: SourceNoun::Phone,
        report: Box::new(report),
        sheet_written: true,
        scroll: 0,
        others: vec![],
    }
}

fn left_out(folder: &str, files: u64, bytes: u64) -> LeftOutRecord {
    LeftOutRecord {
        folder: folder.into(),
        files,
        bytes,
    }
}

#[test]
fn the_page_before_a_run_says_what_each_line_means() {
    let table = [
        (
            prepare(MediaChoice::AllMedia, SourceReading::New, 0),
            [
                "Ready to archive Google Pixel 8 Pro",
                "> Start\n",
                "    What: all photos and videos\n",
                "    Read: what is new\n",
            ],
        ),
        (
            prepare(MediaChoice::Everything, SourceReading::NewTwice, 1),
            [
                "    Start\n",
                "> What: everything\n",
                "    Read: what is new, each file twice\n",
                "about twice the",
            ],
        ),
        (
            prepare(MediaChoice::AllMedia, SourceReading::All, 2),
            [
                "    What: all photos and videos\n",
                "> Read: everything again\n",
                "what went bad on the",
                "copied anew",
            ],
        ),
    ];
    for (page, expected) in table {
        let text = text(page, 24);
        for line in expected {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}

#[test]
fn what_is_taken_up_is_told_by_its_name_and_how_far_it_is() {
    let phase = RunPhase::TakingUp {
        bytes: 3_100_000_000,
        of_bytes: 8_000_000_000,
    };
    let text = text(run(phase), 24);
    let expected = "Checking what is there of PXL_20260101_000000000.mp4: 3.1 GB of 8.0 GB";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_was_left_out_is_counted_in_one_line_and_named_by_folder() {
    let unwanted = vec![
        left_out("Internal/Music", 1_200, 5_000_000_000),
        left_out("Internal/Download", 34, 600_000_000),
    ];
    let troubled = RunReport {
        unwanted: unwanted.clone(),
        ..report()
    };
    let smooth = RunReport {
        unwanted,
        problems: Vec::new(),
        ..report()
    };
    for (report, heading) in [
        (troubled, "40 things to look at, then what was left out:"),
        (smooth, "Left out:"),
    ] {
        let text = text(report_page(report), 300);
        for line in [
            "Left out, as you chose: 1,234 other files (5.6 GB) in 2 folders\n",
            heading,
            "Internal/Music: left out 1,200 files (5.0 GB)\n",
            "Internal/Download: left out 34 files (600 MB)\n",
        ] {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}

#[test]
fn a_report_without_a_choice_says_nothing_of_it() {
    let text = text(report_page(report()), 300).to_lowercase();
    assert!(!text.contains("left out"), "{text}");
}

#[test]
fn files_that_look_damaged_are_why_nothing_may_be_erased() {
    let problem = |name: &str| Problem {
        place: name.into(),
        reason: ProblemReason::Suspect(SuspectReason::AllZeros),
    };
    let table = [
        (
            1,
            vec![problem("a.jpg")],
            "Don't erase anything from the phone yet: 1 file looks damaged, named below. Look at it on the phone first.",
        ),
        // Two of them are from an earlier run.
        (
            3,
            vec![problem("a.jpg")],
            "Don't erase anything from the phone yet: 3 files look damaged. Look at them on the phone first.",
        ),
    ];
    for (suspect_files, problems, expected) in table {
        let report = RunReport {
            suspect_files,
            problems,
            ..report()
        };
        assert_eq!(suspect(&report, "the phone"), expected);
    }
}
