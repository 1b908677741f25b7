//! What the demo leaves for a person: the sheet, and a page of text about all of it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use heirloom_stories::Drive;
use serde_json::Value;

use crate::PASSPHRASE;
use crate::folder::Folder;
use crate::page::Page;

pub(crate) struct Summary {
    lines: Vec<String>,
    /// As the sheet has it, without its spaces.
    head: String,
    /// As the sheet has it.
    public_key: String,
    good: bool,
}

impl Summary {
    /// Takes the sheet off the drive, and begins with what the appliance says.
    pub(crate) fn begin(folder: &Folder, photos: &Path, report: Page) -> Result<Self> {
        take_sheet(folder)?;
        let mut lines = vec![
            "The whole path, once, for real".to_owned(),
            "==============================".to_owned(),
            String::new(),
            format!(
                "The phone      QEMU's usb-mtp, with the files of {}",
                photos.display()
            ),
            String::new(),
            "What the display said after the copy:".to_owned(),
        ];
        lines.extend(
            report
                .body()
                .iter()
                .map(|line| format!("    {line}").trim_end().to_owned()),
        );
        lines.push("What the restore sheet says:".to_owned());
        let sheet =
            fs::read_to_string(folder.file("restore-sheet.txt")).context("the sheet as text")?;
        lines.extend(sheet_facts(&sheet));
        let head = head_of(&sheet).context("the sheet has no head")?;
        lines.push(format!("    Head: {head}"));
        let head = head.replace(' ', "");
        let public_key = public_key_of(&sheet).context("the sheet has no signing key")?;
        lines.push(format!("    Signing key: {public_key}"));
        Ok(Self {
            lines,
            head,
            public_key: public_key.to_owned(),
            good: true,
        })
    }

    /// Says that nobody but the appliance has looked.
    pub(crate) fn not_judged(&mut self) {
        let line = "No second computer has looked at the drive, because of --quick.";
        self.lines.extend([String::new(), line.to_owned()]);
    }

    /// Adds what the second computer says.
    pub(crate) fn judged(&mut self, facts: &Value) {
        // QEMU's phone does not show files whose names begin with a dot, which a person's folder may have.
        let findings = facts["findings"].as_array().map_or(&[][..], Vec::as_slice);
        let (hidden, wrong): (Vec<&Value>, Vec<&Value>) = findings.iter().partition(|finding| {
            let path = finding["detail"].as_str().unwrap_or_default();
            finding["what"] == "missing-file" && path.split('/').any(|name| name.starts_with('.'))
        });
        let mut say = |line: String| self.lines.push(line);
        say(String::new());
        say("What a second computer says, with Debian's own tools and none of our code".to_owned());
        say(
            "(cryptsetup, e2fsck, sha256sum, minisign, the Library of Congress's BagIt validator):"
                .to_owned(),
        );
        for finding in &wrong {
            say(format!(
                "    WRONG: {}: {}",
                text(&finding["what"]),
                text(&finding["detail"])
            ));
        }
        if wrong.is_empty() {
            say(format!(
                "    Nothing is wrong. {} files are on the drive as they are on the phone: names, bytes and times.",
                facts["compared"]
            ));
        }
        if !hidden.is_empty() {
            say(format!(
                "    {} hidden files in the folder are not on the phone, as QEMU makes it.",
                hidden.len()
            ));
        }
        for snapshot in facts["snapshots"].as_array().into_iter().flatten() {
            say(format!(
                "    Snapshot {} of {}: {} files, {} bytes, {} of them shared with older snapshots",
                text(&snapshot["name"]),
                text(&snapshot["source"]),
                snapshot["files"],
                snapshot["bytes"],
                snapshot["shared"]
            ));
            say(format!("      head {}", text(&snapshot["head"])));
        }
        let newest = facts["snapshots"].as_array().and_then(|all| all.last());
        let same_head = newest.is_some_and(|snapshot| snapshot["head"] == self.head.as_str());
        say(match same_head {
            true => "    The head on the sheet is that of the newest snapshot.".to_owned(),
            false => format!("    WRONG: the head on the sheet is {}", self.head),
        });
        let same_key = facts["public_key"] == self.public_key.as_str();
        say(match same_key {
            true => "    Each snapshot is signed with the key on the sheet.".to_owned(),
            false => format!("    WRONG: the key on the sheet is {}", self.public_key),
        });
        let luks = &facts["luks"];
        for slot in luks["slots"].as_array().into_iter().flatten() {
            say(format!(
                "    Encryption: {}, key of {} bits, {} with {} MiB and {} passes",
                text(&luks["cipher"]),
                slot["key_bits"],
                text(&slot["kdf"]),
                slot["memory_kib"].as_u64().unwrap_or(0) / 1024,
                slot["passes"]
            ));
        }
        self.good = wrong.is_empty() && same_head && same_key;
    }

    pub(crate) fn is_good(&self) -> bool {
        self.good
    }

    /// Adds times and places, and writes `summary.txt`. Returns all of it.
    pub(crate) fn finish(
        &mut self,
        folder: &Folder,
        durations: &[(String, Duration)],
    ) -> Result<String> {
        let lines = &mut self.lines;
        lines.extend([String::new(), "How long it took:".to_owned()]);
        for (step, duration) in durations {
            let step = step.split(':').next().unwrap_or(step);
            lines.push(format!("    {:>6.1} s  {step}", duration.as_secs_f32()));
        }
        lines.extend([
            String::new(),
            format!("Where it is: {}", folder.path().display()),
        ]);
        for (name, what) in [
            (
                "restore-sheet.pdf",
                "the sheet to print, as the appliance left it on the drive",
            ),
            ("restore-sheet.png", "its first page as a picture"),
            (
                "01-layout.png ...",
                "each page of the display; their text is in screens.txt",
            ),
            ("archive-drive.img", "the archive drive"),
            ("log", "what the PC and QEMU said"),
        ] {
            if name.contains(' ') || folder.file(name).exists() {
                lines.push(format!("    {name:<18} {what}"));
            }
        }
        lines.extend([
            String::new(),
            format!("The demo's passphrase: {PASSPHRASE}"),
            String::new(),
            by_hand(folder),
        ]);
        let text = lines.join("\n");
        fs::write(folder.file("summary.txt"), format!("{text}\n"))?;
        Ok(text)
    }
}

/// How to open the drive's file with stock tools; from there on, the sheet knows.
pub(crate) fn by_hand(folder: &Folder) -> String {
    format!(
        "To open the drive by hand on a Linux computer, as the sheet says, plug it in by
    sudo losetup --find --show --read-only --partscan {}
go on with the sheet from the step that unlocks the drive, and in the end unplug it by
    sudo losetup --detach /dev/loopN        (the name that the first command printed)",
        folder.file("archive-drive.img").display()
    )
}

/// Copies the sheet off the drive, and makes a picture of it.
pub(crate) fn take_sheet(folder: &Folder) -> Result<()> {
    let drive = Drive::existing(folder.file("archive-drive.img"));
    let sheet = folder.file("restore-sheet.pdf");
    drive.copy_from_boot_partition("START-HERE.pdf", &sheet)?;
    drive.copy_from_boot_partition("START-HERE.txt", &folder.file("restore-sheet.txt"))?;
    let picture = Command::new("pdftoppm")
        .args(["-png", "-r", "100", "-singlefile"])
        .arg(&sheet)
        .arg(folder.file("restore-sheet"))
        .status();
    match picture {
        Ok(status) => anyhow::ensure!(status.success(), "pdftoppm ended with {status}"),
        // The sheet is there; only its picture is not.
        Err(_) => eprintln!("demo: no pdftoppm (package poppler-utils), so no restore-sheet.png"),
    }
    Ok(())
}

/// The archive's name, its generation and its drive, out of the sheet.
fn sheet_facts(sheet: &str) -> impl Iterator<Item = String> {
    const FACTS: [&str; 4] = [
        "Heirloom restore sheet",
        "The drive:",
        "Its LUKS UUID:",
        "Archive id:",
    ];
    let is_fact = |line: &&str| FACTS.iter().any(|fact| line.starts_with(fact));
    let name = sheet
        .lines()
        .take(1)
        .map(|name| format!("    The archive: {name}"));
    name.chain(
        sheet
            .lines()
            .filter(is_fact)
            .map(|line| format!("    {line}")),
    )
}

/// The head: the one line of 64 hexadecimal digits in groups.
fn head_of(sheet: &str) -> Option<&str> {
    sheet.lines().map(str::trim).find(|line| {
        let mut digits = line.chars().filter(|c| *c != ' ');
        line.len() > 64 && digits.clone().count() == 64 && digits.all(|c| c.is_ascii_hexdigit())
    })
}

/// What the sheet has one type before the signature is checked.
fn public_key_of(sheet: &str) -> Option<&str> {
    sheet
        .lines()
        .find_map(|line| line.trim().strip_prefix("K="))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}
