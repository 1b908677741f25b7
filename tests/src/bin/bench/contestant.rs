//! Who is measured, and how each is told to archive a folder and to read all of it back.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::library::{self, Census};
use crate::listing;
use crate::program::Program;

/// A program that archives or copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    Heirloom,
    Cp,
    Rsync,
    Restic,
    Borg,
    Rustic,
}

/// Where a contestant works. Everything that it leaves lies in two folders of its own.
pub(crate) struct Place {
    /// Our own program.
    pub(crate) heirloom: PathBuf,
    pub(crate) rustic: PathBuf,
    pub(crate) source: PathBuf,
    pub(crate) archive: PathBuf,
    /// Its `HOME`, with its settings and caches.
    pub(crate) home: PathBuf,
}

impl Contestant {
    pub(crate) const ALL: [Self; 6] = [
        Self::Heirloom,
        Self::Cp,
        Self::Rsync,
        Self::Restic,
        Self::Borg,
        Self::Rustic,
    ];
    /// Those that, like us, keep versions.
    pub(crate) const BACKUP_ENGINES: [Self; 3] = [Self::Restic, Self::Borg, Self::Rustic];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Heirloom => "heirloom",
            Self::Cp => "cp",
            Self::Rsync => "rsync",
            Self::Restic => "restic",
            Self::Borg => "borg",
            Self::Rustic => "rustic",
        }
    }

    /// Says which version it is.
    pub(crate) fn version(self, place: &Place) -> Program {
        match self {
            Self::Heirloom => Program::new([&place.heirloom, Path::new("--version")]),
            Self::Rustic => Program::new([&place.rustic, Path::new("--version")]),
            Self::Restic => Program::new(["restic", "version"]),
            _ => Program::new([self.name(), "--version"]),
        }
    }

    /// Makes the empty archive, where that is a step of its own. It is not timed; ours makes its archive in its first run.
    pub(crate) fn set_up(self, place: &Place) -> Option<Program> {
        let init = match self {
            Self::Heirloom | Self::Cp | Self::Rsync => return None,
            Self::Restic => self.restic(place, &["init"]),
            Self::Rustic => self.rustic(place, &["init"]),
            Self::Borg => self.borg([
                "init".as_ref(),
                "--encryption=none".as_ref(),
                place.archive.as_os_str(),
            ]),
        };
        Some(at_home(init, place))
    }

    /// Archives the source; `run` names the borg archive.
    pub(crate) fn archive(self, place: &Place, run: usize) -> Program {
        let (source, archive) = (place.source.as_path(), place.archive.as_path());
        let program = match self {
            Self::Heirloom => {
                Program::new([&place.heirloom, Path::new("archive"), source, archive])
            }
            Self::Cp => Program::new([Path::new("cp"), Path::new("-a"), source, archive]),
            Self::Rsync => {
                Program::new(["rsync".into(), "-a".into(), inside(source), inside(archive)])
            }
            Self::Restic => self.restic(place, &["--quiet".as_ref(), "backup".as_ref(), source]),
            Self::Rustic => self.rustic(
                place,
                &["--no-progress".as_ref(), "backup".as_ref(), source],
            ),
            Self::Borg => {
                let name = borg_archive(place, run);
                self.borg(["create".as_ref(), name.as_os_str(), source.as_os_str()])
            }
        };
        at_home(program, place)
    }

    /// Reads all that was kept, and compares it with whatever this contestant has to compare it with.
    pub(crate) fn read_back(self, place: &Place) -> Program {
        const CAT: &str = r#"find "$1" -type f -print0 | xargs -0 cat >/dev/null"#;
        let (source, archive) = (place.source.as_path(), place.archive.as_path());
        let program = match self {
            Self::Heirloom => Program::new([&place.heirloom, Path::new("verify"), archive]),
            Self::Cp => Program::new([
                "sh".as_ref(),
                "-c".as_ref(),
                CAT.as_ref(),
                "sh".as_ref(),
                archive.as_os_str(),
            ]),
            Self::Rsync => {
                let words =
                    ["rsync", "-a", "-c", "--dry-run", "--itemize-changes"].map(PathBuf::from);
                Program::new(words.into_iter().chain([inside(source), inside(archive)])).silent()
            }
            Self::Restic => self.restic(place, &["check", "--read-data"]),
            Self::Rustic => self.rustic(place, &["--no-progress", "check", "--read-data"]),
            Self::Borg => self.borg([
                "check".as_ref(),
                "--verify-data".as_ref(),
                archive.as_os_str(),
            ]),
        };
        at_home(program, place)
    }

    /// How many files and bytes are in what it made of the newest run, so that one that fails can't look fast.
    pub(crate) fn kept(self, place: &Place, run: usize) -> Result<Census> {
        let listed = |program: Program| at_home(program, place).output();
        match self {
            Self::Heirloom => library::count(&newest_snapshot(&place.archive)?.join("data")),
            Self::Cp | Self::Rsync => library::count(&place.archive),
            Self::Restic => {
                listing::json_lines(&listed(self.restic(place, &["ls", "latest", "--json"]))?)
            }
            Self::Rustic => {
                listing::total_line(&listed(self.rustic(place, &["ls", "latest", "--summary"]))?)
            }
            Self::Borg => {
                let name = borg_archive(place, run);
                let format = "--format={type} {size}{NL}".as_ref();
                listing::type_and_size(&listed(self.borg([
                    "list".as_ref(),
                    format,
                    name.as_os_str(),
                ]))?)
            }
        }
    }

    /// There is no restic repository without a key; the password is short, and rustic's is the same.
    pub(crate) fn restic<Word: AsRef<Path>>(self, place: &Place, words: &[Word]) -> Program {
        let start = [Path::new("restic"), Path::new("--repo"), &place.archive];
        Program::new(start.into_iter().chain(words.iter().map(Word::as_ref)))
            .with("RESTIC_PASSWORD", "x")
    }

    fn rustic<Word: AsRef<Path>>(self, place: &Place, words: &[Word]) -> Program {
        let start = [&place.rustic, Path::new("--repository"), &place.archive];
        Program::new(start.into_iter().chain(words.iter().map(Word::as_ref)))
            .with("RUSTIC_PASSWORD", "x")
    }

    fn borg<const N: usize>(self, words: [&std::ffi::OsStr; N]) -> Program {
        Program::new(["borg".as_ref()].into_iter().chain(words))
    }
}

fn at_home(program: Program, place: &Place) -> Program {
    program.with("HOME", &place.home)
}

/// With a slash at its end, by which rsync takes what is in a folder and not the folder.
fn inside(folder: &Path) -> PathBuf {
    folder.join("")
}

fn borg_archive(place: &Place, run: usize) -> PathBuf {
    PathBuf::from(format!("{}::run-{run}", place.archive.display()))
}

/// The folder that `sources/*/latest` of our archive leads to; there must be one source only.
pub(crate) fn newest_snapshot(archive: &Path) -> Result<PathBuf> {
    let sources = archive.join("sources");
    let found = fs::read_dir(&sources).with_context(|| sources.display().to_string())?;
    let found: Vec<_> = found.collect::<Result<_, _>>()?;
    ensure!(
        found.len() == 1,
        "{} has {} sources, not one",
        sources.display(),
        found.len()
    );
    let latest = found[0].path().join("latest");
    latest
        .canonicalize()
        .with_context(|| latest.display().to_string())
}
