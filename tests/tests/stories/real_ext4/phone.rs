//! A phone's files, as they are at the first run and at the second.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use heirloom_stories::{Random, samples};
use sha2::{Digest, Sha256};

const FILES: usize = 60;
/// Files of the second run: those before the first number are gone, up to the second they have another content.
const GONE: usize = 8;
const CHANGED: usize = 16;
const NEW: usize = 16;
const COPIES: usize = 6;
const LARGEST_BYTES: usize = 320 << 10;
const TAKEN_UNIX_S: u64 = 1_700_000_000;

/// One state of the phone, as a folder on this computer.
pub(crate) struct Phone {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// How many files there are of each content, by SHA-256 in lower-case hexadecimal.
    pub(crate) contents: BTreeMap<String, usize>,
}

/// Makes both states below a folder: `first/phone`, `second/phone`.
pub(crate) fn make(below: &Path, seed: u64) -> Result<[Phone; 2]> {
    let mut random = Random::new(seed);
    let mut photo = |name: String, taken: usize| Photo {
        name,
        bytes: {
            let count = 1 + random.below(LARGEST_BYTES);
            random.bytes(count)
        },
        taken_unix_s: TAKEN_UNIX_S + taken as u64,
    };
    let name = |number: usize| format!("DCIM/Camera/IMG_{number:04}.jpg");
    let first: Vec<Photo> = (0..FILES)
        .map(|number| photo(name(number), number))
        .collect();
    let changed = (GONE..CHANGED).map(|number| photo(name(number), FILES + number));
    let mut second: Vec<Photo> = changed.collect();
    second.extend((FILES..FILES + NEW).map(|number| photo(name(number), number)));
    second.extend(first[CHANGED..].iter().cloned());
    second.extend(first[..COPIES].iter().map(|known| Photo {
        name: known.name.replace("Camera/IMG", "Restored/COPY"),
        ..known.clone()
    }));
    Ok([
        Phone::hold(&below.join("first/phone"), &first)?,
        Phone::hold(&below.join("second/phone"), &second)?,
    ])
}

#[derive(Clone)]
struct Photo {
    name: String,
    bytes: Vec<u8>,
    taken_unix_s: u64,
}

impl Phone {
    fn hold(folder: &Path, photos: &[Photo]) -> Result<Self> {
        let mut contents = BTreeMap::new();
        for photo in photos {
            let file = folder.join(&photo.name);
            samples::write_taken(&file, &photo.bytes, photo.taken_unix_s)?;
            let hash = Sha256::digest(&photo.bytes);
            let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            *contents.entry(hash).or_default() += 1;
        }
        Ok(Self {
            folder: folder.to_owned(),
            contents,
        })
    }
}
