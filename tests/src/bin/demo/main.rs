//! The demo: the real image in an emulated PC, from power-on to the restore sheet. `--help` says the rest.
//!
//! By itself it is a person: it presses the PC's keys, and knows of the appliance what the pixels of the display say.

mod by_hand;
mod folder;
mod options;
mod page;
mod person;
mod progress;
mod summary;
mod whole_path;

use std::process::ExitCode;

use options::{HELP, Mode, Options};

/// Secure enough for a drive that holds sample pictures, and well known.
const PASSPHRASE: &str = "correct horse battery staple";

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("demo: {error:#}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let folder = folder::Folder::new();
    let outcome = match options.mode {
        Mode::ByItself => whole_path::run(&options, &folder),
        Mode::Window => by_hand::in_a_window(&options, &folder),
        Mode::Serial => by_hand::on_this_terminal(&options, &folder),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ndemo: {error:#}");
            eprintln!(
                "demo: screenshots and logs are in {}",
                folder.path().display()
            );
            ExitCode::FAILURE
        }
    }
}
