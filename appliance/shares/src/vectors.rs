//! The standard's 45 test vectors, `tests/vectors`. Here, because they have a passphrase, which is not for anyone outside.

use serde_json::Value;

use crate::{AddError, Gathering, RecoverError, Share, ShareError};

/// All of them were encrypted with it.
const PASSPHRASE: &[u8] = b"TREZOR";

/// Why a vector gives no secret, in words that begin as the vector's own description does.
const REFUSED: [(&str, &str); 15] = [
    ("Mnemonic with invalid checksum", "checksum"),
    ("Mnemonic with invalid padding", "padding"),
    ("Basic sharing 2-of-3", "incomplete"),
    ("Mnemonics with different identifiers", "other set"),
    (
        "Mnemonics with different iteration exponents",
        "other parameters",
    ),
    (
        "Mnemonics with mismatching group thresholds",
        "other parameters",
    ),
    (
        "Mnemonics with mismatching group counts",
        "other parameters",
    ),
    ("Mnemonics with greater group threshold", "impossible set"),
    ("Mnemonics with duplicate member indices", "same number"),
    (
        "Mnemonics with mismatching member thresholds",
        "other parameters",
    ),
    ("Mnemonics giving an invalid digest", "wrong digest"),
    ("Insufficient number of groups", "incomplete"),
    ("Threshold number of groups, but insufficient", "incomplete"),
    ("Mnemonic with insufficient length", "19 words"),
    ("Mnemonic with invalid master secret length", "21 words"),
];

fn share_error(error: ShareError) -> &'static str {
    match error {
        ShareError::Checksum { .. } => "checksum",
        ShareError::Padding => "padding",
        ShareError::ImpossibleSet => "impossible set",
        ShareError::WordCount { found: 19 } => "19 words",
        ShareError::WordCount { found: 21 } => "21 words",
        ShareError::WordCount { .. } | ShareError::UnknownWord { .. } => "wrong words",
    }
}

fn add_error(error: AddError) -> &'static str {
    match error {
        AddError::OtherSet { .. } => "other set",
        AddError::OtherParameters => "other parameters",
        AddError::SameNumber { .. } => "same number",
        AddError::Repeated { .. } => "repeated",
        AddError::Enough => "enough",
    }
}

fn recover_error(error: RecoverError) -> &'static str {
    match error {
        RecoverError::Incomplete => "incomplete",
        RecoverError::WrongDigest => "wrong digest",
    }
}

fn recover<'a>(shares: impl Iterator<Item = &'a str>) -> Result<String, &'static str> {
    let mut gathering = Gathering::new();
    for words in shares {
        let share = Share::from_words(words).map_err(share_error)?;
        // What was read is made into the same words again.
        assert_eq!(*share.to_words().to_line(), words);
        gathering.add(share).map_err(add_error)?;
    }
    let secret = gathering.secret_with(PASSPHRASE).map_err(recover_error)?;
    Ok(secret.to_hex().expose().to_owned())
}

#[test]
fn all_official_vectors_pass() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../tests/vectors/vectors.json")).expect("JSON");
    assert_eq!(vectors.len(), 45);
    for (at, vector) in vectors.iter().enumerate() {
        let text = |field: &'static str, at: usize| vector[at].as_str().expect(field);
        let (description, secret) = (text("description", 0), text("secret", 2));
        let (number, name) = description.split_once(". ").expect("a number");
        assert_eq!(number, (at + 1).to_string());
        let shares = vector[1].as_array().expect("shares");
        let found = recover(shares.iter().map(|share| share.as_str().expect("words")));
        let expected = if secret.is_empty() {
            let reason = REFUSED
                .iter()
                .find(|(beginning, _)| name.starts_with(beginning));
            Err(reason.expect(description).1)
        } else {
            Ok(secret.to_owned())
        };
        assert_eq!(found, expected, "{description}");
    }
}
