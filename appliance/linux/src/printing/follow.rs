//! A document in CUPS's hands: handed over, watched until it is over, and taken back when somebody wants that.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use heirloom_engine::{Cancel, Paper, PrintError, PrintProgress};

use super::PrintJob;
use super::client::ask_cups;
use super::house::{House, QUEUE_PATH, QUEUE_URI};
use super::ipp::{
    Answer, CANCEL_JOB, GET_JOB_ATTRIBUTES, GET_PRINTER_ATTRIBUTES, PRINT_JOB, Request,
};
use super::reasons::of_keywords;

/// How often CUPS is asked.
const LOOK: Duration = Duration::from_millis(700);
/// A printer that complains of nothing and takes nothing for so long will not print; the first page of an old one takes a minute.
const SILENCE: Duration = Duration::from_secs(300);
/// Until a job that was cancelled has ended.
const CANCELLED_WITHIN: Duration = Duration::from_secs(15);

/// Job states (RFC 8011, section 5.3.7).
const STOPPED: i32 = 6;
const CANCELED: i32 = 7;
const ABORTED: i32 = 8;
const COMPLETED: i32 = 9;

/// Prints on the only queue.
///
/// # Errors
/// As the document ended.
pub(super) fn print(
    job: &PrintJob<'_>,
    printer: &Path,
    tell: &dyn Fn(PrintProgress),
    cancel: &Cancel,
) -> Result<Option<u32>, PrintError> {
    let id = submit(job)?;
    let mut told = PrintProgress::Preparing;
    let mut moved = Instant::now();
    let mut cancelled: Option<Instant> = None;
    loop {
        std::thread::sleep(LOOK);
        if !printer.exists() {
            return Err(PrintError::Unplugged);
        }
        let state = ask(
            Request::new(GET_JOB_ATTRIBUTES, QUEUE_URI).job(id),
            "following the job",
        )?;
        match state.integer("job-state") {
            Some(COMPLETED) => return Ok(pages(&state, job.copies)),
            Some(CANCELED) => return Err(PrintError::Stopped),
            Some(STOPPED | ABORTED) => {
                return Err(PrintError::Failed {
                    step: "sending the pages",
                });
            }
            _ => {}
        }
        let progress = progress(&state)?;
        if progress != told {
            told = progress;
            moved = Instant::now();
            tell(progress);
        }
        match cancelled {
            None if cancel.is_cancelled() => {
                ask(
                    Request::new(CANCEL_JOB, QUEUE_URI).job(id),
                    "stopping the job",
                )?;
                cancelled = Some(Instant::now());
            }
            // What does not end by itself ends with CUPS.
            Some(since) if since.elapsed() >= CANCELLED_WITHIN => return Err(PrintError::Stopped),
            _ => {}
        }
        let waits = matches!(told, PrintProgress::Waits(_));
        if !waits && moved.elapsed() >= SILENCE {
            return Err(PrintError::Silent);
        }
    }
}

fn submit(job: &PrintJob<'_>) -> Result<i32, PrintError> {
    let media = match job.paper {
        Paper::A4 => "iso_a4_210x297mm",
        Paper::Letter => "na_letter_8.5x11in",
    };
    let request = Request::new(PRINT_JOB, QUEUE_URI)
        .name("job-name", "sheet")
        .mime_type("document-format", "application/pdf")
        .about_job()
        .integer("copies", job.copies.into())
        // One whole sheet after the other, ready to be put into its place.
        .keyword(
            "multiple-document-handling",
            "separate-documents-collated-copies",
        )
        .keyword("media", media)
        .keyword("print-scaling", "none")
        .finish();
    let answer = checked(
        ask_cups(&House::socket(), QUEUE_PATH, &[&request, job.pdf]),
        "handing the sheet over",
    )?;
    answer.integer("job-id").ok_or(PrintError::Failed {
        step: "handing the sheet over",
    })
}

fn progress(state: &Answer) -> Result<PrintProgress, PrintError> {
    let printer = ask(
        Request::new(GET_PRINTER_ATTRIBUTES, QUEUE_URI)
            .keyword("requested-attributes", "printer-state-reasons"),
        "asking for the printer's state",
    )?;
    if let Some(trouble) = of_keywords(printer.texts("printer-state-reasons")) {
        return Ok(PrintProgress::Waits(trouble));
    }
    Ok(match done_pages(state) {
        0 => PrintProgress::Preparing,
        done_pages => PrintProgress::Printing { done_pages },
    })
}

/// How many sides the filters have made, counted with their copies.
fn done_pages(state: &Answer) -> u32 {
    let sides = ["job-impressions-completed", "job-media-sheets-completed"];
    let sides = sides.into_iter().filter_map(|name| state.integer(name));
    sides
        .max()
        .and_then(|sides| u32::try_from(sides).ok())
        .unwrap_or(0)
}

/// The pages of one copy, of a job that is over; `None` where nobody counted them, as those who make PostScript don't.
fn pages(state: &Answer, copies: u8) -> Option<u32> {
    let pages = done_pages(state).div_ceil(u32::from(copies).max(1));
    (pages > 0).then_some(pages)
}

fn ask(request: Request, step: &'static str) -> Result<Answer, PrintError> {
    checked(
        ask_cups(&House::socket(), QUEUE_PATH, &[&request.finish()]),
        step,
    )
}

fn checked(answer: io::Result<Answer>, step: &'static str) -> Result<Answer, PrintError> {
    match answer {
        Ok(answer) if answer.is_success() => Ok(answer),
        Ok(answer) => {
            log::warn!("CUPS answers {:#06x} while {step}", answer.status());
            Err(PrintError::Failed { step })
        }
        Err(error) => {
            log::warn!("CUPS while {step}: {error}");
            Err(PrintError::Failed { step })
        }
    }
}
