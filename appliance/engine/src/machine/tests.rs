//! Stories on the machine alone: events in, effects and views out, with a clock that is a number.

mod disks;
mod prepare;

use super::running::FRUITLESS_STALLS_MAX;
use super::*;
use crate::classify::*;
use crate::device::*;
use crate::{
    MediaChoice, Passphrase, Progress, RunError, SourceError, SourceIdentity, SourceKind, Space,
};

const NOON: Now = Now {
    monotonic_ms: 1_000,
    unix_s: 1_795_348_800,
};

/// What is chosen for a phone or a card before anybody chose.
const USUAL: RunWish = RunWish {
    choice: MediaChoice::AllMedia,
    reads_twice: false,
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
        story.handle(Event::LayoutApplied { applied: true });
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
        self.handle(Event::DeviceSeen(phone(id)));
        assert_eq!(
            self.effect(),
            Some(Effect::ProbeSource(DeviceId(id.into())))
        );
        self.handle(Event::SourceProbed {
            device: DeviceId(id.into()),
            outcome: Ok(identity()),
        });
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
        damaged: Vec::new(),
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

#[test]
fn the_layout_is_asked_first_and_a_letter_jumps_to_it() {
    let mut story = Story::begin();
    story.press(Command::Type('d'));
    assert!(matches!(story.page(), PageView::Layout { cursor: 1, .. }));
    story.press(Command::Type('D'));
    assert!(matches!(story.page(), PageView::Layout { cursor: 2, .. }));
    story.press(Command::Up);
    story.press(Command::Accept);
    assert_eq!(
        story.effect(),
        Some(Effect::ApplyLayout { code: "de".into() })
    );
    story.handle(Event::LayoutApplied { applied: false });
    assert!(matches!(
        story.page(),
        PageView::Layout { refused: true, .. }
    ));
    story.press(Command::Accept);
    story.handle(Event::LayoutApplied { applied: true });
    assert!(story.home().looking);
}

#[test]
fn a_clock_before_the_build_is_asked_about() {
    let mut story = Story::begin_at(Now {
        monotonic_ms: 0,
        unix_s: 0,
    });
    story.press(Command::Accept);
    story.handle(Event::LayoutApplied { applied: true });
    for wrong in ["", "2020-01-01", "2026-02-30", "yesterday"] {
        story.type_text(wrong);
        story.press(Command::Accept);
        assert!(
            matches!(story.page(), PageView::Date { refused: true, .. }),
            "{wrong}"
        );
        wrong.chars().for_each(|_| story.press(Command::Erase));
    }
    assert_eq!(
        story.effect(),
        Some(Effect::ApplyLayout { code: "us".into() })
    );
    story.type_text("2026-11-22");
    story.press(Command::Accept);
    assert_eq!(
        story.effect(),
        Some(Effect::SetClock {
            unix_s: 1_795_348_800
        })
    );
    story.home();
}

#[test]
fn an_empty_disk_is_set_up_with_a_name_and_a_passphrase_typed_twice() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.press(Command::Accept);
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NameArchive {
            refused: Some(NameRefusal::Empty),
            ..
        }
    ));
    story.type_text("it's $HOME");
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NameArchive {
            refused: Some(NameRefusal::Unusable),
            ..
        }
    ));
    (0..20).for_each(|_| story.press(Command::Erase));
    story.type_text("Family");
    story.press(Command::Accept);
    story.type_text("short");
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NewPassphrase {
            refused: Some(PassphraseRefusal::TooShort { .. }),
            ..
        }
    ));
    story.type_text(" no longer");
    story.press(Command::Accept);
    story.type_text("something else");
    story.press(Command::Accept);
    assert!(matches!(
        story.page(),
        PageView::NewPassphrase {
            refused: Some(PassphraseRefusal::Differ),
            typed_chars: 0,
            ..
        }
    ));
    for _ in 0..2 {
        assert_eq!(story.effect(), None);
        story.type_text("short no longer");
        story.press(Command::Accept);
    }
    let expected = Effect::SetUpDrive {
        disk: disk("sdb@1", 1_000_000_000_000, vec![]),
        name: "Family".into(),
        passphrase: passphrase("short no longer"),
    };
    assert_eq!(story.effect(), Some(expected));
    story.handle(Event::SetUpReached(SetUpStep::Encrypting));
    assert!(matches!(
        story.page(),
        PageView::SettingUp {
            step: SetUpStep::Encrypting,
            ..
        }
    ));
    story.handle(Event::SetUpEnded(Ok(opened("sdb@1"))));
    story.press(Command::Accept);
    assert!(story.home().archive.is_some());
}

#[test]
fn a_disk_with_something_on_it_is_erased_only_after_its_name_was_typed() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk(
        "sdb@1",
        1_000_000_000_000,
        vec![partition("", "ntfs")],
    )));
    story.press(Command::Accept);
    for wrong in ["", "yes", "disk"] {
        story.type_text(wrong);
        story.press(Command::Accept);
        assert!(
            matches!(story.page(), PageView::ConfirmErase { refused: true, .. }),
            "{wrong}"
        );
        wrong.chars().for_each(|_| story.press(Command::Erase));
    }
    story.type_text("maker  disk 3000");
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::NameArchive { .. }));
    assert_eq!(story.effect(), None);
}

#[test]
fn a_stick_and_a_small_disk_are_refused_with_the_reason() {
    for (facts, reason) in [
        (
            disk(
                "sda@1",
                8_000_000_000,
                vec![partition(STICK_PARTITION_NAME, "vfat")],
            ),
            Unfit::BootStick,
        ),
        (
            disk("sdc@1", 1_000_000, vec![]),
            Unfit::TooSmall {
                size_bytes: 1_000_000,
            },
        ),
    ] {
        let mut story = Story::at_home();
        story.handle(Event::DeviceSeen(facts));
        story.press(Command::Accept);
        match story.page() {
            PageView::CannotSetUp { reason: shown, .. } => assert_eq!(shown, reason),
            page => panic!("{page:?}"),
        }
        story.press(Command::Accept);
        assert_eq!(story.effect(), None);
        story.home();
    }
}

#[test]
fn a_wrong_passphrase_is_asked_again() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
    story.press(Command::Accept);
    story.type_text("wrong one");
    story.press(Command::Accept);
    story.handle(Event::ArchiveOpened(Err(DriveError::WrongPassphrase)));
    assert!(matches!(
        story.page(),
        PageView::Unlock {
            refused: true,
            typed_chars: 0,
            ..
        }
    ));
}

#[test]
fn a_locked_phone_is_asked_again_after_a_pause_and_no_sooner() {
    let mut story = Story::at_home();
    let id = DeviceId("phone@5".into());
    story.handle(Event::DeviceSeen(phone("phone@5")));
    assert_eq!(story.effect(), Some(Effect::ProbeSource(id.clone())));
    story.handle(Event::SourceProbed {
        device: id.clone(),
        outcome: Err(SourceError::Locked),
    });
    assert_eq!(story.home().devices[0].state, DeviceState::WaitsForPerson);
    story.wait_ms(1_000);
    assert_eq!(story.effect(), None);
    story.wait_ms(2_000);
    assert_eq!(story.effect(), Some(Effect::ProbeSource(id.clone())));
    story.handle(Event::SourceProbed {
        device: id,
        outcome: Ok(identity()),
    });
    assert_eq!(story.home().devices[0].state, DeviceState::Ready);
}

#[test]
fn an_unplugged_phone_goes_on_by_itself_when_it_is_back() {
    let mut story = Story::with_run();
    story.handle(Event::RunMoved(Progress::Verified {
        files: 7,
        bytes: 70,
    }));
    story.handle(Event::DeviceGone(DeviceId("phone@5".into())));
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    assert!(matches!(
        story.page(),
        PageView::Waiting {
            reason: WaitReason::Unplugged,
            safe_files: 7,
            ..
        }
    ));
    story.plug_in_phone("phone@6");
    assert_eq!(story.effect(), Some(run_effect("phone@6")));
    assert!(matches!(story.page(), PageView::Archiving(_)));
}

#[test]
fn another_phone_does_not_go_on_with_the_first_ones_run() {
    let mut story = Story::with_run();
    story.handle(Event::DeviceGone(DeviceId("phone@5".into())));
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    story.handle(Event::DeviceSeen(phone("phone@6")));
    story.effect();
    let other = SourceIdentity {
        serial: Some("2".into()),
        ..identity()
    };
    story.handle(Event::SourceProbed {
        device: DeviceId("phone@6".into()),
        outcome: Ok(other),
    });
    assert_eq!(story.effect(), None);
    assert!(matches!(story.page(), PageView::Waiting { .. }));
}

#[test]
fn a_phone_that_was_back_before_the_run_noticed_goes_on_too() {
    let mut story = Story::with_run();
    story.handle(Event::DeviceGone(DeviceId("phone@5".into())));
    story.plug_in_phone("phone@6");
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceGone))));
    assert_eq!(story.effect(), Some(run_effect("phone@6")));
}

#[test]
fn a_phone_that_stalls_again_and_again_is_given_up() {
    let mut story = Story::with_run();
    for round in 1..FRUITLESS_STALLS_MAX {
        story.handle(Event::RunEnded(Box::new(Err(RunError::SourceStalled))));
        assert!(
            matches!(
                story.page(),
                PageView::Waiting {
                    reason: WaitReason::Stalled,
                    ..
                }
            ),
            "{round}"
        );
        story.wait_ms(10_000);
        assert!(matches!(story.effect(), Some(Effect::ProbeSource(_))));
        story.handle(Event::SourceProbed {
            device: DeviceId("phone@5".into()),
            outcome: Ok(identity()),
        });
        assert_eq!(story.effect(), Some(run_effect("phone@5")));
    }
    story.handle(Event::RunEnded(Box::new(Err(RunError::SourceStalled))));
    assert!(matches!(story.page(), PageView::RunTrouble { .. }));
}

#[test]
fn a_drive_pulled_in_a_run_is_closed_after_the_run_and_asked_for_again() {
    let mut story = Story::with_run();
    story.handle(Event::DeviceGone(DeviceId("sdb@1".into())));
    assert_eq!(story.effect(), None);
    story.handle(Event::RunEnded(Box::new(Err(RunError::DriveGone))));
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    assert!(matches!(story.page(), PageView::DrivePulled { .. }));
    story.handle(Event::ArchiveClosed);
    story.handle(Event::DeviceSeen(archive_drive("sdb@2")));
    assert!(matches!(story.page(), PageView::Unlock { .. }));
}

#[test]
fn a_run_stops_only_after_a_second_key() {
    let mut story = Story::with_run();
    story.press(Command::Back);
    assert!(matches!(story.page(), PageView::ConfirmStop { .. }));
    story.press(Command::Back);
    assert!(matches!(story.page(), PageView::Archiving(_)));
    assert_eq!(story.effect(), None);
    story.press(Command::Back);
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::StopRun));
    story.handle(Event::RunEnded(Box::new(Err(RunError::Stopped))));
    story.home();
}

#[test]
fn the_cursor_stays_on_what_the_person_chose() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.handle(Event::DeviceSeen(disk("sdc@2", 2_000_000_000_000, vec![])));
    story.press(Command::Down);
    let chosen = story.home().choices[1].clone();
    story.handle(Event::DeviceSeen(archive_drive("sdd@3")));
    assert_eq!(story.home().choices[story.home().cursor], chosen);
    story.handle(Event::DeviceGone(DeviceId("sdc@2".into())));
    assert_eq!(story.home().cursor, 0);
}

#[test]
fn enter_is_not_taken_for_a_choice_that_just_slipped_under_the_cursor() {
    let mut story = Story::at_home();
    assert_eq!(story.home().choices, [Choice::PowerOff]);
    story.now.monotonic_ms += 5_000;
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.now.monotonic_ms += 300;
    story.handle(Event::Pressed(Command::Accept));
    story.home();
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::NameArchive { .. }));
}

#[test]
fn a_locked_archive_says_that_its_drive_may_go() {
    let mut story = Story::with_open_archive();
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    story.handle(Event::ArchiveClosed);
    assert!(matches!(story.page(), PageView::SafeToUnplug { .. }));
    story.handle(Event::DeviceGone(DeviceId("sdb@1".into())));
    story.press(Command::Accept);
    assert!(story.home().archive.is_none());
}

#[test]
fn what_is_refused_is_offered_last() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk(
        "sda@1",
        8_000_000_000,
        vec![partition(STICK_PARTITION_NAME, "vfat")],
    )));
    story.handle(Event::DeviceSeen(disk("sdb@2", 1_000_000_000_000, vec![])));
    let sizes: Vec<_> = story
        .home()
        .choices
        .iter()
        .filter_map(|choice| match choice {
            Choice::SetUp(disk) => Some(disk.size_bytes),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [1_000_000_000_000, 8_000_000_000]);
}

#[test]
fn switching_off_asks_then_locks_then_ends() {
    let mut story = Story::with_open_archive();
    (0..9).for_each(|_| story.press(Command::Down));
    story.press(Command::Accept);
    assert!(matches!(story.page(), PageView::ConfirmPowerOff));
    assert_eq!(story.effect(), None);
    story.press(Command::Accept);
    assert_eq!(story.effect(), Some(Effect::CloseArchive));
    story.handle(Event::ArchiveClosed);
    assert_eq!(story.effect(), Some(Effect::PowerOff));
}

#[test]
fn a_disk_unplugged_while_it_is_asked_about_is_let_go_of() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.press(Command::Accept);
    story.type_text("Fam");
    story.handle(Event::DeviceGone(DeviceId("sdb@1".into())));
    assert!(matches!(
        story.page(),
        PageView::DriveTrouble {
            error: DriveError::Gone,
            ..
        }
    ));
    story.press(Command::Accept);
    story.home();
}

#[test]
fn a_disk_that_turns_out_to_hold_something_is_not_erased_on_an_old_answer() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    story.press(Command::Accept);
    story.type_text("Fam");
    story.handle(Event::DeviceSeen(disk("sdb@1", 1_000_000_000_000, vec![])));
    assert!(matches!(story.page(), PageView::NameArchive { .. }));
    story.handle(Event::DeviceSeen(disk(
        "sdb@1",
        1_000_000_000_000,
        vec![partition("", "ntfs")],
    )));
    assert!(matches!(
        story.page(),
        PageView::DriveTrouble {
            error: DriveError::Changed,
            ..
        }
    ));
    assert_eq!(story.effect(), None);
}

#[test]
fn no_secret_is_in_what_is_printed_for_developers() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(archive_drive("sdb@1")));
    story.press(Command::Accept);
    story.type_text("tulip-secret");
    assert!(!format!("{:?}", story.machine).contains("tulip"));
    story.press(Command::Accept);
    assert!(!format!("{:?}", story.effect()).contains("tulip"));
}
