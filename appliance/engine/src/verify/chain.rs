//! The chain of heads, and what a sheet says about it: pure functions of what was read.

use heirloom_format::{Digest, PublicKey};

use super::finding::{Finding, FindingKind};
use super::order::SheetClaim;
use crate::VolumePath;
use crate::archive::layout;

/// One snapshot of the history, published or thinned.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) generation: u32,
    pub(super) folder: VolumePath,
    /// `None` when its tag manifest can't be read.
    pub(super) head: Option<Digest>,
    /// What it says of the one before it; `None` when its description can't be read.
    pub(super) previous_head: Option<Option<Digest>>,
}

/// Holds each snapshot to the one before it. `links` are sorted by generation; several may have the same.
pub(super) fn check(links: &[Link]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before: &[Link] = &[];
    for same in links.chunk_by(|a, b| a.generation == b.generation) {
        let generation = same[0].generation;
        let expected = before.first().map_or(1, |link| link.generation + 1);
        if generation > expected {
            findings.push(about_all(FindingKind::GenerationsMissing {
                first: expected,
                last: generation - 1,
            }));
        } else {
            findings.extend(
                same.iter()
                    .filter(|link| !continues(link, before))
                    .map(broken),
            );
        }
        before = same;
    }
    findings
}

/// Whether a snapshot continues one of those before it. Where that can't be told, something else is said about it.
fn continues(link: &Link, before: &[Link]) -> bool {
    match link.previous_head {
        None => true,
        Some(None) => before.is_empty(),
        Some(Some(head)) => {
            before.iter().any(|it| it.head.is_none_or(|it| it == head)) && !before.is_empty()
        }
    }
}

fn broken(link: &Link) -> Finding {
    Finding {
        place: link.folder.join(layout::SNAPSHOT),
        kind: FindingKind::ChainBroken,
        snapshots: vec![link.folder.clone()],
        other_names: Vec::new(),
    }
}

fn about_all(kind: FindingKind) -> Finding {
    let place = match kind {
        FindingKind::KeyNotOnSheet => layout::ARCHIVE_JSON,
        _ => layout::SOURCES,
    };
    Finding {
        place: VolumePath::new(place),
        kind,
        snapshots: Vec::new(),
        other_names: Vec::new(),
    }
}

/// Holds the archive to a sheet.
pub(super) fn check_sheet(
    sheet: &SheetClaim,
    public_key: &PublicKey,
    links: &[Link],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if sheet.public_key.is_some_and(|key| key != *public_key) {
        findings.push(about_all(FindingKind::KeyNotOnSheet));
    }
    let newest_generation = links.last().map_or(0, |link| link.generation);
    if sheet.generation > newest_generation {
        findings.push(about_all(FindingKind::OlderThanSheet {
            sheet_generation: sheet.generation,
            newest_generation,
        }));
    }
    let on_sheet = |link: &&Link| link.generation == sheet.generation;
    let heads = links
        .iter()
        .filter(on_sheet)
        .filter_map(|link| Some((link, link.head?)));
    let heads: Vec<(&Link, Digest)> = heads.collect();
    // One whose head can't be read is named for that.
    if let (Some(stated), Some((link, found))) = (sheet.head, heads.first())
        && heads.iter().all(|(_, head)| *head != stated)
    {
        findings.push(Finding {
            place: link.folder.join(layout::TAG_MANIFEST),
            kind: FindingKind::OtherThanSheet {
                generation: sheet.generation,
                stated,
                found: *found,
            },
            snapshots: vec![link.folder.clone()],
            other_names: Vec::new(),
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use heirloom_format::SigningKey;

    use super::*;

    fn head(number: u32) -> Digest {
        Digest::of(&number.to_le_bytes())
    }

    /// A sound history of these generations, in which each names the one before it.
    fn links(generations: &[u32]) -> Vec<Link> {
        let mut previous = None;
        let link = |generation: &u32| {
            let link = Link {
                generation: *generation,
                folder: VolumePath::new(format!("sources/x/{generation:04}")),
                head: Some(head(*generation)),
                previous_head: Some(previous),
            };
            previous = link.head;
            link
        };
        generations.iter().map(link).collect()
    }

    fn kinds(findings: Vec<Finding>) -> Vec<FindingKind> {
        findings.into_iter().map(|it| it.kind).collect()
    }

    #[test]
    fn a_chain_is_whole_or_says_where_it_is_not() {
        let missing = |first, last| FindingKind::GenerationsMissing { first, last };
        let cases: &[(&[u32], &[FindingKind])] = &[
            (&[], &[]),
            (&[1, 2, 3], &[]),
            (&[2, 3], &[missing(1, 1)]),
            (&[1, 5, 6], &[missing(2, 4)]),
            (&[u32::MAX], &[missing(1, u32::MAX - 1)]),
        ];
        for (generations, expected) in cases {
            assert_eq!(
                kinds(check(&links(generations))),
                *expected,
                "{generations:?}"
            );
        }
        type Change = fn(&mut Vec<Link>);
        let broken = [FindingKind::ChainBroken];
        let changes: &[(&str, Change, &[FindingKind])] = &[
            (
                "another head",
                |it| it[1].previous_head = Some(Some(head(9))),
                &broken,
            ),
            ("no head", |it| it[1].previous_head = Some(None), &broken),
            (
                "a head too many",
                |it| it[0].previous_head = Some(Some(head(0))),
                &broken,
            ),
            ("unknown", |it| it[1].previous_head = None, &[]),
            ("unreadable before", |it| it[0].head = None, &[]),
            (
                "a second one that does not belong",
                |it| {
                    let mut second = it[1].clone();
                    second.previous_head = Some(Some(head(9)));
                    it.insert(1, second);
                },
                &broken,
            ),
        ];
        for (what, change, expected) in changes {
            let mut links = links(&[1, 2, 3]);
            change(&mut links);
            assert_eq!(kinds(check(&links)), *expected, "{what}");
        }
    }

    #[test]
    fn a_sheet_agrees_or_says_where_not() {
        let key = SigningKey::from_seed([1; 32], *b"heirloom").public_key();
        let other = SigningKey::from_seed([2; 32], *b"heirloom").public_key();
        let sheet = |generation, head, public_key| SheetClaim {
            generation,
            head,
            public_key: Some(public_key),
        };
        let older = FindingKind::OlderThanSheet {
            sheet_generation: 4,
            newest_generation: 3,
        };
        let differs = FindingKind::OtherThanSheet {
            generation: 2,
            stated: head(7),
            found: head(2),
        };
        let cases = [
            (sheet(0, None, key), vec![]),
            (sheet(3, Some(head(3)), key), vec![]),
            (sheet(2, Some(head(2)), key), vec![]),
            (sheet(4, Some(head(4)), key), vec![older]),
            (sheet(2, Some(head(7)), key), vec![differs]),
            (
                sheet(3, Some(head(3)), other),
                vec![FindingKind::KeyNotOnSheet],
            ),
        ];
        for (sheet, expected) in cases {
            let found = kinds(check_sheet(&sheet, &key, &links(&[1, 2, 3])));
            assert_eq!(found, expected, "{sheet:?}");
        }
    }
}
