//! Files of a span of days.

use heirloom_engine::{Cancel, DateSpan, RestoreError, RestoreOrder, UndatedFiles, plan_restore};
use heirloom_fakes::{FakeTarget, FakeVolume};

use crate::by_month::dated;
use crate::kit::{MIA, Maker, day, stored};
use crate::restores::{all_of, run};

/// 2024-07-01, midnight UTC.
const JULY: i64 = 1_719_792_000;
const DAY_S: i64 = 86_400;

fn archive() -> (FakeVolume, String) {
    let volume = FakeVolume::new();
    let photos = [
        dated("S/june.jpg", 1, Some(JULY - 1)),
        dated("S/first.jpg", 2, Some(JULY)),
        dated("S/last.jpg", 3, Some(JULY + 31 * DAY_S - 1)),
        dated("S/august.jpg", 4, Some(JULY + 31 * DAY_S)),
        dated("S/undated.jpg", 5, None),
        // Edited in August; the film has no time at all.
        dated("S/IMG_0001.AAE", 6, Some(JULY + 40 * DAY_S)),
        dated("S/IMG_0001.HEIC", 7, Some(JULY + DAY_S)),
        dated("S/IMG_0001.MOV", 8, None),
    ];
    let bag = Maker::new(&volume).publish(MIA, &photos);
    (volume, bag)
}

fn span(first: Option<&str>, last: Option<&str>, undated: UndatedFiles) -> Option<DateSpan> {
    Some(DateSpan {
        first: first.map(day),
        last: last.map(day),
        undated,
    })
}

#[test]
fn both_ends_are_in_it_and_what_belongs_together_comes_together() {
    let (volume, bag) = archive();
    let july: &[&str] = &[
        "S/IMG_0001.AAE",
        "S/IMG_0001.HEIC",
        "S/IMG_0001.MOV",
        "S/first.jpg",
        "S/last.jpg",
    ];
    let (first, last) = (Some("2024-07-01"), Some("2024-07-31"));
    let mut with_undated = july.to_vec();
    with_undated.push("S/undated.jpg");
    let mut from_july = with_undated.clone();
    from_july.push("S/august.jpg");
    from_july.sort_unstable();
    for (dates, paths, undated, left_out) in [
        (span(first, last, UndatedFiles::LeftOut), july, 0, (1, 2)),
        (
            span(first, last, UndatedFiles::Restored),
            &with_undated[..],
            1,
            (0, 2),
        ),
        (
            span(first, None, UndatedFiles::Restored),
            &from_july[..],
            1,
            (0, 1),
        ),
        (
            span(None, Some("2024-06-30"), UndatedFiles::LeftOut),
            &["S/june.jpg"][..],
            0,
            (1, 6),
        ),
    ] {
        let order = RestoreOrder {
            dates,
            ..all_of(&bag)
        };
        let target = FakeTarget::new();
        let plan = plan_restore(&volume, &order, &target, &Cancel::new()).expect("a plan");
        assert!(target.files().is_empty());
        let report = run(&volume, &order, &target).expect("a restore");
        assert_eq!(
            target.files().keys().collect::<Vec<_>>(),
            paths,
            "{dates:?}"
        );
        assert_eq!(report.files, paths.len() as u64);
        assert_eq!(report.undated_files, undated, "{dates:?}");
        let counts = (report.left_out_undated_files, report.left_out_files);
        assert_eq!(counts, left_out, "{dates:?}");
        assert_eq!(
            (plan.files, plan.undated_files, plan.left_out_undated_files),
            (report.files, undated, left_out.0)
        );
    }
}

#[test]
fn nothing_of_these_days_is_told_with_what_has_no_date() {
    let (volume, bag) = archive();
    for (only, undated_files) in [(vec![], 1), (vec![stored("S/june.jpg")], 0)] {
        let order = RestoreOrder {
            dates: span(
                Some("1999-01-01"),
                Some("1999-12-31"),
                UndatedFiles::LeftOut,
            ),
            only,
            ..all_of(&bag)
        };
        let outcome = run(&volume, &order, &FakeTarget::new());
        assert_eq!(outcome, Err(RestoreError::NothingInSpan { undated_files }));
    }
}

#[test]
fn without_a_description_the_stored_times_have_to_do() {
    let (volume, bag) = archive();
    volume.tamper(&format!("{bag}/snapshot.json"), |it| it[500] ^= 1);
    let order = RestoreOrder {
        dates: span(
            Some("2024-07-31"),
            Some("2024-07-31"),
            UndatedFiles::LeftOut,
        ),
        ..all_of(&bag)
    };
    let target = FakeTarget::new();
    let report = run(&volume, &order, &target).expect("a restore");
    assert_eq!(
        target.files().into_keys().collect::<Vec<_>>(),
        ["S/last.jpg"]
    );
    assert_eq!(report.damage.len(), 1);
}
