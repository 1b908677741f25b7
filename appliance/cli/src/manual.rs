//! Man pages and completions, from the definition of the command line.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use serde_json::json;

use crate::args::{Arguments, CompletionsOrder, ManOrder};
use crate::exit::Exit;
use crate::report::Report;
use crate::trouble::Trouble;

/// The completions for a shell.
pub(crate) fn completions(order: &CompletionsOrder) -> Result<Report, Trouble> {
    let mut text = Vec::new();
    clap_complete::generate(
        order.shell,
        &mut Arguments::command(),
        "heirloom",
        &mut text,
    );
    Ok(text_report(&text))
}

/// The man page, or all of them into a folder.
pub(crate) fn man(order: &ManOrder) -> Result<Report, Trouble> {
    let command = Arguments::command().disable_help_subcommand(true);
    let Some(dir) = &order.dir else {
        let mut text = Vec::new();
        clap_mangen::Man::new(command)
            .render(&mut text)
            .map_err(|error| failed(Path::new("the man page"), error))?;
        return Ok(text_report(&text));
    };
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(command, dir))
        .map_err(|error| failed(dir, error))?;
    Ok(Report {
        exit: Exit::Done,
        text: format!("The man pages are in {}.\n", dir.display()),
        json: json!({ "dir": dir.to_string_lossy() }),
        is_printed: false,
    })
}

fn text_report(text: &[u8]) -> Report {
    let text = String::from_utf8_lossy(text).into_owned();
    Report {
        exit: Exit::Done,
        json: json!({ "text": text }),
        text,
        is_printed: false,
    }
}

fn failed(place: &Path, error: std::io::Error) -> Trouble {
    Trouble::Output {
        place: place.to_owned(),
        error,
    }
}
