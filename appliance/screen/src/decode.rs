//! From the bytes of a terminal to commands: UTF-8, and the escape sequences of the Linux console and of VT-like terminals
//! (ECMA-48, section 5.4; `console_codes(4)`).

use heirloom_engine::Command;

/// No sequence that means anything to us is longer; what is, is noise.
const SEQUENCE_BYTES_MAX: usize = 16;

/// Takes bytes as they come, however they were cut.
#[derive(Debug, Default)]
pub struct KeyDecoder {
    pending: Vec<u8>,
}

enum Step {
    /// So many bytes were a command, or nothing of interest.
    Took(usize, Option<Command>),
    /// More bytes are needed to tell.
    Wait,
}

impl KeyDecoder {
    /// The commands that are complete with these bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Command> {
        self.pending.extend_from_slice(bytes);
        let mut commands = Vec::new();
        while !self.pending.is_empty() {
            match step(&self.pending) {
                Step::Took(count, command) => {
                    self.pending.drain(..count);
                    commands.extend(command);
                }
                Step::Wait => break,
            }
        }
        commands
    }

    /// Whether bytes wait for more. A lone escape is the Escape key once no more come.
    pub fn is_waiting(&self) -> bool {
        !self.pending.is_empty()
    }

    /// No more bytes came in good time: what waited is settled.
    pub fn settle(&mut self) -> Option<Command> {
        let escape = self.pending == [ESCAPE];
        self.pending.clear();
        escape.then_some(Command::Back)
    }
}

const ESCAPE: u8 = 0x1b;

fn step(bytes: &[u8]) -> Step {
    match bytes[0] {
        ESCAPE => escape(bytes),
        b'\r' | b'\n' => Step::Took(1, Some(Command::Accept)),
        0x08 | 0x7f => Step::Took(1, Some(Command::Erase)),
        0x00..=0x1f => Step::Took(1, None),
        _ => character(bytes),
    }
}

fn character(bytes: &[u8]) -> Step {
    let wanted = match bytes[0] {
        0x00..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        // A continuation without a beginning.
        _ => return Step::Took(1, None),
    };
    let Some(sequence) = bytes.get(..wanted) else {
        return Step::Wait;
    };
    match std::str::from_utf8(sequence)
        .ok()
        .and_then(|text| text.chars().next())
    {
        Some(character) => Step::Took(wanted, Some(Command::Type(character))),
        None => Step::Took(1, None),
    }
}

fn escape(bytes: &[u8]) -> Step {
    let Some(&kind) = bytes.get(1) else {
        return Step::Wait;
    };
    match kind {
        // SS3: F1, F2 and the arrows of terminals in application mode.
        b'O' => match bytes.get(2) {
            None => Step::Wait,
            Some(b'P') => Step::Took(3, Some(Command::Help)),
            Some(b'Q') => Step::Took(3, Some(Command::Suggest)),
            Some(last) => Step::Took(3, arrow(*last)),
        },
        // The Linux console sends F1 as ESC [ [ A, F2 as ESC [ [ B.
        b'[' if bytes.get(2) == Some(&b'[') => match bytes.get(3) {
            None => Step::Wait,
            Some(b'A') => Step::Took(4, Some(Command::Help)),
            Some(b'B') => Step::Took(4, Some(Command::Suggest)),
            Some(_) => Step::Took(4, None),
        },
        b'[' => control_sequence(bytes),
        // Two escapes: the first was the key.
        ESCAPE => Step::Took(1, Some(Command::Back)),
        // Alt with a key means the key here.
        _ => Step::Took(1, None),
    }
}

fn control_sequence(bytes: &[u8]) -> Step {
    let end = bytes[2..]
        .iter()
        .position(|byte| matches!(byte, 0x40..=0x7e))
        .map(|at| at + 2);
    match end {
        None if bytes.len() > SEQUENCE_BYTES_MAX => Step::Took(bytes.len(), None),
        None => Step::Wait,
        Some(end) => {
            let command = match (&bytes[2..end], bytes[end]) {
                (b"5", b'~') => Some(Command::PageUp),
                (b"6", b'~') => Some(Command::PageDown),
                (b"11", b'~') => Some(Command::Help),
                (b"12", b'~') => Some(Command::Suggest),
                (_, b'~') => None,
                (_, last) => arrow(last),
            };
            Step::Took(end + 1, command)
        }
    }
}

fn arrow(last: u8) -> Option<Command> {
    match last {
        b'A' => Some(Command::Up),
        b'B' => Some(Command::Down),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQUENCES: &[(&[u8], &[Command])] = &[
        (b"a", &[Command::Type('a')]),
        (
            "ä€🎂".as_bytes(),
            &[Command::Type('ä'), Command::Type('€'), Command::Type('🎂')],
        ),
        (b"\r", &[Command::Accept]),
        (b"\n", &[Command::Accept]),
        (b"\x7f\x08", &[Command::Erase, Command::Erase]),
        (b"\x1b[A\x1b[B", &[Command::Up, Command::Down]),
        (b"\x1bOA\x1bOB", &[Command::Up, Command::Down]),
        (b"\x1b[5~\x1b[6~", &[Command::PageUp, Command::PageDown]),
        (
            b"\x1b[[A\x1bOP\x1b[11~",
            &[Command::Help, Command::Help, Command::Help],
        ),
        (
            b"\x1b[[B\x1bOQ\x1b[12~",
            &[Command::Suggest, Command::Suggest, Command::Suggest],
        ),
        (b"\x1b[1;5A", &[Command::Up]),
        (b"\x1b[3~\x1b[C\x1b[[Cx", &[Command::Type('x')]),
        (b"\x1b\x1b[A", &[Command::Back, Command::Up]),
        (b"\x03\x00\tb", &[Command::Type('b')]),
        (b"\xffc\x80d", &[Command::Type('c'), Command::Type('d')]),
    ];

    #[test]
    fn sequences_mean_what_the_table_says_however_they_are_cut() {
        for (bytes, commands) in SEQUENCES {
            assert_eq!(KeyDecoder::default().feed(bytes), *commands, "{bytes:x?}");
            let mut decoder = KeyDecoder::default();
            let slowly: Vec<_> = bytes
                .iter()
                .flat_map(|byte| decoder.feed(&[*byte]))
                .collect();
            assert_eq!(slowly, *commands, "{bytes:x?}, one by one");
        }
    }

    #[test]
    fn a_lone_escape_is_the_escape_key_once_nothing_follows() {
        let mut decoder = KeyDecoder::default();
        assert_eq!(decoder.feed(b"\x1b"), []);
        assert!(decoder.is_waiting());
        assert_eq!(decoder.settle(), Some(Command::Back));
        assert!(!decoder.is_waiting());
    }

    #[test]
    fn noise_neither_piles_up_nor_panics() {
        let mut decoder = KeyDecoder::default();
        decoder.feed(b"\x1b[");
        for _ in 0..1_000 {
            decoder.feed(b"0;");
            assert!(decoder.pending.len() <= SEQUENCE_BYTES_MAX + 2);
        }
    }
}
