//! Sees to it that an archive drive boots by itself, from what the stick carries. Nothing else depends on it: where it fails, that is said, and
//! the archive is as good as before.

use std::path::Path;

use heirloom_linux::{Bootable, Watch, see_to_booting};

use crate::logbook;

/// Copies or renews what `disk` boots; gives the version that it boots now.
pub(crate) fn see_to(watch: &Watch, disk: &Path) -> Option<String> {
    let stick = watch.stick_partition();
    if stick.is_none() {
        log::info!("no stick: what the drive boots stays as it is");
    }
    let mut told = 0;
    let outcome = see_to_booting(stick.as_deref(), disk, &mut |done, of| {
        let tenths = done * 10 / of.max(1);
        if tenths > told {
            told = tenths;
            log::info!("copied {done} bytes of {of} to the drive's open part");
        }
    });
    let (boots, trouble) = match outcome {
        Ok(boots) => (boots, None),
        Err(error) => {
            log::warn!("the drive does not boot by itself, or an older version: {error}");
            (None, Some(error.to_string()))
        }
    };
    announce(boots.as_ref(), trouble);
    boots.map(|bootable| bootable.release.version)
}

fn announce(boots: Option<&Bootable>, trouble: Option<String>) {
    logbook::announce(&serde_json::json!({
        "event": "drive boots",
        "version": boots.map(|it| &it.release.version),
        "commit": boots.map(|it| &it.release.commit),
        "is_new": boots.is_some_and(|it| it.is_new),
        "trouble": trouble,
    }));
}
