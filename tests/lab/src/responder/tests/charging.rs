//! A device that charges only, and comes again when another use of the cable is chosen.

use super::wire::command;
use super::*;

fn phone() -> (Responder, ResponderWatch) {
    let profile = Profile::named("android-charge-only").expect("a profile");
    let responder = Responder::of(profile).expect("a library");
    let watch = responder.watch();
    (responder, watch)
}

/// What tells what it is: idProduct, the interface, its name, whether it has events.
fn looks(responder: &Responder) -> (u16, [u8; 3], Option<String>, bool) {
    let shape = responder.shape();
    (
        shape.product,
        shape.interface,
        shape.interface_name,
        shape.has_events,
    )
}

fn charging() -> (u16, [u8; 3], Option<String>, bool) {
    (
        0x4EE7,
        [255, 66, 1],
        Some("ADB Interface".to_owned()),
        false,
    )
}

fn transferring() -> (u16, [u8; 3], Option<String>, bool) {
    (0x4EE1, [6, 1, 1], Some("MTP".to_owned()), true)
}

#[test]
fn it_comes_again_once_for_each_choice() {
    let (mut phone, watch) = phone();
    assert_eq!(looks(&phone), charging());
    let first = phone.shape();
    assert!(!phone.comes_again());
    watch.choose_charging_only();
    assert!(!phone.comes_again(), "it does so already");

    watch.choose_file_transfer();
    assert_eq!([phone.comes_again(), phone.comes_again()], [true, false]);
    assert_eq!(looks(&phone), transferring());
    let second = phone.shape();
    assert_eq!(
        (first.vendor, first.model, first.serial),
        (second.vendor, second.model, second.serial),
        "it is the same phone"
    );

    watch.choose_charging_only();
    assert_eq!([phone.comes_again(), phone.comes_again()], [true, false]);
    assert_eq!(looks(&phone), charging());

    watch.choose_file_transfer();
    watch.plug_in();
    assert_eq!(looks(&phone), charging(), "each replug begins so");
}

#[test]
fn it_answers_nothing_until_then_and_its_session_ends_with_it() {
    let (mut phone, watch) = phone();
    let opens = command(0x1002, 0, &[1]);
    assert!(phone.bulk_out(&opens, true));
    assert_eq!(phone.bulk_in(512), BulkIn::NotYet);
    assert_eq!(watch.protocol_violations(), 1);
    let status = ControlRequest {
        request_type: 0xA1,
        request: 0x67,
        value: 0,
        index: 0,
        length: 4,
    };
    assert_eq!(phone.control(status, &[]), ControlOut::Stall);
    assert_eq!(watch.commands(), []);

    watch.choose_file_transfer();
    assert!(phone.comes_again());
    phone.bus_reset();
    assert_eq!(
        looks(&phone),
        transferring(),
        "a reset of the bus is no choice"
    );
    assert!(phone.bulk_out(&opens, true));
    assert!(matches!(phone.bulk_in(512), BulkIn::Data(_)));
    assert!(watch.has_session());
    assert!(phone.bulk_out(&command(0x1004, 1, &[]), true));

    watch.choose_charging_only();
    assert_eq!(
        phone.bulk_in(512),
        BulkIn::NotYet,
        "what was under way broke off"
    );
    assert!(!watch.has_session());
}

#[test]
fn a_device_without_that_use_never_comes_again() {
    let mut phone = Responder::of(Profile::named("pixel").expect("a profile")).expect("a library");
    let watch = phone.watch();
    watch.choose_charging_only();
    watch.choose_file_transfer();
    assert!(!phone.comes_again());
    assert_eq!(looks(&phone), transferring());
}
