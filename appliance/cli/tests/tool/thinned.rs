//! `heirloom thin`: what would go, what goes, and what never does.

use std::fs;

use serde_json::Value;

use crate::judges::judge;
use crate::kit::{Home, tree};

/// Three snapshots; what is only in the second one is nowhere else.
fn three_snapshots() -> Home {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    let only = home.write("card/DCIM/only.jpg", b"only in the second");
    home.archive("card/DCIM", "archive");
    fs::remove_file(only).expect("remove");
    home.write("card/DCIM/new.jpg", b"new");
    home.archive("card/DCIM", "archive");
    home
}

fn going(report: &Value) -> Vec<u64> {
    report["snapshots"]
        .as_array()
        .expect("snapshots")
        .iter()
        .filter(|it| it["goes"] == true)
        .map(|it| it["generation"].as_u64().expect("a number"))
        .collect()
}

#[test]
fn it_shows_first_and_removes_only_when_asked() {
    let home = three_snapshots();
    let before = tree(&home.path("archive"));
    for policy in [
        &["--keep-last", "1"][..],
        &["--keep-newest", "1", "--and-one-a-year"],
    ] {
        let words = ["thin", "archive", "--json"];
        let shown = home.run(words.iter().chain(policy));
        assert_eq!(shown.code, 0, "{shown:?}");
        let report = shown.json();
        assert_eq!(report["removed"], false);
        assert_eq!(going(&report), [1], "the only copy of a content stays");
        assert_eq!(tree(&home.path("archive")), before, "nothing was changed");
    }
    let text = home.run(["thin", "archive", "--keep-last", "1"]).out;
    assert!(
        text.contains("1 snapshot would go") && text.contains("--remove"),
        "{text}"
    );
    assert!(text.contains("only.jpg"), "{text}");
    let all_stay = home
        .run(["thin", "archive", "--keep-last", "3", "--json"])
        .json();
    assert_eq!(going(&all_stay), [] as [u64; 0]);

    let removed = home.run(["thin", "archive", "--keep-last", "1", "--remove", "--json"]);
    assert_eq!(removed.code, 0, "{removed:?}");
    assert_eq!(removed.json()["removed"], true);
    judge(&home.path("archive"));
    let verified = home.run(["verify", "archive", "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    let report = verified.json();
    assert_eq!(
        (&report["snapshots"], &report["thinned"]),
        (&2.into(), &1.into())
    );
    let listed = home.run(["ls", "archive", "--json"]).json();
    let snapshots = &listed["sources"][0]["snapshots"];
    assert_eq!(snapshots[0]["thinned"], true);
    assert_eq!(snapshots[0]["files"], 5);
    let next = home.archive("card/DCIM", "archive");
    assert_eq!(next["up_to_date"], true);
    let again = home.run(["thin", "archive", "--keep-last", "1", "--remove"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.out.starts_with("No snapshot goes."), "{}", again.out);
}
