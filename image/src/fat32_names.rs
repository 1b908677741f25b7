//! File names in a FAT32 folder: the short one that every entry has, and the long one in entries before it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};

const ATTRIBUTE_LONG_NAME: u8 = 0x0f;

/// The 8.3 names of the names in one folder: the name itself in capitals where it fits, else its begin
/// and a number.
pub(crate) fn short_names(names: &[&str]) -> Result<Vec<[u8; 11]>> {
    let mut taken = BTreeSet::new();
    let mut shorts = Vec::new();
    for name in names {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        ensure!(
            name.bytes().all(plain) && !name.starts_with('.'),
            "`{name}` is no plain file name"
        );
        let upper = name.to_ascii_uppercase();
        let (stem, extension) = upper.rsplit_once('.').unwrap_or((&upper, ""));
        let fits = stem.len() <= 8 && extension.len() <= 3 && !stem.contains('.');
        let stem = stem.replace('.', "");
        let candidates = (0..10).map(|number| match number {
            0 if fits => stem.clone(),
            _ => format!("{}~{number}", &stem[..stem.len().min(6)]),
        });
        let short = candidates
            .skip(usize::from(!fits))
            .map(|stem| format!("{stem:<8}{:<3}", &extension[..extension.len().min(3)]))
            .find(|short| !taken.contains(short))
            .with_context(|| format!("too many names like `{name}` in one folder"))?;
        let bytes = short
            .as_bytes()
            .try_into()
            .expect("eight and three characters");
        taken.insert(short);
        shorts.push(bytes);
    }
    Ok(shorts)
}

/// Thirteen characters of a long name fit into one entry.
pub(crate) fn long_name_slots(name: &str) -> usize {
    name.len().div_ceil(13)
}

/// Appends the entries that carry a long name; the entry with the short name follows them.
pub(crate) fn long_name(out: &mut Vec<u8>, name: &str, short: &[u8; 11]) {
    let checksum = short
        .iter()
        .fold(0u8, |sum, &byte| sum.rotate_right(1).wrapping_add(byte));
    // The name, one zero if there is room, then filling.
    let mut units: Vec<u16> = name.encode_utf16().collect();
    let slots = long_name_slots(name);
    if units.len() < slots * 13 {
        units.push(0);
    }
    units.resize(slots * 13, 0xffff);
    for (index, piece) in units.chunks(13).enumerate().rev() {
        let last = if index + 1 == slots { 0x40 } else { 0 };
        let unit =
            |range: std::ops::Range<usize>| piece[range].iter().flat_map(|unit| unit.to_le_bytes());
        out.push((index + 1) as u8 | last);
        out.extend(unit(0..5));
        out.extend_from_slice(&[ATTRIBUTE_LONG_NAME, 0, checksum]);
        out.extend(unit(5..11));
        out.extend_from_slice(&[0, 0]);
        out.extend(unit(11..13));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_unlike() {
        let shorts = short_names(&[
            "initramfs.zst",
            "initramfs-old.zst",
            "vmlinuz",
            "BOOTX64.EFI",
        ])
        .unwrap();
        assert_eq!(
            shorts,
            [
                *b"INITRA~1ZST",
                *b"INITRA~2ZST",
                *b"VMLINUZ    ",
                *b"BOOTX64 EFI"
            ]
        );
        assert!(short_names(&["a b"]).is_err());
    }
}
