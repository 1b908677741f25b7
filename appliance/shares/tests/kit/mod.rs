//! What several tests use: random bytes that are the same at each run, and choices of shares.
#![allow(
    dead_code,
    reason = "each test is a program of its own, and uses a part"
)]

use std::convert::Infallible;

use heirloom_shares::{MasterSecret, Scheme, Share};

/// Two shares of a set of three, two of which are needed: the standard's vector 4.
pub(crate) const VECTOR_4: [&str; 2] = [
    "shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist rescue view short owner flip making coding armed",
    "shadow pistol academic acid actress prayer class unknown daughter sweater depict flip twice unkind craft early superior advocate guest smoking",
];

/// Bytes that look random (xorshift), of which every call gives others.
pub(crate) fn random(seed: u64) -> impl FnMut(&mut [u8]) -> Result<(), Infallible> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |room| {
        for byte in room {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = (state >> 32) as u8;
        }
        Ok(())
    }
}

/// A secret of 16 bytes.
pub(crate) fn secret(byte: u8) -> MasterSecret {
    MasterSecret::from_bytes(&[byte; 16]).expect("16 bytes")
}

/// Shares of `secret`. Sets have other numbers with other seeds.
pub(crate) fn shares(needed: u8, made: u8, secret: &MasterSecret, seed: u64) -> Vec<Share> {
    let scheme = Scheme::new(needed, made).expect("a scheme");
    let Ok(shares) = scheme.split(secret, None, random(seed));
    shares
}

/// As [`shares`], in a set that has the number of every other one made here.
pub(crate) fn shares_of_one_number(
    needed: u8,
    made: u8,
    secret: &MasterSecret,
    seed: u64,
) -> Vec<Share> {
    let scheme = Scheme::new(needed, made).expect("a scheme");
    let mut random = random(seed);
    let mut is_first = true;
    let one_number = |room: &mut [u8]| {
        random(room)?;
        if is_first {
            room.fill(0x2b);
            is_first = false;
        }
        Ok::<(), Infallible>(())
    };
    let Ok(shares) = scheme.split(secret, None, one_number);
    shares
}

/// All choices of `count` of the items.
pub(crate) fn choices<T: Clone>(items: &[T], count: usize) -> Vec<Vec<T>> {
    let chosen = |bits: u32| {
        let is_chosen = move |at: &usize| bits >> at & 1 == 1;
        (0..items.len())
            .filter(is_chosen)
            .map(|at| items[at].clone())
    };
    let all = 0..1_u32 << items.len();
    let fitting = all.filter(|bits| bits.count_ones() as usize == count);
    fitting.map(|bits| chosen(bits).collect()).collect()
}

/// What is in the vector with that number: its shares.
pub(crate) fn vector(number: usize) -> Vec<String> {
    let text = include_str!("../vectors/vectors.json");
    let all: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let shares = all[number - 1][1].as_array().expect("shares");
    let words = |share: &serde_json::Value| share.as_str().expect("words").to_owned();
    shares.iter().map(words).collect()
}
