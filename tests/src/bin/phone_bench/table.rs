//! The figures as Markdown: medians, ratios and budgets.

use std::fmt::Write;

use crate::job::{Part, Run};

/// What is read in [`Part::Video`] and in [`Part::Photos`], in bytes.
const READ_BYTES: f64 = 200e6;
const OURS: &str = "heirloom";
const RAW: &str = "raw bulk";
/// Listed in [`Part::Listing`].
const LISTED_FILES: f64 = 20_000.0;

/// The section's text.
pub(crate) fn text(runs: &[Run], rounds: usize) -> String {
    let mut out = String::new();
    write(&mut out, runs, rounds).expect("a string takes every write");
    out
}

fn write(out: &mut String, runs: &[Run], rounds: usize) -> std::fmt::Result {
    writeln!(
        out,
        "\n`scripts/bench phones`: a Pixel of the device lab, plugged into one emulated guest of Debian's stock packages; median of {rounds} \
         interleaved rounds,\nin each of which the raw reading and ours run thrice. The device answers at once and the processor is emulated, so that only the ratios mean something."
    )?;
    for (part, title, unit, work) in [
        (
            Part::Listing,
            "Listing 20,000 files in 200 folders",
            "files/s",
            LISTED_FILES,
        ),
        (
            Part::Video,
            "Reading a file of 200 MB",
            "MB/s",
            READ_BYTES / 1e6,
        ),
        (
            Part::Photos,
            "Reading 50 files of 4 MB",
            "MB/s",
            READ_BYTES / 1e6,
        ),
    ] {
        let Some(ours) = median(runs, part, "heirloom") else {
            continue;
        };
        writeln!(
            out,
            "\n| {title} | median s | {unit} | time beside heirloom's |"
        )?;
        writeln!(out, "| --- | ---: | ---: | ---: |")?;
        for who in names(runs, part) {
            let Some(median) = median(runs, part, who) else {
                continue;
            };
            let (rate, ratio) = (work / median, median / ours);
            writeln!(out, "| {who} | {median:.2} | {rate:.0} | {ratio:.2} |")?;
        }
    }
    write_own(out, runs)?;
    writeln!(out, "\n| budget | measured | |\n| --- | ---: | --- |")?;
    for (budget, measured, met) in budgets(runs) {
        let met = if met { "met" } else { "MISSED" };
        writeln!(out, "| {budget} | {measured:.2} | {met} |")?;
    }
    Ok(())
}

/// The same runs without what comes before the first byte: ours opens the phone and lists it, the raw reading has nothing to open.
fn write_own(out: &mut String, runs: &[Run]) -> std::fmt::Result {
    writeln!(
        out,
        "\n| From the first byte asked for to the last one kept | median s | MB/s | rate beside raw bulk |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: |")?;
    for (part, title) in [
        (Part::Video, "a file of 200 MB"),
        (Part::Photos, "50 files of 4 MB"),
    ] {
        let Some(raw) = own_median(runs, part, RAW) else {
            continue;
        };
        for who in [RAW, OURS] {
            let Some(median) = own_median(runs, part, who) else {
                continue;
            };
            let (rate, ratio) = (READ_BYTES / 1e6 / median, raw / median);
            writeln!(
                out,
                "| {who}, {title} | {median:.2} | {rate:.0} | {ratio:.2} |"
            )?;
        }
    }
    Ok(())
}

fn budgets(runs: &[Run]) -> Vec<(&'static str, f64, bool)> {
    let mut all = Vec::new();
    let ours = |part| median(runs, part, OURS);
    let fastest = |part| {
        names(runs, part)
            .into_iter()
            .filter(|who| ![OURS, RAW].contains(who))
            .filter_map(|who| median(runs, part, who))
            .min_by(f64::total_cmp)
    };
    if let (Some(ours), Some(fastest)) = (ours(Part::Listing), fastest(Part::Listing)) {
        let times = fastest / ours;
        all.push((
            "listing: at least 5 times as fast as the fastest of them",
            times,
            times >= 5.0,
        ));
    }
    for (part, of_raw, of_fastest) in [
        (
            Part::Video,
            "reading a file of 200 MB: at least 0.95 of the raw bulk rate",
            "reading a file of 200 MB: never slower than the fastest of them",
        ),
        (
            Part::Photos,
            "reading 50 files of 4 MB: at least 0.95 of the raw bulk rate",
            "reading 50 files of 4 MB: never slower than the fastest of them",
        ),
    ] {
        let own = |who| own_median(runs, part, who);
        if let (Some(ours), Some(raw)) = (own(OURS), own(RAW)) {
            let share = raw / ours;
            all.push((of_raw, share, share >= 0.95));
        }
        if let (Some(ours), Some(fastest)) = (ours(part), fastest(part)) {
            let times = fastest / ours;
            all.push((of_fastest, times, times >= 1.0));
        }
    }
    all
}

fn names(runs: &[Run], part: Part) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for run in runs.iter().filter(|run| run.part == part) {
        if !names.contains(&run.who.as_str()) {
            names.push(&run.who);
        }
    }
    names
}

fn of<'a>(runs: &'a [Run], part: Part, who: &str) -> impl Iterator<Item = &'a Run> {
    runs.iter()
        .filter(move |run| run.part == part && run.who == who)
}

/// Of the whole program.
fn median(runs: &[Run], part: Part, who: &str) -> Option<f64> {
    middle(of(runs, part, who).map(|run| run.seconds))
}

/// Of the reading alone.
fn own_median(runs: &[Run], part: Part, who: &str) -> Option<f64> {
    middle(of(runs, part, who).filter_map(|run| run.own_seconds))
}

fn middle(seconds: impl Iterator<Item = f64>) -> Option<f64> {
    let mut seconds: Vec<f64> = seconds.collect();
    seconds.sort_by(f64::total_cmp);
    let last = seconds.len().checked_sub(1)?;
    Some((seconds[last / 2] + seconds[seconds.len() / 2]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_judged_by_medians() {
        let run = |part, who: &str, seconds| Run {
            part,
            who: who.to_owned(),
            seconds,
            own_seconds: Some(seconds - 1.0),
            found: String::new(),
        };
        let runs = [
            run(Part::Listing, "heirloom", 2.0),
            run(Part::Listing, "heirloom", 9.0),
            run(Part::Listing, "heirloom", 1.0),
            run(Part::Listing, "mtp-files", 12.0),
            run(Part::Listing, "jmtpfs", 9.0),
            run(Part::Video, "raw bulk", 9.1),
            run(Part::Video, "heirloom", 10.0),
            run(Part::Video, "gphoto2", 9.9),
            run(Part::Photos, "raw bulk", 9.6),
            run(Part::Photos, "heirloom", 10.0),
        ];
        let judged: Vec<(f64, bool)> = budgets(&runs)
            .into_iter()
            .map(|(_, measured, met)| ((measured * 100.0).round() / 100.0, met))
            .collect();
        assert_eq!(
            judged,
            [(4.5, false), (0.9, false), (0.99, false), (0.96, true)]
        );
        let text = text(&runs, 3);
        assert!(
            text.contains("| mtp-files | 12.00 | 1667 | 6.00 |"),
            "{text}"
        );
        assert!(text.contains("| MISSED |"), "{text}");
    }
}
