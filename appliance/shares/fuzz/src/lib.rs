//! What must hold for any bytes. Each function is the body of a fuzz target; `../tests/corpus.rs` runs them over the kept inputs.

use heirloom_shares::{AddError, Gathering, Progress, RecoverError, Share, ShareError};
use heirloom_shares::{complete, matches, similar};

/// A name, which is that of its target and of its corpus, and a body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Target; 3] = [("gathering", gathering), ("share", share), ("words", words)];

/// A text that somebody typed.
pub fn share(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let has_letters = |token: &&str| token.contains(char::is_alphabetic);
    let count = text.split_whitespace().filter(has_letters).count();
    match Share::from_words(&text) {
        Ok(share) => {
            let words = share.to_words();
            assert_eq!(words.iter().len(), count);
            reads_the_same(&share);
        }
        Err(ShareError::UnknownWord { position }) => {
            assert!((1..=count.min(33)).contains(&position))
        }
        Err(ShareError::WordCount { found }) => {
            assert!(found == count && ![20, 33].contains(&found))
        }
        Err(ShareError::Checksum { position }) => {
            assert!([20, 33].contains(&count));
            assert!(position.is_none_or(|position| (1..=count).contains(&position)));
        }
        Err(ShareError::Padding | ShareError::ImpossibleSet) => {
            assert!([20, 33].contains(&count));
        }
    }
}

/// Its words, in capital letters, and the first four letters of each, are the same share.
fn reads_the_same(share: &Share) {
    let words = share.to_words();
    let numbered: Vec<_> = words
        .iter()
        .enumerate()
        .map(|(at, word)| format!("{at}. {word}\n"))
        .collect();
    let short: Vec<_> = words.iter().map(|word| &word[..4]).collect();
    for text in [
        words.to_line().to_string(),
        words.to_line().to_ascii_uppercase(),
        short.join("\t"),
        numbered.concat(),
    ] {
        assert!(Share::from_words(&text).as_ref() == Ok(share));
    }
}

/// The beginning of a word, or one that is meant to be.
pub fn words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = matches(&text);
    let prefix = text.to_ascii_lowercase();
    let all = matches("");
    assert_eq!(all.len(), 1024);
    let expected: Vec<_> = all
        .iter()
        .filter(|word| word.starts_with(&prefix))
        .collect();
    assert!(found.iter().eq(expected.iter().copied()));
    assert_eq!(complete(&text).is_some(), found.len() == 1);
    for word in similar(&text) {
        assert!(word != prefix && word.len().abs_diff(prefix.len()) <= 1);
    }
}

/// Shares whose checksums are right, whatever else is in them: the first byte says how long they are and which ones are given twice.
pub fn gathering(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let value_bytes = if first & 1 == 0 { 16 } else { 32 };
    let mut gathering = Gathering::new();
    for raw in data.chunks_exact(5 + value_bytes) {
        let share = match Share::from_words(&text_of(raw)) {
            Ok(share) => share,
            Err(error) => {
                assert_eq!(error, ShareError::ImpossibleSet);
                continue;
            }
        };
        reads_the_same(&share);
        let before = (gathering.progress(), gathering.shares().len());
        let added = gathering.add(share.clone());
        let after = (gathering.progress(), gathering.shares().len());
        match added {
            Ok(progress) => {
                assert!(before.0 != Progress::Complete);
                assert_eq!(after, (progress, before.1 + 1));
                let number = share.number();
                assert_eq!(gathering.add(share), Err(AddError::Repeated { number }));
            }
            Err(AddError::OtherSet { expected, found }) => {
                assert!(expected != found && before == after)
            }
            Err(AddError::Enough) => assert!(before == after && before.1 > 0),
            Err(_) => assert_eq!(before, after),
        }
    }
    recover(&gathering);
}

fn recover(gathering: &Gathering) {
    // Each step of the exponent doubles the time: only the shortest is worth it here.
    let exponent_is_zero = |share: &Share| exponent(share) == 0;
    if gathering.progress() != Progress::Complete {
        assert_eq!(gathering.secret(), Err(RecoverError::Incomplete));
    } else if gathering.shares().iter().all(exponent_is_zero) {
        match gathering.secret() {
            Ok(secret) => assert_eq!(secret.length(), gathering.shares()[0].length()),
            Err(error) => assert_eq!(error, RecoverError::WrongDigest),
        }
    }
}

/// The iteration exponent: the last four bits of the second word.
fn exponent(share: &Share) -> usize {
    let word = share.to_words().iter().nth(1).expect("a second word");
    matches("")
        .iter()
        .position(|other| *other == word)
        .expect("a word of the list")
        & 0xf
}

/// Five bytes of a header and a value, in words with the checksum that makes them whole.
fn text_of(raw: &[u8]) -> String {
    let (header, value) = raw.split_at(5);
    let mut bits: Vec<u8> = bits_of(header).collect();
    bits.extend(std::iter::repeat_n(0, (10 - value.len() * 8 % 10) % 10));
    bits.extend(bits_of(value));
    let mut numbers: Vec<u32> = bits
        .chunks(10)
        .map(|bits| bits.iter().fold(0, |sum, bit| sum << 1 | u32::from(*bit)))
        .collect();
    let is_extendable = bits[15] == 1;
    numbers.extend(checksum(is_extendable, &numbers));
    let all = matches("");
    let words: Vec<_> = numbers.iter().map(|number| all[*number as usize]).collect();
    words.join(" ")
}

fn bits_of(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
}

/// RS1024 as the standard's text has it, apart from the one in the crate.
fn checksum(is_extendable: bool, numbers: &[u32]) -> [u32; 3] {
    let generator = [
        0x00e0_e040,
        0x01c1_c080,
        0x0383_8100,
        0x0707_0200,
        0x0e0e_0009,
        0x1c0c_2412,
        0x3808_6c24,
        0x3090_fc48,
        0x21b1_f890,
        0x03f3_f120,
    ];
    let prefix = if is_extendable {
        "shamir_extendable"
    } else {
        "shamir"
    };
    let symbols = prefix.bytes().map(u32::from).chain(numbers.iter().copied());
    let mut sum = 1_u32;
    for symbol in symbols.chain([0; 3]) {
        let top = sum >> 20;
        sum = (sum & 0xf_ffff) << 10 ^ symbol;
        for (bit, generator) in generator.iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= generator;
            }
        }
    }
    sum ^= 1;
    [sum >> 20 & 1023, sum >> 10 & 1023, sum & 1023]
}
