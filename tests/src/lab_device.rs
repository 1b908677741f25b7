//! Devices of the lab in a running PC: plugged in by the usbredir protocol, and pulled out as a person does it.

use std::os::unix::net::UnixListener;

use anyhow::{Context, Result};
use heirloom_lab::{Attachment, Function};
use serde_json::json;

use crate::Vm;

/// A device of the lab, and what of it is QEMU's.
pub(crate) struct LabDevice {
    id: String,
    attachment: Attachment,
}

impl Vm {
    /// Plugs a device of the lab in. Each time it has another address on the bus, as when a person does it. One of that id that fell off
    /// the bus by itself makes room.
    ///
    /// # Errors
    /// When QEMU refuses, as it does when a device of that id is plugged in.
    pub fn plug_lab_device(&mut self, id: &str, device: impl Function + 'static) -> Result<()> {
        let fell_off = |device: &LabDevice| device.id == id && device.attachment.has_ended();
        if self.lab_devices().iter().any(fell_off) {
            self.unplug(id)?;
        }
        let path = self.folder().join(format!("{id}.usbredir"));
        let listener = UnixListener::bind(&path).with_context(|| path.display().to_string())?;
        let socket = json!({
            "type": "socket",
            "data": {"addr": {"type": "unix", "data": {"path": path}}, "server": false},
        });
        let added = self
            .qmp()
            .execute("chardev-add", json!({"id": chardev(id), "backend": socket}));
        // Both ends are there by now, or never; the next one of that id needs the name.
        std::fs::remove_file(&path)?;
        added?;
        let (stream, _) = listener.accept()?;
        let attachment = Attachment::serve(Box::new(device), stream);
        self.qmp().device_add(json!({
            "driver": "usb-redir", "id": id, "bus": "xhci.0", "chardev": chardev(id),
        }))?;
        self.lab_devices().push(LabDevice {
            id: id.to_owned(),
            attachment,
        });
        Ok(())
    }

    /// Whether a device of the lab is off the bus, by itself or because it was pulled out.
    pub fn is_off_the_bus(&mut self, id: &str) -> bool {
        let devices = self.lab_devices().iter();
        let mut of_id = devices.filter(|device| device.id == id);
        of_id.all(|device| device.attachment.has_ended())
    }

    /// Pulls a device of the lab out, if it is one.
    pub(crate) fn pull_lab_device(&mut self, id: &str) -> Result<()> {
        let devices = self.lab_devices();
        let Some(at) = devices.iter().position(|device| device.id == id) else {
            return Ok(());
        };
        let device = devices.remove(at);
        let ending = device.attachment.unplug();
        ending.with_context(|| format!("the device {id} of the lab"))?;
        Ok(())
    }
}

/// The name of QEMU's end of the connection, which goes with its device.
fn chardev(id: &str) -> String {
    format!("{id}-usbredir")
}
