//! Datasets as PTP puts them on the wire: little-endian numbers, arrays with their count, strings in UTF-16 with theirs.

/// A dataset that is being written.
#[derive(Default)]
pub(crate) struct Dataset(pub(crate) Vec<u8>);

/// The longest string: its count, with the closing zero, is one byte.
const UNITS_MAX: usize = 254;

impl Dataset {
    pub(crate) fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(crate) fn u16(mut self, value: u16) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn u128(mut self, value: u128) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn string(self, text: &str) -> Self {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.units(&units)
    }

    /// A string by its units. What is too long is cut, as Android does, but not within a pair of surrogates.
    pub(crate) fn units(mut self, units: &[u16]) -> Self {
        let mut length = units.len().min(UNITS_MAX);
        let is_high = |unit: &u16| (0xD800..0xDC00).contains(unit);
        if length < units.len() && units.get(length - 1).is_some_and(is_high) {
            length -= 1;
        }
        if length == 0 {
            return self.u8(0);
        }
        // At most 255, with the closing zero.
        self.0.push((length + 1) as u8);
        for unit in &units[..length] {
            self.0.extend(unit.to_le_bytes());
        }
        self.u16(0)
    }

    pub(crate) fn u16s(self, elements: impl ExactSizeIterator<Item = u16>) -> Self {
        let counted = self.count(elements.len());
        elements.fold(counted, Self::u16)
    }

    pub(crate) fn u32s(self, elements: impl ExactSizeIterator<Item = u32>) -> Self {
        let counted = self.count(elements.len());
        elements.fold(counted, Self::u32)
    }

    fn count(self, count: usize) -> Self {
        // Objects, storages and codes are counted in 32 bits from the start.
        self.u32(u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_their_count_and_a_closing_zero() {
        let table: &[(&[u16], usize, u8)] = &[
            (&[], 1, 0),
            (&[0x41], 5, 2),
            (&[0x41; 254], 1 + 255 * 2, 255),
            (&[0x41; 300], 1 + 255 * 2, 255),
        ];
        for (units, length, count) in table {
            let bytes = Dataset::default().units(units).0;
            assert_eq!(
                (bytes.len(), bytes[0]),
                (*length, *count),
                "{}",
                units.len()
            );
        }
        let mut pair_at_the_cut = vec![0x41; 253];
        pair_at_the_cut.extend([0xD83C, 0xDF82]);
        assert_eq!(Dataset::default().units(&pair_at_the_cut).0[0], 254);
    }
}
