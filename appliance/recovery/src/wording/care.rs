//! How well the archive was looked after: audits, rehearsals, and when the next are due.

use heirloom_format::{Audit, AuditResult, Fitness, Plan, RehearsalResult, RehearsedBy};

use super::numbers::{count, grouped, size};
use super::{Span, Voice, spans};

pub(crate) const CARE: &str = "How it was looked after";
pub(crate) const LAST_AUDIT: &str = "Last audit:";
pub(crate) const LAST_COUNT: &str = "Last count:";
pub(crate) const NEXT_AUDIT: &str = "Next audit:";
pub(crate) const LAST_REHEARSAL: &str = "Last rehearsal:";
pub(crate) const NEXT_REHEARSAL: &str = "Next rehearsal:";
pub(crate) const FITNESS: &str = "Drive fitness:";
const NEVER: &str = "never, as far as is known.";

/// Each with its label.
pub(crate) fn care(plan: &Plan) -> Vec<(&'static str, Vec<Span>)> {
    let due = |day: Option<heirloom_format::Day>| match day {
        Some(day) => spans(&format!("due on {day}.")),
        None => spans("due now."),
    };
    let last = newest_audit(plan);
    vec![
        (LAST_AUDIT, last.map_or_else(|| spans(NEVER), audit)),
        (LAST_COUNT, last_count(plan).unwrap_or_else(|| spans(NEVER))),
        (NEXT_AUDIT, due(plan.audit_due())),
        (FITNESS, fitness(last)),
        (
            LAST_REHEARSAL,
            last_rehearsal(plan).unwrap_or_else(|| spans(NEVER)),
        ),
        (NEXT_REHEARSAL, due(plan.rehearsal_due())),
    ]
}

fn newest_audit(plan: &Plan) -> Option<&Audit> {
    plan.audits.iter().max_by_key(|audit| audit.date)
}

fn audit(last: &Audit) -> Vec<Span> {
    let read = count(last.files, "file", "files");
    let mut sentence = spans(&format!("{}, generation {}: ", last.date, last.generation));
    sentence.extend(match (&last.result, last.problems) {
        (AuditResult::Passed, _) => spans(&format!("{read} read and compared; all as archived.")),
        (_, 0) => spans(&format!(
            "{read} read and compared; *not everything was as it should be.*"
        )),
        (_, problems) => spans(&format!(
            "{read} read and compared; *{} found.*",
            count(problems, "problem was", "problems were")
        )),
    });
    let (free, total) = (size(last.free_bytes), size(last.total_bytes));
    sentence.extend(spans(&format!(" {free} of {total} free.")));
    if !last.header_backup {
        sentence.extend(spans(
            " *The backup of the LUKS header was missing or wrong.*",
        ));
    }
    if !last.remark.is_empty() {
        sentence.push(Span::new(Voice::Plain, " "));
        sentence.push(Span::new(Voice::Plain, &*last.remark));
    }
    sentence
}

/// When what is on phones and cards was last compared with what is archived of them, if it was.
fn last_count(plan: &Plan) -> Option<Vec<Span>> {
    let counted = plan.audits.iter().filter(|audit| !audit.counts.is_empty());
    let last = counted.max_by_key(|audit| audit.date)?;
    let beside = match last.counts.as_slice() {
        [only] => only.source.clone(),
        several => format!("{} phones and disks", grouped(several.len() as u64)),
    };
    let mut sentence = vec![Span::new(
        Voice::Plain,
        format!("{}, beside {beside}: ", last.date),
    )];
    let new: u64 = last.counts.iter().map(|source| source.new_files).sum();
    sentence.extend(match new {
        0 => spans("everything there was archived."),
        new => spans(&format!(
            "*{} there {} not archived yet.*",
            count(new, "file", "files"),
            if new == 1 { "was" } else { "were" }
        )),
    });
    Some(sentence)
}

fn fitness(last: Option<&Audit>) -> Vec<Span> {
    match last.map(|audit| (&audit.fitness, audit.date)) {
        None => spans("nobody has asked it yet."),
        Some((Fitness::Good, day)) => spans(&format!("it said on {day} that it is well.")),
        Some((Fitness::Failing, day)) => spans(&format!(
            "*it said on {day} that it is failing: copy everything to another drive now.*"
        )),
        Some((Fitness::Unknown, day)) => spans(&format!("on {day} it did not tell.")),
        Some((Fitness::Other(word), day)) => {
            vec![Span::new(Voice::Plain, format!("{day}: {word}"))]
        }
    }
}

/// When getting everything back was last tried, if it was.
pub(crate) fn last_rehearsal(plan: &Plan) -> Option<Vec<Span>> {
    let last = plan.rehearsals.last()?;
    let by = match last.by {
        RehearsedBy::Owner => ", by the passphrase",
        RehearsedBy::Executors => ", by the shares of the executors",
        RehearsedBy::Other(_) => "",
    };
    let files = count(last.files, "file", "files");
    let mut sentence = spans(&format!("{}{by}: {files} came back", last.date));
    let is_passed = last.result == RehearsalResult::Passed;
    sentence.extend(match (is_passed, last.problems) {
        (true, _) => spans("."),
        (false, 0) => spans(", *which is not enough to rely on.*"),
        (false, problems) => spans(&format!(", *and {} did not.*", grouped(problems))),
    });
    Some(sentence)
}
