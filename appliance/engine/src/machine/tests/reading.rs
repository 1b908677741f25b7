//! Getting pictures back: from the start page to the report.

use heirloom_format::StoredPath;

use super::*;
use crate::{
    RestoreError, RestoreFrom, RestoreLayout, RestoreNames, RestoreOrder, RestorePlan,
    RestoreProgress, RestoreReport, RestoredPart, TargetFileSystem, TargetLimits, VolumePath,
};

pub(super) const DRIVE: &str = "sdb@1";
pub(super) const STICK: &str = "sdc@7";

/// A stick with exFAT in its first partition.
pub(super) fn stick(id: &str) -> DeviceFacts {
    let content = Content {
        kind: "exfat".into(),
        label: "PICS".into(),
        uuid: "1234-ABCD".into(),
    };
    let partition = PartitionFacts {
        number: 1,
        name: String::new(),
        size_bytes: 63_000_000_000,
        content: Some(content),
    };
    disk(id, 64_000_000_000, vec![partition])
}

pub(super) fn snapshot(source: &str, name: &str) -> ArchivedSnapshot {
    ArchivedSnapshot {
        folder: VolumePath::new(format!("sources/{source}/{name}")),
        name: name.parse().expect("a snapshot's name"),
        contents: Some((1_234, 5_000_000_000)),
    }
}

/// An archive with two sources, one of which has an older snapshot.
pub(super) fn read_archive() -> ReadArchive {
    let source = |name: &str, snapshots: &[&str]| {
        let folder = format!("{name} [1a2b3c4d]");
        ArchivedSource {
            snapshots: snapshots.iter().map(|it| snapshot(&folder, it)).collect(),
            name: name.into(),
            folder,
        }
    };
    ReadArchive {
        device: DeviceId(DRIVE.into()),
        name: "Family".into(),
        head: None,
        sources: vec![
            source("Ben", &["0006 2026-11-20"]),
            source("Mia", &["0007 2026-11-21", "0003 2025-05-01"]),
        ],
        plan: Box::default(),
        damaged: Vec::new(),
    }
}

pub(super) fn target_disk(id: &str) -> TargetDisk {
    TargetDisk {
        device: DeviceId(id.into()),
        limits: TargetLimits::of(TargetFileSystem::ExFat, 4096),
        total_bytes: 64_000_000_000,
        free_bytes: 60_000_000_000,
        folder: "Heirloom Family".into(),
    }
}

pub(super) fn plan() -> RestorePlan {
    RestorePlan {
        files: 100,
        bytes: 1_000_000_000,
        undated_files: 0,
        left_out_undated_files: 0,
        left_out_files: 0,
        needed_bytes: 1_100_000_000,
        free_bytes: 60_000_000_000,
        problems: Vec::new(),
        unlisted: Vec::new(),
        limits: TargetLimits::of(TargetFileSystem::ExFat, 4096),
    }
}

pub(super) fn restore_report() -> RestoreReport {
    let part = RestoredPart {
        source_folder: "Mia [1a2b3c4d]".into(),
        snapshot: "0007 2026-11-21".parse().expect("a snapshot's name"),
        folder: VolumePath::new("sources/Mia [1a2b3c4d]/0007 2026-11-21"),
        to: None,
        files: 100,
        restored_files: 100,
        restored_bytes: 1_000_000_000,
        mended_files: 0,
        already_files: 0,
        undated_files: 0,
        parted_files: 0,
        left_out_undated_files: 0,
        left_out_files: 0,
        times_not_kept_files: 0,
        problems: Vec::new(),
        damage: Vec::new(),
    };
    RestoreReport {
        parts: vec![part],
        unlisted: Vec::new(),
        damage: Vec::new(),
        limits: TargetLimits::of(TargetFileSystem::ExFat, 4096),
    }
}

impl Story {
    pub(super) fn reads(&mut self, event: ReadingEvent) {
        self.handle(Event::Reading(event));
    }

    /// The next thing to do, which is about an archive that is only read.
    pub(super) fn ask(&mut self) -> Option<ReadingEffect> {
        match self.effect() {
            Some(Effect::Reading(effect)) => Some(effect),
            None => None,
            effect => panic!("{effect:?}"),
        }
    }

    pub(super) fn reading_page(&self) -> ReadingView {
        match self.page() {
            PageView::Reading(view) => view,
            page => panic!("not about getting back but {page:?}"),
        }
    }

    /// Chooses what this finds on the start page.
    pub(super) fn choose_at_home(&mut self, wanted: impl Fn(&Choice) -> bool) {
        let home = self.home();
        let at = home.choices.iter().position(wanted).expect("offered");
        for _ in 0..home.choices.len() {
            self.press(Command::Up);
        }
        for _ in 0..at {
            self.press(Command::Down);
        }
        self.press(Command::Accept);
    }

    pub(super) fn down_and_accept(&mut self, times: usize) {
        (0..times).for_each(|_| self.press(Command::Down));
        self.press(Command::Accept);
    }

    /// The drive is plugged in, and its pictures are wanted back.
    pub(super) fn wanting_back() -> Self {
        let mut story = Self::at_home();
        story.handle(Event::DeviceSeen(archive_drive(DRIVE)));
        story.choose_at_home(|choice| matches!(choice, Choice::Restore { .. }));
        assert!(matches!(story.reading_page(), ReadingView::How { .. }));
        story
    }

    /// The archive is open, only to be read.
    pub(super) fn reading_open() -> Self {
        Self::reading(read_archive())
    }

    /// The same of this archive.
    pub(super) fn reading(archive: ReadArchive) -> Self {
        let mut story = Self::wanting_back();
        story.press(Command::Accept);
        story.type_text("correct horse");
        story.press(Command::Accept);
        let key = DriveKey::Passphrase(passphrase("correct horse"));
        let open = ReadingEffect::Open {
            device: DeviceId(DRIVE.into()),
            partition: 2,
            luks_uuid: "u".into(),
            key,
        };
        assert_eq!(story.ask(), Some(open));
        story.reads(ReadingEvent::Opened(Ok(archive)));
        story
    }

    /// Everything, as it was; and the stick is plugged in.
    pub(super) fn choosing_a_disk() -> Self {
        let mut story = Self::reading_open();
        (0..3).for_each(|_| story.press(Command::Accept));
        story.handle(Event::DeviceSeen(stick(STICK)));
        story.wait_ms(1_000);
        story
    }

    pub(super) fn with_plan() -> Self {
        let mut story = Self::choosing_a_disk();
        story.press(Command::Accept);
        assert_eq!(story.ask(), Some(prepare(STICK, TargetUse::Partition(1))));
        story.reads(ReadingEvent::TargetReady(Ok(target_disk(STICK))));
        let order = RestoreOrder::all(RestoreFrom::AllSources);
        assert_eq!(story.ask(), Some(ReadingEffect::Plan(order)));
        story.reads(ReadingEvent::Planned(Box::new(Ok(plan()))));
        assert!(matches!(story.reading_page(), ReadingView::Plan { .. }));
        story
    }

    pub(super) fn restoring() -> Self {
        let mut story = Self::with_plan();
        story.press(Command::Accept);
        let order = RestoreOrder::all(RestoreFrom::AllSources);
        assert_eq!(story.ask(), Some(ReadingEffect::Restore(order)));
        story
    }

    pub(super) fn restore_fails(&mut self, error: RestoreError) {
        self.reads(ReadingEvent::Restored(Box::new(Err(error))));
    }
}

pub(super) fn prepare(id: &str, how: TargetUse) -> ReadingEffect {
    let disk = stick(id);
    ReadingEffect::PrepareTarget { disk, how }
}

#[test]
fn everything_comes_back_to_a_stick() {
    let mut story = Story::restoring();
    let moves = [
        RestoreProgress::Planned {
            files: 100,
            bytes: 1_000_000_000,
        },
        RestoreProgress::Read { bytes: 500_000_000 },
        RestoreProgress::Restored { files: 40 },
    ];
    for progress in moves {
        story.reads(ReadingEvent::Moved(progress));
        story.wait_ms(5_000);
    }
    match story.reading_page() {
        ReadingView::Running(run) => {
            assert_eq!((run.files, run.done_files), (Some(100), 40));
            assert_eq!(run.rate_bytes_per_s, Some(33_333_333));
            assert_eq!((run.remaining_s, run.elapsed_s), (Some(16), 15));
        }
        page => panic!("{page:?}"),
    }
    assert!(story.machine.poll_deadline().is_some());
    story.reads(ReadingEvent::Restored(Box::new(Ok(restore_report()))));
    match story.reading_page() {
        ReadingView::Restored {
            folder, is_open, ..
        } => assert_eq!((folder.as_str(), is_open), ("Heirloom Family", true)),
        page => panic!("{page:?}"),
    }
    assert_eq!(story.ask(), None);
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(ReadingEffect::Close));
    assert!(matches!(story.reading_page(), ReadingView::Leaving { .. }));
    story.reads(ReadingEvent::Closed);
    assert!(matches!(story.page(), PageView::SafeToUnplug { name } if name == "Family"));
}

#[test]
fn more_can_be_got_back_without_opening_again() {
    let mut story = Story::restoring();
    story.reads(ReadingEvent::Restored(Box::new(Ok(restore_report()))));
    story.press(Command::Type('m'));
    assert!(matches!(story.reading_page(), ReadingView::What { .. }));
    assert_eq!(story.ask(), None);
}

#[test]
fn what_is_wanted_is_what_is_ordered() {
    let mia = |name: &str| {
        RestoreFrom::Snapshot(VolumePath::new(format!("sources/Mia [1a2b3c4d]/{name}")))
    };
    let path = |text: &str| StoredPath::parse(text).expect("a path");
    let span = |first: Option<&str>, last: Option<&str>, undated| {
        let day = |text: &str| text.parse().expect("a day");
        crate::DateSpan {
            first: first.map(day),
            last: last.map(day),
            undated,
        }
    };
    let all = |from| RestoreOrder::all(from);
    type Way = fn(&mut Story);
    let table: [(Way, RestoreOrder); 5] = [
        // Mia, all of it, by month.
        (
            |story| {
                story.down_and_accept(2);
                story.press(Command::Accept);
                story.down_and_accept(1);
            },
            RestoreOrder {
                layout: RestoreLayout::ByMonth,
                ..all(mia("0007 2026-11-21"))
            },
        ),
        // An older snapshot of Mia.
        (
            |story| {
                story.down_and_accept(2);
                story.down_and_accept(3);
                story.down_and_accept(1);
                (0..3).for_each(|_| story.press(Command::Up));
                story.press(Command::Accept);
                story.press(Command::Accept);
            },
            all(mia("0003 2025-05-01")),
        ),
        // A span of days of everything, with those that have no date.
        (
            |story| {
                story.press(Command::Accept);
                story.down_and_accept(1);
                story.type_text("2024-02");
                story.press(Command::Accept);
                story.type_text("2024");
                story.press(Command::Down);
                story.press(Command::Type(' '));
                story.press(Command::Accept);
                story.press(Command::Accept);
            },
            RestoreOrder {
                dates: Some(span(
                    Some("2024-02-01"),
                    Some("2024-12-31"),
                    crate::UndatedFiles::Restored,
                )),
                ..all(RestoreFrom::AllSources)
            },
        ),
        // A year and all after it, of Mia.
        (
            |story| {
                story.down_and_accept(2);
                story.down_and_accept(2);
                story.type_text("2025");
                story.press(Command::Accept);
                story.press(Command::Accept);
                story.press(Command::Accept);
            },
            RestoreOrder {
                dates: Some(span(Some("2025-01-01"), None, crate::UndatedFiles::LeftOut)),
                ..all(mia("0007 2026-11-21"))
            },
        ),
        // A folder and a file of Mia.
        (
            browse_and_mark,
            RestoreOrder {
                only: vec![path("Phone/DCIM"), path("Phone/note.txt")],
                ..all(mia("0007 2026-11-21"))
            },
        ),
    ];
    for (way, order) in table {
        let mut story = Story::reading_open();
        way(&mut story);
        story.handle(Event::DeviceSeen(stick(STICK)));
        story.wait_ms(1_000);
        assert!(
            matches!(story.reading_page(), ReadingView::Where { .. }),
            "{order:?}: {:?}",
            story.reading_page()
        );
        story.press(Command::Accept);
        assert!(matches!(
            story.ask(),
            Some(ReadingEffect::PrepareTarget { .. })
        ));
        story.reads(ReadingEvent::TargetReady(Ok(target_disk(STICK))));
        assert_eq!(order.names, RestoreNames::Fitting);
        assert_eq!(story.ask(), Some(ReadingEffect::Plan(order)));
    }
}

fn entry(path: &str, kind: ArchivedKind) -> ArchivedEntry {
    ArchivedEntry {
        path: StoredPath::parse(path).expect("a path"),
        name: path.rsplit('/').next().unwrap_or(path).into(),
        kind,
    }
}

/// Answers a folder's listing.
fn list(story: &mut Story, folder: Option<&str>, entries: Vec<ArchivedEntry>) {
    let folder = folder.map(|it| StoredPath::parse(it).expect("a path"));
    let snapshot = VolumePath::new("sources/Mia [1a2b3c4d]/0007 2026-11-21");
    let listing = ReadingEffect::List {
        snapshot: snapshot.clone(),
        folder: folder.clone(),
    };
    assert_eq!(story.ask(), Some(listing));
    // One that comes too late for another folder is not taken for this one.
    story.reads(ReadingEvent::Listed {
        snapshot: snapshot.clone(),
        folder: Some(StoredPath::parse("Elsewhere").expect("a path")),
        entries: Ok(Vec::new()),
    });
    story.reads(ReadingEvent::Listed {
        snapshot,
        folder,
        entries: Ok(entries),
    });
}

fn browse_and_mark(story: &mut Story) {
    let folder = |path: &str| {
        let kind = ArchivedKind::Folder {
            files: 10,
            bytes: 1_000,
        };
        entry(path, kind)
    };
    let file = |path: &str| {
        let kind = ArchivedKind::File {
            bytes: 7,
            day: None,
        };
        entry(path, kind)
    };
    story.down_and_accept(2);
    story.down_and_accept(1);
    list(story, None, vec![folder("Phone")]);
    story.press(Command::Accept);
    let in_phone = || vec![folder("Phone/DCIM"), file("Phone/note.txt")];
    list(story, Some("Phone"), in_phone());
    story.press(Command::Accept);
    list(story, Some("Phone/DCIM"), vec![file("Phone/DCIM/a.jpg")]);
    // What is in a folder that is marked later comes with that.
    story.press(Command::Type(' '));
    story.press(Command::Back);
    list(story, Some("Phone"), in_phone());
    match story.reading_page() {
        ReadingView::Browse(view) => {
            assert!(view.lines[0].has_marked && !view.lines[0].is_marked);
            assert_eq!((view.marked_files, view.marked_bytes), (1, 7));
        }
        page => panic!("{page:?}"),
    }
    story.press(Command::Type(' '));
    story.press(Command::Down);
    story.press(Command::Type(' '));
    match story.reading_page() {
        ReadingView::Browse(view) => {
            assert!(view.lines.iter().all(|line| line.is_marked));
            assert_eq!((view.marked_files, view.marked_bytes), (11, 1_007));
        }
        page => panic!("{page:?}"),
    }
    (0..2).for_each(|_| story.press(Command::Up));
    story.press(Command::Accept);
    story.press(Command::Accept);
}

#[test]
fn escape_leads_back_step_by_step_and_asks_before_it_locks() {
    let mut story = Story::with_plan();
    let is_where = |page: ReadingView| matches!(page, ReadingView::Where { .. });
    story.press(Command::Back);
    assert!(is_where(story.reading_page()));
    story.press(Command::Back);
    assert!(matches!(story.reading_page(), ReadingView::Layout { .. }));
    story.press(Command::Back);
    assert!(matches!(story.reading_page(), ReadingView::Part { .. }));
    story.press(Command::Back);
    assert!(matches!(story.reading_page(), ReadingView::What { .. }));
    story.press(Command::Back);
    assert!(matches!(
        story.reading_page(),
        ReadingView::ConfirmLeave { .. }
    ));
    story.press(Command::Back);
    assert!(matches!(story.reading_page(), ReadingView::What { .. }));
    assert_eq!(story.ask(), None);
    story.press(Command::Back);
    story.press(Command::Accept);
    assert_eq!(story.ask(), Some(ReadingEffect::Close));
    story.reads(ReadingEvent::Closed);
    assert!(matches!(story.page(), PageView::SafeToUnplug { .. }));
}

#[test]
fn help_is_on_every_page_and_changes_nothing() {
    let mut story = Story::with_plan();
    story.press(Command::Help);
    assert!(story.machine.view().help);
    story.press(Command::Accept);
    assert!(!story.machine.view().help);
    assert_eq!(story.ask(), None);
    assert!(matches!(story.reading_page(), ReadingView::Plan { .. }));
}
