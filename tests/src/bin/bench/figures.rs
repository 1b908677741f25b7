//! What was measured, and the medians of it.

use crate::contestant::Contestant;

/// The four things that are timed; (e), memory, is read off all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// (a) A verified copy of photos.
    Copy,
    /// (b) A run with nothing new.
    Again,
    /// (c) A first run of small files.
    Small,
    /// (d) Reading an archive to verify it.
    Verify,
}

impl Measure {
    pub(crate) const ALL: [Self; 4] = [Self::Copy, Self::Again, Self::Small, Self::Verify];
}

/// Who was timed: a contestant, or one of two that only verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Of(Contestant),
    /// `sha256sum -c` over the archive that we made.
    Sha256sum,
    /// As many bytes hashed in memory, by the crate that we hash with.
    OneCore,
}

impl Row {
    pub(crate) const HEIRLOOM: Self = Self::Of(Contestant::Heirloom);
    /// What `cp -a` takes is what the drive and the kernel take: no archive can be faster by much.
    pub(crate) const FLOOR: Self = Self::Of(Contestant::Cp);

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let contestants = Contestant::ALL.into_iter().map(Self::Of);
        contestants.chain([Self::Sha256sum, Self::OneCore])
    }
}

/// One run of one contestant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) measure: Measure,
    pub(crate) row: Row,
    pub(crate) seconds: f64,
    /// `None` where no program of its own ran.
    pub(crate) peak_kib: Option<u64>,
}

/// All runs of all contestants.
#[derive(Default)]
pub(crate) struct Figures(Vec<Timing>);

/// The runs of one contestant, in one measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) runs: usize,
    pub(crate) median_s: f64,
    pub(crate) min_s: f64,
    pub(crate) max_s: f64,
    /// The most of all its runs, in units of a million bytes.
    pub(crate) peak_mb: Option<f64>,
}

/// The median of some numbers, and the bounds between which they lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) runs: usize,
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Spread {
    pub(crate) fn of(numbers: impl Iterator<Item = f64>) -> Option<Self> {
        let mut numbers: Vec<f64> = numbers.collect();
        numbers.sort_by(f64::total_cmp);
        Some(Self {
            runs: numbers.len(),
            least: *numbers.first()?,
            most: *numbers.last()?,
            median: (numbers[(numbers.len() - 1) / 2] + numbers[numbers.len() / 2]) / 2.0,
        })
    }
}

impl Summary {
    /// Of seconds, and of the most memory in KiB where that is known.
    pub(crate) fn of(runs: impl Iterator<Item = (f64, Option<u64>)>) -> Option<Self> {
        let (seconds, peaks_kib): (Vec<f64>, Vec<Option<u64>>) = runs.unzip();
        let spread = Spread::of(seconds.into_iter())?;
        let peak_kib = peaks_kib.into_iter().flatten().max();
        Some(Self {
            runs: spread.runs,
            min_s: spread.least,
            max_s: spread.most,
            median_s: spread.median,
            peak_mb: peak_kib.map(|kib| kib as f64 * 1024.0 / 1e6),
        })
    }
}

impl Figures {
    pub(crate) fn add(&mut self, timing: Timing) {
        self.0.push(timing);
    }

    pub(crate) fn summary(&self, measure: Measure, row: Row) -> Option<Summary> {
        let runs = self
            .0
            .iter()
            .filter(|timing| timing.measure == measure && timing.row == row);
        Summary::of(runs.map(|timing| (timing.seconds, timing.peak_kib)))
    }

    pub(crate) fn median_s(&self, measure: Measure, row: Row) -> Option<f64> {
        Some(self.summary(measure, row)?.median_s)
    }

    /// The most memory over all measures, in units of a million bytes.
    pub(crate) fn peak_mb(&self, row: Row) -> Option<f64> {
        let peaks = Measure::ALL
            .into_iter()
            .filter_map(|measure| self.summary(measure, row)?.peak_mb);
        peaks.max_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers_of_runs() {
        let mut figures = Figures::default();
        assert_eq!(figures.summary(Measure::Copy, Row::FLOOR), None);
        let mut add = |seconds, peak_kib| {
            figures.add(Timing {
                measure: Measure::Copy,
                row: Row::FLOOR,
                seconds,
                peak_kib,
            });
            figures
                .summary(Measure::Copy, Row::FLOOR)
                .map(|summary| summary.median_s)
        };
        assert_eq!(add(9.0, Some(1000)), Some(9.0));
        assert_eq!(add(1.0, Some(3000)), Some(5.0));
        assert_eq!(add(2.0, None), Some(2.0));
        let summary = figures
            .summary(Measure::Copy, Row::FLOOR)
            .expect("three runs");
        assert_eq!(summary.runs, 3);
        assert_eq!(
            (summary.min_s, summary.max_s, summary.peak_mb),
            (1.0, 9.0, Some(3.072))
        );
        assert_eq!(figures.peak_mb(Row::FLOOR), Some(3.072));
        assert_eq!(figures.peak_mb(Row::HEIRLOOM), None);
    }
}
