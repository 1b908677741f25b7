//! The benchmark: heirloom beside `cp`, rsync and three backup engines, on the same folders, in the same minutes. `--help` says the rest.

mod budgets;
mod cache;
mod contestant;
mod figures;
mod kept_page;
mod library;
mod listing;
mod machine;
mod options;
mod program;
mod progress;
mod random;
mod restore;
mod rounds;
mod tables;
mod workshop;

use std::process::ExitCode;

use options::{HELP, Options};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("bench: {error:#}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match workshop::run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nbench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
