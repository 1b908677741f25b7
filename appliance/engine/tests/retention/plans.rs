//! What a policy would do, and what it must not.

use heirloom_engine::{
    Archive, Cancel, DamageKind, Fate, KeepReason, Policy, RetentionError, RetentionPlan,
    ThinReport, VerifyOrder, Volume, VolumePath, plan_retention, thin, verify,
};
use heirloom_fakes::FakeVolume;

use crate::kit::{BEN, MIA, Maker, Photo, day, photo, write};

pub(crate) fn plan(volume: &FakeVolume, policy: Policy) -> Result<RetentionPlan, RetentionError> {
    let archive = Archive::open(volume).expect("an archive");
    plan_retention(volume, &archive, &policy, &Cancel::new())
}

pub(crate) fn carry_out(
    volume: &FakeVolume,
    plan: &RetentionPlan,
) -> Result<ThinReport, RetentionError> {
    let archive = Archive::open(volume)?;
    thin(volume, &archive, plan)
}

/// One letter for each snapshot: removed, or why it is kept.
fn letters(plan: &RetentionPlan) -> String {
    let letter = |fate: &Fate| match fate {
        Fate::Removed { .. } => '-',
        Fate::Kept(KeepReason::All) => 'a',
        Fate::Kept(KeepReason::AmongLast) => 'l',
        Fate::Kept(KeepReason::OfYear(_)) => 'y',
        Fate::Kept(KeepReason::Newest) => 'n',
        Fate::Kept(KeepReason::OnlyCopy { .. }) => 'o',
        Fate::Kept(KeepReason::CopyDamaged { .. }) => 'd',
        Fate::Kept(KeepReason::NotListed { .. }) => 'x',
    };
    plan.verdicts.iter().map(|it| letter(&it.fate)).collect()
}

pub(crate) fn is_sound(volume: &FakeVolume) -> bool {
    let report = verify(volume, &VerifyOrder::default(), &|_| {}, &Cancel::new());
    let report = report.expect("a check");
    assert_eq!(report.findings, []);
    report.is_sound()
}

/// Five snapshots of Mia's phone, which only grows but for one deleted photo, and two of Ben's.
pub(crate) fn years() -> (FakeVolume, Vec<String>) {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let photos: Vec<Photo> = (1..=6)
        .map(|it| photo(&format!("S/{it}.jpg"), it))
        .collect();
    let deleted = photo("S/deleted.jpg", 9);
    let mut second = photos[..2].to_vec();
    second.push(deleted);
    let mut bags = vec![maker.publish(MIA, &photos[..1])];
    maker.date = day("2027-01-01");
    bags.push(maker.publish(MIA, &second));
    bags.push(maker.publish(BEN, &[photo("T/x.jpg", 30)]));
    bags.push(maker.publish(MIA, &photos[..4]));
    maker.date = day("1970-01-01");
    bags.push(maker.publish(MIA, &photos[..5]));
    maker.date = day("2028-05-05");
    bags.push(maker.publish(BEN, &[photo("T/x.jpg", 30), photo("T/y.jpg", 31)]));
    bags.push(maker.publish(MIA, &photos));
    (volume, bags)
}

#[test]
fn policies_remove_what_nobody_needs_and_never_the_only_copy() {
    let by_year = |newest, each_year| Policy::ByGenerationAndYear { newest, each_year };
    let kept = [
        (Policy::KeepAll, "aaaaaaa"),
        (Policy::KeepLast(9), "lllllll"),
    ];
    for (policy, expected) in kept {
        let (volume, _) = years();
        let made = plan(&volume, policy).expect("a plan");
        assert_eq!(letters(&made), expected);
        assert!(made.is_empty());
    }
    let thinned = [
        (Policy::KeepLast(2), "-ol-lll"),
        (Policy::KeepLast(1), "-o---ll"),
        // The newest of each source stays.
        (Policy::KeepLast(0), "-o---nn"),
        (by_year(1, 0), "-o---ll"),
        // The clock that said 1970 only adds.
        (by_year(1, 1), "yoyyyll"),
    ];
    for (policy, expected) in thinned {
        let (volume, bags) = years();
        let made = plan(&volume, policy).expect("a plan");
        assert_eq!(letters(&made), expected, "{policy:?}");
        let Fate::Kept(KeepReason::OnlyCopy { files, first }) = &made.verdicts[1].fate else {
            panic!("{:?}", made.verdicts[1])
        };
        assert_eq!((*files, first.as_str()), (1, "S/deleted.jpg"));
        let before = volume.files();
        let report = carry_out(&volume, &made).expect("a thinning");
        let thinned: Vec<String> = report.thinned.iter().map(ToString::to_string).collect();
        let expected: Vec<String> = made
            .removed()
            .map(|it| it.folder.as_str().replace("sources/", "thinned/"))
            .collect();
        assert_eq!(thinned, expected);
        assert!(is_sound(&volume));
        // What is left of each is what it was.
        let after = volume.files();
        for folder in &thinned {
            let left: Vec<_> = after
                .iter()
                .filter_map(|(path, file)| Some((path.strip_prefix(folder)?, file)))
                .collect();
            let names: Vec<_> = left.iter().map(|(name, _)| *name).collect();
            assert_eq!(
                names,
                [
                    "/bag-info.txt",
                    "/snapshot.json",
                    "/tagmanifest-sha256.txt",
                    "/tagmanifest-sha256.txt.minisig"
                ]
            );
            for (name, file) in left {
                let was = format!("{}{name}", folder.replace("thinned/", "sources/"));
                assert_eq!(*file, before[&was]);
            }
        }
        // A second time, there is nothing to do, and the numbers go on.
        let again = plan(&volume, policy).expect("a plan");
        assert!(again.is_empty(), "{again:?}");
        let archive = Archive::open(&volume).expect("an archive");
        assert_eq!(archive.next_generation(), Some(8));
        assert_eq!(archive.history().count(), bags.len());
    }
}

#[test]
fn another_file_with_the_content_counts_only_when_it_is_sound() {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let photos = [photo("S/a.jpg", 1), photo("S/b.jpg", 2)];
    maker.publish(MIA, &photos);
    maker.stores_again = true;
    let copy = maker.publish(BEN, &photos);
    maker.publish(MIA, &[]);
    let made = plan(&volume, Policy::KeepLast(1)).expect("a plan");
    assert_eq!(letters(&made), "-ll");
    let Fate::Removed { freed_bytes } = made.verdicts[0].fate else {
        panic!("{made:?}")
    };
    assert!(
        freed_bytes > 2_001 + 2_002 && freed_bytes < 5_000,
        "{freed_bytes}"
    );
    assert_eq!(made.freed_bytes, freed_bytes);
    let reads = volume.reads_back();
    let reads: Vec<&String> = reads.iter().filter(|it| it.contains("/data/")).collect();
    assert_eq!(reads.len(), 2, "each copy is read once: {reads:?}");
    assert!(reads.iter().all(|it| it.starts_with(&copy)));
    let damaged = volume.copy();
    let place = format!("{copy}/data/S/b.jpg");
    damaged.tamper(&place, |it| it[0] ^= 1);
    let made = plan(&damaged, Policy::KeepLast(1)).expect("a plan");
    let place = VolumePath::new(place);
    assert_eq!(
        made.verdicts[0].fate,
        Fate::Kept(KeepReason::CopyDamaged { place })
    );
    carry_out(
        &volume,
        &plan(&volume, Policy::KeepLast(1)).expect("a plan"),
    )
    .expect("thinned");
    assert!(is_sound(&volume));
}

#[test]
fn two_copies_do_not_both_go() {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let photos = [photo("S/a.jpg", 1)];
    maker.publish(MIA, &photos);
    maker.publish(BEN, &photos);
    maker.publish(MIA, &[]);
    maker.publish(BEN, &[]);
    let made = plan(&volume, Policy::KeepLast(1)).expect("a plan");
    assert_eq!(letters(&made), "-oll");
    carry_out(&volume, &made).expect("thinned");
    assert!(is_sound(&volume));
}

#[test]
fn nothing_goes_while_something_cannot_be_read_or_is_not_as_listed() {
    type Change = fn(&FakeVolume, &[String]);
    let refused: &[(&str, Change)] = &[
        ("a description", |volume, bags| {
            volume.tamper(&format!("{}/snapshot.json", bags[5]), |it| it[300] ^= 1);
        }),
        ("a tag manifest", |volume, bags| {
            let place = format!("{}/tagmanifest-sha256.txt", bags[0]);
            volume.remove(&VolumePath::new(place)).expect("remove");
        }),
        ("two of one number", |volume, bags| {
            let twin = VolumePath::new(bags[2].replace("0003", "0001"));
            volume
                .rename(&VolumePath::new(&bags[2]), &twin)
                .expect("rename");
        }),
        ("a payload", |volume, bags| {
            volume
                .remove(&VolumePath::new(format!("{}/data", bags[0])))
                .expect("remove");
        }),
        ("a file that is two", |volume, bags| {
            let place = VolumePath::new(format!("{}/data/S/2.jpg", bags[1]));
            volume.remove(&place).expect("remove");
            let other = VolumePath::new(format!("{}/data/S/1.jpg", bags[1]));
            volume.link(&other, &place).expect("link");
        }),
    ];
    for (what, change) in refused {
        let (volume, bags) = years();
        change(&volume, &bags);
        volume.flush().expect("flush");
        let outcome = plan(&volume, Policy::KeepLast(1));
        let is_told = matches!(
            outcome,
            Err(RetentionError::Damaged(_) | RetentionError::Disputed(_))
        );
        assert!(is_told, "{what}: {outcome:?}");
    }
    let (volume, bags) = years();
    let place = format!("{}/data/S/notes.txt", bags[0]);
    write(&volume, &place, b"do not lose me", None);
    volume.flush().expect("flush");
    let made = plan(&volume, Policy::KeepLast(1)).expect("a plan");
    let place = VolumePath::new(place);
    assert_eq!(
        made.verdicts[0].fate,
        Fate::Kept(KeepReason::NotListed { place })
    );
    // A name that is no snapshot's hides nothing.
    let (volume, _) = years();
    write(&volume, "sources/note", b"", None);
    let archive = Archive::open(&volume).expect("an archive");
    assert_eq!(archive.damage()[0].kind, DamageKind::NotASnapshot);
    assert_eq!(
        letters(&plan(&volume, Policy::KeepLast(1)).expect("a plan")),
        "-o---ll"
    );
}

#[test]
fn a_plan_holds_only_for_the_archive_it_was_made_for() {
    let (volume, bags) = years();
    let made = plan(&volume, Policy::KeepLast(1)).expect("a plan");
    let opened = Archive::open(&volume).expect("an archive");
    volume.remove(&VolumePath::new(&bags[6])).expect("remove");
    volume.flush().expect("flush");
    let before = volume.files();
    let outdated = Err(RetentionError::Outdated);
    assert_eq!(thin(&volume, &opened, &made), outdated);
    assert_eq!(carry_out(&volume, &made), outdated);
    assert_eq!(volume.files(), before);
    let cancel = Cancel::new();
    cancel.cancel();
    let archive = Archive::open(&volume).expect("an archive");
    let outcome = plan_retention(&volume, &archive, &Policy::KeepLast(1), &cancel);
    assert_eq!(outcome, Err(RetentionError::Stopped));
}

#[test]
fn latest_never_leads_to_what_is_gone() {
    let (volume, bags) = years();
    let latest = format!("sources/{MIA}/latest");
    volume
        .point(&VolumePath::new(&latest), "0001 2026-11-22")
        .expect("point");
    volume.flush().expect("flush");
    let made = plan(&volume, Policy::KeepLast(1)).expect("a plan");
    carry_out(&volume, &made).expect("thinned");
    let newest = bags[6].rsplit('/').next();
    assert_eq!(volume.target(&latest).as_deref(), newest);
    assert!(is_sound(&volume));
}
