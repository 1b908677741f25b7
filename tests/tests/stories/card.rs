use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use heirloom_stories::{
    CARD, Drive, Key, LATE, OLD, Oracle, Pc, fill_cards, samples, sector_of, story,
};

use crate::PASSPHRASE;

const CARD_MIB: u64 = 160;
const OLD_MIB: u64 = 48;
const CARD_NAME: &str = "SanDisk card EOS_DIGITAL, 168 MB";
const OLD_NAME: &str = "QEMU disk Old disk, 50 MB";
/// On the card's FAT; a sector in its middle can't be read by the first reader.
const BAD: &str = "DCIM/100CANON/IMG_0002.JPG";
/// A file whose folder can't be read by the first reader, and how FAT has its name there.
const UNLISTED: (&str, &[u8]) = (
    "System Volume Information/IndexerVolumeGuid",
    b"INDEXE~1   ",
);
/// What each file system has. FAT counts in steps of two seconds.
const FILES: [(&str, u64); 6] = [
    ("DCIM/100CANON/IMG_0001.JPG", 1_706_741_998),
    (BAD, 1_709_201_700),
    ("DCIM/100CANON/MVI_0003.mov", 1_783_000_800),
    (
        "DCIM/Oma Käthe/Geburtstag & Torte 🎂 (1).jpg",
        1_781_000_000,
    ),
    (UNLISTED.0, 1_745_046_000),
    ("Notes, from 1999.txt", 946_598_400),
];

#[test]
fn card_and_old_disk() {
    story("card", |story| {
        let job = story.folder("job")?;
        let photos = samples::copy_to(&story.folder("photos")?)?;
        for (number, (folder, _)) in (0..).zip(CARD.iter().chain(&[(OLD, "")])) {
            put_files(&job.join(folder), &photos, number)?;
        }
        samples::write_taken(&job.join(LATE), &[0x5a; 30_000], 1_795_262_400)?;
        let card = Drive::new(story.file("card.img"), CARD_MIB)?;
        let old = Drive::new(story.file("old.img"), OLD_MIB)?;
        fill_cards(&job, &card, &old)?;
        let before = [card.digest()?, old.digest()?];
        let bytes = fs::read(job.join("fat").join(BAD))?;
        let bad_sectors = [
            sector_of(&card, &bytes[bytes.len() / 2..][..64])?,
            sector_of(&card, UNLISTED.1)?,
        ];

        let (mut pc, drive) = story.sits_down_with_archive()?;
        bad_sectors_cost_only_what_is_in_them(&mut pc, &card, &bad_sectors)?;
        another_reader_reads_it_all(&mut pc, &card)?;
        a_journal_is_not_replayed(&mut pc, &old)?;
        pc.switches_off()?;

        ensure!(
            [card.digest()?, old.digest()?] == before,
            "a disk that was archived was written to"
        );
        let storages = story.folder("storages")?;
        for (folder, label) in CARD {
            fs::rename(job.join(folder), storages.join(label))?;
        }
        let expected = [
            ("SanDisk card EOS_DIGITAL, 168 MB *", storages.as_path()),
            ("QEMU disk Old disk, 50 MB *", &job.join(OLD)),
        ];
        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &expected)?;
        verdict.expect_good(3)?;
        let [first, second, third] = verdict.snapshots() else {
            unreachable!("three snapshots were just counted")
        };
        // All but one, on HFS+.
        let all = CARD.len() * FILES.len() - 1;
        ensure!(first["files"] == all - 2, "{first:#}");
        ensure!(
            second["files"] == all && second["shared"] == all - 2,
            "{second:#}"
        );
        ensure!(third["files"] == FILES.len(), "{third:#}");
        Ok(())
    });
}

/// Real pictures, others on each file system, with names and times of each kind.
fn put_files(folder: &Path, photos: &Path, number: u8) -> Result<()> {
    let photo = fs::read(photos.join("DCIM/Oma Käthe/Geburtstag & Torte.jpg"))?;
    let video = fs::read(photos.join("DCIM/Camera/PXL_20260815_121500000.mp4"))?;
    for (name, time) in FILES {
        // Linux's HFS+ lists names with characters beyond U+FFFF, and can't find them then; the appliance names such files.
        if folder.ends_with("hfsplus") && name.contains('🎂') {
            continue;
        }
        let mut bytes = match name.rsplit_once('.') {
            Some((_, "mov")) => video.clone(),
            Some((_, "txt")) => b"Written in another century.\n".to_vec(),
            Some(_) => photo.clone(),
            None => vec![0, 0],
        };
        // Behind the end of a picture, where readers don't look; and other bytes throughout the one that is to be found on the disk.
        bytes.extend([number, u8::try_from(name.len())?]);
        if name == BAD {
            bytes.iter_mut().for_each(|byte| *byte ^= 0x55 + number);
        }
        samples::write_taken(&folder.join(name), &bytes, time)?;
    }
    Ok(())
}

fn bad_sectors_cost_only_what_is_in_them(pc: &mut Pc, card: &Drive, bad: &[u64]) -> Result<()> {
    pc.plug_card("reader", card, bad)?;
    pc.reads_all(&[
        CARD_NAME,
        "ready: \"EOS_DIGITAL\" (FAT files), \"Ausflug\" (exFAT files), \"Backup\" (Windows files), and 1 more",
    ])?;
    pc.begins_archiving_of(CARD_NAME)?;
    pc.reads_all(&[
        &format!("{CARD_NAME} is archived, but not completely"),
        "Don't erase anything from the card yet.",
        "3 things to look at:",
        "EOS_DIGITAL/System Volume Information: The device would not show it: reading failed (error 5).",
        "EOS_DIGITAL, one of its folders at least: The device would not show it: reading failed (error 5).",
    ])?;
    // What is named last is below the screen's edge.
    for _ in 0..3 {
        pc.screen.press(&[Key::Down])?;
    }
    pc.reads(&format!(
        "EOS_DIGITAL/{BAD}: It could not be read: reading failed (error 5)."
    ))?;
    pc.has_read_report()?;
    pc.pull_drive("reader")?;
    pc.sees_go(CARD_NAME)
}

fn another_reader_reads_it_all(pc: &mut Pc, card: &Drive) -> Result<()> {
    pc.plug_card("other", card, &[])?;
    pc.begins_archiving_of(CARD_NAME)?;
    pc.reads_all(&[
        "The files of this snapshot are safe to erase from the card.",
        "Copied now 2 files (",
        "Dates 1999-12-31 to 2026-07-02",
    ])?;
    pc.has_read_report()?;
    let fetched = pc.fetched();
    let last = fetched.last().context("a run")?;
    ensure!(*last == [BAD, UNLISTED.0], "{last:?}");
    pc.pull_drive("other")?;
    pc.sees_go(CARD_NAME)
}

fn a_journal_is_not_replayed(pc: &mut Pc, old: &Drive) -> Result<()> {
    pc.plug_drive("old", old)?;
    pc.begins_archiving_of(OLD_NAME)?;
    pc.reads_all(&[
        &format!("{OLD_NAME} is archived, but not completely"),
        "Don't erase anything from the disk yet.",
        "Old disk, what was written to it last: The device would not show it: it was unplugged without being ejected;",
    ])?;
    pc.has_read_report()
}
