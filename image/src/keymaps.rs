//! Keyboard layouts: each line of `keymaps.txt` becomes one Unicode keymap without includes, made from XKB's data by Debian's
//! `ckbcomp`, and read once by `loadkeys` as a check.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::debian::Debian;
use crate::lists::meaningful_lines;
use crate::step::run_tool;
use crate::tree::Tree;

const FOLDER: &str = "usr/share/heirloom/keymaps";

/// Adds the keymaps and their list, and returns how many there are.
pub(crate) fn add(tree: &mut Tree, debian: &Debian, list: &str, work: &Path) -> Result<usize> {
    let layouts = parse(list)?;
    // What the keymaps are made from.
    debian.note_taken("usr/bin/ckbcomp");
    debian.note_taken("usr/share/X11/xkb/symbols/us");
    for layout in &layouts {
        let mut ckbcomp = Command::new("perl");
        // Without this, perl walks its tables in another order on each run.
        ckbcomp.env("PERL_HASH_SEED", "0").env("LC_ALL", "C");
        ckbcomp
            .arg(debian.at("usr/bin/ckbcomp"))
            .arg(format!("-I{}", debian.at("usr/share/X11/xkb").display()))
            .args(["-model", "pc105", "-layout", layout.layout]);
        if let Some(variant) = layout.variant {
            ckbcomp.args(["-variant", variant]);
        }
        let keymap = run_tool(&mut ckbcomp)?;
        let file = work.join(format!("{}.kmap", layout.code));
        fs::write(&file, &keymap)?;
        let binary = run_tool(
            debian
                .tool("usr/bin/loadkeys")
                .args(["--bkeymap", "--unicode"])
                .arg(&file),
        )?;
        ensure!(
            binary.starts_with(b"bkeymap"),
            "loadkeys made no keymap of {}",
            file.display()
        );
        tree.insert_file(&format!("{FOLDER}/{}.kmap", layout.code), keymap)?;
    }
    let list: String = layouts
        .iter()
        .map(|layout| format!("{}\t{}\n", layout.code, layout.name))
        .collect();
    tree.insert_file(&format!("{FOLDER}/list.txt"), list)?;
    Ok(layouts.len())
}

#[derive(Debug, PartialEq, Eq)]
struct Layout<'a> {
    code: &'a str,
    layout: &'a str,
    variant: Option<&'a str>,
    name: &'a str,
}

fn parse(list: &str) -> Result<Vec<Layout<'_>>> {
    let mut layouts: Vec<Layout<'_>> = Vec::new();
    for line in meaningful_lines(list) {
        let (code, name) = line.split_once('\t').with_context(|| {
            format!("the line `{line}` of keymaps.txt is not: code, a TAB, name")
        })?;
        let plain = code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        ensure!(plain && !code.is_empty(), "`{code}` is no layout code");
        ensure!(
            layouts.iter().all(|there| there.code != code),
            "the layout `{code}` comes twice"
        );
        let (layout, variant) = match code.split_once('-') {
            Some((layout, variant)) => (layout, Some(variant)),
            None => (code, None),
        };
        layouts.push(Layout {
            code,
            layout,
            variant,
            name,
        });
    }
    Ok(layouts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_and_variants() {
        let layouts = parse("# x\nde\tDeutsch\nch-fr\tFrançais (Suisse)\n").unwrap();
        assert_eq!(
            layouts,
            [
                Layout {
                    code: "de",
                    layout: "de",
                    variant: None,
                    name: "Deutsch"
                },
                Layout {
                    code: "ch-fr",
                    layout: "ch",
                    variant: Some("fr"),
                    name: "Français (Suisse)"
                },
            ]
        );
        for bad in ["de Deutsch", "../x\tName", "de\tA\nde\tB"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
