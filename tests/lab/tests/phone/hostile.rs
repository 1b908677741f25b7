//! Devices that lie: every call ends, nothing wrong passes for whole, and what is told truly is had.

use heirloom_engine::{Fetched, Listing};
use heirloom_phone::PhoneSource;

use crate::bench::{Bench, fetch, list, paths};

/// Fetches everything that is listed. What comes as whole must be right; names those that did not come.
fn fetch_all(bench: &Bench, source: &mut PhoneSource, listing: &Listing) -> Vec<String> {
    let truth = bench.truth();
    let mut failed = Vec::new();
    for object in &listing.objects {
        let path = object.path.as_str();
        let got = fetch(source, object, 0);
        let whole = bench.true_bytes(&truth[path]);
        match got.ended {
            Ok(Fetched::Whole(length)) => {
                assert_eq!(length, whole.len() as u64, "{path}");
                assert!(got.bytes == whole, "{path}");
            }
            Ok(Fetched::Stopped) => panic!("nobody stopped {path}"),
            Err(error) => {
                // Another family ends a run, and would cost the other files.
                assert!(error.is_about_one_object(), "{path}: {error}");
                assert!(whole.starts_with(&got.bytes), "{path}: {error}");
                failed.push(path.rsplit('/').next().expect("a name").to_owned());
            }
        }
    }
    failed
}

#[test]
fn lengths_that_lie_cost_their_files_alone() {
    let bench = Bench::named("lying-lengths");
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    let all = bench.truth();
    let listed = paths(&listing);
    let missing: Vec<_> = all
        .keys()
        .filter(|path| !listed.contains(&path.as_str()))
        .collect();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].ends_with("PXL_0003.jpg"));
    assert_eq!(listing.problems.len(), 1);
    let failed = fetch_all(&bench, &mut source, &listing);
    let may_fail = ["PXL_0005.jpg", "PXL_0007.jpg"];
    assert!(
        failed.iter().all(|name| may_fail.contains(&name.as_str())),
        "{failed:?}"
    );
    bench.assert_untouched();
}

#[test]
fn an_endless_dataset_ends_for_us_and_the_rest_is_right() {
    let bench = Bench::named("endless-dataset");
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    let places: Vec<_> = listing
        .problems
        .iter()
        .map(|problem| &problem.place)
        .collect();
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(listing.objects.len() + places.len(), bench.truth().len());
    assert!(fetch_all(&bench, &mut source, &listing).is_empty());
    bench.assert_untouched();
}
