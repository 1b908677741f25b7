//! Lists the first phone found, or fetches files from it, and says how long that took: for measuring beside other programs.
//!
//! Usage: `phone list [FILE]`, where FILE gets all paths, or `phone get PATH_SUFFIX FILE|-`, where FILE gets all files whose paths end so, one
//! behind the other, and `-` throws the bytes away. `phone raw VENDOR:PRODUCT BYTES FILE` reads so many bytes from the first bulk endpoint of a
//! device that sends without being asked: what the link can do. Both tell the time from the first byte asked for to the last one written.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write, sink};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use nusb::MaybeFuture;
use nusb::transfer::{Buffer, Bulk, In};

use heirloom_engine::{Fetched, Found, ListedObject, Source};
use heirloom_phone::PhoneSource;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["list"] => list(&mut first_phone()?, &mut sink()),
        ["list", file] => list(
            &mut first_phone()?,
            &mut BufWriter::new(File::create(file)?),
        ),
        ["get", suffix, "-"] => get(&mut first_phone()?, suffix, &mut sink()),
        ["get", suffix, file] => get(&mut first_phone()?, suffix, &mut File::create(file)?),
        ["raw", ids, bytes, file] => raw(ids, bytes.parse()?, &mut File::create(file)?),
        _ => Err(
            "usage: phone list [FILE] | phone get PATH_SUFFIX FILE|- | phone raw VENDOR:PRODUCT BYTES FILE"
                .into(),
        ),
    }
}

/// The first device that lets itself be opened; else what the last one said.
fn first_phone() -> Result<PhoneSource, Box<dyn Error>> {
    let mut error: Box<dyn Error> = "no phone or camera is connected".into();
    for address in heirloom_phone::candidates()? {
        match heirloom_phone::open(address) {
            Ok(source) => return Ok(source),
            Err(refused) => error = refused.into(),
        }
    }
    Err(error)
}

fn list(source: &mut PhoneSource, paths: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let objects = objects(source)?;
    let seconds = started.elapsed().as_secs_f64();
    for object in &objects {
        writeln!(paths, "{} {}", object.size_bytes, object.path.as_str())?;
    }
    paths.flush()?;
    println!("{} objects in {seconds:.3} s", objects.len());
    Ok(())
}

fn get(source: &mut PhoneSource, suffix: &str, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let mut objects = objects(source)?;
    objects.retain(|object| object.path.as_str().ends_with(suffix));
    objects.sort_by(|one, other| one.path.as_str().cmp(other.path.as_str()));
    if objects.is_empty() {
        return Err("no such file on the phone".into());
    }
    let started = Instant::now();
    let mut bytes = 0;
    for object in &objects {
        bytes += fetch(source, object, out)?;
    }
    out.flush()?;
    tell_rate(bytes, started.elapsed());
    Ok(())
}

/// Fetches one file; how long it is, in bytes.
fn fetch(
    source: &mut PhoneSource,
    object: &ListedObject,
    out: &mut dyn Write,
) -> Result<u64, Box<dyn Error>> {
    let mut failed = None;
    let fetched = source.fetch(object, 0, &mut |piece| match out.write_all(piece) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    match (failed, fetched) {
        (Some(error), _) => Err(error.into()),
        (None, Fetched::Stopped) => Err("the fetch was stopped".into()),
        (None, Fetched::Whole(bytes)) => Ok(bytes),
    }
}

fn tell_rate(bytes: u64, took: Duration) {
    let seconds = took.as_secs_f64();
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{bytes} bytes in {seconds:.3} s, {:.1} MB/s",
        megabytes / seconds
    );
}

/// Reads with as many and as long transfers as help, in the same memory over and over, and does nothing else.
fn raw(ids: &str, bytes: usize, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    const QUEUED: usize = 8;
    const TRANSFER_BYTES: usize = 256 * 1024;
    const BULK_IN: u8 = 0x81;
    let device = nusb::list_devices()
        .wait()?
        .find(|info| format!("{:04x}:{:04x}", info.vendor_id(), info.product_id()) == ids)
        .ok_or("no such device")?;
    let interface = device.open().wait()?.claim_interface(0).wait()?;
    let mut endpoint = interface.endpoint::<Bulk, In>(BULK_IN)?;
    let started = Instant::now();
    let mut asked = 0;
    let mut got = 0;
    let mut spare = None;
    while got < bytes {
        while endpoint.pending() < QUEUED && asked < bytes {
            let transfer_bytes = TRANSFER_BYTES.min((bytes - asked).next_multiple_of(512));
            let mut buffer = spare.take().unwrap_or_else(|| Buffer::new(TRANSFER_BYTES));
            buffer.set_requested_len(transfer_bytes);
            endpoint.submit(buffer);
            asked += transfer_bytes;
        }
        let completion = endpoint
            .wait_next_complete(Duration::from_secs(30))
            .ok_or("the device sends no more")?;
        completion.status?;
        got += completion.actual_len;
        out.write_all(&completion.buffer[..completion.actual_len])?;
        spare = Some(completion.buffer);
    }
    out.flush()?;
    tell_rate(got as u64, started.elapsed());
    Ok(())
}

/// All files; what can't be listed is named on standard error.
fn objects(source: &mut PhoneSource) -> Result<Vec<ListedObject>, Box<dyn Error>> {
    let mut objects = Vec::new();
    source.list(&mut |found| {
        match found {
            Found::Object(object) => objects.push(object),
            Found::Problem(problem) => eprintln!("{}: {}", problem.place, problem.error),
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(objects)
}
