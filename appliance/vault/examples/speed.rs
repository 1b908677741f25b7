//! How fast one core decrypts, beside openssl: `speed` for the cipher alone, `speed IMAGE PASSPHRASE-FILE` also for all of an image.
//!
//! openssl's own measurement is for encryption, in pieces of 16 KiB; decryption in XTS is the same work. Both count the processor's time and not that
//! on the wall, so that other work on the computer disturbs little; that an image is read at is by the wall.

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use heirloom_vault::{Bounds, Header, Plain, Slots, Xts};

/// What is decrypted at once: as much as `Plain` takes, so that it is in the cache as it would be there.
const PIECE_BYTES: usize = 256 * 1024;
const ONE_ROUND: Duration = Duration::from_millis(500);
/// The best of several is compared: other work on the computer only makes it slower.
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    for (name, key_bytes) in [("aes-128-xts", 32), ("aes-256-xts", 64)] {
        let openssl = best(|| openssl_rate(name))?;
        println!("{name}: openssl {openssl:.2} GB/s");
        for sector_bytes in [512, 4096] {
            let rate = best(|| rate(key_bytes, sector_bytes))?;
            let ratio = rate / openssl;
            println!(
                "{name}: sectors of {sector_bytes} bytes: {rate:.2} GB/s, {ratio:.2} of openssl"
            );
        }
    }
    let mut arguments = std::env::args_os().skip(1);
    if let (Some(image), Some(passphrase)) = (arguments.next(), arguments.next()) {
        read_image(&File::open(image)?, &fs::read(passphrase)?)?;
    }
    Ok(())
}

fn best(mut measure: impl FnMut() -> Result<f64, Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut best = 0.0_f64;
    for _ in 0..ROUNDS {
        best = best.max(measure()?);
    }
    Ok(best)
}

/// GB/s of our own.
fn rate(key_bytes: usize, sector_bytes: usize) -> Result<f64, Box<dyn Error>> {
    let key: Vec<u8> = (0..key_bytes as u8).collect();
    let xts = Xts::new(&key);
    let mut piece = vec![0; PIECE_BYTES];
    let started = processor_time()?;
    let mut done_bytes = 0;
    while processor_time()? - started < ONE_ROUND {
        for _ in 0..16 {
            xts.decrypt(done_bytes / 512, sector_bytes, black_box(&mut piece));
            done_bytes += PIECE_BYTES as u64;
        }
    }
    let taken = processor_time()? - started;
    Ok(done_bytes as f64 / taken.as_secs_f64() / 1e9)
}

/// What this thread has had of a processor, as Linux counts it.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let numbers = fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = numbers.split(' ').next().unwrap_or_default();
    Ok(Duration::from_nanos(first.parse()?))
}

/// GB/s of openssl, of the last column of its last line, which is in thousands of bytes.
fn openssl_rate(name: &str) -> Result<f64, Box<dyn Error>> {
    let arguments = ["speed", "-seconds", "1", "-bytes", "16384", "-evp", name];
    let output = Command::new("openssl").args(arguments).output()?;
    let table = String::from_utf8(output.stdout)?;
    let number = table.split_whitespace().next_back().unwrap_or_default();
    let thousands: f64 = number.trim_end_matches('k').parse()?;
    Ok(thousands / 1e6)
}

/// All of an image, by one thread. Run it twice: the first time may measure the disk.
fn read_image(device: &File, passphrase: &[u8]) -> Result<(), Box<dyn Error>> {
    let header = Header::read(device)?;
    let started = Instant::now();
    let key = header.unlock(device, passphrase, Slots::All, &Bounds::default())?;
    println!("unlocked in {:.2} s", started.elapsed().as_secs_f64());
    let plain = Plain::new(device.try_clone()?, &header, &key)?;
    let mut buffer = vec![0; 4 * 1024 * 1024];
    let started = Instant::now();
    let mut at_bytes = 0;
    while at_bytes < plain.size_bytes() {
        let left_bytes = plain.size_bytes() - at_bytes;
        let length = buffer.len().min(usize::try_from(left_bytes)?);
        plain.read_at(at_bytes, &mut buffer[..length])?;
        at_bytes += length as u64;
    }
    let rate = at_bytes as f64 / started.elapsed().as_secs_f64() / 1e9;
    println!("read and decrypted {at_bytes} bytes at {rate:.2} GB/s");
    Ok(())
}
