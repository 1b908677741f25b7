//! Sources of every kind, in the same sentences.

use heirloom_engine::{FileSystem, SourceNoun};

/// The word for a source in a sentence: `the phone`.
pub(super) fn the(noun: SourceNoun) -> &'static str {
    match noun {
        SourceNoun::Phone => "the phone",
        SourceNoun::Camera => "the camera",
        SourceNoun::Card => "the card",
        SourceNoun::Stick => "the stick",
        SourceNoun::Disk => "the disk",
    }
}

/// The same for a disk in a list.
pub(super) fn disk(noun: SourceNoun) -> &'static str {
    match noun {
        SourceNoun::Card => "memory card",
        SourceNoun::Camera => "camera",
        SourceNoun::Stick => "stick",
        SourceNoun::Phone | SourceNoun::Disk => "disk",
    }
}

/// Several sources by name, in their order: `Ben's phone, then Oma's phone`; more than a few are only counted.
pub(super) fn names(sources: &[String]) -> String {
    const NAMED: usize = 3;
    let named: Vec<&str> = sources.iter().take(NAMED).map(String::as_str).collect();
    let mut text = named.join(", then ");
    if sources.len() > NAMED {
        text.push_str(&format!(", then {} more", sources.len() - NAMED));
    }
    text
}

/// Whether it has a screen that has to be unlocked.
pub(super) fn has_a_lock(noun: SourceNoun) -> bool {
    noun == SourceNoun::Phone
}

/// What a file system is to those who use it.
pub(super) fn files(kind: FileSystem) -> &'static str {
    match kind {
        FileSystem::Fat => "FAT files",
        FileSystem::ExFat => "exFAT files",
        FileSystem::Ntfs => "Windows files",
        FileSystem::HfsPlus => "Mac files",
        FileSystem::Ext => "Linux files",
    }
}
