//! A share that comes onto paper from a printer, and is not shown on the screen.

use heirloom_engine::{PaperStage, PrintError, ShareLabel};

use super::keys::named;
use super::printing::{paper_name, reason, running};
use crate::piece::Page;

pub(super) fn page(label: &ShareLabel, stage: &PaperStage) -> Page {
    let share = named(label);
    match stage {
        PaperStage::Ask {
            printer,
            others,
            paper,
        } => {
            let page = Page::new(format!("Print share {share}?"))
                .text("It is one page: the words, what to do with them, and what never to do. They are not shown on the screen, and this computer keeps nothing of them.")
                .text("Stay at the printer, and let nobody else take the page.")
                .gap()
                .fact("Printer", printer)
                .fact("Paper", paper_name(*paper));
            let page = match others {
                0 => page,
                _ => page.key("Up/Down", "another printer"),
            };
            page.key("Enter", "print")
                .key("S", "other paper")
                .key("W", "write it by hand")
                .key("Esc", "stop")
        }
        PaperStage::Printing {
            printer,
            progress,
            elapsed_s,
            stopping,
        } => {
            let page = Page::new(format!("Printing share {share}"));
            running(page, printer, *progress, *elapsed_s, *stopping)
        }
        PaperStage::Printed => Page::new(format!("Is share {share} on paper?"))
            .text("Take the page out of the printer. Then some of its words will be asked for, to be sure that they can be read.")
            .text("That can be put off. Until it is done, the plan and the restore sheet say that nobody has tried this page.")
            .key("Enter", "ask me for words")
            .key("P", "print again, and tear this one up")
            .key("L", "later")
            .key("Esc", "stop"),
        PaperStage::Failed { error } => failed(&share, error),
    }
}

fn failed(share: &str, error: &PrintError) -> Page {
    reason(Page::new(format!("Share {share} is not printed")), error)
        .gap()
        .text("Nothing was changed. Tear up what came out halfway: words may be on it.")
        .key("Enter", "print again")
        .key("W", "write it by hand")
        .key("Esc", "stop")
}
