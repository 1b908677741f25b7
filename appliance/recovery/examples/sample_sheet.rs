//! Makes a sheet with made-up facts, to look at: `sample_sheet REGULAR.ttf BOLD.ttf MONO.ttf OUT.pdf [SOURCES]`.

use heirloom_format::Digest;
use heirloom_recovery::{DriveFacts, Fonts, ReleaseFacts, SheetFacts, SourceFacts, restore_sheet};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [regular, bold, mono, out, rest @ ..] = arguments.as_slice() else {
        return Err("give three font files and the PDF to write".into());
    };
    let fonts = Fonts {
        regular: std::fs::read(regular)?,
        bold: std::fs::read(bold)?,
        mono: std::fs::read(mono)?,
    };
    let count: usize = rest.first().map_or(Ok(2), |count| count.parse())?;
    let names = [
        "Anna Pixel 8",
        "Karl's iPhone 13 [a1b2]",
        "Jörg Galaxy S22",
        "Canon EOS R6",
    ];
    let sources = (0..count).map(|index| SourceFacts {
        name: names[index % names.len()].to_owned(),
        snapshot: format!("{:04} 2026-11-22", 7 - index.min(6)),
        photos: 12_403 >> index,
        videos: 381 >> index,
        other: 27,
        size_bytes: 88_400_000_000 >> index,
        first_day: Some("2014-03-01".to_owned()),
        last_day: Some("2026-11-20".to_owned()),
        complete: index % 3 != 1,
        missing: 12,
    });
    let facts = SheetFacts {
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
        last_rehearsal: None,
        release: ReleaseFacts {
            version: "0.1.0".to_owned(),
            commit: "1b0e7d2c9a44".to_owned(),
        },
    };
    std::fs::write(out, restore_sheet(&facts, &fonts)?)?;
    Ok(())
}
