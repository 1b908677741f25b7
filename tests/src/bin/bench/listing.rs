//! What the peers say that their newest snapshot has, each in its own way.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::library::Census;

/// `restic ls --json`: an object on each line, the first one about the snapshot.
pub(crate) fn json_lines(text: &str) -> Result<Census> {
    let mut census = Census::default();
    for line in text.lines() {
        let node: Value = serde_json::from_str(line).context("restic's listing")?;
        if node["type"] == "file" {
            census.files += 1;
            // restic leaves the size of an empty file out.
            census.bytes += node["size"].as_u64().unwrap_or(0);
        }
    }
    Ok(census)
}

/// `rustic ls --summary`: its last line is `total: 6 dirs, 3 files, 300000 bytes`.
pub(crate) fn total_line(text: &str) -> Result<Census> {
    let line = text.lines().last().unwrap_or_default();
    let number = |unit: &str| {
        let part = line
            .split([':', ','])
            .find_map(|part| part.strip_suffix(unit));
        let number = part.and_then(|part| part.trim().parse::<u64>().ok());
        number.with_context(|| format!("rustic's line {line:?}"))
    };
    Ok(Census {
        files: number(" files")?,
        bytes: number(" bytes")?,
    })
}

/// `borg list`, as `- 1234` on each line, where the dash says that it is a regular file.
pub(crate) fn type_and_size(text: &str) -> Result<Census> {
    let mut census = Census::default();
    for line in text.lines() {
        let (kind, size) = line
            .split_once(' ')
            .with_context(|| format!("borg's line {line:?}"))?;
        if kind == "-" {
            census.files += 1;
            census.bytes += size
                .parse::<u64>()
                .with_context(|| format!("borg's line {line:?}"))?;
        }
    }
    Ok(census)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_as_the_peers_print_them() -> Result<()> {
        let three = Census {
            files: 3,
            bytes: 300_000,
        };
        let restic = r#"{"tree":"0d08","paths":["/src"],"struct_type":"snapshot"}
{"name":"d1","type":"dir","path":"/src/d1","mode":2147484141,"struct_type":"node"}
{"name":"a","type":"file","path":"/src/d1/a","size":100000,"struct_type":"node"}
{"name":"b","type":"file","path":"/src/d1/b","size":200000,"struct_type":"node"}
{"name":"c","type":"file","path":"/src/d1/c","struct_type":"node"}
"#;
        assert_eq!(json_lines(restic)?, three);
        assert_eq!(
            total_line("src\nsrc/a\ntotal: 1 dirs, 3 files, 300000 bytes\n")?,
            three
        );
        assert_eq!(type_and_size("d 0\n- 100000\n- 0\nl 7\n- 200000\n")?, three);
        for wrong in ["", "total: 3 files", "total: 1 dirs, many files, 7 bytes"] {
            assert!(total_line(wrong).is_err(), "{wrong:?}");
        }
        assert!(json_lines("{").is_err() && type_and_size("- many").is_err());
        Ok(())
    }
}
