//! Heirloom's appliance. As process 1 it supervises; started by that, it works. One program, so that the image has one.
#![forbid(unsafe_code)]

mod booting;
mod drive_thread;
mod keys_job;
mod logbook;
mod news;
mod news_reading;
mod plan_file;
mod reading_thread;
mod setting;
mod sheet;
mod sources;
mod supervisor;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::process::id() == 1 {
        supervisor::run();
    }
    if std::env::args().nth(1).as_deref() != Some(supervisor::WORKER_ARGUMENT) {
        eprintln!(
            "heirloom-init is the first program of the Heirloom appliance. It is started by its kernel and does nothing elsewhere."
        );
        return ExitCode::FAILURE;
    }
    match worker::run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            log::error!("the worker ends: {error:#}");
            ExitCode::FAILURE
        }
    }
}
