//! Somebody at the PC: looks at the display, presses keys.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use heirloom_stories::{ConsoleFont, Key, MINUTE, Pc};

use crate::folder::Folder;
use crate::page::Page;
use crate::progress::Progress;

/// Between two looks.
const BLINK: Duration = Duration::from_millis(250);
/// More choices than any page has.
const STEPS_MAX: usize = 200;

/// How long a person waits before pressing a key once more.
const AGAIN: Duration = Duration::from_secs(10);

pub(crate) struct Person<'a> {
    pub(crate) pc: Pc,
    font: ConsoleFont,
    folder: &'a Folder,
    pub(crate) progress: &'a Progress,
    pictures: u32,
}

impl<'a> Person<'a> {
    pub(crate) fn at(
        pc: Pc,
        font: ConsoleFont,
        folder: &'a Folder,
        progress: &'a Progress,
    ) -> Self {
        Self {
            pc,
            font,
            folder,
            progress,
            pictures: 0,
        }
    }

    /// What is on the display now.
    pub(crate) fn look(&mut self) -> Result<Page> {
        let lines = self.pc.read_display(&self.font);
        Ok(Page::new(lines.context(
            "the PC went off, or its display can't be read",
        )?))
    }

    /// Waits for a text on the display.
    pub(crate) fn wait_for(&mut self, text: &str, within: Duration) -> Result<Page> {
        self.wait(&format!("“{text}”"), within, |page| page.says(text))
    }

    /// Waits until the display pleases.
    pub(crate) fn wait(
        &mut self,
        what: &str,
        within: Duration,
        pleases: impl Fn(&Page) -> bool,
    ) -> Result<Page> {
        let begun = Instant::now();
        loop {
            let page = self.look()?;
            if pleases(&page) {
                return Ok(page);
            }
            if begun.elapsed() >= within {
                bail!(
                    "waited {} s for {what}; the display:\n{}",
                    within.as_secs(),
                    page.framed()
                );
            }
            self.progress.keep_alive(&format!("waiting for {what}"));
            std::thread::sleep(BLINK);
        }
    }

    /// Moves the cursor, step by step, until it is on a line with this text, and presses Enter.
    pub(crate) fn choose(&mut self, wanted: &str) -> Result<()> {
        let mut page = self.wait("a choice", MINUTE, |page| page.chosen().is_some())?;
        for _ in 0..STEPS_MAX {
            let chosen = page.chosen().unwrap_or_default().to_owned();
            if chosen.contains(wanted) {
                self.progress.say(&format!("      > {chosen}"));
                self.press(&[Key::Enter])?;
                // The start page does not take Enter right after its choices have moved: then once more, like a person.
                let taken = |page: &Page| page.chosen() != Some(chosen.as_str());
                if self.wait("the choice to be taken", AGAIN, taken).is_ok() {
                    return Ok(());
                }
                page = self.look()?;
                continue;
            }
            let key = if page.is_above(wanted) {
                Key::Up
            } else {
                Key::Down
            };
            self.press(&[key])?;
            page = self.wait(&format!("the cursor on “{wanted}”"), MINUTE, |page| {
                page.chosen().is_some_and(|now| now != chosen)
            })?;
        }
        bail!("no choice “{wanted}”; the display:\n{}", page.framed())
    }

    /// Types into the line with this label, looks whether it arrived as `shown`, and takes a picture.
    pub(crate) fn fill_in(
        &mut self,
        label: &str,
        text: &str,
        shown: &str,
        picture: &str,
    ) -> Result<()> {
        let wait = |person: &mut Self, wanted: &str| {
            person.wait(&format!("“{label}: {wanted}”"), MINUTE, |page| {
                page.field(label) == Some(wanted)
            })
        };
        wait(self, "")?;
        self.press(&[Key::text(text)])?;
        wait(self, shown)?;
        self.take_picture(picture)?;
        self.press(&[Key::Enter])
    }

    pub(crate) fn press(&mut self, keys: &[Key]) -> Result<()> {
        self.pc.press(keys)
    }

    /// Keeps the display as a numbered picture, and its text beside it.
    pub(crate) fn take_picture(&mut self, name: &str) -> Result<()> {
        // A page may be half drawn at the first look.
        let mut page = self.look()?;
        for _ in 0..4 {
            std::thread::sleep(BLINK);
            let again = self.look()?;
            let same = again == page;
            page = again;
            if same {
                break;
            }
        }
        self.pictures += 1;
        let name = format!("{:02}-{name}", self.pictures);
        fs::copy(
            self.folder.log().join("display.png"),
            self.folder.file(&format!("{name}.png")),
        )?;
        let mut texts = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.file("screens.txt"))?;
        writeln!(texts, "{name}\n{}\n", page.framed())?;
        Ok(())
    }
}
