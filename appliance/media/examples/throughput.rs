//! How fast the checker is, beside SHA-256 over the same bytes in the same pieces: the best of five rounds each, in turns.
//! Usage: cargo run --release -p heirloom-media --example throughput

use std::time::{Duration, Instant};

use heirloom_media::{Checker, Verdict};
use sha2::{Digest as _, Sha256};

const ROUNDS: usize = 5;
const PIECE_BYTES: usize = 256 << 10;

/// Bytes that can't be compressed, as of a film or a picture (Marsaglia's xorshift64).
fn noise(length_bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let words = std::iter::repeat_with(next).take(length_bytes.div_ceil(8));
    words.flatten().take(length_bytes).collect()
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = content.len() as u64 + 16;
    [&1_u32.to_be_bytes()[..], kind, &size.to_be_bytes(), content].concat()
}

fn film(length_bytes: usize) -> Vec<u8> {
    let begin = boxed(b"ftyp", b"mp42\0\0\0\0isom")[..].to_vec();
    // `ftyp` with a size of 64 bits is allowed, but nobody would write it.
    let begin = [&20_u32.to_be_bytes()[..], &begin[4..8], &begin[16..]].concat();
    [
        begin,
        boxed(b"mdat", &noise(length_bytes)),
        boxed(b"moov", &[]),
    ]
    .concat()
}

/// With the zero that JPEG puts behind each byte 0xFF.
fn photo(length_bytes: usize) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xda\0\x08\x01\x01\0\0\x3f\0".to_vec();
    for byte in noise(length_bytes) {
        bytes.push(byte);
        if byte == 0xff {
            bytes.push(0);
        }
    }
    bytes.extend(b"\xff\xd9");
    bytes
}

/// Small boxes only, as no camera writes them.
fn hostile(length_bytes: usize) -> Vec<u8> {
    let mut bytes = b"\0\0\0\x14ftypmp42\0\0\0\0isom".to_vec();
    bytes.extend(b"\0\0\0\x08moof".repeat(length_bytes / 8));
    bytes
}

fn best(mut work: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        work();
        best = best.min(begin.elapsed());
    }
    best
}

fn check(name: &str, file: &[u8]) -> Verdict {
    let mut checker = Checker::new(name, Some(file.len() as u64));
    file.chunks(PIECE_BYTES)
        .for_each(|piece| checker.feed(piece));
    checker.finish().verdict
}

fn measure(what: &str, name: &str, file: &[u8], times: usize) {
    let total_bytes = (file.len() * times) as f64;
    let verdict = check(name, file);
    let checked = best(|| {
        for _ in 0..times {
            assert_eq!(check(name, std::hint::black_box(file)), verdict);
        }
    });
    let hashed = best(|| {
        for _ in 0..times {
            let mut hasher = Sha256::new();
            std::hint::black_box(file)
                .chunks(PIECE_BYTES)
                .for_each(|piece| hasher.update(piece));
            std::hint::black_box(hasher.finalize());
        }
    });
    let speed = |time: Duration| total_bytes / time.as_secs_f64() / 1e9;
    println!(
        "{what:34} {verdict:?}: checker {:9.1} GB/s, SHA-256 {:.2} GB/s, time {:.4} of SHA-256",
        speed(checked),
        speed(hashed),
        checked.as_secs_f64() / hashed.as_secs_f64()
    );
}

fn main() {
    measure("film of 1 GB", "a.mp4", &film(1_000_000_000), 1);
    measure("200 photos of 5 MB", "a.jpg", &photo(5_000_000), 200);
    measure(
        "zeros, 1 GB, named as a photo",
        "a.jpg",
        &vec![0; 1_000_000_000],
        1,
    );
    measure(
        "100 MB of the smallest boxes",
        "a.mp4",
        &hostile(100_000_000),
        1,
    );
}
