//! What the benchmark is asked to do.

use std::ffi::OsString;

use anyhow::{Context, Result, bail, ensure};

use crate::contestant::Contestant;
use crate::restore;

pub(crate) const HELP: &str = "\
scripts/bench [--write]                            all of it, in about 35 minutes; best with nothing else running
scripts/bench --quick                              small folders, one round: shows that it works, measures little

  --write        puts the tables into appliance/BENCH.md; with `--part restore`, only that section
  --rounds N     runs of each contestant, interleaved; 5 if not said
  --part WHICH   only `copy`, (a) and (d), or only `small`, (b) and (c), or only `restore`: heirloom, cp, restic
  --only NAMES   only these, with commas between: heirloom, cp, rsync, restic, borg, rustic

It needs about 12 GB in target/bench, which it removes at the end, and root (or sudo) for emptying the page cache; without,
it measures with a warm cache and says so.
";

/// Fewer make no median that is worth keeping.
pub(crate) const ROUNDS: usize = 5;

/// What the benchmark is asked to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) write: bool,
    pub(crate) rounds: usize,
    /// (a) and (d).
    pub(crate) copy: bool,
    /// (b) and (c).
    pub(crate) small: bool,
    /// The way back, and decryption.
    pub(crate) restore: bool,
    pub(crate) contestants: Vec<Contestant>,
}

impl Options {
    /// Reads the command line; `None` where help is asked for.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Option<Self>> {
        let mut options = Self {
            quick: false,
            write: false,
            rounds: 0,
            copy: true,
            small: true,
            restore: true,
            contestants: Contestant::ALL.to_vec(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let value = arguments.next().and_then(|value| value.into_string().ok());
                value.with_context(|| format!("{} wants a value", argument.display()))
            };
            match argument.to_str().unwrap_or_default() {
                "--help" | "-h" => return Ok(None),
                "--quick" => options.quick = true,
                "--write" => options.write = true,
                "--rounds" => {
                    options.rounds = value()?.parse().context("--rounds wants a number")?
                }
                "--part" => match value()?.as_str() {
                    "copy" => (options.small, options.restore) = (false, false),
                    "small" => (options.copy, options.restore) = (false, false),
                    "restore" => (options.copy, options.small) = (false, false),
                    other => bail!("there is no part {other}; there are copy, small and restore"),
                },
                "--only" => {
                    let names = value()?;
                    options.contestants = names.split(',').map(named).collect::<Result<_>>()?;
                }
                _ => bail!("what does {} mean?", argument.display()),
            }
        }
        ensure!(
            options.copy || options.small || options.restore,
            "all parts are left out"
        );
        ensure!(
            options.copy || options.small || restore::concerns(&options.contestants),
            "none of these restores"
        );
        if options.rounds == 0 {
            options.rounds = if options.quick { 1 } else { ROUNDS };
        }
        let whole = !options.quick
            && options.restore
            && options.copy == options.small
            && options.rounds >= ROUNDS
            && Contestant::ALL
                .iter()
                .all(|one| options.contestants.contains(one));
        ensure!(
            whole || !options.write,
            "--write keeps only a whole measurement: every part or restore, every contestant, {ROUNDS} rounds or more"
        );
        Ok(Some(options))
    }
}

fn named(name: &str) -> Result<Contestant> {
    let found = Contestant::ALL.into_iter().find(|one| one.name() == name);
    found.with_context(|| format!("there is no contestant {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Option<Options>> {
        Options::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_command_line_is_understood() -> Result<()> {
        let whole = parse(&["--write"])?.context("options")?;
        assert_eq!(
            (
                whole.rounds,
                whole.copy,
                whole.small,
                whole.restore,
                whole.contestants.len()
            ),
            (5, true, true, true, Contestant::ALL.len())
        );
        let quick =
            parse(&["--quick", "--part", "copy", "--only", "cp,borg"])?.context("options")?;
        assert_eq!((quick.rounds, quick.copy, quick.small), (1, true, false));
        assert!(!quick.restore);
        assert_eq!(quick.contestants, [Contestant::Cp, Contestant::Borg]);
        let restore = parse(&["--part", "restore", "--write"])?.context("options")?;
        assert!(restore.restore && !restore.copy && !restore.small);
        assert_eq!(parse(&["--quick", "--help"])?, None);
        for wrong in [
            &["--rounds"][..],
            &["--rounds", "many"],
            &["--only", "tar"],
            &["--part", "all"],
            &["--part", "copy", "--part", "small"],
            &["--part", "restore", "--only", "rsync,borg"],
            &["--write", "--part", "copy"],
            &["--write", "--quick"],
            &["--write", "--rounds", "4"],
            &["--write", "--only", "heirloom"],
            &["x"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        Ok(())
    }
}
