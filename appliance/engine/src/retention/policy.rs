//! Which snapshots a person wants to keep. A wish, not a verdict: what must stay for other reasons stays.

use std::collections::HashMap;

use heirloom_format::{Day, SnapshotName};

/// Which snapshots of each source are to be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// All of them.
    #[default]
    KeepAll,
    /// The last ones of each source.
    KeepLast(u32),
    /// The last ones of each source and, beside them, the last ones of each year. Years are what clocks of PCs said, so they only ever add to
    /// what is kept.
    ByGenerationAndYear {
        /// How many of the last ones, by generation.
        newest: u32,
        /// How many of each year.
        each_year: u32,
    },
}

/// Why a policy wants a snapshot kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It keeps everything.
    All,
    /// It is among the last ones of its source.
    AmongLast,
    /// It is among the last ones of its year.
    OfYear(u16),
}

impl Policy {
    /// What it wants of the snapshots of one source, oldest first; `None` for those that it does not need.
    pub fn wishes(&self, snapshots: &[SnapshotName]) -> Vec<Option<Wish>> {
        let (newest, each_year) = match *self {
            Self::KeepAll => return vec![Some(Wish::All); snapshots.len()],
            Self::KeepLast(newest) => (newest, 0),
            Self::ByGenerationAndYear { newest, each_year } => (newest, each_year),
        };
        let mut in_year: HashMap<u16, u32> = HashMap::new();
        let mut wishes: Vec<Option<Wish>> = (0..)
            .zip(snapshots.iter().rev())
            .map(|(age, name)| {
                let year = year(name.date);
                let count = in_year.entry(year).or_default();
                *count += 1;
                if age < newest {
                    Some(Wish::AmongLast)
                } else {
                    (*count <= each_year).then_some(Wish::OfYear(year))
                }
            })
            .collect();
        wishes.reverse();
        wishes
    }
}

/// The year that a clock said.
fn year(date: Day) -> u16 {
    // Days print as four digits of the year first.
    date.to_string()
        .split('-')
        .next()
        .and_then(|year| year.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dates: &[&str]) -> Vec<SnapshotName> {
        let name = |(generation, date): (u32, &&str)| SnapshotName {
            generation,
            date: format!("{date}-01-01").parse().expect("a day"),
        };
        (1..).zip(dates).map(name).collect()
    }

    #[test]
    fn policies_keep_what_they_say_and_years_only_add() {
        let by_year = |newest, each_year| Policy::ByGenerationAndYear { newest, each_year };
        // Two clocks were wrong: 1970 and 2077.
        let dates = ["2024", "2025", "1970", "2025", "2077", "2026", "2026"];
        let cases: &[(Policy, &str)] = &[
            (Policy::KeepAll, "aaaaaaa"),
            (Policy::KeepLast(0), "......."),
            (Policy::KeepLast(1), "......l"),
            (Policy::KeepLast(3), "....lll"),
            (Policy::KeepLast(u32::MAX), "lllllll"),
            (by_year(1, 0), "......l"),
            (by_year(1, 1), "y.yyy.l"),
            (by_year(0, 1), "y.yyy.y"),
            (by_year(2, 1), "y.yyyll"),
            (by_year(2, 9), "yyyyyll"),
        ];
        for (policy, expected) in cases {
            let found: String = policy
                .wishes(&names(&dates))
                .into_iter()
                .map(|wish| match wish {
                    None => '.',
                    Some(Wish::All) => 'a',
                    Some(Wish::AmongLast) => 'l',
                    Some(Wish::OfYear(_)) => 'y',
                })
                .collect();
            assert_eq!(found, *expected, "{policy:?}");
        }
    }
}
