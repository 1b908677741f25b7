//! A device of the lab, the phone crate on it, and what is true of it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use heirloom_engine::{Fetched, ListedObject, Listing, Source, SourceError};
use heirloom_format::StoredPath;
use heirloom_lab::{InProcess, LibraryFile, Profile, Responder, ResponderWatch};
use heirloom_phone::{Patience, PhoneSource, UsbIds};

/// A device answers at once, after a pause of its profile, or never.
pub(crate) const QUICK: Patience = Patience {
    answer: Duration::from_millis(600),
    exchange: Duration::from_millis(1200),
    quiet: Duration::ZERO,
};

/// A device that is plugged in.
pub(crate) struct Bench {
    profile: Profile,
    transport: Arc<InProcess>,
    pub(crate) watch: ResponderWatch,
}

/// How a fetch ended, and what came before.
pub(crate) struct Got {
    pub(crate) ended: Result<Fetched, SourceError>,
    pub(crate) bytes: Vec<u8>,
}

impl Bench {
    pub(crate) fn of(profile: Profile) -> Self {
        let responder = Responder::of(profile.clone()).expect("a library");
        let watch = responder.watch();
        Self {
            profile,
            transport: InProcess::plug(responder, QUICK.answer),
            watch,
        }
    }

    pub(crate) fn named(profile: &str) -> Self {
        Self::of(Profile::named(profile).expect("a profile"))
    }

    pub(crate) fn open(&self) -> Result<PhoneSource, SourceError> {
        let usb = UsbIds {
            vendor: self.profile.usb.vendor.0,
            product: self.profile.usb.product.0,
        };
        PhoneSource::over(Arc::clone(&self.transport) as _, Some(usb), QUICK)
    }

    /// The true files, by the path under which they are to be stored. A string of PTP ends at its first zero.
    pub(crate) fn truth(&self) -> BTreeMap<String, LibraryFile> {
        let files = self.watch.library();
        files
            .files()
            .map(|file| {
                let names = file
                    .path
                    .iter()
                    .map(|name| name.split('\0').next().unwrap_or(""));
                let path = StoredPath::from_raw(names);
                (path.expect("a path").as_str().to_owned(), file)
            })
            .collect()
    }

    pub(crate) fn true_bytes(&self, file: &LibraryFile) -> Vec<u8> {
        self.watch.library().bytes(file.number).expect("bytes")
    }

    /// Fetches a file and asserts that it came whole and right.
    pub(crate) fn fetch_right(&self, source: &mut PhoneSource, object: &ListedObject) {
        let path = object.path.as_str();
        let truth = self.truth();
        let file = truth
            .get(path)
            .unwrap_or_else(|| panic!("{path} is not on the device"));
        let got = fetch(source, object, 0);
        assert_eq!(got.ended, Ok(Fetched::Whole(file.size_bytes)), "{path}");
        assert!(got.bytes == self.true_bytes(file), "{path}");
    }

    /// What no device must ever see of us.
    pub(crate) fn assert_untouched(&self) {
        let about = &self.profile.about;
        assert_eq!(self.watch.attempts_to_write(), 0, "{about}");
        assert_eq!(self.watch.resets(), 0, "{about}");
    }

    /// The same, and that nothing was asked before it had answered; one that stops in the middle of an answer leaves no choice.
    pub(crate) fn assert_unharmed(&self) {
        self.assert_untouched();
        assert_eq!(
            self.watch.protocol_violations(),
            0,
            "{}",
            self.profile.about
        );
    }
}

/// Lists, sorted by path.
pub(crate) fn list(source: &mut PhoneSource) -> Result<Listing, SourceError> {
    let mut listing = Listing::of(source)?;
    listing.objects.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listing)
}

pub(crate) fn paths(listing: &Listing) -> Vec<&str> {
    let objects = listing.objects.iter();
    objects.map(|object| object.path.as_str()).collect()
}

pub(crate) fn named<'a>(listing: &'a Listing, name: &str) -> &'a ListedObject {
    let mut objects = listing.objects.iter();
    let found = objects.find(|object| object.path.as_str().ends_with(name));
    found.unwrap_or_else(|| panic!("{name} is not listed"))
}

pub(crate) fn fetch(source: &mut PhoneSource, object: &ListedObject, from_byte: u64) -> Got {
    let mut bytes = Vec::new();
    let ended = source.fetch(object, from_byte, &mut |piece| {
        bytes.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    Got { ended, bytes }
}
