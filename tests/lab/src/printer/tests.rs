//! What a printer answers, by the letter of its class.

use super::*;

fn printer(name: &str) -> (Printer, PrinterWatch) {
    let printer = Printer::new(PrinterProfile::named(name).expect("a printer of that name"));
    let watch = printer.watch();
    (printer, watch)
}

fn reads(printer: &mut Printer, request: u8) -> ControlOut {
    let request = ControlRequest {
        request_type: CLASS_READS,
        request,
        value: 0,
        index: 0,
        length: 1024,
    };
    printer.control(request, &[])
}

#[test]
fn it_says_what_it_is_and_how_it_is() {
    let (mut printer, watch) = printer("pcl-laser");
    let ControlOut::Data(id) = reads(&mut printer, GET_DEVICE_ID) else {
        panic!("no device id");
    };
    assert_eq!(usize::from(id[0]) << 8 | usize::from(id[1]), id.len());
    assert!(id[2..].starts_with(b"MFG:Hewlett-Packard;"));
    let table = [
        (None, 0x18),
        (Some(PrinterTrouble::PaperOut), 0x30),
        (Some(PrinterTrouble::Jam), 0x10),
        (Some(PrinterTrouble::CoverOpen), 0x10),
    ];
    for (trouble, status) in table {
        watch.set_trouble(trouble);
        let said = reads(&mut printer, GET_PORT_STATUS);
        assert_eq!(said, ControlOut::Data(vec![status]), "{trouble:?}");
    }
}

#[test]
fn without_paper_it_takes_what_its_memory_holds_and_says_so_when_asked() {
    let (mut printer, watch) = printer("pcl-laser");
    assert!(printer.bulk_out(b"\x1b%-12345X@PJL USTATUS DEV", true));
    assert_eq!(printer.bulk_in(512), BulkIn::NotYet);
    assert!(printer.bulk_out(b"ICE=ON\r\n", true));
    let said = |printer: &mut Printer| match printer.bulk_in(512) {
        BulkIn::Data(bytes) => String::from_utf8(bytes).expect("plain text"),
        other => panic!("{other:?}"),
    };
    assert!(said(&mut printer).contains("CODE=10001"));
    watch.set_trouble(Some(PrinterTrouble::PaperOut));
    assert!(said(&mut printer).contains("CODE=41002"));
    assert!(printer.takes_bulk_out());
    printer.bulk_out(&[0; MEMORY_BYTES], true);
    assert!(!printer.takes_bulk_out());
    watch.set_trouble(None);
    assert!(printer.takes_bulk_out());
    assert_eq!(watch.received_bytes(), MEMORY_BYTES + 33);
}
