//! Who has which share goes into the plan, and whom the plan names is proposed.

use super::*;

#[test]
fn what_could_not_be_noted_is_tried_again_and_the_shares_count_all_the_same() {
    let mut story = Story::at_first_share(scheme(2, 3));
    (0..3).for_each(|_| story.write_down_and_read_back());
    assert!(story.effect().is_some());
    story.handle(Event::Keys(KeysEvent::ExecutorsSet(Ok(()))));
    let first = story.effect();
    assert!(matches!(first, Some(Effect::WritePlan(_))));
    // Nothing is begun anew while it is being written.
    story.press(Command::Accept);
    assert!(matches!(story.keys(), KeysView::NotingShares));
    story.handle(Event::PlanWritten(Err(PlanWriteError::Full)));
    assert!(matches!(
        story.keys(),
        KeysView::SharesDone {
            noted: SharesNoted::Failed(PlanWriteError::Full),
            ..
        }
    ));
    story.press(Command::Accept);
    assert_eq!(story.effect(), first);
    story.handle(Event::PlanWritten(Err(PlanWriteError::Full)));
    story.press(Command::Back);
    assert!(story.home().archive.expect("open").has_executors);
}

#[test]
fn a_plan_that_can_not_be_read_is_not_written_for_shares() {
    let mut story = Story::at_first_share(scheme(2, 3));
    story.machine.archive.as_mut().expect("open").plan = None;
    (0..3).for_each(|_| story.write_down_and_read_back());
    assert!(story.effect().is_some());
    story.handle(Event::Keys(KeysEvent::ExecutorsSet(Ok(()))));
    assert_eq!(story.effect(), None);
    assert!(matches!(
        story.keys(),
        KeysView::SharesDone {
            noted: SharesNoted::NotPossible,
            ..
        }
    ));
}

#[test]
fn executors_of_the_plan_are_proposed_and_what_is_typed_counts() {
    let mut story = Story::with_open_archive();
    let plan = heirloom_format::Plan::parse(
        br#"{"version": 1, "rehearsals": [], "people": [
            {"name": "Mia", "role": "owner"}, {"name": "Anna", "role": "executor"},
            {"name": "Ben", "role": "executor"}, {"name": "Zo", "role": "executor"}]}"#,
    );
    let archive = story.machine.archive.as_mut().expect("open");
    archive.plan = plan.ok().map(Box::new);
    story.choose_executors();
    story.press(Command::Accept);
    let typed = |story: &Story| match story.keys() {
        KeysView::ExecutorName { typed, .. } => typed,
        view => panic!("{view:?}"),
    };
    assert_eq!(typed(&story), "Anna");
    story.press(Command::Suggest);
    assert_eq!(typed(&story), "Ben");
    story.press(Command::Accept);
    assert_eq!(typed(&story), "Anna");
    // The first key takes the place of what was proposed.
    story.type_text("Cleo");
    assert_eq!(typed(&story), "Cleo");
    story.press(Command::Accept);
    story.press(Command::Erase);
    assert_eq!(typed(&story), "");
    story.press(Command::Accept);
    assert!(matches!(story.keys(), KeysView::MakingShares));
    match &story.machine.page {
        Page::Keys(page) => {
            let expected = r#"executors: ["Ben", "Cleo", ""]"#;
            assert!(format!("{page:?}").contains(expected), "{page:?}");
        }
        page => panic!("{page:?}"),
    }
}
