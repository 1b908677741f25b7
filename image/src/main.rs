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

/// The image's largest size: larger ones fail to load on some PCs, and take long to write.
const LIMIT_BYTES: usize = 100_000_000;

/// Debian's signed boot chain, and where UEFI looks for it on a stick. GRUB looks for its menu in EFI/debian.
const SIGNED_CHAIN: [(&str, &str); 3] = [
    ("usr/lib/shim/shimx64.efi.signed", "EFI/BOOT/BOOTX64.EFI"),
    ("usr/lib/shim/mmx64.efi.signed", "EFI/BOOT/mmx64.efi"),
    (
        "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
        "EFI/BOOT/grubx64.efi",
    ),
];

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
        Ok((BiosGrub::make(&debian, &work)?, String::new()))
    })?;
    step("disk image", || {
        let kernel = debian.read(&format!("boot/vmlinuz-{}", debian.kernel_version()?))?;
        let menu = fs::read(options.rootfs.join("grub.cfg")).context("grub.cfg")?;
        let readme = fs::read_to_string(options.rootfs.join("stick-README.txt"))
            .context("stick-README.txt")?
            .replace('\n', "\r\n"); // People open it on Windows.
        let mut chain = Vec::new();
        for (from, to) in SIGNED_CHAIN {
            chain.push((to, debian.read(from)?));
        }
        let packages = debian.taken_packages();
        let mut files: Vec<fat32::File<'_>> = chain
            .iter()
            .map(|(to, bytes)| (*to, bytes.as_slice()))
            .collect();
        files.extend([
            ("EFI/debian/grub.cfg", menu.as_slice()),
            ("heirloom/vmlinuz", &kernel),
            ("heirloom/initramfs.zst", &initramfs.packed),
            ("heirloom/README.txt", readme.as_bytes()),
            ("heirloom/packages.txt", packages.as_bytes()),
        ]);
        let image = disk::image(&files, &grub, release.built_unix_s)?;
        let size = format!("{:.1} MB", image.len() as f64 / 1e6);
        ensure!(
            image.len() <= LIMIT_BYTES,
            "the image has {size}; at most 100 MB are allowed"
        );
        let built = Built {
            image,
            kernel,
            initramfs: initramfs.packed,
            console_font: initramfs.console_font,
            packages,
        };
        Ok((built, size))
    })
}
