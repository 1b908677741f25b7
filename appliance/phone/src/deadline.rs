//! How long to wait for a device, and waiting no longer.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::executor::block_on;
use futures::future::{Either, FutureExt, select};
use futures_timer::Delay;
use mtp_rs::ptp::PtpError;

/// How long to wait for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For one transfer, in which the device may be looking for what it was asked.
    pub answer: Duration,
    /// For one exchange from its command to its response; where it brings bytes of a file, for each piece of them.
    pub exchange: Duration,
    /// Before anything is sent to a device that has just failed or was busy.
    pub quiet: Duration,
}

impl Default for Patience {
    /// Phones with full folders take many seconds to list one, so waits are long; tests set shorter ones.
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            exchange: Duration::from_secs(60),
            quiet: Duration::from_secs(1),
        }
    }
}

/// Waits for a future, for so long. A future given up on leaves its transaction open, so its session is not used again.
pub(crate) fn block_within<T>(
    limit: Duration,
    future: impl Future<Output = Result<T, PtpError>>,
) -> Result<T, PtpError> {
    let mut future = pin!(future);
    // A transport that waits by itself, as ours does, answers at the first look. It needs no timer, which would wake a thread of its
    // own twice for each transfer.
    if let Some(result) = future.as_mut().now_or_never() {
        return result;
    }
    match block_on(select(future, Delay::new(limit))) {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(PtpError::Timeout),
    }
}
