//! All that the appliance says. Plain, warm, short; an error says what happened, what it means for the pictures, what to do next.

mod audit;
mod begin;
mod drive;
mod help;
mod home;
mod keys;
mod marks;
mod noun;
mod passphrase;
mod planning;
mod prepare;
mod printing;
mod reading;
mod report;
mod round;
mod run;
mod share_paper;
mod sheet_copy;
#[cfg(test)]
mod tests;
mod trouble;

use heirloom_engine::PageView;

use crate::piece::Page;

pub(crate) use help::help;

/// A page in words.
pub(crate) fn page(view: &PageView) -> Page {
    match view {
        PageView::Layout {
            names,
            cursor,
            refused,
        } => begin::layout(names, *cursor, *refused),
        PageView::Date { typed, refused } => begin::date(typed, *refused),
        PageView::Home(home) => home::home(home),
        PageView::CannotSetUp { disk, reason } => drive::cannot_set_up(disk, *reason),
        PageView::ConfirmErase {
            disk,
            typed,
            refused,
        } => drive::confirm_erase(disk, typed, *refused),
        PageView::NameArchive {
            disk,
            typed,
            refused,
        } => drive::name_archive(disk, typed, *refused),
        PageView::NewPassphrase {
            purpose,
            name,
            typed_chars,
            refused,
        } => passphrase::new_passphrase(*purpose, name, *typed_chars, *refused),
        PageView::ProposedPassphrase {
            name,
            words,
            mistyped,
        } => passphrase::proposed(name, words.as_ref(), *mistyped),
        PageView::RepeatPassphrase {
            purpose,
            name,
            typed_chars,
        } => passphrase::repeat_passphrase(*purpose, name, *typed_chars),
        PageView::Keys(view) => keys::keys(view),
        PageView::SettingUp {
            name,
            step,
            elapsed_s,
        } => drive::setting_up(name, *step, *elapsed_s),
        PageView::SetUpDone { name, boots } => drive::set_up_done(name, boots.as_deref()),
        PageView::Unlock {
            name,
            typed_chars,
            refused,
        } => drive::unlock(name, *typed_chars, *refused),
        PageView::Unlocking { name, elapsed_s } => drive::unlocking(name, *elapsed_s),
        PageView::Prepare(view) => prepare::prepare(view),
        PageView::Archiving(run) => run::archiving(run),
        PageView::Waiting {
            source,
            noun,
            reason,
            safe_files,
            round,
        } => run::waiting(source, *noun, *reason, *safe_files, round),
        PageView::ConfirmStop { source, noun, then } => run::confirm_stop(source, *noun, then),
        PageView::Report {
            source,
            noun,
            report,
            sheet_written,
            scroll,
            others,
        } => report::report(source, *noun, report, *sheet_written, *scroll, others),
        PageView::RoundReport {
            outcomes,
            cursor,
            sheet_written,
            others,
        } => round::report(outcomes, *cursor, *sheet_written, others),
        PageView::RunTrouble {
            source,
            noun,
            error,
            safe_files,
        } => trouble::run(source, *noun, error, *safe_files),
        PageView::DriveTrouble { name, error } => trouble::drive(name, error),
        PageView::DrivePulled {
            name,
            keys,
            keeps_plan,
        } => trouble::pulled(name, *keys, *keeps_plan),
        PageView::SafeToUnplug { name } => home::safe_to_unplug(name),
        PageView::Planning(view) => planning::page(view),
        PageView::Printing(view) => printing::page(view),
        PageView::Reading(view) => reading::page(view),
        PageView::Audit(view) => audit::page(view),
        PageView::SheetCopy(view) => sheet_copy::page(view),
        PageView::ConfirmPowerOff => home::confirm_power_off(),
        PageView::Closing { powering_off } => home::closing(*powering_off),
    }
}

/// What stands for a secret on the screen.
fn dots(chars: usize) -> String {
    "*".repeat(chars.min(60))
}
