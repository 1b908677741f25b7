//! What is kept of a failed story.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::target_folder;

/// The folder `target/stories/STORY`, emptied when the story begins, removed when it passes.
pub struct Artifacts {
    folder: PathBuf,
}

impl Artifacts {
    /// Begins anew for a story.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn begin(story: &str) -> Result<Self> {
        let folder = target_folder()
            .join("stories")
            .join(story.replace(' ', "-"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The story passed: nothing is kept.
    ///
    /// # Errors
    /// When the folder can't be removed.
    pub fn discard(self) -> Result<()> {
        Ok(fs::remove_dir_all(&self.folder)?)
    }

    /// The paths of all files, for the message that a story failed.
    pub fn list(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            // What can't be listed is not shown; the failure of the story is the message.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }
}
