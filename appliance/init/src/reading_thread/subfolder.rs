//! A folder of its own for each source on a disk that is restored to, also where one source alone is restored, so that two of them never meet.

use std::ops::ControlFlow;

use heirloom_engine::{
    Occupant, OnTarget, RestoreError, RestoreFrom, RestoreNames, RestoreOrder, StagedId, Target,
    TargetDraft, TargetError, TargetLimits, TargetPath,
};
use heirloom_format::{decode_component, portable_name};

/// The target of an order: all sources go to its top, each into a folder that the engine gives it; a single one into the folder of the same name.
pub(super) struct Subfolder<T> {
    target: T,
    folder: Option<Vec<u8>>,
}

impl<T: Target> Subfolder<T> {
    /// For what `order` restores.
    ///
    /// # Errors
    /// Those of the target; [`RestoreError::NoSuchSnapshot`] where the order's snapshot is not in a source's folder.
    pub(super) fn of(target: T, order: &RestoreOrder) -> Result<Self, RestoreError> {
        let source = match &order.from {
            RestoreFrom::AllSources => None,
            RestoreFrom::LatestOf(source) => Some(source.as_str()),
            RestoreFrom::Snapshot(path) => {
                let source = path.as_str().split('/').nth(1);
                Some(source.ok_or(RestoreError::NoSuchSnapshot)?)
            }
        };
        let takes_any_name = target.limits()?.takes_any_name;
        let is_exact = match order.names {
            RestoreNames::Exact => true,
            RestoreNames::Portable => false,
            RestoreNames::Fitting => takes_any_name,
        };
        let folder = source.map(|source| match is_exact {
            true => decode_component(source)
                .filter(|name| !name.iter().any(|byte| matches!(byte, b'/' | 0)))
                .unwrap_or_else(|| source.as_bytes().to_vec()),
            false => portable_name(source).into_bytes(),
        });
        Ok(Self { target, folder })
    }

    fn below(&self, path: &TargetPath) -> Result<TargetPath, TargetError> {
        const EINVAL: i32 = 22;
        let names = self.folder.iter().chain(path.names()).cloned().collect();
        TargetPath::new(names).ok_or(TargetError::Refused { errno: EINVAL })
    }
}

impl<T: Target> Target for Subfolder<T> {
    fn look(&self, path: &TargetPath) -> Result<Occupant, TargetError> {
        self.target.look(&self.below(path)?)
    }

    fn stage(&self, id: StagedId) -> Result<Box<dyn TargetDraft>, TargetError> {
        self.target.stage(id)
    }

    fn flush(&self) -> Result<(), TargetError> {
        self.target.flush()
    }

    fn read_back(
        &self,
        file: OnTarget<'_>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, TargetError> {
        match file {
            OnTarget::Staged(_) => self.target.read_back(file, sink),
            OnTarget::Placed(path) => {
                let path = self.below(path)?;
                self.target.read_back(OnTarget::Placed(&path), sink)
            }
        }
    }

    fn place(&self, staged: StagedId, path: &TargetPath) -> Result<(), TargetError> {
        self.target.place(staged, &self.below(path)?)
    }

    fn clear(&self) -> Result<(), TargetError> {
        self.target.clear()
    }

    fn limits(&self) -> Result<TargetLimits, TargetError> {
        self.target.limits()
    }

    fn free_bytes(&self) -> Result<u64, TargetError> {
        self.target.free_bytes()
    }
}

#[cfg(test)]
mod tests {
    use heirloom_engine::{RamTarget, VolumePath};

    use super::*;

    const SOURCE: &str = "Mia: =3D) [1a2b3c4d]";

    #[test]
    fn a_source_alone_has_the_folder_that_it_has_among_others() {
        let all = RestoreFrom::AllSources;
        let latest = RestoreFrom::LatestOf(SOURCE.to_owned());
        let path = VolumePath::new(format!("sources/{SOURCE}/0007 2026-11-22"));
        let table: [(RestoreFrom, RestoreNames, Option<&str>); 5] = [
            (all, RestoreNames::Fitting, None),
            (
                latest.clone(),
                RestoreNames::Fitting,
                Some("Mia: =) [1a2b3c4d]"),
            ),
            (
                latest.clone(),
                RestoreNames::Exact,
                Some("Mia: =) [1a2b3c4d]"),
            ),
            (latest, RestoreNames::Portable, Some("Mia_ =) [1a2b3c4d]")),
            (
                RestoreFrom::Snapshot(path),
                RestoreNames::Portable,
                Some("Mia_ =) [1a2b3c4d]"),
            ),
        ];
        for (from, names, expected) in table {
            let order = RestoreOrder {
                names,
                ..RestoreOrder::all(from)
            };
            let target = Subfolder::of(RamTarget::new(10), &order).expect("a target");
            let folder = target.folder.as_deref();
            assert_eq!(folder, expected.map(str::as_bytes), "{order:?}");
        }
    }

    #[test]
    fn what_is_placed_is_found_there_only() {
        let ram = RamTarget::new(1000);
        let order = RestoreOrder::all(RestoreFrom::LatestOf("Mia".to_owned()));
        let target = Subfolder::of(ram.clone(), &order).expect("a target");
        let path = |names: &[&str]| {
            let names = names.iter().map(|name| name.as_bytes().to_vec());
            TargetPath::new(names.collect()).expect("a path")
        };
        let mut draft = target.stage(StagedId(1)).expect("staged");
        draft.write(b"content").expect("written");
        draft.finish(None).expect("finished");
        target.place(StagedId(1), &path(&["a"])).expect("placed");
        let file = Ok(Occupant::File { size_bytes: 7 });
        assert_eq!(target.look(&path(&["a"])), file);
        assert_eq!(ram.look(&path(&["Mia", "a"])), file);
        assert_eq!(ram.look(&path(&["a"])), Ok(Occupant::Nothing));
        let placed = path(&["a"]);
        let read = target.read_back(
            OnTarget::Placed(&placed),
            &mut |_| ControlFlow::Continue(()),
        );
        assert_eq!(read, Ok(7));
    }
}
