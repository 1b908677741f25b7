//! The keys that a person presses, as bytes on a serial line and as QEMU's key names.

/// A key, or a run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Characters as they are.
    Text(String),
    /// Return.
    Enter,
    /// Escape.
    Escape,
    /// Tabulator.
    Tab,
    /// Deletes the character before.
    Backspace,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// F1 to F12.
    Function(u8),
}

impl Key {
    /// Characters, to be typed one after the other.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// What a terminal sends for it (xterm, VT220).
    pub(crate) fn terminal_bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Enter => b"\r".to_vec(),
            Self::Escape => b"\x1b".to_vec(),
            Self::Tab => b"\t".to_vec(),
            Self::Backspace => b"\x7f".to_vec(),
            Self::Up => b"\x1b[A".to_vec(),
            Self::Down => b"\x1b[B".to_vec(),
            Self::Right => b"\x1b[C".to_vec(),
            Self::Left => b"\x1b[D".to_vec(),
            Self::Function(number @ 1..=4) => vec![0x1b, b'O', b'P' + (number - 1)],
            Self::Function(number) => {
                // VT220 numbers its function keys with gaps.
                let code = [15, 17, 18, 19, 20, 21, 23, 24]
                    .get(usize::from(*number).wrapping_sub(5))
                    .unwrap_or(&24);
                format!("\x1b[{code}~").into_bytes()
            }
        }
    }
}

/// The chords, in QEMU's key names, that type a key on a keyboard with the US layout. `None` for what it doesn't have.
pub fn qcodes(key: &Key) -> Option<Vec<Vec<String>>> {
    let named = |name: &str| Some(vec![vec![name.to_owned()]]);
    match key {
        Key::Text(text) => text.chars().map(chord).collect(),
        Key::Enter => named("ret"),
        Key::Escape => named("esc"),
        Key::Tab => named("tab"),
        Key::Backspace => named("backspace"),
        Key::Up => named("up"),
        Key::Down => named("down"),
        Key::Left => named("left"),
        Key::Right => named("right"),
        Key::Function(number) => named(&format!("f{number}")),
    }
}

/// One character on the US layout.
fn chord(character: char) -> Option<Vec<String>> {
    /// Plain, shifted, QEMU's name.
    const KEYS: [(char, char, &str); 22] = [
        ('1', '!', "1"),
        ('2', '@', "2"),
        ('3', '#', "3"),
        ('4', '$', "4"),
        ('5', '%', "5"),
        ('6', '^', "6"),
        ('7', '&', "7"),
        ('8', '*', "8"),
        ('9', '(', "9"),
        ('0', ')', "0"),
        ('-', '_', "minus"),
        ('=', '+', "equal"),
        ('[', '{', "bracket_left"),
        (']', '}', "bracket_right"),
        ('\\', '|', "backslash"),
        (';', ':', "semicolon"),
        ('\'', '"', "apostrophe"),
        ('`', '~', "grave_accent"),
        (',', '<', "comma"),
        ('.', '>', "dot"),
        ('/', '?', "slash"),
        (' ', ' ', "spc"),
    ];
    let shifted = |name: &str| vec!["shift".to_owned(), name.to_owned()];
    match character {
        'a'..='z' => Some(vec![character.to_string()]),
        'A'..='Z' => Some(shifted(&character.to_ascii_lowercase().to_string())),
        _ => KEYS.iter().find_map(|&(plain, upper, name)| {
            if plain == character {
                Some(vec![name.to_owned()])
            } else if upper == character {
                Some(shifted(name))
            } else {
                None
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printable_ascii_character_can_be_typed() {
        for byte in 0x20..0x7f_u8 {
            let key = Key::Text(char::from(byte).to_string());
            assert!(qcodes(&key).is_some(), "{key:?}");
        }
        assert_eq!(qcodes(&Key::text("ä")), None);
        assert_eq!(
            qcodes(&Key::text("A?")),
            Some(vec![
                vec!["shift".into(), "a".into()],
                vec!["shift".into(), "slash".into()]
            ])
        );
    }

    #[test]
    fn terminal_keys_are_those_of_a_vt220() {
        let table: [(Key, &[u8]); 5] = [
            (Key::Up, b"\x1b[A"),
            (Key::Function(1), b"\x1bOP"),
            (Key::Function(5), b"\x1b[15~"),
            (Key::Function(10), b"\x1b[21~"),
            (Key::Function(12), b"\x1b[24~"),
        ];
        for (key, bytes) in table {
            assert_eq!(key.terminal_bytes(), bytes, "{key:?}");
        }
    }
}
