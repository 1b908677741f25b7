//! How fast one core decrypts, beside openssl: what the example `speed` of the crate that does it says.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::program::Program;

/// The cipher of an archive drive.
const CIPHER: &str = "aes-256-xts: ";

/// Who decrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decryptor {
    /// Ours, in the sectors of an archive drive.
    Sectors4096,
    /// Ours, in the sectors that older drives have.
    Sectors512,
    Openssl,
}

impl Decryptor {
    pub(super) const ALL: [Self; 3] = [Self::Sectors4096, Self::Sectors512, Self::Openssl];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sectors4096 => "heirloom, sectors of 4096 bytes",
            Self::Sectors512 => "heirloom, sectors of 512 bytes",
            Self::Openssl => "openssl speed -evp aes-256-xts",
        }
    }

    /// What `speed` calls it.
    fn said(self) -> &'static str {
        match self {
            Self::Sectors4096 => "sectors of 4096 bytes:",
            Self::Sectors512 => "sectors of 512 bytes:",
            Self::Openssl => "openssl",
        }
    }
}

/// The rates of each in GB/s of processor time, in the order of `Decryptor::ALL`; each is the best of three in one call.
pub(super) fn measure(speed: &Path) -> Result<[f64; 3]> {
    parse(&Program::new([speed]).output()?)
}

/// Lines such as `aes-256-xts: sectors of 512 bytes: 5.90 GB/s, 0.92 of openssl`.
fn parse(text: &str) -> Result<[f64; 3]> {
    let mut rates = [0.0; 3];
    for (rate, decryptor) in rates.iter_mut().zip(Decryptor::ALL) {
        let found = text.lines().find_map(|line| {
            let (line, _) = line.strip_prefix(CIPHER)?.split_once(" GB/s")?;
            let number = line.strip_prefix(decryptor.said())?;
            number.trim().parse().ok()
        });
        *rate = found.with_context(|| format!("no {} in {text:?}", decryptor.name()))?;
        ensure!(*rate > 0.0, "{} did nothing: {text:?}", decryptor.name());
    }
    Ok(rates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_as_the_example_prints_them() -> Result<()> {
        let text = "aes-128-xts: openssl 9.00 GB/s\n\
            aes-128-xts: sectors of 512 bytes: 8.00 GB/s, 0.89 of openssl\n\
            aes-256-xts: openssl 6.40 GB/s\n\
            aes-256-xts: sectors of 512 bytes: 5.90 GB/s, 0.92 of openssl\n\
            aes-256-xts: sectors of 4096 bytes: 6.10 GB/s, 0.95 of openssl\n";
        assert_eq!(parse(text)?, [6.1, 5.9, 6.4]);
        for wrong in [
            "",
            &text.replace("6.40", "many"),
            &text.replace("6.10", "0.00"),
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        Ok(())
    }
}
