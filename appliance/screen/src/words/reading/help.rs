//! F1 on these pages.

use heirloom_engine::ReadingView;

type Help = (&'static str, &'static [&'static str]);

/// The title and the paragraphs.
pub(in crate::words) fn help(view: &ReadingView) -> Help {
    match view {
        ReadingView::How { .. }
        | ReadingView::Opening { .. }
        | ReadingView::ClosingOther { .. } => (
            "About opening the archive",
            &[
                "There are two ways in: the owner's passphrase, or the words on the sheets of several executors. Either opens everything.",
                "With the sheets, no one person can open the archive alone. How many are needed is on each sheet. If one is lost, the others are enough, as long as there are so many.",
                "You can try as often as you like. Nothing is ever erased because of a wrong word.",
            ],
        ),
        ReadingView::Words(_) => (
            "About the words",
            &[
                "Lay the sheet beside the keyboard, and type one word after the other. As soon as only one word can be meant, it is shown whole; Space or Enter goes to the next. It does not matter if you type all of its letters.",
                "A mistake is noticed: at once if there is no such word, or after the last word if the words don't fit together. Go back with Up or Backspace, and type the word again.",
                "A sheet of Heirloom has 20 words. A list with 12, 24 or 33 words is of something else. The words are forgotten when the computer is switched off.",
            ],
        ),
        ReadingView::What { .. }
        | ReadingView::Part { .. }
        | ReadingView::Snapshots { .. }
        | ReadingView::Browse(_)
        | ReadingView::Days { .. }
        | ReadingView::Layout { .. } => (
            "About what comes back",
            &[
                "If you don't know, choose everything. The pictures stay in the archive in any case, and you can come back for more as often as you like.",
                "A snapshot is what was on a phone, card or disk on one day, complete. The newest has the most; what was deleted on a phone before that is in an older one.",
                "Dates are those that the files had on the phone: mostly when a picture was taken, sometimes when it was received or last changed.",
            ],
        ),
        ReadingView::RecoveryPlan { .. } => (
            "About the recovery plan",
            &[
                "The owner wrote it while this archive was made, so that whoever opens it without them knows whom to ask, where things are, and what is missed most.",
                "Places and telephone numbers may have changed since. Each change has its day in the file plan.json on the drive.",
                "It can only be looked at here. The owner changes it after opening the archive from the start page.",
            ],
        ),
        ReadingView::Where { .. }
        | ReadingView::Preparing { .. }
        | ReadingView::Planning { .. }
        | ReadingView::Plan { .. }
        | ReadingView::TargetTrouble { .. }
        | ReadingView::PlanTrouble { .. } => (
            "About the disk for the pictures",
            &[
                "Any USB disk or stick with enough room will do. If there is something on it, the pictures go into a folder beside that, and nothing is changed. Or the disk is erased first: this is asked twice.",
                "exFAT is read by every computer. FAT can't hold files of 4 GB and more, such as long videos. NTFS is best for Windows, ext4 is only for Linux.",
                "The archive drive itself, the stick that Heirloom starts from, and the disks inside this computer are never written to.",
            ],
        ),
        ReadingView::Running(_)
        | ReadingView::ConfirmStop { .. }
        | ReadingView::RestoreTrouble { .. }
        | ReadingView::RehearsalTrouble { .. }
        | ReadingView::Pulled { .. } => (
            "While pictures come back",
            &[
                "Each file is read from the archive and compared with its seal, written to the disk, and read back from there and compared again. Only then it gets its name. So what is there is right, whenever it stops.",
                "If it is interrupted, begin again with the same choices and the same disk: it goes on where it stopped.",
                "The archive is only read. Whatever goes wrong here, the pictures are still in it.",
            ],
        ),
        ReadingView::Restored { .. } => (
            "About the report",
            &[
                "What is named here as not restored is still in the archive, as far as it is not damaged there. Often another disk helps: one with exFAT and more room.",
                "A damaged file may be whole in an older snapshot, or on another archive drive. Heirloom has looked for it in all snapshots of this one.",
                "Keep the archive drive as well. It is the better copy: it notices damage, and a plain disk does not.",
            ],
        ),
        ReadingView::Rehearsed { .. } => (
            "About the rehearsal",
            &[
                "Some files, chosen by chance, and the newest of each phone were restored into memory and compared. If that works, the drive, the words and this program do what they should.",
                "Rehearse once a year, and whenever somebody else becomes an executor. Use the sheets, so that the way is tried that others will have to go.",
            ],
        ),
        ReadingView::ConfirmLeave { .. } | ReadingView::Leaving { .. } => (
            "About locking",
            &[
                "The archive was only read. Locking it lets go of the drive, so that it can be unplugged.",
            ],
        ),
    }
}
