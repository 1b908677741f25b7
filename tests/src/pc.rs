//! A PC with the appliance in it, as the person in a story has it before them.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{
    Boot, ConsoleFont, Drive, Events, Key, Picture, Screen, Vm, VmPlan, appliance_image, firmware,
};

/// The boot menu's hotkey for headless PCs.
const HEADLESS: char = 'h';
/// Enough for Argon2 to be what it is, and little enough for an emulated processor.
pub const ARGON2_MEMORY_KIB: u32 = 8 * 1024;

/// What a PC of a story is made of.
#[derive(Clone, Debug)]
pub struct PcPlan {
    /// The machine.
    pub vm: VmPlan,
}

impl PcPlan {
    /// A PC that starts from a stick with the image, with little memory for Argon2 to fill, as the image allows under QEMU alone.
    pub fn appliance() -> Self {
        let mut vm = VmPlan::new(Boot::Stick(appliance_image()));
        vm.fw_cfg.push((
            "opt/org.heirloom/argon2-memory-kib".to_owned(),
            ARGON2_MEMORY_KIB.to_string(),
        ));
        Self { vm }
    }

    /// The same PC with a legacy BIOS instead of UEFI.
    pub fn with_bios(mut self) -> Self {
        if let Boot::Stick(image) = self.vm.boot {
            self.vm.boot = Boot::LegacyStick(image);
        }
        self
    }

    /// The same PC, without a stick: it starts from an archive drive, whose file stays as it is.
    pub fn from_drive(mut self, drive: &Drive) -> Self {
        self.vm.boot = Boot::Stick(drive.path().to_owned());
        self
    }

    /// The same PC with more in it, by QEMU's own arguments.
    pub fn with(mut self, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        self.vm.arguments.extend(arguments);
        self
    }
}

/// A PC that is on. What it said is kept in a folder when it goes, however it goes.
pub struct Pc {
    vm: Vm,
    /// The screen on the serial console (`ttyS0`), and its keys.
    pub screen: Screen,
    /// The event log and the kernel's messages (`ttyS1`).
    pub events: Events,
    keep: PathBuf,
}

impl Pc {
    /// Switches it on; what it says will be kept in the folder `keep`.
    ///
    /// # Errors
    /// As [`Vm::start`].
    pub fn start(plan: &PcPlan, keep: PathBuf) -> Result<Self> {
        fs::create_dir_all(&keep)?;
        let vm = Vm::start(&plan.vm)?;
        Ok(Self {
            screen: Screen::new(vm.serial(0).clone()),
            events: Events::new(vm.serial(1).clone(), "@heirloom"),
            vm,
            keep,
        })
    }

    /// Chooses the boot menu's entry for headless PCs and returns with the kernel's first words.
    ///
    /// # Errors
    /// When the menu, or the kernel after it, doesn't come.
    pub fn boot_headless(&mut self) -> Result<()> {
        firmware::choose_headless(self.vm.qmp(), &mut self.screen, &self.events, HEADLESS)
    }

    /// Presses keys on the PC's own keyboard (US layout), as opposed to the serial console's.
    ///
    /// # Errors
    /// When a character is not on it, or QEMU is gone.
    pub fn press(&mut self, keys: &[Key]) -> Result<()> {
        self.vm.qmp().press(keys)
    }

    /// Takes a picture of the PC's display as a PNG file.
    ///
    /// # Errors
    /// When QEMU is gone.
    pub fn screenshot(&mut self, file: &Path) -> Result<()> {
        self.vm.qmp().screendump(file)
    }

    /// Reads the PC's display: its pixels, by the console's font.
    ///
    /// # Errors
    /// When QEMU is gone.
    pub fn read_display(&mut self, font: &ConsoleFont) -> Result<Vec<String>> {
        let file = self.keep.join("display.png");
        self.screenshot(&file)?;
        Ok(font.read(&Picture::open(&file)?))
    }

    fn keep_what_it_said(&mut self) -> Result<()> {
        fs::write(self.keep.join("screen.txt"), self.screen.text())?;
        fs::write(self.keep.join("serial0.log"), self.vm.serial(0).bytes())?;
        fs::write(self.keep.join("serial1.log"), self.vm.serial(1).bytes())?;
        fs::write(self.keep.join("qemu.txt"), self.vm.messages())?;
        if !self.vm.serial(0).is_closed() {
            self.screenshot(&self.keep.join("display.png"))?;
        }
        Ok(())
    }
}

impl Deref for Pc {
    type Target = Vm;
    fn deref(&self) -> &Vm {
        &self.vm
    }
}

impl DerefMut for Pc {
    fn deref_mut(&mut self) -> &mut Vm {
        &mut self.vm
    }
}

impl Drop for Pc {
    fn drop(&mut self) {
        if let Err(error) = self.keep_what_it_said() {
            eprintln!("not all that the PC said could be kept: {error:#}");
        }
    }
}
