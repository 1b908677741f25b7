//! The demo by itself: boot, set up a drive, plug in a phone, archive it, lock, switch off, check.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use heirloom_stories::{ConsoleFont, Drive, Key, LONG, MINUTE, Oracle, Pc, PcPlan, appliance_font};
use serde_json::Value;

use crate::PASSPHRASE;
use crate::folder::Folder;
use crate::options::Options;
use crate::page::Page;
use crate::person::Person;
use crate::progress::Progress;
use crate::summary::Summary;

const NAME: &str = "Miller family";
/// How the drive's choice ends. The stick and the drive have the same name in QEMU; a person tells them apart by their size as well.
const DRIVE: &str = "(16.0 GB)";
/// Cells of the field for a passphrase show one star for each character.
const STAR: &str = "*";
/// The title of the page from which everything starts.
const HOME: &str = "What would you like to do?";
/// A copy that shows nothing new for so long is stuck.
const COPY_STALL_MAX: Duration = Duration::from_secs(180);
/// Between two looks at the copy.
const COPY_LOOK: Duration = Duration::from_millis(500);

pub(crate) fn run(options: &Options, folder: &Folder) -> Result<()> {
    let progress = Progress::begin();
    folder.prepare(options.keep)?;
    let photos = folder.phone(options, &progress)?;
    let drive = folder.drive()?;

    let report = at_the_pc(folder, &progress, &photos, &drive)?;

    progress.step("The PC is off. Taking the restore sheet off the drive");
    let mut summary = Summary::begin(folder, &photos, report)?;
    if options.quick {
        summary.not_judged();
    } else {
        progress.step("A second computer, with Debian's own tools and none of our code, opens the drive and compares it with the phone");
        summary.judged(&judge(&progress, &drive, &photos)?);
    }
    let text = summary.finish(folder, &progress.durations())?;
    println!("\n{text}");
    ensure!(
        summary.is_good(),
        "the second computer found something wrong; see the summary"
    );
    Ok(())
}

/// All that a person does at the PC. Returns the page with the report.
fn at_the_pc(folder: &Folder, progress: &Progress, photos: &Path, drive: &Drive) -> Result<Page> {
    let font = ConsoleFont::open(&appliance_font())?;
    progress.step("Switching a PC on: UEFI firmware, Secure Boot, no network card, Heirloom's stick in a USB socket");
    let pc = Pc::start(&PcPlan { vm: folder.pc() }, folder.log())?;
    let mut person = Person::at(pc, font, folder, progress);
    person.wait_for("Which keyboard is this?", LONG)?;
    person.take_picture("layout")?;
    progress.step("Choosing the keyboard");
    person.choose("English (US)")?;
    person.wait_for(HOME, MINUTE)?;
    person.take_picture("start")?;

    progress.step("Plugging in the drive");
    person.pc.plug_drive("archive", drive)?;
    let seen = |page: &Page| page.says(DRIVE) || page.says("Open the archive");
    let page = person.wait("the drive on the display", MINUTE, seen)?;
    person.take_picture("drive-seen")?;
    if page.says("Open the archive") {
        open_the_drive(&mut person)?;
    } else {
        set_up_the_drive(&mut person)?;
    }

    progress.step("Plugging in the phone");
    person.pc.plug_phone("phone", photos)?;
    person.wait("the phone on the display", MINUTE, |page| {
        archive_choice(page).is_some()
    })?;
    person.take_picture("phone-seen")?;
    progress.step("Archiving the phone");
    person.choose("Archive ")?;
    let page = person.wait_for("Ready to archive", MINUTE)?;
    person.take_picture("prepare")?;
    // Everything, because the judge compares all files of the folder.
    if !page.says("What: everything") {
        person.choose("What: ")?;
        person.wait_for("What: everything", MINUTE)?;
    }
    person.choose("Start")?;
    let report = watch_the_copy(&mut person)?;
    person.take_picture("report")?;
    for line in report.body() {
        progress.say(&format!("      | {line}"));
    }
    ensure!(
        report.says("Complete."),
        "the copy is not complete; the display:\n{}",
        report.framed()
    );
    person.press(&[Key::Enter])?;

    progress.step("Locking the archive");
    person.wait_for(HOME, MINUTE)?;
    person.take_picture("archived")?;
    person.choose("Lock the archive")?;
    person.wait_for("Its drive can be unplugged now.", LONG)?;
    person.take_picture("locked")?;
    person.press(&[Key::Enter])?;
    progress.step("Switching the PC off");
    person.choose("Switch the computer off")?;
    person.wait_for("Switch the computer off?", MINUTE)?;
    person.take_picture("switch-off")?;
    person.press(&[Key::Enter])?;
    person.pc.wait_for_power_off(MINUTE)?;
    Ok(report)
}

fn set_up_the_drive(person: &mut Person<'_>) -> Result<()> {
    person
        .progress
        .step("Setting up the drive as an archive drive");
    person.choose(DRIVE)?;
    person.fill_in("Name of the archive", NAME, NAME, "name")?;
    let stars = STAR.repeat(PASSPHRASE.len());
    person.fill_in("Passphrase", PASSPHRASE, &stars, "passphrase")?;
    person.fill_in("Passphrase again", PASSPHRASE, &stars, "passphrase-again")?;
    let at_work = |page: &Page| page.says("Setting up the archive") || page.says("is ready");
    person.wait("the set-up", MINUTE, at_work)?;
    person.take_picture("setting-up")?;
    let mut step = String::new();
    let begun = Instant::now();
    loop {
        let ended = |page: &Page| page.says("is ready") || page.says("can't be used now");
        let moved = |page: &Page| current_step(page).is_some_and(|now| now != step);
        let page = person.wait("the drive to be ready", LONG, |page| {
            ended(page) || moved(page)
        })?;
        if ended(&page) {
            ensure!(
                page.says("is ready"),
                "the drive could not be set up; the display:\n{}",
                page.framed()
            );
            break;
        }
        step = current_step(&page).unwrap_or_default();
        person.progress.say(&format!("      | {step}"));
    }
    person.progress.say(&format!(
        "      the set-up itself took {:.1} s",
        begun.elapsed().as_secs_f32()
    ));
    person.take_picture("set-up")?;
    person.press(&[Key::Enter])?;
    person.wait_for(HOME, MINUTE).map(drop)
}

fn open_the_drive(person: &mut Person<'_>) -> Result<()> {
    person
        .progress
        .step("Opening the archive of the demo before");
    person.choose("Open the archive")?;
    let stars = STAR.repeat(PASSPHRASE.len());
    person.fill_in("Passphrase", PASSPHRASE, &stars, "passphrase")?;
    let ended = |page: &Page| {
        page.says(HOME) || page.says("does not open") || page.says("can't be used now")
    };
    let page = person.wait("the archive to open", LONG, ended)?;
    ensure!(
        page.says("is open"),
        "the archive does not open; the display:\n{}",
        page.framed()
    );
    person.take_picture("opened").map(drop)
}

/// The step of the set-up that is going on.
fn current_step(page: &Page) -> Option<String> {
    page.body()
        .iter()
        .find_map(|line| line.trim_start().strip_prefix("..."))
        .map(|step| step.trim().to_owned())
}

fn archive_choice(page: &Page) -> Option<&str> {
    page.body().into_iter().find(|line| {
        line.trim_start_matches([' ', '>']).starts_with("Archive ") && line.ends_with(" now")
    })
}

/// Passes the display's progress on to the terminal until the run is over; returns the page that it ends with.
fn watch_the_copy(person: &mut Person<'_>) -> Result<Page> {
    let (mut shown, mut moved, mut pictured) = (String::new(), Instant::now(), false);
    loop {
        let page = person.look()?;
        if page.says("is archived") || page.says(": nothing new") {
            return Ok(page);
        }
        if page.says("could not be archived") {
            bail!("the copy ended badly; the display:\n{}", page.framed());
        }
        let now = copy_in_words(&page);
        if now != shown {
            if !now.is_empty() {
                person.progress.say(&format!("      | {now}"));
            }
            (shown, moved) = (now, Instant::now());
        }
        if !pictured
            && page
                .fact("Copied")
                .is_some_and(|copied| !copied.starts_with("0 "))
        {
            person.take_picture("archiving")?;
            pictured = true;
        }
        if moved.elapsed() >= COPY_STALL_MAX {
            bail!(
                "nothing new for {} s; the display:\n{}",
                COPY_STALL_MAX.as_secs(),
                page.framed()
            );
        }
        person.progress.keep_alive(&shown);
        std::thread::sleep(COPY_LOOK);
    }
}

fn copy_in_words(page: &Page) -> String {
    match (
        page.fact("Copied"),
        page.fact("Read back and safe"),
        page.fact("Still to go"),
    ) {
        (Some(copied), Some(safe), Some(left)) => {
            format!("{copied} copied; {safe} read back and safe; to go: {left}")
        }
        _ => [
            "found so far",
            "Checking what is there",
            "Comparing the phone",
            "Sealing the snapshot",
        ]
        .iter()
        .find_map(|words| page.body().into_iter().find(|line| line.contains(words)))
        .unwrap_or_default()
        .to_owned(),
    }
}

/// Has the oracle examine the drive.
fn judge(progress: &Progress, drive: &Drive, photos: &Path) -> Result<Value> {
    let verdict = progress.meanwhile(
        "it opens the drive, checks every file, and compares it with the phone's",
        || Oracle::ready()?.examine(drive, PASSPHRASE, &[("*", photos)]),
    );
    Ok(verdict
        .context("the second computer could not do its work")?
        .facts)
}
