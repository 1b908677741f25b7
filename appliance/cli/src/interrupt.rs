//! Stops cleanly when it is asked to, by Ctrl-C, a hang-up or the system going down.

use heirloom_engine::Cancel;

use crate::exit::Exit;
use crate::trouble::Trouble;

/// Yields what is cancelled by the first such signal; the second one ends the program at once, which harms nothing but the unfinished run.
pub(crate) fn cancel_on_signal() -> Result<Cancel, Trouble> {
    let cancel = Cancel::new();
    let asked = cancel.clone();
    ctrlc::set_handler(move || {
        if asked.is_cancelled() {
            std::process::exit(Exit::Interrupted.code().into());
        }
        asked.cancel();
        eprintln!("\nheirloom: stopping where it is safe. Once more stops at once.");
    })
    .map_err(|_| Trouble::Signals)?;
    Ok(cancel)
}
