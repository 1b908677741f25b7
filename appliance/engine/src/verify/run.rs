//! A check of a whole archive, from its seals to its last byte. Nothing is written.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use heirloom_format::Snapshot;

use super::chain::{self, Link};
use super::contents::{Contents, Expected, State};
use super::finding::{Finding, FindingKind};
use super::merge::{Merge, Merged, expected};
use super::order::{VerifyDepth, VerifyError, VerifyOrder, VerifyProgress};
use super::pass::Pass;
use super::reading::read_all;
use super::report::VerifyReport;
use super::seals::{self, Derived};
use super::suspect::Suspect;
use super::thinned;
use super::trace::trace;
use crate::archive::{Archive, PublishedSnapshot, layout, readable};
use crate::hashing::sha256_implementation;
use crate::{Cancel, Damage, DamageKind, Volume, VolumePath};

/// Checks an archive: seals, signatures, the chain and the sheet; what each snapshot lists against what lies in its folder; and every content,
/// once, past the cache. What is wrong is in the report, and no error.
///
/// Memory is bounded by some 80 bytes for each file, and by the largest folder.
///
/// # Errors
/// [`VerifyError`]: when nothing can be said, or it was stopped.
pub fn verify(
    volume: &dyn Volume,
    order: &VerifyOrder,
    watch: &(dyn Fn(VerifyProgress) + Sync),
    cancel: &Cancel,
) -> Result<VerifyReport, VerifyError> {
    log::info!("SHA-256 by {}", sha256_implementation());
    let archive = Archive::open(volume)?;
    let mut check = Check {
        volume,
        archive: &archive,
        reads_content: order.depth == VerifyDepth::Contents,
        contents: Contents::default(),
        names: 0,
        is_worth_a_walk: Vec::new(),
        all_judged: true,
        links: Vec::new(),
        suspects: Vec::new(),
        findings: archive.damage().iter().map(from_damage).collect(),
    };
    check.snapshots(watch, cancel)?;
    check.findings.extend(chain::check(&check.links));
    if let Some(sheet) = &order.sheet {
        let public_key = &archive.info().public_key;
        let found = chain::check_sheet(sheet, public_key, &check.links);
        check.findings.extend(found);
    }
    check.latest()?;
    let bytes_read = check.contents(watch, cancel)?;
    if check.all_judged {
        let found = thinned::check(volume, &archive, &check.contents, cancel)?;
        check.findings.extend(found);
    }
    stop_if(cancel)?;
    let bags = archive.snapshots();
    let found = trace(volume, bags, &check.contents, check.suspects)?;
    check.findings.extend(found);
    let mut findings = check.findings;
    findings.sort_by(|a, b| {
        let key = |it: &Finding| (it.kind.meaning(), it.place.clone());
        key(a).cmp(&key(b))
    });
    Ok(VerifyReport {
        archive: archive.info().clone(),
        depth: order.depth,
        snapshots: bags.len() as u64,
        thinned: archive.thinned().len() as u64,
        generation: check.links.last().map_or(0, |link| link.generation),
        head: archive.head(),
        names: check.names,
        files: check.contents.len(),
        bytes_read,
        findings,
    })
}

fn stop_if(cancel: &Cancel) -> Result<(), VerifyError> {
    if cancel.is_cancelled() {
        return Err(VerifyError::Stopped);
    }
    Ok(())
}

/// What was found when the archive was opened.
fn from_damage(damage: &Damage) -> Finding {
    // Source folder and snapshot are the second and third part of a path below `sources/` or `thinned/`.
    let parts: Vec<&str> = damage.place.as_str().splitn(4, '/').collect();
    let snapshots = match (&damage.kind, &parts[..]) {
        (DamageKind::NotASnapshot, _) | (_, [] | [_] | [_, _]) => Vec::new(),
        (_, parts) => vec![VolumePath::new(parts[..3].join("/"))],
    };
    Finding {
        place: damage.place.clone(),
        kind: FindingKind::Seal(damage.kind.clone()),
        snapshots,
        other_names: Vec::new(),
    }
}

struct Check<'c> {
    volume: &'c dyn Volume,
    archive: &'c Archive,
    reads_content: bool,
    contents: Contents,
    names: u64,
    is_worth_a_walk: Vec<bool>,
    /// Of each snapshot it is known what must be in it.
    all_judged: bool,
    links: Vec<Link>,
    suspects: Vec<Suspect>,
    findings: Vec<Finding>,
}

impl Check<'_> {
    /// Everything but contents: seals, lists, folders.
    fn snapshots(
        &mut self,
        watch: &(dyn Fn(VerifyProgress) + Sync),
        cancel: &Cancel,
    ) -> Result<(), VerifyError> {
        let total = self.archive.history().count() as u64;
        let mut bag = 0;
        for (done, published) in (0..).zip(self.archive.history()) {
            stop_if(cancel)?;
            watch(VerifyProgress::Snapshots { done, total });
            let is_described =
                seals::check(self.volume, self.archive, published, &mut self.findings)?;
            let files_before = self.contents.len();
            let snapshot = match (is_described, published.is_thinned()) {
                (true, true) => self.thinned(published)?,
                (true, false) => self.published(published, bag, cancel)?,
                (false, _) => None,
            };
            if !published.is_thinned() {
                if snapshot.is_none() {
                    self.by_manifest(published, bag)?;
                }
                self.is_worth_a_walk
                    .push(self.contents.len() > files_before);
                bag += 1;
            }
            self.links.push(Link {
                generation: published.name.generation,
                folder: published.folder.clone(),
                head: published.head,
                previous_head: snapshot.map(|snapshot| snapshot.previous_head),
            });
        }
        watch(VerifyProgress::Snapshots { done: total, total });
        Ok(())
    }

    fn thinned(&mut self, published: &PublishedSnapshot) -> Result<Option<Snapshot>, VerifyError> {
        let mut derived = Derived::default();
        let read = self
            .archive
            .read_description(self.volume, published, &mut |file| derived.add(&file))?;
        Ok(self.described(published, derived, read))
    }

    fn described(
        &mut self,
        published: &PublishedSnapshot,
        derived: Derived,
        read: Result<Snapshot, Damage>,
    ) -> Option<Snapshot> {
        match read {
            Ok(snapshot) => {
                derived.check(&snapshot, published, &mut self.findings);
                Some(snapshot)
            }
            Err(damage) => {
                // It is as it was sealed, and yet it can't be understood.
                self.findings.push(from_damage(&damage));
                None
            }
        }
    }

    fn published(
        &mut self,
        published: &PublishedSnapshot,
        bag: usize,
        cancel: &Cancel,
    ) -> Result<Option<Snapshot>, VerifyError> {
        let volume = self.volume;
        let mut derived = Derived::default();
        let mut merge = Merge::begin(
            volume,
            published,
            bag,
            self.reads_content,
            &mut self.contents,
        )?;
        let read = self
            .archive
            .read_description(volume, published, &mut |file| {
                if !cancel.is_cancelled() {
                    derived.add(&file);
                    merge.expect(&file.path, &expected(&file));
                }
            })?;
        stop_if(cancel)?;
        let merged = merge.end()?;
        let snapshot = self.described(published, derived, read);
        if snapshot.is_some() {
            self.take(merged);
        }
        Ok(snapshot)
    }

    fn take(&mut self, merged: Merged) {
        self.names += merged.names;
        self.suspects.extend(merged.suspects);
        self.findings.extend(merged.findings);
    }

    /// Without a description, the manifest says at least what the contents must be.
    fn by_manifest(
        &mut self,
        published: &PublishedSnapshot,
        bag: usize,
    ) -> Result<(), VerifyError> {
        let volume = self.volume;
        // Read once for nothing, so that no word of a damaged one is believed.
        let read = self
            .archive
            .read_manifest(volume, published, &mut |_, _| {})?;
        if read.is_err() {
            self.all_judged = false;
            self.findings.push(Finding {
                place: published.folder.clone(),
                kind: FindingKind::Unjudged,
                snapshots: vec![published.folder.clone()],
                other_names: Vec::new(),
            });
            return Ok(());
        }
        let mut merge = Merge::begin(
            volume,
            published,
            bag,
            self.reads_content,
            &mut self.contents,
        )?;
        let read = self
            .archive
            .read_manifest(volume, published, &mut |sha256, path| {
                let expected = Expected {
                    sha256,
                    size_bytes: None,
                    unix_s: None,
                };
                merge.expect(&path, &expected);
            })?;
        if read.is_err() {
            return Err(VerifyError::ChangedMeanwhile);
        }
        let merged = merge.end()?;
        self.take(merged);
        Ok(())
    }

    /// Each source's `latest` points to its newest snapshot.
    fn latest(&mut self) -> Result<(), VerifyError> {
        // Sorted by generation, so that the last one of a source stays.
        let newest: BTreeMap<&str, &PublishedSnapshot> = self
            .archive
            .snapshots()
            .iter()
            .map(|it| (it.source_folder.as_str(), it))
            .collect();
        for (source_folder, published) in newest {
            let place = layout::source_folder(source_folder).join(layout::LATEST);
            let target = readable(self.volume.target(&place))?;
            if target.is_ok_and(|target| target == published.name.to_string()) {
                continue;
            }
            self.findings.push(Finding {
                place,
                kind: FindingKind::Latest,
                snapshots: Vec::new(),
                other_names: Vec::new(),
            });
        }
        Ok(())
    }

    /// Every file once. Yields how many bytes were read.
    fn contents(
        &mut self,
        watch: &(dyn Fn(VerifyProgress) + Sync),
        cancel: &Cancel,
    ) -> Result<u64, VerifyError> {
        watch(VerifyProgress::Planned {
            files: self.contents.len(),
            bytes: match self.reads_content {
                true => self.contents.bytes(),
                false => 0,
            },
        });
        let bytes_read = AtomicU64::new(0);
        let moved = |bytes| {
            let before = bytes_read.fetch_add(bytes, Ordering::Relaxed);
            watch(VerifyProgress::Read {
                bytes: before + bytes,
            });
        };
        let mut pass = Pass::new(
            self.volume,
            self.archive.snapshots(),
            &self.is_worth_a_walk,
            self.reads_content,
            &mut self.contents,
            &mut self.suspects,
        );
        read_all(self.volume, &mut pass, &moved, cancel)?;
        stop_if(cancel)?;
        let unlisted = pass.unlisted();
        let is_open = |state| matches!(state, State::Met | State::Taken);
        let open = self.contents.iter().filter(|(_, _, state)| is_open(*state));
        let files = open.count() as u64;
        if files > 0 {
            let known: HashSet<VolumePath> =
                self.findings.iter().map(|it| it.place.clone()).collect();
            let newly = unlisted
                .into_iter()
                .find(|(_, place, _)| !known.contains(place));
            let (bag, place, error) = newly.ok_or(VerifyError::ChangedMeanwhile)?;
            self.findings.push(Finding {
                place,
                kind: FindingKind::FolderUnlisted { error, files },
                snapshots: vec![self.archive.snapshots()[bag].folder.clone()],
                other_names: Vec::new(),
            });
        }
        Ok(bytes_read.into_inner())
    }
}
