//! Times as PTP (ISO 15740) writes them: `YYYYMMDDThhmmss[.s][Z|±hhmm]`.

use heirloom_engine::SourceTime;
use mtp_rs::ptp::{DateTime, UtcOffset};

/// Where the seconds stand in `YYYYMMDDThhmmss`.
const SECONDS: std::ops::Range<usize> = 13..15;

/// A time as the device wrote it, kept to the letter, and what it means; `None` where the device says nothing.
pub(crate) fn stated(raw: &str) -> Option<SourceTime> {
    (!raw.is_empty()).then(|| SourceTime {
        raw: raw.to_owned(),
        unix_s: interpret(raw),
    })
}

/// Seconds since 1970, reading a time without a zone as UTC; `None` for nonsense and for times before 1970, which no phone has seen.
/// A leap second counts as the second after it, as POSIX has it; tenths are dropped.
fn interpret(raw: &str) -> Option<i64> {
    let unix_s = if raw.get(SECONDS) == Some("60") {
        let mut before = raw.to_owned();
        before.replace_range(SECONDS, "59");
        utc_seconds(&before)? + 1
    } else {
        utc_seconds(raw)?
    };
    (unix_s >= 0).then_some(unix_s)
}

fn utc_seconds(raw: &str) -> Option<i64> {
    DateTime::parse(raw)?.to_unix_seconds_with_fallback(UtcOffset::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_table_says() {
        // Each number but the leap second's is `date --utc --date=... +%s` of GNU coreutils.
        let table: &[(&str, Option<i64>)] = &[
            ("19700101T000000", Some(0)),
            ("20240131T235959", Some(1_706_745_599)),
            ("20240131T235959.0", Some(1_706_745_599)),
            ("20240131T235959.9Z", Some(1_706_745_599)),
            ("20240131T235959Z", Some(1_706_745_599)),
            ("20240131T235959+0100", Some(1_706_741_999)),
            ("20240131T235959-0530", Some(1_706_765_399)),
            ("20240229T120000", Some(1_709_208_000)),
            ("20161231T235960Z", Some(1_483_228_800)),
            ("20240131T235960+0100", Some(1_706_742_000)),
            ("20990101T000000", Some(4_070_908_800)),
            // Nonsense.
            ("20480000T000000", None),
            ("00000000T000000", None),
            ("20230229T120000", None),
            ("20240131T240000", None),
            ("20240131T235961", None),
            ("20240131 235959", None),
            ("20240131T235959 ", None),
            ("20240131T235959PM", None),
            ("2024-01-31T23:59:59", None),
            ("20240131T2359", None),
            ("+0240131T235959", None),
            ("ääääääääääää", None),
            ("1", None),
            // Before 1970, also by its zone alone.
            ("19691231T235959", None),
            ("19700101T000000+0100", None),
        ];
        for (raw, unix_s) in table {
            let time = stated(raw).expect("a stated time");
            assert_eq!(time.unix_s, *unix_s, "{raw}");
            assert_eq!(time.raw, *raw);
        }
    }

    #[test]
    fn a_device_that_says_nothing_has_no_time() {
        assert_eq!(stated(""), None);
    }
}
