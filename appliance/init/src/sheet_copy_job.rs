//! The restore sheet, copied to a plain disk, and read back from it.

use std::ops::ControlFlow;

use heirloom_engine::{
    DeviceFacts, Occupant, OnTarget, SheetCopyError, StagedId, Target, TargetDiskError,
    TargetError, TargetPath, TargetUse,
};
use heirloom_linux::{Node, TargetOrder, Watch, prepare_target};

/// The folder on the disk.
const FOLDER: &str = "Heirloom";
/// Sheets of the same name, which have other content.
const NAMES_MAX: u32 = 1_000;

/// Copies it, in a file of this name that replaces none; tells which name it got.
///
/// # Errors
/// [`SheetCopyError`]; what is left of it on the disk is not a sheet by its name.
pub(crate) fn copy(
    pdf: &[u8],
    name: &str,
    (disk, partition): (&DeviceFacts, u32),
    watch: &Watch,
) -> Result<String, SheetCopyError> {
    let node = match watch.get(&disk.id) {
        Some((now, Node::Disk { path })) if now == *disk => path,
        Some(_) => return Err(TargetDiskError::Changed.into()),
        None => return Err(TargetDiskError::Gone.into()),
    };
    let prepared = prepare_target(&TargetOrder {
        facts: disk,
        node: &node,
        how: TargetUse::Partition(partition),
        folder: FOLDER,
    })?;
    let written = write(prepared.target(), pdf, name);
    let cleared = prepared.target().clear();
    // A disk that can't be let go of in good order has not got the file.
    prepared.close()?;
    let file = written.map_err(of_target)?;
    cleared.map_err(|error| of_target(error.into()))?;
    Ok(format!("{FOLDER}/{file}"))
}

/// What went wrong on the disk.
enum Trouble {
    Target(TargetError),
    NotKept,
}

impl From<TargetError> for Trouble {
    fn from(error: TargetError) -> Self {
        Self::Target(error)
    }
}

fn write(target: &dyn Target, pdf: &[u8], name: &str) -> Result<String, Trouble> {
    let staged = StagedId(0);
    let mut draft = target.stage(staged)?;
    draft.write(pdf)?;
    draft.finish(None)?;
    target.flush()?;
    expect_kept(target, OnTarget::Staged(staged), pdf)?;
    for number in 1..=NAMES_MAX {
        let file = match number {
            1 => format!("{name}.pdf"),
            number => format!("{name} ({number}).pdf"),
        };
        let Some(path) = TargetPath::new(vec![file.clone().into_bytes()]) else {
            return Err(TargetError::Exists.into());
        };
        if !matches!(target.look(&path)?, Occupant::Nothing) {
            continue;
        }
        target.place(staged, &path)?;
        target.flush()?;
        expect_kept(target, OnTarget::Placed(&path), pdf)?;
        return Ok(file);
    }
    Err(TargetError::Exists.into())
}

fn expect_kept(target: &dyn Target, file: OnTarget<'_>, pdf: &[u8]) -> Result<(), Trouble> {
    let (mut at, mut same) = (0, true);
    let length = target.read_back(file, &mut |piece| {
        same &= pdf.get(at..at + piece.len()) == Some(piece);
        at += piece.len();
        ControlFlow::Continue(())
    })?;
    match same && length == pdf.len() as u64 {
        true => Ok(()),
        false => Err(Trouble::NotKept),
    }
}

fn of_target(trouble: Trouble) -> SheetCopyError {
    match trouble {
        Trouble::NotKept => SheetCopyError::NotKept,
        Trouble::Target(TargetError::Full) => SheetCopyError::Full,
        Trouble::Target(TargetError::Gone) => TargetDiskError::Gone.into(),
        Trouble::Target(TargetError::Exists) => TargetDiskError::Changed.into(),
        Trouble::Target(TargetError::Refused { errno } | TargetError::Io { errno }) => {
            let action = "writing the sheet";
            TargetDiskError::Io { action, errno }.into()
        }
    }
}
