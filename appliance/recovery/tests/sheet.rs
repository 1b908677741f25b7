//! The sheet as poppler reads it: one page, every command whole, nothing outside the margins.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use heirloom_format::{Digest, SigningKey};
use heirloom_recovery::{
    DriveFacts, FontRole, Fonts, RehearsalFacts, RehearsedBy, ReleaseFacts, SheetError, SheetFacts,
    SourceFacts, restore_sheet, start_here_text,
};
use tempfile::TempDir;

/// From Debian's fonts-dejavu-core: wider than what the image carries, so that what fits here fits there.
fn fonts() -> Fonts {
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

fn source(name: &str) -> SourceFacts {
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

fn signing_key() -> SigningKey {
    SigningKey::from_seed([3; 32], [5; 8])
}

fn facts(archive_name: &str, source_names: &[&str]) -> SheetFacts {
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
        last_rehearsal: Some(RehearsalFacts {
            day: "2026-11-21".to_owned(),
            by: Some(RehearsedBy::Executors),
            is_passed: true,
            files: 220,
            problems: 0,
        }),
        release: ReleaseFacts {
            version: "0.1.0".to_owned(),
            commit: "1b0e7d2c9a44f00d".to_owned(),
        },
    }
}

/// What a poppler tool says about a PDF.
fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sheet.pdf");
    std::fs::write(&path, pdf).expect("the PDF is written");
    let mut command = Command::new(tool);
    command.args(arguments).arg(&path);
    if tool == "pdftotext" {
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

fn number(text: &str, before: &str) -> f32 {
    let (_, rest) = text.split_once(before).expect("the attribute is there");
    let (number, _) = rest.split_once('"').expect("attributes are quoted");
    number.parse().expect("a number")
}

/// One A4 page whose words all lie within margins of 18 mm at the sides and 12 mm above and below.
fn assert_well_formed(pdf: &[u8], what: &str) {
    let info = poppler("pdfinfo", &[], pdf);
    assert!(info.contains("Pages:           1\n"), "{what}: {info}");
    assert!(info.contains("(A4)"), "{what}: {info}");
    assert!(info.contains("Tagged:          yes"), "{what}: {info}");
    let (left, top, right, bottom) = (51.0, 34.0, 595.3 - 51.0, 841.9 - 34.0);
    let words = poppler("pdftotext", &["-bbox"], pdf);
    let words: Vec<&str> = words
        .lines()
        .filter(|line| line.contains("<word"))
        .collect();
    assert!(words.len() > 150, "{what}: {} words", words.len());
    for word in words {
        let inside = number(word, "xMin=\"") >= left - 0.5
            && number(word, "xMax=\"") <= right + 0.5
            // A font's box reaches a little beyond the line's own space.
            && number(word, "yMin=\"") >= top - 3.0
            && number(word, "yMax=\"") <= bottom + 3.0;
        assert!(inside, "{what}: {word}");
    }
}

const LONG: &str = "A phone with a really very long name that somebody typed in one long afternoon without ever stopping to think";

#[test]
fn always_exactly_one_page_within_its_margins() {
    let long_names: Vec<String> = (0..12).map(|index| format!("{index} {LONG}")).collect();
    let long_names: Vec<&str> = long_names.iter().map(String::as_str).collect();
    let unbroken = "M".repeat(255);
    let emoji = "👨\u{200d}👩\u{200d}👧 family 📷";
    for (what, archive, sources) in [
        ("empty", "The Lindqvist family", &[][..]),
        ("one phone", "The Lindqvist family", &["Anna Pixel 8"]),
        ("four", "Wir", &["Anna", "Karl", "Jörg", "Eva"]),
        ("twelve long names", LONG, &long_names),
        (
            "no spaces",
            &unbroken,
            &[unbroken.as_str(), unbroken.as_str()],
        ),
        ("cyrillic", "Фотоархив семьи", &["Телефон Анны", "Ёлка"]),
        ("chinese", "我们的照片", &["小米手机", "华为"]),
        ("emoji", emoji, &[emoji]),
        ("hebrew", "משפחת כהן", &["הטלפון של דנה 8", "العائلة"]),
        (
            "quotes",
            "Anna's \"best\" `id` $HOME",
            &["Anna's", "$(x) `y` \\"],
        ),
        (
            "controls",
            "a\nb\u{1b}[2J\u{202e}c",
            &["\u{7}bell", "", " "],
        ),
    ] {
        let mut facts = facts(archive, sources);
        let pdf = restore_sheet(&facts, &fonts()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_well_formed(&pdf, what);
        for source in &mut facts.sources {
            source.complete = false;
            source.missing = u64::MAX;
            source.photos = u64::MAX;
        }
        facts.generation = u32::MAX;
        facts.archive_id = "id".repeat(100);
        facts.drive.model = LONG.to_owned();
        facts.drive.serial = Some(unbroken.clone());
        facts.release.version = LONG.to_owned();
        let pdf = restore_sheet(&facts, &fonts()).unwrap_or_else(|error| panic!("{what}: {error}"));
        let info = poppler("pdfinfo", &[], &pdf);
        assert!(
            info.contains("Pages:           1\n"),
            "{what}, worst: {info}"
        );
    }
}

#[test]
fn each_command_is_one_unbroken_line() {
    let facts = facts("The Lindqvist family", &["Karl's Pixel 8", "Anna"]);
    let pdf = restore_sheet(&facts, &fonts()).expect("a sheet");
    let text = poppler("pdftotext", &["-layout"], &pdf);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for command in [
        "lsblk -f",
        "sudo cryptsetup open -r UUID=3f0c9a52-71be-4d86-9d3e-5a1c7be0442f photos",
        "sudo mount -o ro,noload /dev/mapper/photos /mnt",
        r"cd '/mnt/sources/Karl'\''s Pixel 8/latest'",
        "sha256sum --quiet -c *manifest-sha256.txt && echo all files are intact",
        "cp -Rp data ~/restored-1",
        r#"cat sh* | while read t f; do touch -cd @$t ~/restored-1/"${f#*/}"; done"#,
        "cd; sudo umount /mnt && sudo cryptsetup close photos",
        "sha256sum /mnt/sources/*/0007*/tagmanifest-sha256.txt",
        "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad",
        &format!("K={}", signing_key().public_key()),
        "minisign -V -P $K -m tagmanifest-sha256.txt",
    ] {
        assert!(
            lines.contains(&command),
            "{command} is not a line of:\n{text}"
        );
    }
}

#[test]
fn tells_the_facts() {
    let mut facts = facts("The Lindqvist family", &["Anna Pixel 8", "Фото", "小米"]);
    facts.sources[1].complete = false;
    facts.sources[1].missing = 1_234;
    let pdf = restore_sheet(&facts, &fonts()).expect("a sheet");
    let text = poppler("pdftotext", &["-layout"], &pdf);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for fact in [
        "Heirloom restore sheet 2026-11-22, generation 7 The Lindqvist family",
        "The passphrase is not on this sheet;",
        "Anna Pixel 8 2014-03-01 to 2026-11-20 12,403 381 27 88.4 GB",
        "NOT COMPLETE: 1,234 files are missing",
        "Samsung PSSD T7, 2.0 TB, serial number S6XNNS0T402718H",
        "Its LUKS UUID: 3f0c9a52-71be-4d86-9d3e-5a1c7be0442f",
        "Last rehearsal: 2026-11-21, by the shares of the executors: 220 files came back.",
        "always refuse.",
        "Archive id: 9f2c41d07be83a5516c0de0a4b7731ef",
        "Heirloom 0.1.0 (1b0e7d2c9a44)",
    ] {
        assert!(flat.contains(fact), "{fact} is not in:\n{text}");
    }
    let info = poppler("pdfinfo", &[], &pdf);
    for line in [
        "Title:           Heirloom restore sheet: The Lindqvist family",
        "Author:          Heirloom",
    ] {
        assert!(info.contains(line), "{line} is not in:\n{info}");
    }
}

#[test]
fn a_name_that_cannot_be_printed_is_found_by_its_folder() {
    let pdf = restore_sheet(&facts("我们", &["小米 8"]), &fonts()).expect("a sheet");
    let text = poppler("pdftotext", &["-layout"], &pdf);
    for expected in [
        "?? 8",
        "in the folder 0007 2026-11-22",
        "cd /mnt/sources/*/'0007 2026-11-22'",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
}

#[test]
fn many_sources_are_summed_up() {
    let names: Vec<String> = (1..=12).map(|index| format!("Phone {index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let pdf = restore_sheet(&facts("Wir", &names), &fonts()).expect("a sheet");
    let text = poppler("pdftotext", &["-layout"], &pdf);
    let shown = text
        .lines()
        .filter(|line| line.trim().starts_with("Phone "))
        .count();
    assert!(shown >= 1, "{text}");
    assert!(text.contains(&format!("and {} more", 12 - shown)), "{text}");
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let facts = facts("The Lindqvist family", &["Anna Pixel 8"]);
    let first = restore_sheet(&facts, &fonts()).expect("a sheet");
    let second = restore_sheet(&facts, &fonts()).expect("a sheet");
    assert_eq!(first, second);
    let mut tomorrow = facts;
    tomorrow.printed_on = "2026-11-23".to_owned();
    assert_ne!(first, restore_sheet(&tomorrow, &fonts()).expect("a sheet"));
    tomorrow.printed_on = "some day".to_owned();
    assert_well_formed(
        &restore_sheet(&tomorrow, &fonts()).expect("a sheet"),
        "no date",
    );
}

#[test]
fn refuses_what_would_make_a_bad_sheet() {
    let mut broken = fonts();
    broken.bold = b"no font".to_vec();
    let facts = facts("Wir", &["Anna"]);
    assert_eq!(
        restore_sheet(&facts, &broken),
        Err(SheetError::FontUnreadable {
            role: FontRole::Bold
        })
    );
    let mut wide = facts;
    wide.luks_uuid = "0".repeat(37);
    assert!(matches!(
        restore_sheet(&wide, &fonts()),
        Err(SheetError::CommandTooWide { width_pt, room_pt }) if width_pt > room_pt
    ));
}

/// Names and dates of pictures that share one content. The first one's date is the stored file's.
const DOUBLES: [(&str, i64); 4] = [
    ("DCIM/a.jpg", 1_700_000_000),
    ("DCIM/Oma  & ich, 100 % \"süß\".jpg", 1_600_000_000),
    ("DCIM/ $HOME's *.jpg", -5),
    ("b.jpg", 0),
];

/// A snapshot of those pictures.
fn write_snapshot(snapshot: &Path) {
    let write = |name: &str, content: &[u8]| {
        let path = snapshot.join(name);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("folders");
        std::fs::write(path, content).expect("a file");
    };
    let digest = Digest::of(b"picture");
    let (first, unix_s) = DOUBLES[0];
    let stored = snapshot.join("data").join(first);
    write(&format!("data/{first}"), b"picture");
    set_time(&stored, unix_s);
    let (mut manifest, mut shared_times) = (format!("{digest}  data/{first}\n"), String::new());
    for (name, unix_s) in &DOUBLES[1..] {
        std::fs::hard_link(&stored, snapshot.join("data").join(name)).expect("a hard link");
        manifest += &format!("{digest}  data/{name}\n");
        shared_times += &format!("{unix_s} data/{name}\n");
    }
    let mut tags = String::new();
    for (name, content) in [
        ("manifest-sha256.txt", manifest),
        ("shared-times.txt", shared_times),
        ("snapshot.json", "{}\n".to_owned()),
    ] {
        write(name, content.as_bytes());
        tags += &format!("{}  {name}\n", Digest::of(content.as_bytes()));
    }
    write("tagmanifest-sha256.txt", tags.as_bytes());
    let signature = signing_key().sign(tags.as_bytes(), "heirloom 9f2c 0007 2026-11-22");
    write(
        "tagmanifest-sha256.txt.minisig",
        signature.print().as_bytes(),
    );
    std::os::unix::fs::symlink("0007 2026-11-22", snapshot.with_file_name("latest"))
        .expect("a link");
}

fn set_time(path: &Path, unix_s: i64) {
    let file = File::options().write(true).open(path).expect("a file");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(unix_s.unsigned_abs());
    file.set_modified(time).expect("a file's time");
}

/// A folder that stands for the mounted drive and the home folder, and what a shell does there with the written steps from step 4 on.
struct Walk {
    folder: TempDir,
    facts: SheetFacts,
    snapshot: PathBuf,
}

impl Walk {
    fn new(source: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let snapshot = folder.path().join("mnt/sources").join(source);
        let snapshot = snapshot.join("0007 2026-11-22");
        std::fs::create_dir(folder.path().join("home")).expect("a folder");
        write_snapshot(&snapshot);
        let mut facts = facts("Wir", &[source]);
        let tags = std::fs::read(snapshot.join("tagmanifest-sha256.txt"));
        facts.head = Some(Digest::of(&tags.expect("the tag manifest")));
        Self {
            folder,
            facts,
            snapshot,
        }
    }

    /// Whether all steps worked, and what they printed.
    fn follow(&self) -> (bool, String) {
        let text = start_here_text(&self.facts);
        let commands: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter(|line| {
                [
                    "cd /",
                    "cd '",
                    "sha256sum ",
                    "cp ",
                    "cat ",
                    "K=",
                    "minisign ",
                ]
                .iter()
                .any(|tool| line.starts_with(tool))
            })
            .collect();
        assert_eq!(commands.len(), 7, "{text}");
        let mnt = format!("{}/", self.folder.path().join("mnt").display());
        let script = commands.join("\n").replace("/mnt/", &mnt);
        let output = Command::new("sh")
            .args(["-ec", &script])
            .env("HOME", self.folder.path().join("home"))
            .output()
            .expect("sh runs");
        let printed = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&printed).into_owned(),
        )
    }

    fn restored(&self, name: &str) -> PathBuf {
        self.folder.path().join("home/restored-1").join(name)
    }
}

#[test]
fn the_steps_work_as_written() {
    for name in [
        "Anna",
        "Karl's \"$HOME\" `id` \\",
        "-rf",
        "Jo\u{308}rg",
        "小米 8",
        &"long ".repeat(40),
    ] {
        let walk = Walk::new(name);
        let (worked, printed) = walk.follow();
        assert!(worked, "{printed}");
        assert!(printed.starts_with("all files are intact\n"), "{printed}");
        let head = walk.facts.head.expect("a head").to_string();
        assert!(printed.contains(&head), "{printed}");
        for of_signature in ["verified\n", "heirloom 9f2c 0007 2026-11-22\n"] {
            assert!(printed.contains(of_signature), "{printed}");
        }
        for (name, unix_s) in DOUBLES {
            let restored = walk.restored(name);
            assert_eq!(std::fs::read(&restored).expect(name), b"picture");
            let status = std::fs::metadata(&restored).expect(name);
            assert_eq!(status.mtime(), unix_s, "{name}");
        }
    }
}

#[test]
fn the_steps_work_where_no_file_shares_another_ones_date() {
    let walk = Walk::new("Anna");
    for (name, _) in &DOUBLES[1..] {
        std::fs::remove_file(walk.snapshot.join("data").join(name)).expect(name);
    }
    let (name, unix_s) = DOUBLES[0];
    let manifest = format!("{}  data/{name}\n", Digest::of(b"picture"));
    for (tag, content) in [
        ("manifest-sha256.txt", &*manifest),
        ("shared-times.txt", ""),
    ] {
        std::fs::write(walk.snapshot.join(tag), content).expect(tag);
    }
    // The snapshot is another one now, and nobody signed it.
    let tags = format!("{}  manifest-sha256.txt\n", Digest::of(manifest.as_bytes()));
    std::fs::write(walk.snapshot.join("tagmanifest-sha256.txt"), tags).expect("tags");
    let (worked, printed) = walk.follow();
    assert!(!worked && !printed.contains("verified"), "{printed}");
    assert!(printed.starts_with("all files are intact\n"), "{printed}");
    let status = std::fs::metadata(walk.restored(name)).expect(name);
    assert_eq!(status.mtime(), unix_s);
}

#[test]
fn the_steps_find_what_is_not_as_it_was_signed() {
    for (tag, said, intact) in [
        ("data/DCIM/a.jpg", "data/DCIM/a.jpg: FAILED", false),
        ("manifest-sha256.txt", "manifest-sha256.txt: FAILED", false),
        ("shared-times.txt", "shared-times.txt: FAILED", false),
        ("tagmanifest-sha256.txt.minisig", "intact", true),
    ] {
        let walk = Walk::new("Anna");
        let path = walk.snapshot.join(tag);
        let mut content = std::fs::read(&path).expect(tag);
        let place = content.len() / 2;
        content[place] ^= 1;
        std::fs::write(&path, content).expect(tag);
        let (_, printed) = walk.follow();
        assert!(printed.contains(said), "{tag}: {printed}");
        assert_eq!(printed.contains("intact"), intact, "{tag}: {printed}");
        assert_eq!(printed.contains("verified"), !intact, "{tag}: {printed}");
    }
    // Signed by somebody else.
    let mut walk = Walk::new("Anna");
    walk.facts.public_key = SigningKey::from_seed([4; 32], [6; 8]).public_key();
    let (worked, printed) = walk.follow();
    assert!(!worked && !printed.contains("verified"), "{printed}");
}
