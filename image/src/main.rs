//! Builds the bootable image: Debian's signed shim, GRUB and kernel, unmodified, and an initramfs that holds the whole
//! running system. No loop device, no mount; the network only for the download of the packages.

mod bios;
mod cpio;
mod debian;
mod disk;
mod elf;
mod fat32;
mod fat32_names;
mod initramfs;
mod keymaps;
mod libraries;
mod lists;
mod modules;
mod options;
mod release;
mod step;
mod stick;
mod tool;
mod tree;
mod udev_rules;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::bios::BiosGrub;
use crate::debian::{Debian, hex};
use crate::options::{Options, USAGE};
use crate::release::Release;
use crate::step::step;
use crate::stick::Stick;
use crate::tool::PortableTool;

/// The image's largest size: larger ones fail to load on some PCs, and take long to write.
const IMAGE_BYTES_MAX: usize = 100_000_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The causes, without a backtrace: what went wrong is in the tools and the data.
            eprintln!("\nThe image was not built.");
            for cause in error.chain() {
                eprintln!("  {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Some(options) = Options::parse(std::env::args_os().skip(1))? else {
        print!("{USAGE}");
        return Ok(());
    };
    fs::create_dir_all(&options.out)?;
    let release = Release::of(&options.rootfs)?;
    let packages =
        fs::read_to_string(options.rootfs.join("packages.txt")).context("packages.txt")?;
    let archive = step("Debian's packages", || {
        debian::download(&packages, &options.out.join("cache"), options.fresh)
    })?;
    let built = build(&options, &archive, &release)?;
    if options.twice {
        eprintln!("once more, to compare:");
        let again = build(&options, &archive, &release)?;
        ensure!(
            built == again,
            "two builds from the same packages differ; this must not be"
        );
        eprintln!("both builds are the same, byte for byte");
    }
    step("write", || {
        let out = |name: &str, bytes: &[u8]| {
            // By rename, so that whoever reads the old one goes on reading it.
            let (path, draft) = (
                options.out.join(name),
                options.out.join(format!("{name}.new")),
            );
            fs::write(&draft, bytes)
                .and_then(|()| fs::rename(&draft, &path))
                .with_context(|| path.display().to_string())
        };
        out("kernel", &built.kernel)?;
        out("initramfs.zst", &built.initramfs)?;
        out("console-font.psf", &built.console_font)?;
        out("packages.txt", built.packages.as_bytes())?;
        out(tool::LINUX, &built.tool)?;
        out("heirloom.img", &built.image)?;
        let digest = hex(&Sha256::digest(&built.image));
        out(
            "heirloom.img.sha256",
            format!("{digest}  heirloom.img\n").as_bytes(),
        )?;
        Ok(((), digest))
    })?;
    let path = options.out.join("heirloom.img");
    eprintln!(
        "{}: {:.1} MB",
        path.display(),
        built.image.len() as f64 / 1e6
    );
    Ok(())
}

/// What a build yields.
#[derive(PartialEq, Eq)]
struct Built {
    image: Vec<u8>,
    kernel: Vec<u8>,
    initramfs: Vec<u8>,
    console_font: Vec<u8>,
    /// `name version` of each Debian package of which something is in the image.
    packages: String,
    /// The portable tool, as it is in the image.
    tool: Vec<u8>,
}

fn build(options: &Options, archive: &Path, release: &Release) -> Result<Built> {
    let work = options.out.join("work");
    fs::create_dir_all(&work)?;
    let debian = step("unpack", || {
        let debian = Debian::unpack(archive, &work.join("debian"))?;
        let note = format!(
            "{} files, kernel {}",
            debian.paths.len(),
            debian.kernel_version()?
        );
        Ok((debian, note))
    })?;
    let initramfs = initramfs::build(options, &debian, release, &work)?;
    let grub = step("GRUB for legacy BIOS", || {
        Ok((BiosGrub::make(&debian, &work, 2)?, String::new()))
    })?;
    step("disk image", || {
        let kernel = debian.read(&format!("boot/vmlinuz-{}", debian.kernel_version()?))?;
        let drive_grub = BiosGrub::make(&debian, &work, 1)?;
        let page = options.rootfs.join("tool.txt");
        let portable = PortableTool::read(&options.tool, &page)?;
        let tool = portable.program.clone();
        let stick = Stick::gather(
            &options.rootfs,
            &debian,
            release,
            &drive_grub,
            &kernel,
            &initramfs.packed,
            portable,
        )?;
        let image = disk::image(&stick.files(), &grub, release.built_unix_s)?;
        let size = format!("{:.1} MB", image.len() as f64 / 1e6);
        ensure!(
            image.len() <= IMAGE_BYTES_MAX,
            "the image has {size}; at most 100 MB are allowed"
        );
        let built = Built {
            image,
            kernel,
            initramfs: initramfs.packed,
            console_font: initramfs.console_font,
            packages: debian.taken_packages(),
            tool,
        };
        Ok((built, size))
    })
}
