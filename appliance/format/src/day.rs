//! A calendar day, as it stands in names and descriptions: `2026-11-22`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A day of the years 0 to 9999. What the clock of a PC said, so nothing is ever ordered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

/// The text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written as in 2026-11-22")]
pub struct DayError;

impl Day {
    /// The day, in UTC, of a time in seconds since 1970. `None` outside the years 0 to 9999.
    pub fn of_unix_s(unix_s: i64) -> Option<Self> {
        let date = jiff::Timestamp::from_second(unix_s)
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        (date.year() >= 0).then_some(Self(date))
    }

    /// The same day of a later month, or that month's last; never beyond the year 9999.
    pub fn after_months(self, months: u8) -> Self {
        use jiff::ToSpan;
        Self(self.0.saturating_add(i64::from(months).months()))
    }

    /// When it begins, in UTC, in seconds since 1970.
    pub fn start_unix_s(self) -> i64 {
        let days = self.0.since(jiff::civil::date(1970, 1, 1));
        // Days of ten thousand years fit any integer, and both dates are in jiff's range.
        i64::from(days.map_or(0, |span| span.get_days())) * 86_400
    }
}

/// The day, in UTC, of a time in seconds since 1970, as `2026-11-22`; outside the years 0 to 9999, that of the nearest end.
pub fn day_of_unix(unix_s: i64) -> String {
    let nearest = if unix_s < 0 {
        "0000-01-01"
    } else {
        "9999-12-31"
    };
    Day::of_unix_s(unix_s).map_or_else(|| nearest.to_owned(), |day| day.to_string())
}

/// When a day such as `2026-11-22` begins, in UTC, in seconds since 1970. `None` when it is no day.
pub fn unix_of_day(text: &str) -> Option<i64> {
    text.parse().ok().map(Day::start_unix_s)
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(DayError);
        }
        let number =
            |range: std::ops::Range<usize>| text[range].parse::<i16>().map_err(|_| DayError);
        // Two digits fit an i8.
        Date::new(number(0..4)?, number(5..7)? as i8, number(8..10)? as i8)
            .map(Self)
            .map_err(|_| DayError)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.0;
        write!(
            out,
            "{:04}-{:02}-{:02}",
            date.year(),
            date.month(),
            date.day()
        )
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(text: String) -> Result<Self, DayError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_month_has_the_same_day_or_its_last() {
        for (day, months, expected) in [
            ("2026-11-23", 0, "2026-11-23"),
            ("2026-11-23", 3, "2027-02-23"),
            ("2026-11-30", 3, "2027-02-28"),
            ("2027-11-30", 3, "2028-02-29"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2026-12-31", 1, "2027-01-31"),
            ("2026-01-31", 255, "2047-04-30"),
            ("9999-12-01", 1, "9999-12-31"),
            ("0000-01-01", 12, "0001-01-01"),
        ] {
            let day: Day = day.parse().expect("a day");
            assert_eq!(
                day.after_months(months).to_string(),
                expected,
                "{day} {months}"
            );
        }
    }

    #[test]
    fn days_print_as_they_parse() {
        for text in [
            "2026-11-22",
            "0000-01-01",
            "1970-01-01",
            "2024-02-29",
            "9999-12-31",
        ] {
            assert_eq!(
                text.parse::<Day>().map(|day| day.to_string()),
                Ok(text.into())
            );
        }
        for text in [
            "",
            "2026-11-2",
            "2026-13-01",
            "2025-02-29",
            "2026/11/22",
            "+026-11-22",
            "２026-1-2",
        ] {
            assert_eq!(text.parse::<Day>(), Err(DayError), "{text}");
        }
    }

    #[test]
    fn a_time_has_its_day_in_utc() {
        let cases = [
            (0, Some("1970-01-01")),
            (-1, Some("1969-12-31")),
            (1_700_000_000, Some("2023-11-14")),
            (i64::MAX, None),
            (-99_999_999_999, None),
        ];
        for (unix_s, day) in cases {
            assert_eq!(
                Day::of_unix_s(unix_s).map(|day| day.to_string()).as_deref(),
                day
            );
        }
    }

    #[test]
    fn a_day_begins_at_midnight_utc() {
        for (text, unix_s) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-86_400)),
            ("2023-11-14", Some(1_699_920_000)),
            ("0000-01-01", Some(-62_167_219_200)),
            ("9999-12-31", Some(253_402_214_400)),
            ("2023-02-30", None),
        ] {
            assert_eq!(unix_of_day(text), unix_s, "{text}");
            if let Some(unix_s) = unix_s {
                assert_eq!(day_of_unix(unix_s + 86_399), text);
            }
        }
        assert_eq!(day_of_unix(i64::MAX), "9999-12-31");
    }
}
