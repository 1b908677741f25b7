//! The newest snapshots of all sources at once, each into a folder of its own.

use heirloom_engine::{
    Cancel, RestoreError, RestoreFrom, RestoreLayout, RestoreNames, RestoreOrder, RestoreReport,
    TargetFileSystem, TargetLimits, restore,
};
use heirloom_fakes::{FakeTarget, FakeVolume};

use crate::kit::{BEN, MIA, family};

pub(crate) fn everything() -> RestoreOrder {
    RestoreOrder::all(RestoreFrom::AllSources)
}

pub(crate) fn run_all(
    volume: &FakeVolume,
    order: &RestoreOrder,
    target: &FakeTarget,
) -> Result<RestoreReport, RestoreError> {
    restore(volume, order, target, &|_| {}, &Cancel::new())
}

fn paths(target: &FakeTarget) -> Vec<String> {
    target.files().into_keys().collect()
}

#[test]
fn each_source_gets_a_folder_of_its_name() {
    let (volume, bags) = family();
    let target = FakeTarget::new();
    let report = run_all(&volume, &everything(), &target).expect("a restore");
    assert!(report.is_complete(), "{report:?}");
    let of_parts: Vec<_> = report
        .parts
        .iter()
        .map(|part| {
            let to = part.to.as_ref().expect("a folder").to_string();
            (
                part.source_folder.as_str(),
                to,
                part.folder.to_string(),
                part.files,
            )
        })
        .collect();
    assert_eq!(
        of_parts,
        [
            (BEN, BEN.replace('\'', "\\'"), bags[2].clone(), 2),
            (MIA, MIA.replace('\'', "\\'"), bags[1].clone(), 4),
        ]
    );
    let expected = [
        format!("{BEN}/T/from Mia.jpg"),
        format!("{BEN}/T/own.jpg"),
        format!("{MIA}/S/DCIM b/c.jpg"),
        format!("{MIA}/S/DCIM/a.jpg"),
        format!("{MIA}/S/DCIM/b.jpg"),
        format!("{MIA}/S/DCIM/new.jpg"),
    ];
    assert_eq!(paths(&target), expected);
    let again = run_all(&volume, &everything(), &target).expect("a restore");
    assert_eq!(again.sum(|part| part.already_files), 6);
}

#[test]
fn by_month_and_with_portable_names_each_source_stays_apart() {
    let (volume, _) = family();
    let order = RestoreOrder {
        layout: RestoreLayout::ByMonth,
        ..everything()
    };
    let target = FakeTarget::new();
    target.limit_to(TargetLimits::of(TargetFileSystem::ExFat, 131_072));
    run_all(&volume, &order, &target).expect("a restore");
    let expected = [
        format!("{BEN}/1970/1970-01/from Mia.jpg"),
        format!("{BEN}/2023/2023-11/own.jpg"),
        format!("{MIA}/2023/2023-11/a.jpg"),
        format!("{MIA}/2023/2023-11/b.jpg"),
        format!("{MIA}/2023/2023-11/c.jpg"),
        format!("{MIA}/2023/2023-11/new.jpg"),
    ];
    assert_eq!(paths(&target), expected);
}

#[test]
fn a_source_that_cant_be_listed_is_named_and_the_others_come_out() {
    let (volume, bags) = family();
    for name in ["snapshot.json", "manifest-sha256.txt"] {
        volume.tamper(&format!("{}/{name}", bags[1]), |it| it[5] ^= 1);
    }
    let target = FakeTarget::new();
    let report = run_all(&volume, &everything(), &target).expect("a restore");
    assert!(!report.is_complete());
    assert_eq!(report.parts.len(), 1);
    assert_eq!(report.unlisted.len(), 1);
    assert_eq!(report.unlisted[0].source_folder, MIA);
    assert_eq!(target.files().len(), 2);
    // With none that can be listed, there is nothing to restore.
    for name in ["snapshot.json", "manifest-sha256.txt"] {
        volume.tamper(&format!("{}/{name}", bags[2]), |it| it[5] ^= 1);
    }
    let outcome = run_all(&volume, &everything(), &FakeTarget::new());
    assert!(
        matches!(outcome, Err(RestoreError::Unlisted(_))),
        "{outcome:?}"
    );
}

#[test]
fn what_is_in_one_source_alone_is_no_error() {
    let (volume, _) = family();
    let order = |only: &str| RestoreOrder {
        only: vec![crate::kit::stored(only)],
        names: RestoreNames::Exact,
        ..everything()
    };
    let target = FakeTarget::new();
    let report = run_all(&volume, &order("T"), &target).expect("a restore");
    let files: Vec<u64> = report.parts.iter().map(|part| part.files).collect();
    assert_eq!(files, [2, 0]);
    let outcome = run_all(&volume, &order("nothing"), &FakeTarget::new());
    assert_eq!(outcome, Err(RestoreError::NothingThere));
}

#[test]
fn the_room_for_all_is_counted_before() {
    let (volume, _) = family();
    let target = FakeTarget::new();
    target.limit(16 << 20);
    let outcome = run_all(&volume, &everything(), &target);
    assert!(
        matches!(outcome, Err(RestoreError::NotEnoughSpace { .. })),
        "{outcome:?}"
    );
    assert!(target.files().is_empty());
}
