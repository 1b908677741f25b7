//! A library of 50,000 files, many with names that other systems refuse, restored to disks as heirs have them: FAT32, exFAT, NTFS and ext4, made and
//! checked by stock tools and written by the kernel's own drivers.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use heirloom_stories::{Drive, Events, LONG, Oracle, Vm, built_tool, story};

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
const MEMORY_MIB: u32 = 1_536;

#[test]
fn every_file_comes_back_on_any_file_system() {
    story("plain targets", |story| {
        let job = story.folder("job")?;
        fs::copy(built_tool()?, job.join("heirloom"))?;
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/plain_targets");
        for file in ["job.sh", "library.py"] {
            fs::copy(own.join(file), job.join(file))?;
        }
        let mut plan = Oracle::ready()?.pc_for_job(&job);
        plan.memory_mib = MEMORY_MIB;
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
