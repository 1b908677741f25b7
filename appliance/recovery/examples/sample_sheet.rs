//! Makes sheets with made-up facts, to look at: `sample_sheet REGULAR.ttf BOLD.ttf MONO.ttf FOLDER [SOURCES]` writes the restore sheet on both sizes of
//! paper, that of an archive without a plan, and two share sheets, one to be filled in.

use std::path::Path;

use heirloom_format::{Digest, Plan};
use heirloom_recovery::{
    DriveFacts, Fonts, PaperSize, ReleaseFacts, ShareFacts, SheetFacts, SourceFacts,
    blank_share_sheet, restore_sheet, share_sheet,
};
use heirloom_shares::Share;

/// A family's, as `plan.json` has it.
const PLAN: &str = include_str!("../tests/paper/plan.json");
/// From the official vectors of SLIP-39: it opens nothing.
const SHARE: &str = "shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist rescue view \
                     short owner flip making coding armed";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [regular, bold, mono, folder, rest @ ..] = arguments.as_slice() else {
        return Err("give three font files and the folder to write to".into());
    };
    let fonts = Fonts {
        regular: std::fs::read(regular)?,
        bold: std::fs::read(bold)?,
        mono: std::fs::read(mono)?,
    };
    let count: usize = rest.first().map_or(Ok(4), |count| count.parse())?;
    let folder = Path::new(folder);
    let write = |name: &str, pdf: &[u8]| std::fs::write(folder.join(name), pdf);
    let mut facts = facts(count)?;
    write(
        "restore-a4.pdf",
        &restore_sheet(&facts, &fonts, PaperSize::A4)?,
    )?;
    write(
        "restore-letter.pdf",
        &restore_sheet(&facts, &fonts, PaperSize::Letter)?,
    )?;
    let shares = ShareFacts {
        archive_name: facts.archive_name.clone(),
        printed_on: facts.printed_on.clone(),
        needed: 2,
        holders: ["Karin Lindqvist", "Ben Lindqvist", "Notary Olsson"]
            .map(str::to_owned)
            .to_vec(),
        people: facts.plan.people.clone(),
    };
    let share = Share::from_words(SHARE)?;
    write(
        "share.pdf",
        &share_sheet(&share, &shares, &fonts, PaperSize::A4)?,
    )?;
    write(
        "share-blank.pdf",
        &blank_share_sheet(2, &shares, &fonts, PaperSize::Letter)?,
    )?;
    facts.plan = Plan::new();
    write(
        "restore-no-plan.pdf",
        &restore_sheet(&facts, &fonts, PaperSize::A4)?,
    )?;
    Ok(())
}

fn facts(count: usize) -> Result<SheetFacts, Box<dyn std::error::Error>> {
    let names = [
        "Anna Pixel 8",
        "Karl's iPhone 13 [a1b2]",
        "Jörg Galaxy S22",
        "Canon EOS R6",
    ];
    let sources = (0..count).map(|index| SourceFacts {
        name: names[index % names.len()].to_owned(),
        snapshot: format!("{:04} 2026-11-22", 7 - index.min(6)),
        photos: 12_403 >> index.min(13),
        videos: 381 >> index.min(8),
        other: 27,
        size_bytes: 88_400_000_000 >> index.min(30),
        first_day: Some("2014-03-01".to_owned()),
        last_day: Some("2026-11-20".to_owned()),
        complete: index % 3 != 1,
        missing: if index % 3 == 1 { 12 } else { 0 },
    });
    Ok(SheetFacts {
        archive_name: "The Lindqvist family".to_owned(),
        archive_id: "9f2c41d07be83a5516c0de0a4b7731ef".to_owned(),
        luks_uuid: "3f0c9a52-71be-4d86-9d3e-5a1c7be0442f".to_owned(),
        printed_on: "2026-11-22".to_owned(),
        generation: 7,
        head: (count > 0).then(|| Digest::of(b"abc")),
        public_key: "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3".parse()?,
        drive: DriveFacts {
            model: "Samsung PSSD T7".to_owned(),
            serial: Some("S6XNNS0T402718H".to_owned()),
            size_bytes: 2_000_398_934_016,
        },
        sources: sources.collect(),
        plan: Plan::parse(PLAN.as_bytes())?,
        release: ReleaseFacts {
            version: "0.1.0".to_owned(),
            commit: "1b0e7d2c9a44".to_owned(),
            image: Some(Digest::of(b"image")),
        },
    })
}
