//! Numbers, sizes, durations and names as people read them.

use std::borrow::Cow;

/// A size as drive makers count, decimal: `749 KB`, `12.5 MB`, `2.0 TB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1_000 {
        return count(bytes, "byte", "bytes");
    }
    let mut tenths = bytes / 100;
    let mut unit = 0;
    // Tenths of the unit; the step is taken before rounding could print 1000.0.
    while tenths >= 9_995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1_000;
        unit += 1;
    }
    if tenths >= 1_000 {
        format!("{} {}", (tenths + 5) / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// How long something takes, no more exact than it can be known: `a few seconds`, `40 seconds`, `7 minutes`, `2 h 10 min`.
pub(crate) fn duration(seconds: u64) -> String {
    match seconds {
        0..=5 => "a few seconds".to_owned(),
        6..=89 => format!("{} seconds", seconds.div_ceil(5) * 5),
        90..=5_399 => format!("{} minutes", (seconds + 30) / 60),
        _ => format!(
            "{} h {} min",
            (seconds + 30) / 3_600,
            (seconds + 30) % 3_600 / 60
        ),
    }
}

/// `1 file`, `2 files`, `12,345 files`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
}

/// `1 file`, `2 files`, `12,345 files`.
pub(crate) fn files(number: u64) -> String {
    count(number, "file", "files")
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A name that somebody else may have chosen, so that a terminal takes it for nothing else: control characters are written out.
pub(crate) fn shown(name: &str) -> Cow<'_, str> {
    if name.contains(char::is_control) {
        let escape = |it: char| {
            if it.is_control() {
                it.escape_default().to_string()
            } else {
                it.to_string()
            }
        };
        Cow::Owned(name.chars().map(escape).collect())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 KB"),
            (749_387, "749 KB"),
            (999_949, "1.0 MB"),
            (12_549_000, "12.5 MB"),
            (2_000_398_934_016, "2.0 TB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (bytes, text) in table {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn durations_and_counts() {
        let table = [
            (0, "a few seconds"),
            (7, "10 seconds"),
            (90, "2 minutes"),
            (7_800, "2 h 10 min"),
        ];
        for (seconds, text) in table {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
        assert_eq!(files(1), "1 file");
        assert_eq!(files(1_234_567), "1,234,567 files");
    }

    #[test]
    fn a_name_can_do_nothing_to_a_terminal() {
        assert_eq!(shown("Größe.jpg"), "Größe.jpg");
        assert_eq!(shown("\u{1b}[2Ja\n"), "\\u{1b}[2Ja\\n");
    }
}
