//! How the drive is opened by hand, with what every Linux computer has.

use super::{Medium, Span, Step, Voice, spans, with_name};
use crate::commands;
use crate::facts::SheetFacts;

pub(crate) const TO_OPEN: &str = "How to open it";
pub(crate) const IF_A_STEP_FAILS: &str = "If a step does not work";

pub(crate) fn opening(medium: &Medium<'_>) -> Vec<Span> {
    let look = medium.command_look;
    spans(&format!(
        "Any Linux computer opens it. Many do so on a click: plug in the drive, click on it, type the passphrase, open the \
         folder `sources`. Otherwise open a terminal, type each {look} line exactly as it stands, and press Enter; none of \
         them changes the drive. If this is new to you, ask someone who uses Linux. *Windows and macOS cannot read the \
         drive and may offer to format or initialize it: always refuse.*",
    ))
}

/// What the drive carries besides. It is copied there after the set-up, and may be missing, so that nothing else depends on it.
pub(crate) fn carried() -> Vec<Span> {
    spans(
        "*Less to type:* the drive may carry Heirloom itself. If there is a folder `heirloom` beside this page, a PC can start from the drive: choose \
         it in the boot menu of the PC (at power-on, often F12, F11, F9 or Esc). If there is `heirloom-linux-x86_64`, that program copies \
         everything out on a 64-bit Linux PC; `TOOL.txt` says how.",
    )
}

pub(crate) fn steps(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Step> {
    let step = |sentence: Vec<Span>, commands: &[&str]| Step {
        sentence,
        commands: commands.iter().map(|&command| command.to_owned()).collect(),
    };
    let mut steps = vec![
        step(
            spans(
                "*Find the drive.* Plug it in. One line shows `crypto_LUKS` and the LUKS UUID of the drive.",
            ),
            &[commands::LIST_DRIVES],
        ),
        step(
            spans("*Unlock it.* Linux may want its own password first; neither shows as you type."),
            &[&commands::unlock(facts)],
        ),
        step(
            spans("*Make it readable* in the folder `/mnt`."),
            &[commands::MOUNT],
        ),
    ];
    match facts.sources.as_slice() {
        [] => steps.push(step(
            spans("*See what is there,* should something have been archived since."),
            &[commands::LIST_SOURCES],
        )),
        [first, others @ ..] => {
            steps.push(step(
                with_name(
                    "*Check* the newest state of ",
                    Voice::Plain,
                    (medium.name)(&first.name),
                    ". This can take hours.",
                ),
                &[
                    &commands::enter(first, medium.can_show_in_command),
                    commands::CHECK,
                ],
            ));
            steps.push(step(
                spans(if others.is_empty() {
                    "*Copy it* to `restored-1` in your home folder, and set the dates of doubles."
                } else {
                    "*Copy it.* Then do 4 and 5 for the next name, with `restored-2` in both lines."
                }),
                &[commands::COPY, commands::SET_DATES],
            ));
        }
    }
    steps.push(step(
        spans("*Close the drive,* then unplug it."),
        &[commands::CLOSE],
    ));
    steps
}

pub(crate) fn troubles() -> Vec<Vec<Span>> {
    [
        "`No key available`: a wrong passphrase. Check Caps Lock and the keyboard layout.",
        "`does not exist`: try another port or cable. `not found`: install the package `cryptsetup`.",
        "`FAILED`: the other files are fine. Keep the drive, write nothing on it, and ask for help.",
        "The newest folder is missing: close the drive, then do 2 and 3 without `-r` and `,noload`.",
        "A picture is missing: look in the folders beside `latest`; they keep what was deleted.",
    ]
    .map(spans)
    .to_vec()
}

/// How shares become what is typed in place of the passphrase, and the lines for it.
pub(crate) fn shares_by_hand(needed: u8) -> (Vec<Span>, [&'static str; 3]) {
    let sentence = spans(&format!(
        "*With shares in place of the passphrase.* The words of a share follow the public standard SLIP-39, and any program for it will do. \
         These lines fetch one for Python (`shamir-mnemonic` on PyPI). Then go offline; the last line asks for the words of any {needed} shares \
         and prints the master secret: 32 digits and letters. Type these, in small letters, where step 2 asks for the passphrase. \
         A SLIP-39 program may offer a passphrase of its own: leave it empty."
    ));
    (sentence, commands::COMBINE_SHARES)
}
