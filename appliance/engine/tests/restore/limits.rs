//! File systems that can't hold everything: FAT32 and its like.

use std::collections::{BTreeMap, BTreeSet};

use heirloom_engine::{
    Cancel, RestoreLayout, RestoreNames, RestoreOrder, RestoreProblemReason, TargetFileSystem,
    TargetLimits, plan_restore,
};
use heirloom_fakes::{FakeTarget, FakeVolume};

use crate::by_month::dated;
use crate::kit::{MIA, Maker, Photo, photo};
use crate::restores::{all_of, run};

/// FAT, as small as the test needs it.
fn fat(file_bytes_max: u64, folder_entries_max: u32) -> TargetLimits {
    TargetLimits {
        file_bytes_max: Some(file_bytes_max),
        folder_entries_max: Some(folder_entries_max),
        ..TargetLimits::of(TargetFileSystem::Fat, 32_768)
    }
}

fn fitting(folder: &str) -> RestoreOrder {
    RestoreOrder {
        names: RestoreNames::Fitting,
        ..all_of(folder)
    }
}

#[test]
fn a_file_that_is_too_long_is_named_before_and_the_rest_comes_out() {
    let volume = FakeVolume::new();
    // Lengths of 2,001 to 2,004 bytes.
    let photos: Vec<Photo> = (1..=4)
        .map(|it| photo(&format!("S/{it}.mp4"), it))
        .collect();
    let bag = Maker::new(&volume).publish(MIA, &photos);
    let target = FakeTarget::new();
    target.limit_to(fat(2_003, 1_000));
    let plan = plan_restore(&volume, &fitting(&bag), &target, &Cancel::new()).expect("a plan");
    let too_long = RestoreProblemReason::TooLong { max_bytes: 2_003 };
    let told: Vec<_> = plan
        .problems
        .iter()
        .map(|it| (it.path.as_str(), &it.reason))
        .collect();
    assert_eq!(told, [("S/4.mp4", &too_long)]);
    assert_eq!(
        plan.problems[0].place.as_str(),
        format!("{bag}/data/S/4.mp4")
    );
    assert_eq!((target.files().len(), plan.files), (0, 4));
    assert!(plan.has_room());
    let report = run(&volume, &fitting(&bag), &target).expect("a restore");
    assert_eq!(report.problems, plan.problems);
    assert_eq!(report.restored_files, 3);
}

#[test]
fn times_are_kept_as_far_as_there_is_room_for_them() {
    let volume = FakeVolume::new();
    let photos = [
        dated("S/EVEN.JPG", 1, Some(1_700_000_000)),
        dated("S/ODD.JPG", 2, Some(1_700_000_001)),
        dated("S/OLD.JPG", 3, Some(-86_400)),
        dated("S/NONE.JPG", 4, None),
    ];
    let bag = Maker::new(&volume).publish(MIA, &photos);
    let target = FakeTarget::new();
    target.limit_to(fat(1 << 20, 1_000));
    for is_again in [false, true] {
        let report = run(&volume, &fitting(&bag), &target).expect("a restore");
        assert!(report.is_complete());
        assert_eq!(report.already_files, if is_again { 4 } else { 0 });
        assert_eq!(report.times_not_kept_files, 1);
    }
    let files = target.files();
    assert_eq!(files["S/ODD.JPG"].modified_unix_s, Some(1_700_000_000));
}

/// The folders of files, with how many entries each takes.
fn folders(target: &FakeTarget) -> BTreeMap<String, u32> {
    let mut folders = BTreeMap::new();
    for path in target.files().keys() {
        let (folder, name) = path.rsplit_once('/').expect("a folder");
        *folders.entry(folder.to_owned()).or_default() += TargetLimits::entries(name.as_bytes());
    }
    folders
}

/// Live Photos with long names (4 entries each) in one folder, and a few files in others.
fn many() -> Vec<Photo> {
    let mut photos = Vec::new();
    for number in 0..50 {
        for (extension, seed) in [("HEIC", 100), ("MOV", 200)] {
            let path = format!("S/Camera/A long name of a picture {number:04}.{extension}");
            photos.push(photo(&path, seed + number));
        }
    }
    photos.push(photo("S/Camera/sub/x.jpg", 1));
    photos.push(photo("S/z.jpg", 2));
    photos
}

#[test]
fn a_folder_that_is_too_long_is_parted_and_what_belongs_together_is_not() {
    let volume = FakeVolume::new();
    let photos = many();
    let bag = Maker::new(&volume).publish(MIA, &photos);
    // Eleven pictures with their films fit beside nothing, and ten beside `x.jpg`; `z.jpg` comes last.
    for (layout, top, parted_files) in [
        (RestoreLayout::AsItWas, "S/Camera", 78),
        (RestoreLayout::ByMonth, "2023/2023-11", 81),
    ] {
        let order = RestoreOrder {
            layout,
            ..fitting(&bag)
        };
        let target = FakeTarget::new();
        target.limit_to(fat(1 << 20, 100));
        let report = run(&volume, &order, &target).expect("a restore");
        assert!(report.is_complete(), "{layout:?}: {:?}", report.problems);
        assert_eq!(report.restored_files, 102);
        assert_eq!(report.parted_files, parted_files, "{layout:?}");
        let folders = folders(&target);
        for part in 2..=4 {
            assert!(
                folders.contains_key(&format!("{top}/part {part}")),
                "{folders:?}"
            );
        }
        assert!(
            folders.values().all(|entries| *entries <= 88),
            "{folders:?}"
        );
        let files: BTreeSet<String> = target.files().into_keys().collect();
        for path in files.iter().filter(|path| path.ends_with(".HEIC")) {
            let film = path.replace(".HEIC", ".MOV");
            assert!(files.contains(&film), "{path} was torn from its film");
        }
        // Taken up again, and a part of it: the same places.
        let again = run(&volume, &order, &target).expect("a restore");
        assert_eq!(again.already_files, 102);
        let part = RestoreOrder {
            only: vec![crate::kit::stored(
                "S/Camera/A long name of a picture 0049.MOV",
            )],
            ..order
        };
        let one = FakeTarget::new();
        one.limit_to(fat(1 << 20, 100));
        run(&volume, &part, &one).expect("a restore");
        assert!(one.files().keys().all(|path| files.contains(path)));
    }
}

#[test]
fn other_file_systems_part_no_folder() {
    let volume = FakeVolume::new();
    let bag = Maker::new(&volume).publish(MIA, &many());
    for kind in [TargetFileSystem::ExFat, TargetFileSystem::Ntfs] {
        let target = FakeTarget::new();
        target.limit_to(TargetLimits::of(kind, 4_096));
        let report = run(&volume, &fitting(&bag), &target).expect("a restore");
        assert!(report.is_complete());
        assert_eq!(folders(&target).len(), 3);
    }
}

#[test]
fn a_folder_that_is_full_already_costs_its_files_alone() {
    let volume = FakeVolume::new();
    let photos: Vec<Photo> = (1..=5)
        .map(|it| photo(&format!("S/{it}.JPG"), it))
        .chain([photo("T/1.JPG", 6)])
        .collect();
    let bag = Maker::new(&volume).publish(MIA, &photos);
    let target = FakeTarget::new();
    for number in 0..98 {
        target.put(&format!("S/OLD{number:02}.JPG"), b"old");
    }
    target.limit_to(fat(1 << 20, 100));
    let report = run(&volume, &fitting(&bag), &target).expect("a restore");
    assert_eq!((report.restored_files, report.problems.len()), (3, 3));
    let is_not_taken = |it: &str| it == "not-taken";
    assert!(
        report
            .problems
            .iter()
            .all(|it| is_not_taken(it.reason.code()))
    );
}
