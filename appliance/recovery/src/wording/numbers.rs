//! Numbers as people read them.

/// A size as drives are sold: decimal, three digits at most.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut unit = 0;
    let mut below_tenths = u128::from(bytes) * 10; // in tenths of the unit
    while below_tenths >= 9_995 && unit + 1 < UNITS.len() {
        below_tenths = (below_tenths + 500) / 1000;
        unit += 1;
    }
    let (whole, tenth) = (below_tenths / 10, below_tenths % 10);
    if unit == 0 || whole >= 100 {
        let rounded = whole + u128::from(tenth >= 5);
        format!("{rounded} {}", UNITS[unit])
    } else {
        format!("{whole}.{tenth} {}", UNITS[unit])
    }
}

/// A count with its thousands set apart: `12,403`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The head's digits in groups of eight, which the eye can compare.
pub(crate) fn head_digits(head: &heirloom_format::Digest) -> String {
    let digits = head.to_string();
    let groups: Vec<&str> = (0..8)
        .map(|group| &digits[group * 8..group * 8 + 8])
        .collect();
    groups.join(" ")
}

/// `1 file`, `12,403 files`.
pub(crate) fn count(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{} {many}", grouped(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_drives_are_sold() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (88_400_000_000, "88.4 GB"),
            (99_960_000, "100 MB"),
            (512_110_190_592, "512 GB"),
            (999_700_000_000, "1.0 TB"),
            (2_000_398_934_016, "2.0 TB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn counts_in_groups() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(count), text);
        }
    }
}
