//! The oracle: a second PC with Debian's kernel and stock packages only, none of our code, that opens archive drives and judges them.
//!
//! What it does is in `tests/oracle/examine.py`. It is built once by `mmdebstrap` and kept in `target/oracle`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::debian_guest::{QUICK, debian_guest, quoted, shared_folder};
use crate::{Boot, Drive, Events, LONG, Vm, VmPlan};

/// What the oracle is built from, in `tests/oracle`.
const INPUTS: [&str; 7] = [
    "packages",
    "modules",
    "pack",
    "init",
    "examine.py",
    "bagit.py",
    "bagit.METADATA",
];

/// The oracle, built.
pub struct Oracle {
    folder: PathBuf,
}

/// A drive to examine.
pub struct Case<'a> {
    /// It may be in a PC no longer. The oracle works on a throw-away copy.
    pub drive: &'a Drive,
    /// The owner's.
    pub passphrase: &'a str,
    /// Sources by the pattern (`*`, `?`) of their folder's name, and the folder that the newest snapshot must equal: paths, bytes, and
    /// times in whole seconds. For a source with several storages, it has a folder for each.
    pub expect: &'a [(&'a str, &'a Path)],
}

/// What the oracle says of one drive.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Everything: `findings`, `partitions`, `boot_files`, `sheet` (what its commands printed), `luks`, `top`, `incoming`, `public_key`,
    /// `secret_key` (the second line of `archive.key`), `snapshots`, `compared`.
    pub facts: Value,
}

impl Verdict {
    /// Nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.facts["ok"] == true && self.findings().is_empty()
    }

    /// What is wrong, by the fixed word of each finding, such as `manifest`, `wrong-time`, `passphrase`; each word once, sorted.
    pub fn findings(&self) -> Vec<&str> {
        let findings = self.facts["findings"].as_array();
        let mut words: Vec<&str> = findings
            .into_iter()
            .flatten()
            .filter_map(|finding| finding["what"].as_str())
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The published snapshots by their generation: `generation`, `source`, `name`, `files`, `bytes`, `shared` (files that are hard
    /// links to earlier snapshots' files), `shared_times` (files whose own time is beside them), `paths` (below `data`), `head`.
    pub fn snapshots(&self) -> &[Value] {
        self.facts["snapshots"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    /// Fails unless nothing is wrong and there are so many snapshots.
    ///
    /// # Errors
    /// With everything that the oracle said.
    pub fn expect_good(&self, snapshots: usize) -> Result<()> {
        ensure!(
            self.is_good() && self.snapshots().len() == snapshots,
            "the oracle wants {snapshots} snapshots and nothing wrong, and says:\n{:#}",
            self.facts
        );
        Ok(())
    }
}

impl Oracle {
    /// Builds it, or takes the one that was built from the same inputs.
    ///
    /// # Errors
    /// When `mmdebstrap` fails.
    pub fn ready() -> Result<Self> {
        let folder = debian_guest("oracle", &INPUTS)?;
        Ok(Self { folder })
    }

    /// The oracle's PC for another job: the same kernel and stock packages, in which process 1 is `sh` with the script `job.sh` in a
    /// folder of the host's. The guest has that folder, read-only, at `/mnt`.
    pub fn pc_for_job(&self, folder: &Path) -> VmPlan {
        let begin = "mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; \
            modprobe -a virtio_pci 9pnet_virtio 9p; mkdir -p /mnt; mount -t 9p -o trans=virtio,ro job /mnt; exec sh /mnt/job.sh";
        let mut plan = VmPlan::new(Boot::Kernel {
            kernel: self.folder.join("kernel"),
            initrd: self.folder.join("initrd"),
            command_line: format!(
                "console=ttyS0 panic=-1 {QUICK} rdinit=/bin/sh -- -c \"{begin}\""
            ),
        });
        // As below.
        plan.cpus = 1;
        plan.arguments.extend(shared_folder("job", folder));
        plan
    }

    /// Examines one drive.
    ///
    /// # Errors
    /// As [`Oracle::examine_all`].
    pub fn examine(
        &self,
        drive: &Drive,
        passphrase: &str,
        expect: &[(&str, &Path)],
    ) -> Result<Verdict> {
        let case = Case {
            drive,
            passphrase,
            expect,
        };
        let mut verdicts = self.examine_all(&[case])?;
        verdicts.pop().context("one case gives one verdict")
    }

    /// Examines one drive, and before that opens it as its own `START-HERE.txt` says: every line to be typed is run by a shell, word for
    /// word, and what they print and leave behind is judged (the finding `sheet`).
    ///
    /// # Errors
    /// As [`Oracle::examine_all`].
    pub fn examine_by_sheet(
        &self,
        drive: &Drive,
        passphrase: &str,
        expect: &[(&str, &Path)],
    ) -> Result<Verdict> {
        let case = Case {
            drive,
            passphrase,
            expect,
        };
        let mut verdicts = self.examine_cases(&[case], true)?;
        verdicts.pop().context("one case gives one verdict")
    }

    /// Examines several drives in one go; gives their verdicts in the same order.
    ///
    /// # Errors
    /// When the oracle did not come to its end: that is no verdict.
    pub fn examine_all(&self, cases: &[Case<'_>]) -> Result<Vec<Verdict>> {
        self.examine_cases(cases, false)
    }

    fn examine_cases(&self, cases: &[Case<'_>], by_sheet: bool) -> Result<Vec<Verdict>> {
        let mut plan = VmPlan::new(Boot::Kernel {
            kernel: self.folder.join("kernel"),
            initrd: self.folder.join("initrd"),
            command_line: format!("console=ttyS0 panic=-1 {QUICK} rdinit=/init"),
        });
        // QEMU 7.2 on a busy host lets one emulated processor run into code that the other is just patching: Linux 6.12 then panics
        // in its first seconds (`sched_clock_cpu`, 2026-11). One processor can't, and nothing here needs two.
        plan.cpus = 1;
        let mut job = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            plan.arguments.extend([
                "-drive".to_owned(),
                format!(
                    "if=none,id=case{number},format=raw,snapshot=on,file={}",
                    quoted(case.drive.path())
                ),
                "-device".to_owned(),
                format!("virtio-blk-pci,drive=case{number},serial=case{number}"),
            ]);
            let mut expect = Vec::new();
            for (at, (source, folder)) in case.expect.iter().enumerate() {
                let tag = format!("case{number}expect{at}");
                plan.arguments.extend(shared_folder(&tag, folder));
                expect.push(json!({"source": source, "tag": tag}));
            }
            job.push(
                json!({"passphrase": case.passphrase, "expect": expect, "by_sheet": by_sheet}),
            );
        }
        plan.fw_cfg.push((
            "opt/org.heirloom/oracle-job".to_owned(),
            json!({"cases": job}).to_string(),
        ));
        let mut vm = Vm::start(&plan)?;
        let mut events = Events::new(vm.serial(1).clone(), "@oracle");
        let end = events.wait("the last verdict", LONG, |event| event["verdicts"].is_u64());
        if let Err(error) = end {
            let console = String::from_utf8_lossy(&vm.serial(0).bytes()).into_owned();
            bail!(
                "the oracle did not come to its end: {error:#}\n{console}\n{}",
                vm.messages()
            );
        }
        vm.wait_for_power_off(LONG)?;
        let verdicts: Vec<Verdict> = events
            .all()
            .into_iter()
            .filter(|event| event["case"].is_u64())
            .map(|facts| Verdict { facts })
            .collect();
        ensure!(
            verdicts.len() == cases.len(),
            "{} verdicts on {} drives",
            verdicts.len(),
            cases.len()
        );
        Ok(verdicts)
    }
}
