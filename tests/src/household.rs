//! What a person does at the appliance, so that a story reads as it happens in a household. Each verb ends when the screen says that it is
//! done, and fails with the whole screen when it does not.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{Key, LONG, MINUTE, Pc};

/// What the archive is called.
pub const ARCHIVE: &str = "Miller family";
/// Its passphrase.
pub const PASSPHRASE: &str = "tulip anchor velvet sundial";
/// The name by which QEMU knows its drive.
pub const DRIVE: &str = "archive";
/// The smallest disk that can become an archive drive, nearly: it is the quickest to set up.
pub(crate) const DRIVE_MIB: u64 = 2_000;
/// How the screen tells its size.
pub(crate) const DRIVE_SIZE: &str = "2.1 GB";
/// How the screen calls QEMU's phone; its folder in the archive begins with this.
pub const PHONE: &str = "QEMU filesharing";
/// How the screen marks the line that Enter takes; spaces go before it.
const CURSOR: &str = "> ";
/// How the screen sets off the other lines that can be chosen: no text stands so far in.
const BESIDE_CURSOR: &str = "    ";
/// The choice of every file, on the page before a run.
const EVERYTHING: &str = "What: everything";
/// How long a person waits before pressing a key once more.
const AGAIN: Duration = Duration::from_secs(10);
/// How long a person looks before moving on to lines that are not shown.
const PEEK: Duration = Duration::from_secs(2);
/// The title of the page from which everything starts.
const HOME: &str = "What would you like to do?";

impl Pc {
    /// Starts the appliance on the serial console, and waits for its first page.
    ///
    /// # Errors
    /// When the page does not come.
    pub fn begin(&mut self) -> Result<()> {
        self.boot_headless()?;
        self.is_at_home()
    }

    /// Waits for the page from which everything starts.
    ///
    /// # Errors
    /// When it does not come.
    pub fn is_at_home(&mut self) -> Result<()> {
        self.reads(HOME)
    }

    /// Waits until this can be read on the screen, with all that is drawn beside it, however it is wrapped.
    ///
    /// # Errors
    /// When it can't.
    pub fn reads(&mut self, text: &str) -> Result<()> {
        self.screen.wait_for_all(&[text], LONG).map(drop)
    }

    /// Waits until all of these can be read at once on the screen.
    ///
    /// # Errors
    /// When the first does not come, or one of the others is not with it.
    pub fn reads_all(&mut self, texts: &[&str]) -> Result<()> {
        if let Some(first) = texts.first() {
            self.reads(first)?;
        }
        self.screen.wait_for_all(texts, MINUTE).map(drop)
    }

    /// Presses Enter, and waits until the page with this text is gone.
    ///
    /// # Errors
    /// When it stays.
    pub fn leaves(&mut self, text: &str) -> Result<()> {
        self.reads(text)?;
        self.screen.press(&[Key::Enter])?;
        self.screen.wait_gone(text, MINUTE).map(drop)
    }

    /// Waits until the page no longer shows a text, because what it is about was unplugged.
    ///
    /// # Errors
    /// When it stays.
    pub fn sees_go(&mut self, text: &str) -> Result<()> {
        self.screen.wait_gone(text, LONG)?;
        Ok(())
    }

    /// Moves the cursor of the start page to the choice with this text, once it is offered, and takes it.
    ///
    /// # Errors
    /// When it is not offered, or the cursor does not get there.
    pub fn chooses(&mut self, choice: &str) -> Result<()> {
        let what = format!("the choice “{choice}”");
        let place = |screen: &str| {
            let mut lines = screen.lines();
            lines.position(|line| can_be_chosen(line) && line.contains(choice))
        };
        let deadline = Instant::now() + LONG;
        let mut onwards = Key::Down;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let is_shown = |screen: &str| cursor_row(screen).is_some() && place(screen).is_some();
            let screen = match self.screen.wait_drawn(&what, left.min(PEEK), is_shown) {
                Ok(screen) => screen,
                Err(error) if left.is_zero() => return Err(error),
                // Not offered yet, or beyond the lines for which there is room: a person moves on and looks.
                Err(_) => {
                    self.moves_on(&mut onwards)?;
                    continue;
                }
            };
            let (at, wanted) = (cursor_row(&screen), place(&screen));
            let (at, wanted) = at.zip(wanted).context("the wait ended with both")?;
            let key = match at.cmp(&wanted) {
                std::cmp::Ordering::Equal => {
                    self.screen.press(&[Key::Enter])?;
                    // The page does not take Enter right after its choices have moved: then once more, like a person.
                    if self.screen.wait_gone(HOME, AGAIN).is_ok() {
                        return Ok(());
                    }
                    continue;
                }
                std::cmp::Ordering::Less => Key::Down,
                std::cmp::Ordering::Greater => Key::Up,
            };
            self.screen.press(&[key])?;
            let moved = |screen: &str| cursor_row(screen) != Some(at);
            // A choice that came or went at this moment may have taken the cursor along: then the page is looked at anew.
            if let Err(error) = self.screen.wait_drawn("the cursor to move", AGAIN, moved)
                && Instant::now() >= deadline
            {
                return Err(error);
            }
        }
    }

    /// Moves the cursor of a list that is longer than the screen by one; at its end, it turns round.
    fn moves_on(&mut self, onwards: &mut Key) -> Result<()> {
        let chosen = |screen: &str| {
            let row = cursor_row(screen)?;
            screen.lines().nth(row).map(str::to_owned)
        };
        let screen = self.screen.text();
        // Another page is not gone yet, or the start page is not there yet.
        let Some(before) = chosen(&screen).filter(|_| screen.contains(HOME)) else {
            return Ok(());
        };
        self.screen.press(std::slice::from_ref(onwards))?;
        let moved = |screen: &str| chosen(screen).is_some_and(|now| now != before);
        if self
            .screen
            .wait_drawn("the cursor to move", PEEK, moved)
            .is_err()
        {
            *onwards = match onwards {
                Key::Down => Key::Up,
                _ => Key::Down,
            };
        }
        Ok(())
    }

    /// Sets up the disk of this size, such as `4.2 GB`, which is empty, as an archive drive.
    ///
    /// # Errors
    /// When the screen does not say that it is ready.
    pub fn sets_up_drive(&mut self, size: &str, name: &str, passphrase: &str) -> Result<()> {
        self.chooses(&format!("Make an archive drive of QEMU HARDDISK ({size})"))?;
        self.names_archive(name, passphrase)
    }

    /// Goes on with a set-up from where the archive's name is asked for.
    ///
    /// # Errors
    /// When the screen does not say that it is ready.
    pub fn names_archive(&mut self, name: &str, passphrase: &str) -> Result<()> {
        self.reads("What shall the archive be called?")?;
        self.screen.enter(name)?;
        self.reads(&format!("A passphrase for the archive {name}"))?;
        self.screen.enter(passphrase)?;
        self.reads(&format!("The same passphrase for {name} once more"))?;
        self.screen.enter(passphrase)?;
        self.reads("The drive was locked and opened again with your passphrase: it works.")?;
        self.leaves(&format!("The archive {name} is ready"))?;
        self.reads(&format!("The archive {name} is open."))
    }

    /// Opens an archive whose drive is plugged in.
    ///
    /// # Errors
    /// When the screen does not say that it is open.
    pub fn opens_archive(&mut self, name: &str, passphrase: &str) -> Result<()> {
        self.chooses(&format!("Open the archive {name}"))?;
        self.types_passphrase(name, passphrase)?;
        self.reads(&format!("The archive {name} is open."))
    }

    /// Types a passphrase where it is asked for.
    ///
    /// # Errors
    /// When it is not asked for.
    pub fn types_passphrase(&mut self, name: &str, passphrase: &str) -> Result<()> {
        self.reads(&format!("Open the archive {name} Passphrase:"))?;
        self.screen.enter(passphrase)
    }

    /// Begins to archive the phone.
    ///
    /// # Errors
    /// When that is not offered.
    pub fn begins_archiving(&mut self) -> Result<()> {
        self.begins_archiving_of(PHONE)
    }

    /// Begins to archive the source that the screen calls so.
    ///
    /// # Errors
    /// When that is not offered.
    pub fn begins_archiving_of(&mut self, source: &str) -> Result<()> {
        self.chooses(&format!("Archive {source} now"))?;
        self.wants_everything()?;
        self.leaves("Ready to archive")
    }

    /// Opens the page before a run of the source that the screen calls so, chooses everything, and gives it this name.
    ///
    /// # Errors
    /// When one of them is not offered.
    pub fn prepares(&mut self, source: &str, name: &str) -> Result<()> {
        self.chooses(&format!("Archive {source} now"))?;
        self.wants_everything()?;
        self.moves_to("Name: ", Key::Down)?;
        self.screen.enter(name)?;
        self.is_at("Start")?;
        self.reads(&format!("Ready to archive {name}"))
    }

    /// On that page, lets these follow, as the screen names them, and begins.
    ///
    /// # Errors
    /// When that is not offered.
    pub fn begins_with_followers(&mut self, followers: &str) -> Result<()> {
        self.moves_to("Then: nothing else", Key::Down)?;
        self.screen.press(&[Key::Enter])?;
        self.is_at(&format!("Then: {followers}"))?;
        self.moves_to("Start", Key::Up)?;
        self.leaves("Ready to archive")
    }

    /// On the page before a run, presses a key until the cursor is on the line with this text.
    fn moves_to(&mut self, line: &str, key: Key) -> Result<()> {
        // There are five lines, and it may be on the other end.
        for _ in 0..4 {
            let screen = self
                .screen
                .wait_drawn("a cursor", MINUTE, |screen| cursor_row(screen).is_some())?;
            if has_at_cursor(&screen, line) {
                return Ok(());
            }
            let at = cursor_row(&screen);
            self.screen.press(std::slice::from_ref(&key))?;
            self.screen
                .wait_drawn("the cursor to move", MINUTE, |screen| {
                    cursor_row(screen) != at
                })?;
        }
        self.is_at(line)
    }

    /// Waits until the cursor is on the line with this text.
    fn is_at(&mut self, line: &str) -> Result<()> {
        let is_there = |screen: &str| has_at_cursor(screen, line);
        self.screen.wait_drawn(line, MINUTE, is_there)?;
        Ok(())
    }

    /// On the page before a run, chooses everything where that is not chosen yet, and goes back to its start: stories compare all that is on
    /// a source with the archive.
    fn wants_everything(&mut self) -> Result<()> {
        self.reads("Ready to archive")?;
        let at = |line: &'static str| {
            move |screen: &str| {
                let mut lines = screen.lines();
                lines.any(|shown| is_at_cursor(shown) && shown.contains(line))
            }
        };
        self.screen.wait_drawn("the start", MINUTE, at("Start"))?;
        self.screen.press(&[Key::Down])?;
        let screen = self.screen.wait_drawn("What", MINUTE, at("What: "))?;
        if !at(EVERYTHING)(&screen) {
            self.screen.press(&[Key::Enter])?;
            self.screen
                .wait_drawn("everything", MINUTE, at(EVERYTHING))?;
        }
        self.screen.press(&[Key::Up])?;
        self.screen.wait_drawn("the start", MINUTE, at("Start"))?;
        Ok(())
    }

    /// Archives the phone, and waits for the report.
    ///
    /// # Errors
    /// When it does not say that all is complete.
    pub fn archives_phone(&mut self) -> Result<()> {
        self.begins_archiving()?;
        self.is_told_complete()
    }

    /// Waits for the report of a run that is under way.
    ///
    /// # Errors
    /// When it does not say that all is complete.
    pub fn is_told_complete(&mut self) -> Result<()> {
        self.is_told_complete_of(PHONE)
    }

    /// Waits for the report of a run of the source that the screen calls so.
    ///
    /// # Errors
    /// When it does not say that all is complete.
    pub fn is_told_complete_of(&mut self, source: &str) -> Result<()> {
        self.reads(&format!("{source} is archived"))?;
        self.reads(
            "Complete. Every file was read back from the drive and is the same as on the phone.",
        )
    }

    /// Leaves the report for the start page.
    ///
    /// # Errors
    /// When it stays.
    pub fn has_read_report(&mut self) -> Result<()> {
        self.leaves("Snapshot")?;
        self.reads(HOME)
    }

    /// Switches the PC off, and waits until it is.
    ///
    /// # Errors
    /// When it stays on.
    pub fn switches_off(&mut self) -> Result<()> {
        self.chooses("Switch the computer off")?;
        self.reads("The archive is locked first, so that nothing can be lost.")?;
        self.screen.press(&[Key::Enter])?;
        self.wait_for_power_off(LONG)
    }

    /// Waits until the run is in the midst of a file, a third of it at least over the cable. Returns how many files were read back and
    /// counted as safe by then.
    ///
    /// # Errors
    /// When it does not come to that file, or through it before anybody can notice.
    pub fn is_in_the_midst_of(&mut self, path: &str) -> Result<u64> {
        let what = format!("fetching {path}");
        let begun = self.events.wait(&what, LONG, |event| {
            event["event"] == "fetching" && ends_with(&event["path"], path)
        })?;
        let size = begun["bytes"].as_u64().context("a file has a size")?;
        let moved = |event: &Value| (event["event"] == "moved").then(|| event["bytes"].as_u64())?;
        let first = self.events.wait_for("moved", LONG)?;
        let before = moved(&first).context("a number of bytes")?;
        let midst = self.events.wait("its midst", LONG, |event| {
            moved(event).is_some_and(|bytes| bytes >= before + size / 3)
        })?;
        let bytes = moved(&midst).context("a number of bytes")?;
        ensure!(bytes < before + size / 2, "{bytes} of {size} bytes already");
        Ok(self.safe_files())
    }

    /// Fails unless this file of many bytes is being fetched now, and not all of it there.
    ///
    /// # Errors
    /// When it is not its turn, or no longer.
    pub fn is_being_fetched(&self, path: &str) -> Result<()> {
        let events = self.events.all();
        let last = |name: &str| events.iter().rfind(|event| event["event"] == name);
        let current = last("fetching").context("a file is being fetched")?;
        ensure!(ends_with(&current["path"], path), "not its turn: {current}");
        let moved = last("moved").and_then(|event| event["bytes"].as_u64());
        let planned = last("planned").and_then(|event| event["fetch_bytes"].as_u64());
        ensure!(moved < planned, "{moved:?} of {planned:?} bytes are there");
        Ok(())
    }

    /// Waits until so many files are noted for good on the drive.
    ///
    /// # Errors
    /// When that does not come.
    pub fn has_noted(&mut self, files: u64) -> Result<()> {
        let noted = |event: &Value| (event["event"] == "noted").then(|| event["files"].as_u64())?;
        let what = format!("{files} files noted");
        self.events
            .wait(&what, LONG, |event| noted(event) >= Some(files))?;
        Ok(())
    }

    /// What was told of the drive that was opened last, and whether it boots by itself.
    pub fn boots(&self) -> Option<Value> {
        let all = self.events.all();
        all.into_iter()
            .rfind(|event| event["event"] == "drive boots")
    }

    /// How many files the newest run has counted as safe so far.
    pub fn safe_files(&self) -> u64 {
        let of_run = |event: &&Value| event["event"] == "verified" || event["event"] == "listing";
        let last = self.events.all().iter().rfind(of_run).cloned();
        last.and_then(|event| event["files"].as_u64()).unwrap_or(0)
    }

    /// What each run fetched, in order: the paths on the phone, below its storage.
    pub fn fetched(&self) -> Vec<Vec<String>> {
        let mut runs = Vec::new();
        for event in self.events.all() {
            match event["event"].as_str() {
                Some("planned") => runs.push(Vec::new()),
                Some("fetching") => {
                    if let (Some(run), Some((_, path))) = (
                        runs.last_mut(),
                        event["path"].as_str().and_then(|path| path.split_once('/')),
                    ) {
                        run.push(path.to_owned());
                    }
                }
                _ => {}
            }
        }
        runs
    }
}

fn ends_with(value: &Value, path: &str) -> bool {
    value.as_str().is_some_and(|value| value.ends_with(path))
}

fn is_at_cursor(line: &str) -> bool {
    line.trim_start().starts_with(CURSOR)
}

fn has_at_cursor(screen: &str, text: &str) -> bool {
    let mut lines = screen.lines();
    lines.any(|line| is_at_cursor(line) && line.contains(text))
}

fn can_be_chosen(line: &str) -> bool {
    is_at_cursor(line) || line.starts_with(BESIDE_CURSOR)
}

fn cursor_row(screen: &str) -> Option<usize> {
    screen.lines().position(is_at_cursor)
}
