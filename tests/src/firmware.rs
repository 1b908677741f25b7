//! From power-on to the kernel, through the boot menu.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{Events, Key, LONG, Qmp, Screen};

/// What the boot menu says as long as it is on the screen.
const MENU: &str = "GNU GRUB";
/// A key may be pressed too early for the menu to see it, so it is pressed again after this while.
const PRESS_AGAIN: Duration = Duration::from_secs(2);

/// Waits for the boot menu on the serial console, chooses an entry by its hotkey on QEMU's keyboard, and waits for the kernel's first
/// words on the second serial port, which only the entry for headless PCs has it use.
pub(crate) fn choose_headless(
    qmp: &mut Qmp,
    screen: &mut Screen,
    log: &Events,
    hotkey: char,
) -> Result<()> {
    let deadline = Instant::now() + LONG;
    screen.wait_for_text(MENU, LONG)?;
    loop {
        if screen.text().contains(MENU) {
            qmp.press(&[Key::Text(hotkey.to_string())])?;
        }
        if log.kernel_has_begun(PRESS_AGAIN) {
            return Ok(());
        }
        if Instant::now() >= deadline {
            bail!(
                "no word from the kernel after the boot menu; the screen:\n{}",
                screen.text()
            );
        }
    }
}
