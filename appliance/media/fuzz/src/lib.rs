//! What must hold for any bytes. Each function is the body of a fuzz target; `../tests/corpus.rs` runs them over the kept inputs.

use heirloom_media::{Checked, Checker, Choice, Kind, Named, Reason, Verdict, group};

/// A name, which is that of its target and of its corpus, and a body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Target; 3] = [
    ("checker", checker),
    ("classify", classify),
    ("groups", groups),
];

fn check(bytes: &[u8], piece_bytes: usize) -> Checked {
    let mut checker = Checker::new("any.jpg", None);
    bytes
        .chunks(piece_bytes.max(1))
        .for_each(|piece| checker.feed(piece));
    checker.finish()
}

/// The first byte says how long the pieces are: what comes in pieces is judged as what comes whole, and what is cut off really is.
pub fn checker(data: &[u8]) {
    let Some((piece_bytes, bytes)) = data.split_first() else {
        return;
    };
    let whole = check(bytes, bytes.len());
    assert_eq!(check(bytes, usize::from(*piece_bytes)), whole);
    let has = bytes.len() as u64;
    match whole.verdict {
        Verdict::Suspect(Reason::CutOff {
            needs_bytes,
            has_bytes,
        }) => assert!(has_bytes == has && needs_bytes > has),
        Verdict::Suspect(Reason::ZerosAtEnd { zero_bytes }) => {
            let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
            assert_eq!(zero_bytes, zeros as u64);
        }
        Verdict::Suspect(Reason::Garbled { at_bytes }) => assert!(at_bytes < has),
        Verdict::Suspect(Reason::Empty) => assert_eq!(has, 0),
        Verdict::Suspect(Reason::OtherSize { .. }) => panic!("no size was stated"),
        _ => {}
    }
    assert!(whole.verdict != Verdict::Whole || whole.format.is_some());
}

/// A path, its components between slashes.
pub fn classify(data: &[u8]) {
    let path = String::from_utf8_lossy(data);
    let components: Vec<&str> = path.split('/').collect();
    let class = heirloom_media::classify(&components);
    let brief = heirloom_media::kind_and_state(&components);
    assert_eq!(brief, (class.kind, class.state));
    assert!(Choice::Everything.takes(&class));
    let is_left_out = matches!(class.kind, Kind::Audio | Kind::ThumbnailCache | Kind::Other);
    assert_eq!(Choice::AllMedia.takes(&class), !is_left_out);
    // Letters' case says nothing.
    let upper = path.to_ascii_uppercase();
    if !path.contains(".trashed-") && !path.contains(".pending-") {
        let components: Vec<&str> = upper.split('/').collect();
        assert_eq!(heirloom_media::classify(&components).place, class.place);
    }
}

/// Names of one folder, a line each; a line's first character may say what a checker found.
pub fn groups(data: &[u8]) {
    let lines = String::from_utf8_lossy(data);
    let files: Vec<Named<'_>> = lines.lines().map(named).collect();
    let found = group(&files);
    for group in &found {
        assert!(!group.members.is_empty());
        assert!(group.members.is_sorted_by(|one, two| one < two));
        assert!(group.members.iter().all(|member| *member < files.len()));
    }
    // The order in which files come makes no difference but to the numbers.
    let reversed: Vec<Named<'_>> = files.iter().rev().copied().collect();
    let mut mirrored: Vec<_> = group(&reversed)
        .into_iter()
        .map(|mut group| {
            group.members = group
                .members
                .iter()
                .map(|member| files.len() - 1 - member)
                .collect();
            group.members.sort_unstable();
            group
        })
        .collect();
    mirrored.sort_by(|one, two| (&one.members, one.kind).cmp(&(&two.members, two.kind)));
    assert_eq!(mirrored, found);
}

fn named(line: &str) -> Named<'_> {
    let (name, has_embedded_video) = match line.split_at_checked(1) {
        Some(("+", name)) => (name, Some(true)),
        Some(("-", name)) => (name, Some(false)),
        _ => (line, None),
    };
    Named {
        name,
        has_embedded_video,
    }
}
