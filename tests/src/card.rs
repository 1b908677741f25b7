//! A memory card and an old disk as people bring them, filled by stock tools and the kernel in a PC of their own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{Drive, Events, LONG, Oracle, Pc, Vm};

/// The file systems of the card, in the order of its partitions: the folder with what goes onto it, and its label.
pub const CARD: [(&str, &str); 4] = [
    ("fat", "EOS_DIGITAL"),
    ("exfat", "Ausflug"),
    ("ntfs", "Backup"),
    ("hfsplus", "MAC"),
];
/// The folder with what goes onto the old disk.
pub const OLD: &str = "ext4";
/// What is written to the old disk at the very end, and is in its journal alone when the power fails.
pub const LATE: &str = "late.jpg";

/// Fills a card and an old disk with the folders of [`CARD`] and [`OLD`] and the file [`LATE`] in `job`. The power fails before the old
/// disk is unmounted.
///
/// # Errors
/// When a tool in that PC fails; shows what it said.
pub fn fill_cards(job: &Path, card: &Drive, old: &Drive) -> Result<()> {
    fs::write(job.join("job.sh"), include_str!("card.sh"))?;
    let mut plan = Oracle::ready()?.pc_for_job(job);
    for drive in [card, old] {
        drive.put_into(&mut plan);
    }
    let mut vm = Vm::start(&plan)?;
    let mut events = Events::new(vm.serial(1).clone(), "@job");
    events
        .wait("the end of the job", LONG, |event| event["end"] == true)
        .with_context(|| String::from_utf8_lossy(&vm.serial(0).bytes()).into_owned())?;
    vm.cut_power()
}

impl Pc {
    /// Puts a card into a reader that reads and writes so many bytes a second, and is plugged in with it. Each id is good for one such reader.
    ///
    /// # Errors
    /// When QEMU refuses.
    pub fn plug_slow_card(&mut self, id: &str, card: &Drive, bytes_per_second: u64) -> Result<()> {
        let speed = format!("{id}-speed");
        let limits = json!({"bps-total": bytes_per_second});
        self.qmp().execute(
            "object-add",
            json!({"qom-type": "throttle-group", "id": speed, "limits": limits}),
        )?;
        let file = json!({"driver": "file", "filename": card.path()});
        self.plug_reader(
            id,
            card,
            &json!({"driver": "throttle", "throttle-group": speed, "file": file}),
        )
    }

    /// Puts a card into a reader that is plugged in with it. Some of its sectors, in units of 512 bytes, can't be read.
    ///
    /// # Errors
    /// When QEMU refuses.
    pub fn plug_card(&mut self, id: &str, card: &Drive, bad_sectors: &[u64]) -> Result<()> {
        let file = json!({"driver": "file", "filename": card.path()});
        let errors: Vec<_> = bad_sectors
            .iter()
            .map(|sector| json!({"event": "none", "iotype": "read", "errno": 5, "sector": sector}))
            .collect();
        // No list of errors may be empty.
        let below = if errors.is_empty() {
            file
        } else {
            json!({"driver": "blkdebug", "image": file, "inject-error": errors})
        };
        self.plug_reader(id, card, &below)
    }

    /// Plugs a reader in whose card is what QEMU has below it. Without a serial number, QEMU makes one of the socket.
    fn plug_reader(&mut self, id: &str, card: &Drive, below: &Value) -> Result<()> {
        let node = format!("{id}-node");
        self.qmp().execute(
            "blockdev-add",
            json!({"driver": "raw", "node-name": node, "file": below}),
        )?;
        self.qmp().device_add(
            json!({"driver": "usb-bot", "id": id, "bus": "xhci.0", "serial": card.serial()}),
        )?;
        self.qmp().device_add(json!({
            "driver": "scsi-hd", "id": format!("{id}-disk"), "bus": format!("{id}.0"), "drive": node,
            "vendor": "SanDisk", "product": "SD Reader", "removable": true,
        }))?;
        // The reader shows itself to the PC once its disk is in it.
        let path = format!("/machine/peripheral/{id}");
        self.qmp()
            .execute(
                "qom-set",
                json!({"path": path, "property": "attached", "value": true}),
            )
            .map(drop)
    }
}

/// The sector of a disk, in units of 512 bytes, in which these bytes begin.
///
/// # Errors
/// When they are not on it, or more than once.
pub fn sector_of(card: &Drive, sample: &[u8]) -> Result<u64> {
    let disk = fs::read(card.path())?;
    let mut places = disk
        .windows(sample.len())
        .enumerate()
        .filter(|(_, window)| window[0] == sample[0] && *window == sample)
        .map(|(at, _)| at);
    let at = places.next().context("it is not on the disk")?;
    ensure!(places.next().is_none(), "it is on the disk more than once");
    Ok(u64::try_from(at)? / 512)
}
