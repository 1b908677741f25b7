//! `README.txt` at the top of an archive: how to read it without any special software.

use crate::ArchiveInfo;

/// The file's content.
pub fn readme(archive: &ArchiveInfo) -> String {
    // A name with a line feed in it must not tear the text apart.
    let name: String = archive
        .name
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    format!(
        "\
{name}
A family archive of photos and videos.
Archive {id}, made on {created}.

TO LOOK AT THE PICTURES
  They are ordinary files in ordinary folders. Open the folder `sources`, then
  the folder of a phone or camera, then `latest`, then `data`. Copy what you
  want to another disk. Please change and delete nothing on this drive.

WHAT IS WHERE
  sources/NAME [ID]/             one folder for each phone, camera or card
    0007 2026-11-22/             all that was on it on that day. The number
                                 counts up; trust it more than the date
      data/                      the files, in the folders they had there
      manifest-sha256.txt        the fingerprint of each file
      snapshot.json              times, names and what could not be copied
      shared-times.txt           see PICTURES AND THEIR TIMES
    latest                       points to the newest of them
  thinned/                       what was in snapshots that were removed;
                                 their pictures are in others
  A picture that was deleted on the phone is still in the older folders.
  A picture that did not change is stored once, whatever number of folders
  show it; so deleting one folder does not free the space you may expect.
  `.incoming` holds copies that were interrupted. Nothing in it is finished.
  `archive.key` signs new snapshots. It must never leave this drive.

TO CHECK THAT NOTHING WAS DAMAGED
  On any Linux computer, in the folder of a snapshot (0007 2026-11-22):
      sha256sum -c manifest-sha256.txt
      sha256sum -c tagmanifest-sha256.txt
  Each line must end in OK. Each snapshot is a BagIt bag (RFC 8493), so that
  any BagIt validator checks it as well.
      sha256sum tagmanifest-sha256.txt
  of the snapshot with the highest number must print what the newest paper
  sheet gives as the head.
      minisign -V -m tagmanifest-sha256.txt \\
        -P {public_key}
  checks the signature, if the sheet gives that same key.

PICTURES AND THEIR TIMES
  A picture that is there under two names is stored once and has one time,
  though the phone may have had two. snapshot.json has them all. To copy a
  snapshot with the right times, in its folder, to a folder that is not there
  yet, here called NEW:
      cp -Rp data NEW
      while IFS= read -r line; do
        touch -c -d \"@${{line%% *}}\" \"NEW/${{line#* data/}}\"
      done < shared-times.txt

ODD NAMES
  A character that could be misread is written as = and two digits: a slash
  as =2F, a percent sign as =25, the = itself as =3D, and each byte that is no
  Unicode text (UTF-8) in the same way. A very long name is cut and ends in =~
  and 16 digits; snapshot.json has it in full. Where a phone had two files of
  one name, the second ends in (2).
",
        id = archive.archive_id,
        created = archive.created,
        public_key = archive.public_key,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ArchiveId, SigningKey};

    #[test]
    fn is_plain_text_of_narrow_lines() {
        let created = "2026-11-22".parse().expect("a day");
        let id = ArchiveId::from_bytes([7; 16]);
        let key = SigningKey::from_seed([1; 32], [2; 8]).public_key();
        let text = readme(&ArchiveInfo::new(
            id,
            "The Müllers\n\u{1b}[2J",
            created,
            key,
        ));
        assert!(text.starts_with("The Müllers  [2J\n"), "{text}");
        assert!(text.contains("sha256sum -c manifest-sha256.txt"));
        assert!(text.contains(&format!("\\\n        -P {key}\n")), "{text}");
        assert!(text.contains("touch -c -d \"@${line%% *}\" \"NEW/${line#* data/}\"\n"));
        assert!(
            text.lines().all(|line| line.chars().count() <= 78),
            "{text}"
        );
    }
}
