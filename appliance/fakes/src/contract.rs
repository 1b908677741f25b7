//! What every volume must do, real or fake.

use std::ops::ControlFlow;

use heirloom_engine::{Entry, EntryKind, Volume, VolumeError, VolumePath};

/// Holds a volume to its contract, without power cuts. `make` yields an empty one, or one whose content is not in the way: everything happens
/// in a folder named `contract`, which must not exist.
///
/// # Panics
/// When the contract is broken; the message says where.
pub fn volume_contract(make: impl Fn() -> Box<dyn Volume>) {
    let volume = make();
    let volume = &*volume;
    let top = VolumePath::new("contract");
    folders(volume, &top);
    files(volume, &top.join("files"));
    parts(volume, &top.join("parts"));
    links(volume, &top.join("links"));
    renames(volume, &top.join("renames"));
    removal(volume, &top.join("removal"));
    volume.remove(&top).expect("remove all");
    let names = volume.list(None).expect("list the top");
    assert!(
        names.iter().all(|entry| entry.name != "contract"),
        "all was removed"
    );
    let space = volume.space().expect("space");
    assert!(
        space.free_bytes <= space.total_bytes && space.total_bytes > 0,
        "{space:?}"
    );
}

fn write(volume: &dyn Volume, path: &VolumePath, content: &[u8]) {
    let mut draft = volume.create(path).expect("create");
    // In two pieces, because drafts append.
    let (first, second) = content.split_at(content.len() / 2);
    draft.write(first).expect("write");
    draft.write(second).expect("write");
    draft.finish(Some(1_700_000_000)).expect("finish");
    volume.flush().expect("flush");
}

fn read(volume: &dyn Volume, path: &VolumePath) -> Vec<u8> {
    let mut cached = Vec::new();
    let read_bytes = volume.read(path, &mut |piece| {
        assert!(piece.len() <= 1 << 20, "pieces are at most 1 MiB");
        cached.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    assert_eq!(read_bytes, Ok(cached.len() as u64));
    let mut from_drive = Vec::new();
    let read_bytes = volume.read_back(path, &mut |piece| {
        assert!(piece.len() <= 1 << 20, "pieces are at most 1 MiB");
        from_drive.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    assert_eq!(read_bytes, Ok(from_drive.len() as u64));
    assert!(
        cached == from_drive,
        "{path}: the drive holds what was written"
    );
    let facts = volume.facts(path).expect("its facts");
    assert_eq!(facts.size_bytes, cached.len() as u64);
    assert_eq!(facts.modified_unix_s, 1_700_000_000);
    cached
}

fn names(volume: &dyn Volume, folder: &VolumePath) -> Vec<(String, EntryKind)> {
    let entries = volume.list(Some(folder)).expect("list");
    entries
        .into_iter()
        .map(|Entry { name, kind, .. }| (name, kind))
        .collect()
}

fn is_missing<T>(result: Result<T, VolumeError>) -> bool {
    matches!(result, Err(VolumeError::Missing(_)))
}

fn exists<T>(result: Result<T, VolumeError>) -> bool {
    matches!(result, Err(VolumeError::Exists(_)))
}

fn folders(volume: &dyn Volume, top: &VolumePath) {
    assert!(
        is_missing(volume.list(Some(top))),
        "a folder is missing until it is made"
    );
    let deep = top.join("a/b ü 🎂/c");
    volume.make_folder(&deep).expect("make all that is missing");
    volume
        .make_folder(&deep)
        .expect("an existing folder is fine");
    assert_eq!(
        names(volume, &top.join("a")),
        [("b ü 🎂".to_owned(), EntryKind::Folder)]
    );
    volume.flush().expect("flush");
    write(volume, &top.join("file"), b"x");
    assert!(
        volume.make_folder(&top.join("file")).is_err(),
        "a file is no folder"
    );
    assert!(
        volume.list(Some(&top.join("file"))).is_err(),
        "a file is no folder"
    );
}

fn files(volume: &dyn Volume, top: &VolumePath) {
    assert!(
        is_missing(volume.create(&top.join("a"))),
        "a file needs its folder"
    );
    volume.make_folder(top).expect("make");
    // Empty, odd, a block, and more than a piece; with nothing that a block size divides.
    for (index, size_bytes) in [0, 1, 511, 4_096, 4_097, 65_536, (2 << 20) + 77]
        .into_iter()
        .enumerate()
    {
        let path = top.join(&format!("{index} ünï.jpg"));
        let content: Vec<u8> = (0..size_bytes)
            .map(|at: usize| (at * 31 + at / 251) as u8)
            .collect();
        write(volume, &path, &content);
        assert!(
            read(volume, &path) == content,
            "{size_bytes} bytes come back"
        );
    }
    let first = top.join("0 ünï.jpg");
    assert!(exists(volume.create(&first)), "never overwrites");
    assert!(exists(volume.create(&first)), "never overwrites");
    assert_eq!(read(volume, &first), b"");
    assert!(names(volume, top).is_sorted(), "names are sorted");
    let missing = top.join("missing");
    assert!(is_missing(
        volume.read(&missing, &mut |_| ControlFlow::Continue(()))
    ));
    assert!(is_missing(
        volume.read_back(&missing, &mut |_| ControlFlow::Continue(()))
    ));
    assert!(is_missing(volume.facts(&missing)));
    let mut calls = 0;
    volume
        .read_back(&top.join("6 ünï.jpg"), &mut |_| {
            calls += 1;
            ControlFlow::Break(())
        })
        .expect("stopping is no error");
    assert_eq!(calls, 1, "a sink that breaks is not called again");
}

fn parts(volume: &dyn Volume, top: &VolumePath) {
    volume.make_folder(&top.join("folder")).expect("make");
    let content: Vec<u8> = (0..(3 << 20) + 77)
        .map(|at: usize| (at * 29 + at / 253) as u8)
        .collect();
    let path = top.join("long.mp4");
    let mut draft = volume.create(&path).expect("create");
    draft.write(&content[..(2 << 20) + 9]).expect("write");
    drop(draft);
    volume.flush().expect("flush");
    // Within a block, at its end, and at the end of what there is: again and again, each time with less.
    for keep in [(2 << 20) + 9, (2 << 20) + 8, 2 << 20, 4_097, 1, 0] {
        let reopened = volume.reopen(&path, keep as u64).expect("reopen");
        let mut draft = reopened.expect("there is so much of it");
        let facts = volume.facts(&path).expect("its facts");
        assert_eq!(facts.size_bytes, keep as u64, "the rest is gone");
        draft.write(&content[keep..]).expect("write");
        draft.finish(Some(1_700_000_000)).expect("finish");
        volume.flush().expect("flush");
        assert!(read(volume, &path) == content, "it goes on at {keep}");
    }
    let is_refused =
        |path: &VolumePath, keep_bytes| matches!(volume.reopen(path, keep_bytes), Ok(None));
    let size_bytes = content.len() as u64;
    assert!(is_refused(&path, size_bytes + 1), "it is shorter");
    assert!(is_refused(&top.join("missing"), 0), "there is none");
    assert!(is_refused(&top.join("no/folder"), 0), "there is none");
    assert!(is_refused(&top.join("folder"), 0), "a folder is no file");
    let link = top.join("link");
    volume.point(&link, "long.mp4").expect("point");
    assert!(is_refused(&link, 0), "a symbolic link is no file");
    let second = top.join("second");
    volume.link(&path, &second).expect("link");
    for name in [&path, &second] {
        assert!(is_refused(name, 1), "a second name may be a published one");
    }
    assert!(
        read(volume, &path) == content,
        "what is refused stays as it is"
    );
}

fn links(volume: &dyn Volume, top: &VolumePath) {
    volume.make_folder(top).expect("make");
    let (file, link) = (top.join("file"), top.join("link"));
    assert!(is_missing(volume.link(&file, &link)));
    write(volume, &file, b"content");
    volume.link(&file, &link).expect("link");
    assert!(exists(volume.link(&file, &link)), "never replaces");
    assert!(is_missing(volume.link(&file, &top.join("no/link"))));
    let other = top.join("other");
    write(volume, &other, b"content");
    let ids: Vec<u64> = volume
        .list(Some(top))
        .expect("list")
        .iter()
        .map(|entry| entry.file_id)
        .collect();
    assert!(
        ids[0] == ids[1] && ids[1] != ids[2],
        "names of one file, and only those, have one id"
    );
    volume.remove(&other).expect("remove");
    volume.remove(&file).expect("remove");
    assert_eq!(
        read(volume, &link),
        b"content",
        "a second name keeps the content"
    );
    let latest = top.join("latest");
    for target in ["0001 2026-11-22", "0002 2026-11-23"] {
        volume.point(&latest, target).expect("point");
        assert_eq!(volume.target(&latest).as_deref(), Ok(target));
    }
    let expected = [
        ("latest".to_owned(), EntryKind::Link),
        ("link".to_owned(), EntryKind::File),
    ];
    assert_eq!(names(volume, top), expected);
    volume
        .remove(&latest)
        .expect("remove a link that leads nowhere");
}

fn renames(volume: &dyn Volume, top: &VolumePath) {
    let (bag, published) = (top.join("incoming/bag"), top.join("published"));
    volume.make_folder(&bag.join("data")).expect("make");
    volume.make_folder(&published).expect("make");
    write(volume, &bag.join("data/a"), b"a");
    let place = published.join("0001 2026-11-22");
    assert!(is_missing(volume.rename(&top.join("nothing"), &place)));
    assert!(is_missing(volume.rename(&bag, &top.join("no/place"))));
    volume.rename(&bag, &place).expect("rename");
    assert_eq!(read(volume, &place.join("data/a")), b"a");
    assert_eq!(names(volume, &top.join("incoming")), []);
    volume.make_folder(&bag).expect("make");
    assert!(
        exists(volume.rename(&bag, &place)),
        "never replaces, not even a folder"
    );
    let empty = published.join("empty");
    volume.make_folder(&empty).expect("make");
    assert!(
        exists(volume.rename(&bag, &empty)),
        "never replaces, not even an empty folder"
    );
    let (new, old) = (top.join("new"), top.join("old"));
    write(volume, &new, b"new");
    write(volume, &old, b"old");
    volume.replace(&new, &old).expect("replace");
    assert_eq!(read(volume, &old), b"new");
    assert!(is_missing(volume.replace(&new, &old)));
    write(volume, &top.join("b"), b"b");
    assert!(
        exists(volume.rename(&top.join("b"), &place.join("data/a"))),
        "never replaces a file"
    );
}

fn removal(volume: &dyn Volume, top: &VolumePath) {
    volume.make_folder(&top.join("a/b")).expect("make");
    write(volume, &top.join("a/b/c"), b"c");
    volume
        .remove(&top.join("a"))
        .expect("remove a folder with all in it");
    volume
        .remove(&top.join("a"))
        .expect("a missing one is fine");
    volume
        .remove(&top.join("no/such/folder"))
        .expect("a missing one is fine");
    assert_eq!(names(volume, top), []);
}

#[cfg(test)]
mod tests {
    use crate::FakeVolume;

    #[test]
    fn the_fake_volume_keeps_the_contract() {
        super::volume_contract(|| Box::new(FakeVolume::new()));
    }
}
