//! Shares that are printed: not shown, and read back from the paper, or not yet.

use super::*;
use crate::{Document, PaperStage, PrintEffect, PrintError, PrintEvent, PrintProgress, Printed};

const PRINTER: &str = "3-1";

fn printer() -> DeviceFacts {
    let form = DeviceForm::Usb(UsbFacts {
        vendor_id: 0x03f0,
        product_id: 1,
        interfaces: vec![(7, 1, 2)],
        interface_names: Vec::new(),
    });
    facts(PRINTER, "Maker", "LaserJet", form)
}

impl Story {
    fn at_first_sheet(scheme: Scheme) -> Self {
        let mut story = Self::with_open_archive();
        story.handle(Event::DeviceSeen(printer()));
        story.choose_executors();
        story.press(Command::Accept);
        story.make_shares(scheme);
        story
    }

    fn stage(&self) -> PaperStage {
        match self.keys() {
            KeysView::Paper { stage, .. } => stage,
            view => panic!("not a sheet but {view:?}"),
        }
    }

    /// Has the sheet printed, and gives the words that are on it.
    fn print(&mut self) -> Vec<&'static str> {
        self.press(Command::Accept);
        let words = match self.effect() {
            Some(Effect::Print(PrintEffect::Begin(order))) => match order.document {
                Document::ShareSheet(sheet) => sheet.share.to_words().iter().collect(),
                document => panic!("{document:?}"),
            },
            effect => panic!("{effect:?}"),
        };
        self.handle(Event::Printing(PrintEvent::Moved(
            PrintProgress::Printing { done_pages: 0 },
        )));
        assert!(matches!(self.stage(), PaperStage::Printing { .. }));
        self.handle(Event::Printing(PrintEvent::Ended(Ok(Printed {
            pages: Some(1),
        }))));
        assert_eq!(self.stage(), PaperStage::Printed);
        words
    }

    fn read_back(&mut self, words: &[&'static str]) {
        self.press(Command::Accept);
        while let KeysView::ReadBack {
            asked, answered, ..
        } = self.keys()
        {
            self.type_text(words[asked[answered] - 1]);
            self.press(Command::Accept);
            if answered + 1 == asked.len() {
                return;
            }
        }
    }
}

#[test]
fn a_share_that_is_printed_is_not_shown_and_one_that_nobody_read_back_is_noted_so() {
    let mut story = Story::at_first_sheet(scheme(2, 3));
    let words = story.print();
    story.read_back(&words);
    story.print();
    story.press(Command::Type('l'));
    // The last one is written down by hand.
    story.press(Command::Type('w'));
    story.write_down_and_read_back();
    assert!(story.effect().is_some());
    story.handle(Event::Keys(KeysEvent::ExecutorsSet(Ok(()))));
    let set = story.note_shares().shares.expect("noted");
    let noted = set
        .shares
        .iter()
        .map(|it| (it.form.word(), it.read_back.is_some()));
    assert!(noted.eq([("printed", true), ("printed", false), ("copied", true)]));
    assert!(matches!(
        story.keys(),
        KeysView::SharesDone {
            not_read_back: 1,
            ..
        }
    ));
}

#[test]
fn a_printer_that_goes_does_not_bring_the_words_onto_the_screen() {
    let mut story = Story::at_first_sheet(scheme(2, 3));
    story.unplug(PRINTER);
    let gone = PaperStage::Failed {
        error: PrintError::Unplugged,
    };
    assert_eq!(story.stage(), gone);
    story.press(Command::Accept);
    assert_eq!((story.effect(), story.stage()), (None, gone));
    story.handle(Event::DeviceSeen(printer()));
    let words = story.print();
    // A word that is not on the paper: the sheet is shown again by its page, not by its words.
    story.press(Command::Accept);
    story.type_text("zzz");
    story.press(Command::Accept);
    assert!(matches!(
        story.keys(),
        KeysView::ReadBack {
            refused: Some(ReadBackRefusal::Unknown),
            ..
        }
    ));
    story.press(Command::Back);
    assert_eq!(story.stage(), PaperStage::Printed);
    story.read_back(&words);
    assert!(matches!(story.stage(), PaperStage::Ask { .. }));
}

#[test]
fn printing_is_stopped_tried_again_and_left() {
    let mut story = Story::at_first_sheet(scheme(2, 3));
    story.press(Command::Accept);
    assert!(story.effect().is_some());
    story.press(Command::Back);
    assert_eq!(story.effect(), Some(Effect::Print(PrintEffect::Stop)));
    story.press(Command::Back);
    assert_eq!(story.effect(), None);
    let stopped = PrintEvent::Ended(Err(PrintError::Stopped));
    story.handle(Event::Printing(stopped));
    story.print();
    story.press(Command::Back);
    assert!(matches!(story.keys(), KeysView::ConfirmLeave { .. }));
    story.press(Command::Back);
    assert_eq!(story.stage(), PaperStage::Printed);
    story.press(Command::Back);
    story.press(Command::Accept);
    assert!(!story.home().archive.expect("open").has_executors);
}
