//! The figures as Markdown: medians, ratios and budgets.

use std::fmt::Write;

use crate::job::{Part, Run};

/// What is read in [`Part::Transfer`], in bytes.
const TRANSFER_BYTES: f64 = 200e6;
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
         interleaved rounds.\nThe device answers at once and the processor is emulated, so that only the ratios mean something."
    )?;
    for (part, title, unit, work) in [
        (
            Part::Listing,
            "Listing 20,000 files in 200 folders",
            "files/s",
            LISTED_FILES,
        ),
        (
            Part::Transfer,
            "Reading a file of 200 MB",
            "MB/s",
            TRANSFER_BYTES / 1e6,
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
    writeln!(out, "\n| budget | measured | |\n| --- | ---: | --- |")?;
    for (budget, measured, met) in budgets(runs) {
        let met = if met { "met" } else { "MISSED" };
        writeln!(out, "| {budget} | {measured:.2} | {met} |")?;
    }
    Ok(())
}

fn budgets(runs: &[Run]) -> Vec<(&'static str, f64, bool)> {
    let mut all = Vec::new();
    let ours = |part| median(runs, part, "heirloom");
    let fastest = |part| {
        names(runs, part)
            .into_iter()
            .filter(|who| !["heirloom", "raw bulk"].contains(who))
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
    if let Some(ours) = ours(Part::Transfer) {
        if let Some(raw) = median(runs, Part::Transfer, "raw bulk") {
            let share = raw / ours;
            all.push((
                "reading: at least 0.95 of the raw bulk rate",
                share,
                share >= 0.95,
            ));
        }
        if let Some(fastest) = fastest(Part::Transfer) {
            let times = fastest / ours;
            all.push((
                "reading: never slower than the fastest of them",
                times,
                times >= 1.0,
            ));
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

fn median(runs: &[Run], part: Part, who: &str) -> Option<f64> {
    let of = |run: &&Run| run.part == part && run.who == who;
    let mut seconds: Vec<f64> = runs.iter().filter(of).map(|run| run.seconds).collect();
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
            found: String::new(),
        };
        let runs = [
            run(Part::Listing, "heirloom", 2.0),
            run(Part::Listing, "heirloom", 9.0),
            run(Part::Listing, "heirloom", 1.0),
            run(Part::Listing, "mtp-files", 12.0),
            run(Part::Listing, "jmtpfs", 9.0),
            run(Part::Transfer, "raw bulk", 9.6),
            run(Part::Transfer, "heirloom", 10.0),
            run(Part::Transfer, "gphoto2", 9.9),
        ];
        let judged: Vec<(f64, bool)> = budgets(&runs)
            .into_iter()
            .map(|(_, measured, met)| ((measured * 100.0).round() / 100.0, met))
            .collect();
        assert_eq!(judged, [(4.5, false), (0.96, true), (0.99, false)]);
        let text = text(&runs, 3);
        assert!(
            text.contains("| mtp-files | 12.00 | 1667 | 6.00 |"),
            "{text}"
        );
        assert!(text.contains("| MISSED |"), "{text}");
    }
}
