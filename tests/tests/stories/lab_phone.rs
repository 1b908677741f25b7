use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{Library, Profile, Responder, ResponderWatch};
use heirloom_stories::{Oracle, Pc, samples, story};
use serde_json::Value;

use crate::{LONG_VIDEO, PASSPHRASE, add_long_video};

/// How the screen calls the phone of the profile `pixel`.
const PIXEL: &str = "Google Pixel 8";
/// The pattern of its folder in the archive.
const PIXEL_SOURCE: &str = "Google Pixel 8 *";
/// How much of the rest of the video comes before the cable is pulled.
const FURTHER_BYTES: u64 = 5_000_000;

#[test]
fn lab_phone_stalls_goes_on_and_is_unplugged_at_a_byte() {
    story("lab phone", |story| {
        let folder = samples::copy_to(&story.folder("phone")?)?;
        add_long_video(&folder)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        let phone = plug_pixel(&mut pc, &folder)?;
        pc.begins_archiving_of(PIXEL)?;
        pc.is_in_the_midst_of(LONG_VIDEO)?;
        says_nothing_for_a_while(&mut pc, &phone)?;
        phone.unplug_at_byte(FURTHER_BYTES);
        phone.go_on();
        pc.reads_all(&[
            &format!("{PIXEL} was unplugged"),
            "Plug it in again, unlock it, and choose \"File transfer\" if it asks. The copy goes on by itself where it stopped.",
        ])?;
        ensure!(pc.is_off_the_bus("phone"), "it is still plugged in");
        let safe = pc.safe_files();

        let phone_again = plug_pixel(&mut pc, &folder)?;
        pc.is_told_complete_of(PIXEL)?;
        pc.reads(&format!("There before {safe} files"))?;
        for phone in [&phone, &phone_again] {
            ensure!(phone.attempts_to_write() == 0, "{:?}", phone.commands());
            ensure!(phone.protocol_violations() == 0, "{:?}", phone.commands());
        }
        has_had_two_addresses(&pc)?;
        pc.has_read_report()?;
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &[(PIXEL_SOURCE, &folder)])?;
        verdict.expect_good(1)
    });
}

/// A Pixel with the files of a folder.
fn plug_pixel(pc: &mut Pc, folder: &Path) -> Result<ResponderWatch> {
    let library = Library::over_folder("Internal shared storage", folder)?;
    let phone = Responder::new(Profile::named("pixel")?, Arc::new(library));
    let watch = phone.watch();
    pc.plug_lab_device("phone", phone)?;
    Ok(watch)
}

/// The phone stalls within the long video. Meanwhile all that came before is noted for good, and the video is not given up.
fn says_nothing_for_a_while(pc: &mut Pc, phone: &ResponderWatch) -> Result<()> {
    phone.stall_at_byte(0);
    let sent_bytes = phone.bytes_sent();
    let fetched = pc.fetched();
    let files = fetched.last().context("a run")?.len() - 1;
    pc.has_noted(u64::try_from(files)?)?;
    pc.is_being_fetched(LONG_VIDEO)?;
    let more_bytes = phone.bytes_sent() - sent_bytes;
    ensure!(more_bytes == 0, "{more_bytes} bytes came after the stall");
    Ok(())
}

/// The system knows it by its port and by its address there, which is new each time.
fn has_had_two_addresses(pc: &Pc) -> Result<()> {
    let events = pc.events.all();
    let seen = |event: &&Value| event["event"] == "device-seen" && event["model"] == "Pixel 8";
    let mut ids: Vec<&Value> = events
        .iter()
        .filter(seen)
        .map(|event| &event["id"])
        .collect();
    ids.dedup();
    ensure!(ids.len() == 2, "{ids:?}");
    Ok(())
}
