//! Everything that a plan can hold comes back as it was; what is old or of a later Heirloom is kept.

use super::*;

/// Every field that is known here, words and fields that are not, and text in several scripts; printed as it is in this file.
const EVERYTHING: &str = include_str!("../../fuzz/corpus/plan/everything");

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn rehearsal(date: &str) -> Rehearsal {
    Rehearsal {
        date: day(date),
        by: RehearsedBy::Executors,
        result: RehearsalResult::Passed,
        generation: 7,
        files: 220,
        bytes: 880_000_000,
        problems: 0,
        other: Map::new(),
    }
}

fn change(what: &str) -> Change {
    Change {
        date: day("2026-11-23"),
        what: what.to_owned(),
        before: String::new(),
        reason: String::new(),
        other: Map::new(),
    }
}

#[test]
fn an_old_plan_is_printed_as_it_was() {
    let mut plan = Plan::new();
    assert_eq!(
        plan.print(),
        "{\n  \"version\": 1,\n  \"rehearsals\": []\n}\n"
    );
    plan.rehearsals.push(rehearsal("2026-11-23"));
    let text = plan.print();
    let expected = "{\n  \"version\": 1,\n  \"rehearsals\": [\n    {\n      \"date\": \"2026-11-23\",\n      \
                    \"by\": \"executors\",\n      \"result\": \"passed\",\n      \"generation\": 7,\n      \
                    \"files\": 220,\n      \"bytes\": 880000000,\n      \"problems\": 0\n    }\n  ]\n}\n";
    assert_eq!(text, expected);
    assert_eq!(Plan::parse(text.as_bytes()).expect("ours"), plan);
}

#[test]
fn everything_comes_back_as_it_was_printed() {
    let plan = Plan::parse(EVERYTHING.as_bytes()).expect("readable");
    assert_eq!(plan.print(), EVERYTHING);
    assert_eq!(plan.people[0].role, Role::Owner);
    assert_eq!(plan.people[1].role, Role::Other("notary".into()));
    assert_eq!(plan.people[1].other["birthday"], "1950-01-02");
    assert_eq!(plan.kept[0].what, Kept::Drive);
    assert_eq!(plan.accounts[0].second_factor_at, "her telephone");
    assert_eq!(plan.restore_order, ["Olga's phone", "letters"]);
    let shares = plan.shares.expect("a set");
    assert_eq!(shares.shares[0].read_back, Some(day("2026-11-23")));
    assert_eq!(shares.shares[1].form, ShareForm::Printed);
    assert_eq!(shares.shares[1].read_back, None);
    assert_eq!(plan.audits[0].fitness, Fitness::Unknown);
    assert_eq!(plan.audits[0].counts[0].gone_files, 5);
    assert_eq!(plan.changes[0].reason, "he moved");
}

#[test]
fn what_was_never_asked_about_may_be_missing() {
    let short = r#"{"version": 1, "rehearsals": [], "people": [{"name": "Anna", "role": "owner"}], "kept": [{"what": "stick", "place": "safe"}],
        "accounts": [{"service": "Google Photos"}], "changes": [{"date": "2026-11-23", "what": "Anna: added"}],
        "shares": {"date": "2026-11-23", "needed": 2, "shares": [{"form": "copied"}]}}"#;
    let plan = Plan::parse(short.as_bytes()).expect("readable");
    assert_eq!(plan.people[0].contact, "");
    assert_eq!(plan.kept[0].which, "");
    assert_eq!(plan.accounts[0].account, "");
    assert_eq!(plan.changes[0].before, "");
    let share = &plan.shares.as_ref().expect("a set").shares[0];
    assert_eq!((&*share.holder, share.read_back), ("", None));
    assert_eq!(Plan::parse(plan.print().as_bytes()).expect("ours"), plan);
}

#[test]
fn what_a_later_version_wrote_is_kept() {
    let later = r#"{"friends": [{"account": "photos"}], "version": 1, "rehearsals": [{"date": "2027-01-02", "by": "notary",
        "result": "partly", "generation": 9, "files": 1, "bytes": 2, "problems": 3, "where": "bank"}], "pace_days": 90}"#;
    let mut plan = Plan::parse(later.as_bytes()).expect("readable");
    plan.rehearsals.push(rehearsal("2026-11-23"));
    let printed: Value = serde_json::from_str(&plan.print()).expect("JSON");
    let before: Value = serde_json::from_str(later).expect("JSON");
    assert_eq!(printed["friends"], before["friends"]);
    assert_eq!(printed["pace_days"], before["pace_days"]);
    assert_eq!(printed["rehearsals"][0], before["rehearsals"][0]);
    assert_eq!(printed["rehearsals"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_newer_version_and_nonsense_are_told_apart() {
    let newer = Plan::parse(br#"{"version": 2, "rehearsals": "else"}"#);
    assert!(matches!(newer, Err(PlanError::Newer { found: 2 })));
    for bytes in [
        &b""[..],
        b"{}",
        b"\xff",
        b"[1]",
        br#"{"version":1,"rehearsals":[{"date":"2026-13-01"}]}"#,
        br#"{"version":1,"version":1}"#,
        br#"{"version":1,"rehearsals":[],"people":[{"name":"Anna"}]}"#,
        br#"{"version":1,"rehearsals":[],"restore_order":[7]}"#,
        br#"{"version":1,"rehearsals":[],"cadence":{"audit_months":300,"rehearsal_months":1}}"#,
        br#"{"version":1,"rehearsals":[],"shares":{"date":"2026-11-23","needed":2,"shares":[{"holder":"Ben"}]}}"#,
    ] {
        assert!(matches!(Plan::parse(bytes), Err(PlanError::Malformed(_))));
    }
}

#[test]
fn what_is_due_follows_from_the_latest_and_the_cadence() {
    // The dates as they stand in the list, months if they were chosen, and when the next is due.
    let table: [(&[&str], Option<u8>, Option<&str>); 8] = [
        (&[], None, None),
        (&[], Some(6), None),
        (&["2026-11-23"], None, Some("2027-11-23")),
        (&["2026-11-23"], Some(3), Some("2027-02-23")),
        (&["2026-11-30"], Some(3), Some("2027-02-28")),
        // A clock was wrong once: the latest date counts, not the last entry.
        (&["2026-11-23", "2020-01-01"], Some(1), Some("2026-12-23")),
        (&["2026-11-23"], Some(120), Some("2036-11-23")),
        (&["9999-12-31"], Some(1), Some("9999-12-31")),
    ];
    for (dates, months, expected) in table {
        let mut plan = Plan::new();
        plan.rehearsals = dates.iter().map(|date| rehearsal(date)).collect();
        plan.cadence = months.map(|rehearsal_months| Cadence {
            rehearsal_months,
            ..Cadence::default()
        });
        assert_eq!(
            plan.rehearsal_due(),
            expected.map(day),
            "{dates:?} {months:?}"
        );
    }
    let mut plan = Plan::parse(EVERYTHING.as_bytes()).expect("readable");
    assert_eq!(plan.audit_due(), Some(day("2027-05-30")));
    plan.cadence = None;
    assert_eq!(plan.audit_due(), Some(day("2027-02-28")));
    plan.audits.clear();
    assert_eq!(plan.audit_due(), None);
}

#[test]
fn what_was_agreed_on_takes_its_place_and_what_happened_stays() {
    let mut here = Plan::parse(EVERYTHING.as_bytes()).expect("readable");
    let mut wanted = here.clone();
    wanted.people.remove(1);
    wanted.restore_order.clear();
    wanted.changes.push(change("Ben: taken out"));
    // Neither is whoever wants this to say.
    wanted.audits.clear();
    wanted.rehearsals.clear();
    wanted.other.clear();
    // The history went on meanwhile.
    here.changes.push(change("an audit"));
    here.agree_on(wanted.clone());
    assert_eq!(here.people.len(), 1);
    assert!(here.restore_order.is_empty());
    assert_eq!((here.audits.len(), here.rehearsals.len()), (1, 1));
    assert!(here.other.contains_key("friends"));
    let what = |plan: &Plan| -> Vec<String> {
        let changes = plan.changes.iter();
        changes.map(|it| it.what.clone()).collect()
    };
    let expected = ["Ben: contact", "an audit", "Ben: taken out"];
    assert_eq!(what(&here), expected);
}

#[test]
fn the_same_agreed_on_twice_is_there_once() {
    let mut here = Plan::new();
    let mut wanted = here.clone();
    wanted.changes.push(change("one"));
    wanted.changes.push(change("another"));
    here.agree_on(wanted.clone());
    let once = here.clone();
    here.agree_on(wanted);
    assert_eq!(here, once);
}
