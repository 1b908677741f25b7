//! The tool's archive on a real ext4 of the real kernel, and the power cut at many moments of its making.
//!
//! One PC with Debian's kernel and stock packages runs the tool on a disk whose every write and flush is recorded. From the record
//! follows what the disk would hold had the power failed at any of them. Beside it goes an archiver without care, so that it is known
//! that a lack of care is found.

mod judge;
mod phone;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use heirloom_stories::{
    Events, LONG, Oracle, PowerCut, RecordedDisk, Story, Vm, built_tool, story,
};

use judge::{Finding, Flaw, Judge};
use phone::Phone;

/// What is on the phone, and where the power is cut, follows from it.
const SEED: u64 = 20_261_123;
/// Room for both runs and little more: each moment copies the whole disk.
const VOLUME_MIB: u32 = 64;
/// Moments at the end of a flush, which is more than there are (51 on 2026-11-23), and between flushes.
const BOUNDARIES: usize = 64;
const BETWEEN: usize = 40;
/// The careless archiver has few flushes, and needs few to be found out.
const CARELESS: (usize, usize) = (12, 0);
/// How many failures are shown and kept.
const SHOWN: usize = 3;

#[test]
fn an_archive_survives_a_power_cut_at_any_moment() {
    story("power cuts on a real ext4", |story| {
        let job = story.folder("job")?;
        // A copy: whoever builds meanwhile builds another one.
        let tool = job.join("heirloom");
        fs::copy(built_tool()?, &tool)?;
        let phones = phone::make(&job, SEED)?;
        let disks = [("heirloom-disk", "heirloom"), ("careless-disk", "careless")]
            .map(|(folder, name)| RecordedDisk::new(story.file(folder), name, VOLUME_MIB));
        let [careful, careless] = disks;
        let (careful, careless) = (careful?, careless?);
        run(&job, &[&careful, &careless])?;

        let found = judge_all(story, &careless, &phones, None, CARELESS)?;
        let flaws: BTreeSet<Flaw> = found.iter().map(|(_, finding)| finding.flaw).collect();
        ensure!(
            flaws == BTreeSet::from([Flaw::Damaged, Flaw::Gone]),
            "of the careless archiver's flaws, {flaws:?} were found:\n{}",
            shown(&found)
        );
        let found = judge_all(story, &careful, &phones, Some(&tool), (BOUNDARIES, BETWEEN))?;
        ensure!(
            found.is_empty(),
            "{} moments left something wrong:\n{}",
            found.len(),
            shown(&found)
        );
        Ok(())
    });
}

/// Has a PC make two snapshots on each disk, with the tool in the folder of the job.
fn run(job: &Path, disks: &[&RecordedDisk]) -> Result<()> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/real_ext4");
    for script in ["job.sh", "careless.sh"] {
        fs::copy(own.join(script), job.join(script))?;
    }
    let mut plan = Oracle::ready()?.pc_for_job(job);
    for disk in disks {
        disk.put_into(&mut plan);
    }
    let mut vm = Vm::start(&plan)?;
    let mut events = Events::new(vm.serial(1).clone(), "@job");
    events
        .wait("the end of the job", LONG, |event| event["end"] == true)
        .with_context(|| String::from_utf8_lossy(&vm.serial(0).bytes()).into_owned())?;
    vm.wait_for_power_off(LONG)
}

/// A power cut that left something wrong, in words.
type Found = Vec<(String, Finding)>;

/// Judges power cuts of one disk, on all processors, and keeps the first disks that have something wrong.
fn judge_all(
    story: &Story,
    disk: &RecordedDisk,
    phones: &[Phone; 2],
    tool: Option<&Path>,
    (boundaries, between): (usize, usize),
) -> Result<Found> {
    let log = disk.history()?;
    let judge = Judge {
        disk,
        log: &log,
        phones,
        tool,
    };
    let cuts = PowerCut::choose(&log, SEED, boundaries, between);
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<()> {
        while let Some((number, cut)) = cuts
            .iter()
            .enumerate()
            .nth(next.fetch_add(1, Ordering::Relaxed))
        {
            let folder = tempfile::tempdir_in(story.file(""))?;
            let cut_in_words = format!("seed {SEED}, moment {number} of {}: {cut}", cuts.len());
            let finding = judge
                .judge(cut, folder.path())
                .context(cut_in_words.clone())?;
            let Some(finding) = finding else { continue };
            let mut found = found.lock().expect("no holder of this lock panics");
            if tool.is_some() && found.len() < SHOWN {
                let keep = story.file_to_keep(&format!("moment-{number}.img"));
                fs::copy(folder.path().join("disk.img"), keep)?;
            }
            found.push((cut_in_words, finding));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("a judge does not panic"))
    })?;
    println!(
        "seed {SEED}: {} entries, {} moments, {} of them left something wrong",
        log.entries().len(),
        cuts.len(),
        found.lock().expect("no holder of this lock panics").len()
    );
    Ok(found.into_inner().expect("no holder of this lock panics"))
}

fn shown(found: &Found) -> String {
    let lines = found.iter().take(SHOWN);
    let lines =
        lines.map(|(cut, finding)| format!("{cut}: {:?}: {}", finding.flaw, finding.detail));
    lines.collect::<Vec<_>>().join("\n")
}
