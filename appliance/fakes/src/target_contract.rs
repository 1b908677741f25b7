//! What every target of a restore must do, real or fake.

use std::ops::ControlFlow;

use heirloom_engine::{Occupant, OnTarget, StagedId, Target, TargetError, TargetPath};

/// Holds a target to its contract, without power cuts. `target` is empty, or what is in it is not in the way: everything happens in a folder
/// named `contract`, which must not exist.
///
/// # Panics
/// When the contract is broken; the message says where.
pub fn target_contract(target: &dyn Target) {
    let path = |name: &[u8]| {
        let names = [&b"contract"[..], b"folder \xc3\xbc", name];
        TargetPath::new(names.map(<[u8]>::to_vec).to_vec()).expect("plain names")
    };
    let folder = TargetPath::new(vec![b"contract".to_vec()]).expect("a plain name");
    target.clear().expect("nothing to clear is fine");
    // Empty, odd, a block, and more than a piece.
    for (number, size_bytes) in [0, 1, 4_096, 4_097, (2 << 20) + 77].into_iter().enumerate() {
        let id = StagedId(number as u32);
        let path = path(format!("{number}.jpg").as_bytes());
        let content: Vec<u8> = (0..size_bytes)
            .map(|at: usize| (at * 31 + at / 251) as u8)
            .collect();
        // A number may be given again, even in the middle of a file.
        let mut first = target.stage(id).expect("stage");
        first.write(b"something else, and longer").expect("write");
        drop(first);
        stage(target, id, &content);
        target.flush().expect("flush");
        assert_eq!(target.look(&path), Ok(Occupant::Nothing));
        assert!(read(target, OnTarget::Staged(id)) == content);
        target.place(id, &path).expect("place");
        let size_bytes = content.len() as u64;
        assert_eq!(target.look(&path), Ok(Occupant::File { size_bytes }));
        target.flush().expect("flush");
        assert!(read(target, OnTarget::Placed(&path)) == content);
    }
    let id = StagedId(7);
    stage(target, id, b"x");
    target.flush().expect("flush");
    let taken = path(b"1.jpg");
    assert_eq!(
        target.place(id, &taken),
        Err(TargetError::Exists),
        "never replaces"
    );
    assert_eq!(read(target, OnTarget::Placed(&taken)).len(), 1);
    assert_eq!(
        target.look(&folder),
        Ok(Occupant::Other),
        "a folder is no file"
    );
    let exists = Err(TargetError::Exists);
    assert_eq!(target.place(id, &folder), exists, "never replaces a folder");
    let mut below = taken.names().to_vec();
    below.push(b"below a file".to_vec());
    let below = TargetPath::new(below).expect("plain names");
    assert_eq!(
        target.look(&below),
        Ok(Occupant::Other),
        "a file is no folder"
    );
    assert_eq!(target.place(id, &below), exists, "a file is no folder");
    let long = path(&b"x".repeat(256));
    let is_refused = |error| matches!(error, Some(TargetError::Refused { .. }));
    assert!(is_refused(target.look(&long).err()), "no system takes it");
    assert!(
        is_refused(target.place(id, &long).err()),
        "no system takes it"
    );
    let mut calls = 0;
    target
        .read_back(OnTarget::Placed(&path(b"4.jpg")), &mut |_| {
            calls += 1;
            ControlFlow::Break(())
        })
        .expect("stopping is no error");
    assert_eq!(calls, 1, "a sink that breaks is not called again");
    target.clear().expect("clear");
    assert!(target.free_bytes().expect("free") > 0);
    let limits = target.limits().expect("limits");
    assert!(
        limits.block_bytes > 0 && limits.time_step_s > 0,
        "{limits:?}"
    );
    assert!(
        limits.takes_length((2 << 20) + 77),
        "it took one: {limits:?}"
    );
}

fn stage(target: &dyn Target, id: StagedId, content: &[u8]) {
    let mut draft = target.stage(id).expect("stage");
    let (first, second) = content.split_at(content.len() / 2);
    draft.write(first).expect("write");
    draft.write(second).expect("write");
    draft.finish(Some(1_700_000_000)).expect("finish");
}

fn read(target: &dyn Target, file: OnTarget<'_>) -> Vec<u8> {
    let mut content = Vec::new();
    let read_bytes = target.read_back(file, &mut |piece| {
        assert!(piece.len() <= 1 << 20, "pieces are at most 1 MiB");
        content.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    assert_eq!(read_bytes, Ok(content.len() as u64));
    content
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fake_target_keeps_the_contract() {
        super::target_contract(&crate::FakeTarget::new());
    }
}
