//! A story: a test that leaves what a person needs to understand its failure.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;

use anyhow::Result;
use tempfile::TempDir;

use crate::saved_pc::SavedPc;
use crate::{ARCHIVE, Artifacts, Drive, Pc, PcPlan};

/// A story that is being told.
pub struct Story {
    artifacts: Artifacts,
    /// Disks and phones' folders; gone when the story ends.
    folder: TempDir,
    boots: u32,
}

impl Story {
    /// A new folder, for what is on a phone.
    ///
    /// # Errors
    /// When it is there already.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.file(name);
        std::fs::create_dir(&path)?;
        Ok(path)
    }

    /// The path of a file that goes with the story, for a disk.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path of a file that stays in `target/stories` when the story fails.
    pub fn file_to_keep(&self, name: &str) -> PathBuf {
        self.artifacts.folder().join(name)
    }

    /// Switches a PC on.
    ///
    /// # Errors
    /// As [`Pc::start`].
    pub fn boot(&mut self, plan: PcPlan) -> Result<Pc> {
        let keep = self.next_boot();
        Pc::start(&plan, keep)
    }

    /// Takes a PC that was switched on from the stick before the story begins, and shows its first page.
    ///
    /// # Errors
    /// When it does not start.
    pub fn sits_down(&mut self) -> Result<Pc> {
        let keep = self.next_boot();
        let mut pc = SavedPc::ready()?.goes_on(None, keep)?;
        pc.is_at_home()?;
        Ok(pc)
    }

    /// Takes a PC in which an archive drive was set up just before the story begins, [`ARCHIVE`] with [`PASSPHRASE`]: it is plugged in as [`DRIVE`], its
    /// archive is open, and nothing is in it.
    ///
    /// # Errors
    /// When it does not start, or can't be set up.
    pub fn sits_down_with_archive(&mut self) -> Result<(Pc, Drive)> {
        let saved = SavedPc::with_archive()?;
        let drive = saved.copy_of_drive(&self.file("archive.img"))?;
        let keep = self.next_boot();
        let mut pc = saved.goes_on(Some(&drive), keep)?;
        pc.reads(&format!("The archive {ARCHIVE} is open."))?;
        Ok((pc, drive))
    }

    fn next_boot(&mut self) -> PathBuf {
        self.boots += 1;
        self.artifacts.folder().join(format!("boot-{}", self.boots))
    }
}

/// Tells a story. When it fails, what its PCs said stays in `target/stories`, and the paths are shown.
///
/// # Panics
/// When the story fails, so that the test does.
pub fn story(name: &str, tell: impl FnOnce(&mut Story) -> Result<()>) {
    let begin = || -> Result<Story> {
        Ok(Story {
            artifacts: Artifacts::begin(name)?,
            // Under /var/tmp: /tmp may be in memory, and the disks are large.
            folder: tempfile::Builder::new()
                .prefix("heirloom-story-")
                .tempdir_in("/var/tmp")?,
            boots: 0,
        })
    };
    let mut story = begin().expect("a story begins with two empty folders");
    let told = catch_unwind(AssertUnwindSafe(|| tell(&mut story)));
    let Ok(Ok(())) = told else {
        eprintln!("story “{name}” failed; what is left of it:");
        for file in story.artifacts.list() {
            eprintln!("  {}", file.display());
        }
        match told {
            Err(panic) => resume_unwind(panic),
            Ok(result) => panic!("{:#}", result.expect_err("success was handled above")),
        }
    };
    story
        .artifacts
        .discard()
        .expect("the folder of a story that passed can be removed");
}
