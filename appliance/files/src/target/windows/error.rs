//! What Windows' error numbers mean on a target. The numbers are of its `winerror.h`.

use heirloom_engine::TargetError;

/// A name that can't be.
pub(super) const INVALID_NAME: i32 = 123;
/// Among much else, a time out of range, and a read that does not begin with a sector.
pub(super) const INVALID_PARAMETER: i32 = 87;

/// `HANDLE_DISK_FULL`, `DISK_FULL`, `DISK_QUOTA_EXCEEDED`.
const FULL: [i32; 3] = [39, 112, 1295];
/// `FILE_EXISTS`, `DIR_NOT_EMPTY`, `ALREADY_EXISTS`, `DIRECTORY`.
const EXISTS: [i32; 4] = [80, 145, 183, 267];
/// `ACCESS_DENIED`, `SHARING_VIOLATION`, `LABEL_TOO_LONG`, `FILENAME_EXCED_RANGE`, `FILE_TOO_LARGE`, `VIRUS_INFECTED`, and the two from above.
const REFUSED: [i32; 8] = [5, 32, INVALID_PARAMETER, INVALID_NAME, 154, 206, 223, 225];
/// `BAD_UNIT`, `NOT_READY`, `WRONG_DISK`, `BAD_NETPATH`, `DEV_NOT_EXIST`, `NETNAME_DELETED`, `NO_SUCH_DEVICE`, `FILE_INVALID`,
/// `NO_MEDIA_IN_DRIVE`, `DEVICE_NOT_CONNECTED`, `DEVICE_REMOVED`.
const GONE: [i32; 11] = [20, 21, 34, 53, 55, 64, 433, 1006, 1112, 1167, 1617];

/// The port's word for it.
pub(super) fn target_error(code: i32) -> TargetError {
    let is_of = |codes: &[i32]| codes.contains(&code);
    if is_of(&FULL) {
        TargetError::Full
    } else if is_of(&EXISTS) {
        TargetError::Exists
    } else if is_of(&REFUSED) {
        TargetError::Refused { errno: code }
    } else if is_of(&GONE) {
        TargetError::Gone
    } else {
        TargetError::Io { errno: code }
    }
}
