//! Every page of the plan fits on the smallest screen, says how to go on, and has help.

use heirloom_engine::*;
use heirloom_format::{Account, Change, Kept, KeptThing, Person, Plan, Role};

use crate::words::tests::{NAME, rows};

const LONG_LINE: &str = "after my death, and only together with two of the others, who are named further below, or when the doctor says that I can't";

fn person(name: &str) -> Person {
    Person {
        name: name.into(),
        role: Role::Executor,
        contact: LONG_LINE.into(),
        may_restore: LONG_LINE.into(),
        other: Default::default(),
    }
}

fn kept(what: Kept, which: &str, place: &str) -> KeptThing {
    KeptThing {
        what,
        which: which.into(),
        place: place.into(),
        other: Default::default(),
    }
}

fn change(number: usize) -> Change {
    Change {
        date: "2026-11-23".parse().expect("a day"),
        what: format!("Person {number}: contact"),
        before: LONG_LINE.into(),
        reason: LONG_LINE.into(),
        other: Default::default(),
    }
}

fn full_plan() -> Plan {
    let text = r#"{"version": 1, "rehearsals": [], "shares": {"date": "2026-11-23", "needed": 2, "shares": [
        {"holder": "Ben", "form": "copied", "read_back": "2026-11-23"}, {"form": "printed"}, {"holder": "Мария-Луиза", "form": "copied", "read_back": "2026-11-23"}]}}"#;
    let mut plan = Plan::parse(text.as_bytes()).expect("a plan");
    plan.people = (0..9)
        .map(|number| person(&format!("{NAME} {number}")))
        .collect();
    plan.kept = vec![kept(Kept::Drive, NAME, "cellar"); 9];
    plan.restore_order = vec![LONG_LINE.into(); 9];
    plan.changes = (0..9).map(change).collect();
    plan
}

fn overview(plan: Plan, unsaved: usize) -> PlanningView {
    let mut lines = vec![OverviewLine::Interview];
    lines.extend(PlanPart::ALL.map(OverviewLine::Part));
    lines.extend([
        OverviewLine::History,
        OverviewLine::Save,
        OverviewLine::Discard,
    ]);
    PlanningView::Overview {
        name: NAME.into(),
        plan: Box::new(plan),
        unsaved,
        lines,
        cursor: 0,
    }
}

fn list(part: PlanPart, guided: bool, entries: &[PlanEntry], cursor: usize) -> PlanningView {
    let entries = entries.iter().cloned().map(PlanLine::Entry);
    PlanningView::List {
        part,
        guided,
        lines: entries.chain([PlanLine::Add, PlanLine::GoOn]).collect(),
        cursor,
    }
}

fn form(part: PlanPart, fields: &[PlanField], cursor: usize) -> PlanningView {
    let fields = fields.iter().map(|field| FieldLine {
        field: *field,
        value: match field {
            PlanField::Role => FieldValue::Role(Role::Helper),
            PlanField::What => FieldValue::Kept(Kept::Passphrase),
            _ => FieldValue::Text(LONG_LINE.into()),
        },
    });
    PlanningView::Form {
        part,
        is_new: true,
        fields: fields.collect(),
        cursor,
        refused: None,
    }
}

const FORMS: [(PlanPart, &[PlanField]); 5] = [
    (
        PlanPart::People,
        &[
            PlanField::Name,
            PlanField::Role,
            PlanField::Contact,
            PlanField::MayRestore,
        ],
    ),
    (
        PlanPart::Kept,
        &[PlanField::What, PlanField::Which, PlanField::Place],
    ),
    (
        PlanPart::Accounts,
        &[
            PlanField::Service,
            PlanField::Account,
            PlanField::CredentialsAt,
            PlanField::SecondFactorAt,
        ],
    ),
    (PlanPart::Order, &[PlanField::Step]),
    (
        PlanPart::Cadence,
        &[PlanField::AuditMonths, PlanField::RehearsalMonths],
    ),
];

fn pages() -> Vec<PlanningView> {
    let mut pages = vec![
        overview(Plan::new(), 0),
        overview(full_plan(), 12),
        PlanningView::Saving,
        PlanningView::Unreadable { name: NAME.into() },
        PlanningView::ConfirmDiscard { unsaved: 1 },
        PlanningView::ConfirmRemove {
            entry: PlanEntry::Person(person(NAME)),
        },
    ];
    for part in PlanPart::ALL {
        pages.push(list(part, true, &[], 0));
        let entries = vec![PlanEntry::Person(person(NAME)); 40];
        pages.push(list(part, false, &entries, 20));
    }
    for (part, fields) in FORMS {
        pages.extend((0..fields.len()).map(|cursor| form(part, fields, cursor)));
    }
    for sheet_written in [false, true] {
        pages.push(PlanningView::Saved {
            name: NAME.into(),
            sheet_written,
        });
    }
    for count in [0, 1, 40] {
        pages.push(PlanningView::Save {
            changes: (0..count).map(change).collect(),
            scroll: 0,
            reason: LONG_LINE.into(),
        });
        pages.push(PlanningView::History {
            changes: (0..count).map(change).collect(),
            scroll: count,
        });
    }
    let errors = [
        PlanWriteError::Gone,
        PlanWriteError::Full,
        PlanWriteError::Unreadable,
        PlanWriteError::TooLong,
        PlanWriteError::NotKept,
        PlanWriteError::Io { errno: 5 },
    ];
    pages.extend(errors.map(|error| PlanningView::SaveFailed { error }));
    pages
}

#[test]
fn every_page_and_its_help_fit_on_80_by_24() {
    for page in pages() {
        let is_list = matches!(
            page,
            PlanningView::List { .. } | PlanningView::Save { .. } | PlanningView::History { .. }
        );
        for help in [false, true] {
            let view = View {
                page: PageView::Planning(page.clone()),
                help,
            };
            let small = rows(&view, 80, 24);
            let large = rows(&view, 80, 60);
            if help || !is_list {
                assert_eq!(small[..22], large[..22], "{page:?}");
                let is_empty = large[22..59].iter().all(String::is_empty);
                assert!(is_empty, "does not fit:\n{}", large.join("\n"));
            }
            let keys = &small[23];
            let waits = matches!(page, PlanningView::Saving);
            let has_key = ["Enter", "Esc", "any key"]
                .iter()
                .any(|it| keys.contains(it));
            assert!(waits || has_key, "{page:?}");
            assert!(keys.chars().count() < 79, "{keys}");
        }
    }
}

#[test]
fn what_matters_most_is_said() {
    let account = PlanEntry::Account(Account {
        service: "iCloud".into(),
        account: "mia@example.org".into(),
        credentials_at: "blue notebook".into(),
        second_factor_at: String::new(),
        other: Default::default(),
    });
    let order = [PlanEntry::Step(1, "letters".into())];
    let (part, fields) = FORMS[2];
    let refused = PlanningView::Form {
        part: PlanPart::Kept,
        is_new: true,
        fields: vec![FieldLine {
            field: PlanField::Place,
            value: FieldValue::Text(String::new()),
        }],
        cursor: 0,
        refused: Some(FormRefusal::Empty(PlanField::Place)),
    };
    let table: [(PlanningView, &[&str]); 10] = [
        (
            overview(Plan::new(), 0),
            &[
                "People: nobody yet",
                "Where drive, sheets and shares are: not said yet",
                "audit each 3 months, rehearsal each 12 months (as recommended)",
                "write no secret into the plan",
            ],
        ),
        (
            overview(full_plan(), 1),
            &[
                "Any 2 of 3 shares open the archive, since 2026-11-23.",
                "Ben, somebody (never read back), Мария-Луиза",
                "People: 9: The Featherstonehaugh-Müller fam 0",
                "Save: 1 change is not on the drive yet",
            ],
        ),
        (
            list(PlanPart::Accounts, true, &[account], 0),
            &[
                "iCloud: mia@example.org; blue notebook",
                "Go on to the next question",
                "never the password itself",
            ],
        ),
        (
            list(PlanPart::People, true, &[], 1),
            &["> Skip this question"],
        ),
        (
            list(PlanPart::Order, false, &order, 0),
            &["> 1. letters", "U/D put up, down", "R take out"],
        ),
        (
            form(part, fields, 2),
            &["Never the password itself: only where it is kept."],
        ),
        (refused, &["Please type where it is."]),
        (
            PlanningView::SaveFailed {
                error: PlanWriteError::Gone,
            },
            &["What you typed is still here", "Enter try again"],
        ),
        (
            PlanningView::Saved {
                name: NAME.into(),
                sheet_written: false,
            },
            &["it still tells the plan of before"],
        ),
        (
            PlanningView::History {
                changes: vec![Change {
                    before: "12".into(),
                    reason: "he moved".into(),
                    ..change(1)
                }],
                scroll: 0,
            },
            &["2026-11-23: Person 1: contact (before: 12); because: he moved"],
        ),
    ];
    for (page, expected) in table {
        let page = PageView::Planning(page);
        let text = rows(&View { page, help: false }, 80, 24).join("\n");
        for line in expected {
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(line), "{line:?} in\n{text}");
        }
    }
}
