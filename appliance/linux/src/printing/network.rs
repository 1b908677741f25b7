//! A network of its own for what prints: a loopback, and nothing else, whatever the computer has. The computer's own loopback stays down.

use std::io;
use std::net::UdpSocket;
use std::os::fd::AsFd;

use nix::sched::{CloneFlags, unshare};

use crate::ioctl;

/// Takes the calling thread, and every program that it starts from now on, into a network without any way out, and brings its loopback up:
/// ipp-usb can serve a printer nowhere else.
///
/// # Errors
/// The kernel's.
pub fn enter_own_network() -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    // Any socket will do; it is not bound to anything.
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    ioctl::loopback_up(socket.as_fd())?;
    Ok(())
}
