//! Files sorted by year and month.

use std::collections::BTreeMap;

use heirloom_engine::{RestoreLayout, RestoreNames, RestoreOrder, TargetFileSystem, TargetLimits};
use heirloom_fakes::{FakeTarget, FakeVolume, TargetFile};

use crate::kit::{MIA, Maker, Photo, photo, stored};
use crate::restores::{all_of, run};

/// 2024-07-01 and 2024-08-01, midnight UTC.
const JULY: i64 = 1_719_792_000;
const AUGUST: i64 = 1_722_470_400;

pub(crate) fn dated(path: &str, seed: u64, unix_s: Option<i64>) -> Photo {
    Photo {
        unix_s,
        ..photo(path, seed)
    }
}

fn by_month(folder: &str) -> RestoreOrder {
    RestoreOrder {
        layout: RestoreLayout::ByMonth,
        ..all_of(folder)
    }
}

/// Which photo went where.
fn where_to(photos: &[Photo], files: &BTreeMap<String, TargetFile>) -> Vec<(String, String)> {
    let from = |file: &TargetFile| {
        let mut same = photos.iter().filter(|it| it.content == file.content);
        same.next().expect("one of the photos").path.clone()
    };
    files
        .iter()
        .map(|(to, file)| (from(file), to.clone()))
        .collect()
}

/// Each as source path, time, target path.
type Moves<'a> = &'a [(&'a str, Option<i64>, &'a str)];

const MOVES: &[(&str, Moves<'_>)] = &[
    (
        "months, and no date",
        &[
            ("S/a.jpg", Some(JULY), "2024/2024-07/a.jpg"),
            ("S/b.jpg", Some(AUGUST - 1), "2024/2024-07/b.jpg"),
            ("S/c.jpg", Some(AUGUST), "2024/2024-08/c.jpg"),
            ("S/d.jpg", Some(-1), "1969/1969-12/d.jpg"),
            ("S/e.jpg", None, "undated/e.jpg"),
            ("S/f.jpg", Some(i64::MAX), "undated/f.jpg"),
        ],
    ),
    (
        "one name in several folders, whole and with all that belongs to it",
        &[
            ("S/1/IMG_1.HEIC", Some(JULY), "2024/2024-07/IMG_1.HEIC"),
            ("S/1/IMG_1.MOV", Some(JULY), "2024/2024-07/IMG_1.MOV"),
            ("S/2/IMG_1.HEIC", Some(JULY), "2024/2024-07/IMG_1 (2).HEIC"),
            ("S/2/IMG_1.MOV", Some(JULY), "2024/2024-07/IMG_1 (2).MOV"),
            ("S/3/IMG_1.AAE", Some(JULY), "2024/2024-07/IMG_1 (3).AAE"),
            ("S/3/IMG_1.HEIC", Some(JULY), "2024/2024-07/IMG_1 (3).HEIC"),
            (
                "S/3/IMG_1.HEIC.xmp",
                Some(JULY),
                "2024/2024-07/IMG_1 (3).HEIC.xmp",
            ),
        ],
    ),
    (
        "one number for all, also if one of them alone clashes",
        &[
            ("S/1/a.DNG", Some(JULY), "2024/2024-07/a.DNG"),
            ("S/2/a.DNG", Some(JULY), "2024/2024-07/a (2).DNG"),
            ("S/2/a.JPG", Some(JULY), "2024/2024-07/a (2).JPG"),
        ],
    ),
    (
        "what belongs together is in the month of the oldest",
        &[
            ("S/IMG_0001.AAE", Some(AUGUST), "2024/2024-07/IMG_0001.AAE"),
            ("S/IMG_0001.HEIC", Some(JULY), "2024/2024-07/IMG_0001.HEIC"),
            ("S/IMG_0001.MOV", None, "2024/2024-07/IMG_0001.MOV"),
            (
                "S/IMG_E0001.HEIC",
                Some(AUGUST),
                "2024/2024-07/IMG_E0001.HEIC",
            ),
            // A camera's counter came around: these are strangers.
            ("S/MVI_1.JPG", Some(JULY), "2024/2024-07/MVI_1.JPG"),
            ("S/MVI_1.MP4", Some(AUGUST), "2024/2024-08/MVI_1.MP4"),
        ],
    ),
    (
        "names that differ by case alone, and one that has the number already",
        &[
            ("S/1/x (2).jpg", Some(JULY), "2024/2024-07/x (2).jpg"),
            ("S/1/x.jpg", Some(JULY), "2024/2024-07/x.jpg"),
            ("S/2/X.jpg", Some(JULY), "2024/2024-07/X (3).jpg"),
            ("S/2/y.HEIC", Some(JULY), "2024/2024-07/y.HEIC"),
            ("S/2/y.MOV", Some(JULY), "2024/2024-07/y.MOV"),
            ("S/2/y.mov", Some(JULY), "2024/2024-07/y (2).mov"),
        ],
    ),
];

#[test]
fn files_are_sorted_by_month_and_no_names_meet() {
    for (what, moves) in MOVES {
        let volume = FakeVolume::new();
        let photos: Vec<Photo> = (1..)
            .zip(*moves)
            .map(|(seed, (path, unix_s, _))| dated(path, seed, *unix_s))
            .collect();
        let bag = Maker::new(&volume).publish(MIA, &photos);
        let mut expected: Vec<(String, String)> = moves
            .iter()
            .map(|(path, _, to)| ((*path).to_owned(), (*to).to_owned()))
            .collect();
        expected.sort_by_key(|(_, to)| to.clone());
        for names in [RestoreNames::Exact, RestoreNames::Portable] {
            let order = RestoreOrder {
                names,
                ..by_month(&bag)
            };
            let target = FakeTarget::new();
            let report = run(&volume, &order, &target).expect("a restore");
            assert!(report.is_complete(), "{what}: {report:?}");
            assert_eq!(where_to(&photos, &target.files()), expected, "{what}");
            let again = run(&volume, &order, &target).expect("a restore");
            assert_eq!(again.already_files, moves.len() as u64, "{what}");
        }
    }
}

#[test]
fn a_part_has_the_names_of_the_whole_and_so_has_what_is_taken_up_again() {
    let volume = FakeVolume::new();
    let photos: Vec<Photo> = (1..=9)
        .map(|it| dated(&format!("S/{it}/IMG.jpg"), it, Some(JULY)))
        .collect();
    let bag = Maker::new(&volume).publish(MIA, &photos);
    let order = RestoreOrder {
        only: vec![stored("S/7")],
        ..by_month(&bag)
    };
    let target = FakeTarget::new();
    run(&volume, &order, &target).expect("a restore");
    let expected = (
        "S/7/IMG.jpg".to_owned(),
        "2024/2024-07/IMG (7).jpg".to_owned(),
    );
    assert_eq!(where_to(&photos, &target.files()), [expected]);
    let report = run(&volume, &by_month(&bag), &target).expect("a restore");
    assert_eq!((report.already_files, report.restored_files), (1, 8));
    assert!(report.is_complete());
}

#[test]
fn names_are_legal_too_where_the_target_asks_for_it() {
    let volume = FakeVolume::new();
    let names = [
        "S/1/a:b.jpg",
        "S/2/a?b.jpg",
        "S/3/A_B.JPG",
        "S/4/con.jpg",
        "S/5/x. ",
    ];
    let photos: Vec<Photo> = (1..)
        .zip(names)
        .map(|(seed, name)| dated(name, seed, Some(JULY)))
        .collect();
    let bag = Maker::new(&volume).publish(MIA, &photos);
    let order = RestoreOrder {
        names: RestoreNames::Fitting,
        ..by_month(&bag)
    };
    for kind in [
        TargetFileSystem::Fat,
        TargetFileSystem::ExFat,
        TargetFileSystem::Ntfs,
    ] {
        let target = FakeTarget::new();
        target.limit_to(TargetLimits::of(kind, 4096));
        let report = run(&volume, &order, &target).expect("a restore");
        assert!(report.is_complete(), "{kind:?}: {report:?}");
        let files: Vec<String> = target.files().into_keys().collect();
        let expected = ["A_B (3).JPG", "a_b (2).jpg", "a_b.jpg", "con_.jpg", "x__"];
        assert_eq!(files, expected.map(|it| format!("2024/2024-07/{it}")));
    }
}
