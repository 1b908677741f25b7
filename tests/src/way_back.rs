//! How pictures are got back at the appliance, and how a stock PC judges what came back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::{Drive, Events, Key, LONG, MINUTE, Oracle, Pc, Vm};

/// More lines than any page has that can be chosen.
const LINES: usize = 20;
/// How the screen marks the line that Enter takes.
const CURSOR: &str = "> ";
/// How long a person waits before pressing a key once more.
const AGAIN: Duration = Duration::from_secs(10);

impl Pc {
    /// On any page on which something is chosen, moves down to the line with this text and takes it.
    ///
    /// # Errors
    /// When there is no such line.
    pub fn picks(&mut self, text: &str) -> Result<()> {
        let at_cursor = |screen: &str| {
            let mut lines = screen.lines();
            let line = lines.find(|line| line.trim_start().starts_with(CURSOR));
            line.map(str::to_owned)
        };
        self.screen.wait_drawn(text, LONG, |screen| {
            screen.contains(text) && at_cursor(screen).is_some()
        })?;
        for _ in 0..LINES {
            let screen = self
                .screen
                .wait_drawn("a cursor", MINUTE, |screen| at_cursor(screen).is_some())?;
            let line = at_cursor(&screen).context("it was just there")?;
            if line.contains(text) {
                self.screen.press(&[Key::Enter])?;
                let left = |now: &str| title(now) != title(&screen);
                // A page does not take Enter right after its lines have moved: then once more, like a person.
                if self.screen.wait_drawn("another page", AGAIN, left).is_ok() {
                    return Ok(());
                }
                continue;
            }
            self.screen.press(&[Key::Down])?;
            self.screen
                .wait_drawn("the cursor to move", MINUTE, |screen| {
                    at_cursor(screen).is_some_and(|now| now != line)
                })?;
        }
        anyhow::bail!(
            "the cursor does not come to “{text}”:\n{}",
            self.screen.text()
        )
    }

    /// From the start page to where the words of shares are typed.
    ///
    /// # Errors
    /// When the pages don't come.
    pub fn begins_restore_by_shares(&mut self, name: &str) -> Result<()> {
        self.chooses(&format!("Get pictures back from {name}"))?;
        self.reads("What do you have to open it with?")?;
        self.picks("Words on executors' sheets")
    }

    /// With the archive open, gets everything back in its folders, onto the disk of which the screen says this.
    ///
    /// # Errors
    /// When the pages don't come.
    pub fn wants_everything_on(&mut self, place: &str) -> Result<()> {
        self.reads("What would you like back?")?;
        self.picks("Everything")?;
        self.picks("All of it")?;
        self.picks("As they were on the phone, card or disk")?;
        self.picks(place)
    }

    /// Goes on from the plan to the report that all is back.
    ///
    /// # Errors
    /// When not everything is.
    pub fn gets_all_back(&mut self) -> Result<()> {
        self.leaves("Ready to restore to")?;
        self.reads("The pictures are back")
    }

    /// Leaves the report of a restore; the archive is locked.
    ///
    /// # Errors
    /// When it stays.
    pub fn locks_after_restore(&mut self, name: &str) -> Result<()> {
        self.leaves("The pictures are back")?;
        self.leaves(&format!("The archive {name} is locked"))
    }
}

/// What a page is called: it stands below the name of the program.
fn title(screen: &str) -> Option<&str> {
    let mut lines = screen.lines().filter(|line| !line.trim().is_empty());
    lines.nth(1)
}

/// What is known of a file: its SHA-256 and its time in whole seconds, by its path.
pub type Files = BTreeMap<String, (String, i64)>;

/// Which files there are in a folder.
///
/// # Errors
/// When it can't be read.
pub fn files_in(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)?
                .to_str()
                .context("a name in UTF-8")?;
            let time = fs::metadata(&path)?
                .modified()?
                .duration_since(UNIX_EPOCH)?;
            let digest = Sha256::digest(fs::read(&path)?);
            let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            files.insert(name.to_owned(), (hex, time.as_secs().try_into()?));
        }
    }
    Ok(files)
}

/// What a stock PC is to do with disks before it tells which files there are.
pub struct Look<'a> {
    /// The disks, which the script finds by their serial numbers. It works on them as they are.
    pub disks: &'a [&'a Drive],
    /// Lines of a shell script that ends with `tell FOLDER`. `disk SERIAL` prints a disk's node; at `/mnt` is the folder `with`.
    pub script: &'a str,
    /// A folder of the host's, to which the script is added.
    pub with: &'a Path,
}

/// Has a PC of stock programs carry out a script, and returns the files that it tells of. Digests are those of `sha256sum`.
///
/// # Errors
/// When the script fails; shows what it said.
pub fn look(oracle: &Oracle, look: &Look<'_>) -> Result<Files> {
    let script = format!(
        "{}\n{}\n{}\n",
        include_str!("look_begin.sh"),
        look.script,
        include_str!("look_end.sh")
    );
    fs::write(look.with.join("job.sh"), script)?;
    fs::write(look.with.join("files.py"), include_str!("files.py"))?;
    let mut plan = oracle.pc_for_job(look.with);
    for disk in look.disks {
        disk.put_into(&mut plan);
    }
    let mut vm = Vm::start(&plan)?;
    let mut events = Events::new(vm.serial(1).clone(), "@job");
    let end = events.wait("the end of the job", LONG, |event| {
        event["end"].is_boolean()
    });
    let console = || String::from_utf8_lossy(&vm.serial(0).bytes()).into_owned();
    let end = end.with_context(console)?;
    ensure!(end["end"] == true, "the script failed:\n{}", console());
    let mut files = Files::new();
    for event in events.all() {
        let Some(path) = event["path"].as_str() else {
            continue;
        };
        let text = |name: &str| event[name].as_str().map(str::to_owned);
        let digest = text("sha256").context("a digest")?;
        let time = event["unix_s"].as_i64().context("a time")?;
        files.insert(path.to_owned(), (digest, time));
    }
    vm.wait_for_power_off(LONG)?;
    Ok(files)
}

/// Fails unless the two have the same files with the same contents, and times that differ by at most `room_s`.
///
/// # Errors
/// Names what differs.
pub fn expect_same(wanted: &Files, found: &Files, room_s: i64) -> Result<()> {
    let mut wrong = Vec::new();
    for (path, (digest, time)) in wanted {
        match found.get(path) {
            None => wrong.push(format!("{path}: missing")),
            Some((other, _)) if other != digest => wrong.push(format!("{path}: other content")),
            Some((_, other)) if (other - time).abs() > room_s => {
                wrong.push(format!("{path}: its time is {other}, not {time}"));
            }
            Some(_) => {}
        }
    }
    let more = found.keys().filter(|path| !wanted.contains_key(*path));
    wrong.extend(more.map(|path| format!("{path}: nobody asked for it")));
    ensure!(wrong.is_empty() && !wanted.is_empty(), "{wrong:#?}");
    Ok(())
}
