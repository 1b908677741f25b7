//! What photos and videos look like inside, which files are some, and which belong together.
//!
//! Pure functions: nothing here opens a file, reads a clock or knows a device, and it needs no other crate.
//!
//! - [`Checker`] is given a file's bytes as they arrive and says at the end whether the file is whole. It looks only where the format says
//!   that the next part begins, so that it costs next to nothing beside SHA-256; of JPEG alone it looks at every byte, for the end marker.
//!   Any bytes may come: it never panics, and never keeps more than about 330 KB.
//! - [`classify`] says by name and folders what a file is, and [`Choice`] whether a person wants it.
//! - [`group`] says which files of a folder are one thing for a person, and what is missing.
//! - [`origin`] says whether an iPhone gave a file as it keeps it.
//!
//! ```
//! use heirloom_media::{Checker, Reason, Verdict};
//!
//! let mut checker = Checker::new("IMG_0001.JPG", None);
//! checker.feed(b"\xff\xd8\xff\xda\x00\x02 a picture that the cable");
//! assert_eq!(checker.finish().verdict, Verdict::Suspect(Reason::NoEndMarker));
//! ```
//!
//! # What "whole" means
//!
//! A file is [`Verdict::Whole`] when its format's own lengths and end markers agree with what came. That is no proof that its picture is right: bits
//! that changed in the middle, and zeros there, are not seen. A wrong alarm frightens people, so that what healthy files are known to do is let be:
//!
//! - a name that says another format, such as a JPEG named `.HEIC` ([`is_named_so`] tells it);
//! - anything behind the end of a JPEG, PNG or GIF, and behind a film that has all it needs: makers' trailers, padding, the rest of a cropped picture.
//!   But a second picture that begins right behind a JPEG, and the film of a Motion Photo, must be whole too;
//! - a GIF without its last byte; WAV and WebM that were made live; an AVI whose writer counted the header too.
//!
//! What is not seen, because the format does not say it: that a JPEG lost *all* that was behind its end; a live WebM, or a film in fragments, that ends between
//! two of them; a TIFF's directory that lies before the place where it becomes known, or across the end of what is kept (64 KiB at the beginning, and where a directory
//! begins farther on); zeros in uncompressed pictures and sound. Zeros at the end count as missing content from 64 KiB on, within films and HEIC; in a picture that
//! has no end marker, from 512 bytes on. MPEG streams, RW2, ORF and others are known by their first bytes, and nothing is said of them.
#![forbid(unsafe_code)]

mod beginning;
mod boxes;
mod checker;
mod class;
mod find;
mod fixed;
mod gif;
mod group_names;
mod groups;
mod jpeg;
mod kinds;
mod matroska;
mod origin;
mod places;
mod png;
mod riff;
mod steps;
mod tiff;
mod verdict;

pub use checker::Checker;
pub use class::{Choice, Class, State, classify, kind_and_state, own_name};
pub use group_names::is_named_motion_photo;
pub use group_names::stem_bytes;
pub use groups::{Group, GroupKind, Missing, Named, group};
pub use kinds::Kind;
pub use origin::{Origin, is_named_so, origin};
pub use places::Place;
pub use verdict::{Checked, Format, Reason, Verdict, VideoCodec};
