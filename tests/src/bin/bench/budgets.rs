//! What the measurements must show.

use crate::contestant::Contestant;
use crate::figures::{Figures, Measure, Row};

/// A budget, and what was measured.
pub(crate) struct Verdict {
    pub(crate) letter: char,
    pub(crate) budget: &'static str,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    pub(crate) met: bool,
}

/// Judges every budget for which all that it compares was measured.
pub(crate) fn verdicts(figures: &Figures) -> Vec<Verdict> {
    let judge = |letter, budget, unit, measured: Option<f64>, met: fn(f64) -> bool| {
        let measured = measured?;
        Some(Verdict {
            letter,
            budget,
            measured,
            unit,
            met: met(measured),
        })
    };
    let ours = |measure| figures.median_s(measure, Row::HEIRLOOM);
    let of = |measure, row| Some(ours(measure)? / figures.median_s(measure, row)?);
    let engines = Contestant::BACKUP_ENGINES.map(Row::Of);
    let others = Row::all().filter(|row| *row != Row::HEIRLOOM);
    let rate_beside_the_slower = || {
        let cat = figures.median_s(Measure::Verify, Row::FLOOR)?;
        let slower = cat.max(figures.median_s(Measure::Verify, Row::OneCore)?);
        Some(slower / ours(Measure::Verify)?)
    };
    let least_of_others = fastest(figures, Measure::Again, others);
    let least_of_engines = fastest(figures, Measure::Copy, engines.into_iter());
    [
        judge(
            'a',
            "at most 1.25 of the floor",
            "",
            of(Measure::Copy, Row::FLOOR),
            |value| value <= 1.25,
        ),
        judge(
            'a',
            "at most half of the fastest backup engine",
            "",
            least_of_engines.and_then(|least| Some(ours(Measure::Copy)? / least)),
            |value| value <= 0.5,
        ),
        judge(
            'b',
            "the fastest of all: less than 1 of the next one",
            "",
            least_of_others.and_then(|least| Some(ours(Measure::Again)? / least)),
            |value| value < 1.0,
        ),
        judge('b', "under 2 s", " s", ours(Measure::Again), |value| {
            value < 2.0
        }),
        judge(
            'c',
            "at most 1.5 of `cp -a` and `sync`",
            "",
            of(Measure::Small, Row::FLOOR),
            |value| value <= 1.5,
        ),
        judge(
            'd',
            "at least 0.9 of the rate of `cat`, or of one core's SHA-256 if that is lower",
            "",
            rate_beside_the_slower(),
            |value| value >= 0.9,
        ),
        judge(
            'e',
            "under 150 MB in all of them",
            " MB",
            figures.peak_mb(Row::HEIRLOOM),
            |value| value < 150.0,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn fastest(figures: &Figures, measure: Measure, rows: impl Iterator<Item = Row>) -> Option<f64> {
    rows.filter_map(|row| figures.median_s(measure, row))
        .min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Timing;

    fn verdicts_of(ours: [f64; 4], peak_kib: u64) -> Vec<(char, bool)> {
        let mut figures = Figures::default();
        let mut add = |measure, row, seconds| {
            figures.add(Timing {
                measure,
                row,
                seconds,
                peak_kib: Some(peak_kib),
            });
        };
        for (measure, seconds) in Measure::ALL.into_iter().zip(ours) {
            add(measure, Row::HEIRLOOM, seconds);
        }
        for measure in [Measure::Copy, Measure::Small, Measure::Verify] {
            add(measure, Row::FLOOR, 4.0);
        }
        add(Measure::Copy, Row::Of(Contestant::Restic), 20.0);
        add(Measure::Copy, Row::Of(Contestant::Rustic), 12.0);
        // rsync is no backup engine: half of it is not asked for.
        add(Measure::Copy, Row::Of(Contestant::Rsync), 6.0);
        add(Measure::Again, Row::Of(Contestant::Rsync), 1.5);
        add(Measure::Verify, Row::OneCore, 9.0);
        verdicts(&figures)
            .iter()
            .map(|one| (one.letter, one.met))
            .collect()
    }

    #[test]
    fn each_budget_is_met_at_its_limit_and_missed_past_it() {
        let yes = |letters: &str| {
            letters
                .chars()
                .map(|letter| (letter, true))
                .collect::<Vec<_>>()
        };
        let no = |letters: &str| {
            letters
                .chars()
                .map(|letter| (letter, false))
                .collect::<Vec<_>>()
        };
        assert_eq!(verdicts_of([5.0, 1.4, 6.0, 10.0], 146_000), yes("aabbcde"));
        assert_eq!(verdicts_of([6.1, 2.0, 6.1, 10.1], 147_000), no("aabbcde"));
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        assert!(verdicts(&Figures::default()).is_empty());
    }
}
