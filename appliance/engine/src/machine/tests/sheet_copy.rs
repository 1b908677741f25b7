//! The restore sheet on a plain stick.

use super::reading::stick;
use super::*;
use crate::{SheetCopyError, SheetCopyView, TargetDiskError};

fn is_offered(story: &Story) -> bool {
    story.home().choices.contains(&Choice::CopySheet)
}

fn shown(story: &Story) -> SheetCopyView {
    match story.page() {
        PageView::SheetCopy(view) => view,
        page => panic!("{page:?}"),
    }
}

fn choosing() -> Story {
    let mut story = Story::with_open_archive();
    assert!(!is_offered(&story));
    story.handle(Event::DeviceSeen(stick("sdx@1")));
    story.handle(Event::DeviceSeen(stick("sdy@1")));
    story.choose_at_home(|choice| *choice == Choice::CopySheet);
    story
}

fn copies_to(device: &str) -> Option<Effect> {
    Some(Effect::CopySheet {
        disk: stick(device),
        partition: 1,
    })
}

#[test]
fn it_goes_to_the_stick_that_was_chosen() {
    for (downs, device) in [(0, "sdx@1"), (1, "sdy@1")] {
        let mut story = choosing();
        (0..downs).for_each(|_| story.press(Command::Down));
        story.press(Command::Accept);
        assert_eq!(story.effect(), copies_to(device));
        assert!(matches!(shown(&story), SheetCopyView::Copying { .. }));
        story.handle(Event::SheetCopied(Ok("Heirloom/Sheet.pdf".to_owned())));
        match shown(&story) {
            SheetCopyView::Done { file, .. } => assert_eq!(file, "Heirloom/Sheet.pdf"),
            page => panic!("{page:?}"),
        }
        story.press(Command::Accept);
        assert!(is_offered(&story));
    }
}

#[test]
fn nothing_is_taken_in_the_place_of_a_stick_that_went() {
    let mut story = choosing();
    story.unplug("sdx@1");
    story.press(Command::Accept);
    assert_eq!(story.effect(), None);
    assert!(matches!(
        shown(&story),
        SheetCopyView::Where { cursor: None, .. }
    ));
    story.press(Command::Down);
    story.press(Command::Accept);
    assert_eq!(story.effect(), copies_to("sdy@1"));
}

#[test]
fn a_failure_is_told_and_another_place_can_be_chosen() {
    let mut story = choosing();
    story.press(Command::Accept);
    let error = SheetCopyError::Disk(TargetDiskError::Gone);
    story.handle(Event::SheetCopied(Err(error.clone())));
    assert!(matches!(shown(&story), SheetCopyView::Failed { error: told, .. } if told == error));
    story.press(Command::Accept);
    assert!(matches!(
        shown(&story),
        SheetCopyView::Where {
            cursor: Some(0),
            ..
        }
    ));
    story.press(Command::Back);
    story.home();
}
