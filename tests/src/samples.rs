//! A phone's folder of real photos and videos, made by stock tools (`ffmpeg`, `exiftool`): pictures that nobody took, with dates and
//! places such as phones write, and with the times of their files set to match. The same on every run of the same tools.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};

use crate::{motion_photo, target_folder};

/// A file on the phone: path, when it was taken (seconds since 1970, UTC), and where (degrees north and east).
struct Sample {
    path: &'static str,
    taken_unix_s: u64,
    place: Option<(f64, f64)>,
    kind: Kind,
}

enum Kind {
    /// JPEG: width, height, and how grainy it is, which decides its size.
    Photo(u32, u32, u32),
    /// The same, with a film of one second behind it.
    MotionPhoto(u32, u32, u32),
    /// MP4: seconds, and kilobits a second.
    Video(u32, u32),
}
use Kind::{MotionPhoto, Photo, Video};

const VIENNA: Option<(f64, f64)> = Some((48.208_200, 16.373_800));
const TRIESTE: Option<(f64, f64)> = Some((45.649_500, 13.776_800));
const NOWHERE: Option<(f64, f64)> = None;

/// About 22 MB: small enough for an emulated cipher, and one file large enough to pull the cable in its middle.
const SAMPLES: [Sample; 14] = [
    sample(
        "DCIM/Camera/PXL_20240131_225959123.jpg",
        1_706_741_999,
        VIENNA,
        Photo(2016, 1512, 8),
    ),
    sample(
        "DCIM/Camera/PXL_20240229_101500456.jpg",
        1_709_201_700,
        VIENNA,
        Photo(2016, 1512, 10),
    ),
    sample(
        "DCIM/Camera/PXL_20240701_183012001.jpg",
        1_719_858_612,
        TRIESTE,
        Photo(2016, 1512, 12),
    ),
    sample(
        "DCIM/Camera/PXL_20240701_183013001~2.jpg",
        1_719_858_613,
        TRIESTE,
        Photo(2016, 1512, 12),
    ),
    sample(
        "DCIM/Camera/PXL_20250419_070000000.MP.jpg",
        1_745_046_000,
        VIENNA,
        MotionPhoto(1512, 2016, 9),
    ),
    sample(
        "DCIM/Camera/PXL_20251224_190000777.jpg",
        1_766_602_800,
        VIENNA,
        Photo(2016, 1512, 6),
    ),
    sample(
        "DCIM/Camera/PXL_20260329_013000042.jpg",
        1_774_747_800,
        NOWHERE,
        Photo(2016, 1512, 7),
    ),
    sample(
        "DCIM/Camera/PXL_20260815_120000500.jpg",
        1_786_795_200,
        TRIESTE,
        Photo(2016, 1512, 11),
    ),
    sample(
        "DCIM/Oma Käthe/Geburtstag & Torte.jpg",
        1_781_000_000,
        VIENNA,
        Photo(1280, 960, 5),
    ),
    sample(
        "Pictures/Screenshots/Screenshot_20260801-073015.jpg",
        1_785_569_415,
        NOWHERE,
        Photo(1080, 2400, 0),
    ),
    sample(
        "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/IMG-20260712-WA0003.jpg",
        1_783_850_400,
        NOWHERE,
        Photo(1200, 1600, 4),
    ),
    sample(
        "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/IMG-20260712-WA0004.jpg",
        1_783_850_460,
        NOWHERE,
        Photo(1200, 1600, 4),
    ),
    sample(
        "DCIM/Camera/PXL_20260702_140000000.mp4",
        1_783_000_800,
        TRIESTE,
        Video(12, 8_000),
    ),
    sample(
        "DCIM/Camera/PXL_20260815_121500000.mp4",
        1_786_796_100,
        TRIESTE,
        Video(2, 3_000),
    ),
];

/// A picture that came once more, on another day and under another name, as messengers bring it: path, original, time. It is stored
/// once, with two times.
const DOUBLES: [(&str, &str, u64); 1] = [(
    "Download/From the chat/IMG-20260712-WA0003 (1).jpg",
    "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/IMG-20260712-WA0003.jpg",
    1_784_020_000,
)];

const fn sample(
    path: &'static str,
    taken_unix_s: u64,
    place: Option<(f64, f64)>,
    kind: Kind,
) -> Sample {
    Sample {
        path,
        taken_unix_s,
        place,
        kind,
    }
}

impl Sample {
    fn is_moving(&self) -> bool {
        matches!(self.kind, MotionPhoto(..))
    }
}

/// Goes up when samples come out otherwise than before, so that those of an earlier day are made anew.
const RECIPE: &str = "2";

/// The largest of the files, about 12 MB, relative to the phone's folder.
pub const LARGEST: &str = "DCIM/Camera/PXL_20260702_140000000.mp4";

/// Makes the files in an empty or new folder.
///
/// # Errors
/// When a tool is missing or fails.
pub fn make(folder: &Path) -> Result<()> {
    for sample in &SAMPLES {
        fs::create_dir_all(
            folder
                .join(sample.path)
                .parent()
                .expect("a sample lies in a folder"),
        )?;
    }
    // Two at a time: an encoder alone does not fill two processors with such short work.
    std::thread::scope(|scope| {
        let workers = [0, 1].map(|first| {
            scope.spawn(move || {
                let numbered = SAMPLES.iter().enumerate();
                numbered
                    .skip(first)
                    .step_by(2)
                    .try_for_each(|(number, sample)| encode(folder, number, sample))
            })
        });
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("an encoder's errors are returned"))
    })?;
    write_exif(folder)?;
    for sample in SAMPLES.iter().filter(|sample| sample.is_moving()) {
        motion_photo::join(&folder.join(sample.path))?;
    }
    for sample in &SAMPLES {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(sample.taken_unix_s);
        File::options()
            .write(true)
            .open(folder.join(sample.path))?
            .set_modified(time)?;
    }
    for (double, original, time) in DOUBLES {
        write_taken(
            &folder.join(double),
            &fs::read(folder.join(original))?,
            time,
        )?;
    }
    Ok(())
}

/// Copies the files with their times into a folder, for a story to do with as it pleases. Made once, kept in `target/samples`.
/// Returns the folder.
///
/// # Errors
/// When they can't be made or copied.
pub fn copy_to(folder: &Path) -> Result<PathBuf> {
    copy_tree(&made_once()?, folder)?;
    Ok(folder.to_owned())
}

/// Adds a file of so many bytes that look like a video's in that they can't be compressed, and are the same in each run.
///
/// # Errors
/// When it can't be written.
pub fn add_video(file: &Path, size_mib: usize, taken_unix_s: u64) -> Result<()> {
    // Marsaglia's xorshift64 with his first triple; each file its own sequence.
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ taken_unix_s;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .take((size_mib << 20) / 8)
    .flatten()
    .collect();
    write_taken(file, &bytes, taken_unix_s)
}

/// Writes a file as it is on a phone: with the time when it was taken. Folders that it needs are made.
///
/// # Errors
/// When it can't be written.
pub fn write_taken(file: &Path, bytes: &[u8], taken_unix_s: u64) -> Result<()> {
    fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
    fs::write(file, bytes)?;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(taken_unix_s);
    Ok(File::options().write(true).open(file)?.set_modified(time)?)
}

/// Copies a folder and all in it, with the times of the files.
///
/// # Errors
/// When a file can't be read or written.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            let time = entry.metadata()?.modified()?;
            File::options()
                .write(true)
                .open(&target)?
                .set_modified(time)?;
        }
    }
    Ok(())
}

/// Copies what is on a phone to a new folder, for the phone as it is later. A folder that a phone was plugged in with must not change
/// once it is unplugged: QEMU 7.2 goes on listening to it, and comes to grief (2026-11).
///
/// # Errors
/// As [`copy_tree`].
pub fn copy_to_new(phone: &Path, later: &Path) -> Result<PathBuf> {
    copy_tree(phone, later)?;
    Ok(later.to_owned())
}

fn made_once() -> Result<PathBuf> {
    let target = target_folder();
    fs::create_dir_all(&target)?;
    // Stories run side by side: the first one makes them, the others wait.
    let lock = File::create(target.join("samples.lock"))?;
    lock.lock()?;
    let made = target.join("samples");
    let made_by = target.join("samples.recipe");
    let is_right = fs::read_to_string(&made_by).is_ok_and(|recipe| recipe == RECIPE);
    if !is_right || !made.exists() {
        if made.exists() {
            fs::remove_dir_all(&made)?;
        }
        let unfinished = target.join("samples.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        make(&unfinished)?;
        fs::rename(&unfinished, &made)?;
        fs::write(made_by, RECIPE)?;
    }
    Ok(made)
}

/// Draws the picture, the film, or both.
fn encode(folder: &Path, number: usize, sample: &Sample) -> Result<()> {
    let file = folder.join(sample.path);
    match sample.kind {
        Photo(width, height, grain) => draw(&file, number, (width, height), grain),
        MotionPhoto(width, height, grain) => {
            draw(&file, number, (width, height), grain)?;
            film_around(&motion_photo::film_of(&file), number, (width, height))
        }
        Video(seconds, kilobits) => film(&file, number, sample, seconds, kilobits),
    }
}

fn ffmpeg() -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]);
    ffmpeg.args(["-threads", "1"]);
    ffmpeg
}

/// Every picture another part of the Mandelbrot set, in a quarter of its width and height because it is slow to compute. It comes nearer
/// from picture to picture.
fn scene(number: usize, (width, height): (u32, u32)) -> String {
    format!(
        "mandelbrot=size={}x{}:maxiter=500:start_x=-0.74{number:02}:start_y=-0.13{number:02}:start_scale=0.0{}",
        width / 4,
        height / 4,
        number + 3
    )
}

/// A picture with the grain of a small sensor.
fn draw(file: &Path, number: usize, (width, height): (u32, u32), grain: u32) -> Result<()> {
    let grain = format!(
        "scale={width}:{height},noise=alls={grain}:all_seed={}",
        number + 1
    );
    let mut ffmpeg = ffmpeg();
    ffmpeg.args(["-f", "lavfi", "-i", &scene(number, (width, height))]);
    ffmpeg.args(["-frames:v", "1", "-vf", &grain]);
    ffmpeg.args(["-pix_fmt", "yuvj420p", "-q:v", "4", "-f", "mjpeg"]);
    run(ffmpeg.args(BITEXACT).arg(file))
}

/// A second of what the picture of this number shows.
fn film_around(file: &Path, number: usize, size: (u32, u32)) -> Result<()> {
    let mut ffmpeg = ffmpeg();
    let scene = scene(number, size) + ":rate=15";
    ffmpeg.args(["-f", "lavfi", "-i", &scene, "-t", "1"]);
    ffmpeg.args(H264);
    run(ffmpeg.args(["-f", "mp4"]).args(BITEXACT).arg(file))
}

fn film(file: &Path, number: usize, sample: &Sample, seconds: u32, kilobits: u32) -> Result<()> {
    let scene = format!(
        "testsrc2=size=960x540:rate=30:duration={seconds},noise=alls=25:allf=t:all_seed={}",
        number + 1
    );
    let rate = format!("{kilobits}k");
    let mut ffmpeg = ffmpeg();
    ffmpeg.args(["-f", "lavfi", "-i", &scene]).args(H264);
    ffmpeg.args(["-b:v", &rate, "-minrate", &rate, "-maxrate", &rate]);
    ffmpeg.args(["-bufsize", &rate, "-x264-params", "nal-hrd=cbr"]);
    let created = utc(sample.taken_unix_s, "-", "T") + "Z";
    ffmpeg.args(["-metadata", &format!("creation_time={created}")]);
    if let Some((north, east)) = sample.place {
        ffmpeg.args(["-metadata", &format!("location={north:+.4}{east:+.4}/")]);
    }
    run(ffmpeg.args(["-f", "mp4"]).args(BITEXACT).arg(file))
}

const BITEXACT: [&str; 4] = ["-fflags", "+bitexact", "-flags:v", "+bitexact"];
const H264: [&str; 8] = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-threads",
    "1",
    "-pix_fmt",
    "yuv420p",
];

/// Writes dates and places into the photos, in one go.
fn write_exif(folder: &Path) -> Result<()> {
    let mut lines = String::new();
    for sample in SAMPLES
        .iter()
        .filter(|sample| !matches!(sample.kind, Video(..)))
    {
        let picture = folder.join(sample.path);
        let date = utc(sample.taken_unix_s, ":", " ");
        lines += &format!(
            "-AllDates={date}\n-OffsetTimeOriginal=+00:00\n-Make=Heirloom\n-Model=Sample\n"
        );
        if let Some((north, east)) = sample.place {
            lines += &format!(
                "-GPSLatitude={north}\n-GPSLatitudeRef=N\n-GPSLongitude={east}\n-GPSLongitudeRef=E\n"
            );
        }
        if sample.is_moving() {
            let description = motion_photo::describe(&picture)?;
            lines += &format!("-XMP<={}\n", description.display());
        }
        lines += &format!(
            "-overwrite_original\n-quiet\n{}\n-execute\n",
            picture.display()
        );
    }
    let mut arguments = tempfile::NamedTempFile::new()?;
    std::io::Write::write_all(&mut arguments, lines.as_bytes())?;
    run(Command::new("exiftool")
        .args(["-charset", "filename=utf8", "-@"])
        .arg(arguments.path()))
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("{program} does not start; scripts/setup installs it"))?;
    ensure!(
        output.status.success(),
        "{program} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// A time as calendar date and time of day in UTC.
fn utc(unix_s: u64, in_date: &str, between: &str) -> String {
    // Days since 1970 to year, month, day, by Howard Hinnant's `civil_from_days`, for dates from 1970 on.
    let (days, second) = (unix_s / 86_400 + 719_468, unix_s % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!(
        "{year:04}{in_date}{month:02}{in_date}{day:02}{between}{hour:02}:{minute:02}:{second:02}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_with_the_files_names() {
        assert_eq!(utc(0, "-", "T"), "1970-01-01T00:00:00");
        assert_eq!(utc(1_709_201_700, ":", " "), "2024:02:29 10:15:00");
        for sample in &SAMPLES {
            let Some((_, digits)) = sample.path.split_once("PXL_") else {
                continue;
            };
            assert_eq!(
                utc(sample.taken_unix_s, "", "_").replace(':', ""),
                digits[..15],
                "{}",
                sample.path
            );
        }
    }
}
