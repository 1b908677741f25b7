//! The responder as mtp-rs's own client reads it, which shares no code with it.

use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use mtp_rs::ptp::{
    ObjectHandle, ObjectPropListElement, ObjectPropertyCode, OperationCode, PropertyValue,
    PtpError, PtpSession, ResponseCode, StorageId,
};
use mtp_rs::transport::Transport;

use super::*;
use crate::InProcess;
use crate::library::LibraryFile;

mod charging;
mod faults;
mod thumbnails;
mod wire;

/// A device and a session with it.
struct Bench {
    transport: Arc<InProcess>,
    session: Arc<PtpSession>,
    watch: ResponderWatch,
}

/// A read that is waited for longer counts as silence; a wait that is part of a profile's pauses is shorter than the longer of these.
const PATIENCE: Duration = Duration::from_millis(300);
const LONG_PATIENCE: Duration = Duration::from_secs(5);

fn bench_with(profile: &Profile, patience: Duration) -> Bench {
    let responder = Responder::of(profile.clone()).expect("a library");
    let watch = responder.watch();
    let transport = InProcess::plug(responder, patience);
    let session = block_on(PtpSession::open(Arc::clone(&transport) as _, 1)).expect("a session");
    Bench {
        transport,
        session: Arc::new(session),
        watch,
    }
}

fn bench_of(profile: &Profile) -> Bench {
    bench_with(profile, PATIENCE)
}

fn bench(profile: &str) -> Bench {
    bench_of(&Profile::named(profile).expect("a profile"))
}

/// A file found by walking over the folders, as whoever listed it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    handle: ObjectHandle,
    path: Vec<String>,
    size_bytes: u64,
}

impl Bench {
    fn ask(&self, operation: OperationCode, parameters: &[u32]) -> Result<Vec<u8>, PtpError> {
        let answer = block_on(self.session.execute_with_receive(operation, parameters))?;
        match answer {
            (response, data) if response.code == ResponseCode::Ok => Ok(data),
            (response, _) => Err(PtpError::Protocol {
                code: response.code,
                operation,
            }),
        }
    }

    fn refusal(&self, operation: u16, parameters: &[u32]) -> u16 {
        let operation = OperationCode::from(operation);
        let answer = block_on(self.session.execute_with_receive(operation, parameters));
        u16::from(answer.expect("an answer").0.code)
    }

    fn stream(&self, operation: OperationCode, parameters: &[u32]) -> Result<Vec<u8>, PtpError> {
        block_on(async {
            let stream = self
                .session
                .execute_with_receive_stream(operation, parameters);
            stream.await?.collect().await
        })
    }

    /// All files of all storages.
    fn walk(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for id in block_on(self.session.get_storage_ids()).expect("storages") {
            let info = block_on(self.session.get_storage_info(id)).expect("a storage");
            let mut pending = vec![(ObjectHandle::ALL, vec![info.description])];
            while let Some((folder, path)) = pending.pop() {
                let handles = block_on(self.session.get_object_handles(id, None, Some(folder)));
                for handle in handles.expect("handles") {
                    let info = block_on(self.session.get_object_info(handle)).expect("an object");
                    let path = [path.clone(), vec![info.filename.clone()]].concat();
                    if info.is_folder() {
                        pending.push((handle, path));
                    } else {
                        let size_bytes = info.size;
                        seen.push(Seen {
                            handle,
                            path,
                            size_bytes,
                        });
                    }
                }
            }
        }
        seen.sort_by(|a, b| a.path.cmp(&b.path));
        seen
    }

    fn expected(&self) -> Vec<LibraryFile> {
        let mut files: Vec<_> = self.watch.library().files().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    fn handle_of(&self, name: &str) -> u32 {
        let found = self
            .walk()
            .into_iter()
            .find(|seen| seen.path.last().is_some_and(|last| last == name));
        found.expect("a file of that name").handle.0
    }
}

/// The well-behaved ones, and those that behave well for who asks one object at a time.
const READABLE: [&str; 10] = [
    "pixel",
    "no-partial-64",
    "partial-64-refused",
    "prop-list-wrong",
    "prop-list-refused",
    "two-storages",
    "camera",
    "iphone",
    "iphone-unknown-parent",
    "samsung",
];

#[test]
fn everything_is_listed_and_read_whole_by_a_foreign_client() {
    for name in READABLE {
        let bench = bench(name);
        bench.watch.allow();
        let seen = bench.walk();
        let expected = bench.expected();
        assert_eq!(seen.len(), expected.len(), "{name}");
        assert!(seen.len() >= 18, "{name}");
        for (seen, expected) in seen.iter().zip(&expected) {
            assert_eq!(seen.path, expected.path, "{name}");
            assert_eq!(
                seen.size_bytes, expected.size_bytes,
                "{name}: {:?}",
                seen.path
            );
            let bytes = bench
                .stream(OperationCode::GetObject, &[seen.handle.0])
                .expect("read");
            let true_bytes = bench
                .watch
                .library()
                .bytes(expected.number)
                .expect("computed");
            assert!(bytes == true_bytes, "{name}: {:?}", seen.path);
        }
        assert_eq!(bench.watch.attempts_to_write(), 0, "{name}");
        assert_eq!(bench.watch.protocol_violations(), 0, "{name}");
    }
}

#[test]
fn parts_of_a_file_are_its_parts() {
    let bench = bench("pixel");
    let handle = bench.handle_of("PXL_0021.mp4");
    let file = bench
        .expected()
        .into_iter()
        .find(|file| file.path[3] == "PXL_0021.mp4");
    let whole = bench
        .watch
        .library()
        .bytes(file.expect("it").number)
        .expect("computed");
    let size = u32::try_from(whole.len()).expect("small");
    // Offset, asked for, got: whole packets with and without the header, the end, past the end, nothing.
    let table = [
        (0, 500, 500),
        (0, 512, 512),
        (0, 1 << 20, 1 << 20),
        (7, (64 << 10) - 12, (64 << 10) - 12),
        (size - 10, 10, 10),
        (size - 10, 100, 10),
        (size, 100, 0),
        (size + 5, 100, 0),
        (3, 0, 0),
    ];
    for (offset, asked, got) in table {
        let start = (offset as usize).min(whole.len());
        let expected = &whole[start..start + got];
        let part = bench.stream(OperationCode::GetPartialObject, &[handle, offset, asked]);
        assert!(part.expect("read") == expected, "{offset} {asked}");
        let part = bench.stream(
            OperationCode::GetPartialObject64,
            &[handle, offset, 0, asked],
        );
        assert!(part.expect("read") == expected, "{offset} {asked}");
    }
}

#[test]
fn a_video_of_twelve_gigabytes_is_read_beyond_32_bits() {
    const SIZE_BYTES: u64 = 12 << 30;
    let mut profile = Profile::named("pixel").expect("a profile");
    profile.library = serde_json::from_str(
        r#"{"storages": [{"name": "Internal", "files": [{"name": "VID.mp4", "size_bytes": 12884901888}]}]}"#,
    )
    .expect("a library");
    let bench = bench_of(&profile);
    let info = block_on(bench.session.get_object_info(ObjectHandle(1))).expect("an object");
    assert_eq!(info.size, u64::from(u32::MAX));
    let size = bench
        .ask(OperationCode::GetObjectPropValue, &[1, 0xDC04])
        .expect("a size");
    assert_eq!(size, SIZE_BYTES.to_le_bytes());
    let offset = SIZE_BYTES - 1000;
    let halves = [offset as u32, (offset >> 32) as u32];
    let part = bench.stream(
        OperationCode::GetPartialObject64,
        &[1, halves[0], halves[1], 5000],
    );
    let mut expected = vec![0; 1000];
    bench
        .watch
        .library()
        .read_at(0, offset, &mut expected)
        .expect("computed");
    assert!(part.expect("read") == expected);
    // The whole of it has a container without a length; a megabyte of it, and then no more.
    block_on(async {
        let start = bench.session.execute_with_receive_stream_sized(
            OperationCode::GetObject,
            &[1],
            SIZE_BYTES,
        );
        let mut stream = start.await.expect("begun");
        let mut got = Vec::new();
        while got.len() < 1 << 20 {
            got.extend(stream.next_chunk().await.expect("more").expect("read"));
        }
        let mut expected = vec![0; got.len()];
        bench
            .watch
            .library()
            .read_at(0, 0, &mut expected)
            .expect("computed");
        assert!(got == expected);
        stream
            .cancel(Duration::from_millis(1))
            .await
            .expect("cancelled");
    });
    assert_eq!(bench.watch.cancels(), 1);
    assert!(block_on(bench.session.get_object_info(ObjectHandle(1))).is_ok());
    assert!(bench.watch.bytes_sent() < 3 << 20);
}

#[test]
fn a_property_list_of_a_folder_says_what_each_object_says() {
    let bench = bench("pixel");
    let camera = bench
        .walk()
        .into_iter()
        .find(|seen| seen.path.contains(&"Camera".to_owned()));
    let info = block_on(
        bench
            .session
            .get_object_info(camera.expect("a file").handle),
    );
    let folder = info.expect("an object").parent;
    for property in [0xDC02_u32, 0xDC04, 0xDC07, 0xDC09, 0xDC0B, 0xDC41] {
        let list = bench.ask(
            OperationCode::GetObjectPropList,
            &[folder.0, 0, property, 0, 1],
        );
        let list = ObjectPropListElement::list_from_bytes(&list.expect("a list")).expect("read");
        // 25 files, and the folder itself, as Android has it.
        assert_eq!(list.len(), 26, "{property:#x}");
        for element in list {
            let info = block_on(bench.session.get_object_info(element.handle)).expect("an object");
            match (element.property, element.value) {
                (ObjectPropertyCode::ObjectFileName, Some(PropertyValue::String(name))) => {
                    assert_eq!(name, info.filename);
                }
                (ObjectPropertyCode::ObjectSize, Some(PropertyValue::Uint64(size))) => {
                    assert_eq!(size, info.size);
                }
                (ObjectPropertyCode::ObjectFormat, Some(PropertyValue::Uint16(format))) => {
                    assert_eq!(format, u16::from(info.format));
                }
                (ObjectPropertyCode::ParentObject, Some(PropertyValue::Uint32(parent))) => {
                    assert_eq!(parent, info.parent.0);
                }
                (ObjectPropertyCode::DateModified, Some(PropertyValue::String(time))) => {
                    assert_eq!(time.len(), 15);
                }
                // mtp-rs skips what has 128 bits.
                (code, value) => assert_eq!((u16::from(code), value), (0xDC41, None)),
            }
        }
    }
}

#[test]
fn property_lists_are_refused_as_android_does() {
    let bench = bench("pixel");
    // Handle, format, property, group, depth; response.
    let table: &[([u32; 5], u16)] = &[
        ([1, 0, 0, 0, 0], 0x2006),
        ([1, 0, 0, 2, 0], 0xA807),
        ([1, 0, 0xDC07, 0, 2], 0xA808),
        ([1, 0, 0xDC07, 0, u32::MAX], 0xA808),
        ([9999, 0, 0xDC07, 0, 1], 0x2009),
        ([1, 0, 0xDC99, 0, 1], 0xA801),
    ];
    for (parameters, response) in table {
        assert_eq!(
            bench.refusal(0x9805, parameters),
            *response,
            "{parameters:?}"
        );
    }
    let slow = bench_with(&Profile::named("pixel").expect("a profile"), LONG_PATIENCE);
    assert_eq!(slow.refusal(0x9805, &[1, 0, u32::MAX, 0, 1]), 0x2002);
    let everything = bench.ask(
        OperationCode::GetObjectPropList,
        &[u32::MAX, 0, u32::MAX, 0, u32::MAX],
    );
    let list = ObjectPropListElement::list_from_bytes(&everything.expect("a list")).expect("read");
    assert_eq!(list.len(), bench.watch.library().object_count() * 11);
}

#[test]
fn a_hundred_thousand_objects_are_answered_for() {
    let mut profile = Profile::named("pixel").expect("a profile");
    profile.library = serde_json::from_str(
        r#"{"storages": [{"name": "Internal", "folders": [
            {"name": "ANDRO###", "count": 10, "files": [
                {"name": "IMG_#####.jpg", "count": 10000, "size_bytes": [1000000, 4000000]}]}]}]}"#,
    )
    .expect("a library");
    let bench = bench_of(&profile);
    let all = bench
        .stream(OperationCode::GetObjectHandles, &[u32::MAX, 0, 0])
        .expect("handles");
    assert_eq!(all.len(), 4 + 4 * 100_010);
    let list = bench
        .stream(OperationCode::GetObjectPropList, &[1, 0, 0xDC07, 0, 1])
        .expect("a list");
    assert_eq!(
        ObjectPropListElement::list_from_bytes(&list)
            .expect("read")
            .len(),
        10_001
    );
    let count = block_on(
        bench
            .session
            .execute(OperationCode::GetNumObjects, &[u32::MAX, 0, 0]),
    );
    assert_eq!(count.expect("a response").params, [100_010]);
}

#[test]
fn a_device_describes_itself_and_its_properties() {
    let bench = bench("pixel");
    let info = block_on(bench.session.get_device_info()).expect("its description");
    assert_eq!(info.manufacturer, "Google");
    assert_eq!(info.vendor_extension_id, 6);
    assert!(info.vendor_extension_desc.contains("android.com"));
    assert_eq!(info.device_properties_supported.len(), 2);
    assert!(info.supports_operation(OperationCode::GetPartialObject64));
    let storage = block_on(bench.session.get_storage_info(StorageId(0x0001_0001))).expect("it");
    assert_eq!(storage.description, "Internal shared storage");
    for code in [0x5001_u16, 0xD402] {
        let description = block_on(bench.session.get_device_prop_desc(code.into())).expect("it");
        assert_eq!(u16::from(description.property_code), code);
    }
    assert_eq!(bench.refusal(0x1014, &[0x5003]), 0x200A);
    let supported = bench
        .ask(OperationCode::from(0x9801), &[0x3801])
        .expect("properties");
    assert_eq!(supported.len(), 4 + 2 * 11);
    // A property's code and type, whether it can be set, its default, its group, and no form (MTP 1.1, section 5.3.2.3).
    let table: &[(u32, &[u8])] = &[
        (0xDC02, &[0x02, 0xDC, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (
            0xDC04,
            &[0x04, 0xDC, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
        (0xDC07, &[0x07, 0xDC, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0]),
    ];
    for (code, description) in table {
        let asked = bench.ask(OperationCode::from(0x9802), &[*code, 0x3801]);
        assert_eq!(asked.expect("a description"), *description, "{code:#x}");
    }
    for code in supported[4..].chunks(2) {
        let code = u32::from(u16::from_le_bytes([code[0], code[1]]));
        assert!(
            bench
                .ask(OperationCode::from(0x9802), &[code, 0x3801])
                .is_ok(),
            "{code:#x}"
        );
    }
}
