//! The pages about keys: what they say at their longest, and that words of shares can be read.

use std::io::{self, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};

use heirloom_shares::{MasterSecret, Scheme, SecretLength, Share};

use super::*;
use crate::Terminal;

fn scheme(needed: u8, made: u8) -> Scheme {
    Scheme::new(needed, made).expect("a scheme")
}

/// One whose words follow from nothing but zeros and its number.
fn a_share() -> Share {
    let zeros = |room: &mut [u8]| -> Result<(), ()> {
        room.fill(0);
        Ok(())
    };
    let secret = MasterSecret::random(SecretLength::Bits128, zeros).expect("a secret");
    let shares = scheme(2, 3).split(&secret, None, zeros).expect("shares");
    shares.into_iter().next().expect("a share")
}

fn label() -> ShareLabel {
    ShareLabel {
        number: 16,
        made: 16,
        executor: Some(NAME.into()),
    }
}

fn passphrase(text: &str) -> Passphrase {
    let mut passphrase = Passphrase::new();
    text.chars().for_each(|it| assert!(passphrase.push(it)));
    passphrase
}

fn share_page() -> PageView {
    PageView::Keys(KeysView::Share {
        label: label(),
        words: ShownWords::of(&a_share()),
    })
}

fn paper_pages() -> Vec<PageView> {
    let failed = [
        PrintError::Unplugged,
        PrintError::NeedsDriver {
            languages: "ZJS,ACL,HBPL".into(),
        },
        PrintError::Silent,
        PrintError::Stopped,
        PrintError::NoDocument,
        PrintError::Failed {
            step: "sending the pages",
        },
    ];
    let failed = failed.map(|error| PaperStage::Failed { error });
    let printing = [
        PrintProgress::Preparing,
        PrintProgress::Printing { done_pages: 0 },
        PrintProgress::Waits(PrinterTrouble::MarkerEmpty),
    ];
    let printing = printing.map(|progress| PaperStage::Printing {
        printer: NAME.into(),
        progress,
        elapsed_s: 70,
        stopping: false,
    });
    let others = [
        PaperStage::Ask {
            printer: NAME.into(),
            others: 1,
            paper: Paper::Letter,
        },
        PaperStage::Printed,
    ];
    let stages = others.into_iter().chain(printing).chain(failed);
    let page = |stage| KeysView::Paper {
        label: label(),
        stage,
    };
    stages.map(page).map(PageView::Keys).collect()
}

pub(super) fn pages() -> Vec<PageView> {
    let mut pages = paper_pages();
    for purpose in [PassphrasePurpose::SetUp, PassphrasePurpose::Change] {
        let mut refusals = vec![
            PassphraseRefusal::TooShort { least_chars: 8 },
            PassphraseRefusal::Differ,
            PassphraseRefusal::Unchanged,
            PassphraseRefusal::NoProposal,
        ];
        refusals.extend(
            [
                EasyBecause::KnownNames,
                EasyBecause::Common,
                EasyBecause::Keys,
                EasyBecause::Repeats,
                EasyBecause::Sequence,
                EasyBecause::Date,
                EasyBecause::Name,
                EasyBecause::FewWords,
            ]
            .map(PassphraseRefusal::Easy),
        );
        for refused in refusals {
            pages.push(PageView::NewPassphrase {
                purpose,
                name: NAME.into(),
                typed_chars: 200,
                refused: Some(refused),
            });
        }
        pages.push(PageView::RepeatPassphrase {
            purpose,
            name: NAME.into(),
            typed_chars: 200,
        });
    }
    let words = Some(passphrase(&["academic"; 8].join(" ")));
    for words in [None, words] {
        pages.push(PageView::ProposedPassphrase {
            name: NAME.into(),
            mistyped: words.is_some(),
            words,
        });
    }
    for boots in [None, Some("0.1.0-12-gabcdef0".to_owned())] {
        pages.push(PageView::SetUpDone {
            name: NAME.into(),
            boots,
        });
    }
    for keys in [
        None,
        Some(KeysAtPull::Untouched),
        Some(KeysAtPull::Unsettled),
    ] {
        for keeps_plan in [false, true] {
            pages.push(PageView::DrivePulled {
                name: NAME.into(),
                keys,
                keeps_plan,
            });
        }
    }
    pages.push(share_page());
    pages.extend(key_pages().into_iter().map(PageView::Keys));
    pages
}

fn key_pages() -> Vec<KeysView> {
    let error = || DriveError::Tool {
        program: "cryptsetup",
        status: 1,
    };
    let mut pages = vec![
        KeysView::MakingShares,
        KeysView::NotingShares,
        KeysView::SettingExecutors { elapsed_s: 100 },
        KeysView::ChangingPassphrase { elapsed_s: 100 },
        KeysView::PassphraseChanged { name: NAME.into() },
        KeysView::MakingFailed { error: error() },
        KeysView::ChangeFailed { error: error() },
    ];
    let choices = [scheme(2, 3), scheme(3, 5), scheme(2, 2)].map(SchemeChoice::Of);
    let choices: Vec<_> = choices.into_iter().chain([SchemeChoice::Own]).collect();
    for renewal in [false, true] {
        for cursor in 0..choices.len() {
            pages.push(KeysView::Scheme {
                name: NAME.into(),
                renewal,
                choices: choices.clone(),
                cursor,
            });
        }
        pages.push(KeysView::ConfirmLeave { renewal });
        for scheme in [scheme(2, 3), scheme(16, 16)] {
            for noted in [
                SharesNoted::Noted,
                SharesNoted::Failed(PlanWriteError::NotKept),
                SharesNoted::NotPossible,
            ] {
                pages.push(KeysView::SharesDone {
                    name: NAME.into(),
                    scheme,
                    renewal,
                    not_read_back: 2,
                    noted,
                });
            }
        }
        for error in [DriveError::WrongPassphrase, error()] {
            pages.push(KeysView::SettingFailed { renewal, error });
        }
        pages.push(KeysView::OldPassphrase {
            name: NAME.into(),
            typed_chars: 200,
            refused: true,
            is_last: renewal,
        });
    }
    for question in [OwnQuestion::Made, OwnQuestion::Needed { made: 16 }] {
        pages.push(KeysView::OwnNumber {
            question,
            typed: "99".into(),
            refused: true,
        });
    }
    pages.push(KeysView::ExecutorName {
        scheme: scheme(16, 16),
        number: 16,
        typed: NAME.into(),
        has_proposals: true,
    });
    for refused in [ReadBackRefusal::Another, ReadBackRefusal::Unknown] {
        pages.push(KeysView::ReadBack {
            label: label(),
            asked: vec![1, 10, 20],
            answered: 2,
            typed: passphrase("academic"),
            refused: Some(refused),
        });
    }
    pages
}

#[test]
fn the_words_of_a_share_stand_beside_their_numbers() {
    let view = View {
        page: share_page(),
        help: false,
    };
    let text = rows(&view, 80, 24).join("\n");
    for (at, word) in a_share().to_words().iter().enumerate() {
        assert!(text.contains(&format!("{:>3}. {word}", at + 1)), "{text}");
    }
    assert!(
        text.contains(&format!("Share 16 of 16, for {NAME}")),
        "{text}"
    );
}

/// What a terminal was sent.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<u8>>>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_page_after_a_share_leaves_nothing_of_it_on_the_screen() {
    let sent = Sent::default();
    let mut terminal = Terminal::new(sent.clone(), 80, 24).expect("a terminal");
    let size = |cells: u16| NonZeroU16::new(cells).expect("not zero");
    let mut seen = vt100::Parser::new(size(24), size(80), 0);
    let words: Vec<_> = a_share().to_words().iter().collect();
    let mut count_on_screen = |page| {
        terminal.show(&View { page, help: false }).expect("shown");
        seen.process(&std::mem::take(&mut *sent.0.lock().expect("no panic")));
        let text = seen.screen().contents();
        let shown = words.iter().filter(|word| text.contains(**word));
        shown.count()
    };
    assert_eq!(count_on_screen(share_page()), 20);
    assert_eq!(count_on_screen(PageView::ConfirmPowerOff), 0);
}

/// So that whoever looks for words of a share that were left on the screen, a test or a person, finds none that are there for another reason.
#[test]
fn the_page_that_asks_for_words_has_no_word_of_any_share_in_its_own_text() {
    let page = PageView::Keys(KeysView::ReadBack {
        label: ShareLabel {
            executor: None,
            ..label()
        },
        asked: vec![1, 10, 20],
        answered: 1,
        typed: Passphrase::new(),
        refused: None,
    });
    let text = rows(&View { page, help: false }, 80, 24).join(" ");
    let letters = text.to_lowercase();
    let mut words = letters.split(|it: char| !it.is_ascii_lowercase());
    assert_eq!(
        words.find(|word| heirloom_shares::matches("").contains(word)),
        None
    );
}
