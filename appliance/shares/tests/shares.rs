//! Shares as texts: what is read, what is refused and why, and what schemes there are.

use heirloom_shares::{
    MasterSecret, SHARES_MAX, Scheme, SchemeError, SecretLength, Share, ShareError, matches,
};

mod kit;
use kit::{VECTOR_4, random, secret, shares, vector};

fn words() -> Vec<&'static str> {
    VECTOR_4[0].split(' ').collect()
}

/// The share with the words from `at` on exchanged for `others`.
fn with(at: usize, others: &[&str]) -> String {
    let mut words = words();
    words.splice(at..at + others.len(), others.iter().copied());
    words.join(" ")
}

#[test]
fn a_share_is_read_however_it_is_written() {
    let expected = Share::from_words(VECTOR_4[0]).expect("a share");
    let short: Vec<_> = words().iter().map(|word| word[..4].to_owned()).collect();
    let numbered: Vec<_> = words()
        .iter()
        .enumerate()
        .map(|(at, word)| format!("{}. {word},", at + 1))
        .collect();
    let texts = [
        VECTOR_4[0].to_ascii_uppercase(),
        format!("\r\n  {}\n\n", words().join("\n\t ")),
        format!("\u{feff}{}", words().join("\u{a0}\u{2003}")),
        short.join(" "),
        short.join(" ").to_ascii_uppercase(),
        numbered.join("\n"),
        words().join(" - "),
    ];
    for text in texts {
        assert!(Share::from_words(&text).as_ref() == Ok(&expected), "{text}");
    }
}

#[test]
fn a_share_says_what_it_is() {
    let share = Share::from_words(VECTOR_4[0]).expect("a share");
    assert_eq!((share.number(), share.needed()), (3, 2));
    assert_eq!(share.set().to_string(), "6435");
    assert_eq!(share.length(), SecretLength::Bits128);
    assert_eq!(format!("{share:?}"), "Share(3 of set 6435, 2 needed, …)");
    let words = share.to_words();
    assert_eq!(words.iter().collect::<Vec<_>>(), self::words());
    assert_eq!(*words.to_line(), VECTOR_4[0]);
}

#[test]
fn each_thing_that_is_wrong_has_its_own_error() {
    let count = |found| ShareError::WordCount { found };
    let unknown = |position| ShareError::UnknownWord { position };
    let checksum = |position| ShareError::Checksum { position };
    let (long, hostile) = (vector(20)[0].clone(), "zero ".repeat(1_000_000));
    let cases = [
        ("", count(0)),
        (" \n1. 2. 3.", count(0)),
        ("shadow", count(1)),
        (&with(0, &[])[7..], count(19)),
        (&format!("{} zero", VECTOR_4[0]), count(21)),
        (&VECTOR_4.join(" "), count(40)),
        (&long[..long.rfind(' ').expect("a space")], count(32)),
        (&hostile, count(1_000_000)),
        (&with(0, &["shadwo"]), unknown(1)),
        (&with(6, &["fan"]), unknown(7)),
        (&with(6, &["fancyy"]), unknown(7)),
        (&with(6, &["fa.ncy"]), unknown(7)),
        (&with(6, &["fäncy"]), unknown(7)),
        (&with(19, &["armour"]), unknown(20)),
        // The first one is named, before what is wrong with the whole.
        (&with(3, &["alwais", "adeqate"]), unknown(4)),
        ("shadow pistl", unknown(2)),
        (&with(6, &["family"]), checksum(Some(7))),
        (&with(6, &["gross", "fancy"]), checksum(None)),
        (&vector(2)[0], checksum(Some(20))),
        (&vector(3)[0], ShareError::Padding),
        (&vector(21)[0], checksum(Some(33))),
        (&vector(22)[0], ShareError::Padding),
        (&vector(10)[1], ShareError::ImpossibleSet),
    ];
    for (text, expected) in cases {
        let beginning: String = text.chars().take(80).collect();
        assert_eq!(Share::from_words(text).err(), Some(expected), "{beginning}");
    }
}

#[test]
fn any_other_word_at_any_place_is_noticed_and_pointed_at() {
    for at in 0..20 {
        // Not all 1,023, which would take seconds; which ones differs with the place.
        let others = matches("").iter().skip(at).step_by(37);
        for other in others.filter(|word| **word != words()[at]) {
            let found = Share::from_words(&with(at, &[other])).err();
            let position = Some(at + 1);
            assert_eq!(
                found,
                Some(ShareError::Checksum { position }),
                "{other} at {at}"
            );
        }
    }
}

#[test]
fn schemes_are_those_of_the_standard() {
    for made in 0..=255 {
        for needed in 0..=255 {
            let expected = match (needed, made) {
                (_, 0 | 17..) => Err(SchemeError::Made { made }),
                (0, _) => Err(SchemeError::Needed { needed, made }),
                (needed, made) if needed > made => Err(SchemeError::Needed { needed, made }),
                (1, 2..) => Err(SchemeError::OneOfSeveral { made }),
                _ => Ok((needed, made)),
            };
            let found = Scheme::new(needed, made).map(|scheme| (scheme.needed(), scheme.made()));
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn what_is_made_is_read_again() {
    for made in 1..=SHARES_MAX {
        for needed in (1..=made).filter(|needed| *needed > 1 || made == 1) {
            let shares = shares(needed, made, &secret(9), u64::from(made));
            assert_eq!(shares.len(), usize::from(made));
            for (number, share) in (1..).zip(&shares) {
                assert_eq!((share.number(), share.needed()), (number, needed));
                assert_eq!(share.set(), shares[0].set());
                let line = share.to_words().to_line();
                assert_eq!(line.split(' ').count(), 20);
                assert!(Share::from_words(&line).as_ref() == Ok(share));
            }
        }
    }
}

#[test]
fn a_longer_secret_has_33_words() {
    let Ok(secret) = MasterSecret::random(SecretLength::Bits256, random(1));
    let shares = shares(2, 3, &secret, 2);
    assert!(
        shares
            .iter()
            .all(|share| share.to_words().iter().len() == 33)
    );
}

#[test]
fn renewed_shares_are_of_another_set() {
    let scheme = Scheme::new(2, 3).expect("a scheme");
    let Ok(old) = scheme.split(&secret(1), None, random(5));
    // The same random bytes would give the same number.
    let Ok(new) = scheme.split(&secret(2), Some(old[0].set()), random(5));
    assert_ne!(new[0].set(), old[0].set());
    let Ok(same) = scheme.split(&secret(2), None, random(5));
    assert_eq!(same[0].set(), old[0].set());
}

#[test]
fn without_random_bytes_there_is_nothing() {
    let none = |_: &mut [u8]| Err("no random bytes");
    assert_eq!(
        MasterSecret::random(SecretLength::Bits128, none).err(),
        Some("no random bytes")
    );
    let scheme = Scheme::new(2, 3).expect("a scheme");
    assert_eq!(
        scheme.split(&secret(1), None, none).err(),
        Some("no random bytes")
    );
}
