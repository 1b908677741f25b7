//! A memory card that is pulled out with its reader in the middle of a run, and plugged in again.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use heirloom_stories::{CARD, Drive, LATE, OLD, Oracle, fill_cards, samples, story};

use crate::{LONG_VIDEO, LONG_VIDEO_TAKEN, PASSPHRASE};

const CARD_MIB: u64 = 160;
const OLD_MIB: u64 = 48;
const CARD_NAME: &str = "SanDisk card EOS_DIGITAL, 168 MB";
/// The pattern of its folder in the archive.
const CARD_SOURCE: &str = "SanDisk card EOS_DIGITAL, 168 MB *";
/// So slow that there is time to pull it out within the video.
const READER_BYTES_PER_S: u64 = 4_000_000;
const SMALL_PHOTOS: u64 = 32;
/// Two thirds of the card's first file system, which has nothing else that is large.
const VIDEO_MIB: usize = 40;
/// FAT counts in steps of two seconds.
const PHOTOS_TAKEN: u64 = 1_600_000_000;
const STEP_S: u64 = 2;

#[test]
fn card_pulled_in_the_middle_of_a_file() {
    story("card pulled", |story| {
        let job = story.folder("job")?;
        put_files(&job)?;
        let card = Drive::new(story.file("card.img"), CARD_MIB)?;
        let old = Drive::new(story.file("old.img"), OLD_MIB)?;
        fill_cards(&job, &card, &old)?;
        let before = card.digest()?;

        let (mut pc, drive) = story.sits_down_with_archive()?;
        pc.plug_slow_card("reader", &card, READER_BYTES_PER_S)?;
        pc.begins_archiving_of(CARD_NAME)?;
        pc.is_in_the_midst_of(LONG_VIDEO)?;
        pc.pull_drive("reader")?;
        pc.reads_all(&[
            &format!("{CARD_NAME} was unplugged"),
            "Nothing is lost: the card was only read, and what is in the archive stays.",
            "Plug it in again. The copy goes on by itself where it stopped.",
        ])?;
        let safe = pc.safe_files();
        ensure!(safe >= SMALL_PHOTOS, "{safe} files were safe");
        pc.reads(&format!("Read back and safe {safe} files"))?;

        // In another reader.
        pc.plug_card("other", &card, &[])?;
        pc.reads_all(&[
            &format!("{CARD_NAME} is archived"),
            "The files of this snapshot are safe to erase from the card.",
            &format!("There before {safe} files"),
        ])?;
        goes_on_where_it_stopped(&pc.fetched(), usize::try_from(safe)?)?;
        pc.has_read_report()?;
        pc.switches_off()?;

        ensure!(card.digest()? == before, "the card was written to");
        let storages = story.folder("storages")?;
        for (folder, label) in CARD {
            fs::rename(job.join(folder), storages.join(label))?;
        }
        let expected = [(CARD_SOURCE, storages.as_path())];
        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &expected)?;
        verdict.expect_good(1)
    });
}

/// Small photos and a long video on the first file system, and one file on each of the others. The old disk has to have something, too.
fn put_files(job: &Path) -> Result<()> {
    let small = |name: &str, number: u64| {
        let bytes = format!("a small picture, number {number} of {name}").repeat(200);
        let file = job
            .join(name)
            .join(format!("DCIM/100CANON/IMG_{number:04}.jpg"));
        let taken = PHOTOS_TAKEN + STEP_S * number;
        samples::write_taken(&file, bytes.as_bytes(), taken)
    };
    for number in 0..SMALL_PHOTOS {
        small(CARD[0].0, number)?;
    }
    // No name comes twice, so that it tells the file.
    for (number, (folder, _)) in (SMALL_PHOTOS..).zip(CARD[1..].iter().chain(&[(OLD, "")])) {
        small(folder, number)?;
    }
    let video = job.join(CARD[0].0).join(LONG_VIDEO);
    samples::add_video(&video, VIDEO_MIB, LONG_VIDEO_TAKEN)?;
    samples::write_taken(&job.join(LATE), &[0x5a; 3_000], PHOTOS_TAKEN)
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
