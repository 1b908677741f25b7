//! ObjectPropList, as GetObjectPropList answers (MTP 1.1, section E.2.1): one property of many objects.

use super::Cursor;

/// The value of one property of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropValue {
    /// A number without a sign, of 8, 16, 32 or 64 bits, with its width.
    Unsigned {
        /// The number.
        value: u64,
        /// Of how many bytes it was.
        bytes: u8,
    },
    /// A text.
    Text(String),
    /// Something else, which no property that we ask for is.
    Other,
}

/// One element of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropElement {
    /// Of which object.
    pub handle: u32,
    /// Which property (MTP 1.1, appendix B).
    pub property: u16,
    /// What it is.
    pub value: PropValue,
}

const UNDEFINED: u16 = 0x0000;
const TEXT: u16 = 0xFFFF;
const ARRAY: u16 = 0x4000;
/// 8-bit signed and unsigned, 16-bit signed and unsigned, and so on up to 128 bits (MTP 1.1, section 3.2.1).
const NUMBERS: std::ops::RangeInclusive<u16> = 0x0001..=0x000A;

/// Reads the dataset, handing out each element in order; nothing is collected. `None` where it is cut off, or has a value whose length
/// can't be known: then what was handed out is not to be believed either.
pub fn prop_list(bytes: &[u8], each: &mut dyn FnMut(PropElement)) -> Option<()> {
    let mut cursor = Cursor(bytes);
    for _ in 0..cursor.u32()? {
        let handle = cursor.u32()?;
        let property = cursor.u16()?;
        let kind = cursor.u16()?;
        let value = value(&mut cursor, kind)?;
        each(PropElement {
            handle,
            property,
            value,
        });
    }
    Some(())
}

fn value(cursor: &mut Cursor<'_>, kind: u16) -> Option<PropValue> {
    let element_bytes = |kind: u16| NUMBERS.contains(&kind).then(|| 1_usize << ((kind - 1) / 2));
    match kind {
        UNDEFINED => Some(PropValue::Other),
        TEXT => cursor.string().map(PropValue::Text),
        kind if kind & ARRAY != 0 => {
            let count = usize::try_from(cursor.u32()?).ok()?;
            let bytes = element_bytes(kind & !ARRAY)?;
            cursor.take(count.checked_mul(bytes)?)?;
            Some(PropValue::Other)
        }
        kind => {
            let digits = cursor.take(element_bytes(kind)?)?;
            let is_unsigned = kind.is_multiple_of(2);
            if !is_unsigned || digits.len() > 8 {
                return Some(PropValue::Other);
            }
            let value = digits
                .iter()
                .rev()
                .fold(0, |value, digit| value << 8 | u64::from(*digit));
            Some(PropValue::Unsigned {
                value,
                bytes: digits.len() as u8,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![1, 0, 0, 0];
        bytes.extend(9_u32.to_le_bytes());
        bytes.extend(0xDC04_u16.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(value);
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Vec<PropElement>> {
        let mut elements = Vec::new();
        prop_list(bytes, &mut |element| elements.push(element))?;
        Some(elements)
    }

    #[test]
    fn values_are_read_by_their_kind() {
        let unsigned = |value, bytes| Some(PropValue::Unsigned { value, bytes });
        let table: &[(u16, &[u8], Option<PropValue>)] = &[
            (0x0002, &[0xFF], unsigned(0xFF, 1)),
            (0x0004, &[0x01, 0x30], unsigned(0x3001, 2)),
            (0x0006, &[0, 0, 0, 0x80], unsigned(0x8000_0000, 4)),
            (0x0008, &[0, 0, 0, 0, 2, 0, 0, 0], unsigned(2 << 32, 8)),
            (0x0007, &[0; 8], Some(PropValue::Other)),
            (0x000A, &[0; 16], Some(PropValue::Other)),
            (0x0000, &[], Some(PropValue::Other)),
            (
                0x4006,
                &[2, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
                Some(PropValue::Other),
            ),
            (
                0xFFFF,
                &[2, b'a', 0, 0, 0],
                Some(PropValue::Text("a".to_owned())),
            ),
            (0xFFFF, &[0], Some(PropValue::Text(String::new()))),
            (0x0008, &[0; 7], None),
            (0x4006, &[0xFF, 0xFF, 0xFF, 0xFF, 1], None),
            (0x000B, &[0; 64], None),
            (0x4000, &[0; 64], None),
        ];
        for (kind, bytes, expected) in table {
            let read = read(&element(*kind, bytes)).map(|elements| elements[0].value.clone());
            assert_eq!(read, *expected, "{kind:#06x}");
        }
    }

    #[test]
    fn a_list_is_read_whole_or_refused() {
        assert_eq!(read(&[0, 0, 0, 0]), Some(vec![]));
        assert_eq!(read(&[]), None);
        let mut two = element(0x0004, &[1, 0]);
        two[0] = 2;
        assert_eq!(read(&two), None);
        two.extend_from_slice(&element(0x0004, &[2, 0])[4..]);
        assert_eq!(read(&two).map(|elements| elements.len()), Some(2));
    }
}
