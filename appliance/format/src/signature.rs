//! Signatures in minisign's format: <https://jedisct1.github.io/minisign/>, "Signature format".
//!
//! Four lines: an untrusted comment; base64 of `ED`, the key's id and an Ed25519 signature of the message's BLAKE2b-512; a trusted
//! comment; base64 of an Ed25519 signature of the first signature and the trusted comment.

use base64ct::{Base64, Encoding};
use blake2::Digest as _;

use crate::{ArchiveId, Day, PublicKey};

/// How minisign names a signature of a hash. Its older kind, `Ed`, signs the message itself and is not taken.
const SIGNATURE_ALGORITHM: [u8; 2] = *b"ED";

/// minisign's own bounds for the two comments, in bytes.
const COMMENT_BYTES_MAX: usize = 1024;
const TRUSTED_COMMENT_BYTES_MAX: usize = 8192;

const UNTRUSTED: &str = "untrusted comment: ";
const TRUSTED: &str = "trusted comment: ";

/// A signature: `tagmanifest-sha256.txt.minisig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    key_id: [u8; 8],
    of_hash: [u8; 64],
    trusted_comment: String,
    of_comment: [u8; 64],
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not the four lines of a signature file.
    #[error("line {line} is not what a minisign signature has there")]
    Malformed {
        /// Which line, from 1; one more than there are where the file ends too late.
        line: usize,
    },
    /// Made in a way that we don't take, such as minisign's older one, without a hash.
    #[error("the signature is of a kind that is not used here")]
    OtherAlgorithm,
    /// Made with another key: it says nothing about the message.
    #[error("the signature was made with another key")]
    OtherKey,
    /// Of the right key, and not for this message.
    #[error("the signature is not this file's")]
    WrongSignature,
    /// The message is as it was signed, but the trusted comment was changed.
    #[error("the signature's comment is not what was signed")]
    WrongComment,
}

/// The trusted comment under which a snapshot's tag manifest is signed: `heirloom <archive id> <generation> <date>`.
pub fn trusted_comment(archive_id: ArchiveId, generation: u32, date: Day) -> String {
    format!("heirloom {archive_id} {generation:04} {date}")
}

impl Signature {
    /// Signs with what a signing key gives.
    pub(crate) fn make(
        key_id: [u8; 8],
        message: &[u8],
        trusted_comment: &str,
        sign: impl Fn(&[u8]) -> [u8; 64],
    ) -> Self {
        // A comment is one line.
        let trusted_comment: String = trusted_comment
            .chars()
            .map(|it| {
                if may_not_stand_in_comment(it) {
                    ' '
                } else {
                    it
                }
            })
            .collect();
        let of_hash = sign(&hash(message));
        let of_comment = sign(&sealed_comment(&of_hash, &trusted_comment));
        Self {
            key_id,
            of_hash,
            trusted_comment,
            of_comment,
        }
    }

    /// Reads a signature file.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`], [`SignatureError::OtherAlgorithm`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let malformed = |line| SignatureError::Malformed { line };
        let mut lines = bytes
            .strip_suffix(b"\n")
            .unwrap_or(bytes)
            .split(|&it| it == b'\n');
        let mut line = |number: usize| {
            let line = lines.next().and_then(|line| std::str::from_utf8(line).ok());
            line.ok_or(malformed(number))
        };
        let untrusted = line(1)?.strip_prefix(UNTRUSTED).ok_or(malformed(1))?;
        let signature = line(2)?;
        let trusted_comment = line(3)?.strip_prefix(TRUSTED).ok_or(malformed(3))?;
        let of_comment = line(4)?;
        if lines.next().is_some() {
            return Err(malformed(5));
        }
        if untrusted.len() > COMMENT_BYTES_MAX {
            return Err(malformed(1));
        }
        if trusted_comment.len() > TRUSTED_COMMENT_BYTES_MAX
            || trusted_comment.chars().any(may_not_stand_in_comment)
        {
            return Err(malformed(3));
        }
        let signature: [u8; 74] = decode(signature).ok_or(malformed(2))?;
        let (algorithm, rest) = signature.split_at(2);
        let (key_id, of_hash) = rest.split_at(8);
        if algorithm != SIGNATURE_ALGORITHM {
            return Err(SignatureError::OtherAlgorithm);
        }
        Ok(Self {
            key_id: key_id.try_into().map_err(|_| malformed(2))?,
            of_hash: of_hash.try_into().map_err(|_| malformed(2))?,
            trusted_comment: trusted_comment.to_owned(),
            of_comment: decode(of_comment).ok_or(malformed(4))?,
        })
    }

    /// The file's content.
    pub fn print(&self) -> String {
        let signature = [&SIGNATURE_ALGORITHM[..], &self.key_id, &self.of_hash].concat();
        format!(
            "{UNTRUSTED}signature from heirloom\n{}\n{TRUSTED}{}\n{}\n",
            encode(&signature),
            self.trusted_comment,
            encode(&self.of_comment)
        )
    }

    /// What the signer said with it; true only after [`Signature::verify`].
    pub fn trusted_comment(&self) -> &str {
        &self.trusted_comment
    }

    /// Whether the holder of the key signed exactly this message and this trusted comment.
    ///
    /// # Errors
    /// [`SignatureError::OtherKey`], [`SignatureError::WrongSignature`], [`SignatureError::WrongComment`].
    pub fn verify(&self, key: &PublicKey, message: &[u8]) -> Result<(), SignatureError> {
        if self.key_id != *key.key_id() {
            return Err(SignatureError::OtherKey);
        }
        if !key.verify(&hash(message), &self.of_hash) {
            return Err(SignatureError::WrongSignature);
        }
        let comment = sealed_comment(&self.of_hash, &self.trusted_comment);
        if !key.verify(&comment, &self.of_comment) {
            return Err(SignatureError::WrongComment);
        }
        Ok(())
    }
}

/// minisign separates the parts of its own comments by tabs.
fn may_not_stand_in_comment(character: char) -> bool {
    character.is_control() && character != '\t'
}

fn hash(message: &[u8]) -> [u8; 64] {
    blake2::Blake2b512::digest(message).into()
}

fn sealed_comment(of_hash: &[u8; 64], trusted_comment: &str) -> Vec<u8> {
    [&of_hash[..], trusted_comment.as_bytes()].concat()
}

fn encode(bytes: &[u8]) -> String {
    // Room for all that this module encodes: 74 bytes are 100 characters.
    let mut characters = [0; 100];
    Base64::encode(bytes, &mut characters)
        .expect("at most 74 bytes")
        .to_owned()
}

fn decode<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    let decoded = Base64::decode(text, &mut bytes).ok()?;
    (decoded.len() == BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    /// From the tests of minisign-verify, made by minisign's author with the key of his releases; the message is `test`.
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    const SIGNATURE: &str = "untrusted comment: signature from minisign secret key\n\
        RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=\n\
        trusted comment: timestamp:1556193335\tfile:test\n\
        y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==\n";

    #[test]
    fn a_signature_of_minisign_itself_is_good_and_each_fault_is_told_apart() {
        let key: PublicKey = KEY.parse().expect("a key");
        let signature = Signature::parse(SIGNATURE.as_bytes()).expect("a signature");
        assert_eq!(
            signature.trusted_comment(),
            "timestamp:1556193335\tfile:test"
        );
        assert_eq!(signature.verify(&key, b"test"), Ok(()));
        assert_eq!(
            Signature::parse(signature.print().as_bytes()),
            Ok(signature.clone())
        );

        let changed = signature.verify(&key, b"Test");
        assert_eq!(changed, Err(SignatureError::WrongSignature));
        let comment = SIGNATURE.replace("1556193335", "1556193336");
        let comment = Signature::parse(comment.as_bytes()).expect("a signature");
        let comment = comment.verify(&key, b"test");
        assert_eq!(comment, Err(SignatureError::WrongComment));
        let other = SigningKey::from_seed([1; 32], [2; 8]).public_key();
        assert_eq!(
            signature.verify(&other, b"test"),
            Err(SignatureError::OtherKey)
        );
        // Another key of the same id.
        let other = SigningKey::from_seed([1; 32], *key.key_id()).public_key();
        let other = signature.verify(&other, b"test");
        assert_eq!(other, Err(SignatureError::WrongSignature));
    }

    #[test]
    fn what_is_no_signature_file_is_refused_with_its_line() {
        let first = SIGNATURE.split_inclusive('\n').next().expect("a line");
        let cases = [
            (String::new(), 1),
            ("\n".into(), 1),
            (SIGNATURE.replacen("untrusted", "Untrusted", 1), 1),
            (
                SIGNATURE.replacen(": ", &format!(": {}", "x".repeat(1024)), 1),
                1,
            ),
            (first.to_owned(), 2),
            (SIGNATURE.replacen("RUQ", "RU", 1), 2),
            (SIGNATURE.replacen("RUQ", "AAAARUQ", 1), 2),
            (SIGNATURE.replace("\ntrusted", "\n trusted"), 3),
            (SIGNATURE.replace('\t', "\u{1b}"), 3),
            (SIGNATURE.replace('\t', "\r"), 3),
            (SIGNATURE.replace('\t', &"x".repeat(8192)), 3),
            (SIGNATURE.replace("==", ""), 4),
            (SIGNATURE.replace("==", "==\r"), 4),
            (format!("{SIGNATURE}\n"), 5),
            (format!("{SIGNATURE}x\n"), 5),
        ];
        for (text, line) in cases {
            let result = Signature::parse(text.as_bytes());
            assert_eq!(result, Err(SignatureError::Malformed { line }), "{text}");
        }
        let older = SIGNATURE.replacen("RUQ", "RWQ", 1);
        let older = Signature::parse(older.as_bytes());
        assert_eq!(older, Err(SignatureError::OtherAlgorithm));
    }

    #[test]
    fn a_comment_stays_in_its_line() {
        let key = SigningKey::from_seed([1; 32], [2; 8]);
        let id = ArchiveId::from_bytes([0xab; 16]);
        let comment = trusted_comment(id, 7, "2026-11-22".parse().expect("a day"));
        assert_eq!(
            comment,
            "heirloom abababababababababababababababab 0007 2026-11-22"
        );
        let signature = key.sign(b"message", &format!("{comment}\nfile:other\r\u{7f}"));
        assert_eq!(
            signature.trusted_comment(),
            format!("{comment} file:other  ")
        );
        let text = signature.print();
        assert!(text.starts_with("untrusted comment: signature from heirloom\nRU"));
        let parsed = Signature::parse(text.as_bytes()).expect("ours");
        assert_eq!(parsed.verify(&key.public_key(), b"message"), Ok(()));
    }
}
