//! A walk on a thread of its own: while what it found is dealt with, the system is asked about what comes next.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use heirloom_engine::{Found, SourceError};

/// How much is handed over at once: what one takes costs more than a file.
const BATCH: usize = 256;
/// How many batches the walk may be ahead.
const BATCHES_AHEAD: usize = 8;

/// Lets `walk` tell `listener` what it finds, and be ahead of it.
///
/// # Errors
/// Those of the walk; [`SourceError::TimedOut`] when the listener has had enough.
pub(crate) fn walk_ahead(
    walk: impl FnOnce(&mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> + Send,
    listener: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<(), SourceError> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(BATCHES_AHEAD);
        let walking = scope.spawn(move || {
            let mut batch = Vec::with_capacity(BATCH);
            let walked = walk(&mut |found| {
                // A sign of life is for now.
                let is_due = matches!(found, Found::Seen(_)) || batch.len() + 1 == BATCH;
                batch.push(found);
                if !is_due {
                    return ControlFlow::Continue(());
                }
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                match sender.send(full) {
                    Ok(()) => ControlFlow::Continue(()),
                    // Nobody listens any more.
                    Err(_) => ControlFlow::Break(()),
                }
            });
            match sender.send(batch) {
                Ok(()) => walked,
                Err(_) => Err(SourceError::TimedOut),
            }
        });
        let listened = listen(receiver, listener);
        match (walking.join(), listened) {
            (Ok(_), ControlFlow::Break(())) => Err(SourceError::TimedOut),
            (Ok(walked), ControlFlow::Continue(())) => walked,
            (Err(panic), _) => std::panic::resume_unwind(panic),
        }
    })
}

/// Takes the receiver along, so that a walk that nobody listens to any more ends.
fn listen(
    receiver: Receiver<Vec<Found>>,
    listener: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    receiver.into_iter().flatten().try_for_each(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A walk that tells so many numbers.
    fn tell(
        count: u64,
    ) -> impl FnOnce(&mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> + Send
    {
        move |found| {
            for number in 0..count {
                if found(Found::Seen(number)).is_break() {
                    return Err(SourceError::TimedOut);
                }
            }
            Err(SourceError::Gone)
        }
    }

    #[test]
    fn all_arrives_in_order_and_the_walks_error_last() {
        let mut heard = Vec::new();
        let outcome = walk_ahead(tell(10_000), &mut |found| {
            heard.push(found);
            ControlFlow::Continue(())
        });
        assert_eq!(outcome, Err(SourceError::Gone));
        assert_eq!(heard, (0..10_000).map(Found::Seen).collect::<Vec<_>>());
    }

    #[test]
    fn a_listener_that_has_enough_ends_the_walk() {
        for enough_at in [0, 1, 9_999] {
            let mut heard = 0;
            let outcome = walk_ahead(tell(10_000), &mut |_| {
                heard += 1;
                if heard > enough_at {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            assert_eq!(outcome, Err(SourceError::TimedOut));
            assert_eq!(heard, enough_at + 1);
        }
    }
}
