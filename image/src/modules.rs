//! Kernel modules: chosen by list, closed over what they depend on, and refused where they could open a network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::debian::Debian;
use crate::lists::GlobList;
use crate::step::run_tool;
use crate::tree::{Node, Tree};

const SUFFIX: &str = ".ko.xz";

/// No module from these folders goes into the image, by whichever way it was chosen. `kernel/drivers/usb/gadget/function`
/// and the single modules are network drivers that live elsewhere.
const FORBIDDEN: [&str; 14] = [
    "drivers/net/",
    "net/",
    "drivers/bluetooth/",
    "drivers/infiniband/",
    "drivers/isdn/",
    "drivers/gpu/",
    "drivers/media/",
    "sound/",
    "drivers/usb/gadget/function/",
    "drivers/usb/gadget/legacy/",
    "drivers/firewire/firewire-net",
    "drivers/message/fusion/mptlan",
    "drivers/nvme/host/nvme-tcp",
    "drivers/nvme/host/nvme-rdma",
];

/// What a driver calls to make a network interface. A module that asks the kernel for one of these is a network driver,
/// wherever it lives.
const NETWORK_SYMBOLS: [&[u8]; 3] = [
    b"\0register_netdev\0",
    b"\0register_netdevice\0",
    b"\0alloc_netdev_mqs\0",
];

/// Indexes made by depmod that modprobe and libkmod read.
const INDEXES: [&str; 9] = [
    "modules.alias.bin",
    "modules.builtin",
    "modules.builtin.alias.bin",
    "modules.builtin.bin",
    "modules.dep",
    "modules.dep.bin",
    "modules.order",
    "modules.softdep",
    "modules.symbols.bin",
];

/// Adds the chosen modules, those they need, and depmod's indexes. Returns how many modules there are.
///
/// They are stored unpacked: the initramfs is packed as a whole, which is smaller than packed modules in it, and
/// loading is quicker.
pub(crate) fn add(
    tree: &mut Tree,
    debian: &Debian,
    list: &GlobList,
    stage: &Path,
) -> Result<usize> {
    let kernel = debian.kernel_version()?;
    let folder = format!("usr/lib/modules/{kernel}/");
    let prefix = format!("{folder}kernel/");
    let all: Vec<&str> = debian
        .paths
        .iter()
        .filter_map(|path| path.strip_prefix(&prefix)?.strip_suffix(SUFFIX))
        .collect();
    let chosen = list.select(&all).context("modules.txt")?;
    let modules = closure(&chosen, &all, |module| {
        let path = format!("{prefix}{module}{SUFFIX}");
        debian.note_taken(&path);
        run_tool(
            debian
                .tool("usr/bin/xz")
                .args(["--decompress", "--stdout"])
                .arg(debian.at(&path)),
        )
    })?;
    if stage.exists() {
        fs::remove_dir_all(stage)?;
    }
    for (module, bytes) in &modules {
        let path = format!("{prefix}{module}.ko");
        let staged = stage.join(&path);
        fs::create_dir_all(staged.parent().context("a module lies in a folder")?)?;
        fs::write(&staged, bytes)?;
        tree.insert(
            &path,
            Node::File {
                mode: 0o644,
                bytes: bytes.clone(),
            },
        )?;
    }
    std::os::unix::fs::symlink("usr/lib", stage.join("lib"))?;
    for name in ["modules.builtin", "modules.builtin.modinfo"] {
        let path = format!("{folder}{name}");
        fs::write(stage.join(&path), debian.read(&path)?)?;
    }
    // The order in which drivers are tried. The kernel's own list is reduced to what is here.
    let order = String::from_utf8(debian.read(&format!("{folder}modules.order"))?)?;
    let order: String = order
        .lines()
        .filter(|line| {
            let module = line
                .strip_prefix("kernel/")
                .and_then(|line| line.strip_suffix(".ko"));
            module.is_some_and(|module| modules.contains_key(module))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(stage.join(format!("{folder}modules.order")), order)?;
    run_tool(
        debian
            .tool("usr/sbin/depmod")
            .arg("--basedir")
            .arg(stage)
            .arg(&kernel),
    )?;
    for name in INDEXES {
        let path = format!("{folder}{name}");
        let bytes = fs::read(stage.join(&path)).with_context(|| path.clone())?;
        tree.insert_file(&path, bytes)?;
    }
    Ok(modules.len())
}

/// The modules with their bytes, and all that they name as dependencies, hard or soft.
fn closure(
    chosen: &[&str],
    all: &[&str],
    mut read: impl FnMut(&str) -> Result<Vec<u8>>,
) -> Result<BTreeMap<String, Vec<u8>>> {
    let by_name: BTreeMap<String, &str> =
        all.iter().map(|path| (module_name(path), *path)).collect();
    let mut waiting: BTreeSet<&str> = chosen.iter().copied().collect();
    let mut modules = BTreeMap::new();
    while let Some(module) = waiting.pop_first() {
        let bytes = read(module)?;
        refuse_forbidden(module, &bytes)?;
        for dependency in values(&bytes, "depends").flat_map(|list| split(list, ',')) {
            let path = by_name.get(&module_name(dependency)).with_context(|| {
                format!("the kernel module {module} needs {dependency}, which the kernel's package does not bring")
            })?;
            if !modules.contains_key(*path) {
                refuse_folder(path)
                    .with_context(|| format!("the kernel module {module} cannot be taken"))?;
                waiting.insert(path);
            }
        }
        // A soft dependency may be built in, or an alias of something that the list names by itself.
        for word in values(&bytes, "softdep").flat_map(|list| split(list, ' ')) {
            if let Some(path) = by_name
                .get(&module_name(word))
                .filter(|path| !modules.contains_key(**path))
            {
                waiting.insert(path);
            }
        }
        modules.insert(module.to_owned(), bytes);
        waiting.retain(|path| !modules.contains_key(*path));
    }
    Ok(modules)
}

fn split(list: &str, separator: char) -> impl Iterator<Item = &str> {
    list.split(separator)
        .filter(|word| !word.is_empty() && !word.ends_with(':'))
}

/// A module's name: its file's name, where the kernel takes `-` and `_` for the same.
fn module_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).replace('-', "_")
}

/// The values of a field of the module's `.modinfo` section, which is a row of `field=value\0`.
fn values<'a>(bytes: &'a [u8], field: &str) -> impl Iterator<Item = &'a str> {
    let key = format!("{field}=");
    bytes.split(|&byte| byte == 0).filter_map(move |text| {
        std::str::from_utf8(text.strip_prefix(key.as_bytes())?).ok() // Not text, so not that field.
    })
}

fn refuse_folder(module: &str) -> Result<()> {
    match FORBIDDEN.iter().find(|folder| module.starts_with(**folder)) {
        Some(folder) => bail!(
            "the kernel module {module} must not be in the image: all of `{folder}` is refused, so that no network, \
             sound or graphics driver can be loaded"
        ),
        None => Ok(()),
    }
}

fn refuse_forbidden(module: &str, bytes: &[u8]) -> Result<()> {
    refuse_folder(module)?;
    let asks = |symbol: &&[u8]| bytes.windows(symbol.len()).any(|window| window == *symbol);
    ensure!(
        !NETWORK_SYMBOLS.iter().any(asks),
        "the kernel module {module} must not be in the image: it makes network interfaces"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modinfo(depends: &str, softdep: &str) -> Vec<u8> {
        let mut text = format!("\x7fELF\0license=GPL\0depends={depends}\0");
        if !softdep.is_empty() {
            text += &format!("softdep={softdep}\0");
        }
        text.into_bytes()
    }

    const ALL: [&str; 6] = [
        "drivers/a/uas",
        "drivers/a/usb-storage",
        "drivers/b/scsi_mod",
        "lib/crc32c",
        "drivers/net/tun",
        "fs/lost",
    ];

    fn read(module: &str) -> Result<Vec<u8>> {
        Ok(match module {
            "drivers/a/uas" => modinfo("usb_storage,scsi_mod", ""),
            "drivers/a/usb-storage" => modinfo("scsi_mod", "pre: crc32c builtin-thing post: uas"),
            "fs/lost" => modinfo("not_there", ""),
            _ => modinfo("", ""),
        })
    }

    #[test]
    fn what_a_module_needs_comes_with_it() {
        for (chosen, expected) in [
            (vec!["drivers/b/scsi_mod"], vec!["drivers/b/scsi_mod"]),
            (
                vec!["drivers/a/uas"],
                vec![
                    "drivers/a/uas",
                    "drivers/a/usb-storage",
                    "drivers/b/scsi_mod",
                    "lib/crc32c",
                ],
            ),
        ] {
            let found = closure(&chosen, &ALL, read).unwrap();
            assert_eq!(found.keys().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_dependency_that_is_nowhere_is_named() {
        let error = closure(&["fs/lost"], &ALL, read).unwrap_err().to_string();
        assert!(
            error.contains("fs/lost") && error.contains("not_there"),
            "{error}"
        );
    }

    #[test]
    fn no_network_driver_by_any_way() {
        for (module, bytes, refused) in [
            (
                "drivers/usb/storage/uas",
                b"\0scsi_add_host\0".as_slice(),
                false,
            ),
            ("drivers/net/usb/ax88179_178a", b"", true),
            ("net/mac80211/mac80211", b"", true),
            ("drivers/bluetooth/btusb", b"", true),
            ("sound/usb/snd-usb-audio", b"", true),
            ("drivers/gpu/drm/i915/i915", b"", true),
            ("drivers/nvme/host/nvme-tcp", b"", true),
            ("drivers/odd/place", b"x\0register_netdev\0y", true),
            (
                "drivers/odd/place",
                b"x\0register_netdevice_notifier\0y",
                false,
            ),
        ] {
            assert_eq!(
                refuse_forbidden(module, bytes).is_err(),
                refused,
                "{module}"
            );
        }
    }
}
