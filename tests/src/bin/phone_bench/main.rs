//! The benchmark of phones: ours beside libmtp's, libgphoto2's and jmtpfs's programs, in one guest, on the same device of the lab.
//!
//! `phone_bench [--write] [--only-reading] [--rounds N]`; `scripts/bench phones` builds what it needs first. The guest is emulated, so that only ratios mean
//! something: the device answers at once, and what is measured is the programs, the kernel below them, and the exchanges that they need.

mod flood;
mod job;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use flood::Flood;
use heirloom_lab::{Library, LibraryDescription, Profile, Responder};
use heirloom_stories::{Peers, Vm, target_folder};
use job::{Part, Run};
use sha2::{Digest, Sha256};

/// Where the table is kept, in the tree.
const PAGE: &str = "appliance/BENCH.md";
const BEGIN: &str = "\n## Phones\n";
const AFTER: &str = "\n## Memory of runs\n";
/// A phone with many small photos: only their descriptions are asked for.
const MANY: &str = r#"{"storages": [{"name": "Internal shared storage", "folders": [{"name": "DCIM", "folders": [
    {"name": "CAMERA###", "count": 200, "files": [{"name": "IMG_####.jpg", "count": 100, "size_bytes": [1000000, 4000000]}]}]}]}]}"#;
/// A phone with 200 MB of photos, each of 4 MB.
const PHOTOS: &str = r#"{"storages": [{"name": "Internal shared storage", "folders": [{"name": "DCIM", "files": [
    {"name": "IMG_####.jpg", "count": 50, "size_bytes": 4000000}]}]}]}"#;
/// A phone with one video of 200 MB.
const LONG: &str = r#"{"storages": [{"name": "Internal shared storage", "folders": [{"name": "DCIM", "files": [
    {"name": "VIDEO.mp4", "size_bytes": 200000000}]}]}]}"#;

struct Options {
    rounds: usize,
    /// Without the listing, and not to be written down.
    only_reading: bool,
    write: bool,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("phone_bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options {
        rounds: 3,
        only_reading: false,
        write: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => options.write = true,
            "--only-reading" => options.only_reading = true,
            "--rounds" => {
                let number = arguments.next().context("--rounds wants a number")?;
                options.rounds = number.parse().context("--rounds wants a number")?;
            }
            other => {
                bail!("{other} is no option; there are --rounds N, --only-reading and --write")
            }
        }
    }
    ensure!(
        !(options.write && options.only_reading),
        "only all of it is written down"
    );
    ensure!(options.rounds > 0, "at least one round is needed");
    Ok(options)
}

fn run(options: &Options) -> Result<()> {
    let ours = target_folder().join("release/examples/phone");
    ensure!(
        ours.exists(),
        "{} is not built; scripts/bench phones builds it",
        ours.display()
    );
    let mut runs = Vec::new();
    let parts = [
        (Part::Listing, MANY),
        (Part::Video, LONG),
        (Part::Photos, PHOTOS),
    ];
    for (part, description) in parts {
        if part == Part::Listing && options.only_reading {
            continue;
        }
        runs.extend(measure(part, description, &ours, options.rounds)?);
    }
    let text = table::text(&runs, options.rounds);
    print!("{text}");
    if options.write {
        keep(&text)?;
    }
    Ok(())
}

fn measure(part: Part, description: &str, ours: &Path, rounds: usize) -> Result<Vec<Run>> {
    let description: LibraryDescription = serde_json::from_str(description)?;
    let library = Arc::new(Library::of(&description)?);
    let profile = Profile::named("pixel")?;
    let usb = (profile.usb.vendor.0, profile.usb.product.0);
    let device = Responder::new(profile, Arc::clone(&library));
    let watch = device.watch();
    let folder = tempfile::tempdir()?;
    fs::copy(ours, folder.path().join("phone")).context("our program")?;
    fs::write(folder.path().join("job.sh"), job::script(part, usb, rounds))?;
    let mut vm = Vm::start(&Peers::ready()?.pc_for_job(folder.path()))?;
    if part != Part::Listing {
        vm.plug_lab_device("flood", Flood::of(Arc::clone(&library)))?;
    }
    vm.plug_lab_device("phone", device)?;
    let printed = job::wait(&vm, part, rounds)?;
    let wanted = match part {
        Part::Listing => library.files().count().to_string(),
        Part::Video | Part::Photos => digest(&library)?,
    };
    let runs = job::runs(part, &printed)?;
    for run in &runs {
        ensure!(
            run.found == wanted,
            "{} found {} and not {wanted}\n{printed}",
            run.who,
            run.found
        );
    }
    ensure!(
        watch.attempts_to_write() == 0,
        "somebody wrote to the phone"
    );
    Ok(runs)
}

/// SHA-256 of all files one behind the other, in hexadecimal.
fn digest(library: &Library) -> Result<String> {
    let mut hasher = Sha256::new();
    for file in library.files() {
        let mut bytes = vec![0; usize::try_from(file.size_bytes)?];
        let count = library.read_at(file.number, 0, &mut bytes)?;
        hasher.update(&bytes[..count]);
    }
    let digest = hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Puts the table in its place in the page.
fn keep(text: &str) -> Result<()> {
    let page: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGE);
    let before = fs::read_to_string(&page).context(PAGE)?;
    let end = before.find(AFTER).unwrap_or(before.len());
    let begin = before.find(BEGIN).unwrap_or(end);
    fs::write(
        &page,
        format!("{}{BEGIN}{text}{}", &before[..begin], &before[end..]),
    )?;
    println!("written to {PAGE}");
    Ok(())
}
