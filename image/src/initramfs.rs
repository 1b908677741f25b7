//! The initramfs: the whole running system as one tree, packed as cpio and zstd.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::debian::Debian;
use crate::lists::GlobList;
use crate::options::Options;
use crate::release::Release;
use crate::step::{run_tool, step};
use crate::tree::{Node, Tree};
use crate::{cpio, keymaps, libraries, modules, udev_rules};

/// Where the init binary goes; `/init` is a link to it.
const INIT: &str = "usr/bin/heirloom-init";

/// Debian's files under the names by which the appliance finds them. Terminus Bold with 512 glyphs: Latin letters, box drawing
/// and block elements; 16 pixels high for usual screens, 32 for dense ones.
const CONSOLE_FONTS: [(&str, &str); 2] = [
    (
        "usr/share/consolefonts/Uni2-TerminusBold16.psf.gz",
        "usr/share/heirloom/console/font-16.psf",
    ),
    (
        "usr/share/consolefonts/Uni2-TerminusBold32x16.psf.gz",
        "usr/share/heirloom/console/font-32.psf",
    ),
];

const SHEET_FONTS: [(&str, &str); 3] = [
    (
        "usr/share/fonts/truetype/lato/Lato-Regular.ttf",
        "usr/share/heirloom/fonts/sans.ttf",
    ),
    (
        "usr/share/fonts/truetype/lato/Lato-Bold.ttf",
        "usr/share/heirloom/fonts/sans-bold.ttf",
    ),
    (
        "usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
        "usr/share/heirloom/fonts/mono.ttf",
    ),
];

/// The packed initramfs and the parts of it that are also wanted beside it.
pub(crate) struct Initramfs {
    pub(crate) packed: Vec<u8>,
    pub(crate) console_font: Vec<u8>,
}

/// Builds the tree, checks it, and packs it. `work` is a folder for files that tools exchange.
pub(crate) fn build(
    options: &Options,
    debian: &Debian,
    release: &Release,
    work: &Path,
) -> Result<Initramfs> {
    let data = |name: &str| {
        let path = options.rootfs.join(name);
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let mut tree = Tree::default();
    step("choose files", || {
        tree.insert_layout(&data("layout.txt")?)?;
        tree.insert_folder(&options.rootfs.join("overlay"))?;
        let paths: Vec<&str> = debian.paths.iter().map(String::as_str).collect();
        for path in GlobList::parse(&data("keep.txt")?)
            .select(&paths)
            .context("keep.txt")?
        {
            libraries::take(&mut tree, debian, path)?;
        }
        let init = fs::read(&options.init).with_context(|| {
            format!(
                "the init program {}; build it first",
                options.init.display()
            )
        })?;
        tree.insert(
            INIT,
            Node::File {
                mode: 0o755,
                bytes: init,
            },
        )?;
        tree.insert_file("etc/heirloom/release.json", release.json())?;
        Ok(((), format!("{} entries", tree.iter().count())))
    })?;
    step("shared libraries", || {
        let count = libraries::close(&mut tree, debian)?;
        libraries::check_versions(&tree, debian)?;
        let rules = udev_rules::check(&tree)?;
        Ok((
            (),
            format!("{count} libraries; {rules} files of udev rules are complete"),
        ))
    })?;
    step("kernel modules", || {
        let list = GlobList::parse(&data("modules.txt")?);
        let count = modules::add(&mut tree, debian, &list, &work.join("modules"))?;
        Ok(((), format!("{count} modules, no network among them")))
    })?;
    step("keyboard layouts", || {
        let count = keymaps::add(&mut tree, debian, &data("keymaps.txt")?, work)?;
        Ok(((), format!("{count} layouts")))
    })?;
    let console_font = step("fonts", || {
        for (from, to) in CONSOLE_FONTS {
            debian.note_taken(from);
            let font = run_tool(Command::new("gzip").args(["-dc"]).arg(debian.at(from)))?;
            tree.insert_file(to, font)?;
        }
        for (from, to) in SHEET_FONTS {
            tree.insert_file(to, debian.read(from)?)?;
        }
        // The one that an emulated PC's display of 1280 x 800 is given.
        let Some(Node::File { bytes, .. }) = tree.get(CONSOLE_FONTS[1].1) else {
            unreachable!("the font was put in a moment ago");
        };
        Ok((bytes.clone(), String::new()))
    })?;
    let packed = step("pack the initramfs", || {
        let archive = cpio::archive(&tree, release.built_unix_s);
        let (from, to) = (work.join("initramfs.cpio"), work.join("initramfs.zst"));
        fs::write(&from, &archive)?;
        // Packing with threads gives the same bytes however many there are, but others than without.
        let mut zstd = debian.tool("usr/bin/zstd");
        zstd.args(["-19", "--threads=2", "--force", "--quiet"])
            .arg(&from)
            .arg("-o")
            .arg(&to);
        run_tool(&mut zstd)?;
        let packed = fs::read(&to)?;
        let note = format!(
            "{} MB, packed {} MB",
            archive.len() / 1_000_000,
            packed.len() / 1_000_000
        );
        Ok((packed, note))
    })?;
    Ok(Initramfs {
        packed,
        console_font,
    })
}
