//! Names of one folder: which belong together, and what is missing.

use heirloom_media::{GroupKind, Missing, Named, group};

/// Names, with a `+` or `-` before them where a checker found a film in them or none; and groups as kind, names, what is missing.
type Case = (
    &'static [&'static str],
    &'static [(GroupKind, &'static [&'static str], Option<Missing>)],
);

const GROUPS: [Case; 17] = [
    (
        &[
            "IMG_0001.HEIC",
            "IMG_0001.MOV",
            "IMG_0002.HEIC",
            "IMG_0003.MOV",
        ],
        &[(
            GroupKind::LivePhoto,
            &["IMG_0001.HEIC", "IMG_0001.MOV"],
            None,
        )],
    ),
    (
        &["IMG_1.mp4", "IMG_1.HEIC", "IMG_2.jpg", "IMG_2.mp4"],
        &[(GroupKind::LivePhoto, &["IMG_1.mp4", "IMG_1.HEIC"], None)],
    ),
    (
        &[
            "IMG_0001.AAE",
            "IMG_0001.HEIC",
            "IMG_0001.MOV",
            "IMG_E0001.HEIC",
            "IMG_E0001.MOV",
            "IMG_O0001.AAE",
        ],
        &[
            (
                GroupKind::Edit,
                &[
                    "IMG_0001.AAE",
                    "IMG_0001.HEIC",
                    "IMG_0001.MOV",
                    "IMG_E0001.HEIC",
                    "IMG_E0001.MOV",
                    "IMG_O0001.AAE",
                ],
                None,
            ),
            (
                GroupKind::LivePhoto,
                &["IMG_0001.HEIC", "IMG_0001.MOV"],
                None,
            ),
            (
                GroupKind::LivePhoto,
                &["IMG_E0001.HEIC", "IMG_E0001.MOV"],
                None,
            ),
        ],
    ),
    (
        &["IMG_0001.AAE", "IMG_0001.JPG"],
        &[(GroupKind::Edit, &["IMG_0001.AAE", "IMG_0001.JPG"], None)],
    ),
    (
        &["IMG_0001.AAE"],
        &[(
            GroupKind::Edit,
            &["IMG_0001.AAE"],
            Some(Missing::EditedPhoto),
        )],
    ),
    (
        &["IMG_E0001.JPG"],
        &[(
            GroupKind::Edit,
            &["IMG_E0001.JPG"],
            Some(Missing::TakenPhoto),
        )],
    ),
    (
        &["DSC_1.NEF", "dsc_1.jpg", "DSC_2.NEF"],
        &[(GroupKind::RawAndPicture, &["DSC_1.NEF", "dsc_1.jpg"], None)],
    ),
    (
        &[
            "PXL_1.RAW-01.COVER.jpg",
            "PXL_1.RAW-02.ORIGINAL.dng",
            "PXL_2.dng",
            "+PXL_2.MP.jpg",
        ],
        &[
            (
                GroupKind::RawAndPicture,
                &["PXL_1.RAW-01.COVER.jpg", "PXL_1.RAW-02.ORIGINAL.dng"],
                None,
            ),
            (
                GroupKind::RawAndPicture,
                &["PXL_2.dng", "+PXL_2.MP.jpg"],
                None,
            ),
            (GroupKind::MotionPhoto, &["+PXL_2.MP.jpg"], None),
        ],
    ),
    (
        &[
            "PXL_1.MP.jpg",
            "-PXL_2.MP.jpg",
            "+20240101_101010.jpg",
            "-20240101_101011.jpg",
            "-MVIMG_1.jpg",
        ],
        &[
            (GroupKind::MotionPhoto, &["PXL_1.MP.jpg"], None),
            (
                GroupKind::MotionPhoto,
                &["-PXL_2.MP.jpg"],
                Some(Missing::EmbeddedVideo),
            ),
            (GroupKind::MotionPhoto, &["+20240101_101010.jpg"], None),
            (
                GroupKind::MotionPhoto,
                &["-MVIMG_1.jpg"],
                Some(Missing::EmbeddedVideo),
            ),
        ],
    ),
    (
        &["PXL_1.MP", "-PXL_1.MP.jpg"],
        &[(GroupKind::MotionPhoto, &["PXL_1.MP", "-PXL_1.MP.jpg"], None)],
    ),
    (
        &[
            "00001IMG_00001_BURST20171111030039.jpg",
            "00002IMG_00002_BURST20171111030039_COVER.jpg",
        ],
        &[(
            GroupKind::Burst,
            &[
                "00001IMG_00001_BURST20171111030039.jpg",
                "00002IMG_00002_BURST20171111030039_COVER.jpg",
            ],
            None,
        )],
    ),
    (
        &[
            "IMG_20250616_163308479_BURST000_COVER.jpg",
            "IMG_20250616_163308479_BURST001.jpg",
            "IMG_20250616_163309000_BURST000.jpg",
        ],
        &[(
            GroupKind::Burst,
            &[
                "IMG_20250616_163308479_BURST000_COVER.jpg",
                "IMG_20250616_163308479_BURST001.jpg",
            ],
            None,
        )],
    ),
    (
        &[
            "20231207_101605_001.jpg",
            "20231207_101605_039.jpg",
            "20231207_101552.jpg",
        ],
        &[(
            GroupKind::Burst,
            &["20231207_101605_001.jpg", "20231207_101605_039.jpg"],
            None,
        )],
    ),
    (
        &["GX010001.MP4", "GL010001.LRV", "GX010001.THM"],
        &[(
            GroupKind::Companions,
            &["GX010001.MP4", "GL010001.LRV", "GX010001.THM"],
            None,
        )],
    ),
    (
        &["a.jpg", "a.jpg.xmp", "b.xmp"],
        &[
            (GroupKind::Companions, &["a.jpg", "a.jpg.xmp"], None),
            (
                GroupKind::Companions,
                &["b.xmp"],
                Some(Missing::DescribedFile),
            ),
        ],
    ),
    (
        &["IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"],
        &[(
            GroupKind::Companions,
            &["IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"],
            None,
        )],
    ),
    (
        &[
            "notes.txt",
            "BURST1.jpg",
            "BURST2.jpg",
            "00000.CPI",
            "a.m4a",
            "a.jpg",
        ],
        &[],
    ),
];

#[test]
fn groups_of_a_folder() {
    for (names, expected) in GROUPS {
        let files: Vec<Named<'_>> = names.iter().map(|name| named(name)).collect();
        let found = group(&files);
        let found: Vec<_> = found
            .iter()
            .map(|group| {
                let members: Vec<&str> = group.members.iter().map(|index| names[*index]).collect();
                (group.kind, members, group.missing)
            })
            .collect();
        let mut expected: Vec<_> = expected
            .iter()
            .map(|(kind, members, missing)| (*kind, members.to_vec(), *missing))
            .collect();
        let place = |name: &str| names.iter().position(|other| *other == name);
        expected.sort_by_key(|(kind, members, _)| {
            (
                members.iter().map(|name| place(name)).collect::<Vec<_>>(),
                *kind,
            )
        });
        assert_eq!(found, expected, "{names:?}");
    }
}

fn named(name: &str) -> Named<'_> {
    let has_embedded_video = match &name[..1] {
        "+" => Some(true),
        "-" => Some(false),
        _ => None,
    };
    Named {
        name: name.trim_start_matches(['+', '-']),
        has_embedded_video,
    }
}

#[test]
fn names_that_say_that_a_film_is_inside() {
    for (name, expected) in [
        ("PXL_20240131_225959123.MP.jpg", true),
        (".trashed-1700000000-PXL_1.MP.jpg", true),
        ("MVIMG_20180101_101010.jpg", true),
        ("PXL_20240131_225959123.jpg", false),
        ("PXL_1.MP", false),
        ("mvimg_1.txt", false),
        ("", false),
    ] {
        assert_eq!(
            heirloom_media::is_named_motion_photo(name),
            expected,
            "{name}"
        );
    }
}
