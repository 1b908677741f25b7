//! A library of 50,000 files, many with names that other systems refuse, restored to disks as heirs have them: FAT32, exFAT, NTFS and ext4, made and
//! checked by stock tools and written by the kernel's own drivers.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use heirloom_stories::{Drive, Events, LONG, Oracle, Story, Vm, built_tool, story};

/// What each disk is given to hold.
const ALL_FILES: u64 = 50_000;
const ODD_FILES: u64 = 2_000;
/// In MiB: clusters of 4 KiB for each file, and room for the tables.
const DISKS: [(&str, u64, u64); 4] = [
    ("fat", 600, ALL_FILES),
    ("exfat", 300, ODD_FILES),
    ("ntfs", 300, ODD_FILES),
    ("ext4", 300, ODD_FILES),
];
/// Of the disk with the archive: blocks of 4 KiB for each file and for what is noted of it.
const ARCHIVE_MIB: u64 = 500;
const ARCHIVE_INODES: u64 = 60_000;

#[test]
fn every_file_comes_back_on_any_file_system() {
    story("any file system", |story| {
        let job = story.folder("job")?;
        fs::copy(built_tool()?, job.join("heirloom"))?;
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/any_file_system");
        for file in ["job.sh", "library.py"] {
            fs::copy(own.join(file), job.join(file))?;
        }
        let mut plan = Oracle::ready()?.pc_for_job(&job);
        archive(story, &job)?.put_into(&mut plan);
        for (name, size_mib, _) in DISKS {
            let disk = Drive::new(story.file(&format!("{name}.img")), size_mib)?;
            disk.put_into(&mut plan);
        }
        let mut vm = Vm::start(&plan)?;
        let mut events = Events::new(vm.serial(1).clone(), "@job");
        events
            .wait("the end of the job", LONG * 5, |event| event["end"] == true)
            .with_context(|| String::from_utf8_lossy(&vm.serial(0).bytes()).into_owned())?;
        vm.wait_for_power_off(LONG)?;
        let all = events.all();
        for (name, _, files) in DISKS {
            let found = all.iter().find(|event| event["disk"] == name);
            let found = found.with_context(|| format!("nothing was said of {name}"))?;
            let is_right = found["status"] == 0
                && found["checked"] == 0
                && found["wanted"] == files
                && found["there"] == files
                && found["said"]["snapshots"][0]["restored_files"] == files;
            let lists = ["missing", "strange", "wrong_times"];
            let is_empty = |list: &&str| found[*list].as_array().is_some_and(Vec::is_empty);
            ensure!(is_right && lists.iter().all(is_empty), "{found:#}");
        }
        Ok(())
    });
}

/// Archives the library, here, where that is quick, and gives the disk that has the archive. The archive is only read in the PC.
fn archive(story: &Story, job: &Path) -> Result<Drive> {
    // Named as a phone's storage is.
    let (phone, archive) = (story.file("phone"), story.file("archive"));
    let library = [
        job.join("library.py"),
        "make".into(),
        phone.clone(),
        job.join("digests"),
    ];
    run("python3", &library)?;
    let order = [
        "archive".into(),
        "--name".into(),
        "Mia".into(),
        phone,
        archive.clone(),
    ];
    run(job.join("heirloom"), &order)?;
    let disk = Drive::new(story.file("archive.img"), ARCHIVE_MIB)?;
    let inodes = ARCHIVE_INODES.to_string();
    let options = [
        "-q", "-t", "ext4", "-b", "4096", "-m", "0", "-N", &inodes, "-d",
    ];
    let mut all: Vec<&OsStr> = options.iter().map(OsStr::new).collect();
    all.extend([archive.as_os_str(), disk.path().as_os_str()]);
    run("mke2fs", &all)?;
    Ok(disk)
}

fn run(program: impl AsRef<OsStr>, arguments: &[impl AsRef<OsStr>]) -> Result<()> {
    let program = program.as_ref();
    let name = program.display().to_string();
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| name.clone())?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}: {}\n{said}", output.status);
    Ok(())
}
