//! Makes the archive that is kept as a fixture, `files/tests/golden/`: `golden DIR`. Run once for each format version; what it made is never
//! made again, because it stands for the archives that families have.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use heirloom_engine::{
    Archive, Cancel, MediaChoice, Policy, RunOrder, Source, Volume, ingest, plan_retention, thin,
};
use heirloom_fakes::{FakeFile, FakeSource};
use heirloom_files::{FolderSource, FolderVolume};
use heirloom_format::{ArchiveId, ArchiveInfo, SigningKey};

const PHONE: &str = "Internal shared storage";

fn photo(name: &str, seed: u8, unix_s: i64) -> FakeFile {
    let content: Vec<u8> = (0..200 + u32::from(seed))
        .map(|at| (at * 7 + u32::from(seed)) as u8)
        .collect();
    FakeFile::new(&format!("{PHONE}/DCIM/Camera/{name}"), content, unix_s)
}

fn phone() -> FakeSource {
    let sent = FakeFile {
        path: vec![
            PHONE.into(),
            "WhatsApp".into(),
            "Sent".into(),
            "IMG-1.jpg".into(),
        ],
        // The same content as a photo of the camera, an hour later.
        ..photo("", 1, 1_700_003_600)
    };
    let untimed = FakeFile {
        modified: None,
        persistent_id: Some("000000000000000000000000000000AF".into()),
        ..photo("no time.jpg", 4, 0)
    };
    let misstated = FakeFile {
        listed_size_bytes: Some(9),
        ..photo("misstated.mp4", 5, 1_700_000_500)
    };
    FakeSource::phone(
        "1A2B3C",
        vec![
            photo("PXL_0001.jpg", 1, 1_700_000_000),
            photo("PXL_0002.jpg", 2, -86_400),
            photo("PXL_0003.jpg", 3, 1_700_000_200),
            // Two files of one name.
            photo("PXL_0003.jpg", 6, 1_700_000_201),
            sent,
            untimed,
            misstated,
        ],
    )
}

/// A folder with all that names can be.
fn card(folder: &Path) {
    let names: [&[u8]; 12] = [
        b"plain.jpg",
        b"with\nnewline.jpg",
        b"not \xff\xfe utf-8.jpg",
        "schön \u{1F382}.jpg".as_bytes(),
        b"CON.jpg",
        b"case.JPG",
        b"CASE.jpg",
        b"100% =3D.jpg",
        b"trailing space ",
        b"back\\slash",
        b" leading",
        b"...",
    ];
    let long = [b"x".repeat(251), b".jpg".to_vec()].concat();
    let long_escaped = b"=".repeat(120);
    let others = [long, long_escaped];
    let all = names.iter().map(|name| name.to_vec()).chain(others);
    fs::create_dir_all(folder.join("DCIM/100CARD")).expect("folders");
    for (number, name) in (0..).zip(all) {
        let path = folder.join("DCIM/100CARD").join(OsStr::from_bytes(&name));
        fs::write(&path, format!("content {number}")).expect("a file");
        let time = UNIX_EPOCH + Duration::from_secs(1_650_000_000 + number);
        let file = fs::File::options().write(true).open(&path).expect("opened");
        file.set_modified(time).expect("a time");
    }
}

fn main() {
    let top = std::env::args_os().nth(1).expect("golden DIR");
    let top = Path::new(&top);
    let (archive, card_folder) = (top.join("archive"), top.join("CARD"));
    fs::create_dir_all(&archive).expect("a folder");
    card(&card_folder);
    let volume: Arc<dyn Volume> = Arc::new(FolderVolume::new(&archive, None));
    let key = SigningKey::from_seed([42; 32], *b"heirloom");
    let created = "2026-11-22".parse().expect("a day");
    let info = ArchiveInfo::new(
        ArchiveId::from_bytes([0x42; 16]),
        "The Müllers",
        created,
        key.public_key(),
    );
    Archive::create(&*volume, &info, &key).expect("an archive");
    let run = |source: &mut dyn Source, name: &str, day: &str| {
        let order = RunOrder {
            archive_info: info.clone(),
            source_name: name.to_owned(),
            date: day.parse().expect("a day"),
            read_all: false,
            software: "heirloom 0.1.0".to_owned(),
            choice: MediaChoice::Everything,
            reads_twice: false,
            long_files: Default::default(),
        };
        let report = ingest(source, volume.clone(), &order, &|_| {}, &Cancel::new());
        let report = report.expect("a run");
        println!(
            "{}: {} files, {} problems",
            report.folder,
            report.files,
            report.problems.len()
        );
    };
    let mut mia = phone();
    run(&mut mia, "Mia's Pixel", "2026-11-22");
    let mut card = FolderSource::open(&card_folder, Some("the card")).expect("a source");
    run(&mut card, "Camera card", "2026-11-23");
    mia.files.pop();
    mia.files.remove(0);
    mia.files.push(photo("PXL_0007.jpg", 7, 1_700_000_700));
    run(&mut mia, "Mia's Pixel", "2027-01-02");
    // With a clock that has lost its battery.
    mia.files.push(photo("PXL_0008.jpg", 8, 1_700_000_800));
    run(&mut mia, "Mia's Pixel", "1970-01-01");
    mia.files.push(photo("PXL_0009.jpg", 9, 1_700_000_900));
    run(&mut mia, "Mia's Pixel", "2027-02-03");

    // All that the third one has, later ones have too; the first has what is nowhere else.
    let archive = Archive::open(&*volume).expect("an archive");
    let plan = plan_retention(&*volume, &archive, &Policy::KeepLast(2), &Cancel::new());
    let plan = plan.expect("a plan");
    for verdict in plan.removed() {
        println!("thinned: {verdict:?}");
    }
    thin(&*volume, &archive, &plan).expect("thinned");
}
