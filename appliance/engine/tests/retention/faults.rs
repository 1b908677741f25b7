//! Power cuts at every operation of a thinning.

use std::collections::BTreeSet;

use heirloom_engine::{Archive, Policy, RetentionError, Volume, VolumeError, VolumePath};
use heirloom_fakes::{FakeVolume, PowerCut};
use heirloom_format::Digest;

use crate::kit::MIA;
use crate::plans::{carry_out, is_sound, plan, years};

const POLICY: Policy = Policy::KeepLast(1);

/// Every content that published snapshots hold.
fn published(volume: &FakeVolume) -> BTreeSet<Digest> {
    let files = volume.files();
    files
        .iter()
        .filter(|(path, _)| path.starts_with("sources/") && path.contains("/data/"))
        .map(|(_, file)| Digest::of(&file.content))
        .collect()
}

/// Paths and contents, whatever nodes they have.
fn image(volume: &FakeVolume) -> Vec<(String, Vec<u8>)> {
    let files = volume.files();
    files
        .into_iter()
        .map(|(path, file)| (path, file.content))
        .collect()
}

#[test]
fn a_drive_that_vanishes_or_loses_power_at_any_operation_loses_nothing() {
    let (volume, bags) = years();
    let contents = published(&volume);
    let thinned = volume.copy();
    let made = plan(&volume, POLICY).expect("a plan");
    carry_out(&thinned, &made).expect("a thinning");
    let expected = image(&thinned);
    let mut operation = 0;
    loop {
        operation += 1;
        let broken = volume.copy();
        broken.vanish_at(operation);
        match carry_out(&broken, &made) {
            Ok(_) => break,
            Err(error) => assert_eq!(error, RetentionError::DriveGone, "operation {operation}"),
        }
        let cuts = [
            None,
            Some(PowerCut::LosesAll),
            Some(PowerCut::KeepsAll),
            Some(PowerCut::Seeded(operation)),
            Some(PowerCut::Seeded(!operation)),
        ];
        for cut in cuts {
            let restarted = broken.copy();
            if let Some(cut) = cut {
                restarted.power_cut(cut);
            }
            let what = format!("{cut:?} at {operation}");
            restarted.flush().expect("flush");
            assert_eq!(published(&restarted), contents, "{what}");
            assert!(is_sound(&restarted), "{what}");
            let archive = Archive::open(&restarted).expect("an archive");
            assert_eq!(archive.history().count(), bags.len(), "{what}");
            let made = plan(&restarted, POLICY).expect("a plan");
            carry_out(&restarted, &made).expect("the next attempt");
            assert!(image(&restarted) == expected, "{what}");
        }
    }
    assert!(operation > 50, "{operation} operations");
}

#[test]
fn a_second_power_cut_loses_nothing_either() {
    let (volume, _) = years();
    let contents = published(&volume);
    for seed in 0..300 {
        let broken = volume.copy();
        let made = plan(&broken, POLICY).expect("a plan");
        broken.vanish_at(30 + seed * 7 % 70);
        let first = carry_out(&broken, &made);
        broken.power_cut(PowerCut::Seeded(seed));
        broken.flush().expect("flush");
        let made = plan(&broken, POLICY).expect("a plan");
        broken.vanish_at(1 + seed * 13 % 90);
        let second = carry_out(&broken, &made);
        broken.power_cut(PowerCut::Seeded(seed + 1_000));
        broken.flush().expect("flush");
        let what = format!("seed {seed}: {:?}, {:?}", first.err(), second.err());
        assert_eq!(published(&broken), contents, "{what}");
        assert!(is_sound(&broken), "{what}");
        carry_out(&broken, &plan(&broken, POLICY).expect("a plan")).expect("the third attempt");
        assert!(plan(&broken, POLICY).expect("a plan").is_empty(), "{what}");
    }
}

#[test]
fn an_operation_that_fails_alone_is_told_and_loses_nothing() {
    let (volume, _) = years();
    let contents = published(&volume);
    let made = plan(&volume, POLICY).expect("a plan");
    let io = VolumeError::Io {
        path: VolumePath::new("x"),
        errno: 5,
    };
    for operation in 1.. {
        let failing = volume.copy();
        failing.fail_at(operation, io.clone());
        let outcome = carry_out(&failing, &made);
        let was_reached = failing.operations() >= operation;
        failing.mend();
        failing.flush().expect("flush");
        assert_eq!(published(&failing), contents, "operation {operation}");
        assert!(is_sound(&failing), "operation {operation}");
        if outcome.is_ok() && !was_reached {
            break;
        }
    }
}

#[test]
fn what_was_put_into_thinned_by_hand_is_not_removed_unless_all_of_it_is_elsewhere() {
    let (volume, bags) = years();
    let by_hand = |number: usize| {
        let volume = volume.copy();
        let thinned = bags[number].replace("sources/", "thinned/");
        let folder = VolumePath::new(format!("thinned/{MIA}"));
        volume.make_folder(&folder).expect("make");
        let (from, to) = (VolumePath::new(&bags[number]), VolumePath::new(thinned));
        volume.rename(&from, &to).expect("rename");
        volume.flush().expect("flush");
        let made = plan(&volume, Policy::KeepAll).expect("a plan");
        carry_out(&volume, &made).expect("a thinning");
        let data = to.join("data");
        volume.list(Some(&data)).is_err()
    };
    assert!(by_hand(0), "all of it is in later ones");
    assert!(!by_hand(1), "it has the only copy of a deleted photo");
}
