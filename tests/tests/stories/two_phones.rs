//! Two phones with names that a family gave them, archived one after the other without a question in between.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{Library, Profile, Responder, ResponderWatch};
use heirloom_stories::{Key, LONG, Oracle, Pc, samples, story};

use crate::{LONG_VIDEO, PASSPHRASE, add_long_video};

/// How the screen calls the phones before they have names, by profile: `pixel`, `samsung`.
const PIXEL: &str = "Google Pixel 8";
const SAMSUNG: &str = "samsung SM-G991B";
/// What the family calls them.
const ANNA: &str = "Anna's Pixel";
const BEN: &str = "Ben's phone";
/// What is on Ben's phone only.
const ONLY_BENS: &str = "DCIM/Camera/20261122_090000.jpg";
const ONLY_BENS_TAKEN: u64 = 1_795_338_000;

#[test]
fn two_phones_follow_each_other_by_name() {
    story("two phones", |story| {
        let annas = samples::copy_to(&story.folder("anna")?)?;
        add_long_video(&annas)?;
        let bens = samples::copy_to(&story.folder("ben")?)?;
        let photo = fs::read(bens.join("DCIM/Oma Käthe/Geburtstag & Torte.jpg"))?;
        samples::write_taken(&bens.join(ONLY_BENS), &photo, ONLY_BENS_TAKEN)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        let anna = plug(&mut pc, "anna", "pixel", &annas)?;
        let ben = plug(&mut pc, "ben", "samsung", &bens)?;
        // What is chosen for Ben's phone and what it is called holds when its turn comes.
        pc.prepares(SAMSUNG, BEN)?;
        pc.screen.press(&[Key::Escape])?;
        pc.prepares(PIXEL, ANNA)?;
        pc.begins_with_followers(BEN)?;
        pc.is_in_the_midst_of(LONG_VIDEO)?;
        pc.reads_all(&[&format!("Archiving {ANNA}"), &format!("After it {BEN}")])?;
        let ben_again = is_replugged_before_its_turn(&mut pc, &bens)?;
        pc.reads("All 2 are archived")?;
        pc.reads_all(&[
            &format!("> {ANNA}: complete, "),
            &format!("{BEN}: complete, "),
            "safe to erase",
        ])?;
        has_archived(&pc, &[ANNA, BEN])?;
        for phone in [&anna, &ben, &ben_again] {
            ensure!(phone.attempts_to_write() == 0, "{:?}", phone.commands());
        }
        pc.screen.press(&[Key::Enter])?;
        pc.reads_all(&[&format!("{ANNA} is archived"), &format!("sources/{ANNA} [")])?;
        pc.screen.press(&[Key::Enter])?;
        pc.reads("All 2 are archived")?;
        pc.screen.press(&[Key::Escape])?;
        pc.reads_all(&[
            &format!("Archive {ANNA} now"),
            &format!("Archive {BEN} now"),
        ])?;
        pc.switches_off()?;

        let expected = [
            ("Anna's Pixel *", annas.as_path()),
            ("Ben's phone *", bens.as_path()),
        ];
        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &expected)?;
        verdict.expect_good(2)
    });
}

/// A phone of a profile with the files of a folder, which may be read at once.
fn plug(pc: &mut Pc, id: &str, profile: &str, folder: &Path) -> Result<ResponderWatch> {
    let library = Library::over_folder("Internal shared storage", folder)?;
    let phone = Responder::new(Profile::named(profile)?, Arc::new(library));
    let watch = phone.watch();
    watch.allow();
    pc.plug_lab_device(id, phone)?;
    Ok(watch)
}

/// Ben takes his phone while Anna's is archived, and brings it back.
fn is_replugged_before_its_turn(pc: &mut Pc, folder: &Path) -> Result<ResponderWatch> {
    pc.unplug("ben")?;
    pc.events.wait_for("device-gone", LONG)?;
    plug(pc, "ben", "samsung", folder)
}

/// The event log names which phone each run was about, and that it ended well.
fn has_archived(pc: &Pc, names: &[&str]) -> Result<()> {
    let events = pc.events.all();
    let of = |name: &'static str| events.iter().filter(move |event| event["event"] == name);
    let begun: Vec<_> = of("run-begun").map(|event| &event["source"]).collect();
    ensure!(begun == names, "{begun:?}");
    let ended: Vec<_> = of("run-ended").collect();
    ensure!(ended.len() == names.len(), "{ended:?}");
    for (event, name) in ended.into_iter().zip(names) {
        let outcome = event["outcome"].as_str().context("a word")?;
        ensure!(event["source"] == *name && outcome == "complete", "{event}");
    }
    Ok(())
}
