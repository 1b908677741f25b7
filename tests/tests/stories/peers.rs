//! The device lab judged by programs that are not ours: libmtp's and libgphoto2's, in a guest of Debian's stock packages. What they list and
//! read from a device in software must be what its library holds, to the bit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{Profile, Responder, ResponderWatch};
use heirloom_stories::{LONG, Peers, Vm};
use sha2::{Digest, Sha256};

/// Digests of all files that a mount of libmtp's shows, by their paths.
const BY_JMTPFS: &str = "
mkdir /tmp/phone /tmp/none
jmtpfs /tmp/phone >/tmp/log 2>&1
cd /tmp/phone && find . -type f -exec sha256sum {} +
cd / && fusermount3 -u /tmp/phone
";

/// Sizes of all files, by libmtp's own listing.
const BY_MTP_FILES: &str = "
mtp-files 2>/tmp/log | sed -n 's/^ *Filename: /name /p; s/^ *File size \\([0-9]*\\).*/size \\1/p'
";

/// Digests of all files, by libgphoto2.
const BY_GPHOTO2: &str = "
mkdir /tmp/camera
cd /tmp/camera && gphoto2 --get-all-files --filename '%n.%C' >/tmp/log 2>&1
sha256sum *
";

/// Digests of the thumbnails of all files, by libgphoto2. It stops at the first file without one.
const THUMBNAILS_BY_GPHOTO2: &str = "
mkdir /tmp/thumbnails
cd /tmp/thumbnails && gphoto2 --get-all-thumbnails --filename '%n.%C' >>/tmp/log 2>&1
sha256sum *
";

/// Until the kernel has the device; the shell's own clock, not a fixed time.
const WAIT_FOR_DEVICE: &str = "
tries=0
until lsusb -d VENDOR:PRODUCT >/dev/null 2>&1 || [ $tries -ge 300 ]; do tries=$((tries + 1)); sleep 0.1; done
";

/// What a job printed about a device, and the device as it was left.
struct Judged {
    printed: String,
    library: std::sync::Arc<heirloom_lab::Library>,
    watch: ResponderWatch,
}

impl Judged {
    /// Has a device of the profile judged by a script.
    fn by(profile: &str, script: &str) -> Result<Self> {
        let profile = Profile::named(profile)?;
        let (vendor, product) = (profile.usb.vendor, profile.usb.product);
        let device = Responder::of(profile)?;
        let watch = device.watch();
        watch.allow();
        let job = tempfile::tempdir()?;
        let wait = WAIT_FOR_DEVICE
            .replace("VENDOR", &format!("{:04x}", vendor.0))
            .replace("PRODUCT", &format!("{:04x}", product.0));
        fs::write(
            job.path().join("job.sh"),
            format!("{wait}\n{script}\necho job is done\n"),
        )?;
        let mut vm = Vm::start(&Peers::ready()?.pc_for_job(job.path()))?;
        vm.plug_lab_device("device", device)?;
        let done = vm.serial(1).wait(LONG, |bytes| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.contains("job is done").then_some(text)
        });
        let printed = done.with_context(|| {
            format!(
                "the job did not come to its end:\n{}\n{}",
                String::from_utf8_lossy(&vm.serial(1).bytes()),
                String::from_utf8_lossy(&vm.serial(0).bytes()),
            )
        })?;
        Ok(Self {
            printed,
            library: watch.library(),
            watch,
        })
    }

    /// Digest and rest of each line of `sha256sum`.
    fn digests(&self) -> Vec<(String, String)> {
        let lines = self.printed.lines();
        lines
            .filter_map(|line| line.trim_end().split_once("  "))
            .filter(|(digest, _)| digest.len() == 64)
            .map(|(digest, path)| (digest.to_owned(), path.to_owned()))
            .collect()
    }

    /// The digests of all thumbnails.
    fn expected_thumbnails(&self) -> Vec<String> {
        let files = self.library.files();
        let thumbnails = files.filter_map(|file| self.watch.thumbnail(file.number));
        thumbnails
            .map(|bytes| hexadecimal(&Sha256::digest(bytes)))
            .collect()
    }

    /// What the library holds: digest and path below the storages.
    fn expected(&self) -> Result<Vec<(String, String)>> {
        let digest = |number| -> Result<String> { Ok(hexadecimal(&self.library.sha256(number)?)) };
        self.library
            .files()
            .map(|file| Ok((digest(file.number)?, format!("./{}", file.path.join("/")))))
            .collect()
    }

    /// Nobody wrote, and nobody broke the protocol.
    fn was_only_read(&self) -> Result<()> {
        ensure!(self.watch.attempts_to_write() == 0, "{}", self.printed);
        Ok(())
    }
}

#[test]
fn libmtp_lists_and_reads_a_phone_of_the_lab() -> Result<()> {
    let judged = Judged::by("pixel", &format!("{BY_MTP_FILES}{BY_JMTPFS}"))?;
    let found: BTreeSet<_> = judged.digests().into_iter().collect();
    let expected: BTreeSet<_> = judged.expected()?.into_iter().collect();
    ensure!(found == expected, "{expected:#?}\n{}", judged.printed);

    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut name = None;
    for line in judged.printed.lines().map(str::trim_end) {
        if let Some(found) = line.strip_prefix("name ") {
            name = Some(found);
        } else if let (Some(size), Some(name)) = (line.strip_prefix("size "), name.take()) {
            sizes.insert(name, size.parse()?);
        }
    }
    for file in judged.library.files() {
        let name = file.path.last().context("a file has a name")?;
        ensure!(
            sizes.get(name.as_str()) == Some(&file.size_bytes),
            "{name}: {sizes:?}"
        );
    }
    judged.was_only_read()
}

#[test]
fn libgphoto2_reads_a_camera_and_an_iphone_of_the_lab() -> Result<()> {
    // A file without a thumbnail, as an iPhone's videos are here, would end its reading of thumbnails.
    for (profile, thumbnails) in [("camera", THUMBNAILS_BY_GPHOTO2), ("iphone", "")] {
        let judged = Judged::by(profile, &format!("{BY_GPHOTO2}{thumbnails}"))?;
        let digest = |(digest, _): (String, String)| digest;
        let mut found: Vec<String> = judged.digests().into_iter().map(digest).collect();
        let mut expected: Vec<String> = judged.expected()?.into_iter().map(digest).collect();
        if !thumbnails.is_empty() {
            let made = judged.expected_thumbnails();
            ensure!(made.len() == expected.len(), "each picture has one");
            expected.extend(made);
        }
        found.sort_unstable();
        expected.sort_unstable();
        ensure!(
            found == expected,
            "{profile}: {:#?}\n{expected:#?}\n{}",
            judged.expected()?,
            judged.printed
        );
        judged.was_only_read()?;
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
