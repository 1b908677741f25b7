//! A whole session with a device that answers anything: it is opened, listed, and some of its files are fetched.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use heirloom_engine::{Fetched, ListedObject, Listing, Source};
use heirloom_phone::{Patience, PhoneSource};

use super::wire::Wire;

/// The device answers at once or never.
const PATIENCE: Patience = Patience {
    answer: Duration::ZERO,
    exchange: Duration::from_secs(5),
    quiet: Duration::ZERO,
};

/// Transfers of any bytes.
pub fn session_raw(data: &[u8]) {
    run(Wire::raw(data));
}

/// Answers in their right order, with any data.
pub fn session_framed(data: &[u8]) {
    run(Wire::framed(data));
}

fn run(wire: Wire) {
    let wire = Arc::new(wire);
    let Ok(mut source) = PhoneSource::over(Arc::clone(&wire) as _, None, PATIENCE) else {
        return;
    };
    let Ok(listing) = Listing::of(&mut source) else {
        return;
    };
    // What is listed was said, in some thirty bytes at least of each.
    assert!(listing.objects.len() <= wire.received_bytes() / 30);
    for (object, from_byte) in listing.objects.iter().zip([0, 1, 700, u64::MAX]) {
        fetch(&wire, &mut source, object, from_byte);
    }
}

fn fetch(wire: &Wire, source: &mut PhoneSource, object: &ListedObject, from_byte: u64) {
    let before = wire.received_bytes();
    let mut handed_bytes = 0;
    let mut pieces_left = 50;
    let fetched = source.fetch(object, from_byte, &mut |piece| {
        assert!(!piece.is_empty() && piece.len() <= 1 << 20);
        assert!(pieces_left > 0, "nothing comes after a stop");
        handed_bytes += piece.len();
        pieces_left -= 1;
        if pieces_left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(handed_bytes <= wire.received_bytes() - before);
    if let Ok(Fetched::Whole(length)) = fetched {
        assert_eq!(handed_bytes as u64, length.saturating_sub(from_byte));
    }
}
