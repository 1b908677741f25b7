//! From the options to the page: makes the folders, has the rounds run, and removes all of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use heirloom_stories::target_folder;

use crate::cache::Cache;
use crate::contestant::{Contestant, Place};
use crate::figures::Figures;
use crate::library::{self, Census};
use crate::machine;
use crate::options::Options;
use crate::progress::Progress;
use crate::rounds::Rounds;
use crate::tables::{self, Page};

/// Sources of 2 and 1.1 GB, and six archives of the second.
const ROOM_GB: u64 = 12;
const PAGE: &str = "appliance/BENCH.md";
/// What other benchmarks measured, in the order in which it stands in the page.
const OTHERS: [&str; 2] = ["\n## Phones\n", "\n## Memory of runs\n"];

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
    let [mut photos, mut small] = [Census::default(); 2];
    if options.copy {
        let (bytes, videos) = if options.quick {
            (250_000_000, 1)
        } else {
            (2_000_000_000, 4)
        };
        let library = library::photos(bytes, videos);
        photos = library::census(&library);
        let source = bench.0.join("photos");
        progress.say(&format!("writing {} photos and videos", photos.files));
        library::write(&library, &source)?;
        rounds.copy(&source, photos)?;
        fs::remove_dir_all(&source).context("removing the photos")?;
    }
    if options.small {
        let library = library::small_files(if options.quick { 5_000 } else { 100_000 });
        small = library::census(&library);
        let source = bench.0.join("small");
        progress.say(&format!("writing {} small files", small.files));
        library::write(&library, &source)?;
        rounds.small(&source, small)?;
    }
    let page = Page {
        facts,
        versions,
        rounds: options.rounds,
        cold: cache.is_cold(),
        photos,
        small,
    };
    let text = tables::page(&page, &rounds.figures);
    print!("{text}");
    if options.write {
        // What `scripts/bench phones` and `scripts/bench memory` measured stays below.
        let before = fs::read_to_string(tree.join(PAGE)).unwrap_or_default();
        let begin = OTHERS.iter().filter_map(|other| before.find(other)).min();
        let others = begin.map_or("", |at| &before[at..]);
        fs::write(tree.join(PAGE), format!("{text}{others}")).context(PAGE)?;
        progress.say(&format!("written to {PAGE}"));
    }
    Ok(())
}

/// A benchmark that fills the drive would end late and badly.
fn room(folder: &Path, options: &Options) -> Result<()> {
    if options.quick {
        return Ok(());
    }
    let words = ["df", "--output=avail", "--block-size=1000000000"].map(Path::new);
    let text = crate::program::Program::new(words.into_iter().chain([folder])).output()?;
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
