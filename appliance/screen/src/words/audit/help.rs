//! F1 in an audit.

use heirloom_engine::AuditView;

/// Title and paragraphs.
pub(in crate::words) fn help(view: &AuditView) -> (&'static str, &'static [&'static str]) {
    match view {
        AuditView::Done { .. } => (
            "About what was found",
            &[
                "Each content in the archive was read from the drive and compared with the checksum of the day on which it was archived. So a picture that went bad by itself is found while the phone, or another drive, may still have it.",
                "The counts compare names: what is on the phone now, and what its newest snapshot has. What is no longer on the phone stays in the archive.",
                "What a drive says of itself is a hint. A drive that says that it is well can fail tomorrow: a second copy is the only help against that.",
            ],
        ),
        AuditView::Remark { .. } => (
            "About what changed",
            &[
                "Years later it helps to know why something is as it is: a new phone, a drive that moved, a person who has another part now. The line stands in the plan with its date, and is never taken out.",
                "The plan can be read by whoever can open the archive. Passwords don't belong in it.",
            ],
        ),
        _ => (
            "About the check",
            &[
                "Drives lose bits without a word. Only reading everything shows it, so it is done every few months. How often stands in the plan.",
                "First the drive is asked how it is, then the header of its lock is compared with its backup, then phones and cards that are plugged in are counted, and then everything is read. Nothing that was archived is changed.",
                "When it is stopped, it does not count, and begins anew the next time.",
            ],
        ),
    }
}
