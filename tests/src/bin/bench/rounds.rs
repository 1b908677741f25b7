//! The runs: in each round every contestant once, the next round beginning with the next one, so that a slow minute of the machine
//! meets them all.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::cache::{self, Cache};
use crate::contestant::{Contestant, Place, newest_snapshot};
use crate::figures::{Figures, Measure, Row, Timing};
use crate::library::Census;
use crate::program::{Cost, Program};
use crate::progress::Progress;

/// What is hashed in memory at a time: beyond the processor's caches, as file content is.
const HASHED: usize = 64 << 20;

/// The contestants, and where they meet.
pub(crate) struct Rounds<'a> {
    pub(crate) contestants: &'a [Contestant],
    pub(crate) rounds: usize,
    pub(crate) cache: Cache,
    pub(crate) progress: &'a Progress,
    /// Holds everything below.
    pub(crate) folder: &'a Path,
    /// What the programs said last.
    pub(crate) log: &'a Path,
    pub(crate) heirloom: PathBuf,
    pub(crate) rustic: PathBuf,
    pub(crate) figures: Figures,
}

impl Rounds<'_> {
    /// (a) and (d): a verified copy, each from a cold cache, and reading it back.
    pub(crate) fn copy(&mut self, source: &Path, expected: Census) -> Result<()> {
        let begun = Instant::now();
        for round in 0..self.rounds {
            for contestant in self.in_turn(round) {
                let place = self.begin(contestant, source)?;
                let archived = self.archive(contestant, &place, round)?;
                self.read_back(contestant, &place, archived)?;
                check(contestant, &place, round, expected)?;
                self.end(&place)?;
            }
            self.note(Timing {
                measure: Measure::Verify,
                row: Row::OneCore,
                seconds: one_core(expected.bytes),
                peak_kib: None,
            });
            self.progress.round("photos", begun, round + 1, self.rounds);
        }
        Ok(())
    }

    /// (c) and (b): a first run from a cold cache; then, with the archives of the last round, runs with nothing new and all in memory.
    /// The backup engines take the better part of a minute for (c), where no budget is about them: they run in its last round only.
    pub(crate) fn small(&mut self, source: &Path, expected: Census) -> Result<()> {
        let begun = Instant::now();
        for round in 0..self.rounds {
            for contestant in self.in_turn(round) {
                let last = round + 1 == self.rounds;
                if !last && Contestant::BACKUP_ENGINES.contains(&contestant) {
                    continue;
                }
                let place = self.begin(contestant, source)?;
                let cost = self.archive(contestant, &place, round)?;
                check(contestant, &place, round, expected)?;
                self.add(Measure::Small, Row::Of(contestant), cost);
                if !last {
                    self.end(&place)?;
                }
            }
            self.progress
                .round("small files", begun, round + 1, self.rounds);
        }
        self.again(source, expected)?;
        self.something_new(source, expected)?;
        for contestant in self.contestants {
            self.end(&self.place(*contestant, source))?;
        }
        Ok(())
    }

    fn again(&mut self, source: &Path, expected: Census) -> Result<()> {
        let begun = Instant::now();
        // The first of these only brings everything into memory.
        for round in 0..=self.rounds {
            for contestant in self.in_turn(round) {
                if contestant == Contestant::Cp {
                    continue;
                }
                let place = self.place(contestant, source);
                let run = self.rounds + round;
                cache::sync()?;
                let cost = contestant.archive(&place, run).measure(self.log)?;
                check(contestant, &place, run, expected)?;
                if round > 0 {
                    self.add(Measure::Again, Row::Of(contestant), cost);
                }
            }
            if round > 0 {
                self.progress
                    .round("nothing new", begun, round, self.rounds);
            }
        }
        Ok(())
    }

    /// Who finds nothing new because he does not look is caught here. Not timed.
    fn something_new(&self, source: &Path, expected: Census) -> Result<()> {
        let new = b"a picture that came later";
        fs::write(source.join("new.jpg"), new).context("a new picture")?;
        let expected = Census {
            files: expected.files + 1,
            bytes: expected.bytes + new.len() as u64,
        };
        for contestant in self.contestants {
            if *contestant != Contestant::Cp {
                let (place, run) = (self.place(*contestant, source), 2 * self.rounds + 1);
                contestant.archive(&place, run).output()?;
                check(*contestant, &place, run, expected)?;
            }
        }
        Ok(())
    }

    fn in_turn(&self, round: usize) -> Vec<Contestant> {
        let mut contestants = self.contestants.to_vec();
        contestants.rotate_left(round % self.contestants.len());
        contestants
    }

    pub(crate) fn place(&self, contestant: Contestant, source: &Path) -> Place {
        Place {
            heirloom: self.heirloom.clone(),
            rustic: self.rustic.clone(),
            source: source.to_owned(),
            archive: self.folder.join("archive").join(contestant.name()),
            home: self.folder.join("home").join(contestant.name()),
        }
    }

    pub(crate) fn begin(&self, contestant: Contestant, source: &Path) -> Result<Place> {
        let place = self.place(contestant, source);
        for folder in [Some(place.home.as_path()), place.archive.parent()]
            .into_iter()
            .flatten()
        {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        if let Some(set_up) = contestant.set_up(&place) {
            set_up.output()?;
        }
        cache::sync()?;
        self.forget(contestant, &place)?;
        Ok(place)
    }

    /// Empties the page cache of all but the contestant's own program: a run is about the pictures. Gives the seconds of emptying.
    pub(crate) fn forget(&self, contestant: Contestant, place: &Place) -> Result<f64> {
        let begun = Instant::now();
        self.cache.drop()?;
        let seconds = begun.elapsed().as_secs_f64();
        contestant.version(place).output()?;
        Ok(seconds)
    }

    /// Not timed: the next contestant shall not pay for it.
    pub(crate) fn end(&self, place: &Place) -> Result<()> {
        for folder in [&place.archive, &place.home] {
            fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        cache::sync()
    }

    /// A run, until all of it is on the drive.
    fn archive(&self, contestant: Contestant, place: &Place, run: usize) -> Result<Cost> {
        let mut cost = contestant.archive(place, run).measure(self.log)?;
        let begun = Instant::now();
        cache::sync()?;
        cost.seconds += begun.elapsed().as_secs_f64();
        Ok(cost)
    }

    /// What makes a verified copy of a copy, and how long verifying alone takes.
    fn read_back(&mut self, contestant: Contestant, place: &Place, archived: Cost) -> Result<()> {
        let forgot_s = self.forget(contestant, place)?;
        let read = contestant.read_back(place).measure(self.log)?;
        self.add(Measure::Verify, Row::Of(contestant), read);
        if contestant == Contestant::Heirloom {
            self.add(Measure::Copy, Row::HEIRLOOM, archived);
            return self.judge(place);
        }
        let whole = Cost {
            seconds: archived.seconds + forgot_s + read.seconds,
            peak_kib: archived.peak_kib.max(read.peak_kib),
        };
        self.add(Measure::Copy, Row::Of(contestant), whole);
        Ok(())
    }

    /// A stock tool says whether our archive is what it says.
    fn judge(&mut self, place: &Place) -> Result<()> {
        self.cache.drop()?;
        let program = Program::new([
            "sha256sum",
            "--check",
            "--strict",
            "--quiet",
            "manifest-sha256.txt",
        ]);
        let program = program.inside(newest_snapshot(&place.archive)?).silent();
        let cost = program.measure(self.log)?;
        self.add(Measure::Verify, Row::Sha256sum, cost);
        Ok(())
    }

    fn add(&mut self, measure: Measure, row: Row, cost: Cost) {
        self.note(Timing {
            measure,
            row,
            seconds: cost.seconds,
            peak_kib: Some(cost.peak_kib),
        });
    }

    fn note(&mut self, timing: Timing) {
        self.progress.timing(&timing);
        self.figures.add(timing);
    }
}

/// A run counts only if everything is there.
fn check(contestant: Contestant, place: &Place, run: usize, expected: Census) -> Result<()> {
    let kept = contestant.kept(place, run)?;
    ensure!(
        kept == expected,
        "{} kept {} files of {} bytes, not {} of {}",
        contestant.name(),
        kept.files,
        kept.bytes,
        expected.files,
        expected.bytes
    );
    Ok(())
}

/// How long the hash of so many bytes takes when nothing has to be read: seconds.
fn one_core(bytes: u64) -> f64 {
    let buffer = vec![0x5a; HASHED];
    let mut hash = Sha256::new();
    let mut hashed = 0;
    let begun = Instant::now();
    while hashed < bytes {
        hash.update(&buffer);
        hashed += HASHED as u64;
    }
    std::hint::black_box(hash.finalize());
    begun.elapsed().as_secs_f64() * bytes as f64 / hashed as f64
}
