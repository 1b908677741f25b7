//! Phones that make it hard, one after the other in one session: each is archived as far as it can be, and none costs the next.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{Library, Profile, Responder, ResponderWatch};
use heirloom_stories::{Key, Oracle, Pc, Story, samples, story};

use crate::PASSPHRASE;

/// How the screen calls the phones, by profile: `iphone`, `lying-lengths`, `samsung`.
const IPHONE: &str = "Apple iPhone";
const LIAR: &str = "Google Pixel 8";
const SAMSUNG: &str = "samsung SM-G991B";
/// What the screen says of a phone that shows nothing yet.
const WAITS: &str = "waits: unlock it, and choose \"File transfer\" or \"Allow\" on it.";
/// The iPhone's only long file.
const LONG_VIDEO: &str = "202607__/IMG_0002.MOV";
const PHOTOS: [&str; 3] = [
    "202607__/IMG_0001.JPG",
    "202607__/IMG_0003.JPG",
    "202608_a/IMG_0001.JPG",
];
const PHOTO_TAKEN: u64 = 1_783_000_000;
/// Files of whose bytes the liar states other lengths than what comes, besides an object whose name it never gives.
const NOT_READ: [&str; 2] = ["PXL_0005.jpg", "PXL_0007.jpg"];
/// How many things the report names then.
const NAMED: &str = "3 things to look at:";
/// A file whose last packet a Samsung can't send, and the length that does it.
const STUCK: &str = "DCIM/Camera/20260801_100000.jpg";
const STUCK_TAKEN: u64 = 1_785_578_400;
const PACKET_BYTES: usize = 512;
const STUCK_BYTES: usize = 500;

#[test]
fn lab_profiles_iphone_liar_and_samsung_in_one_session() {
    story("lab profiles", |story| {
        let photos = samples::copy_to(&story.folder("samsung")?)?;
        let iphone = iphone_folder(story, &photos)?;
        add_stuck_file(&photos)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        iphone_is_locked_twice(&mut pc, &iphone)?;
        liar_loses_one_file(&mut pc)?;
        samsung_is_asked_nothing_that_it_hangs_at(&mut pc, &photos)?;
        pc.switches_off()?;

        let expected = [
            ("Apple*iPhone *", iphone.as_path()),
            ("samsung SM-G991B *", photos.as_path()),
        ];
        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &expected)?;
        verdict.expect_good(3)
    });
}

/// Photos and a video as an iPhone has them: in folders by month, with names that come again.
fn iphone_folder(story: &Story, photos: &Path) -> Result<PathBuf> {
    let folder = story.folder("iphone")?;
    let photo = fs::read(photos.join("DCIM/Oma Käthe/Geburtstag & Torte.jpg"))?;
    for (number, name) in (0..).zip(PHOTOS) {
        samples::write_taken(&folder.join(name), &photo, PHOTO_TAKEN + number)?;
    }
    let video = fs::read(photos.join(samples::LARGEST))?;
    ensure!(
        PHOTOS.len() * photo.len() < video.len() / 2,
        "the video is to be half of it at least"
    );
    samples::write_taken(&folder.join(LONG_VIDEO), &video, PHOTO_TAKEN)?;
    Ok(folder)
}

/// Makes a picture of the length that some Samsung phones can't send in one piece; readers don't look behind a picture's end.
fn add_stuck_file(folder: &Path) -> Result<()> {
    let mut bytes = fs::read(folder.join("DCIM/Oma Käthe/Geburtstag & Torte.jpg"))?;
    while bytes.len() % PACKET_BYTES != STUCK_BYTES {
        bytes.push(0);
    }
    samples::write_taken(&folder.join(STUCK), &bytes, STUCK_TAKEN)
}

/// Nobody has tapped on Allow when it is plugged in, and its screen is locked again within the video.
fn iphone_is_locked_twice(pc: &mut Pc, folder: &Path) -> Result<()> {
    let phone = plug(pc, "iphone", Some(folder))?;
    pc.reads(WAITS)?;
    let offer = format!("Archive {IPHONE}");
    ensure!(!pc.screen.text().contains(&offer), "{}", pc.screen.text());
    phone.allow();
    // Whatever the order of the files, that is within the video, because the others together are shorter.
    let video_bytes = fs::metadata(folder.join(LONG_VIDEO))?.len();
    phone.lock_at_byte(video_bytes / 2);
    pc.begins_archiving_of(IPHONE)?;
    pc.reads_all(&[
        &format!("{IPHONE} does not answer"),
        "Unlock its screen. The copy goes on by itself.",
    ])?;
    pc.is_being_fetched(LONG_VIDEO)?;
    phone.unlock();
    pc.is_told_complete_of(IPHONE)?;
    pc.has_read_report()?;
    // It has never been told to be empty, or given up.
    let events = pc.events.all();
    let mut pages = events.iter().map(|event| &event["page"]);
    ensure!(pages.all(|page| page != "run-trouble"), "it was given up");
    ends(pc, &phone)
}

/// A hostile device: its descriptions are not as long as it says. What could not be read is named, and the rest is there.
fn liar_loses_one_file(pc: &mut Pc) -> Result<()> {
    let phone = plug(pc, "lying-lengths", None)?;
    pc.begins_archiving_of(LIAR)?;
    pc.reads_all(&[
        &format!("{LIAR} is archived, but not completely"),
        "what could not is named below",
        NAMED,
    ])?;
    // Each takes several lines, so the list may be longer than the screen: it is moved on by one.
    for name in NOT_READ {
        pc.screen.press(&[Key::Down])?;
        pc.reads(name)?;
    }
    pc.has_read_report()?;
    ensure!(phone.attempts_to_write() == 0, "{:?}", phone.commands());
    pc.unplug("phone")
}

/// It is set to charge only when it is plugged in.
fn samsung_is_asked_nothing_that_it_hangs_at(pc: &mut Pc, folder: &Path) -> Result<()> {
    let phone = plug(pc, "samsung", Some(folder))?;
    pc.reads(WAITS)?;
    phone.allow();
    pc.begins_archiving_of(SAMSUNG)?;
    pc.is_told_complete_of(SAMSUNG)?;
    let fetched = pc.fetched();
    let last = fetched.last().context("a run")?;
    ensure!(last.iter().any(|path| path == STUCK), "{last:?}");
    pc.has_read_report()?;
    ends(pc, &phone)
}

/// A phone of a profile with the files of a folder, or with its own.
fn plug(pc: &mut Pc, profile: &str, folder: Option<&Path>) -> Result<ResponderWatch> {
    let profile = Profile::named(profile)?;
    let phone = match folder {
        Some(folder) => {
            let library = Library::over_folder("Internal shared storage", folder)?;
            Responder::new(profile, Arc::new(library))
        }
        None => Responder::of(profile)?,
    };
    let watch = phone.watch();
    pc.plug_lab_device("phone", phone)?;
    Ok(watch)
}

/// Pulls a phone out that was treated well.
fn ends(pc: &mut Pc, phone: &ResponderWatch) -> Result<()> {
    ensure!(phone.attempts_to_write() == 0, "{:?}", phone.commands());
    ensure!(phone.protocol_violations() == 0, "{:?}", phone.commands());
    ensure!(phone.resets() == 0, "{:?}", phone.commands());
    pc.unplug("phone")
}
