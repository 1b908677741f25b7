//! A span of days as it is typed: two lines, each a day, a month, a year, or nothing.

use heirloom_format::Day;

use crate::machine::entry::Entry;
use crate::machine::event::Command;
use crate::{DateSpan, UndatedFiles};

use super::view_parts::{DaysLine, DaysRefusal};

const DATE_CHARS_MAX: usize = 10;

/// What was typed.
#[derive(Clone, Debug)]
pub(super) struct Days {
    pub(super) first: Entry,
    pub(super) last: Entry,
    pub(super) undated: UndatedFiles,
    pub(super) line: DaysLine,
    pub(super) refused: Option<DaysRefusal>,
}

impl Days {
    pub(super) fn new() -> Self {
        Self {
            first: Entry::default(),
            last: Entry::default(),
            undated: UndatedFiles::LeftOut,
            line: DaysLine::First,
            refused: None,
        }
    }

    /// Takes a key; the span, when it is complete.
    pub(super) fn press(&mut self, command: Command) -> Option<DateSpan> {
        match (command, self.line) {
            (Command::Up, line) => self.line = line.before(),
            (Command::Down, line) | (Command::Accept, line @ DaysLine::First) => {
                self.line = line.after();
            }
            (Command::Accept, _) => return self.accept(),
            (Command::Type(' '), DaysLine::Undated) => {
                self.undated = match self.undated {
                    UndatedFiles::LeftOut => UndatedFiles::Restored,
                    UndatedFiles::Restored => UndatedFiles::LeftOut,
                };
            }
            (command, DaysLine::First) => self.edit(command, |days| &mut days.first),
            (command, DaysLine::Last) => self.edit(command, |days| &mut days.last),
            (_, DaysLine::Undated) => {}
        }
        None
    }

    fn edit(&mut self, command: Command, entry: impl Fn(&mut Self) -> &mut Entry) {
        if entry(self).edit(command, DATE_CHARS_MAX) {
            self.refused = None;
        }
    }

    fn accept(&mut self) -> Option<DateSpan> {
        let read = |entry: &Entry, read: fn(&str) -> Option<Day>| match entry.text().trim() {
            "" => Ok(None),
            text => read(text).map(Some).ok_or(()),
        };
        let (refused, line) = match (read(&self.first, first_day), read(&self.last, last_day)) {
            (Err(()), _) => (DaysRefusal::NoDay, DaysLine::First),
            (_, Err(())) => (DaysRefusal::NoDay, DaysLine::Last),
            (Ok(None), Ok(None)) => (DaysRefusal::Empty, DaysLine::First),
            (Ok(Some(first)), Ok(Some(last))) if last < first => {
                (DaysRefusal::Backwards, DaysLine::First)
            }
            (Ok(first), Ok(last)) => {
                return Some(DateSpan {
                    first,
                    last,
                    undated: self.undated,
                });
            }
        };
        (self.refused, self.line) = (Some(refused), line);
        None
    }
}

impl DaysLine {
    fn before(self) -> Self {
        match self {
            Self::First | Self::Last => Self::First,
            Self::Undated => Self::Last,
        }
    }

    fn after(self) -> Self {
        match self {
            Self::First => Self::Last,
            Self::Last | Self::Undated => Self::Undated,
        }
    }
}

/// The first day of a day, a month or a year.
fn first_day(text: &str) -> Option<Day> {
    let wholes = [
        text.to_owned(),
        format!("{text}-01"),
        format!("{text}-01-01"),
    ];
    wholes.iter().find_map(|text| text.parse().ok())
}

/// The last one.
fn last_day(text: &str) -> Option<Day> {
    let of_month = (28..=31).rev().map(|day| format!("{text}-{day}"));
    let mut wholes = std::iter::once(text.to_owned())
        .chain(of_month)
        .chain([format!("{text}-12-31")]);
    wholes.find_map(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_months_and_years_have_a_first_and_a_last_day() {
        let table = [
            ("2024-07-12", Some("2024-07-12"), Some("2024-07-12")),
            ("2024-02", Some("2024-02-01"), Some("2024-02-29")),
            ("2023-02", Some("2023-02-01"), Some("2023-02-28")),
            ("2024-04", Some("2024-04-01"), Some("2024-04-30")),
            ("2024", Some("2024-01-01"), Some("2024-12-31")),
            ("2024-13", None, None),
            ("2023-02-29", None, None),
            ("24", None, None),
            ("July", None, None),
        ];
        for (text, first, last) in table {
            let shown = |day: Option<Day>| day.map(|day| day.to_string());
            assert_eq!(shown(first_day(text)).as_deref(), first, "{text}");
            assert_eq!(shown(last_day(text)).as_deref(), last, "{text}");
        }
    }
}
