//! The recovery plan: looked over, asked for, changed with a reason, saved, and what becomes of it when the drive fails.

use heirloom_format::{Kept, Plan, Role};

use super::*;

impl Story {
    fn at_plan(plan: Plan) -> Self {
        let mut story = Self::with_open_archive();
        story.machine.archive.as_mut().expect("open").plan = Some(Box::new(plan));
        story.choose_plan();
        story
    }

    fn choose_plan(&mut self) {
        let choices = self.home().choices;
        let at = choices.iter().position(|choice| *choice == Choice::Plan);
        let at = at.expect("offered while an archive is open");
        let cursor = self.home().cursor;
        (cursor..at).for_each(|_| self.press(Command::Down));
        self.press(Command::Accept);
    }

    fn plan(&self) -> PlanningView {
        match self.page() {
            PageView::Planning(view) => view,
            page => panic!("not the plan but {page:?}"),
        }
    }

    fn overview(&self) -> (Plan, usize, Vec<OverviewLine>) {
        match self.plan() {
            PlanningView::Overview {
                plan,
                unsaved,
                lines,
                ..
            } => (*plan, unsaved, lines),
            view => panic!("{view:?}"),
        }
    }

    /// Moves to a line of the overview, and chooses it.
    fn choose_line(&mut self, wanted: OverviewLine) {
        let at = self.overview().2.iter().position(|line| *line == wanted);
        (0..20).for_each(|_| self.press(Command::Up));
        (0..at.expect("offered")).for_each(|_| self.press(Command::Down));
        self.press(Command::Accept);
    }

    /// Moves to the first line of a part that is wanted, and chooses it.
    fn choose_entry(&mut self, wanted: impl Fn(&PlanLine) -> bool) {
        let PlanningView::List { lines, .. } = self.plan() else {
            panic!("{:?}", self.plan());
        };
        (0..20).for_each(|_| self.press(Command::Up));
        let at = lines.iter().position(wanted).expect("offered");
        (0..at).for_each(|_| self.press(Command::Down));
        self.press(Command::Accept);
    }

    fn add(&mut self, fields: &[&str]) {
        self.choose_entry(|line| *line == PlanLine::Add);
        self.fill(fields);
    }

    /// Types what is asked for, from the field on that the cursor is on.
    fn fill(&mut self, fields: &[&str]) {
        for text in fields {
            self.type_text(text);
            self.press(Command::Accept);
        }
    }

    fn go_on(&mut self) {
        self.choose_entry(|line| *line == PlanLine::GoOn);
    }

    fn written(&mut self) -> Plan {
        assert!(matches!(self.plan(), PlanningView::Saving));
        match self.effect() {
            Some(Effect::WritePlan(plan)) => *plan,
            effect => panic!("{effect:?}"),
        }
    }

    fn save(&mut self, reason: &str) -> Plan {
        assert!(matches!(self.plan(), PlanningView::Save { .. }));
        self.type_text(reason);
        self.press(Command::Accept);
        let plan = self.written();
        self.handle(Event::PlanWritten(Ok(PlanWritten {
            plan: Box::new(plan.clone()),
            sheet_written: true,
        })));
        assert!(matches!(
            self.plan(),
            PlanningView::Saved {
                sheet_written: true,
                ..
            }
        ));
        plan
    }
}

/// A plan with one person, and a change of its own.
fn small_plan() -> Plan {
    let text = r#"{"version": 1, "rehearsals": [], "later": 1,
        "people": [{"name": "Ben", "role": "executor", "contact": "12", "birthday": "1950"}],
        "changes": [{"date": "2026-01-01", "what": "Ben: added"}]}"#;
    Plan::parse(text.as_bytes()).expect("a plan")
}

#[test]
fn the_interview_asks_for_one_part_after_the_other_and_saves_once() {
    let mut story = Story::at_plan(Plan::new());
    let archive = story.machine.archive.as_mut().expect("open");
    archive.source_folders = vec![folder("Mia's phone", "1"), folder("Tablet", "2")];
    story.choose_line(OverviewLine::Interview);
    // Whoever is entered first is the owner; the space bar changes the part.
    story.add(&["Мия Müller", "", "+49 30 1", ""]);
    story.add(&["Ben", "", "", "after my death"]);
    story.go_on();
    // What could be kept is proposed, and only where is asked.
    story.choose_entry(
        |line| matches!(line, PlanLine::Suggested(PlanEntry::Kept(it)) if it.what == Kept::Drive),
    );
    story.fill(&["cellar"]);
    story.choose_entry(
        |line| matches!(line, PlanLine::Suggested(PlanEntry::Kept(it)) if it.which == "Ben"),
    );
    story.fill(&["at Ben's"]);
    story.go_on();
    story.add(&[
        "iCloud",
        "mia@example.org",
        "blue notebook",
        "her telephone",
    ]);
    story.go_on();
    story.choose_entry(
        |line| matches!(line, PlanLine::Suggested(PlanEntry::Step(_, text)) if text == "Tablet"),
    );
    story.add(&["letters"]);
    // One up: the letters come first.
    story.press(Command::Up);
    story.press(Command::Type('u'));
    story.go_on();
    assert!(matches!(
        story.plan(),
        PlanningView::Form {
            part: PlanPart::Cadence,
            ..
        }
    ));
    story.press(Command::Erase);
    story.fill(&["6", ""]);
    assert_eq!(story.effect(), None, "before it is saved");
    let plan = story.save("first time");
    let names = plan.people.iter().map(|it| (&*it.name, it.role.clone()));
    assert!(names.eq([("Мия Müller", Role::Owner), ("Ben", Role::Executor)]));
    let kept = plan.kept.iter().map(|it| (&*it.which, &*it.place));
    assert!(kept.eq([("Family", "cellar"), ("Ben", "at Ben's")]));
    assert_eq!(plan.accounts[0].second_factor_at, "her telephone");
    assert_eq!(plan.restore_order, ["letters", "Tablet"]);
    let cadence = plan.cadence.expect("chosen");
    assert_eq!((cadence.audit_months, cadence.rehearsal_months), (6, 12));
    let what: Vec<&str> = plan.changes.iter().map(|it| &*it.what).collect();
    let expected = [
        "Мия Müller: added",
        "Ben: added",
        "drive Family: added",
        "share Ben: added",
        "iCloud: added",
        "order of restoration",
        "months from audit to audit",
        "months from rehearsal to rehearsal",
    ];
    assert_eq!(what, expected);
    let day = "2026-11-22".parse().expect("a day");
    let mut changes = plan.changes.iter();
    assert!(changes.all(|it| it.date == day && it.reason == "first time"));
    story.press(Command::Accept);
    story.home();
    story.choose_plan();
    assert_eq!(story.overview().1, 0);
}

#[test]
fn every_question_can_be_skipped_and_nothing_is_written() {
    let mut story = Story::at_plan(Plan::new());
    story.choose_line(OverviewLine::Interview);
    (0..4).for_each(|_| story.go_on());
    story.press(Command::Back);
    (0..4).for_each(|_| story.press(Command::Back));
    assert_eq!(story.overview().1, 0);
    story.press(Command::Back);
    story.home();
    assert_eq!(story.effect(), None);
}

#[test]
fn an_edit_keeps_what_was_before_and_the_history_before_it() {
    let before = small_plan();
    let mut story = Story::at_plan(before.clone());
    story.choose_line(OverviewLine::Part(PlanPart::People));
    story.choose_entry(|line| matches!(line, PlanLine::Entry(_)));
    (0..2).for_each(|_| story.press(Command::Down));
    story.type_text("34");
    (0..2).for_each(|_| story.press(Command::Accept));
    story.press(Command::Back);
    assert_eq!(story.overview().1, 1);
    // Esc asks whether it is to be saved, and does not lose it.
    story.press(Command::Back);
    let plan = story.save(" a new number ");
    assert_eq!(plan.people[0].contact, "1234");
    assert_eq!(plan.people[0].other, before.people[0].other);
    assert_eq!(plan.other, before.other);
    assert_eq!(plan.changes[0], before.changes[0]);
    let change = &plan.changes[1];
    let found = (&*change.what, &*change.before, &*change.reason);
    assert_eq!(found, ("Ben: contact", "12", "a new number"));
}

#[test]
fn who_gets_another_name_keeps_their_share() {
    let text = r#"{"version": 1, "rehearsals": [],
        "people": [{"name": "Ben", "role": "executor"}, {"name": "Anna", "role": "executor"}],
        "kept": [{"what": "share", "which": "Ben", "place": "bank"}, {"what": "share", "which": "Anna", "place": "safe"}],
        "shares": {"date": "2026-11-23", "needed": 2, "shares": [{"holder": "Anna", "form": "printed"}, {"holder": "Ben", "form": "printed"}, {"form": "copied"}]}}"#;
    let mut story = Story::at_plan(Plan::parse(text.as_bytes()).expect("a plan"));
    story.choose_line(OverviewLine::Part(PlanPart::People));
    story.choose_entry(|line| matches!(line, PlanLine::Entry(_)));
    story.fill(&["jamin", "", "", ""]);
    let PlanningView::List { lines, .. } = story.plan() else {
        panic!("{:?}", story.plan());
    };
    assert!(!lines.iter().any(|it| matches!(it, PlanLine::Suggested(_))));
    story.press(Command::Back);
    story.press(Command::Back);
    let plan = story.save("");
    let shares = plan.shares.expect("as before").shares;
    let holders: Vec<&str> = shares.iter().map(|share| &*share.holder).collect();
    assert_eq!(holders, ["Anna", "Benjamin", ""]);
    let kept: Vec<_> = plan
        .kept
        .iter()
        .map(|it| (&*it.which, &*it.place))
        .collect();
    assert_eq!(kept, [("Benjamin", "bank"), ("Anna", "safe")]);
    let changes: Vec<_> = plan
        .changes
        .iter()
        .map(|it| (&*it.what, &*it.before))
        .collect();
    let expected = [("Benjamin: name", "Ben"), ("share Benjamin: which", "Ben")];
    assert_eq!(changes, expected);
}

#[test]
fn what_is_taken_out_stays_in_the_history() {
    let mut story = Story::at_plan(small_plan());
    story.choose_line(OverviewLine::Part(PlanPart::People));
    story.press(Command::Up);
    story.press(Command::Up);
    story.press(Command::Type('r'));
    assert!(matches!(story.plan(), PlanningView::ConfirmRemove { .. }));
    story.press(Command::Back);
    story.press(Command::Type('r'));
    story.press(Command::Accept);
    story.go_on();
    story.choose_line(OverviewLine::Save);
    let plan = story.save("");
    assert!(plan.people.is_empty());
    assert_eq!(plan.changes.len(), 2);
    assert_eq!(
        plan.changes[1].before,
        "name: Ben; role: executor; contact: 12"
    );
    story.press(Command::Accept);
    story.choose_plan();
    story.choose_line(OverviewLine::History);
    match story.plan() {
        PlanningView::History { changes, .. } => {
            let what: Vec<&str> = changes.iter().map(|it| &*it.what).collect();
            assert_eq!(what, ["Ben: taken out", "Ben: added"]);
        }
        view => panic!("{view:?}"),
    }
}

#[test]
fn a_field_that_must_be_said_is_pointed_at() {
    let mut story = Story::at_plan(Plan::new());
    for (part, fields, expected) in [
        (
            PlanPart::People,
            ["", "", "1", ""].as_slice(),
            PlanField::Name,
        ),
        (PlanPart::Kept, &["", "x", "  "], PlanField::Place),
        (PlanPart::Accounts, &["", "a", "b", "c"], PlanField::Service),
        (PlanPart::Order, &[" "], PlanField::Step),
    ] {
        story.choose_line(OverviewLine::Part(part));
        story.add(fields);
        match story.plan() {
            PlanningView::Form {
                refused,
                fields,
                cursor,
                ..
            } => {
                assert_eq!(refused, Some(FormRefusal::Empty(expected)));
                assert_eq!(fields[cursor].field, expected);
            }
            view => panic!("{view:?}"),
        }
        (0..2).for_each(|_| story.press(Command::Back));
    }
    assert_eq!(story.overview().1, 0);
}

#[test]
fn what_could_not_be_saved_is_still_there_and_is_tried_again() {
    let mut story = Story::at_plan(small_plan());
    story.choose_line(OverviewLine::Part(PlanPart::Order));
    story.add(&["letters"]);
    story.go_on();
    story.choose_line(OverviewLine::Save);
    story.type_text("why not");
    story.press(Command::Accept);
    let first = story.written();
    // Keys do nothing while it is being written.
    story.press(Command::Back);
    assert!(matches!(story.plan(), PlanningView::Saving));
    story.handle(Event::PlanWritten(Err(PlanWriteError::NotKept)));
    assert!(matches!(
        story.plan(),
        PlanningView::SaveFailed {
            error: PlanWriteError::NotKept
        }
    ));
    story.press(Command::Accept);
    assert_eq!(story.written(), first);
    story.handle(Event::PlanWritten(Err(PlanWriteError::Full)));
    story.press(Command::Back);
    let (plan, unsaved, _) = story.overview();
    assert_eq!((plan.restore_order, unsaved), (first.restore_order, 1));
    // Given up on purpose.
    story.choose_line(OverviewLine::Discard);
    story.press(Command::Accept);
    story.choose_plan();
    assert_eq!(story.overview().1, 0);
}

#[test]
fn what_was_typed_outlives_a_drive_that_is_pulled() {
    for written_meanwhile in [false, true] {
        let mut story = Story::at_plan(small_plan());
        story.choose_line(OverviewLine::Part(PlanPart::Order));
        story.add(&["letters"]);
        story.unplug("sdb@1");
        assert!(matches!(
            story.page(),
            PageView::DrivePulled {
                keeps_plan: true,
                ..
            }
        ));
        // What comes late is about a drive that is gone.
        story.handle(Event::PlanWritten(Err(PlanWriteError::Gone)));
        while story.effect().is_some() {}
        story.handle(Event::ArchiveClosed);
        story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
        story.type_text("correct horse");
        story.press(Command::Accept);
        let mut plan = small_plan();
        if written_meanwhile {
            plan.restore_order.push("something else".into());
        }
        story.handle(Event::ArchiveOpened(Ok(OpenedArchive {
            plan: Some(Box::new(plan)),
            ..opened("sdb@1")
        })));
        story.choose_plan();
        let (plan, unsaved, _) = story.overview();
        let expected = match written_meanwhile {
            false => ("letters", 1),
            true => ("something else", 0),
        };
        assert_eq!((&*plan.restore_order[0], unsaved), expected);
    }
}

#[test]
fn a_plan_that_can_not_be_read_is_shown_as_such_and_never_written() {
    let mut story = Story::with_open_archive();
    story.machine.archive.as_mut().expect("open").plan = None;
    story.choose_plan();
    assert!(matches!(story.plan(), PlanningView::Unreadable { .. }));
    story.press(Command::Accept);
    story.home();
    assert_eq!(story.effect(), None);
}

#[test]
fn it_is_offered_only_while_an_archive_is_open() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
    assert!(!story.home().choices.contains(&Choice::Plan));
}
