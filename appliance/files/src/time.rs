//! Times of files, exactly.

/// A modification time as text that `date -d` and `touch -d` understand: `@1700000000.123456789`.
pub(crate) fn raw_time(seconds: i64, nanoseconds: i64) -> String {
    // The kernel counts nanoseconds forward from the second before; text counts both away from zero.
    if seconds < 0 && nanoseconds > 0 {
        let seconds = (seconds + 1).unsigned_abs();
        format!("@-{seconds}.{:09}", 1_000_000_000 - nanoseconds)
    } else {
        format!("@{seconds}.{nanoseconds:09}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_date_reads_them() {
        for (seconds, nanoseconds, text) in [
            (0, 0, "@0.000000000"),
            (1_700_000_000, 123_456_789, "@1700000000.123456789"),
            (-1, 0, "@-1.000000000"),
            (-1, 250_000_000, "@-0.750000000"),
            (-5, 999_999_999, "@-4.000000001"),
            (i64::MIN, 1, "@-9223372036854775807.999999999"),
        ] {
            assert_eq!(raw_time(seconds, nanoseconds), text);
        }
    }
}
