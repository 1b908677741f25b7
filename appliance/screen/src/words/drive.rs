//! Setting up a drive, and opening one.

use heirloom_engine::{ARCHIVE_DRIVE_BYTES_MIN, DiskView, NameRefusal, SetUpStep, Unfit};

use super::{dots, home};
use crate::piece::{Page, Piece};
use crate::quantity::{duration, size};

fn about(page: Page, disk: &DiskView) -> Page {
    let serial = disk
        .serial
        .as_deref()
        .map_or(String::new(), |serial| format!(", serial number {serial}"));
    let contents = match (disk.contents.is_empty(), disk.partitions) {
        (true, 0) => "nothing: it is empty".to_owned(),
        (true, partitions) => format!("{partitions} partition(s) that can't be read here"),
        (false, _) => {
            let named = disk
                .contents
                .iter()
                .map(|(kind, label)| match label.as_str() {
                    "" => kind_in_words(kind).to_owned(),
                    label => format!("\"{label}\" ({})", kind_in_words(kind)),
                });
            named.collect::<Vec<_>>().join(", ")
        }
    };
    page.fact(
        "Drive",
        format!("{}, {}{serial}", disk.name, size(disk.size_bytes)),
    )
    .fact("On it", contents)
}

fn kind_in_words(kind: &str) -> &str {
    match kind {
        "vfat" => "FAT files",
        "exfat" => "exFAT files",
        "ntfs" => "Windows files",
        "apfs" | "hfsplus" => "Mac files",
        "ext2" | "ext3" | "ext4" | "btrfs" | "xfs" => "Linux files",
        "crypto_LUKS" => "encrypted by Linux",
        "BitLocker" => "encrypted by Windows",
        "iso9660" => "a disc image",
        other => other,
    }
}

pub(super) fn cannot_set_up(disk: &DiskView, reason: Unfit) -> Page {
    let page = about(Page::new("This drive can't become an archive drive"), disk).gap();
    let page = match reason {
        Unfit::BootStick => page
            .bad("Heirloom starts from this stick, so it is never erased.")
            .text("Plug in another drive for the archive. This stick can be unplugged if you need its socket: Heirloom runs without it."),
        Unfit::TooSmall { size_bytes } => page
            .bad(format!(
                "It is too small: it has {}, and an archive needs at least {}.",
                size(size_bytes),
                size(ARCHIVE_DRIVE_BYTES_MIN)
            ))
            .text("Plug in a larger drive. As a rule, take one with twice the room that all the phones have together."),
        Unfit::ReadOnly => page
            .bad("It can only be read, not written.")
            .text("If it has a small lock switch, move it, unplug the drive and plug it in again."),
        Unfit::Locked(lock) => page.bad(format!("It {}", home::locked(lock))),
        Unfit::AlreadyAnArchive => page.bad("It is an archive already. Open it with its passphrase."),
        Unfit::NotOffered => page.bad("It was unplugged, or belongs to this computer."),
    };
    page.text("Nothing on it was changed.").key("Enter", "back")
}

pub(super) fn confirm_erase(disk: &DiskView, typed: &str, refused: bool) -> Page {
    let page = about(Page::new("Erase everything on this drive?"), disk)
        .gap()
        .bad("Everything on this drive will be lost for ever, and it can't be undone.")
        .text("If you are not sure, press Esc: nothing has been changed.")
        .gap()
        .text("To erase it, type its name just as it stands here:")
        .strong(format!("    {}", disk.name))
        .field("Name of the drive", typed);
    let page = if refused {
        page.bad("That is not the name of this drive. Nothing has been changed.")
    } else {
        page
    };
    page.key("Enter", "erase and go on")
        .key("Esc", "back")
        .key("F1", "help")
}

pub(super) fn name_archive(disk: &DiskView, typed: &str, refused: Option<NameRefusal>) -> Page {
    let page = about(Page::new("What shall the archive be called?"), disk)
        .gap()
        .text("A name that your family will recognise on the drive and on the paper, such as \"Miller family\". Don't put a secret in it: it can be read without the passphrase.")
        .gap()
        .field("Name of the archive", typed);
    let page = match refused {
        Some(NameRefusal::Empty) => page.bad("Please type a name."),
        Some(NameRefusal::Unusable) => {
            page.bad("Please use fewer characters, and no quotes, slashes, $ or `.")
        }
        None => page,
    };
    page.key("Enter", "go on")
        .key("Esc", "back")
        .key("F1", "help")
}

pub(super) fn setting_up(name: &str, step: SetUpStep, elapsed_s: u64) -> Page {
    let mut page = Page::new(format!("Setting up the archive {name}"))
        .text("Please leave the drive plugged in. This takes about a minute, on an old computer a few.")
        .gap();
    for each in SetUpStep::ALL {
        let words = match each {
            SetUpStep::Partitioning => "Dividing the drive",
            SetUpStep::MakingBootPartition => "Making the open part",
            SetUpStep::Encrypting => "Making the encrypted part and its key",
            SetUpStep::MakingFileSystem => "Making room for the pictures",
            SetUpStep::WritingArchive => "Writing the archive's first pages",
            SetUpStep::Checking => "Locking it, and opening it again to be sure",
            SetUpStep::MakingBootable => {
                "Copying Heirloom itself, so that the drive can start a PC"
            }
        };
        page = match each.cmp(&step) {
            std::cmp::Ordering::Less => page.with(Piece::Good(format!("  done  {words}"))),
            std::cmp::Ordering::Equal => page.with(Piece::Strong(format!("  ...   {words}"))),
            std::cmp::Ordering::Greater => page.with(Piece::Text(format!("        {words}"))),
        };
    }
    let done = SetUpStep::ALL
        .iter()
        .position(|each| *each == step)
        .unwrap_or(0);
    let permille = u16::try_from(done * 1_000 / SetUpStep::ALL.len()).unwrap_or(1_000);
    page.gap()
        .with(Piece::Bar { permille })
        .text(format!("{elapsed_s} seconds so far"))
}

pub(super) fn set_up_done(name: &str, boots: Option<&str>) -> Page {
    let page = Page::new(format!("The archive {name} is ready"))
        .good("The drive was locked and opened again with your passphrase: it works.");
    let page = match boots {
        Some(version) => page.text(format!(
            "The drive also starts a PC by itself, with Heirloom {version}."
        )),
        None => page.text("It does not start a PC by itself, which takes nothing from the archive: Heirloom could not be copied to it. The next time that it is opened with the stick plugged in, this is tried again."),
    };
    page.gap()
        .text("Plug in a phone, and it can be archived.")
        .gap()
        .text("Shall others be able to open it when you can't? Press E to give shares to executors. It can be done at any other time, too.")
        .key("Enter", "go on")
        .key("E", "executors")
        .key("F1", "help")
}

pub(super) fn unlock(name: &str, typed_chars: usize, refused: bool) -> Page {
    let page = Page::new(format!("Open the archive {name}")).field("Passphrase", dots(typed_chars));
    let page = if refused {
        page.gap()
            .bad("This passphrase does not open the archive. The pictures are safe; you can try as often as you like.")
            .text("Is Caps Lock on? Was another keyboard layout in use when it was set? To change the layout, switch off and start again.")
    } else {
        page
    };
    page.key("Enter", "open")
        .key("Esc", "back")
        .key("F1", "help")
}

pub(super) fn unlocking(name: &str, elapsed_s: u64) -> Page {
    Page::new(format!("Opening the archive {name}"))
        .text("The key is computed from the passphrase, which takes a while on purpose: it makes guessing slow. Then the drive is looked over.")
        .gap()
        .text(format!("{} so far; usually it takes less than {}.", duration(elapsed_s), duration(60)))
}
