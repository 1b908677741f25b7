//! Names and folders: which files are photos and videos, and which are taken; where an iPhone's files are from.

use heirloom_media::{
    Checked, Choice, Format, Kind, Origin, Place, State, Verdict, VideoCodec, classify,
    is_named_so, origin, own_name,
};

#[test]
fn kinds_and_places() {
    for (path, kind, place, is_taken) in [
        (
            "Internal shared storage/DCIM/Camera/PXL_20240131_225959123.jpg",
            Kind::Photo,
            Place::Camera,
            true,
        ),
        (
            "SD card/DCIM/100CANON/IMG_0001.CR3",
            Kind::Photo,
            Place::Camera,
            true,
        ),
        (
            "Internal Storage/202401__/IMG_0001.HEIC",
            Kind::Photo,
            Place::Elsewhere,
            true,
        ),
        (
            "DCIM/100APPLE/IMG_0001.AAE",
            Kind::Sidecar,
            Place::Camera,
            true,
        ),
        (
            "DCIM/100GOPRO/GL010001.LRV",
            Kind::Sidecar,
            Place::Camera,
            true,
        ),
        (
            "PRIVATE/M4ROOT/CLIP/C0001M01.XML",
            Kind::Sidecar,
            Place::Elsewhere,
            true,
        ),
        (
            "PRIVATE/AVCHD/BDMV/STREAM/00000.MTS",
            Kind::Video,
            Place::Elsewhere,
            true,
        ),
        (
            "PRIVATE/AVCHD/BDMV/CLIPINF/00000.CPI",
            Kind::Sidecar,
            Place::Elsewhere,
            true,
        ),
        (
            "Pictures/Screenshots/Screenshot_1.png",
            Kind::Photo,
            Place::Screenshots,
            true,
        ),
        (
            "DCIM/Screenshots/Screenshot_1.jpg",
            Kind::Photo,
            Place::Screenshots,
            true,
        ),
        (
            "DCIM/Screen recordings/1.mp4",
            Kind::Video,
            Place::ScreenRecordings,
            true,
        ),
        (
            "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/Sent/IMG-1-WA0003.jpg",
            Kind::Photo,
            Place::WhatsApp,
            true,
        ),
        (
            "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/Private/IMG-1-WA0004.jpg",
            Kind::Photo,
            Place::WhatsApp,
            true,
        ),
        (
            "Android/media/com.whatsapp.w4b/WhatsApp Business/Media/WhatsApp Business Video/VID-1.mp4",
            Kind::Video,
            Place::WhatsApp,
            true,
        ),
        (
            "WhatsApp/Media/WhatsApp Animated Gifs/VID-1.mp4",
            Kind::Video,
            Place::WhatsApp,
            true,
        ),
        (
            "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Voice Notes/202401/PTT-1.opus",
            Kind::Audio,
            Place::WhatsApp,
            false,
        ),
        (
            "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt14",
            Kind::Other,
            Place::WhatsApp,
            false,
        ),
        (
            "Android/data/org.telegram.messenger/files/Telegram/Telegram Images/1.jpg",
            Kind::Photo,
            Place::Telegram,
            true,
        ),
        (
            "Android/data/org.telegram.messenger/cache/1.jpg",
            Kind::ThumbnailCache,
            Place::Telegram,
            false,
        ),
        (
            "Pictures/Signal/signal-1.jpeg",
            Kind::Photo,
            Place::Signal,
            true,
        ),
        (
            "Movies/Instagram/VID_1.mp4",
            Kind::Video,
            Place::Instagram,
            true,
        ),
        ("DCIM/Snapchat/1.mp4", Kind::Video, Place::Snapchat, true),
        ("Download/scan.pdf", Kind::Other, Place::Downloads, false),
        ("Download/IMG_1.jpg", Kind::Photo, Place::Downloads, true),
        (
            "Download/IMG_1.jpg.json",
            Kind::Sidecar,
            Place::Downloads,
            true,
        ),
        (
            "Download/IMG_1.jpg.supplemental-metad.json",
            Kind::Sidecar,
            Place::Downloads,
            true,
        ),
        (
            "Download/settings.json",
            Kind::Other,
            Place::Downloads,
            false,
        ),
        (
            "Recordings/Voice 001.m4a",
            Kind::Audio,
            Place::Elsewhere,
            false,
        ),
        (
            "DCIM/.thumbnails/1234.jpg",
            Kind::ThumbnailCache,
            Place::Camera,
            false,
        ),
        (
            "DCIM/.thumbdata4--1967290299",
            Kind::ThumbnailCache,
            Place::Camera,
            false,
        ),
        (
            "Pictures/.thumbnails/.database_uuid",
            Kind::ThumbnailCache,
            Place::Pictures,
            false,
        ),
        ("DCIM/Thumbs.db", Kind::ThumbnailCache, Place::Camera, false),
        (
            "Android/data/com.example/cache/picture.jpg",
            Kind::ThumbnailCache,
            Place::Elsewhere,
            false,
        ),
        (
            "Android/data/com.example/files/picture.jpg",
            Kind::Photo,
            Place::Elsewhere,
            true,
        ),
        ("LOST.DIR/104", Kind::Recovered, Place::Elsewhere, true),
        (
            "FOUND.000/FILE0000.CHK",
            Kind::Recovered,
            Place::Elsewhere,
            true,
        ),
        (
            "DCIM/100CANON/._IMG_0001.JPG",
            Kind::Other,
            Place::Camera,
            false,
        ),
        ("DCIM/.nomedia", Kind::Other, Place::Camera, false),
        ("DCIM/.jpg", Kind::Other, Place::Camera, false),
        ("DCIM/jpg", Kind::Other, Place::Camera, false),
        ("ΔCIM/Ω.JPEG", Kind::Photo, Place::Elsewhere, true),
        ("", Kind::Other, Place::Elsewhere, false),
    ] {
        let components: Vec<&str> = path.split('/').collect();
        let class = classify(&components);
        assert_eq!((class.kind, class.place), (kind, place), "{path}");
        assert_eq!(class.state, State::Present, "{path}");
        assert_eq!(Choice::AllMedia.takes(&class), is_taken, "{path}");
        assert!(Choice::Everything.takes(&class), "{path}");
    }
    assert_eq!(classify(&[]).kind, Kind::Other);
}

#[test]
fn what_is_deleted_or_not_finished_is_taken_and_shown_as_such() {
    let trashed = |expires_unix_s| State::Trashed { expires_unix_s };
    for (path, state) in [
        (
            "DCIM/Camera/.trashed-1786602800-PXL_1.jpg",
            trashed(Some(1_786_602_800)),
        ),
        (
            "DCIM/Camera/.pending-1786602800-PXL_1.mp4",
            State::Pending {
                expires_unix_s: 1_786_602_800,
            },
        ),
        (
            "Android/.Trash/com.sec.android.gallery3d/1/a.jpg",
            trashed(None),
        ),
        ("MIUI/Gallery/cloud/.trashBin/a.jpg", trashed(None)),
        (".Trash-1000/files/a.jpg", trashed(None)),
        ("$RECYCLE.BIN/S-1-5/$R1.JPG", trashed(None)),
        ("DCIM/.trashed-soon-PXL_1.jpg", State::Present),
        (
            "DCIM/.trashed-99999999999999999999999-PXL_1.jpg",
            State::Present,
        ),
    ] {
        let class = classify(&path.split('/').collect::<Vec<_>>());
        assert_eq!(class.state, state, "{path}");
        assert!(matches!(class.kind, Kind::Photo | Kind::Video), "{path}");
        assert!(Choice::AllMedia.takes(&class), "{path}");
    }
    assert_eq!(own_name(".trashed-1786602800-a-b.jpg"), "a-b.jpg");
    assert_eq!(own_name("a.jpg"), "a.jpg");
}

#[test]
fn origins_and_names() {
    let heif = Some(Format::Heif);
    for (format, video_codec, stated, expected) in [
        (Format::Heif, None, None, Origin::Original),
        (Format::Png, None, None, Origin::Original),
        (Format::Tiff, None, None, Origin::Original),
        (Format::Jpeg, None, heif, Origin::Converted),
        (Format::Jpeg, None, None, Origin::Unknown),
        (Format::Jpeg, None, Some(Format::Jpeg), Origin::Unknown),
        (
            Format::QuickTime,
            Some(VideoCodec::Hevc),
            None,
            Origin::Original,
        ),
        (
            Format::QuickTime,
            Some(VideoCodec::Avc),
            None,
            Origin::Unknown,
        ),
        (Format::QuickTime, None, None, Origin::Unknown),
    ] {
        let checked = Checked {
            verdict: Verdict::Whole,
            format: Some(format),
            video_codec,
            has_embedded_video: false,
        };
        assert_eq!(
            origin(&checked, stated),
            expected,
            "{format:?} {video_codec:?}"
        );
    }
    assert!(is_named_so("IMG_1.JPG", Format::Jpeg));
    assert!(!is_named_so("IMG_1.HEIC", Format::Jpeg));
    assert!(is_named_so("a.mov", Format::Mp4));
    assert!(!is_named_so("jpg", Format::Jpeg));
}
