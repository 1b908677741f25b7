use anyhow::{Result, ensure};
use heirloom_stories::{Oracle, PHONE, samples, story};

use crate::{LONG_VIDEO, PASSPHRASE, SOURCE, add_long_video};

#[test]
fn phone_unplugged_in_the_middle_of_a_file() {
    story("phone unplugged", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        add_long_video(&phone)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        pc.plug_phone("phone", &phone)?;
        pc.begins_archiving()?;
        pc.is_in_the_midst_of(LONG_VIDEO)?;
        pc.unplug("phone")?;
        pc.reads_all(&[
            &format!("{PHONE} was unplugged"),
            "Nothing is lost: the phone was only read, and what is in the archive stays.",
            "Plug it in again, unlock it, and choose \"File transfer\" if it asks. The copy goes on by itself where it stopped.",
        ])?;
        let safe = pc.safe_files();
        pc.reads(&format!("Read back and safe {safe} files"))?;

        pc.plug_phone("phone", &phone)?;
        pc.is_told_complete()?;
        pc.reads(&format!("There before {safe} files"))?;
        let fetched = pc.fetched();
        goes_on_where_it_stopped(&fetched, usize::try_from(safe)?)?;
        pc.has_read_report()?;
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &[(SOURCE, &phone)])?;
        verdict.expect_good(1)
    });
}

/// Two attempts: the second fetches only what was not safe after the first.
fn goes_on_where_it_stopped(fetched: &[Vec<String>], safe: usize) -> Result<()> {
    let [first, second] = fetched else {
        anyhow::bail!("not two attempts: {fetched:?}");
    };
    let twice: Vec<&String> = second.iter().filter(|path| first.contains(path)).collect();
    // The one that was cut off.
    ensure!(twice == [LONG_VIDEO], "{fetched:?}");
    ensure!(first.len() == safe + 1, "{safe} safe of {first:?}");
    Ok(())
}
