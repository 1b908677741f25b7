//! Printing: what is asked, how far it is, what the printer wants, and what to look for on the paper.

use heirloom_engine::{
    Document, Paper, PrintError, PrintLine, PrintProgress, PrinterTrouble, PrintingStep,
    PrintingView,
};

use crate::piece::{Page, Piece};
use crate::quantity::count;

/// The way to paper that is always there.
const ANOTHER_WAY: &str = "The sheet is also on the archive drive, as START-HERE.pdf on its open part: any computer with a printer can print it from there. It holds no secrets.";

pub(super) fn page(view: &PrintingView) -> Page {
    let what = document(&view.document);
    let printer = &view.printer;
    match &view.step {
        PrintingStep::Ask {
            paper,
            copies,
            cursor,
        } => ask(
            Page::new(format!("Print {what} on {printer}?")),
            *paper,
            *copies,
            *cursor,
        ),
        PrintingStep::Running {
            progress,
            elapsed_s,
            stopping,
        } => running(
            Page::new(format!("Printing {what}")),
            printer,
            *progress,
            *elapsed_s,
            *stopping,
        ),
        PrintingStep::Done {
            pages,
            copies,
            today,
            archive,
        } => {
            let page = Page::new(format!("{printer} has printed {what}"));
            done(page, *pages, *copies, today, archive)
        }
        PrintingStep::Trouble(error) => {
            trouble(Page::new(format!("{printer} did not print {what}")), error)
        }
    }
}

fn document(document: &Document) -> &'static str {
    match document {
        Document::RestoreSheet => "the restore sheet",
        Document::ShareSheet(_) => "the sheet of a share",
    }
}

fn ask(page: Page, paper: Paper, copies: u8, cursor: PrintLine) -> Page {
    let page = page
        .text("The sheet says what this archive is, where everything is, and how to get the pictures back. It holds no secrets. Print one for each place where your family would look.")
        .text("Put plain white paper into the printer.")
        .gap();
    let line = |line| match line {
        PrintLine::Print => "Print".to_owned(),
        PrintLine::Paper => format!("Paper: {}", paper_name(paper)),
        PrintLine::Copies => format!("Copies: {copies}"),
    };
    let items = PrintLine::ALL.map(|each| Piece::Item {
        text: line(each),
        selected: each == cursor,
    });
    items
        .into_iter()
        .fold(page, Page::with)
        .key("Up/Down", "move")
        .key("Enter", "choose, or change")
        .key("Esc", "back")
        .key("F1", "help")
}

pub(super) fn paper_name(paper: Paper) -> &'static str {
    match paper {
        Paper::A4 => "A4",
        Paper::Letter => "Letter (8.5 x 11 inches)",
    }
}

/// How far it is, and what the printer waits for.
pub(super) fn running(
    page: Page,
    printer: &str,
    progress: PrintProgress,
    elapsed_s: u64,
    stopping: bool,
) -> Page {
    let page = match progress {
        _ if stopping => page.text("Stopping..."),
        PrintProgress::Preparing => page
            .strong("The pages are being made.")
            .text("On an old computer this takes a minute or two."),
        PrintProgress::Printing { done_pages: 0 } => {
            page.strong(format!("{printer} gets the first page."))
        }
        PrintProgress::Printing { done_pages } => page.strong(format!(
            "{printer} has got {}.",
            count(u64::from(done_pages), "page", "pages")
        )),
        PrintProgress::Waits(trouble) => {
            let (happened, advice) = waits(trouble);
            page.bad(format!("{printer} {happened}"))
                .strong(advice)
                .text("It goes on by itself then. Nothing is lost.")
        }
    };
    page.gap()
        .text(format!("{} min {:02} s", elapsed_s / 60, elapsed_s % 60))
        .key("Esc", "stop")
        .key("F1", "help")
}

/// What keeps the printer, and what to do.
fn waits(trouble: PrinterTrouble) -> (&'static str, &'static str) {
    match trouble {
        PrinterTrouble::PaperOut => (
            "has no paper.",
            "Put paper into it. Some printers then want a button to be pressed.",
        ),
        PrinterTrouble::Jam => (
            "has a paper jam.",
            "Switch nothing off. Open it, pull the paper out gently, and close it.",
        ),
        PrinterTrouble::CoverOpen => ("has an open cover.", "Close all its covers and trays."),
        PrinterTrouble::MarkerEmpty => (
            "has no toner or ink.",
            "Put a new cartridge in, or take one out and shake it gently: often a page or two are left.",
        ),
        PrinterTrouble::Offline => (
            "is offline.",
            "Press its power button, or the one that brings it online.",
        ),
        PrinterTrouble::Other => (
            "wants something, and does not say what.",
            "Look at its lights or its display. Most often it is paper, a cover, or a jam.",
        ),
    }
}

fn done(page: Page, pages: Option<u32>, copies: u8, today: &str, archive: &str) -> Page {
    let pages = pages.map(u64::from);
    let page = match pages {
        Some(pages) => page.good(format!(
            "It has got {} in all.",
            count(pages * u64::from(copies), "page", "pages")
        )),
        None => page.good("It has got all pages."),
    };
    let whole = match pages {
        Some(pages) => format!("Has each copy {}", count(pages, "page", "pages")),
        None => "Are all pages there".to_owned(),
    };
    let page = page
        .gap()
        .strong("Please look at the paper now:")
        .text(format!(
            "Is the archive's name on it, {archive}, and today's date, {today}?"
        ))
        .text(format!(
            "{whole}, with nothing cut off at an edge, and can you read the smallest letters?"
        ));
    page.gap()
        .text("If not, press P to print it once more, or choose another printer. If it is good, put it where your family will look for it, and not together with the passphrase.")
        .key("Enter", "it is good")
        .key("P", "print once more")
        .key("F1", "help")
}

fn trouble(page: Page, error: &PrintError) -> Page {
    reason(page, error)
        .gap()
        .text("The archive is not affected.")
        .text(ANOTHER_WAY)
        .key("Enter", "go on")
        .key("P", "print once more")
        .key("F1", "help")
}

/// Why it was not printed, and what to do.
pub(super) fn reason(page: Page, error: &PrintError) -> Page {
    match error {
        PrintError::Unplugged => page
            .bad("It was unplugged or switched off.")
            .text("Plug it in, switch it on, and print once more. Throw away what came out halfway."),
        PrintError::NeedsDriver { languages } => {
            let page = page
                .bad("This printer needs a driver that Heirloom does not have.")
                .text("It can't print by itself: a program of its maker does that for it on a usual computer. Use another printer: nearly all that were sold for offices, and all that say AirPrint, Mopria or IPP Everywhere, print from here.");
            match languages.as_str() {
                "" => page,
                languages => page.fact("It understands only", languages),
            }
        }
        PrintError::Silent => page
            .bad("It does not answer.")
            .text("Switch it off and on, unplug its cable and plug it in again, and print once more."),
        PrintError::Stopped => page
            .text("It was stopped, as you asked. A page that was begun may still come out: throw it away."),
        PrintError::NoDocument => page
            .bad("The sheet could not be made.")
            .text("Lock the archive, open it again, and print once more."),
        PrintError::Failed { step } => page
            .bad("It did not take the sheet.")
            .text("Switch it off and on, and print once more. If it happens again, use another printer.")
            .gap()
            .fact("For somebody who helps", format!("it failed while {step}")),
    }
}

pub(super) fn help() -> (&'static str, &'static [&'static str]) {
    (
        "About printing",
        &[
            "The printer is connected by its USB cable. Heirloom has no network, so printers in the wireless network can't be used; most of them have a USB socket too.",
            "What is printed exists only in this computer's memory while it prints, and is wiped from there afterwards. A large office printer may keep copies on a disk of its own: for papers with secrets, use a small one.",
            "If no printer works, the sheet is on the archive drive as START-HERE.pdf, without secrets, for any other computer.",
        ],
    )
}
