//! Files of every format: whole, cut at every byte, in pieces of every length, and with zeros where their ends were.

mod samples;

use heirloom_media::{Checked, Checker, Reason, Verdict, VideoCodec};
use samples::{Sample, all};

fn check(name: &str, bytes: &[u8]) -> Checked {
    in_pieces(name, bytes, bytes.len().max(1))
}

fn in_pieces(name: &str, bytes: &[u8], piece_bytes: usize) -> Checked {
    let mut checker = Checker::new(name, Some(bytes.len() as u64));
    bytes
        .chunks(piece_bytes)
        .for_each(|piece| checker.feed(piece));
    checker.finish()
}

fn sample(name: &str) -> Sample {
    all()
        .into_iter()
        .find(|sample| sample.name == name)
        .expect(name)
}

#[test]
fn whole_files_are_whole() {
    for sample in all() {
        let checked = check(sample.name, &sample.bytes);
        assert_eq!(checked.verdict, Verdict::Whole, "{}", sample.name);
        assert_eq!(checked.format, Some(sample.format), "{}", sample.name);
        assert_eq!(
            checked.has_embedded_video, sample.has_embedded_video,
            "{}",
            sample.name
        );
    }
}

#[test]
fn what_is_cut_off_is_suspect_wherever_it_is_cut() {
    for sample in all() {
        for length in 0..sample.bytes.len() {
            let verdict = check(sample.name, &sample.bytes[..length]).verdict;
            let name = sample.name;
            let is_suspect = matches!(verdict, Verdict::Suspect(_));
            let expected = !sample.may_end_at(length);
            assert_eq!(is_suspect, expected, "{name} cut at {length}: {verdict:?}");
            if let Verdict::Suspect(Reason::CutOff {
                needs_bytes,
                has_bytes,
            }) = verdict
            {
                assert_eq!(has_bytes, length as u64, "{name}");
                assert!(needs_bytes > has_bytes, "{name} cut at {length}");
                assert!(
                    needs_bytes <= sample.bytes.len() as u64 + 8,
                    "{name} cut at {length}: {needs_bytes}"
                );
            }
        }
    }
}

#[test]
fn pieces_of_any_length_make_no_difference() {
    for sample in all() {
        let short = sample.bytes.len() < 10_000;
        for end in [sample.bytes.len(), sample.bytes.len() / 2] {
            let bytes = &sample.bytes[..end];
            let whole = check(sample.name, bytes);
            let lengths = [1, 2, 3, 7, 8, 61, 255, 1021, 65_536];
            for piece_bytes in lengths.into_iter().filter(|length| short || *length > 60) {
                let pieces = in_pieces(sample.name, bytes, piece_bytes);
                assert_eq!(pieces, whole, "{} by {piece_bytes}", sample.name);
            }
        }
    }
}

/// What a device gives for what it can't read. The checker can't find zeros in the middle of a file.
#[test]
fn zeros_where_content_was_are_found() {
    let long = |name: &str, zeros: usize, of_its_end: usize| {
        let mut bytes = sample(name).bytes;
        let end = bytes.len() - of_its_end;
        bytes.truncate(end);
        bytes.resize(end + zeros, 0);
        check(name, &bytes).verdict
    };
    let zeros = |zero_bytes| Verdict::Suspect(Reason::ZerosAtEnd { zero_bytes });
    for (name, count, of_its_end, expected) in [
        ("a.jpg", 600, 100, zeros(600)),
        ("a.jpg", 100, 100, Verdict::Suspect(Reason::NoEndMarker)),
        // Behind its end, they are padding, unless a second picture was there.
        ("a.jpg", 9_000, 0, Verdict::Whole),
        ("second picture.jpg", 556 + 10, 556, zeros(566)),
        (
            "a.png",
            700,
            12,
            Verdict::Suspect(Reason::Garbled { at_bytes: 457 }),
        ),
        ("a.mp4", 70_000, 0, Verdict::Whole),
        ("a.gif", 40, 30, zeros(40)),
        ("a.gif", 4, 1, Verdict::Whole),
        ("scan.tif", 100, 40, zeros(100)),
        ("fragments.mp4", 70_000, 432, zeros(70_000)),
        ("open.mp4", 70_000, 0, zeros(70_000)),
    ] {
        assert_eq!(
            long(name, count, of_its_end),
            expected,
            "{name} with {count} zeros"
        );
    }
}

/// The content of a picture, or of a film whose index comes first, ends in zeros, and nothing is cut.
#[test]
fn zeros_within_content_are_found_from_64_kib_on() {
    for (name, format) in [("a.heic", b"heic"), ("b.mp4", b"mp42")] {
        for (zeros, is_suspect) in [(65_535, false), (65_536, true)] {
            let begin = sample(if name == "a.heic" { "a.heic" } else { "a.3gp" }).bytes;
            let at = begin
                .windows(4)
                .position(|kind| kind == b"mdat")
                .expect("content")
                - 4;
            let mut bytes = begin[..at].to_vec();
            assert_eq!(&bytes[8..12], format);
            bytes.extend((zeros as u32 + 1_008).to_be_bytes());
            bytes.extend(b"mdat");
            bytes.extend(samples::payload(1_000));
            bytes.resize(bytes.len() + zeros, 0);
            let verdict = check(name, &bytes).verdict;
            assert_eq!(verdict != Verdict::Whole, is_suspect, "{name}: {verdict:?}");
        }
    }
}

#[test]
fn names_sizes_and_codecs() {
    let suspect = Verdict::Suspect;
    for (name, bytes, verdict) in [
        ("a.jpg", &b""[..], suspect(Reason::Empty)),
        (".nomedia", b"", Verdict::Unknown),
        ("a.heic", &[0; 100], suspect(Reason::AllZeros)),
        ("notes", &[0; 100], Verdict::Unknown),
        (
            "a.jpg",
            b"<!DOCTYPE html> Not found",
            suspect(Reason::NoKnownBeginning),
        ),
        ("a.html", b"<!DOCTYPE html> Not found", Verdict::Unknown),
        (
            "a.dv",
            b"\x1f\x07\x00\x3f and a tape's blocks",
            Verdict::Unknown,
        ),
        (
            "a.psd.jpg",
            b"8BPS and more than eighteen",
            Verdict::Unknown,
        ),
    ] {
        assert_eq!(check(name, bytes).verdict, verdict, "{name}");
    }
    let bytes = sample("a.jpg").bytes;
    let mut checker = Checker::new("a.jpg", Some(bytes.len() as u64 - 31));
    checker.feed(&bytes);
    let other = Reason::OtherSize {
        stated_bytes: bytes.len() as u64 - 31,
        has_bytes: bytes.len() as u64,
    };
    assert_eq!(checker.finish().verdict, suspect(other));
    for (name, codec) in [
        ("a.mov", Some(VideoCodec::Hevc)),
        ("a.mp4", Some(VideoCodec::Avc)),
        ("PXL_1.MP.jpg", Some(VideoCodec::Avc)),
        ("a.cr3", Some(VideoCodec::Other(*b"CRAW"))),
        ("a.heic", None),
    ] {
        assert_eq!(
            check(name, &sample(name).bytes).video_codec,
            codec,
            "{name}"
        );
    }
}

#[test]
fn unfinished_recordings_are_told_from_cut_ones() {
    let film = sample("a.mp4").bytes;
    let index_at = film
        .windows(4)
        .position(|kind| kind == b"moov")
        .expect("index")
        - 4;
    assert_eq!(
        check("a.mp4", &film[..index_at]).verdict,
        Verdict::Suspect(Reason::NoIndex)
    );
    let mut avi = sample("a.avi").bytes;
    avi[4..8].fill(0);
    assert_eq!(
        check("a.avi", &avi).verdict,
        Verdict::Suspect(Reason::NoIndex)
    );
}
