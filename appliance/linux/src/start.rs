//! The first seconds: the kernel's own file systems, udev, modules.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::mount::{MsFlags, mount};

use crate::tool;

/// Loaded at once because nothing announces them: the control nodes of the device mapper and of loop devices, QEMU's firmware
/// configuration, and what a drive's set-up needs, so that the person does not wait for them later.
const MODULES: [&str; 9] = [
    "dm_mod",
    "loop",
    "dm_crypt",
    "xts",
    "ext4",
    "vfat",
    "nls_cp437",
    "nls_ascii",
    "qemu_fw_cfg",
];

/// Mounts what every program expects. For process 1, before anything else.
///
/// # Errors
/// The first mount that fails.
pub fn mount_early() -> io::Result<()> {
    let safe = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC | MsFlags::MS_NODEV;
    let mounts: [(&str, &str, MsFlags, &str); 5] = [
        ("proc", "/proc", safe, ""),
        ("sysfs", "/sys", safe, ""),
        (
            "devtmpfs",
            "/dev",
            MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC,
            "mode=0755",
        ),
        ("tmpfs", "/run", safe, "mode=0755"),
        ("tmpfs", "/tmp", safe, "mode=1777"),
    ];
    for (kind, place, flags, options) in mounts {
        std::fs::create_dir_all(place)?;
        match mount(Some(kind), place, Some(kind), flags, Some(options)) {
            // The kernel may have mounted /dev already.
            Ok(()) | Err(nix::errno::Errno::EBUSY) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    // Kernel messages would be drawn over the screen; they stay in the kernel's buffer, and on a serial console that asked for them.
    if !Path::new("/proc/cmdline").exists() {
        return Err(io::Error::from(io::ErrorKind::NotFound));
    }
    Ok(())
}

/// Starts udev and has it look at everything that is there.
///
/// # Errors
/// When the daemon can't be started.
pub fn start_udevd() -> io::Result<Child> {
    let daemon = Command::new("/usr/lib/systemd/systemd-udevd")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(daemon)
}

/// Has udev look at everything again, and waits until it has.
pub(crate) fn settle() {
    for arguments in [
        &["trigger", "--action=add", "--type=subsystems"][..],
        &["trigger", "--action=add", "--type=devices"][..],
        &["settle", "--timeout=30"][..],
    ] {
        // What udev could not settle in time comes later as hot-plug events.
        if let Err(error) = tool::succeed("udevadm", arguments) {
            log::warn!("udev: {error}");
        }
    }
}

/// Loads the modules that nothing announces.
pub fn load_modules() {
    for module in MODULES {
        // Some are built in, and a PC has no firmware configuration of QEMU's: what is really missing shows itself where it is used.
        match tool::run("modprobe", &["-q", module], None) {
            Ok(output) if output.status.success() => {}
            Ok(_) => log::info!("{module} is not there"),
            Err(error) => log::warn!("{module}: {error}"),
        }
    }
}
