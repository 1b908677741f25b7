//! A phone that charges only at first, without an interface for files.

use heirloom_engine::SourceError;

use crate::bench::{Bench, list, named};

#[test]
fn a_phone_that_charges_only_is_never_empty_and_is_read_once_it_may() {
    let bench = Bench::named("android-charge-only");
    // Nobody speaks MTP to it: the kernel would not have offered its interface.
    assert_eq!(bench.open().err(), Some(SourceError::TimedOut));
    bench.watch.choose_file_transfer();
    assert_eq!(
        bench.open().err(),
        Some(SourceError::Gone),
        "the one that it was"
    );
    let mut source = bench.open().expect("the one that it is");
    let listing = list(&mut source).expect("listed");
    assert_eq!(listing.objects.len(), bench.truth().len());
    bench.fetch_right(&mut source, named(&listing, "PXL_0021.mp4"));

    bench.watch.choose_charging_only();
    let video = named(&listing, "PXL_0021.mp4");
    let got = crate::bench::fetch(&mut source, video, 0);
    assert_eq!((got.ended, got.bytes.len()), (Err(SourceError::Gone), 0));
    bench.assert_untouched();
}
