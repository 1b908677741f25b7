//! Heirloom's appliance. As process 1 it supervises; started by that, it works. One program, so that the image has one.
#![forbid(unsafe_code)]

mod audit_job;
mod booting;
mod drive_thread;
mod keys_job;
mod logbook;
mod news;
mod news_audit;
mod news_plan;
mod news_printing;
mod news_reading;
mod paper;
mod plan_file;
mod plan_job;
mod printing_thread;
mod reading_thread;
mod setting;
mod sheet;
mod sheet_copy_job;
mod sources;
mod supervisor;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::process::id() == 1 {
        supervisor::run();
    }
    if heirloom_linux::is_usb_backend() {
        return heirloom_linux::usb_backend();
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
