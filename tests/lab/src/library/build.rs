//! Libraries from descriptions and from folders on disk.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::{
    FileDescription, FolderDescription, Kind, Library, LibraryDescription, LibraryError, Modified,
    Object, Storage, StorageDescription,
};

/// Computed times begin on 2024-01-01 and are a minute and a second apart.
const FIRST_UNIX_S: i64 = 1_704_067_200;
const STEP_S: i64 = 61;

/// Folders within folders on disk; a link that leads upwards would have no end.
const DEPTH_MAX: usize = 64;

impl Library {
    /// The library that a description says.
    ///
    /// # Errors
    /// [`LibraryError`]: a folder on disk can't be read, or there is too much of something.
    pub fn of(description: &LibraryDescription) -> Result<Self, LibraryError> {
        let mut library = Self {
            storages: Vec::new(),
            objects: Vec::new(),
        };
        for storage in &description.storages {
            library.add_storage(storage)?;
        }
        Ok(library)
    }

    /// A folder on disk as the only storage.
    ///
    /// # Errors
    /// As [`Library::of`].
    pub fn over_folder(name: &str, folder: &Path) -> Result<Self, LibraryError> {
        Self::of(&LibraryDescription {
            storages: vec![StorageDescription {
                name: name.to_owned(),
                is_removable: false,
                folder_on_disk: Some(folder.to_owned()),
                folders: Vec::new(),
                files: Vec::new(),
            }],
        })
    }

    fn add_storage(&mut self, description: &StorageDescription) -> Result<(), LibraryError> {
        let place = u8::try_from(self.storages.len()).map_err(|_| LibraryError::TooMany)?;
        self.storages.push(Storage {
            name: description.name.clone(),
            is_removable: description.is_removable,
            root: Vec::new(),
            on_disk: description.folder_on_disk.clone(),
        });
        self.add_folders(place, None, &description.folders)?;
        self.add_files(place, None, &description.files)?;
        match &description.folder_on_disk {
            Some(folder) => self.add_from_disk(place, None, folder, 0),
            None => Ok(()),
        }
    }

    fn add_folders(
        &mut self,
        storage: u8,
        parent: Option<u32>,
        descriptions: &[FolderDescription],
    ) -> Result<(), LibraryError> {
        for description in descriptions {
            let count = description.count.unwrap_or(1);
            for number in 1..=count {
                let name = description
                    .name
                    .numbered(number, description.count.is_some());
                let folder = self.add(storage, parent, name, Kind::empty_folder(), None)?;
                self.add_folders(storage, Some(folder), &description.folders)?;
                self.add_files(storage, Some(folder), &description.files)?;
                if description.contains_its_parent {
                    let parent = parent.ok_or(LibraryError::NoParent)?;
                    self.list_in(folder, parent);
                    if let Some(above) = self.objects.get_mut(parent as usize) {
                        above.claimed_parent = Some(folder);
                    }
                }
            }
        }
        Ok(())
    }

    fn add_files(
        &mut self,
        storage: u8,
        parent: Option<u32>,
        descriptions: &[FileDescription],
    ) -> Result<(), LibraryError> {
        for description in descriptions {
            let count = description.count.unwrap_or(1);
            for step in 0..count {
                let number = description.first.wrapping_add(step);
                let name = description
                    .name
                    .numbered(number, description.count.is_some());
                let text = String::from_utf16_lossy(&name);
                let object =
                    u32::try_from(self.objects.len()).map_err(|_| LibraryError::TooMany)?;
                let kind = Kind::Computed {
                    size_bytes: description.size_bytes.of(object),
                    shape: description.shape.of(&text),
                };
                let modified = description.modified.as_deref();
                let modified = modified.map(|text| Modified::Stated(text.into()));
                self.add(storage, parent, name, kind, modified)?;
            }
        }
        Ok(())
    }

    fn add_from_disk(
        &mut self,
        storage: u8,
        parent: Option<u32>,
        folder: &Path,
        depth: usize,
    ) -> Result<(), LibraryError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            |source| LibraryError::Unreadable { path, source }
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            paths.push(entry.map_err(unreadable(folder))?.path());
        }
        // The order of a folder on disk is nobody's, and a device must be the same each time.
        paths.sort();
        for path in paths {
            let facts = fs::metadata(&path).map_err(unreadable(&path))?;
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(name) = name else {
                return Err(LibraryError::NameNotUnicode { path });
            };
            let name = name.encode_utf16().collect();
            let modified = facts.modified().map_err(unreadable(&path))?;
            // Earlier than 1970 is written as 1970: MTP's times are no place to prove that a disk's clock was wrong.
            let seconds = modified
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs();
            let modified = Modified::At(i64::try_from(seconds).unwrap_or(i64::MAX));
            if facts.is_dir() {
                let kind = Kind::empty_folder();
                let below = self.add(storage, parent, name, kind, Some(modified))?;
                if depth < DEPTH_MAX {
                    self.add_from_disk(storage, Some(below), &path, depth + 1)?;
                }
            } else if facts.is_file() {
                let size_bytes = facts.len();
                let kind = Kind::OnDisk { size_bytes };
                self.add(storage, parent, name, kind, Some(modified))?;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        storage: u8,
        parent: Option<u32>,
        name: Vec<u16>,
        kind: Kind,
        modified: Option<Modified>,
    ) -> Result<u32, LibraryError> {
        let number = u32::try_from(self.objects.len()).map_err(|_| LibraryError::TooMany)?;
        let computed = FIRST_UNIX_S + i64::from(number) * STEP_S;
        self.objects.push(Object {
            storage,
            parent,
            claimed_parent: None,
            name: name.into(),
            kind,
            modified: modified.unwrap_or(Modified::At(computed)),
        });
        match parent {
            Some(parent) => self.list_in(parent, number),
            None => {
                if let Some(storage) = self.storages.get_mut(usize::from(storage)) {
                    storage.root.push(number);
                }
            }
        }
        Ok(number)
    }

    fn list_in(&mut self, folder: u32, number: u32) {
        if let Some(Object {
            kind: Kind::Folder { children },
            ..
        }) = self.objects.get_mut(folder as usize)
        {
            children.push(number);
        }
    }
}

impl Kind {
    fn empty_folder() -> Self {
        Self::Folder {
            children: Vec::new(),
        }
    }
}
