//! What makes a Motion Photo of a picture, as phones write it (Motion Photo format 1.0): a film right behind the picture, and the
//! picture's description, in XMP, that says so and how long the film is.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where the film of a picture is until it is behind it.
pub(crate) fn film_of(picture: &Path) -> PathBuf {
    picture.with_extension("film")
}

/// Where the description of a picture is until it is in it.
fn description_of(picture: &Path) -> PathBuf {
    picture.with_extension("xmp")
}

/// Writes the description of a picture whose film is there, into a file of its own, which `exiftool` takes.
///
/// # Errors
/// When there is no film, or it can't be written.
pub(crate) fn describe(picture: &Path) -> Result<PathBuf> {
    let film = film_of(picture);
    let film_bytes = fs::metadata(&film)
        .with_context(|| film.display().to_string())?
        .len();
    let description = description_of(picture);
    fs::write(&description, xmp(film_bytes))?;
    Ok(description)
}

/// Puts the film behind its picture, whose description must not change from then on.
///
/// # Errors
/// When a file can't be read, written or removed.
pub(crate) fn join(picture: &Path) -> Result<()> {
    let film = film_of(picture);
    let mut joined = fs::File::options().append(true).open(picture)?;
    joined.write_all(&fs::read(&film)?)?;
    fs::remove_file(film)?;
    Ok(fs::remove_file(description_of(picture))?)
}

/// The moment of the picture is the film's middle. A length of 0 stands for the picture's own, which begins the file.
fn xmp(film_bytes: u64) -> String {
    format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:Camera="http://ns.google.com/photos/1.0/camera/"
 xmlns:Container="http://ns.google.com/photos/1.0/container/"
 xmlns:Item="http://ns.google.com/photos/1.0/container/item/"
 Camera:MotionPhoto="1"
 Camera:MotionPhotoVersion="1"
 Camera:MotionPhotoPresentationTimestampUs="500000">
<Container:Directory>
<rdf:Seq>
<rdf:li rdf:parseType="Resource">
<Container:Item Item:Mime="image/jpeg" Item:Semantic="Primary" Item:Length="0" Item:Padding="0"/>
</rdf:li>
<rdf:li rdf:parseType="Resource">
<Container:Item Item:Mime="video/mp4" Item:Semantic="MotionPhoto" Item:Length="{film_bytes}" Item:Padding="0"/>
</rdf:li>
</rdf:Seq>
</Container:Directory>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_film_is_as_long_as_its_picture_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let picture = folder.path().join("PXL_1.MP.jpg");
        fs::write(&picture, "a picture").expect("written");
        assert!(describe(&picture).is_err(), "there is no film yet");
        fs::write(film_of(&picture), "its film").expect("written");
        let description = describe(&picture).expect("described");
        let described = fs::read_to_string(description).expect("a description");
        assert!(described.contains(r#"Item:Semantic="MotionPhoto" Item:Length="8" "#));
        join(&picture).expect("joined");
        assert_eq!(fs::read(&picture).expect("read"), b"a pictureits film");
        let left = fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(left, 1, "nothing is left beside it");
    }
}
