//! Printing: offered for a printer while an archive is open, asked for as it was chosen, told as it goes.

use super::*;

const PRINTER: &str = "printer@7";

fn printer() -> DeviceFacts {
    DeviceFacts {
        id: DeviceId(PRINTER.into()),
        manufacturer: "Hewlett-Packard".into(),
        model: "HP LaserJet 1320".into(),
        serial: None,
        form: DeviceForm::Usb(UsbFacts {
            vendor_id: 0x03f0,
            product_id: 0x1317,
            interfaces: vec![(7, 1, 2)],
            interface_names: Vec::new(),
        }),
    }
}

impl Story {
    /// On the page that asks how to print.
    fn about_to_print() -> Self {
        let mut story = Self::with_open_archive();
        story.handle(Event::DeviceSeen(printer()));
        assert_eq!(story.effect(), None, "a printer is not asked who it is");
        let is_print = |(choice, _): &(Choice, _)| matches!(choice, Choice::Print { .. });
        let at = story.machine.choices().iter().position(is_print);
        (0..at.expect("a choice")).for_each(|_| story.press(Command::Down));
        story.press(Command::Accept);
        story
    }

    fn printing_step(&self) -> PrintingStep {
        match self.machine.view().page {
            PageView::Printing(view) => {
                assert_eq!(view.printer, "HP LaserJet 1320");
                view.step
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_printer_is_offered_only_while_there_is_something_to_print() {
    let mut story = Story::at_home();
    story.handle(Event::DeviceSeen(printer()));
    assert!(story.machine.printings().is_empty());
    let mut story = Story::with_open_archive();
    story.handle(Event::DeviceSeen(printer()));
    assert_eq!(story.machine.printings().len(), 1);
    story.unplug(PRINTER);
    assert!(story.machine.printings().is_empty());
}

#[test]
fn paper_and_copies_are_asked_and_then_followed_to_the_end() {
    let mut story = Story::about_to_print();
    for command in [
        Command::Down,
        Command::Accept,
        Command::Down,
        Command::Accept,
    ] {
        story.press(command);
    }
    let asked = PrintingStep::Ask {
        paper: Paper::Letter,
        copies: 2,
        cursor: PrintLine::Copies,
    };
    assert_eq!(story.printing_step(), asked);
    for command in [Command::Up, Command::Up, Command::Accept] {
        story.press(command);
    }
    let order = PrintOrder {
        printer: DeviceId(PRINTER.into()),
        document: Document::RestoreSheet,
        paper: Paper::Letter,
        copies: 2,
    };
    let begun = Effect::Print(PrintEffect::Begin(order));
    assert_eq!(story.effect(), Some(begun.clone()));
    let waits = PrintProgress::Waits(PrinterTrouble::PaperOut);
    story.handle(Event::Printing(PrintEvent::Moved(waits)));
    assert!(
        matches!(story.printing_step(), PrintingStep::Running { progress, .. } if progress == waits)
    );
    story.press(Command::Back);
    story.press(Command::Back);
    assert_eq!(story.effect(), Some(Effect::Print(PrintEffect::Stop)));
    assert_eq!(story.effect(), None, "it is asked once");
    let stopped = PrintEvent::Ended(Err(PrintError::Stopped));
    story.handle(Event::Printing(stopped));
    assert_eq!(
        story.printing_step(),
        PrintingStep::Trouble(PrintError::Stopped)
    );
    story.press(Command::Type('p'));
    assert_eq!(story.effect(), Some(begun));
    let printed = PrintEvent::Ended(Ok(Printed { pages: Some(3) }));
    story.handle(Event::Printing(printed));
    assert!(matches!(
        story.printing_step(),
        PrintingStep::Done {
            pages: Some(3),
            copies: 2,
            ..
        }
    ));
    story.press(Command::Accept);
    assert!(matches!(story.machine.view().page, PageView::Home(_)));
}

#[test]
fn a_printer_that_goes_before_it_prints_is_told_of() {
    let mut story = Story::about_to_print();
    story.unplug(PRINTER);
    let gone = PrintingStep::Trouble(PrintError::Unplugged);
    assert_eq!(story.printing_step(), gone);
    story.press(Command::Type('p'));
    assert_eq!(story.effect(), None, "there is nothing to print on");
}
