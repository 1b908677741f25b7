//! The target on a real folder, of Windows or of wine.

use super::*;

fn path(names: &[&[u8]]) -> TargetPath {
    TargetPath::new(names.iter().map(|it| it.to_vec()).collect()).expect("plain names")
}

fn put(target: &FolderTarget, path: &TargetPath, unix_s: i64) -> Result<(), TargetError> {
    let id = StagedId(1);
    let mut draft = target.stage(id)?;
    draft.write(b"content")?;
    draft.finish(Some(unix_s))?;
    target.flush()?;
    target.place(id, path)
}

#[test]
fn it_keeps_the_ports_contract_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    heirloom_fakes::target_contract(&FolderTarget::new(folder.path()));
    assert!(!folder.path().join(STAGING).exists());
}

#[test]
fn any_time_comes_out() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let target = FolderTarget::new(folder.path());
    for (name, unix_s) in [(&b"old"[..], -1_000_000_000), (b"new", 4_000_000_000)] {
        let path = path(&[b"a", name]);
        put(&target, &path, unix_s).expect("put");
        target.flush().expect("flush");
        assert_eq!(target.look(&path), Ok(Occupant::File { size_bytes: 7 }));
        let text = std::str::from_utf8(name).expect("a plain name");
        let modified = fs::metadata(folder.path().join("a").join(text))
            .and_then(|found| found.modified())
            .expect("its time");
        assert_eq!(Some(modified), system_time(unix_s), "{text}");
    }
}

#[test]
fn names_that_windows_would_take_for_something_else_are_refused() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let target = FolderTarget::new(folder.path());
    let names: [&[u8]; 9] = [
        b"a:stream",
        b"a\\b",
        b"..\\a",
        b"CON",
        b"nul.txt",
        b"dot.",
        b"space ",
        b"\xff",
        b"question?",
    ];
    for name in names {
        for path in [path(&[name]), path(&[name, b"file"])] {
            let refused = Err(TargetError::Refused {
                errno: INVALID_NAME,
            });
            assert_eq!(target.look(&path).map(|_| ()), refused, "{path}");
            assert_eq!(put(&target, &path, 0), refused, "{path}");
        }
    }
    let inside = path(&[b".HEIRLOOM-restore", b"file"]);
    assert!(put(&target, &inside, 0).is_err());
    target.clear().expect("clear");
    let left = fs::read_dir(folder.path()).expect("read").count();
    assert_eq!(left, 0);
}

#[test]
fn a_disk_that_is_gone_is_told() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let target = FolderTarget::new(folder.path());
    folder.close().expect("remove");
    assert_eq!(target.look(&path(&[b"a"])), Err(TargetError::Gone));
    assert_eq!(target.clear(), Err(TargetError::Gone));
    assert_eq!(
        target.stage(StagedId(0)).map(|_| ()),
        Err(TargetError::Gone)
    );
}
