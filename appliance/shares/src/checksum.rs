//! RS1024: three words at the end of a share. A Reed-Solomon code over ten-bit symbols: up to three wrong words are always noticed, and of
//! worse errors all but one in a thousand million.

/// How many words the checksum has.
pub(crate) const CHECKSUM_WORDS: usize = 3;

/// The code's generator, as the standard gives it.
const GENERATOR: [u32; 10] = [
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

/// What stands before the words, so that a share is nothing else, and a share of one kind is none of the other.
fn customization(extendable: bool) -> &'static [u8] {
    if extendable {
        b"shamir_extendable"
    } else {
        b"shamir"
    }
}

/// The remainder after one more symbol, without a branch that depends on any.
fn step(remainder: u32, symbol: u16) -> u32 {
    let top = remainder >> 20;
    let shifted = (remainder & 0xf_ffff) << 10 ^ u32::from(symbol);
    let added = |sum, (bit, generator): (usize, &u32)| {
        sum ^ (generator & ((top >> bit) & 1).wrapping_neg())
    };
    GENERATOR.iter().enumerate().fold(shifted, added)
}

/// The remainder after all symbols.
fn remainder(extendable: bool, words: impl Iterator<Item = u16>) -> u32 {
    let text = customization(extendable)
        .iter()
        .map(|byte| u16::from(*byte));
    text.chain(words).fold(1, step)
}

/// The three words that make `words` whole.
pub(crate) fn create(extendable: bool, words: &[u16]) -> [u16; CHECKSUM_WORDS] {
    let zeros = [0; CHECKSUM_WORDS];
    let sum = remainder(extendable, words.iter().copied().chain(zeros)) ^ 1;
    [20, 10, 0].map(|shift| ((sum >> shift) & 0x3ff) as u16)
}

/// Whether the last three of `words` are the checksum of the others.
pub(crate) fn is_right(extendable: bool, words: &[u16]) -> bool {
    remainder(extendable, words.iter().copied()) == 1
}

/// Where the one word is, if there is one, that alone has to be another for all to fit. There is never a second such place; where more words
/// are wrong, one is found by chance once in fifty thousand times. The standard allows to say where, and advises not to say what.
///
/// `flag_at` is the place of the word with the flag `extendable`, and `flag` its bit.
pub(crate) fn wrong_word(
    extendable: bool,
    words: &[u16],
    flag_at: usize,
    flag: u16,
) -> Option<usize> {
    let places = |extendable: bool, may_be: &dyn Fn(usize, u16) -> bool| {
        let wanted = remainder(extendable, words.iter().copied()) ^ 1;
        (1..1024).find_map(|change: u16| {
            // What a change does to the remainder depends on the change and its distance from the end alone.
            let mut effect = u32::from(change);
            (0..words.len()).rev().find(|at| {
                let is_it = effect == wanted && may_be(*at, change);
                effect = step(effect, 0);
                is_it
            })
        })
    };
    // A wrong word may have the flag wrong as well, and so the text that stands before all words.
    let changes_flag = |at: usize, change: u16| at == flag_at && change & flag != 0;
    places(extendable, &|at, change| !changes_flag(at, change))
        .or_else(|| places(!extendable, &changes_flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_three_wrong_words_are_noticed() {
        for extendable in [false, true] {
            let mut words: Vec<u16> = (0..17).map(|at| at * 59 % 1024).collect();
            words.extend(create(extendable, &words));
            assert!(is_right(extendable, &words));
            assert!(!is_right(!extendable, &words));
            for first in 0..20 {
                for second in first..20 {
                    for third in second..20 {
                        let mut wrong = words.clone();
                        wrong[first] ^= 1;
                        wrong[second] ^= 0x200;
                        wrong[third] ^= 0x3f8;
                        assert!(!is_right(extendable, &wrong), "{first} {second} {third}");
                    }
                }
            }
        }
    }

    #[test]
    fn two_exchanged_words_are_noticed() {
        let mut words: Vec<u16> = (0..17).map(|at| at * 59 % 1024).collect();
        words.extend(create(true, &words));
        for first in 0..20 {
            for second in first + 1..20 {
                let mut wrong = words.clone();
                wrong.swap(first, second);
                assert!(
                    wrong == words || !is_right(true, &wrong),
                    "{first} {second}"
                );
            }
        }
    }

    #[test]
    fn one_wrong_word_is_found_wherever_it_is() {
        for extendable in [false, true] {
            let mut words: Vec<u16> = (0..30).map(|at| at * 59 % 1024).collect();
            words[1] = u16::from(extendable) << 4;
            words.extend(create(extendable, &words));
            for at in 0..words.len() {
                for change in [1, 0x10, 0x200, 0x3ff] {
                    let mut wrong = words.clone();
                    wrong[at] ^= change;
                    let claims = wrong[1] & 0x10 != 0;
                    let found = wrong_word(claims, &wrong, 1, 0x10);
                    assert_eq!(found, Some(at), "{change} at {at}");
                    wrong[(at + 7) % 33] ^= 5;
                    let claims = wrong[1] & 0x10 != 0;
                    assert_eq!(
                        wrong_word(claims, &wrong, 1, 0x10),
                        None,
                        "{change} at {at}"
                    );
                }
            }
        }
    }
}
