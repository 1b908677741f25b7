//! What day it is, by the clock of the PC. Nothing is ever ordered by it.

use std::time::{SystemTime, UNIX_EPOCH};

use heirloom_format::Day;

/// Today in UTC; for a clock outside of all calendars, the first day of 1970.
pub(crate) fn today() -> Day {
    let unix_s = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(0),
        Err(_) => 0,
    };
    Day::of_unix_s(unix_s)
        .or_else(|| Day::of_unix_s(0))
        .unwrap_or_else(|| unreachable!("1970 is in the calendar"))
}
