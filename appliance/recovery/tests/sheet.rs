//! The sheets as poppler reads them: what they tell, and that every command is whole.

mod kit;

use heirloom_format::Plan;
use heirloom_recovery::{
    FontRole, PaperSize, ShareFacts, SheetError, blank_share_sheet, restore_sheet, share_sheet,
    start_here_text, wallet_card,
};
use kit::{HOLDERS, PAPERS, facts, flat_text, fonts, poppler, share_facts, shares, signing_key};

#[test]
fn each_command_is_one_unbroken_line() {
    let facts = facts("The Lindqvist family", &["Karl's Pixel 8", "Anna"]);
    let pdf = restore_sheet(&facts, &fonts(), PaperSize::A4).expect("a sheet");
    let text = poppler("pdftotext", &["-layout"], &pdf);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for command in [
        "lsblk -f",
        "sudo cryptsetup open -r UUID=3f0c9a52-71be-4d86-9d3e-5a1c7be0442f photos",
        "sudo mount -o ro,noload /dev/mapper/photos /mnt",
        r"cd '/mnt/sources/Karl'\''s Pixel 8/latest'",
        "sha256sum --quiet -c *manifest-sha256.txt && echo all files are intact",
        "cp -Rp data ~/restored-1",
        r#"cat sh* | while read t f; do touch -cd @$t ~/restored-1/"${f#*/}"; done"#,
        "cd; sudo umount /mnt && sudo cryptsetup close photos",
        "sha256sum /mnt/sources/*/0007*/tagmanifest-sha256.txt",
        "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad",
        &format!("K={}", signing_key().public_key()),
        "minisign -V -P $K -m tagmanifest-sha256.txt",
    ] {
        assert!(
            lines.contains(&command),
            "{command} is not a line of:\n{text}"
        );
    }
}

#[test]
fn tells_the_facts() {
    let mut facts = facts("The Lindqvist family", &["Anna Pixel 8", "Фото", "小米"]);
    facts.sources[1].complete = false;
    facts.sources[1].missing = 1_234;
    let pdf = restore_sheet(&facts, &fonts(), PaperSize::A4).expect("a sheet");
    let flat = flat_text(&pdf);
    for fact in [
        "Heirloom restore sheet: The Lindqvist family generation 7, page 1 of ",
        "This sheet: made on 2026-11-22, of generation 7",
        "any 2 of 3 shares,",
        "The passphrase is not on this sheet;",
        "Anna Pixel 8 2014-03-01 to 2026-11-20 12,403 381 27 88.4 GB",
        "NOT COMPLETE: 1,234 files are missing",
        "All 3 sources 2014-03-01 to 2026-11-20 37,209 1,143 81 265 GB",
        "Samsung PSSD T7, 2.0 TB, serial number S6XNNS0T402718H",
        "Its LUKS UUID: 3f0c9a52-71be-4d86-9d3e-5a1c7be0442f",
        "Last audit: 2026-10-01, generation 6: 12,811 files read and compared; all as archived.",
        "Last count: 2026-10-01, beside 2 phones and disks: 1 file there was not archived yet.",
        "Next audit: due on 2027-01-01.",
        "Drive fitness: it said on 2026-10-01 that it is well.",
        "Last rehearsal: 2026-11-21, by the shares of the executors: 220 files came back.",
        "Next rehearsal: due on 2027-11-21.",
        "Ben Lindqvist, executor",
        "+46 73 555 01 02",
        "Passphrase, written down sealed envelope in the bank box, SEB Uppsala",
        "Any 2 of 3 open the archive",
        "One paper was never compared with the archive",
        "3 Notary Olsson printed; NEVER READ BACK",
        "Service and account Credentials are kept Second factor is kept iCloud,",
        "What to restore first 1 Anna's phone, because of the children",
        "Dell F12 Samsung F10 or Esc",
        "always refuse.",
        "Archive id: 9f2c41d07be83a5516c0de0a4b7731ef",
        "Heirloom 0.1.0 (1b0e7d2c9a44)",
        "For the wallet",
    ] {
        assert!(flat.contains(fact), "{fact} is not in:\n{flat}");
    }
    let info = poppler("pdfinfo", &[], &pdf);
    for line in [
        "Title:           Heirloom restore sheet: The Lindqvist family",
        "Author:          Heirloom",
        "Tagged:          yes",
    ] {
        assert!(info.contains(line), "{line} is not in:\n{info}");
    }
}

#[test]
fn an_empty_plan_leaves_room_to_write_and_says_what_is_due() {
    let mut facts = facts("Wir", &[]);
    facts.plan = Plan::new();
    let flat = flat_text(&restore_sheet(&facts, &fonts(), PaperSize::A4).expect("a sheet"));
    for expected in [
        "Nothing had been archived when this sheet was made.",
        "Write it here by hand:",
        "Last audit: never, as far as is known. Last count: never, as far as is known. Next audit: due now.",
        "Drive fitness: nobody has asked it yet.",
        "Last rehearsal: never",
    ] {
        assert!(flat.contains(expected), "{expected} is not in:\n{flat}");
    }
    assert!(!flat.contains("Any 2 of 3"), "{flat}");
}

#[test]
fn a_failing_drive_and_a_failed_audit_are_not_passed_over() {
    let mut facts = facts("Wir", &["Anna"]);
    let bad = r#"{"version": 1, "audits": [{"date": "2026-10-01", "result": "failed", "generation": 6, "files": 10, "bytes": 1,
        "problems": 3, "free_bytes": 1, "total_bytes": 2, "fitness": "failing", "header_backup": false}]}"#;
    facts.plan = Plan::parse(bad.as_bytes()).expect("a plan");
    let flat = flat_text(&restore_sheet(&facts, &fonts(), PaperSize::A4).expect("a sheet"));
    for expected in [
        "10 files read and compared; 3 problems were found.",
        "The backup of the LUKS header was missing or wrong.",
        "it is failing: copy everything to another drive now.",
    ] {
        assert!(flat.contains(expected), "{expected} is not in:\n{flat}");
    }
}

/// The standard PDF/UA-1 is claimed in the metadata, and only where krilla has checked what can be checked of it.
#[test]
fn every_sheet_can_be_read_out() {
    let restore = facts("The Lindqvist family", &["Anna Pixel 8", "小米"]);
    let executors = share_facts(&HOLDERS);
    let unknown = ShareFacts {
        needed: 0,
        ..share_facts(&[])
    };
    for paper in PAPERS {
        let share = share_sheet(&shares(3)[1], &executors, &fonts(), paper).expect("a sheet");
        for pdf in [
            restore_sheet(&restore, &fonts(), paper).expect("a sheet"),
            wallet_card(&restore, &fonts(), paper).expect("a card"),
            blank_share_sheet(2, &executors, &fonts(), paper).expect("a sheet"),
            blank_share_sheet(0, &unknown, &fonts(), paper).expect("a sheet"),
            share.to_vec(),
        ] {
            let text = String::from_utf8_lossy(&pdf);
            assert!(text.contains("pdfuaid:part"), "not PDF/UA");
            let structure = poppler("pdfinfo", &["-struct"], &pdf);
            assert!(
                structure.contains("H1") || structure.contains("H2"),
                "{structure}"
            );
        }
    }
    let pdf = restore_sheet(&restore, &fonts(), PaperSize::A4).expect("a sheet");
    let structure = poppler("pdfinfo", &["-struct"], &pdf);
    for tag in [
        "H1", "H2", "H3", "Table", "TH", "TD", "LI", "LBody", "Code", "Figure",
    ] {
        assert!(structure.contains(tag), "{tag} is not in:\n{structure}");
    }
}

#[test]
fn a_share_sheet_has_the_words_and_who_the_others_are() {
    let facts = share_facts(&HOLDERS);
    let share = &shares(3)[1];
    for paper in PAPERS {
        let pdf = share_sheet(share, &facts, &fonts(), paper).expect("a sheet");
        let flat = flat_text(&pdf);
        let words = share.to_words();
        let numbered: Vec<String> = (1..)
            .zip(words.iter())
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
        let set = format!("Set {}, made on 2026-11-22.", share.set());
        for expected in [
            "Any 2 of 3 Share 2 of 3 For: Ben Lindqvist",
            &numbered.join(" "),
            &set,
            "What to do",
            "What never to do",
            "1 Karin Lindqvist +46 70 765 43 21, Storgatan 4, Uppsala",
            "3 Notary Olsson +46 18 555 77 00",
        ] {
            assert!(flat.contains(expected), "{expected} is not in:\n{flat}");
        }
        let blank = blank_share_sheet(2, &facts, &fonts(), paper).expect("a sheet");
        let blank = flat_text(&blank);
        assert!(blank.contains("17 18 19 20 Set number: Date:"), "{blank}");
        assert!(
            words
                .iter()
                .all(|word| !blank.contains(&format!(" {word} ")) || word.len() < 5),
            "{blank}"
        );
    }
}

#[test]
fn a_share_of_another_set_is_refused() {
    let share = &shares(3)[2];
    let mut facts = share_facts(&HOLDERS[..2]);
    for needed in [2, 3] {
        facts.needed = needed;
        let refused = share_sheet(share, &facts, &fonts(), PaperSize::A4);
        assert_eq!(refused.err(), Some(SheetError::ShareMismatch { number: 3 }));
        facts.holders.push("Eve".to_owned());
    }
}

#[test]
fn the_plain_text_tells_of_shares_but_of_nobody() {
    let text = start_here_text(&facts("Wir", &["Anna"]));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "Any 2 of 3 open the archive",
        "One paper was never compared",
        "~/slip39/bin/shamir recover",
        "Next audit: due on 2027-01-01.",
    ] {
        assert!(flat.contains(expected), "{expected} is not in:\n{text}");
    }
    for private in ["Karin", "oak desk", "bank box"] {
        assert!(!text.contains(private), "{private} is in:\n{text}");
    }
}

#[test]
fn a_name_that_cannot_be_printed_is_found_by_its_folder() {
    let pdf = restore_sheet(&facts("我们", &["小米 8"]), &fonts(), PaperSize::A4).expect("a sheet");
    let text = poppler("pdftotext", &["-layout"], &pdf);
    for expected in [
        "?? 8",
        "in the folder 0007 2026-11-22",
        "cd /mnt/sources/*/'0007 2026-11-22'",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
}

#[test]
fn every_source_has_its_row_unless_there_are_hundreds() {
    for (count, more) in [(12, None), (100, None), (400, Some("and 251 more"))] {
        let names: Vec<String> = (1..=count).map(|index| format!("Phone {index}.")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let pdf = restore_sheet(&facts("Wir", &names), &fonts(), PaperSize::A4).expect("a sheet");
        let flat = flat_text(&pdf);
        let shown = names
            .iter()
            .filter(|name| flat.contains(&format!("{name} 2014-")));
        assert_eq!(
            shown.count(),
            if count > 150 { 149 } else { count },
            "{flat}"
        );
        assert!(more.is_none_or(|more| flat.contains(more)), "{flat}");
        assert!(flat.contains(&format!("All {count} sources")), "{flat}");
    }
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let facts = facts("The Lindqvist family", &["Anna Pixel 8"]);
    let first = restore_sheet(&facts, &fonts(), PaperSize::A4).expect("a sheet");
    let second = restore_sheet(&facts, &fonts(), PaperSize::A4).expect("a sheet");
    assert_eq!(first, second);
    let mut tomorrow = facts;
    tomorrow.printed_on = "2026-11-23".to_owned();
    assert_ne!(
        first,
        restore_sheet(&tomorrow, &fonts(), PaperSize::A4).expect("a sheet")
    );
    tomorrow.printed_on = "some day".to_owned();
    assert!(restore_sheet(&tomorrow, &fonts(), PaperSize::A4).is_ok());
}

#[test]
fn refuses_what_would_make_a_bad_sheet() {
    let mut broken = fonts();
    broken.bold = b"no font".to_vec();
    let facts = facts("Wir", &["Anna"]);
    assert_eq!(
        restore_sheet(&facts, &broken, PaperSize::A4),
        Err(SheetError::FontUnreadable {
            role: FontRole::Bold
        })
    );
    let mut wide = facts;
    wide.luks_uuid = "0".repeat(37);
    assert!(matches!(
        restore_sheet(&wide, &fonts(), PaperSize::A4),
        Err(SheetError::CommandTooWide { width_pt, room_pt }) if width_pt > room_pt
    ));
}
