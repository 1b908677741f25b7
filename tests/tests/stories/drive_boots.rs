use anyhow::{Context, ensure};
use heirloom_stories::{PcPlan, story};

use crate::{ARCHIVE, PASSPHRASE};

/// The drive alone starts a PC of either kind, with Secure Boot or without, and the appliance that it starts finds the archive on it.
#[test]
fn drive_boots() {
    story("drive boots", |story| {
        let (mut pc, drive) = story.sits_down_with_archive()?;
        let boots = pc
            .boots()
            .context("nothing was said of what the drive boots")?;
        ensure!(
            boots["is_new"] == true && boots["version"].is_string(),
            "{boots}"
        );
        pc.switches_off()?;

        for plan in [
            PcPlan::appliance().from_drive(&drive),
            PcPlan::appliance().from_drive(&drive).with_bios(),
        ] {
            let mut pc = story.boot(plan)?;
            pc.begin()?;
            pc.opens_archive(ARCHIVE, PASSPHRASE)?;
            let boots = pc
                .boots()
                .context("nothing was said of what the drive boots")?;
            ensure!(
                boots["is_new"] == false && boots["version"].is_string(),
                "{boots}"
            );
            pc.switches_off()?;
        }

        // A drive that was damaged there is mended when the stick is back.
        let damaged = story.file("damaged");
        std::fs::write(&damaged, "no kernel")?;
        drive.copy_to_boot_partition(&damaged, "heirloom/a/vmlinuz")?;
        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.opens_archive(ARCHIVE, PASSPHRASE)?;
        let boots = pc
            .boots()
            .context("nothing was said of what the drive boots")?;
        ensure!(
            boots["is_new"] == true && boots["version"].is_string(),
            "{boots}"
        );
        pc.switches_off()?;
        Ok(())
    });
}
