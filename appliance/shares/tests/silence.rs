//! No secret and nothing of a share's words is in what is printed of anything: errors, and whatever is written by `{:?}`.

use std::fmt::{Debug, Display};

use heirloom_shares::{AddError, Gathering, MasterSecret, RecoverError, Scheme, Share, ShareError};

mod kit;
use kit::{VECTOR_4, shares_of_one_number};

/// All words of the shares used here but the first three, which only say of which set a share is, and what was typed wrongly.
fn forbidden(secret: &MasterSecret) -> Vec<String> {
    let mut words: Vec<String> = vec![
        "hunter2x".to_owned(),
        secret.to_hex().expose()[..8].to_owned(),
        format!("{:?}", &secret.expose()[..4])
            .trim_matches(['[', ']'])
            .to_owned(),
    ];
    let lines = VECTOR_4.iter().flat_map(|line| line.split(' ').skip(3));
    // One of them is in the name of an error, by chance.
    words.extend(lines.filter(|word| *word != "unknown").map(str::to_owned));
    words
}

fn printed<T: Debug + Display>(error: T) -> [String; 2] {
    [error.to_string(), format!("{error:?} {error:#?}")]
}

#[test]
fn no_secret_is_in_what_is_printed() {
    let secret = MasterSecret::from_bytes(&[0xa7; 16]).expect("16 bytes");
    let mut texts = Vec::new();
    let read = |text: &str| Share::from_words(text).expect_err("not a share");

    // Errors of reading, each of what was typed wrongly.
    let [first, second] = VECTOR_4;
    let exchanged = first.replace("fancy gross", "gross fancy");
    let wrong = [
        first.replace("fancy", "hunter2x"),
        format!("{first} {second}"),
        exchanged,
        kit::vector(3)[0].clone(),
        kit::vector(10)[1].clone(),
    ];
    let kinds = wrong.map(|text| read(&text));
    assert!(matches!(
        kinds,
        [
            ShareError::UnknownWord { position: 7 },
            ShareError::WordCount { found: 40 },
            ShareError::Checksum { position: None },
            ShareError::Padding,
            ShareError::ImpossibleSet
        ]
    ));
    texts.extend(kinds.into_iter().flat_map(printed));

    // Shares, what gathers them, and the secret.
    let mut gathering = Gathering::new();
    for text in VECTOR_4 {
        let share = Share::from_words(text).expect("a share");
        texts.push(format!("{share:?} {share:#?}"));
        gathering.add(share).expect("a share of the set");
        texts.push(format!("{gathering:?} {gathering:#?}"));
    }
    let hex = secret.to_hex();
    texts.push(format!("{secret:?} {secret:#?} {hex:?} {hex:#?}"));

    // Errors of gathering and recovering.
    let ours = shares_of_one_number(2, 3, &secret, 1);
    let set = ours[0].set();
    let errors = [
        AddError::OtherSet {
            expected: set,
            found: set,
        },
        AddError::OtherParameters,
        AddError::Repeated { number: 2 },
        AddError::SameNumber { number: 2 },
        AddError::Enough,
    ];
    texts.extend(errors.into_iter().flat_map(printed));
    texts.extend(
        [RecoverError::Incomplete, RecoverError::WrongDigest]
            .into_iter()
            .flat_map(printed),
    );
    for (needed, made) in [(1, 0), (3, 2), (1, 2)] {
        texts.extend(printed(Scheme::new(needed, made).expect_err("no scheme")));
    }

    for text in texts {
        assert!(!text.is_empty());
        let lowercase = text.to_lowercase();
        for word in forbidden(&secret) {
            assert!(!lowercase.contains(&word), "{word} is in: {text}");
        }
    }
}
