//! From the options to the page: makes the folders, has the rounds run, and removes all of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use heirloom_stories::target_folder;

use crate::cache::Cache;
use crate::contestant::{Contestant, Place};
use crate::figures::Figures;
use crate::kept_page::{self, PAGE};
use crate::library::{self, Census};
use crate::machine;
use crate::options::Options;
use crate::program::Program;
use crate::progress::Progress;
use crate::restore::{self, Section};
use crate::rounds::Rounds;
use crate::tables::{self, Page};

/// Sources of 2 and 1.1 GB, and six archives of the second; or of the first an archive, an image, a repository, and what is restored.
const ROOM_GB: u64 = 12;

/// The folder in which everything happens; it is removed at the end, however that comes.
struct Bench(PathBuf);

impl Drop for Bench {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("bench: {} could not be removed: {error}", self.0.display());
        }
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = target_folder()
        .canonicalize()
        .context("the target folder")?;
    let folder = target.join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let log = folder.join("log");
    fs::create_dir_all(&log).with_context(|| log.display().to_string())?;
    let bench = Bench(folder);
    room(&bench.0, options)?;

    let progress = Progress::begin();
    let cache = Cache::find();
    if !cache.is_cold() {
        progress.say("the page cache can't be emptied without root: everything is measured WARM, which is no proof of a copy");
    }
    let heirloom = target.join("release/heirloom");
    let rustic = target.join("bench-peers/bin/rustic");
    let place = Place {
        heirloom: heirloom.clone(),
        rustic: rustic.clone(),
        source: PathBuf::new(),
        archive: PathBuf::new(),
        home: bench.0.clone(),
    };
    let mut versions = machine::versions(&options.contestants, &place)?;
    if options.contestants.contains(&Contestant::Heirloom) {
        versions.push(format!("this tree at {}", machine::commit(&tree)?));
    }
    let facts = machine::facts(&bench.0, cache)?;
    progress.say(
        &facts
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect::<Vec<_>>()
            .join("; "),
    );

    let mut rounds = Rounds {
        contestants: &options.contestants,
        rounds: options.rounds,
        cache,
        progress: &progress,
        folder: &bench.0,
        log: &log,
        heirloom,
        rustic,
        figures: Figures::default(),
    };
    let Measured {
        photos,
        small,
        restored,
    } = measure(&mut rounds, options, &target)?;
    let section = match restored {
        None => None,
        Some(restored) => {
            let section = Section {
                circumstances: circumstances(&facts, &options.contestants, &place, &tree)?,
                rounds: options.rounds,
                cold: cache.is_cold(),
                photos,
                has_aes: machine::has_aes()?,
            };
            Some(section.text(&restored))
        }
    };
    let main = (options.copy || options.small).then(|| {
        let page = Page {
            facts,
            versions,
            rounds: options.rounds,
            cold: cache.is_cold(),
            photos,
            small,
        };
        tables::page(&page, &rounds.figures)
    });
    let parts = [main, section];
    for text in parts.iter().flatten() {
        print!("{text}");
    }
    if options.write {
        kept_page::keep(&tree.join(PAGE), parts)?;
        progress.say(&format!("written to {PAGE}"));
    }
    Ok(())
}

/// What the rounds met, and what they found about restores; the rest is in them.
#[derive(Default)]
struct Measured {
    photos: Census,
    small: Census,
    restored: Option<restore::Figures>,
}

/// Makes the folders that are asked for, and has the rounds run over them.
fn measure(rounds: &mut Rounds<'_>, options: &Options, target: &Path) -> Result<Measured> {
    let mut measured = Measured::default();
    if options.copy || options.restore {
        let (bytes, videos) = if options.quick {
            (250_000_000, 1)
        } else {
            (2_000_000_000, 4)
        };
        let library = library::photos(bytes, videos);
        let photos = library::census(&library);
        measured.photos = photos;
        let source = rounds.folder.join("photos");
        rounds
            .progress
            .say(&format!("writing {} photos and videos", photos.files));
        library::write(&library, &source)?;
        if options.copy {
            rounds.copy(&source, photos)?;
        }
        if options.restore && restore::concerns(&options.contestants) {
            let speed = target.join("release/examples/speed");
            measured.restored = Some(restore::measure(rounds, &speed, &source, photos)?);
        }
        fs::remove_dir_all(&source).context("removing the photos")?;
    }
    if options.small {
        let library = library::small_files(if options.quick { 5_000 } else { 100_000 });
        let small = library::census(&library);
        measured.small = small;
        let source = rounds.folder.join("small");
        rounds
            .progress
            .say(&format!("writing {} small files", small.files));
        library::write(&library, &source)?;
        rounds.small(&source, small)?;
    }
    Ok(measured)
}

/// The section about restores may be older or newer than the rest of the page, so that it has a day and versions of its own.
fn circumstances(
    facts: &[(&str, String)],
    contestants: &[Contestant],
    place: &Place,
    tree: &Path,
) -> Result<String> {
    let fact = |name| {
        let found = facts.iter().find(|(found, _)| *found == name);
        found.map_or("unknown", |(_, value)| value.as_str())
    };
    let mut restoring = contestants.to_vec();
    restoring.retain(|one| restore::concerns(&[*one]));
    let mut versions = machine::versions(&restoring, place)?;
    let openssl = Program::new(["openssl", "version"]).output()?;
    versions.push(openssl.trim().to_owned());
    versions.push(format!("this tree at {}", machine::commit(tree)?));
    Ok(format!(
        "Measured on {}, load before {}; {}",
        fact("date"),
        fact("load before"),
        versions.join("; ")
    ))
}

/// A benchmark that fills the drive would end late and badly.
fn room(folder: &Path, options: &Options) -> Result<()> {
    if options.quick {
        return Ok(());
    }
    let words = ["df", "--output=avail", "--block-size=1000000000"].map(Path::new);
    let text = Program::new(words.into_iter().chain([folder])).output()?;
    let free_gb = text
        .lines()
        .last()
        .and_then(|line| line.trim().parse::<u64>().ok());
    let free_gb = free_gb.with_context(|| format!("df said {text:?}"))?;
    ensure!(
        free_gb >= ROOM_GB,
        "{} has {free_gb} GB free, and {ROOM_GB} GB are needed",
        folder.display()
    );
    Ok(())
}
