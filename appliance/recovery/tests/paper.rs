//! The sheets as paper: printed, scanned, folded, stained, copied and faxed, they still give back the archive's key and tell whether it is the right drive.

mod kit;

use heirloom_recovery::{PaperSize, restore_sheet, share_sheet};
use heirloom_shares::{Gathering, Share};
use kit::damage::{ALL, Damage};
use kit::picture::Picture;
use kit::{HOLDERS, PAPERS, facts, flat_text, fonts, poppler, secret, share_facts, shares, words};

const DOTS_PER_INCH: f32 = 300.0;

/// The one code of a damaged page. With a folder as `PAPER_PICTURES`, the pages are kept there.
fn code_of(page: &Picture, damage: &Damage, what: &str) -> String {
    let damaged = (damage.apply)(page);
    // To look at.
    if let Some(folder) = std::env::var_os("PAPER_PICTURES") {
        let path = std::path::Path::new(&folder).join(format!("{what} {}.pgm", damage.name));
        std::fs::write(path, damaged.to_pgm()).expect("the picture is kept");
    }
    let mut codes = damaged.codes();
    assert_eq!(codes.len(), 1, "{what}, {}: {codes:?}", damage.name);
    codes.remove(0)
}

/// Runs on both cores: pages of nine million pixels take their time.
fn for_each_damage(test: impl Fn(&Damage) + Sync) {
    let (first, second) = ALL.split_at(ALL.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| first.iter().for_each(&test));
        second.iter().for_each(&test);
    });
}

#[test]
fn two_damaged_share_sheets_give_back_the_secret() {
    let facts = share_facts(&HOLDERS);
    let pages: Vec<Picture> = shares(3)[1..]
        .iter()
        .map(|share| {
            let pdf = share_sheet(share, &facts, &fonts(), PaperSize::A4).expect("a sheet");
            Picture::of_page(&pdf, 0, DOTS_PER_INCH)
        })
        .collect();
    for_each_damage(|damage| {
        let mut gathering = Gathering::new();
        for page in &pages {
            let code = code_of(page, damage, "share");
            let share = Share::from_words(&code).expect("the words of a share");
            gathering.add(share).expect("of the same set");
        }
        let found = gathering.secret().expect("two are enough");
        assert_eq!(
            found.to_hex().expose(),
            secret().to_hex().expose(),
            "{}",
            damage.name
        );
    });
}

#[test]
fn the_words_in_the_boxes_are_those_of_the_code() {
    let facts = share_facts(&HOLDERS);
    for share in shares(3) {
        let pdf = share_sheet(&share, &facts, &fonts(), PaperSize::Letter).expect("a sheet");
        let text = flat_text(&pdf);
        let (_, numbered) = text
            .split_once("tells nothing. 1 ")
            .expect("the boxes begin");
        let (numbered, _) = numbered.split_once(" Set ").expect("the boxes end");
        let read = Share::from_words(numbered).expect("the words of a share");
        assert!(read == share);
    }
}

#[test]
fn the_code_of_a_damaged_restore_sheet_tells_which_archive_it_is_of() {
    let mut facts = facts("The Lindqvist family", &["Anna"]);
    facts.generation = 1234;
    let pdf = restore_sheet(&facts, &fonts(), PaperSize::A4).expect("a sheet");
    let pages = words(&pdf);
    let with_code = pages
        .iter()
        .position(|page| page.iter().any(|word| word.text == "code"))
        .expect("a page with a code");
    let page = Picture::of_page(&pdf, with_code, DOTS_PER_INCH);
    let expected = format!(
        "HEIRLOOM\narchive {}\ngeneration 1234\nhead {}\nkey {}\nluks {}\nday 2026-11-22\n",
        facts.archive_id,
        facts.head.expect("a head"),
        facts.public_key,
        facts.luks_uuid
    );
    for_each_damage(|damage| {
        let code = code_of(&page, damage, "restore");
        assert_eq!(code.trim_end(), expected.trim_end(), "{}", damage.name);
    });
}

/// All that is drawn is black, white, or the shade behind lines to type, which may be lost; as poppler draws it, whatever is thin or small.
#[test]
fn nothing_depends_on_gray() {
    for paper in PAPERS {
        let sheet = restore_sheet(&facts("Wir", &["Anna"]), &fonts(), paper).expect("a sheet");
        let share = share_sheet(&shares(3)[0], &share_facts(&HOLDERS), &fonts(), paper);
        for pdf in [sheet, share.expect("a sheet").to_vec()] {
            for page in 1..=words(&pdf).len() {
                let page = page.to_string();
                let svg = poppler("pdftocairo", &["-svg", "-f", &page, "-l", &page], &pdf);
                assert!(!svg.contains("<image") && !svg.contains("gradient"));
                let solid = |opacity: &str| opacity == "1";
                assert!(values(&svg, "fill-opacity").all(solid));
                assert!(values(&svg, "stroke-opacity").all(solid));
                let colors = values(&svg, "fill").chain(values(&svg, "stroke"));
                let shades: Vec<f32> = colors.filter_map(lightness).collect();
                assert!(shades.contains(&0.0), "nothing is black on page {page}");
                let gray = shades.iter().find(|shade| (1.0..=88.0).contains(*shade));
                assert_eq!(gray, None, "page {page}");
            }
        }
    }
}

/// What a property is set to, wherever an SVG sets it, in an attribute of its own or in a style.
fn values<'a>(svg: &'a str, property: &'a str) -> impl Iterator<Item = &'a str> {
    let after = move |at: usize| {
        let rest = &svg[at + property.len()..];
        let value = rest.strip_prefix(':').or(rest.strip_prefix("=\""))?;
        value.split([';', '"']).next()
    };
    svg.match_indices(property)
        .filter_map(move |(at, _)| after(at))
}

/// Of a color, in percent, where all three parts are the same; `None` for what is not painted.
fn lightness(color: &str) -> Option<f32> {
    if color == "none" {
        return None;
    }
    let parts = color
        .strip_prefix("rgb(")
        .and_then(|it| it.strip_suffix(')'));
    let parts = parts.unwrap_or_else(|| panic!("not a plain color: {color}"));
    let parts: Vec<f32> = parts
        .split(',')
        .map(|part| part.trim().trim_end_matches('%').parse().expect("percent"))
        .collect();
    assert!(parts.iter().all(|part| *part == parts[0]), "{color}");
    Some(parts[0])
}
