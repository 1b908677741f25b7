//! What mtp-rs and nusb report, sorted into the families of [`SourceError`] by code, never by text.

use heirloom_engine::SourceError;
use mtp_rs::ptp::{PtpError, ResponseCode};

const EIO: i32 = 5;
const EACCES: i32 = 13;
const EBUSY: i32 = 16;

/// Store_Not_Available (ISO 15740, section 11), which mtp-rs has no name for: a card without its slot, or a locked phone.
const STORE_NOT_AVAILABLE: u16 = 0x2013;

/// The family of a failed exchange; `what` names the answer, should it be garbled.
pub(crate) fn family(error: PtpError, what: &'static str) -> SourceError {
    match error {
        PtpError::Protocol { code, .. } => refusal(code),
        PtpError::Disconnected | PtpError::NoDevice => SourceError::Gone,
        // A reset that mtp-rs gave to a silent device ends as silence does: the session is gone, the device may come back.
        PtpError::Timeout | PtpError::Cancelled | PtpError::DeviceReset => SourceError::TimedOut,
        PtpError::SessionNotOpen => SourceError::Locked,
        PtpError::Io(error) => SourceError::Io {
            errno: error.raw_os_error().unwrap_or(EIO),
        },
        // Its kind can be had only by way of mtp-rs's neutral error.
        error @ PtpError::Usb(_) => match mtp_rs::Error::from(error) {
            mtp_rs::Error::Disconnected => SourceError::Gone,
            mtp_rs::Error::ExclusiveAccess => SourceError::Io { errno: EBUSY },
            mtp_rs::Error::PermissionDenied => SourceError::Io { errno: EACCES },
            _ => SourceError::Io { errno: EIO },
        },
        // Also what a later mtp-rs may add: an answer that we can't place.
        _ => SourceError::Garbled { what },
    }
}

/// The family of a refusal while opening: whatever the code, the device does not let us read yet.
pub(crate) fn family_at_open(error: PtpError, what: &'static str) -> SourceError {
    match error {
        PtpError::Protocol { .. } => SourceError::Locked,
        other => family(other, what),
    }
}

/// The family of a failure to reach the device at all.
pub(crate) fn family_of_usb(error: &nusb::Error) -> SourceError {
    match error.kind() {
        nusb::ErrorKind::Disconnected | nusb::ErrorKind::NotFound => SourceError::Gone,
        nusb::ErrorKind::Busy => SourceError::Io { errno: EBUSY },
        nusb::ErrorKind::PermissionDenied => SourceError::Io { errno: EACCES },
        _ => SourceError::Io {
            errno: error
                .os_error()
                .and_then(|errno| i32::try_from(errno).ok())
                .unwrap_or(EIO),
        },
    }
}

fn refusal(code: ResponseCode) -> SourceError {
    match code {
        ResponseCode::InvalidObjectHandle | ResponseCode::InvalidParentObject => {
            SourceError::Vanished
        }
        ResponseCode::SessionNotOpen
        | ResponseCode::SessionAlreadyOpen
        | ResponseCode::InvalidStorageId
        | ResponseCode::Unknown(STORE_NOT_AVAILABLE) => SourceError::Locked,
        // Asked again a few times already, by the session.
        ResponseCode::DeviceBusy => SourceError::TimedOut,
        other => SourceError::Refused {
            code: u32::from(u16::from(other)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtp_rs::ptp::OperationCode;

    #[test]
    fn refusals_fall_into_families_by_their_code() {
        // Response code, family, family while opening.
        let refused = |code| SourceError::Refused { code };
        let table = [
            (0x2002, refused(0x2002)),
            (0x2003, SourceError::Locked),
            (0x2005, refused(0x2005)),
            (0x2008, SourceError::Locked),
            (0x2009, SourceError::Vanished),
            (0x200F, refused(0x200F)),
            (0x2013, SourceError::Locked),
            (0x2019, SourceError::TimedOut),
            (0x201A, SourceError::Vanished),
            (0x201D, refused(0x201D)),
            (0x201E, SourceError::Locked),
            (0xA801, refused(0xA801)),
        ];
        for (code, expected) in table {
            let error = || PtpError::Protocol {
                code: ResponseCode::from(code),
                operation: OperationCode::GetObjectInfo,
            };
            assert_eq!(family(error(), "an answer"), expected, "{code:#06x}");
            assert_eq!(family_at_open(error(), "an answer"), SourceError::Locked);
        }
    }

    #[test]
    fn failures_of_the_link_fall_into_families_by_their_kind() {
        let table = [
            (PtpError::Disconnected, SourceError::Gone),
            (PtpError::NoDevice, SourceError::Gone),
            (PtpError::Timeout, SourceError::TimedOut),
            (PtpError::Cancelled, SourceError::TimedOut),
            (PtpError::DeviceReset, SourceError::TimedOut),
            (PtpError::SessionNotOpen, SourceError::Locked),
            (
                PtpError::Io(std::io::Error::from_raw_os_error(71)),
                SourceError::Io { errno: 71 },
            ),
            (
                PtpError::Io(std::io::Error::other("endpoint stalled")),
                SourceError::Io { errno: EIO },
            ),
            (
                PtpError::invalid_data("Device disconnected"),
                SourceError::Garbled { what: "an answer" },
            ),
        ];
        for (error, expected) in table {
            assert_eq!(family(error, "an answer"), expected);
        }
    }
}
