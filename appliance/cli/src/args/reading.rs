//! What the help says where the tool only reads, and only drives: on Windows.

/// What it is.
pub(super) const ABOUT: &str = "Get pictures back from an encrypted archive drive";

/// What it is, at more length.
pub(super) const LONG_ABOUT: &str = "\
Get pictures back from an encrypted archive drive.

An archive on an encrypted drive of the appliance, or in an image of one, is listed, checked and restored with --from. It is only read. Archives are made, and \
read from plain folders, by heirloom for Linux.";

/// Where the archive is.
pub(super) const FROM: &str = "\
Read the archive from an encrypted drive, or from an image of one: the whole drive (\\\\.\\PhysicalDrive2, of which Get-Disk in PowerShell shows the number), or a \
file. Nothing is written. A drive may be read by administrators alone, an image by whoever may read the file. The passphrase is asked for on the console";

/// Without the folder that an archive can't be in.
pub(super) const VERIFY_USAGE: &str = "heirloom verify [OPTIONS] --from <DEVICE_OR_IMAGE>";
pub(super) const RESTORE_USAGE: &str =
    "heirloom restore [OPTIONS] --from <DEVICE_OR_IMAGE> <TARGET_DIR>";
pub(super) const CAT_USAGE: &str = "heirloom cat [OPTIONS] --from <DEVICE_OR_IMAGE> <PATH>";
