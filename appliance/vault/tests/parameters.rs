//! Every parameter that cryptsetup 2.1 to 2.7 chooses by itself, and some that people choose: images by stock cryptsetup are read right, byte for byte.

mod stock;

use std::fs::File;

use heirloom_vault::{Bounds, CopyState, Header, HeaderCopy, Plain, Slots};
use stock::{CHEAP_ARGON2ID, Stock, noise};

const PASSPHRASE: &str = "correct horse battery staple";
const ARGON2I: [&str; 3] = [
    "--pbkdf=argon2i",
    "--pbkdf-memory=32768",
    "--pbkdf-force-iterations=4",
];
const PBKDF2: [&str; 2] = ["--pbkdf=pbkdf2", "--pbkdf-force-iterations=1000"];
/// What Heirloom makes: 256 MiB, four passes.
const HEIRLOOM: [&str; 4] = [
    "--pbkdf=argon2id",
    "--pbkdf-memory=262144",
    "--pbkdf-force-iterations=4",
    "--pbkdf-parallel=4",
];

/// What, key slot, bits of the key, bytes of a sector, further options.
type Row = (
    &'static str,
    &'static [&'static str],
    u32,
    u32,
    &'static [&'static str],
);

const ROWS: [Row; 13] = [
    ("2.1 to 2.3", &ARGON2I, 512, 512, &[]),
    (
        "2.1 to 2.3 with 4096-byte sectors",
        &ARGON2I,
        512,
        4096,
        &[],
    ),
    ("2.4 to 2.7", &CHEAP_ARGON2ID, 512, 512, &[]),
    (
        "2.4 to 2.7 with 4096-byte sectors",
        &CHEAP_ARGON2ID,
        512,
        4096,
        &[],
    ),
    ("AES-128", &CHEAP_ARGON2ID, 256, 512, &[]),
    (
        "AES-128 with 4096-byte sectors",
        &CHEAP_ARGON2ID,
        256,
        4096,
        &[],
    ),
    ("sectors of 1024 bytes", &CHEAP_ARGON2ID, 512, 1024, &[]),
    ("sectors of 2048 bytes", &CHEAP_ARGON2ID, 512, 2048, &[]),
    ("FIPS mode: PBKDF2", &PBKDF2, 512, 512, &[]),
    ("PBKDF2 of AES-128", &PBKDF2, 256, 4096, &[]),
    ("SHA-512 everywhere", &PBKDF2, 512, 512, &["--hash=sha512"]),
    (
        "slots encrypted by AES-128",
        &CHEAP_ARGON2ID,
        512,
        512,
        &["--keyslot-key-size=256", "--keyslot-cipher=aes-xts-plain64"],
    ),
    ("Heirloom's own", &HEIRLOOM, 512, 4096, &[]),
];

#[test]
fn each_byte_is_right() {
    for (what, kdf, key_bits, sector_bytes, options) in ROWS {
        let plain = noise(u64::from(key_bits + sector_bytes), 1024 * 1024);
        let stock = Stock::new(&plain);
        let key_size = format!("--key-size={key_bits}");
        let sector_size = format!("--sector-size={sector_bytes}");
        let cipher = "--cipher=aes-xts-plain64";
        stock.encrypt(
            PASSPHRASE,
            &[&[cipher, &key_size, &sector_size], kdf, options].concat(),
        );
        let device = File::open(stock.path()).expect("the image");
        let header = Header::read(&device).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(header.used_copy(), HeaderCopy::Primary, "{what}");
        assert!(matches!(header.other_copy(), CopyState::Good), "{what}");
        let bounds = Bounds::default();
        let key = header
            .unlock(&device, PASSPHRASE.as_bytes(), Slots::All, &bounds)
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let reader = Plain::new(device, &header, &key).expect(what);
        assert!(reader.size_bytes() >= plain.len() as u64, "{what}");
        check_reads(what, &reader, &plain);
    }
}

/// In one piece, in odd pieces, across sectors, and up to the end.
fn check_reads(what: &str, reader: &Plain<File>, plain: &[u8]) {
    let mut whole = vec![0; plain.len()];
    reader.read_at(0, &mut whole).expect(what);
    assert!(whole == plain, "{what}: all of it");
    for (offset, length) in [
        (0, 1),
        (1, 1),
        (511, 2),
        (4095, 2),
        (4097, 100),
        (100, 8192),
        (512, 4096),
        (3, 700_001),
        (4096, 300_000),
    ] {
        let mut part = vec![0; length];
        reader.read_at(offset as u64, &mut part).expect(what);
        assert!(
            part == plain[offset..][..length],
            "{what}: {length} bytes at {offset}"
        );
    }
    let size_bytes = reader.size_bytes();
    let mut last = [0; 100];
    reader.read_at(size_bytes - 100, &mut last).expect(what);
    for offset_bytes in [size_bytes - 99, size_bytes, u64::MAX] {
        reader.read_at(offset_bytes, &mut last).expect_err(what);
    }
}

#[test]
fn threads_read_at_once() {
    let plain = noise(1, 4 * 1024 * 1024);
    let stock = Stock::new(&plain);
    stock.encrypt(PASSPHRASE, &CHEAP_ARGON2ID);
    let device = stock.bytes();
    let header = Header::read(&device).expect("a header");
    let passphrase = PASSPHRASE.as_bytes();
    let key = header.unlock(&device, passphrase, Slots::All, &Bounds::default());
    let reader = Plain::new(&device, &header, &key.expect("a key")).expect("data");
    std::thread::scope(|scope| {
        for (number, part) in plain.chunks(512 * 1024 + 17).enumerate() {
            let reader = &reader;
            scope.spawn(move || {
                let mut bytes = vec![0; part.len()];
                let offset_bytes = (number * (512 * 1024 + 17)) as u64;
                reader.read_at(offset_bytes, &mut bytes).expect("its part");
                assert!(bytes == part, "part {number}");
            });
        }
    });
}

#[test]
fn headers_of_every_size_are_found() {
    for (index, kib) in [16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
        .into_iter()
        .enumerate()
    {
        let metadata = format!("--luks2-metadata-size={kib}k");
        let keyslots = format!("--luks2-keyslots-size={}k", 512 + 256 * index);
        let options = [&[metadata.as_str(), &keyslots], CHEAP_ARGON2ID.as_slice()].concat();
        let stock = Stock::formatted(24 * 1024 * 1024, PASSPHRASE, &options);
        let mut image = stock.bytes();
        for expected in [HeaderCopy::Primary, HeaderCopy::Secondary] {
            let header = Header::read(&image).unwrap_or_else(|error| panic!("{kib}: {error}"));
            assert_eq!(header.size_bytes(), kib * 1024);
            assert_eq!(header.used_copy(), expected, "{kib} KiB");
            header
                .unlock(
                    &image,
                    PASSPHRASE.as_bytes(),
                    Slots::All,
                    &Bounds::default(),
                )
                .unwrap_or_else(|error| panic!("{kib}: {error}"));
            // The first copy is lost, with its length: the second one is looked for.
            image[..kib as usize * 1024].fill(0);
        }
    }
}
