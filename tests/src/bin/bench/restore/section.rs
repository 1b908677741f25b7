//! The section about the way back, in the page and on the terminal.

use std::fmt::Write;

use super::decryption::Decryptor;
use super::{Figures, Way};
use crate::figures::Spread;
use crate::library::Census;
use crate::tables::count;

/// How it begins in the page.
pub(crate) const HEADING: &str = "\n## Restore\n";
/// What one core must decrypt in a second, with AES instructions.
const BUDGET_GB: f64 = 4.0;

/// All that the section says beside the figures.
pub(crate) struct Section {
    /// When, under which load, with which versions: it may be measured on another day than the rest of the page.
    pub(crate) circumstances: String,
    pub(crate) rounds: usize,
    pub(crate) cold: bool,
    pub(crate) photos: Census,
    /// Without AES instructions, no rate is asked for.
    pub(crate) has_aes: bool,
}

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Folder => "heirloom",
            Self::Image => "heirloom, from an image",
            Self::Floor => "cp -a, the floor",
            Self::ReadBack => "cp -a, compared with nothing",
            Self::Restic => "restic",
        }
    }

    /// What of it is timed.
    fn timed(self) -> &'static str {
        match self {
            Self::Folder => {
                "`heirloom restore`, which reads back past the cache and compares, `sync`"
            }
            Self::Image => "`heirloom restore --from` an encrypted image, the same, `sync`",
            Self::Floor => "`cp -a` out of the snapshot, `sync`, empty cache, `sha256sum -c`",
            Self::ReadBack => {
                "`cp -a` out of the snapshot, `sync`, empty cache, `cat` of all files"
            }
            Self::Restic => "`restic restore --verify`, which reads back what is in memory, `sync`",
        }
    }
}

impl Section {
    /// The section, in Markdown.
    pub(crate) fn text(&self, figures: &Figures) -> String {
        let mut text = String::new();
        self.write(&mut text, figures)
            .expect("a string takes every write");
        text
    }

    fn write(&self, out: &mut String, figures: &Figures) -> std::fmt::Result {
        let cache = match self.cold {
            true => "cold cache",
            false => "warm cache, because it could not be emptied",
        };
        let gigabytes = self.photos.bytes as f64 / 1e9;
        writeln!(out, "{HEADING}")?;
        writeln!(
            out,
            "`scripts/bench --part restore`: the photos and videos of (a), {} files, {gigabytes:.2} GB, {cache}; median of {}.",
            self.photos.files,
            count(self.rounds, "interleaved run")
        )?;
        writeln!(out, "{}.\n", self.circumstances)?;
        self.write_ways(out, figures)?;
        let rate = |at: usize| Spread::of(figures.rates.iter().map(|rates| rates[at]));
        if let (Some(sectors_4096), Some(sectors_512), Some(openssl)) = (rate(0), rate(1), rate(2))
        {
            self.write_rates(out, [sectors_4096, sectors_512, openssl])?;
        }
        writeln!(out, "\n{NOTES}")
    }

    fn write_ways(&self, out: &mut String, figures: &Figures) -> std::fmt::Result {
        writeln!(
            out,
            "| | timed | runs | median s | least to most s | MB/s | time beside the floor's | most memory, MB |"
        )?;
        writeln!(
            out,
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        )?;
        let floor = figures.summary(Way::Floor);
        for way in Way::ALL {
            let Some(summary) = figures.summary(way) else {
                continue;
            };
            let ratio = floor.map(|floor| format!("{:.2}", summary.median_s / floor.median_s));
            writeln!(
                out,
                "| {} | {} | {} | {:.2} | {:.2} to {:.2} | {:.0} | {} | {:.0} |",
                way.name(),
                way.timed(),
                summary.runs,
                summary.median_s,
                summary.min_s,
                summary.max_s,
                self.photos.bytes as f64 / 1e6 / summary.median_s,
                ratio.unwrap_or_default(),
                summary.peak_mb.unwrap_or_default(),
            )?;
        }
        Ok(())
    }

    /// In the order of `Decryptor::ALL`.
    fn write_rates(&self, out: &mut String, rates: [Spread; 3]) -> std::fmt::Result {
        writeln!(
            out,
            "\n| Decryption by one core, AES-256-XTS | runs | median GB/s | least to most GB/s | rate beside openssl's |"
        )?;
        writeln!(out, "| --- | ---: | ---: | ---: | ---: |")?;
        let [ours, _, openssl] = rates;
        for (decryptor, rate) in Decryptor::ALL.into_iter().zip(rates) {
            writeln!(
                out,
                "| {} | {} | {:.2} | {:.2} to {:.2} | {:.2} |",
                decryptor.name(),
                rate.runs,
                rate.median,
                rate.least,
                rate.most,
                rate.median / openssl.median,
            )?;
        }
        if !self.has_aes {
            return writeln!(
                out,
                "\nThis processor has no AES instructions: nothing is asked of it."
            );
        }
        let met = match ours.median >= BUDGET_GB {
            true => "met",
            false => "MISSED",
        };
        writeln!(out, "\n| budget | heirloom | |\n| --- | ---: | --- |")?;
        writeln!(
            out,
            "| decryption, sectors of 4096 bytes: at least {BUDGET_GB} GB/s a core with AES instructions | {:.2} GB/s | {met} |",
            ours.median
        )
    }
}

const NOTES: &str = "\
- Each restores once in each round, into an empty folder on the drive that holds the archive, and each round begins with another one. Before it, all is
  flushed and the page cache emptied. Making the archive, the image and restic's repository, and removing what was restored, is not timed.
- After each, files and bytes are counted, and `sha256sum -c` with the snapshot's manifest must find all of it as it was archived; in the floor's own
  runs alone that is timed. `sha256sum` uses one core. The same copies are also timed with `cat` in its place, which proves nothing.
- The image is made by `mke2fs` and by `cryptsetup`, as a drive of the appliance is, but with a cheap key slot (Argon2id, 32 MiB, 4 passes). It is read
  as a file, without the kernel's decryption. The slot of a real drive takes 256 MiB and more time, once. restic decrypts too;
  heirloom's and `cp`'s archive is a plain folder.
- A core's rate is that of processor time, in memory: ours in pieces of 256 KiB, openssl's in pieces of 16 KiB and for encryption, the same work. Each
  run is the best of three.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Cost;

    fn section(has_aes: bool) -> Section {
        Section {
            circumstances: "Measured on a quiet day".to_owned(),
            rounds: 3,
            cold: true,
            photos: Census {
                files: 7,
                bytes: 2_000_000_000,
            },
            has_aes,
        }
    }

    fn figures(rate: f64) -> Figures {
        let cost = |seconds| Cost {
            seconds,
            peak_kib: 50_000,
        };
        Figures {
            costs: vec![
                (Way::Folder, cost(4.0)),
                (Way::Floor, cost(8.0)),
                (Way::Folder, cost(6.0)),
                (Way::Restic, cost(20.0)),
            ],
            rates: vec![[rate, 3.0, 6.0]; 3],
        }
    }

    #[test]
    fn a_section_has_every_figure_and_nothing_that_was_not_measured() {
        let text = section(true).text(&figures(4.0));
        for line in [
            "7 files, 2.00 GB, cold cache; median of 3 interleaved runs.",
            "Measured on a quiet day.",
            "`sync` | 2 | 5.00 | 4.00 to 6.00 | 400 | 0.62 | 51 |",
            "`sha256sum -c` | 1 | 8.00 | 8.00 to 8.00 | 250 | 1.00 | 51 |",
            "| heirloom, sectors of 4096 bytes | 3 | 4.00 | 4.00 to 4.00 | 0.67 |",
            "| 4.00 GB/s | met |",
        ] {
            assert!(
                text.lines().any(|found| found.ends_with(line)),
                "{line}\n{text}"
            );
        }
        assert!(!text.contains("from an image |"), "{text}");
    }

    #[test]
    fn the_rate_of_a_core_is_judged_where_it_has_the_instructions() {
        assert!(section(true).text(&figures(3.99)).contains("| MISSED |"));
        let without = section(false).text(&figures(3.99));
        assert!(!without.contains("MISSED") && without.contains("no AES"));
        let alone = section(true).text(&Figures::default());
        assert!(!alone.contains("GB/s"), "{alone}");
    }
}
