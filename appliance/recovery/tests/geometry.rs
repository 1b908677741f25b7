//! Whatever people are called and however many there are: nothing overflows, nothing overlaps, no heading stands last on a page.

mod kit;

use heirloom_format::Plan;
use heirloom_recovery::{
    PaperSize, ShareFacts, SheetFacts, blank_share_sheet, restore_sheet, share_sheet, wallet_card,
};
use heirloom_shares::MasterSecret;
use kit::{HOLDERS, PAPERS, Word, facts, fonts, poppler, share_facts, shares, shares_of, words};

const LONG: &str = "A phone with a really very long name that somebody typed in one long afternoon without ever stopping to think";
/// Those that have no text of their own below them.
const HEADINGS: [&str; 14] = [
    "What is on the drive",
    "How it was looked after",
    "Who has what, and where things are",
    "People",
    "Things",
    "Shares of the executors",
    "Accounts elsewhere that have pictures",
    "What to restore first",
    "How to get everything back",
    "The first way: the drive starts a PC by itself",
    "The second way: the tool on the drive, on a PC with Linux",
    "The third way: by hand, without Heirloom",
    "If a step does not work",
    "To be sure that it is the right drive, and unchanged",
];

/// All words lie within margins of 18 mm at the sides and 12 mm above and below, and no two of them touch.
fn assert_well_formed(pdf: &[u8], paper: PaperSize, what: &str) {
    let (width, height, name) = match paper {
        PaperSize::A4 => (595.3, 841.9, "(A4)"),
        PaperSize::Letter => (612.0, 792.0, "(letter)"),
    };
    let info = poppler("pdfinfo", &[], pdf);
    assert!(info.contains(name), "{what}: {info}");
    assert!(info.contains("Tagged:          yes"), "{what}: {info}");
    for (number, page) in (1..).zip(words(pdf)) {
        assert!(!page.is_empty(), "{what}: page {number} is empty");
        for word in &page {
            let is_inside = word.left >= 51.0 - 0.5
                && word.right <= width - 51.0 + 0.5
                // A font's box reaches a little beyond the line's own space.
                && word.top >= 34.0 - 3.0
                && word.bottom <= height - 34.0 + 3.0;
            assert!(
                is_inside,
                "{what}: page {number}: {} at {} {} to {} {}",
                word.text, word.left, word.top, word.right, word.bottom
            );
        }
        if let Some((first, second)) = overlapping(&page) {
            panic!(
                "{what}: page {number}: {} and {} overlap at {} {}",
                first.text, second.text, second.left, second.top
            );
        }
    }
    let text = poppler("pdftotext", &["-layout"], pdf);
    for page in text.split('\u{c}') {
        let last = page.lines().rfind(|line| !line.trim().is_empty());
        let last = last.unwrap_or_default().trim();
        assert!(!HEADINGS.contains(&last), "{what}: {last} stands last");
    }
}

/// Two words that stand on each other. What a font reserves above and below its letters may touch.
fn overlapping(page: &[Word]) -> Option<(&Word, &Word)> {
    let core = |word: &Word| {
        let quarter = (word.bottom - word.top) / 4.0;
        (word.top + quarter, word.bottom - quarter)
    };
    let meet = |first: &Word, second: &Word| {
        let ((top, bottom), (other_top, other_bottom)) = (core(first), core(second));
        let across = first.right.min(second.right) - first.left.max(second.left);
        across > 0.6 && bottom.min(other_bottom) - top.max(other_top) > 0.3
    };
    page.iter().enumerate().find_map(|(index, first)| {
        let second = page[index + 1..]
            .iter()
            .find(|second| meet(first, second))?;
        Some((first, second))
    })
}

/// The same, with all that can be long as long as it gets.
fn worst(mut facts: SheetFacts) -> SheetFacts {
    let unbroken = "M".repeat(255);
    for source in &mut facts.sources {
        source.complete = false;
        source.missing = u64::MAX;
        source.photos = u64::MAX;
    }
    facts.generation = u32::MAX;
    facts.archive_id = "id".repeat(100);
    facts.drive.model = LONG.to_owned();
    facts.drive.serial = Some(unbroken.clone());
    facts.release.version = LONG.to_owned();
    for (index, person) in facts.plan.people.iter_mut().enumerate() {
        person.name = if index == 0 { &unbroken } else { LONG }.to_owned();
        person.contact = [LONG, LONG].join(" ");
        person.may_restore = "W".repeat(1000);
    }
    for thing in &mut facts.plan.kept {
        thing.which = LONG.to_owned();
        thing.place = unbroken.clone();
    }
    for account in &mut facts.plan.accounts {
        account.second_factor_at = unbroken.clone();
    }
    facts.plan.restore_order = vec![unbroken; 60];
    let people = facts.plan.people.clone();
    facts.plan.people = people.into_iter().cycle().take(50).collect();
    facts
}

#[test]
fn whatever_the_names_all_stands_within_the_margins() {
    let long_names: Vec<String> = (0..12).map(|index| format!("{index} {LONG}")).collect();
    let long_names: Vec<&str> = long_names.iter().map(String::as_str).collect();
    let hundred: Vec<String> = (0..100).map(|index| format!("Phone {index}")).collect();
    let hundred: Vec<&str> = hundred.iter().map(String::as_str).collect();
    let unbroken = "M".repeat(255);
    let emoji = "👨\u{200d}👩\u{200d}👧 family 📷";
    let table = [
        ("empty", "The Lindqvist family", &[][..]),
        ("one phone", "The Lindqvist family", &["Anna Pixel 8"]),
        ("four", "Wir", &["Anna", "Karl", "Jörg", "Eva"]),
        ("a hundred", "Wir", &hundred),
        ("twelve long names", LONG, &long_names),
        ("no spaces", &unbroken, &[unbroken.as_str(), &unbroken]),
        ("cyrillic", "Фотоархив семьи", &["Телефон Анны", "Ёлка"]),
        ("greek", "Οικογένεια", &["Τηλέφωνο της Άννας"]),
        ("chinese", "我们的照片", &["小米手机", "华为"]),
        ("emoji", emoji, &[emoji]),
        ("hebrew", "משפחת כהן", &["הטלפון של דנה 8", "العائلة"]),
        (
            "quotes",
            "Anna's \"best\" `id` $HOME",
            &["Anna's", "$(x) `y` \\"],
        ),
        (
            "controls",
            "a\nb\u{1b}[2J\u{202e}c",
            &["\u{7}bell", "", " "],
        ),
    ];
    for (index, (what, archive, sources)) in table.into_iter().enumerate() {
        let facts = facts(archive, sources);
        // Each on one of the two papers: the lines are the same, the pages are not.
        let paper = PAPERS[index % 2];
        let make = |facts: &SheetFacts| {
            restore_sheet(facts, &fonts(), paper).unwrap_or_else(|error| panic!("{what}: {error}"))
        };
        assert_well_formed(&make(&facts), paper, what);
        assert_well_formed(&make(&worst(facts)), paper, &format!("{what}, worst"));
    }
}

#[test]
fn an_ordinary_sheet_has_few_pages() {
    for (sources, pages) in [(&[][..], 5), (&["Anna", "Karl", "Jörg", "Eva"], 6)] {
        for paper in PAPERS {
            let mut facts = facts("The Lindqvist family", sources);
            if sources.is_empty() {
                facts.plan = Plan::new();
            }
            let pdf = restore_sheet(&facts, &fonts(), paper).expect("a sheet");
            assert_well_formed(&pdf, paper, "ordinary");
            let made = words(&pdf).len();
            assert!(
                made <= pages,
                "{} sources, {paper:?}: {made}",
                sources.len()
            );
        }
    }
}

#[test]
fn the_words_of_a_long_secret_have_room_too() {
    let secret = MasterSecret::from_bytes(&[7; 32]).expect("32 bytes");
    let share = &shares_of(&secret, 3)[0];
    for paper in PAPERS {
        let facts = share_facts(&HOLDERS);
        let pdf = share_sheet(share, &facts, &fonts(), paper).expect("a sheet");
        assert_well_formed(&pdf, paper, "33 words");
        let page = &words(&pdf)[0];
        let shown = share.to_words();
        let is_shown = |word: &str| page.iter().any(|shown| shown.text == word);
        assert!(shown.iter().len() == 33 && shown.iter().all(is_shown));
    }
}

#[test]
fn share_sheets_and_cards_have_one_page_whoever_is_named() {
    let long = [LONG; 3];
    let many = [LONG; 16];
    let unbroken = "M".repeat(255);
    let unbroken = [unbroken.as_str(); 5];
    let table: [(&str, &[&str]); 7] = [
        ("three", &HOLDERS),
        ("nobody named", &["", "", ""]),
        ("two", &["Άννα", "Фёдор"]),
        ("not to be shown", &["小米", "דנה", "👨\u{200d}👩"]),
        ("long", &long),
        ("sixteen, long", &many),
        ("unbroken", &unbroken),
    ];
    for (what, holders) in table {
        let mut facts: ShareFacts = share_facts(holders);
        if what != "three" {
            facts.archive_name = holders[0].to_owned();
        }
        for person in &mut facts.people {
            person.name = holders[0].to_owned();
            person.contact = [LONG; 4].join(" ");
        }
        let count = u8::try_from(holders.len()).expect("few");
        let share = shares(count).pop().expect("a share");
        let mut restore = worst(kit::facts(&facts.archive_name, &["Anna"]));
        if holders[0].is_empty() {
            restore.plan = Plan::new();
        }
        for paper in PAPERS {
            let sheet = share_sheet(&share, &facts, &fonts(), paper).expect(what);
            let blank = blank_share_sheet(count, &facts, &fonts(), paper).expect(what);
            let card = wallet_card(&restore, &fonts(), paper).expect(what);
            for pdf in [&sheet[..], &blank, &card] {
                assert_well_formed(pdf, paper, what);
                assert_eq!(words(pdf).len(), 1, "{what}");
            }
        }
    }
}
