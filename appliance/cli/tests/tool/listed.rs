//! `heirloom ls`.

use crate::kit::Home;

#[test]
fn sources_snapshots_and_files_are_listed() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    home.write("card/DCIM/new.jpg", b"new");
    home.archive("card/DCIM", "archive");
    let report = home.run(["archive", "card", "archive", "--name", "Whole card"]);
    assert_eq!(report.code, 0, "{report:?}");

    let text = home.run(["ls", "archive"]);
    assert_eq!(text.code, 0, "{text:?}");
    for line in ["5 files", "6 files", "complete", "Whole card ["] {
        assert!(text.out.contains(line), "{line}: {}", text.out);
    }
    let all = home.run(["ls", "archive", "--json"]).json();
    let sources = all["sources"].as_array().expect("sources");
    assert_eq!(sources.len(), 2);
    let generations = |source: &serde_json::Value| -> Vec<u64> {
        let snapshots = source["snapshots"].as_array().expect("snapshots");
        snapshots
            .iter()
            .map(|it| it["generation"].as_u64().expect("a number"))
            .collect()
    };
    assert_eq!(generations(&sources[0]), [1, 2]);
    assert_eq!(generations(&sources[1]), [3]);
    let first = &sources[0]["snapshots"][0];
    assert_eq!((&first["files"], &first["bytes"]), (&5.into(), &26.into()));
    assert_eq!(first["complete"], true);

    let one = home.run(["ls", "archive", "Whole", "--json"]).json();
    assert_eq!(one["sources"].as_array().map(Vec::len), Some(1));

    let files = home.run(["ls", "archive", "DCIM", "1"]);
    let expected = "DCIM/100APPLE/IMG_0001.JPG\nDCIM/100APPLE/IMG_0002.MOV\n\
        DCIM/101APPLE/IMG_0001.JPG\nDCIM/101APPLE/again.jpg\nDCIM/empty.txt\n";
    assert_eq!(files.out, expected);
    let below = home.run(["ls", "archive", "DCIM", "latest", "DCIM/101APPLE/"]);
    assert_eq!(
        below.out,
        "DCIM/101APPLE/IMG_0001.JPG\nDCIM/101APPLE/again.jpg\n"
    );
    let long = home.run(["ls", "archive", "DCIM", "0001", "DCIM/empty.txt", "--long"]);
    let expected = "              0  2020-09-13 12:26:40Z  \
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  DCIM/empty.txt\n";
    assert_eq!(long.out, expected);
    let json = home.run(["ls", "archive", "DCIM", "2", "--json"]).json();
    let names: Vec<_> = json["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|it| it["path"].as_str().expect("text"))
        .collect();
    assert_eq!(names.len(), 6);
    assert!(names.is_sorted() && names.contains(&"DCIM/new.jpg"));
    let nothing = home.run(["ls", "archive", "DCIM", "2", "DCIM/other", "--json"]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let home = Home::new();
    for number in 0..2_000 {
        home.write(format!("many/{number:0200}.jpg"), b"same");
    }
    home.archive("many", "archive");
    let script = format!(
        "'{}' ls archive many latest | head -n 1",
        env!("CARGO_BIN_EXE_heirloom")
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &format!("set -o pipefail; {script}")])
        .current_dir(home.path("."))
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
