//! The easy ways back: the drive starts a PC by itself, or the tool on its open partition runs on Linux.

use super::numbers::size;
use super::{Medium, Span, Step, Voice, spans};
use crate::commands;
use crate::facts::SheetFacts;

pub(crate) const WAYS: &str = "How to get everything back";
pub(crate) const FIRST_WAY: &str = "The first way: the drive starts a PC by itself";
pub(crate) const SECOND_WAY: &str = "The second way: the tool on the drive, on a PC with Linux";
pub(crate) const THIRD_WAY: &str = "The third way: by hand, without Heirloom";

/// What holds for all of them.
pub(crate) fn overview() -> Vec<Span> {
    spans(
        "There are three ways, the easiest first. All of them only read the drive. *Windows and macOS cannot read it and may offer to format or \
         initialize it: always refuse.* If computers are not your trade, show this sheet to someone who knows them; you stay beside the drive and keep the key.",
    )
}

/// With nothing but a PC, the drive and an empty disk.
pub(crate) fn first_way(facts: &SheetFacts, medium: &Medium<'_>) -> Vec<Step> {
    let bytes = facts.sources.iter().map(|source| source.size_bytes);
    let room = match bytes.fold(0, u64::saturating_add) {
        0 => "enough room".to_owned(),
        bytes => format!("at least {} of room", size(bytes)),
    };
    let key = match &facts.plan.shares {
        Some(set) => format!(
            "Type the passphrase, or the words of any {} shares.",
            set.needed
        ),
        None => "Type the passphrase.".to_owned(),
    };
    let mut choose =
        spans("*Choose* the line that begins with `Get pictures back from` and goes on with ");
    choose.push(Span::new(Voice::Strong, (medium.name)(&facts.archive_name)));
    choose.extend(spans(&format!(". {key}")));
    let step = |sentence| Step {
        sentence,
        commands: Vec::new(),
    };
    vec![
        step(spans(&format!(
            "*Get ready* a PC with an Intel or AMD processor, of any age up to about twenty years, and a USB disk or stick with {room}. \
             What is on the disks inside the PC is not touched."
        ))),
        step(spans(
            "*Switch the PC off,* plug in the drive, switch the PC on, and press its key for the boot menu at once, again and again. The keys \
             are in the table below.",
        )),
        step(spans(
            "*Choose the drive* in that menu: it is called by its maker, `USB` or `HEIRLOOM`. Of two such lines take the one with `UEFI`. Secure Boot \
             can stay on. Then Heirloom starts by itself, which takes up to a minute.",
        )),
        step(choose),
        step(spans(
            "*Follow the screen:* choose what shall come back (if you are not sure, everything), plug in the disk, choose it, and wait for the page \
             that says `The pictures are back`. Windows and macOS can read that disk.",
        )),
    ]
}

/// Makers and keys, two pairs in a row.
pub(crate) const BOOT_KEYS: [[&str; 4]; 5] = [
    ["Acer", "F12", "HP", "Esc, then F9; or F9"],
    [
        "Apple with Intel",
        "Option (Alt), held down",
        "Lenovo",
        "F12, or the Novo button",
    ],
    ["ASUS", "Esc on laptops, F8 on others", "MSI", "F11"],
    ["Dell", "F12", "Samsung", "F10 or Esc"],
    ["Gigabyte", "F12", "Toshiba", "F12"],
];

/// What is tried when the first way does not begin.
pub(crate) fn first_way_troubles() -> Vec<Vec<Span>> {
    [
        "*Another maker:* try F12, F11, F10, F9, F8 and Esc. On many laptops the key `Fn` must be held as well.",
        "*Windows starts all the same:* hold Shift while you choose Restart there, then choose Use a device.",
        "*The drive is not in the menu:* use another port, without a hub; in the settings of the PC (F2 or Del), allow starting from USB.",
        "*The screen stays dark:* start again, and press `n` when the first menu of Heirloom is shown.",
        "*An Apple computer with an M chip, a tablet or a phone* cannot start from it: borrow a PC.",
        "*Heirloom is not there, or stops:* go the second or the third way. They need nothing but the drive and its key.",
    ]
    .map(spans)
    .to_vec()
}

/// On any Linux of 64 bits.
pub(crate) fn second_way(has_shares: bool) -> Vec<Step> {
    let step = |sentence: Vec<Span>, commands: &[&str]| Step {
        sentence,
        commands: commands.iter().map(|&command| command.to_owned()).collect(),
    };
    let shares = if has_shares {
        " With shares in place of the passphrase, write `restore --shares`."
    } else {
        ""
    };
    vec![
        step(
            spans(&format!(
                "*Take the tool:* open the small partition `HEIRLOOM` of the drive, and a terminal in its folder. The file is `{}`.",
                commands::TOOL
            )),
            &[commands::TAKE_TOOL],
        ),
        step(
            spans("*Find the drive:* below its name, such as `sdb`, one line shows `crypto_LUKS`."),
            &[commands::LIST_DRIVES],
        ),
        step(
            spans(&format!(
                "*Copy everything out,* each file checked. Type the name of the drive for `sdX`. Linux may want its own password first; then the \
                 tool asks for the passphrase.{shares}"
            )),
            &[commands::RUN_TOOL, commands::OWN_RESTORED],
        ),
    ]
}
