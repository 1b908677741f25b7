//! `heirloom` on any Linux computer: the appliance's own engine on plain folders, and on encrypted drives that nobody mounted. On Windows: to read
//! such drives.
//!
//! **Invariant:** it decides nothing about archives. It reads the command line, refuses bad input before anything is changed, and says what the
//! engine did.
#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
mod archive;
#[cfg(target_os = "linux")]
mod archived;
mod args;
mod cat;
#[cfg(target_os = "linux")]
mod clock;
mod drive;
mod exit;
mod interrupt;
mod logger;
mod ls;
mod manual;
#[cfg(target_os = "linux")]
mod marks;
mod place;
mod progress;
mod quantity;
mod report;
mod restore;
mod restored;
mod select;
mod summary;
#[cfg(target_os = "linux")]
mod thin;
mod trouble;
mod verify;

use std::io::{ErrorKind, Write, stdout};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::args::{Arguments, Command, Talk};
use crate::exit::Exit;
use crate::report::Report;
use crate::trouble::Trouble;

fn main() -> ExitCode {
    let Arguments { command, talk } = Arguments::read();
    logger::start(talk.verbose);
    let (word, outcome) = match &command {
        #[cfg(target_os = "linux")]
        Command::Archive(order) => ("archive", archive::archive(order, talk)),
        Command::Verify(order) => ("verify", verify::verify(order, talk)),
        Command::Ls(order) => ("ls", ls::ls(order, talk)),
        Command::Restore(order) => ("restore", restore::restore(order, talk)),
        Command::Cat(order) => ("cat", cat::cat(order)),
        #[cfg(target_os = "linux")]
        Command::Thin(order) => ("thin", thin::thin(order, talk)),
        Command::Completions(order) => ("completions", manual::completions(order)),
        Command::Man(order) => ("man", manual::man(order)),
    };
    let exit = match outcome {
        Ok(report) => told(word, report, talk),
        Err(trouble) => failed(word, &trouble, talk),
    };
    exit.into()
}

fn told(word: &str, report: Report, talk: Talk) -> Exit {
    let Report {
        exit,
        text,
        json,
        is_printed,
    } = report;
    let printed = if is_printed {
        None
    } else if talk.json {
        print_json(word, exit, json)
    } else {
        print(&text)
    };
    printed.unwrap_or(exit)
}

fn failed(word: &str, trouble: &Trouble, talk: Talk) -> Exit {
    let (exit, advice) = (trouble.exit(), trouble.advice());
    eprintln!("heirloom: {trouble}\n{advice}");
    let printed = if talk.json {
        let error = json!({
            "error": {
                "reason": trouble.word(),
                "sentence": trouble.to_string(),
                "advice": advice,
            },
        });
        print_json(word, exit, error)
    } else {
        None
    };
    printed.unwrap_or(exit)
}

fn print_json(word: &str, exit: Exit, mut json: Value) -> Option<Exit> {
    json["command"] = word.into();
    json["outcome"] = exit.word().into();
    json["exit_code"] = exit.code().into();
    print(&format!("{json}\n"))
}

/// Prints to standard output; yields how to end where that does not work.
fn print(text: &str) -> Option<Exit> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => None,
        // Whoever read it has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => None,
        Err(error) => {
            eprintln!("heirloom: the report could not be written: {error}");
            Some(Exit::Failed)
        }
    }
}
