//! Sizes and durations as people say them.

/// A size as drive makers count, decimal: `749 KB`, `12.5 MB`, `2.0 TB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1_000 {
        return format!("{bytes} bytes");
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

/// How long something will take, no more exact than it can be known: `a few seconds`, `40 seconds`, `7 minutes`, `2 h 10 min`.
pub fn duration(seconds: u64) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 KB"),
            (749_387, "749 KB"),
            (999_949, "1.0 MB"),
            (12_549_000, "12.5 MB"),
            (999_999_999, "1.0 GB"),
            (2_000_398_934_016, "2.0 TB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (bytes, text) in table {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn durations() {
        let table = [
            (0, "a few seconds"),
            (7, "10 seconds"),
            (90, "2 minutes"),
            (3_000, "50 minutes"),
            (7_800, "2 h 10 min"),
        ];
        for (seconds, text) in table {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn counts() {
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(0, "file", "files"), "0 files");
        assert_eq!(count(1_234_567, "file", "files"), "1,234,567 files");
    }
}
