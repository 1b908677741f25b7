//! A span of days, and which month a time is in. Days are UTC's, by the times as snapshots interpret them: a time that a device stated without a zone
//! counts as it was stated.

use heirloom_format::Day;

/// Which days, both ends included. `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateSpan {
    /// The first day.
    pub first: Option<Day>,
    /// The last day.
    pub last: Option<Day>,
    /// What becomes of files of which no date is known.
    pub undated: UndatedFiles,
}

/// What becomes of files without a date where a span of days is asked for. They are counted either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UndatedFiles {
    /// They stay in the archive.
    #[default]
    LeftOut,
    /// They are restored too.
    Restored,
}

impl DateSpan {
    /// Whether a day is in it.
    pub fn contains(&self, day: Day) -> bool {
        self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last)
    }
}

/// A month of the years 0 to 9999, or no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Month(Option<u32>);

impl Month {
    pub(super) fn of(unix_s: Option<i64>) -> Self {
        Self(unix_s.and_then(Day::of_unix_s).and_then(|day| {
            let text = day.to_string();
            let year: u32 = text.get(0..4)?.parse().ok()?;
            let month: u32 = text.get(5..7)?.parse().ok()?;
            Some(year * 12 + month - 1)
        }))
    }

    /// Its folders: `2024` and `2024-07`, or `undated`.
    pub(super) fn folders(self) -> Vec<Vec<u8>> {
        let Some(number) = self.0 else {
            return vec![b"undated".to_vec()];
        };
        let (year, month) = (number / 12, number % 12 + 1);
        vec![
            format!("{year:04}").into_bytes(),
            format!("{year:04}-{month:02}").into_bytes(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_month() {
        for (unix_s, folders) in [
            (None, "undated"),
            (Some(i64::MAX), "undated"),
            (Some(0), "1970/1970-01"),
            (Some(-1), "1969/1969-12"),
            (Some(1_722_470_399), "2024/2024-07"),
            (Some(1_722_470_400), "2024/2024-08"),
            (Some(-62_167_219_200), "0000/0000-01"),
        ] {
            let names = Month::of(unix_s).folders().join(&b'/');
            assert_eq!(String::from_utf8(names), Ok(folders.into()), "{unix_s:?}");
        }
    }

    #[test]
    fn both_ends_of_a_span_are_in_it() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        let span = |first: Option<&str>, last: Option<&str>| DateSpan {
            first: first.map(day),
            last: last.map(day),
            undated: UndatedFiles::LeftOut,
        };
        let both = span(Some("2024-07-01"), Some("2024-07-31"));
        for (text, is_in) in [
            ("2024-06-30", false),
            ("2024-07-01", true),
            ("2024-07-31", true),
            ("2024-08-01", false),
        ] {
            assert_eq!(both.contains(day(text)), is_in, "{text}");
        }
        assert!(span(None, Some("2024-07-31")).contains(day("0001-01-01")));
        assert!(span(Some("2024-07-01"), None).contains(day("9999-12-31")));
    }
}
