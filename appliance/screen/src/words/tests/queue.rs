//! Names that people give, and several sources one after the other.

use super::*;

const ALL_LINES: [PrepareLine; 5] = [
    PrepareLine::Start,
    PrepareLine::What,
    PrepareLine::Reading,
    PrepareLine::Name,
    PrepareLine::Others,
];

fn text(page: PageView) -> String {
    rows(&View { page, help: false }, 80, 24).join("\n")
}

/// The page before a run with others plugged in, the cursor on this line.
fn with_others(line: PrepareLine, others: &[&str], others_follow: bool) -> PrepareView {
    let at = ALL_LINES.iter().position(|it| *it == line);
    PrepareView {
        others: others.iter().map(|name| (*name).to_owned()).collect(),
        others_follow,
        lines: ALL_LINES.to_vec(),
        ..preparation(
            MediaChoice::AllMedia,
            SourceReading::All,
            at.expect("one of all"),
        )
    }
}

/// All on which the most is to be said.
pub(super) fn pages() -> Vec<PageView> {
    let mut pages = Vec::new();
    for line in ALL_LINES {
        for others_follow in [false, true] {
            for refused in [
                None,
                Some(SourceNameRefusal::Taken),
                Some(SourceNameRefusal::Unusable),
            ] {
                let view = PrepareView {
                    name: NAME.into(),
                    refused,
                    has_serial: false,
                    ..with_others(line, &[NAME; 5], others_follow)
                };
                pages.push(PageView::Prepare(view));
            }
        }
    }
    pages.push(round(outcomes(20), 15, true, &[NAME; 5]));
    pages.push(round(outcomes(3), 2, false, &[NAME]));
    pages
}

fn outcomes(count: usize) -> Vec<(String, SourceOutcome)> {
    let all = [
        archived(true, true, 3),
        archived(false, false, 3),
        SourceOutcome::Failed(RunError::SourceStalled),
        SourceOutcome::NotBegun,
    ];
    let all = all.into_iter().cycle().take(count);
    all.map(|outcome| (NAME.to_owned(), outcome)).collect()
}

fn archived(complete: bool, safe_to_erase: bool, new_files: u64) -> SourceOutcome {
    SourceOutcome::Archived {
        up_to_date: new_files == 0,
        complete,
        safe_to_erase,
        new_files,
    }
}

fn round(
    outcomes: Vec<(String, SourceOutcome)>,
    cursor: usize,
    sheet_written: bool,
    others: &[&str],
) -> PageView {
    PageView::RoundReport {
        outcomes,
        cursor,
        sheet_written,
        others: others.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn the_page_before_a_run_tells_of_its_name_and_of_the_others() {
    let anna = |view: PrepareView| PrepareView {
        name: "Anna's Pixel".into(),
        ..view
    };
    let others = ["Ben's phone", "Oma's phone"];
    let table: [(PrepareView, &[&str]); 7] = [
        (
            with_others(PrepareLine::Start, &others, false),
            &[
                "> Start\n",
                "    Name: Google Pixel 8 Pro\n",
                "    Then: nothing else\n",
                "Also plugged in: Ben's phone, then Oma's phone.",
            ],
        ),
        (
            with_others(PrepareLine::Others, &others, true),
            &[
                "> Then: Ben's phone, then Oma's phone\n",
                "After the phone, the others follow by themselves.",
            ],
        ),
        (
            with_others(PrepareLine::Others, &["A", "B", "C", "D", "E"], true),
            &["> Then: A, then B, then C, then 2 more\n"],
        ),
        (
            anna(with_others(PrepareLine::Name, &others, false)),
            &[
                "Ready to archive Anna's Pixel\n",
                "> Name: Anna's Pixel█\n",
                "Type what your family calls it",
            ],
        ),
        (
            PrepareView {
                origin: NameOrigin::Archived,
                ..anna(with_others(PrepareLine::Name, &others, false))
            },
            &[
                "> Name: Anna's Pixel\n",
                "This Google Pixel 8 Pro is in the archive under this name, and keeps it",
            ],
        ),
        (
            PrepareView {
                has_serial: false,
                ..anna(with_others(PrepareLine::Name, &others, false))
            },
            &["gives no serial number. If it was archived before"],
        ),
        (
            PrepareView {
                refused: Some(SourceNameRefusal::Taken),
                ..anna(with_others(PrepareLine::Name, &others, false))
            },
            &["has this name already. Please\n"],
        ),
    ];
    for (view, expected) in table {
        let text = text(PageView::Prepare(view));
        for line in expected {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}

#[test]
fn what_became_of_each_is_told_in_one_line() {
    let named = |outcomes: Vec<SourceOutcome>| {
        let names = ["Anna's Pixel", "Ben's phone", "Oma's phone"];
        let names = names.iter().map(|name| (*name).to_owned());
        names.zip(outcomes).collect::<Vec<_>>()
    };
    let table: [(PageView, &[&str]); 3] = [
        (
            round(
                named(vec![archived(true, true, 1_200), archived(true, false, 0)]),
                0,
                true,
                &[],
            ),
            &[
                "All 2 are archived\n",
                "Each is complete",
                "> Anna's Pixel: complete, 1,200 new files, safe to erase\n",
                "    Ben's phone: complete, nothing new\n",
                "START-HERE.pdf",
                "Esc go on",
            ],
        ),
        (
            round(
                named(vec![
                    archived(false, false, 3),
                    archived(true, false, 3),
                    SourceOutcome::Failed(RunError::SourceGone),
                ]),
                2,
                false,
                &["Tablet"],
            ),
            &[
                "1 of 3 are archived completely\n",
                "Don't erase anything yet from those that are not.",
                "    Anna's Pixel: not complete; Enter says why\n",
                "    Ben's phone: complete; before you erase: Enter\n",
                "> Oma's phone: not finished, it was unplugged\n",
                "The restore sheet could not be written.",
                "Tablet is plugged in too, and not archived yet. Press N to archive it now.",
                "N next",
            ],
        ),
        (
            round(
                named(vec![SourceOutcome::NotBegun; 2]),
                0,
                true,
                &["A", "B"],
            ),
            &[
                "0 of 2 are archived completely\n",
                "> Anna's Pixel: not begun\n",
                "Plugged in too, and not archived yet: A, then B. Press N to archive them now.",
            ],
        ),
    ];
    for (page, expected) in table {
        let text = text(page);
        for line in expected {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
    }
}

#[test]
fn a_report_offers_who_is_plugged_in_too() {
    let page = |others: Vec<String>| PageView::Report {
        source: "Anna's Pixel".into(),
        noun: SourceNoun::Phone,
        report: Box::new(report()),
        sheet_written: true,
        scroll: 0,
        others,
    };
    let offered = text(page(vec!["Ben's phone".into()]));
    for line in ["Ben's phone is plugged in too", "N next"] {
        assert!(offered.contains(line), "{line:?} in\n{offered}");
    }
    let alone = text(page(vec![]));
    assert!(!alone.contains("plugged in too"), "{alone}");
}

#[test]
fn a_copy_says_who_comes_after_it() {
    let text = text(run(RunPhase::Copying));
    for line in [
        "Before it                 2 others\n",
        "After it                  The",
    ] {
        assert!(text.contains(line), "{line:?} in\n{text}");
    }
}
