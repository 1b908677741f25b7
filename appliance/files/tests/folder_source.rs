//! What a folder of files tells as a source, while all kinds of things are in it and happen to it.

use std::ffi::OsStr;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heirloom_engine::{
    Fetched, Found, LeftOut, LeftOutKind, ListedObject, ListingProblem, Source, SourceError,
    SourceKind, SourceTime,
};
use heirloom_files::{FolderSource, FolderSourceError};
use heirloom_format::StoredPath;
use nix::sys::stat::Mode;

/// A folder `DCIM` for a test.
struct Place {
    _folder: tempfile::TempDir,
    dcim: PathBuf,
}

#[derive(Default, Debug)]
struct Told {
    files: Vec<ListedObject>,
    left_out: Vec<LeftOut>,
    problems: Vec<ListingProblem>,
    seen: u64,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let dcim = folder.path().join("DCIM");
        fs::create_dir(&dcim).expect("a folder");
        Self {
            _folder: folder,
            dcim,
        }
    }

    fn write(&self, name: impl AsRef<OsStr>, content: &[u8]) -> PathBuf {
        let path = self.dcim.join(name.as_ref());
        fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        fs::write(&path, content).expect("a file");
        path
    }

    fn source(&self) -> FolderSource {
        FolderSource::open(&self.dcim, None).expect("a source")
    }
}

fn list(source: &mut FolderSource) -> Told {
    let mut told = Told::default();
    source
        .list(&mut |found| {
            match found {
                Found::Object(object) => told.files.push(object),
                Found::LeftOut(left_out) => told.left_out.push(left_out),
                Found::Problem(problem) => told.problems.push(problem),
                Found::Seen(seen) => {
                    assert!(told.seen <= seen, "counts only grow");
                    told.seen = seen;
                }
            }
            ControlFlow::Continue(())
        })
        .expect("a listing");
    told
}

fn paths(told: &Told) -> Vec<&str> {
    told.files.iter().map(|file| file.path.as_str()).collect()
}

fn fetch(source: &mut FolderSource, object: &ListedObject) -> Result<Vec<u8>, SourceError> {
    let mut content = Vec::new();
    let fetched = source.fetch(object, 0, &mut |piece| {
        assert!(piece.len() <= 1 << 20, "pieces are at most 1 MiB");
        content.extend_from_slice(piece);
        ControlFlow::Continue(())
    })?;
    assert_eq!(fetched, Fetched::Whole(content.len() as u64));
    Ok(content)
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = fs::File::options()
        .write(true)
        .open(path)
        .expect("the file");
    file.set_modified(time).expect("its time");
}

#[test]
fn files_come_sorted_with_whatever_names_and_are_fetched_by_them() {
    let place = Place::new();
    let long = [&b"\xff"[..]; 250].concat();
    let names: &[&[u8]] = &[
        b"IMG_0001.JPG",
        b"a/x.jpg",
        b"a!",
        b"a.jpg",
        b"a0",
        b"new\nline",
        b"50%=half\\.jpg",
        b"Gr\xf6\xdfe.jpg",
        "Größe 🎂.jpg".as_bytes(),
        b"trailing ",
        b"con.jpg",
        b"CON.jpg",
        b"...",
        b"=",
        b"deep/er/and/deeper/still.mov",
        b"deep/empty.txt",
        &long,
    ];
    for name in names {
        place.write(OsStr::from_bytes(name), name);
    }
    place.write("deep/empty.txt", b"");
    let mut source = place.source();
    let told = list(&mut source);
    let mut expected: Vec<StoredPath> = names
        .iter()
        .map(|name| {
            let components = name.split(|&byte| byte == b'/');
            StoredPath::from_raw_bytes([&b"DCIM"[..]].into_iter().chain(components))
                .expect("components")
        })
        .collect();
    expected.sort();
    let listed: Vec<StoredPath> = told.files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(listed, expected);
    assert_eq!(told.seen, names.len() as u64);
    assert!(
        told.problems.is_empty() && told.left_out.is_empty(),
        "{told:?}"
    );
    for object in &told.files {
        let content = fetch(&mut source, object).expect("its content");
        assert_eq!(content.len() as u64, object.size_bytes);
        if !content.is_empty() {
            let components = content.split(|&byte| byte == b'/');
            let path = StoredPath::from_raw_bytes([&b"DCIM"[..]].into_iter().chain(components));
            assert_eq!(path.as_ref(), Some(&object.path), "the file of that name");
        }
    }
}

#[test]
fn times_are_exact_and_nothing_of_the_source_changes() {
    let place = Place::new();
    let path = place.write("a.jpg", b"a");
    let before_1970 = UNIX_EPOCH - Duration::from_nanos(1_250_000_000);
    let old = place.write("old.jpg", b"old");
    set_modified(&old, before_1970);
    set_modified(
        &path,
        UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789),
    );
    // A time of reading that any reading would change.
    let long_ago = fs::FileTimes::new().set_accessed(UNIX_EPOCH);
    for it in [&path, &place.dcim] {
        let file = fs::File::open(it).expect("it");
        file.set_times(long_ago).expect("its time of reading");
    }

    let mut source = place.source();
    let told = list(&mut source);
    let times: Vec<_> = told
        .files
        .iter()
        .map(|file| file.modified.clone())
        .collect();
    let time = |raw: &str, unix_s| {
        Some(SourceTime {
            raw: raw.to_owned(),
            unix_s: Some(unix_s),
        })
    };
    let expected = [
        time("@1700000000.123456789", 1_700_000_000),
        time("@-1.250000000", -2),
    ];
    assert_eq!(times, expected);
    fetch(&mut source, &told.files[0]).expect("its content");
    for it in [&path, &place.dcim] {
        let accessed = fs::metadata(it).expect("its facts").atime();
        assert_eq!(accessed, 0, "{}", it.display());
    }
}

#[test]
fn what_is_no_file_is_named_and_left_out() {
    let place = Place::new();
    place.write("b/a.jpg", b"a");
    symlink("a.jpg", place.dcim.join("b/link.jpg")).expect("a link");
    symlink("nowhere", place.dcim.join("dangling")).expect("a link");
    symlink("..", place.dcim.join("b/loop")).expect("a link");
    symlink("/etc", place.dcim.join("out")).expect("a link");
    nix::unistd::mkfifo(&place.dcim.join("pipe"), Mode::S_IRWXU).expect("a pipe");
    let _socket = UnixListener::bind(place.dcim.join("socket")).expect("a socket");

    let told = list(&mut place.source());
    assert_eq!(paths(&told), ["DCIM/b/a.jpg"]);
    let left_out: Vec<_> = told
        .left_out
        .iter()
        .map(|it| (it.place.as_str(), it.kind))
        .collect();
    let expected = [
        ("DCIM/b/link.jpg", LeftOutKind::Link),
        ("DCIM/b/loop", LeftOutKind::Link),
        ("DCIM/dangling", LeftOutKind::Link),
        ("DCIM/out", LeftOutKind::Link),
        ("DCIM/pipe", LeftOutKind::Special),
        ("DCIM/socket", LeftOutKind::Special),
    ];
    assert_eq!(left_out, expected);
    assert!(told.problems.is_empty(), "{told:?}");
}

#[test]
fn what_changes_after_the_listing_is_told_by_the_fetch() {
    let place = Place::new();
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("a.jpg"), b"secret").expect("a file");
    let names = [
        "1 deleted.jpg",
        "2 link.jpg",
        "3 folder.jpg",
        "4 pipe.jpg",
        "5 longer.jpg",
        "6 shorter.jpg",
        "7/a.jpg",
        "8/a.jpg",
        "9 same.jpg",
    ];
    for name in names {
        place.write(name, b"content");
    }
    let mut source = place.source();
    let told = list(&mut source);
    assert_eq!(told.files.len(), names.len());

    let at = |name: &str| place.dcim.join(name);
    for name in &names[..4] {
        fs::remove_file(at(name)).expect("remove");
    }
    symlink(outside.path().join("a.jpg"), at("2 link.jpg")).expect("a link");
    fs::create_dir(at("3 folder.jpg")).expect("a folder");
    nix::unistd::mkfifo(&at("4 pipe.jpg"), Mode::S_IRWXU).expect("a pipe");
    place.write("5 longer.jpg", b"longer content");
    place.write("6 shorter.jpg", b"c");
    fs::remove_dir_all(at("7")).expect("remove");
    symlink(outside.path(), at("7")).expect("a link");
    fs::rename(at("8"), at("8 renamed")).expect("rename");

    let vanished = || Err(SourceError::Vanished);
    let expected = [
        vanished(),
        vanished(),
        vanished(),
        vanished(),
        Ok(b"longer content".to_vec()),
        Ok(b"c".to_vec()),
        vanished(),
        vanished(),
        Ok(b"content".to_vec()),
    ];
    for ((object, expected), name) in told.files.iter().zip(expected).zip(names) {
        assert_eq!(fetch(&mut source, object), expected, "{name}");
    }
}

#[test]
fn a_file_is_read_from_any_byte_to_its_last() {
    let place = Place::new();
    let content: Vec<u8> = (0..(2 << 20) + 77)
        .map(|at| (at * 31 + at / 251) as u8)
        .collect();
    place.write("video.mov", &content);
    let mut source = place.source();
    let object = list(&mut source).files.remove(0);
    let length = content.len();
    for from in [
        1,
        4_096,
        (1 << 20) + 1,
        length - 1,
        length,
        length + 1,
        usize::MAX,
    ] {
        let mut rest = Vec::new();
        let fetched = source.fetch(&object, from as u64, &mut |piece| {
            rest.extend_from_slice(piece);
            ControlFlow::Continue(())
        });
        assert_eq!(fetched, Ok(Fetched::Whole(length as u64)), "from {from}");
        assert!(rest == content[from.min(length)..], "from {from}");
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_is_read_to_its_end() {
    let place = Place::new();
    let path = place.write("video.mov", &vec![1; 3 << 20]);
    let mut source = place.source();
    let object = list(&mut source).files.remove(0);
    let mut received = 0;
    let fetched = source.fetch(&object, 0, &mut |piece| {
        if received == 0 {
            fs::write(&path, vec![2; 5 << 20]).expect("a longer one");
        }
        received += piece.len();
        ControlFlow::Continue(())
    });
    assert_eq!(fetched, Ok(Fetched::Whole(5 << 20)));
    assert_eq!(received, 5 << 20);
    let again = list(&mut source).files.remove(0);
    assert_ne!(again.modified, object.modified);
}

#[test]
fn a_tree_of_any_depth_is_told_or_named() {
    let place = Place::new();
    place.write("a.jpg", b"a");
    let depth_of = |levels: usize| vec!["d"; levels].join("/");
    place.write(format!("{}/last.jpg", depth_of(255)), b"told");
    place.write(format!("{}/below.jpg", depth_of(256)), b"named");
    let told = list(&mut place.source());
    let expected = [
        "DCIM/a.jpg".to_owned(),
        format!("DCIM/{}/last.jpg", depth_of(255)),
    ];
    assert_eq!(paths(&told), expected);
    let problem = ListingProblem {
        place: format!("DCIM/{}", depth_of(256)),
        error: SourceError::Refused {
            code: nix::libc::ENAMETOOLONG as u32,
        },
    };
    assert_eq!(told.problems, [problem]);
}

#[test]
fn listing_and_fetching_stop_when_asked() {
    let place = Place::new();
    for name in ["a", "b"] {
        place.write(name, &vec![0; 3 << 20]);
    }
    let mut source = place.source();
    for stop_after in 0..3 {
        let mut told = 0;
        let listed = source.list(&mut |_| {
            told += 1;
            if told > stop_after {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(listed, Err(SourceError::TimedOut));
    }
    let object = list(&mut source).files.remove(0);
    let mut pieces = 0;
    let fetched = source.fetch(&object, 0, &mut |_| {
        pieces += 1;
        ControlFlow::Break(())
    });
    assert_eq!(fetched, Ok(Fetched::Stopped));
    assert_eq!(pieces, 1);
}

#[test]
fn a_source_is_known_by_its_name_or_else_by_its_path() {
    let place = Place::new();
    let identity_of = |path: &Path, name| {
        let source = FolderSource::open(path, name).expect("a source");
        source.identity().clone()
    };
    let by_path = identity_of(&place.dcim, None);
    assert_eq!(by_path.kind, SourceKind::Folder);
    let detour = place.dcim.join("../DCIM/.");
    assert_eq!(identity_of(&detour, None), by_path);
    let by_name = identity_of(&place.dcim, Some("Mia's card"));
    assert_ne!(by_name, by_path);
    let elsewhere = tempfile::tempdir().expect("a folder");
    assert_eq!(identity_of(elsewhere.path(), Some("Mia's card")), by_name);
    assert_ne!(identity_of(elsewhere.path(), None), by_path);
    let root = FolderSource::open(Path::new("/"), None).expect("a source");
    assert_eq!(root.storage_name(), "root");
}

#[test]
fn what_is_no_folder_is_refused() {
    let place = Place::new();
    let file = place.write("a.jpg", b"a");
    let missing = place.dcim.join("missing");
    for (path, expected) in [
        (&missing, FolderSourceError::Missing(missing.clone())),
        (&file, FolderSourceError::NotAFolder(file.clone())),
    ] {
        let refused = FolderSource::open(path, None).map(|_| ());
        assert_eq!(refused, Err(expected));
    }
}
