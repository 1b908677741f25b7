//! What opens the drive: the owner's passphrase or the executors' shares, from the terminal or from a file. Never from the command line.

mod typed;

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

use heirloom_shares::{AddError, Gathering, Progress, RecoverError, Share, ShareError};
use heirloom_vault::{Bounds, Header, Slots, UnlockError, VolumeKey};
use zeroize::Zeroizing;

use super::device::Device;
use super::terminal::Terminal;
use crate::args::DriveOrder;
use crate::trouble::DriveTrouble;

/// The key slots that the executors' secret opens: their own, and the one that a new secret has while shares are being renewed. A power cut in the
/// midst of that leaves either of them, or both, until the appliance opens the drive again.
const SHARES_SLOTS: [u8; 2] = [1, 2];
/// How often somebody may type a passphrase.
const ATTEMPTS: u32 = 3;
/// What `cryptsetup` reads of a passphrase at most.
const PASSPHRASE_BYTES_MAX: usize = 512;
/// More than the most shares in the most words have, with their numbers.
const SECRET_FILE_BYTES_MAX: usize = 64 << 10;
/// What is said before shares are asked for. They are shown, unlike a passphrase: they are on paper beside the keyboard, and a word can't be checked unseen.
const ABOUT_SHARES: &str = "Type the words of one share in one line and press Enter; the first four letters of each word are enough. The words can be \
     seen as you type: let nobody watch, and close this window afterwards. Ctrl-C ends it.";
/// Standard input, as a file's name.
const STANDARD_INPUT: &str = "-";

/// Gets what the order says and opens the key slot that is meant.
pub(super) fn unlock(
    device: &Device,
    header: &Header,
    order: &DriveOrder,
) -> Result<VolumeKey, DriveTrouble> {
    if let Some(file) = &order.passphrase_file {
        return by_passphrase(device, header, &passphrase(file)?);
    }
    if order.shares || order.shares_file.is_some() {
        let gathering = match &order.shares_file {
            Some(file) => shares_of(&read(file)?)?,
            None => ask_for_shares(&mut Terminal::open()?)?,
        };
        return by_shares(device, header, &gathering);
    }
    let mut terminal = Terminal::open()?;
    for _ in 1..ATTEMPTS {
        let typed = terminal.ask_hidden("The archive's passphrase:")?;
        match by_passphrase(device, header, &typed) {
            Err(DriveTrouble::WrongPassphrase) => {
                terminal.say("That is not the passphrase. Look at the keyboard's layout and at Caps Lock, and type it again.")?;
            }
            outcome => return outcome,
        }
    }
    let typed = terminal.ask_hidden("The archive's passphrase:")?;
    by_passphrase(device, header, &typed)
}

fn by_passphrase(
    device: &Device,
    header: &Header,
    passphrase: &[u8],
) -> Result<VolumeKey, DriveTrouble> {
    let opened = header.unlock(device, passphrase, Slots::All, &Bounds::default());
    opened.map_err(|error| match error {
        // If a slot could not be tried, it may be the one that is meant.
        UnlockError::WrongPassphrase { passed_over, .. } if passed_over.is_empty() => {
            DriveTrouble::WrongPassphrase
        }
        error => DriveTrouble::Locked(error),
    })
}

fn by_shares(
    device: &Device,
    header: &Header,
    gathering: &Gathering,
) -> Result<VolumeKey, DriveTrouble> {
    let secret = gathering.secret().map_err(|error| match error {
        RecoverError::Incomplete => too_few(gathering),
        RecoverError::WrongDigest => DriveTrouble::NotTogether,
    })?;
    let digits = secret.to_hex();
    let mut refused = DriveTrouble::NoShares;
    for slot in SHARES_SLOTS {
        let slot = Slots::Only(slot);
        match header.unlock(device, digits.expose().as_bytes(), slot, &Bounds::default()) {
            Ok(key) => return Ok(key),
            Err(UnlockError::NoSuchSlot { .. }) => {}
            Err(error @ UnlockError::WrongPassphrase { .. }) => {
                refused = match gathering.set() {
                    Some(set) => DriveTrouble::OtherShares(set),
                    None => DriveTrouble::Locked(error),
                };
            }
            Err(error) => return Err(DriveTrouble::Locked(error)),
        }
    }
    Err(refused)
}

fn too_few(gathering: &Gathering) -> DriveTrouble {
    let (entered, needed) = match gathering.progress() {
        Progress::Shares { entered, needed } => (entered, Some(needed)),
        _ => (
            u8::try_from(gathering.shares().len()).unwrap_or(u8::MAX),
            None,
        ),
    };
    DriveTrouble::TooFewShares { entered, needed }
}

/// One share a line; empty lines count for nothing, and neither do shares beyond those that are needed.
fn shares_of(text: &[u8]) -> Result<Gathering, DriveTrouble> {
    let mut gathering = Gathering::new();
    for (line, words) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if words.trim_ascii().is_empty() {
            continue;
        }
        let share = share(words).map_err(|error| DriveTrouble::Share { line, error })?;
        match gathering.add(share) {
            Ok(_) | Err(AddError::Enough) => {}
            Err(error) => return Err(DriveTrouble::ShareRefused { line, error }),
        }
    }
    Ok(gathering)
}

/// Share by share, until there are enough. One that is wrong says what is wrong with it; where that is one word, only that is asked for again.
fn ask_for_shares(terminal: &mut Terminal) -> Result<Gathering, DriveTrouble> {
    let mut gathering = Gathering::new();
    terminal.say(ABOUT_SHARES)?;
    while gathering.progress() != Progress::Complete {
        let question = match gathering.progress() {
            Progress::Shares { entered, needed } => {
                format!("Share {} of the {needed} that are needed:", entered + 1)
            }
            _ => format!("Share {}:", gathering.shares().len() + 1),
        };
        let Some(share) = ask_for_share(terminal, &question)? else {
            continue;
        };
        if let Err(error) = gathering.add(share) {
            terminal.say(&format!(
                "This was not taken: {error}. Look at the paper, and type another one."
            ))?;
        }
    }
    Ok(gathering)
}

/// One share; `None` where somebody begins it anew.
fn ask_for_share(terminal: &mut Terminal, question: &str) -> Result<Option<Share>, DriveTrouble> {
    let mut words = terminal.ask(question)?;
    if words.trim_ascii().is_empty() {
        return Ok(None);
    }
    loop {
        let error = match share(&words) {
            Ok(share) => return Ok(Some(share)),
            Err(error) => error,
        };
        let Some(position) = typed::wrong_word(error) else {
            terminal.say(&format!(
                "This was not taken: {error}. Look at the paper, and type this share again, or another one."
            ))?;
            return Ok(None);
        };
        terminal.say(&typed::complaint(&words, position, error))?;
        let word = terminal.ask(&format!(
            "Word {position}, or only Enter to type the whole share again:"
        ))?;
        match typed::replaced(&words, position, &word) {
            Some(better) => words = better,
            None => return Ok(None),
        }
    }
}

fn share(words: &[u8]) -> Result<Share, ShareError> {
    match std::str::from_utf8(words) {
        Ok(words) => Share::from_words(words),
        // What is no text is in a word that is none.
        Err(error) => {
            let before = std::str::from_utf8(&words[..error.valid_up_to()]).unwrap_or_default();
            let position = before.split_whitespace().count().max(1);
            Err(ShareError::UnknownWord { position })
        }
    }
}

/// One line end after it is not a part of it.
fn passphrase(file: &Path) -> Result<Zeroizing<Vec<u8>>, DriveTrouble> {
    let mut passphrase = read(file)?;
    if passphrase.last() == Some(&b'\n') {
        passphrase.pop();
        if passphrase.last() == Some(&b'\r') {
            passphrase.pop();
        }
    }
    if passphrase.is_empty() || passphrase.len() > PASSPHRASE_BYTES_MAX {
        return Err(DriveTrouble::NoPassphrase(file.to_owned()));
    }
    Ok(passphrase)
}

/// A small file, into one place that does not grow.
fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, DriveTrouble> {
    let failed = |error| DriveTrouble::SecretFile {
        place: file.to_owned(),
        error,
    };
    let mut reader: Box<dyn Read> = if file == Path::new(STANDARD_INPUT) {
        Box::new(stdin().lock())
    } else {
        Box::new(File::open(file).map_err(failed)?)
    };
    let mut bytes = Zeroizing::new(vec![0; SECRET_FILE_BYTES_MAX]);
    let mut length = 0;
    loop {
        match reader.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}
