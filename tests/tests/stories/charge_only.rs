//! A phone that charges only when it is plugged in, and has no interface for files then: it comes again with one when its person chooses file
//! transfer, and goes back to charging in the middle of a run.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, ensure};
use heirloom_lab::{Library, Profile, Responder, ResponderWatch};
use heirloom_stories::{LONG, Oracle, Pc, samples, story};
use serde_json::Value;

use crate::{LONG_VIDEO, PASSPHRASE, add_long_video};

/// How the screen calls the phone of the profile `android-charge-only`, and the system its model.
const PHONE: &str = "Google Pixel 8";
const MODEL: &str = "Pixel 8";
/// The pattern of its folder in the archive.
const PHONE_SOURCE: &str = "Google Pixel 8 *";

#[test]
fn charge_only_until_file_transfer_is_chosen() {
    story("charge only", |story| {
        let folder = samples::copy_to(&story.folder("phone")?)?;
        add_long_video(&folder)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        let phone = plug(&mut pc, &folder)?;
        pc.events.wait("the phone", LONG, is_seen)?;
        pc.reads("waits: unlock it, and choose \"File transfer\" or \"Allow\" on it.")?;
        let offer = format!("Archive {PHONE}");
        ensure!(!pc.screen.text().contains(&offer), "{}", pc.screen.text());

        phone.choose_file_transfer();
        pc.begins_archiving_of(PHONE)?;
        pc.is_in_the_midst_of(LONG_VIDEO)?;
        phone.choose_charging_only();
        pc.reads_all(&[
            &format!("{PHONE} was unplugged"),
            "Nothing is lost: the phone was only read, and what is in the archive stays.",
            "Plug it in again, unlock it, and choose \"File transfer\" if it asks. The copy goes on by itself where it stopped.",
        ])?;
        let safe = pc.safe_files();
        ensure!(safe > 0, "nothing was safe before the video");
        phone.choose_file_transfer();
        pc.is_told_complete_of(PHONE)?;
        pc.reads(&format!("There before {safe} files"))?;
        ensure!(phone.attempts_to_write() == 0, "{:?}", phone.commands());
        ensure!(phone.protocol_violations() == 0, "{:?}", phone.commands());
        has_come_four_times(&pc)?;
        pc.has_read_report()?;
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &[(PHONE_SOURCE, &folder)])?;
        verdict.expect_good(1)
    });
}

fn plug(pc: &mut Pc, folder: &Path) -> Result<ResponderWatch> {
    let library = Library::over_folder("Internal shared storage", folder)?;
    let profile = Profile::named("android-charge-only")?;
    let phone = Responder::new(profile, Arc::new(library));
    let watch = phone.watch();
    pc.plug_lab_device("phone", phone)?;
    Ok(watch)
}

fn is_seen(event: &Value) -> bool {
    event["event"] == "device-seen" && event["model"] == MODEL
}

/// Charging, transferring, and both once more, with an address of its own each time.
fn has_come_four_times(pc: &Pc) -> Result<()> {
    let events = pc.events.all();
    let seen = events.iter().filter(|event| is_seen(event));
    let mut ids: Vec<&Value> = seen.map(|event| &event["id"]).collect();
    ids.dedup();
    ensure!(ids.len() == 4, "{ids:?}");
    Ok(())
}
