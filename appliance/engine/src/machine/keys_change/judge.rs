//! How soon a passphrase would be guessed, by the estimator of others; what it says is put into meanings of our own.
//!
//! The estimator makes copies of what it looks at and does not wipe them: they are in memory that was freed, until it is used anew.

use zeroize::Zeroizing;
use zxcvbn::Score;
use zxcvbn::feedback::Warning;
use zxcvbn::matching::Match;

use super::view::EasyBecause;
use crate::Passphrase;

/// Below it, the estimator's authors call a secret too weak where somebody has the encrypted data and all the time: fewer than 10^8 guesses.
const LEAST: Score = Score::Three;
/// What everybody knows about an archive like this one.
const KNOWN_TO_ALL: [&str; 2] = ["heirloom", "archive"];
/// Shorter parts of a name are in too many words.
const NAME_CHARS_MIN: usize = 3;

/// Why a passphrase is not taken; `None` for one that is good. `names` are known to whoever finds the drive.
pub(super) fn easy(passphrase: &Passphrase, names: &[String]) -> Option<EasyBecause> {
    let words = names.iter().flat_map(|name| name.split_whitespace());
    let words = words.filter(|word| word.chars().count() >= NAME_CHARS_MIN);
    let whole = names.iter().map(String::as_str);
    let known: Vec<&str> = whole.chain(words).chain(KNOWN_TO_ALL).collect();
    let estimate = zxcvbn::zxcvbn(passphrase.expose(), &known);
    let is_known = |it: &Match| {
        let token = Zeroizing::new(it.token.to_lowercase());
        known.iter().any(|name| name.to_lowercase() == *token)
    };
    if estimate.sequence().iter().any(is_known) {
        // What is known adds nothing, although the estimator counts each further word for something: the others have to be enough.
        let others = estimate.sequence().iter().filter(|it| !is_known(it));
        let mut rest = Zeroizing::new(String::with_capacity(passphrase.expose().len()));
        others.for_each(|it| rest.push_str(&it.token));
        let is_enough = zxcvbn::zxcvbn(&rest, &[]).score() >= LEAST;
        return (!is_enough).then_some(EasyBecause::KnownNames);
    }
    if estimate.score() >= LEAST {
        return None;
    }
    let feedback = estimate.feedback();
    let warning = feedback.and_then(|it| it.warning());
    Some(warning.map_or(EasyBecause::FewWords, meaning))
}

fn meaning(warning: Warning) -> EasyBecause {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess
        | Warning::ShortKeyboardPatternsAreEasyToGuess => EasyBecause::Keys,
        Warning::RepeatsLikeAaaAreEasyToGuess
        | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => EasyBecause::Repeats,
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => EasyBecause::Common,
        Warning::SequencesLikeAbcAreEasyToGuess => EasyBecause::Sequence,
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => EasyBecause::Date,
        Warning::AWordByItselfIsEasyToGuess => EasyBecause::FewWords,
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => EasyBecause::Name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passphrases_are_judged_as_the_table_says() {
        let table: [(&str, Option<EasyBecause>); 19] = [
            ("tulip anchor velvet sundial", None),
            ("correct horse battery staple", None),
            (
                "academic acid acrobat activity adapt adjust admit adorn",
                None,
            ),
            ("Grüße aus Überlingen am See", None),
            ("short no longer", None),
            ("password", Some(EasyBecause::Common)),
            ("password1", Some(EasyBecause::Common)),
            ("Passw0rd", Some(EasyBecause::Common)),
            ("qwertyuiop", Some(EasyBecause::Common)),
            ("zxcvbnm,./", Some(EasyBecause::Keys)),
            ("aaaaaaaaaaaa", Some(EasyBecause::Repeats)),
            ("abcdefghijkl", Some(EasyBecause::Sequence)),
            ("13.05.1987", Some(EasyBecause::Date)),
            ("elizabeth", Some(EasyBecause::Name)),
            ("featherstone", Some(EasyBecause::KnownNames)),
            ("Featherstone2026", Some(EasyBecause::KnownNames)),
            ("Mia Featherstone", Some(EasyBecause::KnownNames)),
            ("Mia Featherstone tulip anchor velvet sundial", None),
            ("heirloom archive", Some(EasyBecause::KnownNames)),
        ];
        let names = ["Featherstone family".to_owned(), "Mia's phone".to_owned()];
        let mut wrong = Vec::new();
        for (text, expected) in table {
            let mut passphrase = Passphrase::new();
            text.chars().for_each(|it| assert!(passphrase.push(it)));
            let found = easy(&passphrase, &names);
            if found != expected {
                wrong.push((text, found));
            }
        }
        assert_eq!(wrong, []);
    }
}
