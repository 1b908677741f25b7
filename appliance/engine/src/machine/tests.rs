//! Stories on the machine alone: events in, effects and views out, with a clock that is a number.

mod audit;
mod begin;
mod disks;
mod drives;
mod home;
mod keys_passphrase;
mod keys_shares;
mod names;
mod plan;
mod prepare;
mod printing;
mod queue;
mod reading;
mod reading_plan;
mod reading_pulled;
mod reading_target;
mod reading_unlock;
mod running;
mod sheet_copy;

use super::*;
use crate::classify::*;
use crate::device::*;
use crate::{
    Completeness, GroupCounts, KindCounts, LeftOutCount, MediaChoice, Passphrase, Progress,
    RunError, RunReport, SourceError, SourceIdentity, SourceKind, Space,
};
use heirloom_format::{Digest, SourceShortId, SourceTraits};

const NOON: Now = Now {
    monotonic_ms: 1_000,
    unix_s: 1_795_348_800,
};

/// What is chosen for a phone or a card before anybody chose.
const USUAL: RunWish = RunWish {
    choice: MediaChoice::AllMedia,
    reading: SourceReading::New,
};

struct Story {
    machine: Machine,
    now: Now,
}

impl Story {
    fn begin() -> Self {
        Self::begin_at(NOON)
    }

    fn begin_at(now: Now) -> Self {
        let layouts = vec![
            layout("us", "English (US)"),
            layout("de", "Deutsch (German)"),
            layout("dk", "Dansk (Danish)"),
        ];
        let setting = Setting {
            layouts,
            from_drive: false,
            built_unix_s: 1_795_000_000,
        };
        Self {
            machine: Machine::new(now, setting),
            now,
        }
    }

    fn at_home() -> Self {
        let mut story = Self::begin();
        story.press(Command::Accept);
        assert_eq!(
            story.effect(),
            Some(Effect::ApplyLayout { code: "us".into() })
        );
        story.handle(Event::LayoutApplied {
            applied: true,
            paper: Paper::A4,
        });
        story.handle(Event::DevicesSettled);
        story
    }

    fn with_open_archive() -> Self {
        let mut story = Self::at_home();
        story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
        story.press(Command::Accept);
        story.type_text("correct horse");
        story.press(Command::Accept);
        assert!(matches!(story.effect(), Some(Effect::OpenArchive { .. })));
        story.handle(Event::ArchiveOpened(Ok(opened("sdb@1"))));
        story
    }

    fn with_run() -> Self {
        let mut story = Self::with_open_archive();
        story.plug_in_phone("phone@5");
        story.press(Command::Accept);
        story.press(Command::Accept);
        assert_eq!(story.effect(), Some(run_effect("phone@5")));
        story
    }

    fn plug_in_phone(&mut self, id: &str) {
        self.plug_in(id, identity());
    }

    /// Plugs in a phone that says this of itself.
    fn plug_in(&mut self, id: &str, identity: SourceIdentity) {
        self.handle(Event::DeviceSeen(phone(id)));
        assert_eq!(
            self.effect(),
            Some(Effect::ProbeSource(DeviceId(id.into())))
        );
        self.handle(Event::SourceProbed {
            device: DeviceId(id.into()),
            outcome: Ok(identity),
        });
    }

    fn unplug(&mut self, id: &str) {
        self.handle(Event::DeviceGone(DeviceId(id.into())));
    }

    /// The run ends with its report, and the archive has this folder.
    fn run_done(&mut self, folder: &str) {
        let before = self.machine.archive.iter();
        let mut source_folders: Vec<_> = before
            .flat_map(|archive| archive.source_folders.clone())
            .collect();
        source_folders.push(folder.to_owned());
        let done = RunDone {
            report: report(folder),
            sheet_written: true,
            archive: OpenedArchive {
                source_folders,
                ..opened("sdb@1")
            },
        };
        self.handle(Event::RunEnded(Box::new(Ok(done))));
    }

    fn run_failed(&mut self, error: RunError) {
        self.handle(Event::RunEnded(Box::new(Err(error))));
    }

    fn handle(&mut self, event: Event) {
        self.machine.handle(self.now, event);
    }

    /// A press after a second's thought.
    fn press(&mut self, command: Command) {
        self.now.monotonic_ms += 1_000;
        self.handle(Event::Pressed(command));
    }

    fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.press(Command::Type(character));
        }
    }

    fn wait_ms(&mut self, ms: u64) {
        self.now.monotonic_ms += ms;
        self.machine.tick(self.now);
    }

    fn effect(&mut self) -> Option<Effect> {
        self.machine.poll_effect()
    }

    fn page(&self) -> PageView {
        self.machine.view().page
    }

    fn home(&self) -> HomeView {
        match self.page() {
            PageView::Home(home) => home,
            page => panic!("not at home but on {page:?}"),
        }
    }
}

fn layout(code: &str, name: &str) -> Layout {
    Layout {
        code: code.into(),
        name: name.into(),
    }
}

fn phone(id: &str) -> DeviceFacts {
    let form = UsbFacts {
        vendor_id: 0x18d1,
        product_id: 1,
        interfaces: vec![(6, 1, 1)],
        interface_names: vec!["MTP".into()],
    };
    facts(id, "Google", "Pixel 8", DeviceForm::Usb(form))
}

fn facts(id: &str, manufacturer: &str, model: &str, form: DeviceForm) -> DeviceFacts {
    DeviceFacts {
        id: DeviceId(id.into()),
        manufacturer: manufacturer.into(),
        model: model.into(),
        serial: None,
        form,
    }
}

fn disk(id: &str, size_bytes: u64, partitions: Vec<PartitionFacts>) -> DeviceFacts {
    let form = DiskFacts {
        bus: DiskBus::Usb,
        size_bytes,
        removable: false,
        read_only: false,
        whole: None,
        partitions,
    };
    facts(id, "Maker", "Disk 3000", DeviceForm::Disk(form))
}

fn partition(name: &str, kind: &str) -> PartitionFacts {
    let content = Content {
        kind: kind.into(),
        label: "Family".into(),
        uuid: "u".into(),
    };
    PartitionFacts {
        number: 2,
        name: name.into(),
        size_bytes: 1,
        content: Some(content),
    }
}

fn archive_drive(id: &str) -> DeviceFacts {
    disk(
        id,
        1_000_000_000_000,
        vec![partition(ARCHIVE_PARTITION_NAME, "crypto_LUKS")],
    )
}

fn identity() -> SourceIdentity {
    SourceIdentity {
        kind: SourceKind::Phone,
        manufacturer: "Google".into(),
        model: "Pixel 8".into(),
        serial: Some("1".into()),
    }
}

fn opened(device: &str) -> OpenedArchive {
    OpenedArchive {
        device: DeviceId(device.into()),
        name: "Family".into(),
        generation: 3,
        last_date: Some("2026-11-20".into()),
        space: Space {
            total_bytes: 100,
            free_bytes: 50,
        },
        source_folders: Vec::new(),
        damaged: Vec::new(),
        has_executors: false,
        boots: None,
        plan: Some(Box::default()),
    }
}

/// The folder that a phone of the stories has in the archive, under this name.
fn folder(name: &str, serial: &str) -> String {
    let id = SourceShortId::of(SourceTraits {
        manufacturer: "Google",
        model: "Pixel 8",
        serial: Some(serial),
        storages: &[],
    });
    id.folder_name(name)
}

/// The report of a run that could not copy everything: only a run itself can prove that it did.
fn report(folder: &str) -> RunReport {
    RunReport {
        snapshot: "0004 2026-11-22".parse().expect("a snapshot's name"),
        folder: format!("sources/{folder}/0004 2026-11-22"),
        head: Digest::of(b""),
        source_name: "Google Pixel 8".into(),
        up_to_date: false,
        completeness: Completeness::Incomplete,
        files: 10,
        bytes: 1_000,
        kinds: KindCounts::default(),
        groups: GroupCounts::default(),
        marks: Default::default(),
        new_files: 3,
        new_bytes: 300,
        known_content_files: 0,
        resumed_files: 0,
        linked_files: 7,
        gone_but_kept_files: 0,
        first_day: None,
        last_day: None,
        problems: Vec::new(),
        suspect_files: 0,
        left_out: LeftOutCount::default(),
        unwanted: Vec::new(),
        unwanted_thumbnails: 0,
        differences: Vec::new(),
        damage: Vec::new(),
    }
}

fn run_effect(device: &str) -> Effect {
    Effect::Run {
        device: DeviceId(device.into()),
        source_name: "Google Pixel 8".into(),
        wish: USUAL,
    }
}

fn passphrase(text: &str) -> Passphrase {
    let mut secret = Passphrase::new();
    for character in text.chars() {
        assert!(secret.push(character));
    }
    secret
}
