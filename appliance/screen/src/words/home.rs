//! The page from which everything starts.

use heirloom_engine::{
    ArchiveView, Choice, DeviceLine, DeviceState, DiskUse, FileSystem, HomeView, Lock, SourceError,
};

use super::audit::upkeep;
use super::noun;
use crate::piece::{Page, Piece};
use crate::quantity::size;

pub(super) fn home(view: &HomeView) -> Page {
    let mut page = Page::new("What would you like to do?");
    if view.from_drive {
        page = page
            .good("This computer was started from the archive drive itself.")
            .text(
                "It can give the pictures back. Nothing is written to it unless you ask for that.",
            )
            .gap();
    }
    if let Some(archive) = &view.archive {
        page = about_archive(page, archive).gap();
    }
    for device in &view.devices {
        page = page.fact(&device.name, state(device));
    }
    if view.devices.is_empty() {
        let text = if view.looking {
            "Looking for phones and drives..."
        } else {
            "Nothing is plugged in yet. Plug in the phone and the archive drive."
        };
        page = page.text(text);
    } else if let Some(hint) = hint(view) {
        page = page.gap().text(hint);
    }
    page = page.gap();
    page = page.with(Piece::List {
        items: view.choices.iter().map(choice_text).collect(),
        cursor: view.cursor,
    });
    page.key("Up/Down", "move")
        .key("Enter", "choose")
        .key("F1", "help")
}

fn about_archive(page: Page, archive: &ArchiveView) -> Page {
    let newest = match (&archive.last_date, archive.generation) {
        (Some(date), generation) => format!("newest snapshot {generation:04} of {date}"),
        (None, _) => "nothing in it yet".to_owned(),
    };
    let room = format!(
        "{} of {} free",
        size(archive.space.free_bytes),
        size(archive.space.total_bytes)
    );
    let page = page
        .good(format!("The archive {} is open.", archive.name))
        .text(format!("So far: {newest}; {room}"));
    let page = page.text(if archive.has_executors {
        "Executors: shares were given"
    } else {
        "Executors: none yet"
    });
    let page = match &archive.upkeep {
        Some(view) => upkeep(page, view),
        None => page,
    };
    if archive.damaged.is_empty() {
        return page;
    }
    page.bad(format!(
        "These snapshots can't be read as they should: {}. The others are not affected. Archive the phones again while they still have the pictures.",
        archive.damaged.join(", ")
    ))
}

fn state(device: &DeviceLine) -> String {
    match &device.state {
        DeviceState::Opening => "looking at it...".to_owned(),
        DeviceState::Ready => "ready".to_owned(),
        DeviceState::WaitsForPerson => {
            "waits: unlock it, and choose \"File transfer\" or \"Allow\" on it. It may take a few seconds.".to_owned()
        }
        DeviceState::Unreadable(error) => unreadable(error).to_owned(),
        DeviceState::ArchiveLocked => "archive drive, locked".to_owned(),
        DeviceState::ArchiveOpen => "archive drive, open".to_owned(),
        DeviceState::ArchiveBeside => "archive drive; lock the open one first to use it".to_owned(),
        DeviceState::Disk {
            noun,
            size_bytes,
            holds,
        } => {
            let disk = format!("{} of {}", noun::disk(*noun), size(*size_bytes));
            match holds {
                DiskUse::Empty => format!("{disk}, empty"),
                DiskUse::Unreadable => format!("{disk}; what is on it can't be read here"),
                DiskUse::Source { storages } => format!("ready: {}", parts(storages)),
            }
        }
        DeviceState::BootStick => "the stick that Heirloom started from".to_owned(),
        DeviceState::Locked(lock) => locked(*lock).to_owned(),
        DeviceState::Printer => "printer, for the restore sheet".to_owned(),
    }
}

/// What is on a disk, by name; more than a few are only counted.
fn parts(storages: &[(String, Option<FileSystem>)]) -> String {
    const NAMED: usize = 3;
    let named = storages.iter().take(NAMED).map(|(name, kind)| {
        let kind = kind.map_or("can't be read here", noun::files);
        format!("\"{name}\" ({kind})")
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if storages.len() > NAMED {
        text.push_str(&format!(", and {} more", storages.len() - NAMED));
    }
    text
}

pub(super) fn locked(lock: Lock) -> &'static str {
    match lock {
        Lock::NoMedium => {
            "shows no disk. A drive with keys on it wants its PIN typed on them; a card reader wants a card."
        }
        Lock::Unlocker => {
            "is locked by its maker's own software. Unlock it on the computer where it was set up."
        }
        Lock::Encrypted => "is encrypted by another system; its content can't be read here.",
        Lock::DamagedArchive => {
            "was an archive drive, but its lock can't be read any more. Don't erase it: its first partition holds a copy of the lock's header. Ask somebody who knows LUKS."
        }
    }
}

fn unreadable(error: &SourceError) -> &'static str {
    match error {
        SourceError::Gone => "was unplugged. Plug it in again.",
        SourceError::Locked | SourceError::TimedOut => {
            "does not answer. Unlock it, or unplug it and plug it in again."
        }
        SourceError::Refused { .. }
        | SourceError::Vanished
        | SourceError::Garbled { .. }
        | SourceError::UnknownFileSystem
        | SourceError::NotEjected
        | SourceError::Io { .. } => {
            "answers in a way that can't be read. Unplug it, restart it, and plug it in again. Nothing on it was changed."
        }
    }
}

fn hint(view: &HomeView) -> Option<&'static str> {
    let source = view.devices.iter().any(|device| {
        matches!(
            device.state,
            DeviceState::Ready
                | DeviceState::Opening
                | DeviceState::WaitsForPerson
                | DeviceState::Disk {
                    holds: DiskUse::Source { .. },
                    ..
                }
        )
    });
    let drive = view
        .choices
        .iter()
        .any(|choice| matches!(choice, Choice::Open { .. } | Choice::SetUp(_)));
    match (&view.archive, source, drive) {
        (Some(_), true, _) => None,
        (Some(_), false, _) => Some("Plug in a phone to archive it."),
        (None, _, true) if view.from_drive => None,
        (None, _, true) => Some("First open an archive drive, or set up a new one."),
        (None, _, false) => Some("Plug in the archive drive."),
    }
}

fn choice_text(choice: &Choice) -> String {
    match choice {
        Choice::Archive { source } => format!("Archive {source} now"),
        Choice::Open { name } => format!("Open the archive {name}"),
        Choice::SetUp(disk) => format!(
            "Make an archive drive of {} ({})",
            disk.name,
            size(disk.size_bytes)
        ),
        Choice::Close { name } => {
            format!("Lock the archive {name}, so that its drive can be unplugged")
        }
        Choice::Executors { renewal: true } => "Renew the executors' shares".to_owned(),
        Choice::Executors { renewal: false } => {
            "Let others open it too: give shares to executors".to_owned()
        }
        Choice::ChangePassphrase => "Change the passphrase".to_owned(),
        Choice::CopySheet => "Copy the restore sheet to a stick".to_owned(),
        Choice::Plan => "The recovery plan: who, where, how often".to_owned(),
        Choice::Audit => {
            "Check everything: the archive, its drive, and what is plugged in".to_owned()
        }
        Choice::Restore { name } => format!("Get pictures back from {name}"),
        Choice::Rehearse { name } => {
            format!("Rehearse with {name}: try out whether everything can be got back")
        }
        Choice::Print { printer } => format!("Print the restore sheet on {printer}"),
        Choice::PowerOff => "Switch the computer off".to_owned(),
    }
}

pub(super) fn safe_to_unplug(name: &str) -> Page {
    Page::new(format!("The archive {name} is locked"))
        .good("Its drive can be unplugged now.")
        .text("Keep it in a dry place, away from this computer, and not together with the passphrase.")
        .key("Enter", "go on")
}

pub(super) fn confirm_power_off() -> Page {
    Page::new("Switch the computer off?")
        .text("The archive is locked first, so that nothing can be lost.")
        .key("Enter", "switch off")
        .key("Esc", "back")
}

pub(super) fn closing(powering_off: bool) -> Page {
    let page = Page::new("Locking the archive")
        .text("Everything is being written to the drive. Please leave it plugged in until this page is gone.");
    if powering_off {
        page.text("Then the computer switches itself off.")
    } else {
        page
    }
}
