//! What is done about keys on the drive's thread: secrets drawn and split, and the open archive's key slots changed.

use heirloom_engine::{DriveError, KeysEffect, KeysEvent, NewShares, Passphrase};
use heirloom_shares::{MasterSecret, Scheme, SecretLength, matches};
use zeroize::Zeroizing;

use crate::drive_thread::OpenDrive;

/// Words of a passphrase that is made for somebody: ten bits each, 80 in all. They are those of SLIP-39, which were chosen to be told apart.
const PASSPHRASE_WORDS: usize = 8;

/// Does it and tells what became of it. `open` is the open archive.
pub(crate) fn carry_out(effect: KeysEffect, open: Option<&mut OpenDrive>) -> KeysEvent {
    match effect {
        KeysEffect::ProposePassphrase => {
            KeysEvent::PassphraseProposed(propose_passphrase(draw_bytes))
        }
        KeysEffect::MakeShares(scheme) => KeysEvent::SharesMade(make_shares(scheme, draw_bytes)),
        KeysEffect::SetExecutors(secret) => KeysEvent::ExecutorsSet(
            open.ok_or(DriveError::Gone)
                .and_then(|open| open.drive.set_executors_key(&open.passphrase, &secret))
                .inspect_err(|error| log::warn!("the executors' key: {error}")),
        ),
        KeysEffect::ChangePassphrase { old, new } => KeysEvent::PassphraseChanged(
            open.ok_or(DriveError::Gone)
                .and_then(|open| {
                    open.drive.change_passphrase(&old, &new)?;
                    open.passphrase = new;
                    Ok(())
                })
                .inspect_err(|error| log::warn!("the passphrase: {error}")),
        ),
    }
}

fn draw_bytes(room: &mut [u8]) -> Result<(), DriveError> {
    getrandom::fill(room).map_err(|_| DriveError::Io {
        action: "drawing random numbers",
        errno: 0,
    })
}

fn make_shares(
    scheme: Scheme,
    mut random: impl FnMut(&mut [u8]) -> Result<(), DriveError>,
) -> Result<NewShares, DriveError> {
    let secret = MasterSecret::random(SecretLength::Bits128, &mut random)?;
    // Which set came before is not on the drive; two sets have the same number once in 32,768 times, and then still not the same words.
    let shares = scheme.split(&secret, None, &mut random)?;
    let mut chance = [0; 8];
    random(&mut chance)?;
    Ok(NewShares {
        secret,
        shares,
        asked_by_chance: u64::from_le_bytes(chance),
    })
}

fn propose_passphrase(
    mut random: impl FnMut(&mut [u8]) -> Result<(), DriveError>,
) -> Result<Passphrase, DriveError> {
    let list = matches("");
    let mut drawn = Zeroizing::new([0; 2 * PASSPHRASE_WORDS]);
    random(&mut drawn[..])?;
    let mut passphrase = Passphrase::new();
    for pair in drawn.chunks_exact(2) {
        // The list has 2^10 words, so that the remainder favours none.
        let at = usize::from(u16::from_le_bytes([pair[0], pair[1]])) % list.len();
        if !passphrase.is_empty() {
            passphrase.push(' ');
        }
        // Eight words of at most eight letters, and there is room for 256.
        list[at].chars().for_each(|letter| {
            passphrase.push(letter);
        });
    }
    Ok(passphrase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heirloom_shares::Gathering;

    #[test]
    fn shares_yield_the_secret_and_are_others_each_time() {
        for (needed, made) in [(2, 3), (3, 5), (2, 2), (16, 16)] {
            let scheme = Scheme::new(needed, made).expect("a scheme");
            let new = make_shares(scheme, draw_bytes).expect("shares");
            assert_eq!(new.shares.len(), usize::from(made));
            let mut gathering = Gathering::new();
            for share in new.shares.iter().rev().take(needed.into()) {
                assert_eq!(share.to_words().iter().len(), 20);
                gathering.add(share.clone()).expect("one more");
            }
            assert_eq!(gathering.secret().as_ref(), Ok(&new.secret));
            let other = make_shares(scheme, draw_bytes).expect("shares");
            assert_ne!(other.secret, new.secret);
        }
    }

    #[test]
    fn a_proposal_has_eight_words_that_follow_from_what_was_drawn() {
        assert_eq!(matches("").len(), 1 << 10);
        let zero = propose_passphrase(|room| {
            room.fill(0);
            Ok(())
        });
        let zero = zero.expect("words");
        assert_eq!(zero.expose(), ["academic"; 8].join(" "));
        let one = propose_passphrase(draw_bytes).expect("words");
        let other = propose_passphrase(draw_bytes).expect("words");
        assert_ne!(one.expose(), other.expose());
        for word in one.expose().split(' ') {
            assert_eq!(matches(word), [word]);
        }
    }

    #[test]
    fn without_chance_nothing_is_made() {
        let fails = |_: &mut [u8]| Err(DriveError::Gone);
        assert!(propose_passphrase(fails).is_err());
        let scheme = Scheme::new(2, 3).expect("a scheme");
        assert!(make_shares(scheme, fails).is_err());
    }
}
