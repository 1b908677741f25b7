//! What several tests use: fonts, made-up facts, poppler.
#![allow(
    dead_code,
    reason = "each test is a program of its own, and uses a part"
)]

pub(crate) mod damage;
pub(crate) mod picture;

use std::process::Command;

use heirloom_format::{Digest, Plan, SigningKey};
use heirloom_recovery::{
    DriveFacts, Fonts, PaperSize, ReleaseFacts, ShareFacts, SheetFacts, SourceFacts,
};
use heirloom_shares::{MasterSecret, Scheme, Share};

/// A family's plan.
pub(crate) const PLAN: &str = include_str!("../paper/plan.json");
pub(crate) const PAPERS: [PaperSize; 2] = [PaperSize::A4, PaperSize::Letter];

/// From Debian's fonts-dejavu-core: wider than what the image carries, so that what fits here fits there.
pub(crate) fn fonts() -> Fonts {
    let read = |name: &str| {
        let path = format!("/usr/share/fonts/truetype/dejavu/{name}.ttf");
        std::fs::read(&path).unwrap_or_else(|error| {
            panic!("{path}: {error}; install the package fonts-dejavu-core")
        })
    };
    Fonts {
        regular: read("DejaVuSans"),
        bold: read("DejaVuSans-Bold"),
        mono: read("DejaVuSansMono"),
    }
}

pub(crate) fn source(name: &str) -> SourceFacts {
    SourceFacts {
        name: name.to_owned(),
        snapshot: "0007 2026-11-22".to_owned(),
        photos: 12_403,
        videos: 381,
        other: 27,
        size_bytes: 88_400_000_000,
        first_day: Some("2014-03-01".to_owned()),
        last_day: Some("2026-11-20".to_owned()),
        complete: true,
        missing: 0,
    }
}

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_seed([3; 32], [5; 8])
}

pub(crate) fn plan() -> Plan {
    Plan::parse(PLAN.as_bytes()).expect("a plan")
}

pub(crate) fn facts(archive_name: &str, source_names: &[&str]) -> SheetFacts {
    SheetFacts {
        archive_name: archive_name.to_owned(),
        archive_id: "9f2c41d07be83a5516c0de0a4b7731ef".to_owned(),
        luks_uuid: "3f0c9a52-71be-4d86-9d3e-5a1c7be0442f".to_owned(),
        printed_on: "2026-11-22".to_owned(),
        generation: if source_names.is_empty() { 0 } else { 7 },
        head: (!source_names.is_empty()).then(|| Digest::of(b"abc")),
        public_key: signing_key().public_key(),
        drive: DriveFacts {
            model: "Samsung PSSD T7".to_owned(),
            serial: Some("S6XNNS0T402718H".to_owned()),
            size_bytes: 2_000_398_934_016,
        },
        sources: source_names.iter().map(|name| source(name)).collect(),
        plan: plan(),
        release: ReleaseFacts {
            version: "0.1.0".to_owned(),
            commit: "1b0e7d2c9a44f00d".to_owned(),
            image: Some(Digest::of(b"image")),
        },
    }
}

pub(crate) fn share_facts(holders: &[&str]) -> ShareFacts {
    ShareFacts {
        archive_name: "The Lindqvist family".to_owned(),
        printed_on: "2026-11-22".to_owned(),
        needed: 2,
        holders: holders.iter().map(|&holder| holder.to_owned()).collect(),
        people: plan().people,
    }
}

pub(crate) const HOLDERS: [&str; 3] = ["Karin Lindqvist", "Ben Lindqvist", "Notary Olsson"];

/// A secret that opens nothing.
pub(crate) fn secret() -> MasterSecret {
    MasterSecret::from_bytes(&[0x5a; 16]).expect("16 bytes")
}

/// Its shares, any two of which are enough: the same at each run.
pub(crate) fn shares(count: u8) -> Vec<Share> {
    shares_of(&secret(), count)
}

/// The same of any secret.
pub(crate) fn shares_of(secret: &MasterSecret, count: u8) -> Vec<Share> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let random = |room: &mut [u8]| {
        for byte in room {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = (state >> 32) as u8;
        }
        Ok::<(), std::convert::Infallible>(())
    };
    let scheme = Scheme::new(2, count).expect("a scheme");
    let Ok(shares) = scheme.split(secret, None, random);
    shares
}

/// What a poppler tool says about a PDF.
pub(crate) fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sheet.pdf");
    std::fs::write(&path, pdf).expect("the PDF is written");
    let mut command = Command::new(tool);
    command.args(arguments).arg(&path);
    if tool != "pdfinfo" {
        command.arg("-");
    }
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{tool}: {error}; install the package poppler-utils"));
    // Poppler takes exception to `/Suspects false`, which ISO 32000-1, table 321, allows; anything else is a fault of the sheet.
    let complaints = String::from_utf8_lossy(&output.stderr).replace(
        "Syntax Error: Suspects object is wrong type (boolean)\n",
        "",
    );
    assert!(
        output.status.success() && complaints.is_empty(),
        "{tool}: {complaints}"
    );
    // Lossy: poppler 22 prints an emoji in the document's title as a pair of surrogates, which is not UTF-8.
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A sheet's text as one line.
pub(crate) fn flat_text(pdf: &[u8]) -> String {
    let text = poppler("pdftotext", &["-layout"], pdf);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word, and where it stands on its page, in points from the upper left corner.
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

/// The words of each page.
pub(crate) fn words(pdf: &[u8]) -> Vec<Vec<Word>> {
    let text = poppler("pdftotext", &["-bbox"], pdf);
    let mut pages = Vec::new();
    for line in text.lines() {
        if line.contains("<page ") {
            pages.push(Vec::new());
        }
        let Some((_, after)) = line.split_once("<word ") else {
            continue;
        };
        let (place, text) = after.split_once('>').expect("a tag ends");
        let number = |name: &str| -> f32 {
            let (_, rest) = place.split_once(name).expect("the attribute is there");
            let (number, _) = rest.split_once('"').expect("attributes are quoted");
            number.parse().expect("a number")
        };
        let page: &mut Vec<Word> = pages.last_mut().expect("words are on pages");
        page.push(Word {
            text: text.trim_end_matches("</word>").to_owned(),
            left: number("xMin=\""),
            top: number("yMin=\""),
            right: number("xMax=\""),
            bottom: number("yMax=\""),
        });
    }
    pages
}
