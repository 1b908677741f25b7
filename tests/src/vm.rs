//! An emulated PC: a QEMU process, what is plugged into it, and its power.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tempfile::TempDir;

use crate::lab_device::LabDevice;
use crate::locale::utf8_library;
use crate::{Drive, Qmp, Serial};

/// Polling interval for what has no descriptor to wait on.
const POLL: Duration = Duration::from_millis(20);
/// Until QEMU has opened its sockets, on a busy host.
const START: Duration = Duration::from_secs(60);
/// The day on which every story begins, so that folder names and sheets are known beforehand. It lies well after any day on which the
/// image is built: with a clock that is behind that, the appliance asks for the date.
pub const STORY_DAY: &str = "2030-11-22";

/// How a PC starts.
#[derive(Clone, Debug)]
pub enum Boot {
    /// UEFI firmware with Secure Boot and Microsoft's keys, from a USB stick with this content. The stick's file stays as it is.
    Stick(PathBuf),
    /// The same stick in a PC with a legacy BIOS.
    LegacyStick(PathBuf),
    /// A kernel straight from the host, without firmware: for helpers that are not under test.
    Kernel {
        /// Linux.
        kernel: PathBuf,
        /// Its initramfs.
        initrd: PathBuf,
        /// Its command line.
        command_line: String,
    },
}

/// What a PC is made of. It has no network card, unless `arguments` name one.
#[derive(Clone, Debug)]
pub struct VmPlan {
    /// How it starts.
    pub boot: Boot,
    /// In MiB.
    pub memory_mib: u32,
    /// Processors.
    pub cpus: u32,
    /// QEMU's `-display`: `none`, or `gtk` for a person to look at.
    pub display: String,
    /// The time at which its clock begins: `YYYY-MM-DDTHH:MM:SS`, or `utc` for that of the host.
    pub clock: String,
    /// Values that the guest finds in QEMU's `fw_cfg`, by name.
    pub fw_cfg: Vec<(String, String)>,
    /// Further arguments, as they are.
    pub arguments: Vec<String>,
    /// What it had said by `ttyS0` and `ttyS1` already, where it goes on from what was saved.
    pub said: [Vec<u8>; 2],
}

impl VmPlan {
    /// A PC with 1 GiB of memory, two processors, no window, and the stories' day on its clock.
    pub fn new(boot: Boot) -> Self {
        Self {
            boot,
            memory_mib: 1024,
            cpus: 2,
            display: "none".to_owned(),
            clock: format!("{STORY_DAY}T10:00:00"),
            fw_cfg: Vec::new(),
            arguments: Vec::new(),
            said: Default::default(),
        }
    }
}

/// A running PC. Dropping it cuts the power.
pub struct Vm {
    process: Child,
    qmp: Qmp,
    /// `ttyS0`, `ttyS1`.
    serials: [Serial; 2],
    /// Those of the lab that are plugged in, or fell off the bus by themselves.
    lab_devices: Vec<LabDevice>,
    /// Sockets, the firmware's variables, QEMU's messages.
    folder: TempDir,
}

impl Vm {
    /// Switches a PC on.
    ///
    /// # Errors
    /// When QEMU doesn't start; shows its messages.
    pub fn start(plan: &VmPlan) -> Result<Self> {
        // Not below target/: a socket's path has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("heirloom-vm-").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let listeners = ["qmp", "ttyS0", "ttyS1"].map(|name| UnixListener::bind(at(name)));
        let messages = at("qemu.txt");
        let mut process = Command::new("qemu-system-x86_64")
            .args(arguments(plan, folder.path())?)
            .env("TZ", "UTC") // usb-mtp gives out file times as local time
            .env("LD_PRELOAD", utf8_library(folder.path())?) // and their names by the locale
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&messages)?)
            .spawn()
            .context("qemu-system-x86_64 does not start; scripts/setup installs it")?;
        let mut streams = Vec::new();
        for listener in listeners {
            match accept(&listener?, &mut process) {
                Ok(stream) => streams.push(stream),
                Err(error) => {
                    // It may have ended by itself, which is what the error says.
                    let _ = process.kill();
                    process.wait()?;
                    return Err(error.context(fs::read_to_string(&messages)?));
                }
            }
        }
        let [qmp, first, second] = <[UnixStream; 3]>::try_from(streams)
            .map_err(|_| anyhow::anyhow!("three sockets give three streams"))?;
        let [said_first, said_second] = plan.said.clone();
        Ok(Self {
            process,
            serials: [
                Serial::follow(first, said_first)?,
                Serial::follow(second, said_second)?,
            ],
            qmp: Qmp::greet(qmp)?,
            lab_devices: Vec::new(),
            folder,
        })
    }

    /// The connection to QEMU itself.
    pub fn qmp(&mut self) -> &mut Qmp {
        &mut self.qmp
    }

    pub(crate) fn lab_devices(&mut self) -> &mut Vec<LabDevice> {
        &mut self.lab_devices
    }

    /// Where its sockets are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The serial port `ttyS0` or `ttyS1`.
    pub fn serial(&self, number: usize) -> &Serial {
        &self.serials[number]
    }

    /// What QEMU itself had to say, and how it ended if it has.
    pub fn messages(&mut self) -> String {
        let said = fs::read_to_string(self.folder.path().join("qemu.txt"))
            .unwrap_or_else(|error| format!("no messages of QEMU: {error}"));
        match self.process.try_wait() {
            Ok(None) => format!("{said}QEMU is running\n"),
            Ok(Some(status)) => format!("{said}QEMU ended with {status}\n"),
            Err(error) => format!("{said}how QEMU is can't be told: {error}\n"),
        }
    }

    /// Plugs a phone in that has the files of a folder; its only storage is called `desc`. Files that change in the folder change on
    /// the phone.
    ///
    /// # Errors
    /// When QEMU refuses.
    pub fn plug_phone(&mut self, id: &str, folder: &Path) -> Result<()> {
        let root = fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
        self.qmp.device_add(json!({
            "driver": "usb-mtp", "id": id, "bus": "xhci.0", "rootdir": root, "desc": "Internal storage", "readonly": true,
        }))
    }

    /// Plugs a USB disk in. It keeps what was written to it; see [`Drive`] for what a power cut does.
    ///
    /// # Errors
    /// When QEMU refuses.
    pub fn plug_drive(&mut self, id: &str, drive: &Drive) -> Result<()> {
        let node = format!("{id}-node");
        self.qmp.execute(
            "blockdev-add",
            json!({
                "driver": "raw", "node-name": node, "cache": {"direct": false, "no-flush": true},
                "file": {"driver": "file", "filename": drive.path(), "cache": {"direct": false, "no-flush": true}},
            }),
        )?;
        self.qmp.device_add(json!({
            "driver": "usb-storage", "id": id, "bus": "xhci.0", "drive": node, "serial": drive.serial(),
        }))
    }

    /// Pulls a phone or a device of the lab out.
    ///
    /// # Errors
    /// When QEMU refuses, as it does when there is no such device, and when a device of the lab could not be served.
    pub fn unplug(&mut self, id: &str) -> Result<()> {
        self.pull_lab_device(id)?;
        self.qmp.device_del(id)
    }

    /// Pulls a drive out.
    ///
    /// # Errors
    /// As [`Vm::unplug`].
    pub fn pull_drive(&mut self, id: &str) -> Result<()> {
        self.qmp.device_del(id)?;
        self.qmp
            .execute("blockdev-del", json!({"node-name": format!("{id}-node")}))
            .map(drop)
    }

    /// Waits until the guest has switched the PC off.
    ///
    /// # Errors
    /// At the deadline, and when QEMU ended by a signal or with an error.
    pub fn wait_for_power_off(&mut self, within: Duration) -> Result<()> {
        let status = self
            .wait(within)?
            .with_context(|| format!("the PC is still on after {} s", within.as_secs()))?;
        ensure!(status.success(), "{}", self.messages());
        Ok(())
    }

    /// Ends the PC in good order from the host's side, whatever the guest does.
    ///
    /// # Errors
    /// When QEMU doesn't end.
    pub fn shut_down(mut self) -> Result<()> {
        self.qmp.execute("quit", json!({}))?;
        self.wait_for_power_off(START)
    }

    /// Cuts the power: QEMU is killed, and nothing in the guest has a chance to say anything.
    ///
    /// # Errors
    /// When it had ended before.
    pub fn cut_power(&mut self) -> Result<()> {
        ensure!(self.process.try_wait()?.is_none(), "the PC was off already");
        self.process.kill()?;
        let status = self.process.wait()?;
        ensure!(status.signal().is_some(), "QEMU ended with {status}");
        Ok(())
    }

    fn wait(&mut self, within: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + within;
        loop {
            let status = self.process.try_wait()?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        // Best effort: it has ended already in most cases, and then both say so.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// QEMU's command line.
fn arguments(plan: &VmPlan, folder: &Path) -> Result<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |arguments: &[&str]| all.extend(arguments.iter().map(|&text| text.to_owned()));
    add(&[
        "-nodefaults",
        "-no-user-config",
        "-no-reboot",
        "-nic",
        "none",
    ]);
    add(&[
        "-m",
        &plan.memory_mib.to_string(),
        "-smp",
        &plan.cpus.to_string(),
    ]);
    // /dev/kvm may be there and still not run a stock kernel, so that it is a choice.
    if std::env::var_os("HEIRLOOM_KVM").is_some_and(|value| value == "1") {
        add(&["-accel", "kvm", "-cpu", "host"]);
    } else {
        // One thread for both processors: with a thread for each, QEMU 7.2 now and then lets one run into an instruction that the other has just
        // changed, and the guest's kernel dies of it ("int3"). On a host that is busy it is the faster way, too.
        add(&["-accel", "tcg,thread=single", "-cpu", "max"]);
    }
    add(&["-rtc", &format!("base={},clock=host", plan.clock)]);
    add(&["-vga", "std", "-display", &plan.display]);
    add(&["-device", "qemu-xhci,id=xhci,p2=8,p3=8"]);
    for (chardev, device) in [
        ("qmp", ""),
        ("ttyS0", "isa-serial"),
        ("ttyS1", "isa-serial"),
    ] {
        let path = folder.join(chardev);
        add(&[
            "-chardev",
            &format!("socket,id={chardev},path={}", path.display()),
        ]);
        if !device.is_empty() {
            add(&["-device", &format!("{device},chardev={chardev}")]);
        }
    }
    add(&["-mon", "chardev=qmp,mode=control"]);
    match &plan.boot {
        Boot::Stick(image) => {
            let (code, variables) = firmware()?;
            let own_variables = folder.join("variables.fd");
            fs::copy(&variables, &own_variables).context("firmware variables")?;
            add(&["-machine", "q35,smm=on"]);
            add(&["-global", "driver=cfi.pflash01,property=secure,value=on"]);
            add(&[
                "-drive",
                &format!(
                    "if=pflash,unit=0,format=raw,readonly=on,file={}",
                    code.display()
                ),
            ]);
            add(&[
                "-drive",
                &format!(
                    "if=pflash,unit=1,format=raw,file={}",
                    own_variables.display()
                ),
            ]);
            stick(image).iter().for_each(|argument| add(&[argument]));
        }
        Boot::LegacyStick(image) => {
            add(&["-machine", "q35"]);
            stick(image).iter().for_each(|argument| add(&[argument]));
        }
        Boot::Kernel {
            kernel,
            initrd,
            command_line,
        } => {
            add(&["-machine", "q35"]);
            add(&[
                "-kernel",
                &kernel.display().to_string(),
                "-initrd",
                &initrd.display().to_string(),
            ]);
            add(&["-append", command_line]);
        }
    }
    for (number, (name, value)) in plan.fw_cfg.iter().enumerate() {
        // By way of a file: commas and quotes in a value mean nothing there.
        let file = folder.join(format!("fw_cfg{number}"));
        fs::write(&file, value)?;
        add(&["-fw_cfg", &format!("name={name},file={}", file.display())]);
    }
    all.extend(plan.arguments.iter().cloned());
    Ok(all)
}

/// The stick as the first disk to start from. Its file stays as it is.
fn stick(image: &Path) -> [String; 4] {
    [
        "-drive".to_owned(),
        format!(
            "if=none,id=stick,format=raw,snapshot=on,file={}",
            image.display()
        ),
        "-device".to_owned(),
        "usb-storage,id=stick,bus=xhci.0,drive=stick,bootindex=0,removable=on,serial=HEIRLOOM-STICK"
            .to_owned(),
    ]
}

/// The firmware with Secure Boot, and its variables with Microsoft's keys, as Debian's `ovmf` installs them.
fn firmware() -> Result<(PathBuf, PathBuf)> {
    let find = |names: &[&str]| {
        names
            .iter()
            .map(|name| Path::new("/usr/share/OVMF").join(name))
            .find(|path| path.exists())
            .context("no Secure Boot firmware in /usr/share/OVMF; scripts/setup installs it")
    };
    Ok((
        find(&["OVMF_CODE_4M.ms.fd", "OVMF_CODE_4M.secboot.fd"])?,
        find(&["OVMF_VARS_4M.ms.fd"])?,
    ))
}

/// Waits for QEMU to connect, or to end.
fn accept(listener: &UnixListener, process: &mut Child) -> Result<UnixStream> {
    listener.set_nonblocking(true)?;
    let deadline = Instant::now() + START;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(status) = process.try_wait()? {
            bail!("QEMU ended with {status}");
        }
        ensure!(Instant::now() < deadline, "QEMU does not open its sockets");
        std::thread::sleep(POLL);
    }
}
