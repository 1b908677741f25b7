//! Audits: what is begun, how far it is, what it leaves behind; and what the start page says about the last ones.

use heirloom_format::{
    ArchiveId, ArchiveInfo, Audit, AuditResult, Fitness, Plan, Rehearsal, RehearsalResult,
    RehearsedBy, SigningKey,
};

use super::*;
use crate::{
    Finding, FindingKind, VerifyDepth, VerifyError, VerifyProgress, VerifyReport, VolumePath,
};

fn audit_of(date: &str, result: AuditResult) -> Audit {
    Audit {
        date: date.parse().expect("a day"),
        result,
        generation: 3,
        files: 10,
        bytes: 1_000,
        problems: 0,
        counts: Vec::new(),
        free_bytes: 40,
        total_bytes: 100,
        fitness: Fitness::Good,
        header_backup: true,
        remark: String::new(),
        other: Default::default(),
    }
}

fn plan(audits: &[(&str, AuditResult)]) -> Plan {
    let mut plan = Plan::new();
    let audits = audits.iter();
    plan.audits = audits
        .map(|(date, result)| audit_of(date, result.clone()))
        .collect();
    plan
}

fn done(plan: Option<Plan>) -> AuditDone {
    AuditDone {
        audit: audit_of("2026-11-22", AuditResult::Passed),
        check: Err(VerifyError::DriveFailed(crate::VolumeError::Full)),
        health: DriveHealth::unknown(),
        header: HeaderState::Sound,
        backup: BackupState::Current,
        sources: vec![SourceAudit {
            name: "Mia".into(),
            outcome: Err(NotCompared::NotPluggedIn),
        }],
        space: Space {
            total_bytes: 100,
            free_bytes: 40,
        },
        plan: plan.map(Box::new),
        sheet_written: true,
    }
}

impl Story {
    /// With an archive that has Mia's phone and Ben's, of which Mia's is plugged in, at the choice of an audit.
    fn before_audit() -> Self {
        let mut story = Self::with_open_archive();
        let archive = story.machine.archive.as_mut().expect("it is open");
        archive.source_folders = vec![folder("Mia", "1"), folder("Ben", "2")];
        story.plug_in_phone("phone@5");
        let stranger = SourceIdentity {
            serial: Some("3".into()),
            ..identity()
        };
        story.plug_in("phone@6", stranger);
        let nameless = SourceIdentity {
            serial: None,
            ..identity()
        };
        story.plug_in("phone@7", nameless);
        story.chooses_audit();
        story
    }

    fn chooses_audit(&mut self) {
        while self.home().choices[self.home().cursor] != Choice::Audit {
            self.press(Command::Down);
        }
        self.press(Command::Accept);
    }

    fn audit_view(&self) -> AuditView {
        match self.page() {
            PageView::Audit(view) => view,
            page => panic!("not in an audit but on {page:?}"),
        }
    }

    fn audit_run(&self) -> AuditRunView {
        match self.audit_view() {
            AuditView::Running(view) => view,
            view => panic!("not running but {view:?}"),
        }
    }

    fn tell(&mut self, event: AuditEvent) {
        self.handle(Event::Audit(event));
    }

    fn with_audit() -> Self {
        let mut story = Self::before_audit();
        story.press(Command::Accept);
        let sources = vec![
            (DeviceId("phone@5".into()), "Mia".to_owned()),
            (DeviceId("phone@7".into()), "Google Pixel 8 (2)".to_owned()),
        ];
        let begun = Effect::Audit(AuditEffect::Begin { sources });
        assert_eq!(story.effect(), Some(begun));
        story
    }

    fn ends(&mut self, outcome: Result<AuditDone, AuditError>) {
        self.tell(AuditEvent::Ended(Box::new(outcome)));
    }
}

#[test]
fn what_is_plugged_in_is_counted_and_the_rest_is_named() {
    let mut story = Story::before_audit();
    let AuditView::Begin {
        counted, absent, ..
    } = story.audit_view()
    else {
        panic!("not at the beginning");
    };
    assert_eq!(counted, ["Mia", "Google Pixel 8 (2)"]);
    assert_eq!(absent, ["Ben"]);
    // Whoever reads this plugs in another phone.
    let ben = SourceIdentity {
        serial: Some("2".into()),
        ..identity()
    };
    story.plug_in("phone@8", ben);
    assert!(
        matches!(story.audit_view(), AuditView::Begin { counted, absent, .. } if counted.len() == 3 && absent.is_empty())
    );
    story.press(Command::Back);
    story.home();
    assert_eq!(story.effect(), None);
}

#[test]
fn an_empty_archive_has_nothing_to_be_checked() {
    let mut story = Story::with_open_archive();
    assert!(story.home().choices.contains(&Choice::Audit));
    story.machine.archive.as_mut().expect("open").generation = 0;
    let home = story.home();
    assert!(!home.choices.contains(&Choice::Audit));
    assert_eq!(home.archive.expect("open").upkeep, None);
}

#[test]
fn progress_has_a_rate_once_it_can_be_told() {
    let mut story = Story::with_audit();
    let source = "Mia".to_owned();
    story.tell(AuditEvent::Reached(AuditStep::Counting { source }));
    story.tell(AuditEvent::Listed(1_024));
    assert_eq!(story.audit_run().listed_files, 1_024);
    story.tell(AuditEvent::Reached(AuditStep::Contents));
    assert_eq!(story.audit_run().listed_files, 0);
    story.tell(AuditEvent::Moved(VerifyProgress::Planned {
        files: 10,
        bytes: 10_000,
    }));
    story.wait_ms(2_000);
    story.tell(AuditEvent::Moved(VerifyProgress::Read { bytes: 2_000 }));
    assert_eq!(story.audit_run().rate_bytes_per_s, None);
    story.wait_ms(2_000);
    story.tell(AuditEvent::Moved(VerifyProgress::Read { bytes: 4_000 }));
    story.tell(AuditEvent::Moved(VerifyProgress::Read { bytes: 3_000 }));
    let run = story.audit_run();
    assert_eq!(
        (run.read_bytes, run.rate_bytes_per_s, run.remaining_s),
        (4_000, Some(1_000), Some(6))
    );
    assert_eq!(
        story.machine.poll_deadline(),
        Some(story.now.monotonic_ms + 1_000)
    );
}

#[test]
fn it_is_stopped_only_when_that_is_meant_and_leaves_nothing() {
    let mut story = Story::with_audit();
    story.press(Command::Back);
    assert!(matches!(story.audit_view(), AuditView::ConfirmStop));
    story.press(Command::Back);
    assert!(!story.audit_run().stopping);
    story.press(Command::Back);
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::Audit(AuditEffect::Stop)));
    assert!(story.audit_run().stopping);
    story.press(Command::Back);
    assert!(story.audit_run().stopping);
    story.ends(Err(AuditError::Stopped));
    story.home();

    let mut story = Story::with_audit();
    story.press(Command::Back);
    story.tell(AuditEvent::Reached(AuditStep::Recording));
    story.press(Command::Accept);
    story.press(Command::Back);
    assert!(!story.audit_run().stopping, "it is nearly over");
    assert_eq!(story.effect(), None);
}

#[test]
fn the_result_and_a_remark_are_in_the_plan() {
    let before = [("2026-08-22", AuditResult::Passed)];
    let both = [before[0].clone(), ("2026-11-22", AuditResult::Passed)];
    let mut story = Story::with_audit();
    story.ends(Ok(done(Some(plan(&both)))));
    assert!(matches!(
        story.audit_view(),
        AuditView::Done { scroll: 0, .. }
    ));
    story.press(Command::Down);
    story.press(Command::Accept);
    let AuditView::Remark { before, .. } = story.audit_view() else {
        panic!("nothing is asked");
    };
    assert_eq!(before, Some("2026-08-22".parse().expect("a day")));
    story.type_text(" Ben moved ");
    story.press(Command::Accept);
    let remark = AuditEffect::Remark("Ben moved".into());
    assert_eq!(story.effect(), Some(Effect::Audit(remark)));
    assert!(matches!(story.audit_view(), AuditView::Remarking));
    let mut remarked = plan(&both);
    remarked.audits[1].remark = "Ben moved".into();
    story.tell(AuditEvent::Remarked(Some(Box::new(remarked.clone()))));
    let archive = story.machine.archive.as_ref().expect("open");
    assert_eq!(archive.plan.as_deref(), Some(&remarked));
    assert_eq!(archive.space.free_bytes, 40);
    let upkeep = story.home().archive.and_then(|archive| archive.upkeep);
    assert_eq!(
        upkeep.and_then(|it| it.audit_due),
        Some("2027-02-22".parse().expect("a day"))
    );
}

impl Story {
    /// What is read of the phone if nobody chooses, as the page before its run has it.
    fn offered_reading(&mut self) -> SourceReading {
        while !matches!(
            self.home().choices[self.home().cursor],
            Choice::Archive { .. }
        ) {
            self.press(Command::Up);
        }
        self.press(Command::Accept);
        let PageView::Prepare(view) = self.page() else {
            panic!("{:?}", self.page());
        };
        view.wish.reading
    }

    /// The page before the run is up: it begins, and ends well.
    fn archives(&mut self) {
        self.press(Command::Accept);
        assert!(
            matches!(self.effect(), Some(Effect::Run { wish, .. }) if wish.reading == SourceReading::All)
        );
        self.handle(Event::RunEnded(Box::new(Ok(RunDone {
            report: report(&folder("Mia", "1")),
            archive: opened("sdb@1"),
            sheet_written: true,
        }))));
        self.press(Command::Accept);
    }
}

/// What a check found: a content that is damaged, and sound elsewhere or nowhere.
fn check_found(sound_copy: Option<&str>) -> VerifyReport {
    let (key, id) = (SigningKey::from_seed([3; 32], [5; 8]), [7; 16]);
    let date = "2026-11-22".parse().expect("a day");
    let finding = Finding {
        place: VolumePath::new("sources/Mia/0001/data/a.jpg"),
        kind: FindingKind::FileAltered {
            expected: Digest::of(b"a"),
            found: Digest::of(b"b"),
            copy: sound_copy.map(VolumePath::new),
        },
        snapshots: Vec::new(),
        other_names: Vec::new(),
    };
    VerifyReport {
        archive: ArchiveInfo::new(ArchiveId::from_bytes(id), "Family", date, key.public_key()),
        depth: VerifyDepth::Contents,
        snapshots: 1,
        thinned: 0,
        generation: 1,
        head: None,
        names: 1,
        files: 1,
        bytes_read: 1,
        findings: vec![finding],
    }
}

#[test]
fn after_an_audit_that_found_a_loss_all_of_a_phone_is_read_once() {
    let mut story = Story::with_open_archive();
    story.plug_in_phone("phone@5");
    assert_eq!(story.offered_reading(), SourceReading::New);
    (0..2).for_each(|_| story.press(Command::Down));
    story.press(Command::Accept);
    story.press(Command::Back);
    // What was chosen holds when nothing is lost.
    let sound_elsewhere = || Ok(check_found(Some("sources/Ben/0002/data/a.jpg")));
    let table = [
        (sound_elsewhere(), SourceReading::NewTwice),
        (Ok(check_found(None)), SourceReading::All),
        (sound_elsewhere(), SourceReading::New),
        (
            Err(VerifyError::DriveFailed(crate::VolumeError::Full)),
            SourceReading::All,
        ),
    ];
    for (check, reading) in table {
        story.chooses_audit();
        story.press(Command::Accept);
        assert!(matches!(story.effect(), Some(Effect::Audit(_))));
        let found = AuditDone {
            check,
            ..done(None)
        };
        story.ends(Ok(found));
        story.press(Command::Accept);
        assert_eq!(story.offered_reading(), reading);
        story.press(Command::Back);
    }
    story.offered_reading();
    story.archives();
    assert_eq!(story.offered_reading(), SourceReading::New);
}

#[test]
fn a_remark_can_be_left_out_and_may_fail() {
    for (text, last) in [("", Command::Accept), ("not this", Command::Back)] {
        let mut story = Story::with_audit();
        story.ends(Ok(done(Some(Plan::new()))));
        story.press(Command::Accept);
        story.type_text(text);
        story.press(last);
        story.home();
        assert_eq!(story.effect(), None);
    }
    let mut story = Story::with_audit();
    story.ends(Ok(done(None)));
    story.press(Command::Accept);
    story.home();

    let mut story = Story::with_audit();
    story.ends(Ok(done(Some(Plan::new()))));
    story.press(Command::Accept);
    story.type_text("x");
    story.press(Command::Accept);
    story.tell(AuditEvent::Remarked(None));
    assert!(matches!(story.audit_view(), AuditView::NotRemarked));
    story.press(Command::Accept);
    story.home();
}

#[test]
fn a_pulled_drive_ends_it_and_its_late_answer_counts_no_more() {
    let mut story = Story::with_audit();
    story.unplug("sdb@1");
    assert_eq!(story.effect(), Some(Effect::Audit(AuditEffect::Stop)));
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    story.ends(Err(AuditError::DriveGone));
    assert!(matches!(story.page(), PageView::DrivePulled { .. }));

    // The drive's thread may notice first.
    let mut story = Story::with_audit();
    story.ends(Err(AuditError::DriveGone));
    assert!(matches!(story.audit_view(), AuditView::Trouble { .. }));
    story.unplug("sdb@1");
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    assert!(matches!(story.page(), PageView::DrivePulled { .. }));
}

#[test]
fn the_start_page_knows_what_is_due() {
    let day = |text: &str| text.parse::<heirloom_format::Day>().expect("a day");
    // Today is 2026-11-22. Audits are due after three months, rehearsals after twelve.
    let mut story = Story::with_open_archive();
    let upkeep = |story: &Story| {
        let archive = story.home().archive;
        archive.and_then(|it| it.upkeep).expect("told")
    };
    let never = upkeep(&story);
    assert_eq!(
        (never.audit, never.audit_due, never.rehearsal_due),
        (None, None, None)
    );
    assert!(!never.audit_is_overdue);

    let table = [
        ("2026-08-23", "2026-11-23", false),
        ("2026-08-22", "2026-11-22", true),
        ("2026-01-31", "2026-04-30", true),
    ];
    for (last, due, is_overdue) in table {
        let mut kept = plan(&[
            ("2025-12-01", AuditResult::Passed),
            (last, AuditResult::Failed),
        ]);
        kept.audits[0].counts.push(heirloom_format::SourceCount {
            source: "Mia".into(),
            listed_files: 1,
            archived_files: 1,
            new_files: 0,
            gone_files: 0,
            other: Default::default(),
        });
        kept.rehearsals.push(Rehearsal {
            date: day("2025-11-30"),
            by: RehearsedBy::Owner,
            result: RehearsalResult::Passed,
            generation: 1,
            files: 1,
            bytes: 1,
            problems: 0,
            other: Default::default(),
        });
        story.machine.archive.as_mut().expect("open").plan = Some(Box::new(kept));
        let told = upkeep(&story);
        let expected = UpkeepView {
            audit: Some((day(last), false)),
            audit_due: Some(day(due)),
            audit_is_overdue: is_overdue,
            counted: Some(day("2025-12-01")),
            rehearsal: Some((day("2025-11-30"), true)),
            rehearsal_due: Some(day("2026-11-30")),
            rehearsal_is_overdue: false,
        };
        assert_eq!(told, expected);
    }
    // A plan that can't be read tells nothing, and nothing is said.
    story.machine.archive.as_mut().expect("open").plan = None;
    assert_eq!(story.home().archive.expect("open").upkeep, None);
}
