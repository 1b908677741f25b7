//! Damaged, older and missing copies of the header: found without writing, mended from the good one, judged by stock `cryptsetup`.

use std::io::{Seek, SeekFrom};

use super::*;

use CopyHealth::Damaged;
use HeaderDamage::{Checksum, NotAHeader};

/// Where the second copy is by default.
const SECOND: u64 = 0x4000;
/// What is damaged, each as its offset; how the two copies are then, where they are damaged.
type Row = (
    &'static [u64],
    Option<HeaderDamage>,
    Option<HeaderDamage>,
    HeaderVerdict,
);

const TABLE: [Row; 10] = [
    (&[], None, None, HeaderVerdict::Sound),
    // Magic, version, sequence id, checksum, JSON.
    (&[0], Some(NotAHeader), None, HeaderVerdict::OneDamaged),
    (&[6], Some(NotAHeader), None, HeaderVerdict::OneDamaged),
    (&[16], Some(Checksum), None, HeaderVerdict::OneDamaged),
    (&[450], Some(Checksum), None, HeaderVerdict::OneDamaged),
    (&[5000], Some(Checksum), None, HeaderVerdict::OneDamaged),
    (&[SECOND], None, Some(NotAHeader), HeaderVerdict::OneDamaged),
    (
        &[SECOND + 5000],
        None,
        Some(Checksum),
        HeaderVerdict::OneDamaged,
    ),
    (
        &[0, SECOND + 16],
        Some(NotAHeader),
        Some(Checksum),
        HeaderVerdict::Lost,
    ),
    // Behind the second copy: key material, of which no checksum is kept.
    (&[2 * SECOND], None, None, HeaderVerdict::Sound),
];

fn damage(image: &Image, offset: u64) {
    let mut file = File::options()
        .read(true)
        .write(true)
        .open(&image.path)
        .unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(offset)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(offset)).unwrap();
    file.write_all(&[!byte[0]]).unwrap();
}

#[test]
fn a_damaged_copy_is_found_without_writing_and_mended_from_the_good_one() {
    let before = Image::of_both();
    let sound = before.keys().health().unwrap();
    for (offsets, first, second, verdict) in TABLE {
        let image = before.copy();
        offsets.iter().for_each(|&offset| damage(&image, offset));
        let damaged = image.bytes();
        let health = image.keys().health().unwrap();
        let expected = |damage: Option<_>, sound| damage.map_or(sound, Damaged);
        assert_eq!(health.first, expected(first, sound.first), "{offsets:?}");
        assert_eq!(health.second, expected(second, sound.second), "{offsets:?}");
        assert_eq!(health.verdict, verdict, "{offsets:?}");
        assert!(image.bytes() == damaged, "looking at it wrote to it");
        let repaired = image.keys().repair();
        if verdict == HeaderVerdict::Lost {
            assert_eq!(repaired, Err(DriveError::DamagedHeader));
            assert_eq!(health.slots, []);
            let tested = image.keys().test(0, &secret(OWNER));
            assert_eq!(tested, Err(DriveError::DamagedHeader));
            assert!(image.bytes() == damaged, "a lost header was written to");
            continue;
        }
        assert_eq!(repaired, Ok(()), "{offsets:?}");
        assert_eq!(health.slots, sound.slots);
        let mended = image.keys().health().unwrap();
        assert_eq!(mended.verdict, HeaderVerdict::Sound, "{offsets:?}");
        assert_eq!(image.slots(), [0, 1]);
    }
}

/// The power failed between the two copies of a change: the newer one counts, whichever it is.
#[test]
fn an_older_copy_is_brought_up_to_date() {
    let older = Image::of_owner();
    let newer = older.copy();
    let keys = newer.keys();
    let (owner, executors) = (secret(OWNER), secret(EXECUTORS));
    keys.set_key(KeyHolder::Executors, &owner, &executors)
        .unwrap();
    for offset in [0, SECOND] {
        let image = newer.copy();
        let mut file = File::options().write(true).open(&image.path).unwrap();
        let at = usize::try_from(offset).unwrap();
        file.seek(SeekFrom::Start(offset)).unwrap();
        file.write_all(&older.bytes()[at..at + 0x4000]).unwrap();
        let health = image.keys().health().unwrap();
        assert_eq!(health.verdict, HeaderVerdict::Differing);
        assert_eq!(health.executors_slot, Some(1));
        assert_eq!(image.keys().repair(), Ok(()));
        assert_eq!(image.keys().health().unwrap().verdict, HeaderVerdict::Sound);
        assert_eq!(image.opened_by(&[OWNER, EXECUTORS]), [OWNER, EXECUTORS]);
    }
}

/// Larger metadata puts the second copy elsewhere, and without the first one nothing says where.
#[test]
fn the_second_copy_is_found_wherever_it_may_be() {
    for kib in ["16k", "64k", "1024k", "4096k"] {
        let image = Image::empty();
        let mut format = Command::new("cryptsetup");
        format.args(["luksFormat", "--batch-mode", "--type", "luks2"]);
        format.args(["--luks2-metadata-size", kib, "--luks2-keyslots-size", "8m"]);
        format.args(["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]);
        format.args(["--key-file", "-"]).arg(&image.path);
        let mut child = format.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"any").unwrap();
        assert!(child.wait().unwrap().success());
        let sound = image.keys().health().unwrap();
        assert_eq!(sound.verdict, HeaderVerdict::Sound, "{kib}");
        assert_eq!(sound.slots[0].derivation, SlotDerivation::Other);
        damage(&image, 0);
        let health = image.keys().health().unwrap();
        assert_eq!(health.first, Damaged(NotAHeader));
        assert_eq!((health.second, health.slots), (sound.second, sound.slots));
    }
}

#[test]
fn what_is_no_header_is_told_as_such() {
    let image = Image::empty();
    let table: [&[u8]; 4] = [&[], &[0; 4096], b"LUKS\xba\xbe", &[0xff; 0x8000]];
    for content in table {
        std::fs::write(&image.path, content).unwrap();
        let health = image.keys().health().unwrap();
        assert_eq!(health.verdict, HeaderVerdict::Lost);
        assert_eq!(uuid(image.keys()), Err(DriveError::DamagedHeader));
    }
    std::fs::remove_file(&image.path).unwrap();
    assert_eq!(image.keys().health(), Err(DriveError::Gone));
}
