//! How many transfers wait for data, and how long they are: pure numbers, so that it can be tested without USB.
//!
//! A short packet ends a transfer and a transfer ends nothing else, so however the data is cut, it arrives in order. Transfers are
//! queued for what the caller says will surely come, and never beyond it: one that waits for nothing would take what belongs to the
//! next exchange, and an emulated controller that has been told "nothing yet" asks again only when another transfer is queued.

/// One transfer, in bytes. The kernel's own memory for them is at most eight times that, an eighth of what it allows by default
/// (usbcore.usbfs_memory_mb=16).
pub(crate) const TRANSFER_BYTES: usize = 256 << 10;

/// How many transfers wait at once.
pub(crate) const TRANSFERS_MAX: usize = 8;

/// What waits for data already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ahead {
    pub(crate) transfer_count: usize,
    pub(crate) bytes: usize,
}

impl Ahead {
    /// How long a transfer to queue beside these is, when so many bytes are awaited; `None` when there are enough. A transfer holds whole
    /// packets, because a device may send a packet to its end.
    pub(crate) fn next_transfer(self, awaited_bytes: usize, packet_bytes: usize) -> Option<usize> {
        let is_enough = self.transfer_count > 0 && self.bytes >= awaited_bytes;
        if is_enough || self.transfer_count >= TRANSFERS_MAX {
            return None;
        }
        let packet_bytes = packet_bytes.max(1);
        let wanted_bytes = awaited_bytes
            .saturating_sub(self.bytes)
            .clamp(1, TRANSFER_BYTES.max(packet_bytes));
        Some(wanted_bytes.div_ceil(packet_bytes) * packet_bytes)
    }

    pub(crate) fn add(&mut self, bytes: usize) {
        self.transfer_count += 1;
        self.bytes += bytes;
    }

    pub(crate) fn remove(&mut self, bytes: usize) {
        self.transfer_count = self.transfer_count.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1 << 10;

    /// All transfers that are queued for so many bytes.
    fn queued(awaited_bytes: usize, packet_bytes: usize) -> Vec<usize> {
        let mut ahead = Ahead::default();
        let mut queued = Vec::new();
        while let Some(bytes) = ahead.next_transfer(awaited_bytes, packet_bytes) {
            ahead.add(bytes);
            queued.push(bytes);
        }
        queued
    }

    #[test]
    fn transfers_cover_what_is_awaited_and_no_more() {
        let table: &[(usize, usize, &[usize])] = &[
            (0, 512, &[512]),
            (32, 512, &[512]),
            (32, 64, &[64]),
            (32, 1024, &[1024]),
            (512, 512, &[512]),
            (513, 512, &[1024]),
            (256 * KIB, 512, &[256 * KIB]),
            (256 * KIB + 1, 512, &[256 * KIB, 512]),
            (600 * KIB, 1024, &[256 * KIB, 256 * KIB, 88 * KIB]),
            (16 << 20, 512, &[256 * KIB; 8]),
            (usize::MAX, 512, &[256 * KIB; 8]),
            (5, 0, &[5]),
        ];
        for (awaited_bytes, packet_bytes, expected) in table {
            assert_eq!(
                queued(*awaited_bytes, *packet_bytes),
                *expected,
                "{awaited_bytes}"
            );
        }
    }

    /// A device that sends its data as given, the sizes of its USB transfers, each ended by a short packet or full.
    #[test]
    fn the_queue_stays_full_until_the_end_and_is_then_empty() {
        for total_bytes in [1, 512, 700 * KIB, 2 << 20, (5 << 20) + 77, 16 << 20] {
            let mut ahead = Ahead::default();
            let mut pending = std::collections::VecDeque::new();
            let mut left_bytes = total_bytes;
            while left_bytes > 0 {
                while let Some(bytes) = ahead.next_transfer(left_bytes, 512) {
                    ahead.add(bytes);
                    pending.push_back(bytes);
                }
                assert!(
                    ahead.bytes >= left_bytes.min(7 * TRANSFER_BYTES),
                    "{left_bytes}"
                );
                let done = pending.pop_front().expect("one at least");
                ahead.remove(done);
                left_bytes -= done.min(left_bytes);
            }
            assert_eq!(
                (ahead, pending.len()),
                (Ahead::default(), 0),
                "{total_bytes}"
            );
        }
    }
}
