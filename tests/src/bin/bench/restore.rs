//! The way back: a restore of the photos from our archive and from an encrypted image of it, beside `cp -a` with `sha256sum -c`, and restic.

mod decryption;
mod image;
mod section;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::cache;
use crate::contestant::{Contestant, Place, newest_snapshot};
use crate::figures::Summary;
use crate::library::{self, Census};
use crate::program::{Cost, Program};
use crate::rounds::Rounds;
use image::Image;

pub(crate) use section::{HEADING, Section};

/// How the pictures come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Folder,
    Image,
    /// `cp -a` and `sha256sum -c`: what stock tools take for the same proof.
    Floor,
    /// The same copy, which is only read back; it is timed in the floor's runs.
    ReadBack,
    Restic,
}

impl Way {
    const ALL: [Self; 5] = [
        Self::Folder,
        Self::Image,
        Self::Floor,
        Self::ReadBack,
        Self::Restic,
    ];

    fn contestant(self) -> Contestant {
        match self {
            Self::Folder | Self::Image => Contestant::Heirloom,
            Self::Floor | Self::ReadBack => Contestant::Cp,
            Self::Restic => Contestant::Restic,
        }
    }
}

/// What was measured.
#[derive(Default)]
pub(crate) struct Figures {
    costs: Vec<(Way, Cost)>,
    /// In the order of `Decryptor::ALL`.
    rates: Vec<[f64; 3]>,
}

impl Figures {
    fn summary(&self, way: Way) -> Option<Summary> {
        let runs = self.costs.iter().filter(|(of, _)| *of == way);
        Summary::of(runs.map(|(_, cost)| (cost.seconds, Some(cost.peak_kib))))
    }
}

/// Whether any of these has a part in it.
pub(crate) fn concerns(contestants: &[Contestant]) -> bool {
    Way::ALL
        .iter()
        .any(|way| contestants.contains(&way.contestant()))
}

/// Archives the source once with each, untimed; then restores it in each round once in each way.
pub(crate) fn measure(
    rounds: &Rounds<'_>,
    speed: &Path,
    source: &Path,
    expected: Census,
) -> Result<Figures> {
    let course = Course::prepare(rounds, source, expected)?;
    let mut figures = Figures::default();
    let begun = Instant::now();
    for round in 0..rounds.rounds {
        let mut ways = course.ways();
        let first = round % ways.len();
        ways.rotate_left(first);
        for way in ways {
            for (way, cost) in course.run(way)? {
                let (name, seconds) = (way.name(), cost.seconds);
                rounds
                    .progress
                    .say(&format!("  {name:<28} {seconds:>7.2} s"));
                figures.costs.push((way, cost));
            }
        }
        if rounds.contestants.contains(&Contestant::Heirloom) {
            figures.rates.push(decryption::measure(speed)?);
        }
        rounds
            .progress
            .round("restore", begun, round + 1, rounds.rounds);
    }
    course.end()?;
    Ok(figures)
}

/// All that is restored from, and where to.
struct Course<'a> {
    rounds: &'a Rounds<'a>,
    expected: Census,
    source: PathBuf,
    ours: Place,
    /// The newest snapshot in our archive.
    snapshot: PathBuf,
    image: Image,
    /// Holds `data`, as a snapshot does, so that its manifest can be checked there.
    target: PathBuf,
}

impl<'a> Course<'a> {
    fn prepare(rounds: &'a Rounds<'a>, source: &Path, expected: Census) -> Result<Self> {
        let say = |text: &str| rounds.progress.say(text);
        say("restore: making an archive, an image of it, and restic's repository");
        let ours = rounds.begin(Contestant::Heirloom, source)?;
        Contestant::Heirloom.archive(&ours, 0).output()?;
        let image = image::make(rounds.folder, &ours.archive, expected)?;
        if rounds.contestants.contains(&Contestant::Restic) {
            let place = rounds.begin(Contestant::Restic, source)?;
            Contestant::Restic.archive(&place, 0).output()?;
        }
        Ok(Self {
            rounds,
            expected,
            source: source.to_owned(),
            snapshot: newest_snapshot(&ours.archive)?,
            ours,
            image,
            target: rounds.folder.join("restored"),
        })
    }

    /// Those that run by themselves.
    fn ways(&self) -> Vec<Way> {
        let asked = |way: &Way| {
            *way != Way::ReadBack && self.rounds.contestants.contains(&way.contestant())
        };
        Way::ALL.into_iter().filter(asked).collect()
    }

    fn run(&self, way: Way) -> Result<Vec<(Way, Cost)>> {
        fs::create_dir(&self.target).with_context(|| self.target.display().to_string())?;
        let place = self.rounds.place(way.contestant(), &self.source);
        cache::sync()?;
        self.rounds.forget(way.contestant(), &place)?;
        let restored = self.until_on_the_drive(&self.restore(way, &place))?;
        let costs = match way {
            Way::Floor | Way::ReadBack => {
                let read = self.after_emptying(restored, &place, &self.read_back(&place))?;
                let summed = self.after_emptying(restored, &place, &self.sum())?;
                vec![(Way::Floor, summed), (Way::ReadBack, read)]
            }
            Way::Folder | Way::Image => vec![(way, restored)],
            Way::Restic => {
                self.lead_to_what_restic_restored()?;
                vec![(way, restored)]
            }
        };
        self.judge(way)?;
        fs::remove_dir_all(&self.target).with_context(|| self.target.display().to_string())?;
        cache::sync()?;
        Ok(costs)
    }

    fn restore(&self, way: Way, place: &Place) -> Program {
        let data = self.target.join("data");
        let heirloom = [self.rounds.heirloom.as_path(), Path::new("restore")];
        match way {
            Way::Folder => Program::new(heirloom.into_iter().chain([&*self.ours.archive, &*data])),
            Way::Image => Program::new(heirloom.into_iter().chain([
                &*data,
                Path::new("--from"),
                &*self.image.path,
                Path::new("--passphrase-file"),
                &*self.image.passphrase,
            ])),
            Way::Floor | Way::ReadBack => Program::new([
                Path::new("cp"),
                Path::new("-a"),
                &self.snapshot.join("data"),
                &data,
            ]),
            Way::Restic => Contestant::Restic.restic(
                place,
                &[
                    Path::new("restore"),
                    Path::new("latest"),
                    Path::new("--verify"),
                    Path::new("--target"),
                    &self.target,
                ],
            ),
        }
        .with("HOME", &place.home)
    }

    fn read_back(&self, place: &Place) -> Program {
        Contestant::Cp.read_back(&Place {
            heirloom: place.heirloom.clone(),
            rustic: place.rustic.clone(),
            source: place.source.clone(),
            archive: self.target.clone(),
            home: place.home.clone(),
        })
    }

    fn sum(&self) -> Program {
        let manifest = self.snapshot.join("manifest-sha256.txt");
        let words = ["sha256sum", "--check", "--strict", "--quiet"].map(Path::new);
        Program::new(words.into_iter().chain([&*manifest]))
            .inside(self.target.clone())
            .silent()
    }

    fn until_on_the_drive(&self, program: &Program) -> Result<Cost> {
        let mut cost = program.measure(self.rounds.log)?;
        let begun = Instant::now();
        cache::sync()?;
        cost.seconds += begun.elapsed().as_secs_f64();
        Ok(cost)
    }

    /// The cost of both, with the emptying of the page cache between them.
    fn after_emptying(&self, before: Cost, place: &Place, program: &Program) -> Result<Cost> {
        let forgot_s = self.rounds.forget(Contestant::Cp, place)?;
        let after = program.measure(self.rounds.log)?;
        Ok(Cost {
            seconds: before.seconds + forgot_s + after.seconds,
            peak_kib: before.peak_kib.max(after.peak_kib),
        })
    }

    /// restic puts files where they were, below the target: the folder with the photos is found there as `data` too.
    fn lead_to_what_restic_restored(&self) -> Result<()> {
        let above = self.source.parent().context("a source in a folder")?;
        let inside = above.strip_prefix("/").context("an absolute path")?;
        symlink(inside, self.target.join("data")).context("a link to what restic restored")
    }

    /// A run counts only if everything is there, and is what was archived by a stock tool's word. Not timed.
    fn judge(&self, way: Way) -> Result<()> {
        let found = library::count(&self.target)?;
        let (name, expected) = (way.name(), self.expected);
        ensure!(
            found == expected,
            "{name}: restored {} files of {} bytes, not {} of {}",
            found.files,
            found.bytes,
            expected.files,
            expected.bytes
        );
        if !matches!(way, Way::Floor | Way::ReadBack) {
            self.sum().output()?;
        }
        Ok(())
    }

    /// Leaves the source alone.
    fn end(self) -> Result<()> {
        self.rounds.end(&self.ours)?;
        if self.rounds.contestants.contains(&Contestant::Restic) {
            let place = self.rounds.place(Contestant::Restic, &self.source);
            self.rounds.end(&place)?;
        }
        for file in [&self.image.path, &self.image.passphrase] {
            fs::remove_file(file).with_context(|| file.display().to_string())?;
        }
        cache::sync()
    }
}
