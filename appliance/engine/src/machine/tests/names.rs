//! What sources are called.

use super::*;
use crate::{NameOrigin, PrepareView, SourceNameRefusal};

const PHONE: &str = "phone@5";

fn numbered(serial: Option<&str>) -> SourceIdentity {
    SourceIdentity {
        serial: serial.map(str::to_owned),
        ..identity()
    }
}

/// An open archive with these folders, and a phone with this serial number.
fn with(folders: &[String], serial: Option<&str>) -> Story {
    let mut story = Story::with_open_archive();
    story.handle(Event::SourcesKnown(folders.to_vec()));
    story.plug_in(PHONE, numbered(serial));
    story
}

fn preparation(story: &Story) -> PrepareView {
    match story.page() {
        PageView::Prepare(view) => view,
        page => panic!("{page:?}"),
    }
}

/// Goes to the line with the name, clears it, types this, and goes on with Enter.
fn name(story: &mut Story, name: &str) {
    (0..3).for_each(|_| story.press(Command::Down));
    story.type_text(name);
    story.press(Command::Accept);
}

fn run_as(story: &mut Story) -> String {
    match story.effect() {
        Some(Effect::Run { source_name, .. }) => source_name,
        effect => panic!("{effect:?} on {:?}", story.page()),
    }
}

#[test]
fn names_come_from_the_archive_or_the_device_and_no_two_are_the_same() {
    use NameOrigin::{Archived, Device};
    let anna = || folder("Anna's Pixel", "1");
    let other = |name: &str| folder(name, "2");
    let table = [
        (vec![], Some("1"), "Google Pixel 8", Device),
        (vec![anna()], Some("1"), "Anna's Pixel", Archived),
        (vec![anna()], Some("3"), "Google Pixel 8", Device),
        (
            vec![folder("50 % / 50", "1")],
            Some("1"),
            "50 % / 50",
            Archived,
        ),
        (
            vec![other("Google Pixel 8")],
            Some("1"),
            "Google Pixel 8 (2)",
            Device,
        ),
        (
            vec![other("google pixel 8"), folder("Google Pixel 8 (2)", "3")],
            Some("1"),
            "Google Pixel 8 (3)",
            Device,
        ),
        // It may be the very one that has the name.
        (
            vec![other("Google Pixel 8")],
            None,
            "Google Pixel 8",
            Device,
        ),
        (
            vec![other("Google Pixel 8")],
            Some(""),
            "Google Pixel 8",
            Device,
        ),
    ];
    for (folders, serial, expected, origin) in table {
        let mut story = with(&folders, serial);
        let choice = Choice::Archive {
            source: expected.into(),
        };
        assert_eq!(story.home().choices[0], choice, "{folders:?}");
        assert_eq!(story.home().devices[1].name, expected, "{folders:?}");
        story.press(Command::Accept);
        let view = preparation(&story);
        assert_eq!((view.name.as_str(), view.origin), (expected, origin));
        assert_eq!(view.model, "Google Pixel 8");
        story.press(Command::Accept);
        assert_eq!(run_as(&mut story), expected);
    }
}

#[test]
fn a_new_phone_is_called_as_a_person_types() {
    let table = [
        ("Anna's Pixel", "Anna's Pixel"),
        ("  Oma   Käthe ", "Oma Käthe"),
        ("", "Google Pixel 8"),
        ("   ", "Google Pixel 8"),
        ("Pixel: blue?", "Pixel: blue?"),
    ];
    for (typed, expected) in table {
        let mut story = with(&[], Some("1"));
        story.press(Command::Accept);
        name(&mut story, typed);
        assert_eq!(preparation(&story).name, expected);
        assert_eq!(preparation(&story).cursor, 0, "{typed:?}");
        story.press(Command::Accept);
        assert_eq!(run_as(&mut story), expected);
        match story.page() {
            PageView::Archiving(run) => assert_eq!(run.source, expected),
            page => panic!("{page:?}"),
        }
    }
}

#[test]
fn what_stands_there_can_be_mended_or_typed_anew() {
    let mut story = with(&[], Some("1"));
    story.press(Command::Accept);
    (0..3).for_each(|_| story.press(Command::Down));
    story.press(Command::Erase);
    story.type_text("a of Ben");
    assert_eq!(preparation(&story).name, "Google Pixel a of Ben");
    story.press(Command::Up);
    story.press(Command::Down);
    story.type_text("Ben");
    assert_eq!(preparation(&story).name, "Ben");
    story.type_text(&"n".repeat(100));
    assert_eq!(preparation(&story).name.chars().count(), 32);
}

#[test]
fn what_can_be_no_name_is_refused_before_anything_begins() {
    use SourceNameRefusal::{Taken, Unusable};
    let folders = [folder("Oma's phone", "2")];
    let table = [
        ("Anna/Pixel", Unusable),
        ("100 %", Unusable),
        ("a=b", Unusable),
        ("back\\slash", Unusable),
        (".hidden", Unusable),
        (
            "🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂🎂",
            Unusable,
        ),
        ("OMA'S  phone", Taken),
        // Another one that is plugged in, and new.
        ("Google Pixel 8 (2)", Taken),
    ];
    for (typed, refusal) in table {
        let mut story = with(&folders, Some("1"));
        story.plug_in("phone@6", numbered(Some("3")));
        story.press(Command::Accept);
        name(&mut story, typed);
        assert_eq!(preparation(&story).refused, Some(refusal), "{typed}");
        // Going around it does not help.
        (0..3).for_each(|_| story.press(Command::Up));
        story.press(Command::Accept);
        let view = preparation(&story);
        assert_eq!((view.refused, view.cursor), (Some(refusal), 3), "{typed}");
        assert_eq!(story.effect(), None);
        (0..32).for_each(|_| story.press(Command::Erase));
        assert_eq!(preparation(&story).refused, None);
        story.type_text("Anna");
        story.press(Command::Accept);
        story.press(Command::Accept);
        assert_eq!(run_as(&mut story), "Anna");
    }
}

#[test]
fn a_phone_that_the_archive_knows_keeps_its_name() {
    let mut story = with(&[folder("Anna's Pixel", "1")], Some("1"));
    story.press(Command::Accept);
    name(&mut story, "Ben's");
    assert_eq!(preparation(&story).name, "Anna's Pixel");
    (0..30).for_each(|_| story.press(Command::Erase));
    story.press(Command::Accept);
    assert_eq!(run_as(&mut story), "Anna's Pixel");
}

#[test]
fn a_name_that_was_typed_stays_until_the_archive_knows_one() {
    let mut story = with(&[], Some("1"));
    story.press(Command::Accept);
    name(&mut story, "Anna");
    story.press(Command::Back);
    let offered = |source: &str| Choice::Archive {
        source: source.into(),
    };
    assert_eq!(story.home().choices[0], offered("Anna"));
    // It begins, is stopped before it has a folder, is called otherwise, and is stopped with one.
    for (typed, folders, is_fixed) in [
        ("Anne", vec![], false),
        ("Anna's Pixel", vec![folder("Anna's Pixel", "1")], true),
    ] {
        story.press(Command::Accept);
        name(&mut story, typed);
        story.press(Command::Accept);
        assert_eq!(run_as(&mut story), typed);
        story.handle(Event::SourcesKnown(folders));
        story.run_failed(RunError::Stopped);
        assert_eq!(story.home().choices[0], offered(typed));
        story.press(Command::Accept);
        let is_archived = preparation(&story).origin == NameOrigin::Archived;
        assert_eq!(is_archived, is_fixed);
        story.press(Command::Back);
    }
}

#[test]
fn the_report_has_the_name_of_the_folder() {
    let mut story = with(&[], None);
    story.press(Command::Accept);
    story.press(Command::Accept);
    assert_eq!(run_as(&mut story), "Google Pixel 8");
    // It was recognised by its files.
    story.run_done("Oma's =2F old phone [01234567]");
    match story.page() {
        PageView::Report { source, .. } => assert_eq!(source, "Oma's / old phone"),
        page => panic!("{page:?}"),
    }
}
