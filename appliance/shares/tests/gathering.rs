//! Shares come together: every choice of enough gives the secret, fewer never do, and what doesn't belong is told apart.

use heirloom_shares::{
    AddError, Gathering, MasterSecret, Progress, RecoverError, SetIdentifier, Share,
};

mod kit;
use kit::{choices, secret, shares, shares_of_one_number, vector};

fn gathered(shares: &[Share]) -> Gathering {
    let mut gathering = Gathering::new();
    for share in shares {
        gathering.add(share.clone()).expect("a share of the set");
    }
    gathering
}

#[test]
fn every_choice_of_enough_gives_the_secret_and_fewer_never_do() {
    for (needed, made) in [(1, 1), (2, 2), (2, 3), (3, 5), (4, 4), (4, 6)] {
        let secret = secret(needed * 16 + made);
        let shares = shares(needed, made, &secret, 7);
        for count in 0..usize::from(needed) {
            for choice in choices(&shares, count) {
                let gathering = gathered(&choice);
                let expected = match u8::try_from(count).expect("few") {
                    0 => Progress::Empty,
                    entered => Progress::Shares { entered, needed },
                };
                assert_eq!(gathering.progress(), expected);
                assert_eq!(gathering.secret(), Err(RecoverError::Incomplete));
            }
        }
        for mut choice in choices(&shares, usize::from(needed)) {
            // In any order.
            choice.reverse();
            let gathering = gathered(&choice);
            assert_eq!(gathering.progress(), Progress::Complete);
            assert!(
                gathering.secret().as_ref() == Ok(&secret),
                "{needed} of {made}"
            );
        }
    }
}

#[test]
fn what_does_not_belong_is_told_apart() {
    let set = shares_of_one_number(3, 5, &secret(1), 1);
    let other_set = shares(3, 5, &secret(1), 2);
    let same_number = shares_of_one_number(3, 5, &secret(2), 3);
    let other_scheme = shares_of_one_number(2, 5, &secret(2), 4);
    let long_secret = MasterSecret::from_bytes(&[1; 32]).expect("32 bytes");
    let other_length = shares_of_one_number(3, 5, &long_secret, 5);
    let (expected, found) = (set[0].set(), other_set[0].set());
    assert_ne!(expected, found);

    let cases = [
        (&other_set[2], AddError::OtherSet { expected, found }),
        (&other_scheme[3], AddError::OtherParameters),
        (&other_length[3], AddError::OtherParameters),
        (&set[0], AddError::Repeated { number: 1 }),
        (&set[1], AddError::Repeated { number: 2 }),
        (&same_number[1], AddError::SameNumber { number: 2 }),
    ];
    let mut gathering = gathered(&set[..2]);
    for (share, error) in &cases {
        assert_eq!(gathering.add((*share).clone()), Err(*error));
        let unchanged = Progress::Shares {
            entered: 2,
            needed: 3,
        };
        assert_eq!(
            (gathering.progress(), gathering.shares().len()),
            (unchanged, 2)
        );
    }
    assert_eq!(gathering.add(set[4].clone()), Ok(Progress::Complete));
    // As well when there are enough.
    for (share, error) in cases {
        assert_eq!(gathering.add(share.clone()), Err(error));
    }
    assert_eq!(gathering.add(set[3].clone()), Err(AddError::Enough));
    assert!(gathering.secret() == Ok(secret(1)));
}

#[test]
fn a_wrong_share_with_the_right_numbers_is_noticed_and_can_be_taken_back() {
    let set = shares_of_one_number(2, 3, &secret(1), 1);
    let wrong = shares_of_one_number(2, 3, &secret(1), 2);
    let mut gathering = gathered(&set[..1]);
    assert_eq!(gathering.add(wrong[1].clone()), Ok(Progress::Complete));
    assert_eq!(gathering.secret(), Err(RecoverError::WrongDigest));
    assert!(gathering.take_back().as_ref() == Some(&wrong[1]));
    assert_eq!(
        gathering.progress(),
        Progress::Shares {
            entered: 1,
            needed: 2
        }
    );
    assert_eq!(gathering.add(set[1].clone()), Ok(Progress::Complete));
    assert!(gathering.secret() == Ok(secret(1)));
}

#[test]
fn a_set_that_is_known_refuses_even_the_first_share_of_another() {
    let (set, other) = (shares(2, 3, &secret(1), 1), shares(2, 3, &secret(1), 2));
    let (expected, found) = (set[0].set(), other[0].set());
    let mut gathering = Gathering::of_set(expected);
    assert_eq!(
        (gathering.set(), gathering.progress()),
        (Some(expected), Progress::Empty)
    );
    assert_eq!(
        gathering.add(other[0].clone()),
        Err(AddError::OtherSet { expected, found })
    );
    let progress = Progress::Shares {
        entered: 1,
        needed: 2,
    };
    assert_eq!(gathering.add(set[0].clone()), Ok(progress));

    let mut gathering = Gathering::new();
    assert_eq!(gathering.set(), None);
    gathering.add(other[0].clone()).expect("the first");
    assert_eq!(gathering.set(), Some(found));
    assert_ne!(found, SetIdentifier::from_number(found.number() ^ 1));
}

#[test]
fn groups_of_other_programs_are_counted() {
    // Two groups are needed: three shares of one, and two of another.
    let mut gathering = Gathering::new();
    let mut steps = Vec::new();
    for words in vector(17) {
        let share = Share::from_words(&words).expect("a share");
        steps.push(gathering.add(share).expect("a share of the set"));
    }
    let groups = |complete| Progress::Groups {
        complete,
        needed: 2,
    };
    assert_eq!(steps[0], groups(0));
    assert!(steps.contains(&groups(1)));
    assert_eq!(steps.last(), Some(&Progress::Complete));
    assert!(gathering.secret().is_ok());
}
