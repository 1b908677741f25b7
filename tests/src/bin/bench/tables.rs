//! The page that is printed, and kept as `appliance/BENCH.md`.

use std::fmt::Write;

use crate::budgets;
use crate::contestant::Contestant::{Borg, Cp, Heirloom, Restic, Rsync, Rustic};
use crate::figures::{Figures, Measure, Row};
use crate::library::Census;

/// All that the page says beside the figures.
pub(crate) struct Page {
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) versions: Vec<String>,
    pub(crate) rounds: usize,
    pub(crate) cold: bool,
    pub(crate) photos: Census,
    pub(crate) small: Census,
}

impl Measure {
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Copy => 'a',
            Self::Again => 'b',
            Self::Small => 'c',
            Self::Verify => 'd',
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Copy => "verified copy",
            Self::Again => "nothing new",
            Self::Small => "small files",
            Self::Verify => "verify",
        }
    }
}

impl Row {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Of(Cp) => "cp -a, the floor",
            Self::Of(contestant) => contestant.name(),
            Self::Sha256sum => "sha256sum",
            Self::OneCore => "SHA-256, one core",
        }
    }

    /// What of it is timed.
    fn timed(self, measure: Measure) -> &'static str {
        match (measure, self) {
            (_, Self::Sha256sum) => "`sha256sum -c` of our archive's manifest",
            (_, Self::OneCore) => "as many bytes, in memory, by the crate sha2",
            (Measure::Copy, Self::Of(Heirloom)) => {
                "`heirloom archive`, which reads back past the cache, `sync`"
            }
            (Measure::Copy, Self::Of(Cp)) => "`cp -a`, `sync`, empty cache, `cat` of all files",
            (Measure::Copy, Self::Of(Rsync)) => {
                "`rsync -a`, `sync`, empty cache, `rsync -a -c --dry-run`"
            }
            (Measure::Copy, Self::Of(Restic)) => {
                "`restic backup`, `sync`, empty cache, `restic check --read-data`"
            }
            (Measure::Copy, Self::Of(Borg)) => {
                "`borg create`, `sync`, empty cache, `borg check --verify-data`"
            }
            (Measure::Copy, Self::Of(Rustic)) => {
                "`rustic backup`, `sync`, empty cache, `rustic check --read-data`"
            }
            (Measure::Verify, Self::Of(Heirloom)) => "`heirloom verify`",
            (Measure::Verify, Self::Of(Cp)) => "`cat` of all files, which compares nothing",
            (Measure::Verify, Self::Of(Rsync)) => {
                "`rsync -a -c --dry-run`, which reads the source too"
            }
            (Measure::Verify, Self::Of(Restic)) => "`restic check --read-data`",
            (Measure::Verify, Self::Of(Borg)) => "`borg check --verify-data`",
            (Measure::Verify, Self::Of(Rustic)) => "`rustic check --read-data`",
            (Measure::Small, Self::Of(Heirloom)) => {
                "`heirloom archive`, which reads back past the cache, `sync`"
            }
            (Measure::Small, Self::Of(Cp)) => "`cp -a`, `sync`",
            (Measure::Small, Self::Of(Rsync)) => "`rsync -a`, `sync`",
            (Measure::Small, Self::Of(Restic)) => "`restic backup`, `sync`",
            (Measure::Small, Self::Of(Borg)) => "`borg create`, `sync`",
            (Measure::Small, Self::Of(Rustic)) => "`rustic backup`, `sync`",
            (Measure::Again, Self::Of(Heirloom)) => "`heirloom archive`",
            (Measure::Again, Self::Of(Cp)) => "",
            (Measure::Again, Self::Of(Rsync)) => "`rsync -a`",
            (Measure::Again, Self::Of(Restic)) => "`restic backup`",
            (Measure::Again, Self::Of(Borg)) => "`borg create`",
            (Measure::Again, Self::Of(Rustic)) => "`rustic backup`",
        }
    }
}

/// The whole page, in Markdown.
pub(crate) fn page(page: &Page, figures: &Figures) -> String {
    let mut text = String::new();
    write_page(&mut text, page, figures).expect("a string takes every write");
    text
}

fn write_page(out: &mut String, page: &Page, figures: &Figures) -> std::fmt::Result {
    writeln!(out, "# Benchmark\n")?;
    writeln!(
        out,
        "Written by `scripts/bench --write`; not edited by hand.\n"
    )?;
    writeln!(out, "| | |\n| --- | --- |")?;
    for (name, value) in &page.facts {
        writeln!(out, "| {name} | {value} |")?;
    }
    writeln!(out, "| versions | {} |", page.versions.join("; "))?;
    write_ratios(out, page, figures)?;
    write_budgets(out, figures)?;
    for measure in Measure::ALL {
        write_measure(out, page, figures, measure)?;
    }
    writeln!(out, "\n{NOTES}")
}

fn write_ratios(out: &mut String, page: &Page, figures: &Figures) -> std::fmt::Result {
    writeln!(out, "\n## Ratios\n")?;
    writeln!(
        out,
        "Time as a multiple of heirloom's, and in brackets seconds; median of {}.\n",
        count(page.rounds, "interleaved run")
    )?;
    write!(out, "| |")?;
    for measure in Measure::ALL {
        write!(out, " ({}) {} |", measure.letter(), measure.name())?;
    }
    writeln!(
        out,
        " (e) most memory, MB |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for row in Row::all() {
        let medians = Measure::ALL.map(|measure| figures.median_s(measure, row));
        if medians.iter().all(Option::is_none) {
            continue;
        }
        write!(out, "| {} |", row.name())?;
        for (measure, median_s) in Measure::ALL.into_iter().zip(medians) {
            match (median_s, figures.median_s(measure, Row::HEIRLOOM)) {
                (Some(median_s), Some(ours_s)) => {
                    write!(out, " {:.2} ({median_s:.2}) |", median_s / ours_s)?
                }
                (Some(median_s), None) => write!(out, " ({median_s:.2}) |")?,
                (None, _) => write!(out, " |")?,
            }
        }
        match figures.peak_mb(row) {
            Some(peak_mb) => writeln!(out, " {peak_mb:.0} |")?,
            None => writeln!(out, " |")?,
        }
    }
    Ok(())
}

fn write_budgets(out: &mut String, figures: &Figures) -> std::fmt::Result {
    let verdicts = budgets::verdicts(figures);
    if verdicts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Budgets\n")?;
    writeln!(out, "| | budget | heirloom | |\n| --- | --- | ---: | --- |")?;
    for verdict in verdicts {
        let met = if verdict.met { "met" } else { "MISSED" };
        let (letter, budget, unit) = (verdict.letter, verdict.budget, verdict.unit);
        writeln!(
            out,
            "| ({letter}) | {budget} | {:.2}{unit} | {met} |",
            verdict.measured
        )?;
    }
    Ok(())
}

fn write_measure(
    out: &mut String,
    page: &Page,
    figures: &Figures,
    measure: Measure,
) -> std::fmt::Result {
    if Row::all().all(|row| figures.summary(measure, row).is_none()) {
        return Ok(());
    }
    let cache = if page.cold {
        "cold cache"
    } else {
        "warm cache, because it could not be emptied"
    };
    let (what, census, cache) = match measure {
        Measure::Copy => ("Verified copy of photos and videos", page.photos, cache),
        Measure::Again => ("A run with nothing new", page.small, "warm cache"),
        Measure::Small => ("First run over small files", page.small, cache),
        Measure::Verify => ("Verifying the archive of (a)", page.photos, cache),
    };
    let (rate, work) = match measure {
        Measure::Copy | Measure::Verify => ("MB/s", census.bytes as f64 / 1e6),
        Measure::Again | Measure::Small => ("files/s", census.files as f64),
    };
    let gigabytes = census.bytes as f64 / 1e9;
    writeln!(out, "\n## ({}) {what}\n", measure.letter())?;
    writeln!(out, "{} files, {gigabytes:.2} GB, {cache}.\n", census.files)?;
    writeln!(
        out,
        "| | timed | runs | median s | least to most s | {rate} | most memory, MB |"
    )?;
    writeln!(out, "| --- | --- | ---: | ---: | ---: | ---: | ---: |")?;
    for row in Row::all() {
        let Some(summary) = figures.summary(measure, row) else {
            continue;
        };
        let rate = work / summary.median_s;
        let peak = summary
            .peak_mb
            .map(|peak_mb| format!("{peak_mb:.0}"))
            .unwrap_or_default();
        writeln!(
            out,
            "| {} | {} | {} | {:.2} | {:.2} to {:.2} | {rate:.0} | {peak} |",
            row.name(),
            row.timed(measure),
            summary.runs,
            summary.median_s,
            summary.min_s,
            summary.max_s
        )?;
    }
    Ok(())
}

pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

const NOTES: &str = "\
## How to read it

- In each round every contestant runs once, and each round begins with another one. Before a run with a cold cache, all is flushed and the page
  cache emptied, then the contestant's own program is called once for its version, so that it need not be read. Removing an archive, and the flush after it, is not timed. Source and archives are on the same drive.
- After each run the files and bytes in the newest snapshot are counted, from the contestant's own listing or from the folder; a run that
  lacks one, or ends with an error, ends the benchmark. After (b) each must find a file that is new. Our archive of (a) must also pass `sha256sum -c`.
- The contents are made up and do not compress, as photos do not; no two files share any.
- rsync copies and compares, and keeps no versions and no checksums. restic and rustic encrypt and can't be told not to: they have a password
  of one letter. borg runs with `--encryption=none`. Compression is each one's default. Their empty repositories are made before the clock
  starts, ours in its first run. rustic is built without its optional features.
- In (b) nobody reads contents; each goes by names, sizes and times. `cp` has no such run.
- In (c) heirloom alone reads back what it wrote. The backup engines run once there, in the last round.
- Memory is the most that the largest process of a contestant had resident at once, by the kernel's own count (GNU time), in units of
  1,000,000 bytes. rsync runs as three processes, of which one is counted.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Timing;

    #[test]
    fn a_page_has_every_figure_and_nothing_that_was_not_measured() {
        let mut figures = Figures::default();
        for (measure, row, seconds, peak_kib) in [
            (Measure::Copy, Row::HEIRLOOM, 4.0, Some(50_000)),
            (Measure::Copy, Row::Of(Borg), 30.0, Some(100_000)),
            (Measure::Verify, Row::OneCore, 1.5, None),
        ] {
            figures.add(Timing {
                measure,
                row,
                seconds,
                peak_kib,
            });
        }
        let text = page(
            &Page {
                facts: vec![("processor", "a fast one".to_owned())],
                versions: vec!["borg 1.2.4".to_owned(), "heirloom 0.1.0".to_owned()],
                rounds: 1,
                cold: false,
                photos: Census {
                    files: 7,
                    bytes: 2_000_000_000,
                },
                small: Census::default(),
            },
            &figures,
        );
        for line in [
            "| processor | a fast one |",
            "| versions | borg 1.2.4; heirloom 0.1.0 |",
            "| heirloom | 1.00 (4.00) | | | | 51 |",
            "| borg | 7.50 (30.00) | | | | 102 |",
            "| SHA-256, one core | | | | (1.50) | |",
            "| (a) | at most half of the fastest backup engine | 0.13 | met |",
            "7 files, 2.00 GB, warm cache, because it could not be emptied.",
            "median of 1 interleaved run.",
        ] {
            assert!(
                text.lines().any(|found| found.ends_with(line)),
                "{line}\n{text}"
            );
        }
        assert!(
            !text.contains("rustic |") && !text.contains("## (b)"),
            "{text}"
        );
    }
}
