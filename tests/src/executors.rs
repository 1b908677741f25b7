//! What executors do at the appliance: their shares are written down from its screen, and typed into it years later.

use anyhow::{Context, Result, ensure};

use crate::{Key, LONG, MINUTE, Pc};

/// How many words a share has.
const WORDS: usize = 20;
/// As many letters as tell a word from all others.
const LETTERS: usize = 4;

impl Pc {
    /// Gives shares to three people, any two of whom can open the open archive. Returns the words of each share in one line, as on the screen.
    ///
    /// # Errors
    /// When the screen does not say that they are finished.
    pub fn gives_shares(&mut self, choice: &str, people: [&str; 3]) -> Result<Vec<String>> {
        let shares = self.writes_shares_down(choice, people)?;
        self.reads("The shares are finished")?;
        self.leaves("Any 2 of these 3 shares open the archive")?;
        Ok(shares)
    }

    /// The same up to the moment at which the last word was read back, and the drive is about to learn of the shares.
    ///
    /// # Errors
    /// When a page does not come.
    pub fn writes_shares_down(&mut self, choice: &str, people: [&str; 3]) -> Result<Vec<String>> {
        self.chooses(choice)?;
        self.leaves("How many shares shall there be, and how many of them are needed?")?;
        for (number, name) in (1..).zip(people) {
            self.reads(&format!("Who gets share {number} of 3?"))?;
            self.screen.enter(name)?;
        }
        let mut shares = Vec::new();
        for (number, name) in (1..).zip(people) {
            let words = self.copies_share(number, name)?;
            self.reads_share_back(&format!("{number} of 3, for {name}"), &words)?;
            shares.push(words.join(" "));
        }
        Ok(shares)
    }

    fn copies_share(&mut self, number: usize, name: &str) -> Result<Vec<String>> {
        let title = format!("Share {number} of 3, for {name}");
        let screen = self.screen.wait_drawn(&title, LONG, |screen| {
            screen.contains(&title) && numbered_words(screen).iter().all(Option::is_some)
        })?;
        self.screen.press(&[Key::Enter])?;
        let words = numbered_words(&screen).into_iter();
        words.collect::<Option<_>>().context("all are there")
    }

    /// Types the words of a share, such as `1 of 3, for Anna`, that are asked for.
    ///
    /// # Errors
    /// When none are asked for, or a right one is not taken.
    pub fn reads_share_back(&mut self, share: &str, words: &[String]) -> Result<()> {
        let title = format!("Read back share {share}");
        let screen = self
            .screen
            .wait_drawn(&title, MINUTE, |screen| screen.contains(&title))?;
        let asked = asked_words(&screen);
        ensure!(asked.len() == 3, "three words are asked for:\n{screen}");
        ensure!(
            words
                .iter()
                .all(|word| !screen.contains(&format!(" {word}"))),
            "a word of the share is still there:\n{screen}"
        );
        for (at, word) in asked.iter().enumerate() {
            self.screen.enter(&words[word - 1][..LETTERS])?;
            if at + 1 < asked.len() {
                self.reads(&format!("Word {word}: right"))?;
            }
        }
        Ok(())
    }

    /// Where the archive is to be opened, types the words of shares, the first letters of each.
    ///
    /// # Errors
    /// When they are not asked for.
    pub fn types_shares(&mut self, shares: &[&str]) -> Result<()> {
        for (number, share) in (1..).zip(shares) {
            self.reads(&format!("Share {number}, word 1 of {WORDS}"))?;
            self.types_share(share)?;
        }
        Ok(())
    }

    /// Types the words of one share, from the first box on.
    ///
    /// # Errors
    /// When the guest is gone.
    pub fn types_share(&mut self, share: &str) -> Result<()> {
        let words: Vec<&str> = share.split(' ').map(|word| &word[..LETTERS]).collect();
        self.screen.enter(&words.join(" "))
    }
}

/// What stands after each number, such as `7. academic`.
fn numbered_words(screen: &str) -> Vec<Option<String>> {
    let mut words = vec![None; WORDS];
    let tokens: Vec<&str> = screen.split_whitespace().collect();
    for pair in tokens.windows(2) {
        let number = pair[0].strip_suffix('.').and_then(|it| it.parse().ok());
        let is_word = pair[1].bytes().all(|byte| byte.is_ascii_lowercase());
        if let Some(number @ 1..=WORDS) = number
            && is_word
        {
            words[number - 1] = Some(pair[1].to_owned());
        }
    }
    words
}

/// The numbers of the words that are asked for, in their order on the page.
fn asked_words(screen: &str) -> Vec<usize> {
    let lines = screen.lines();
    let numbers = lines.filter_map(|line| {
        let rest = line.trim_start().strip_prefix("Word ")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse().ok()
    });
    numbers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_from_the_screen() {
        let screen =
            "  1. academic      6. beard\n  2. acid          7. beaver\n  Don't 3 photos. of them";
        let words = numbered_words(screen);
        assert_eq!(words[0].as_deref(), Some("academic"));
        assert_eq!(words[6].as_deref(), Some("beaver"));
        assert_eq!(words[2], None);
        let screen = "  Word 3: right\n  Word 11: acid\n  Word 18\n  Words of";
        assert_eq!(asked_words(screen), [3, 11, 18]);
    }
}
