//! F1: each page, explained.

use heirloom_engine::PageView;

use super::keys;
use crate::piece::Page;

pub(crate) fn help(page: &PageView) -> Page {
    let (title, texts): (&str, &[&str]) = match page {
        PageView::Layout { .. } => (
            "About keyboards",
            &[
                "Keyboards differ from country to country: on a German one, Y and Z have changed places. If the layout is wrong here, a passphrase is not what you think it is, and does not open the archive on another computer.",
                "Look at the first six letters of the top row. QWERTY is usual in English-speaking countries, QWERTZ in German-speaking ones, AZERTY in France and Belgium.",
            ],
        ),
        PageView::Date { .. } => (
            "About the date",
            &[
                "Old computers forget the time when their battery is empty. The order of the snapshots does not depend on it: they are numbered.",
            ],
        ),
        PageView::ConfirmErase { .. } | PageView::CannotSetUp { .. } => (
            "About erasing",
            &[
                "An archive drive is used for nothing else, so what is on it is erased when it is set up. Heirloom never erases a drive unless its name was typed.",
                "If there may be something on it that you need, press Esc, switch off, and look at it on your usual computer first.",
            ],
        ),
        PageView::Keys(view) => keys::help(view),
        PageView::NewPassphrase { .. }
        | PageView::ProposedPassphrase { .. }
        | PageView::RepeatPassphrase { .. }
        | PageView::Unlock { .. } => (
            "About the passphrase",
            &[
                "Unless executors have shares, the passphrase is the only key to the pictures, and there is no other way in. So it must be written down: on paper, in a place that your family will find and a thief will not, and not in the same place as the drive.",
                "Letters, digits and spaces are best: they are on every keyboard. While you type, stars stand for the characters.",
                "A new passphrase is judged by how soon a computer would guess it that knows the usual words, names, dates and patterns.",
            ],
        ),
        PageView::Planning(view) => super::planning::help(view),
        PageView::Printing(_) => super::printing::help(),
        PageView::Reading(view) => super::reading::help(view),
        PageView::Audit(view) => super::audit::help(view),
        PageView::SheetCopy(_) => (
            "About a copy of the sheet",
            &[
                "The restore sheet says what the archive is, where everything is kept, and how the pictures are got back. Printed, it is what your family finds one day.",
                "The copy is for printing it somewhere else. It has no passphrase and no share on it. What the plan tells of people and places is on it, though: whoever prints it can read that.",
                "It becomes out of date with the next archiving or the next change of the plan: print a new one then.",
            ],
        ),
        PageView::Prepare(_) => (
            "About what is archived",
            &[
                "Photos and videos are found by what they are, not by their folder: those of the camera, of messengers, downloads, and the memory card. What a phone has deleted but still shows is kept too. Left out are small previews that a phone makes by itself, music, documents, and all else.",
                "\"Everything\" archives every file that the phone shows. It takes longer and needs more room, and misses nothing.",
                "Reading each file twice is worth its time when a cable or a socket is in doubt, or before a phone is erased for good.",
                "The name is for people: Heirloom knows a phone again by its serial number. A phone that goes away while others follow is waited for at the end.",
            ],
        ),
        PageView::Archiving(_) | PageView::Waiting { .. } | PageView::ConfirmStop { .. } => (
            "About the copy",
            &[
                "What is archived is only read; nothing on it is changed. Each file is copied to the drive, written for good, and then read back from the drive itself and compared. Only then it counts as safe.",
                "If anything is unplugged, or the power fails, nothing that was archived before is touched, and what is safe already is not copied again.",
                "It is best to keep a phone's screen unlocked. Phones fall silent when they sleep.",
            ],
        ),
        PageView::Report { .. } | PageView::RoundReport { .. } => (
            "About the report",
            &[
                "\"Complete\" means: the phone's own list, the files on the drive, and their checksums after reading them back from the drive all agree. What you chose to leave out is counted by folder.",
                "A file that looks damaged is archived as it is. Look at it on the phone: if it can't be seen there either, it was damaged before.",
                "The restore sheet says how to get the pictures back with any Linux computer. It lies on the open part of the drive, as START-HERE.pdf. It holds no secret: print it, and keep it where your family will look.",
            ],
        ),
        PageView::RunTrouble { .. }
        | PageView::DriveTrouble { .. }
        | PageView::DrivePulled { .. } => (
            "When something goes wrong",
            &[
                "Every finished snapshot stays as it is, whatever happens to a later copy. A copy that was interrupted goes on where it stopped.",
                "If a drive fails again and again, try another cable and another socket first: these are the usual reasons. A drive that still fails should be replaced soon.",
            ],
        ),
        _ => (
            "About Heirloom",
            &[
                "Heirloom copies the photos and videos of phones to an encrypted archive drive. It has no network, and changes nothing on this computer.",
                "Plug in an archive drive and open it with its passphrase, or make one of an empty drive. Plug in a phone, unlock it, and choose \"File transfer\" on it; or plug in a memory card, a stick or a disk. Then choose to archive it.",
                "Lock the archive before its drive is unplugged. If you forget, nothing is lost, but the next start takes longer.",
            ],
        ),
    };
    let mut help = Page::new(title);
    for text in texts {
        help = help.text(*text).gap();
    }
    help.key("any key", "back")
}
