//! The recovery plan as whoever gets pictures back finds it.

use heirloom_format::Plan;

use super::reading::read_archive;
use super::*;

#[test]
fn the_plan_can_be_looked_at_and_says_what_is_wished_first() {
    let text = r#"{"version": 1, "rehearsals": [], "restore_order": ["letters", "Mia"],
        "people": [{"name": "Ben", "role": "executor"}], "kept": [{"what": "sheet", "place": "safe"}]}"#;
    let mut archive = read_archive();
    *archive.plan = Plan::parse(text.as_bytes()).expect("a plan");
    let mut story = Story::reading(archive);
    let ReadingView::What {
        wished, has_plan, ..
    } = story.reading_page()
    else {
        panic!("{:?}", story.reading_page());
    };
    assert_eq!(wished, ["letters", "Mia"]);
    assert!(has_plan);
    // After everything, and the two sources.
    story.down_and_accept(3);
    (0..9).for_each(|_| story.press(Command::Down));
    match story.reading_page() {
        ReadingView::RecoveryPlan {
            entries, scroll, ..
        } => assert_eq!((entries.len(), scroll), (4, 3)),
        page => panic!("{page:?}"),
    }
    story.press(Command::Back);
    let at = |story: &Story| match story.reading_page() {
        ReadingView::What { cursor, .. } => cursor,
        page => panic!("{page:?}"),
    };
    assert_eq!(at(&story), 3);
    // Where it says nothing, it is not offered.
    let mut story = Story::reading_open();
    (0..9).for_each(|_| story.press(Command::Down));
    assert_eq!(at(&story), 2);
}
