//! A person does it all: in a window, or in the terminal.

use std::io::{IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use heirloom_stories::{Pc, PcPlan, Serial};

use crate::PASSPHRASE;
use crate::folder::Folder;
use crate::options::Options;
use crate::progress::Progress;
use crate::summary;

/// People have time.
const A_DAY: Duration = Duration::from_secs(24 * 3_600);
/// How soon the way out is noticed.
const LOOK: Duration = Duration::from_millis(200);
/// Ctrl and ], as in telnet: the appliance has no use for it.
const WAY_OUT: u8 = 0x1d;

const WHAT_TO_DO: &str = "  - Choose `Make an archive drive of QEMU HARDDISK (16.0 GB)`, give it a name, and a passphrase twice.
  - Choose `Archive QEMU ... now`: that is the phone. Enter starts; the report follows.
  - Lock the archive, and switch the computer off. F1 helps on every page.";

/// A PC in a window.
pub(crate) fn in_a_window(options: &Options, folder: &Folder) -> Result<()> {
    ensure!(
        std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some(),
        "there is no screen for a window here; scripts/demo --serial needs none"
    );
    let progress = Progress::begin();
    let mut plan = PcPlan { vm: folder.pc() };
    plan.vm.display = "gtk".to_owned();
    let mut pc = switch_on(options, folder, &progress, &plan)?;
    println!(
        "A PC starts in a window. In half a minute it asks for the keyboard.\n\n  - Choose the one that you have: the window passes each key on by its place.\n{WHAT_TO_DO}\n"
    );
    println!(
        "The window's own keys: Ctrl+Alt+G gives the mouse back, Ctrl+Alt+F is full screen. Closing it pulls the plug."
    );
    pc.wait_for_power_off(A_DAY)?;
    drop(pc);
    what_is_left(folder)
}

/// The PC's first serial port is this terminal.
pub(crate) fn on_this_terminal(options: &Options, folder: &Folder) -> Result<()> {
    let (stdin, stdout) = (std::io::stdin(), std::io::stdout());
    ensure!(
        stdin.is_terminal() && stdout.is_terminal(),
        "--serial needs a terminal of at least 80 by 24 characters"
    );
    println!(
        "This terminal becomes the screen of a PC without one. When the boot menu comes, press h within 5 seconds. Then:\n"
    );
    println!("{WHAT_TO_DO}\n");
    println!("Ctrl+] pulls the plug and gives the terminal back. Press Enter to switch the PC on.");
    stdin.read_line(&mut String::new())?;
    let progress = Progress::begin();
    let mut pc = switch_on(options, folder, &progress, &PcPlan { vm: folder.pc() })?;
    let left = {
        let _raw = RawTerminal::enter()?;
        connect(pc.serial(0))?
    };
    if left {
        println!("The plug was pulled.");
    } else {
        pc.wait_for_power_off(A_DAY)?;
    }
    drop(pc);
    what_is_left(folder)
}

/// Phone and drive are in from the beginning.
fn switch_on(options: &Options, folder: &Folder, progress: &Progress, plan: &PcPlan) -> Result<Pc> {
    folder.prepare(options.keep)?;
    let photos = folder.phone(options, progress)?;
    let mut pc = Pc::start(plan, folder.log())?;
    pc.plug_drive("archive", &folder.drive()?)?;
    pc.plug_phone("phone", &photos)?;
    Ok(pc)
}

/// Passes bytes both ways until the PC goes off, or the person leaves: then it returns true.
fn connect(serial: &Serial) -> Result<bool> {
    let left = Arc::new(AtomicBool::new(false));
    let (keys, leave) = (serial.clone(), Arc::clone(&left));
    // Waits for a key for ever; it ends with the program.
    std::thread::spawn(move || {
        let mut buffer = [0; 256];
        while let Ok(count @ 1..) = std::io::stdin().read(&mut buffer) {
            let typed = &buffer[..count];
            if typed.contains(&WAY_OUT) || keys.write(typed).is_err() {
                break;
            }
        }
        leave.store(true, Ordering::Relaxed);
    });
    let mut out = std::io::stdout();
    let mut shown = 0;
    loop {
        // Asked before the last look, so that nothing that came before the end is missed.
        let (closed, left) = (serial.is_closed(), left.load(Ordering::Relaxed));
        let new = serial.wait(LOOK, |bytes| {
            (bytes.len() > shown).then(|| bytes[shown..].to_vec())
        });
        if let Some(new) = new {
            shown += new.len();
            out.write_all(&new)?;
            out.flush()?;
        } else if closed || left {
            return Ok(left && !closed);
        }
        if left && !closed {
            return Ok(true);
        }
    }
}

/// The terminal passes every key on as it is, for as long as this lives.
struct RawTerminal {
    settings: String,
}

impl RawTerminal {
    fn enter() -> Result<Self> {
        let settings = stty(&["-g"])?.trim().to_owned();
        let raw = Self { settings };
        stty(&["raw", "-echo"])?;
        Ok(raw)
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        // Colours back to normal, the cursor visible, everything erased (ECMA-48 SGR and ED, DEC's DECTCEM).
        print!("\x1b[0m\x1b[?25h\x1b[2J\x1b[H");
        if let Err(error) = stty(&[&self.settings]) {
            eprintln!("{error:#}; the command `reset` gives the terminal back\r");
        }
    }
}

fn stty(arguments: &[&str]) -> Result<String> {
    let output = Command::new("stty")
        .args(arguments)
        .stdin(Stdio::inherit())
        .output()
        .context("stty")?;
    if !output.status.success() {
        bail!("stty: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn what_is_left(folder: &Folder) -> Result<()> {
    match summary::take_sheet(folder) {
        Ok(()) => println!(
            "The restore sheet: {}",
            folder.file("restore-sheet.pdf").display()
        ),
        // The person may have stopped before there was one.
        Err(_) => println!("There is no restore sheet on the drive yet."),
    }
    println!(
        "The archive drive: {}",
        folder.file("archive-drive.img").display()
    );
    println!(
        "scripts/demo --keep goes on with it, by hand with --window or --serial; by itself it tries the passphrase `{PASSPHRASE}`.\n"
    );
    println!("{}", summary::by_hand(folder));
    Ok(())
}
