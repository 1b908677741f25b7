//! What the sheet tells: nothing but what anyone who finds it may know.

use heirloom_format::{Digest, Person, Plan, PublicKey};

/// All that a restore sheet says about one archive. There is deliberately no place in it for a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetFacts {
    /// The name that the owner gave it.
    pub archive_name: String,
    /// As in `archive.json`.
    pub archive_id: String,
    /// Of the encrypted partition, as `lsblk -f` shows it.
    pub luks_uuid: String,
    /// The day on which the sheet is made, as `YYYY-MM-DD`.
    pub printed_on: String,
    /// The archive's counter; 0 before the first snapshot.
    pub generation: u32,
    /// The SHA-256 of the newest snapshot's `tagmanifest-sha256.txt`; `None` before the first snapshot.
    pub head: Option<Digest>,
    /// What the archive's snapshots are signed with, for `minisign -V -P`.
    pub public_key: PublicKey,
    /// The drive itself.
    pub drive: DriveFacts,
    /// One for each source, the most important first: the commands on the sheet name the first one.
    pub sources: Vec<SourceFacts>,
    /// What the family agreed on, when the archive was audited, and when getting it back was rehearsed.
    pub plan: Plan,
    /// What made the archive.
    pub release: ReleaseFacts,
}

/// How to recognise the drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveFacts {
    /// As the drive gives it, such as `Samsung PSSD T7`.
    pub model: String,
    /// As the drive gives it, if it does.
    pub serial: Option<String>,
    /// Of the whole drive.
    pub size_bytes: u64,
}

/// The newest snapshot of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Its folder's name below `sources/`.
    pub name: String,
    /// Its newest snapshot's folder, such as `0007 2026-11-22`.
    pub snapshot: String,
    /// How many image files.
    pub photos: u64,
    /// How many video files.
    pub videos: u64,
    /// How many files that are neither.
    pub other: u64,
    /// Of all its files together.
    pub size_bytes: u64,
    /// The date of the oldest file, as `YYYY-MM-DD`.
    pub first_day: Option<String>,
    /// The date of the newest file, as `YYYY-MM-DD`.
    pub last_day: Option<String>,
    /// Whether every file that the source listed is in the snapshot, verified.
    pub complete: bool,
    /// How many files the source listed that are not in the snapshot.
    pub missing: u64,
}

/// Which Heirloom made the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseFacts {
    /// Such as `0.1.0`.
    pub version: String,
    /// The commit that it was built from.
    pub commit: String,
    /// The SHA-256 of the list of hashes (`SHA256SUMS`) of what the drive starts a PC with, where it is known.
    pub image: Option<Digest>,
}

/// What an executor's sheet tells beside the words: nothing secret.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareFacts {
    /// The name that the owner gave the archive.
    pub archive_name: String,
    /// The day on which the shares are made, as `YYYY-MM-DD`.
    pub printed_on: String,
    /// How many shares open the archive together.
    pub needed: u8,
    /// Who gets them, in the order of their numbers; empty where it was not said. As many as there are shares.
    pub holders: Vec<String>,
    /// Of the plan: where a holder is named there, the others are told how to reach them.
    pub people: Vec<Person>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// That of minisign's own releases.
    pub(crate) const PUBLIC_KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    pub(crate) fn source(name: &str) -> SourceFacts {
        SourceFacts {
            name: name.to_owned(),
            snapshot: "0007 2026-11-22".to_owned(),
            photos: 12_403,
            videos: 381,
            other: 27,
            size_bytes: 88_400_000_000,
            first_day: Some("2014-03-01".to_owned()),
            last_day: Some("2026-11-20".to_owned()),
            complete: true,
            missing: 0,
        }
    }

    pub(crate) fn facts() -> SheetFacts {
        SheetFacts {
            archive_name: "The Lindqvist family".to_owned(),
            archive_id: "9f2c41d07be83a5516c0de0a4b7731ef".to_owned(),
            luks_uuid: "3f0c9a52-71be-4d86-9d3e-5a1c7be0442f".to_owned(),
            printed_on: "2026-11-22".to_owned(),
            generation: 7,
            head: Some(Digest::of(b"abc")),
            public_key: PUBLIC_KEY.parse().expect("a public key"),
            drive: DriveFacts {
                model: "Samsung PSSD T7".to_owned(),
                serial: Some("S6XNNS0T402718H".to_owned()),
                size_bytes: 2_000_398_934_016,
            },
            sources: vec![source("Anna Pixel 8")],
            plan: Plan::new(),
            release: ReleaseFacts {
                version: "0.1.0".to_owned(),
                commit: "1b0e7d2c9a44".to_owned(),
                image: None,
            },
        }
    }
}
