use anyhow::ensure;
use heirloom_stories::{Key, LONG, PcPlan, STORY_DAY, story};
use serde_json::{Value, json};

/// Adapters whose drivers every Linux brings: on PCI, for virtual machines, and on USB, each at the end of a cable.
const ADAPTERS: [&str; 16] = [
    "-netdev",
    "user,id=net0",
    "-device",
    "e1000,netdev=net0",
    "-netdev",
    "user,id=net1",
    "-device",
    "rtl8139,netdev=net1",
    "-netdev",
    "user,id=net2",
    "-device",
    "virtio-net-pci,netdev=net2",
    "-netdev",
    "user,id=net3",
    "-device",
    "usb-net,netdev=net3,bus=xhci.0",
];
/// PCI's class of Ethernet controllers.
const ETHERNET: u64 = 0x0200;
/// What a PC's clock says without one.
const EMPTY_BATTERY: &str = "2001-01-01T00:00:00";
/// The loopback's flags when it is down (`netdevice(7)`).
const DOWN: &str = "0x8";

#[test]
fn no_network_on_an_old_pc_with_four_adapters() {
    story("no network", |story| {
        let mut plan = PcPlan::appliance().with_bios().with(&ADAPTERS);
        plan.vm.clock = EMPTY_BATTERY.to_owned();
        let mut pc = story.boot(plan)?;
        let on_pci = pc.qmp().execute("query-pci", json!({}))?;
        ensure!(count_ethernet(&on_pci) == 3, "{on_pci:#}");
        pc.boot_headless()?;
        pc.events.wait("the USB adapter", LONG, |event| {
            let model = event["model"].as_str();
            event["event"] == "device-seen" && model.is_some_and(|model| model.contains("Network"))
        })?;
        pc.reads("This computer's clock can't be right.")?;
        pc.screen.enter("2001-01-01")?;
        pc.reads("This is no day that it can be today.")?;
        pc.screen.press(&vec![Key::Backspace; "2001-01-01".len()])?;
        pc.screen.enter(STORY_DAY)?;
        pc.reads_all(&[
            "What would you like to do?",
            "the stick that Heirloom started from",
        ])?;
        pc.switches_off()?;
        let told = pc.events.wait_for("networks", LONG)?;
        let only_loopback = json!([{"name": "lo", "flags": DOWN}]);
        ensure!(told["interfaces"] == only_loopback, "{told:#}");
        Ok(())
    });
}

fn count_ethernet(buses: &Value) -> usize {
    let devices = buses
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|bus| bus["devices"].as_array())
        .flatten();
    devices
        .filter(|device| device["class_info"]["class"] == ETHERNET)
        .count()
}
