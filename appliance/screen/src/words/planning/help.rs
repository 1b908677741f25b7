//! F1 on these pages.

use heirloom_engine::{PlanPart, PlanningView};

type Help = (&'static str, &'static [&'static str]);

/// The title and the paragraphs.
pub(in crate::words) fn help(view: &PlanningView) -> Help {
    match view {
        PlanningView::List {
            part: PlanPart::Accounts,
            ..
        }
        | PlanningView::Form {
            part: PlanPart::Accounts,
            ..
        } => (
            "About accounts",
            &[
                "When somebody dies, most of their pictures are often in an account that nobody can open. It helps a great deal to know that it exists, under which name, and where the papers are.",
                "Write where the password is kept, never what it is: the plan is printed, and paper is read by others. The same is true of codes.",
            ],
        ),
        PlanningView::List { .. } | PlanningView::Form { .. } => (
            "About the questions",
            &[
                "Answer what you know now; an incomplete plan is far better than none. Each question can be skipped, and everything can be changed later.",
                "Names can be written in any script that the keyboard has. Each answer is one line, so that it fits on the sheet.",
                "Nothing is on the drive before you save, at the end of the questions or from the page of the plan.",
            ],
        ),
        PlanningView::Save { .. }
        | PlanningView::SaveFailed { .. }
        | PlanningView::History { .. } => (
            "About the plan's history",
            &[
                "Each change is kept with its day, what was there before, and the reason if you give one. So somebody who finds two sheets can tell which is right, and why.",
                "The history is on the encrypted part of the drive. Nothing is taken out of it.",
            ],
        ),
        _ => (
            "About the recovery plan",
            &[
                "The archive keeps the pictures; the plan tells people that there is one, where its parts are, who may open it, and what to do first.",
                "It is kept in the archive, and the restore sheet is printed from it: put the sheet where your family or your executors look.",
                "Go through the questions once, and look at it again when somebody moves, when a drive or a paper changes its place, or at each audit.",
            ],
        ),
    }
}
