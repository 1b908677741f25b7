//! The end of a session, and the clock.

use nix::sys::reboot::{RebootMode, reboot};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};

/// Sets the system's clock for this session; the PC's own is left as it is.
pub fn set_clock(unix_s: i64) {
    if let Err(errno) = clock_settime(ClockId::CLOCK_REALTIME, TimeSpec::new(unix_s, 0)) {
        // The date is only written on folders; nothing is ordered by it.
        log::warn!("the clock could not be set: {errno}");
    }
}

/// Writes everything out and switches off. Comes back only where the kernel refuses.
pub fn power_off() -> nix::Error {
    end(RebootMode::RB_POWER_OFF)
}

/// Writes everything out and starts again. Comes back only where the kernel refuses.
pub fn restart() -> nix::Error {
    end(RebootMode::RB_AUTOBOOT)
}

fn end(mode: RebootMode) -> nix::Error {
    nix::unistd::sync();
    match reboot(mode) {
        Err(errno) => errno,
        Ok(never) => match never {},
    }
}
