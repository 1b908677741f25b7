//! Makes archives as the specification has them, straight through the port: not by what a run does, so that each is told exactly.
#![allow(
    dead_code,
    reason = "three test targets share it, and none needs all of it"
)]

use std::collections::BTreeMap;

use heirloom_engine::{Archive, Volume, VolumePath};
use heirloom_fakes::FakeVolume;
use heirloom_format::{
    ArchiveId, ArchiveInfo, BAGIT_TXT, BagInfo, ChoiceRecord, Day, Digest, FORMAT_VERSION,
    FileRecord, SigningKey, Snapshot, SnapshotName, SourceRecord, Status, StoredPath, TagManifest,
    TimeRecord, manifest_line, shared_times_line, trusted_comment,
};

pub(crate) const MIA: &str = "Mia's Pixel [11111111]";
pub(crate) const BEN: &str = "Ben's phone [22222222]";

/// A file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Photo {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    pub(crate) unix_s: Option<i64>,
}

pub(crate) fn photo(path: &str, seed: u64) -> Photo {
    Photo {
        path: path.to_owned(),
        content: bytes(seed, 2_000 + seed as usize),
        unix_s: Some(1_700_000_000 + seed as i64),
    }
}

/// Bytes that no two seeds share.
pub(crate) fn bytes(seed: u64, len: usize) -> Vec<u8> {
    (0..len as u64)
        .map(|at| {
            let mixed = seed
                .wrapping_mul(0x9e37_79b9)
                .wrapping_add(at.wrapping_mul(at + 7));
            (mixed >> 3) as u8
        })
        .collect()
}

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed([3; 32], *b"heirloom")
}

pub(crate) fn info() -> ArchiveInfo {
    ArchiveInfo::new(
        ArchiveId::from_bytes([7; 16]),
        "Müller",
        day("2026-11-22"),
        key().public_key(),
    )
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// Publishes snapshots one after the other.
pub(crate) struct Maker<'v> {
    pub(crate) volume: &'v dyn Volume,
    pub(crate) generation: u32,
    pub(crate) head: Option<Digest>,
    pub(crate) date: Day,
    pub(crate) key: SigningKey,
    /// Content is stored again, even if it is there.
    pub(crate) stores_again: bool,
    stored: BTreeMap<Digest, (VolumePath, Option<i64>)>,
}

impl<'v> Maker<'v> {
    pub(crate) fn new(volume: &'v dyn Volume) -> Self {
        Archive::create(volume, &info(), &key()).expect("a new archive");
        Self {
            volume,
            generation: 0,
            head: None,
            date: day("2026-11-22"),
            key: key(),
            stores_again: false,
            stored: BTreeMap::new(),
        }
    }

    /// Publishes a snapshot; yields its folder.
    pub(crate) fn publish(&mut self, source: &str, photos: &[Photo]) -> String {
        let mut photos = photos.to_vec();
        photos.sort_by_key(|it| stored(&it.path));
        self.generation += 1;
        let name = SnapshotName {
            generation: self.generation,
            date: self.date,
        };
        let bag = VolumePath::new(format!("sources/{source}/{name}"));
        self.volume.make_folder(&bag.join("data")).expect("make");
        let files = photos.iter().map(|photo| self.store(&bag, photo)).collect();
        let snapshot = Snapshot {
            format_version: FORMAT_VERSION,
            archive_id: info().archive_id,
            generation: self.generation,
            date: self.date,
            previous_head: self.head,
            software: "heirloom 0.1.0".into(),
            source: SourceRecord {
                kind: "phone".into(),
                manufacturer: "Google".into(),
                model: "Pixel 8".into(),
                serial: None,
                name: "Mia".into(),
            },
            status: Status::Complete,
            problems: vec![],
            choice: ChoiceRecord::Everything,
            left_out: Vec::new(),
            files,
        };
        self.head = Some(seal(self.volume, &bag, &snapshot, &self.key));
        let latest = VolumePath::new(format!("sources/{source}/latest"));
        self.volume
            .point(&latest, &name.to_string())
            .expect("point");
        self.volume.flush().expect("flush");
        bag.to_string()
    }

    fn store(&mut self, bag: &VolumePath, photo: &Photo) -> FileRecord {
        let path = stored(&photo.path);
        let place = bag.join("data").join(path.as_str());
        let folder = place.parent().expect("a folder");
        self.volume.make_folder(&folder).expect("make");
        let sha256 = Digest::of(&photo.content);
        let known = self.stored.get(&sha256).filter(|_| !self.stores_again);
        let shared_time = match known {
            Some((there, unix_s)) => {
                self.volume.link(there, &place).expect("link");
                *unix_s != photo.unix_s
            }
            None => {
                write(self.volume, place.as_str(), &photo.content, photo.unix_s);
                self.stored.insert(sha256, (place, photo.unix_s));
                false
            }
        };
        FileRecord {
            path,
            raw_path: None,
            size_bytes: photo.content.len() as u64,
            sha256,
            modified: photo.unix_s.map(|unix_s| TimeRecord {
                raw: unix_s.to_string(),
                unix_s: Some(unix_s),
            }),
            persistent_id: None,
            shared_time,
            listed_size_bytes: None,
            suspect: None,
            marks: Vec::new(),
        }
    }
}

pub(crate) fn stored(path: &str) -> StoredPath {
    StoredPath::from_raw(path.split('/')).expect("a path")
}

pub(crate) fn write(volume: &dyn Volume, path: &str, content: &[u8], unix_s: Option<i64>) {
    let mut draft = volume.create(&VolumePath::new(path)).expect("create");
    draft.write(content).expect("write");
    draft.finish(unix_s).expect("finish");
}

/// Writes everything beside the payload; yields the head.
pub(crate) fn seal(
    volume: &dyn Volume,
    bag: &VolumePath,
    snapshot: &Snapshot,
    key: &SigningKey,
) -> Digest {
    let mut manifest = String::new();
    let mut shared_times = String::new();
    for file in &snapshot.files {
        manifest_line(&file.sha256, &file.path, &mut manifest);
        let unix_s = file.modified.as_ref().and_then(|it| it.unix_s);
        if let (true, Some(unix_s)) = (file.shared_time, unix_s) {
            shared_times_line(unix_s, &file.path, &mut shared_times);
        }
    }
    let bag_info = BagInfo {
        date: snapshot.date,
        payload_bytes: snapshot.files.iter().map(|file| file.size_bytes).sum(),
        payload_files: snapshot.files.len() as u64,
        archive_id: snapshot.archive_id,
        generation: snapshot.generation,
        source_name: snapshot.source.name.clone(),
        software: snapshot.software.clone(),
    };
    let tag_files = [
        ("bag-info.txt", bag_info.print()),
        ("bagit.txt", BAGIT_TXT.to_owned()),
        ("manifest-sha256.txt", manifest),
        ("shared-times.txt", shared_times),
        ("snapshot.json", snapshot.print()),
    ];
    for (name, text) in &tag_files {
        write(volume, &format!("{bag}/{name}"), text.as_bytes(), None);
    }
    let tags = tag_files.map(|(name, text)| (stored(name), Digest::of(text.as_bytes())));
    let tags = TagManifest::of(tags).expect("five files").print();
    let tag_manifest = format!("{bag}/tagmanifest-sha256.txt");
    write(volume, &tag_manifest, tags.as_bytes(), None);
    let comment = trusted_comment(snapshot.archive_id, snapshot.generation, snapshot.date);
    let signature = key.sign(tags.as_bytes(), &comment).print();
    write(
        volume,
        &format!("{tag_manifest}.minisig"),
        signature.as_bytes(),
        None,
    );
    Digest::of(tags.as_bytes())
}

/// Three snapshots of two phones. Snapshot 2 has all of 1 but `gone`, and one that is new; 3 has a photo of 1 under another name and time.
pub(crate) fn family() -> (FakeVolume, Vec<String>) {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let first = [
        photo("S/DCIM/a.jpg", 1),
        photo("S/DCIM/b.jpg", 2),
        photo("S/DCIM b/c.jpg", 3),
        photo("S/gone.jpg", 4),
    ];
    let mut second = first[..3].to_vec();
    second.push(photo("S/DCIM/new.jpg", 5));
    let other = Photo {
        path: "T/from Mia.jpg".into(),
        unix_s: Some(5),
        ..photo("", 1)
    };
    let third = [other, photo("T/own.jpg", 6)];
    let bags = vec![
        maker.publish(MIA, &first),
        maker.publish(MIA, &second),
        maker.publish(BEN, &third),
    ];
    (volume, bags)
}
