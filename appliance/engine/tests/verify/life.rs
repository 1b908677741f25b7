//! One archive from its first run to a restore, through everything that comes between: runs, thinning, more runs, checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use heirloom_engine::{
    Archive, Cancel, MediaChoice, Policy, RestoreFrom, RestoreNames, RestoreOrder, RunOrder,
    SheetClaim, VerifyDepth, VerifyOrder, ingest, plan_retention, restore, thin, verify,
};
use heirloom_fakes::{FakeFile, FakeSource, FakeTarget, FakeVolume, TargetFile};

use crate::kit::{bytes, day, info, key};

fn photo(number: u64) -> FakeFile {
    let path = format!("Internal/DCIM/PXL_{number:04}.jpg");
    let unix_s = 1_700_000_000 + number as i64;
    FakeFile::new(&path, bytes(number, 3_000 + number as usize), unix_s)
}

fn run(volume: &FakeVolume, source: &mut FakeSource, name: &str) {
    let order = RunOrder {
        archive_info: info(),
        source_name: name.to_owned(),
        date: day("2026-11-22"),
        read_all: false,
        software: "heirloom 0.1.0".to_owned(),
        choice: MediaChoice::Everything,
        reads_twice: false,
        long_files: Default::default(),
    };
    let volume = Arc::new(volume.clone());
    let report = ingest(source, volume, &order, &|_| {}, &Cancel::new()).expect("a run");
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
}

fn check(volume: &FakeVolume, sheet: Option<SheetClaim>) -> SheetClaim {
    let order = VerifyOrder {
        depth: VerifyDepth::Contents,
        sheet,
    };
    let report = verify(volume, &order, &|_| {}, &Cancel::new()).expect("a check");
    assert_eq!(report.findings, []);
    SheetClaim {
        generation: report.generation,
        head: report.head,
        public_key: Some(report.archive.public_key),
    }
}

#[test]
fn an_archive_is_sound_after_every_step_of_its_life_and_gives_everything_back() {
    let volume = FakeVolume::new();
    Archive::create(&volume, &info(), &key()).expect("a new archive");
    let mut mia = FakeSource::phone("MIA", (1..=8).map(photo).collect());
    let mut sheet = check(&volume, None);
    for round in 0..4 {
        run(&volume, &mut mia, "Mia");
        sheet = check(&volume, Some(sheet));
        mia.files.remove(0);
        mia.files.push(photo(20 + round));
        // The same content once more, with another name and another time.
        let copy = FakeFile {
            path: vec!["Internal".into(), format!("Sent {round}.jpg")],
            modified: photo(99).modified,
            ..photo(5)
        };
        mia.files.push(copy);
    }
    let mut ben = FakeSource::phone("BEN", (3..=6).map(photo).collect());
    run(&volume, &mut ben, "Ben");
    sheet = check(&volume, Some(sheet));

    let archive = Archive::open(&volume).expect("an archive");
    let policy = Policy::KeepLast(1);
    let plan = plan_retention(&volume, &archive, &policy, &Cancel::new()).expect("a plan");
    thin(&volume, &archive, &plan).expect("a thinning");
    sheet = check(&volume, Some(sheet));
    run(&volume, &mut mia, "Mia");
    sheet = check(&volume, Some(sheet));
    assert_eq!(sheet.generation, 6);

    let archive = Archive::open(&volume).expect("an archive");
    let newest = archive.newest().expect("a snapshot");
    for names in [RestoreNames::Exact, RestoreNames::Portable] {
        let order = RestoreOrder {
            names,
            ..RestoreOrder::all(RestoreFrom::LatestOf(newest.source_folder.clone()))
        };
        let target = FakeTarget::new();
        let report = restore(&volume, &order, &target, &|_| {}, &Cancel::new());
        assert!(report.expect("a restore").is_complete());
        let expected: BTreeMap<String, TargetFile> = mia
            .files
            .iter()
            .map(|file| {
                let restored = TargetFile {
                    content: file.content.clone(),
                    modified_unix_s: file.modified.as_ref().and_then(|it| it.unix_s),
                };
                (file.path.join("/"), restored)
            })
            .collect();
        assert_eq!(target.files(), expected);
    }
}
