//! The literal commands that open an archive with stock tools: one source of truth for paper, text and tests.

use crate::facts::{SheetFacts, SourceFacts};

/// The longest command, in columns. 72 columns of a monospaced font (0.6 em) at 11 points are 475 points wide: as much as an A4 page holds
/// between margins of 18 mm. `cryptsetup open -r UUID=… photos` needs exactly that many.
pub(crate) const COMMAND_COLUMNS_MAX: usize = 72;

/// Shows all drives with their UUIDs.
pub(crate) const LIST_DRIVES: &str = "lsblk -f";
/// `noload`: after the drive was unplugged in the middle of a run, ext4 would want to replay its journal, which a read-only
/// mapping refuses, and then a plain `ro` fails.
pub(crate) const MOUNT: &str = "sudo mount -o ro,noload /dev/mapper/photos /mnt";
/// Lists what there is, for an archive that had nothing yet when the sheet was made.
pub(crate) const LIST_SOURCES: &str = "ls /mnt/sources";
/// In a snapshot's folder. The star is for `manifest-sha256.txt` and `tagmanifest-sha256.txt`: what the head and the signature say of
/// the second is then true of every file.
pub(crate) const CHECK: &str =
    "sha256sum --quiet -c *manifest-sha256.txt && echo all files are intact";
/// In a snapshot's folder. Not `cp -a`, which would keep hard links, whose names can't have dates of their own.
pub(crate) const COPY: &str = "cp -Rp data ~/restored-1";
/// After that: the dates of files whose content was stored for another name, from `shared-times.txt`, the only name that begins so.
/// Stored names have no backslashes and no spaces at their end, so `read` changes none of them.
pub(crate) const SET_DATES: &str =
    r#"cat sh* | while read t f; do touch -cd @$t ~/restored-1/"${f#*/}"; done"#;
/// In a snapshot's folder, after [`take_key`].
pub(crate) const CHECK_SIGNATURE: &str = "minisign -V -P $K -m tagmanifest-sha256.txt";
/// `cd` first: a terminal that stands in the folder keeps it busy.
pub(crate) const CLOSE: &str = "cd; sudo umount /mnt && sudo cryptsetup close photos";

/// The master secret from shares, by the reference implementation of SLIP-39. In a folder of its own: many systems let `pip` install nowhere else.
pub(crate) const COMBINE_SHARES: [&str; 3] = [
    "python3 -m venv ~/slip39",
    "~/slip39/bin/pip install 'shamir-mnemonic[cli]'",
    "~/slip39/bin/shamir recover",
];
/// The portable tool's name on the open partition.
pub(crate) const TOOL: &str = "heirloom-linux-x86_64";
/// Makes a program of it, where it may be one: the open partition's file system has no such thing.
pub(crate) const TAKE_TOOL: &str = "cp heirloom-linux-x86_64 ~/heirloom && chmod +x ~/heirloom";
/// Copies everything out, each file checked.
pub(crate) const RUN_TOOL: &str = "sudo ~/heirloom restore --from /dev/sdX ~/restored";
/// What root restored belongs to whoever asked for it.
pub(crate) const OWN_RESTORED: &str = "sudo chown -R \"$USER\" ~/restored";

/// Unlocks the drive. `UUID=` is cryptsetup's own short form of `/dev/disk/by-uuid/`, which would not fit on a line.
pub(crate) fn unlock(facts: &SheetFacts) -> String {
    let device = quote(&format!("UUID={}", facts.luks_uuid));
    format!("sudo cryptsetup open -r {device} photos")
}

/// Goes to a source's newest snapshot: by its name where a person can type it from paper, else by the snapshot's folder, whose
/// generation no other source has.
pub(crate) fn enter(source: &SourceFacts, can_show: &dyn Fn(&str) -> bool) -> String {
    if can_be_typed(&source.name) && can_show(&source.name) {
        let by_name = format!(
            "cd {}",
            quote(&format!("/mnt/sources/{}/latest", source.name))
        );
        if by_name.chars().count() <= COMMAND_COLUMNS_MAX {
            return by_name;
        }
    }
    format!("cd /mnt/sources/*/{}", quote(&source.snapshot))
}

/// Prints the head, for comparison with the sheet.
pub(crate) fn print_head(facts: &SheetFacts) -> String {
    format!(
        "sha256sum /mnt/sources/*/{:04}*/tagmanifest-sha256.txt",
        facts.generation
    )
}

/// Keeps the signing key for [`CHECK_SIGNATURE`], with which it would not fit on a line. It is typed from paper rather than read from
/// the drive: who can exchange snapshots there can exchange the key beside them.
pub(crate) fn take_key(facts: &SheetFacts) -> String {
    format!("K={}", quote(&facts.public_key.to_string()))
}

/// One word for a POSIX shell: as it is where nothing in it is special, else between single quotes.
pub(crate) fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:,@+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Whether someone who sees the name on paper can type the same bytes: no characters that look like others (typographic quotes and
/// dashes, combining marks), and no spaces that paper can't show.
fn can_be_typed(name: &str) -> bool {
    name.trim() == name
        && !name.contains("  ")
        && name
            .chars()
            .all(|c| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{facts, source};

    #[test]
    fn quotes_words_for_a_shell() {
        for (word, quoted) in [
            ("/mnt/sources/Pixel/latest", "/mnt/sources/Pixel/latest"),
            ("/mnt/Anna Pixel 8", "'/mnt/Anna Pixel 8'"),
            ("/mnt/Anna's", r"'/mnt/Anna'\''s'"),
            ("/mnt/\"x\"", "'/mnt/\"x\"'"),
            ("/mnt/$HOME", "'/mnt/$HOME'"),
            ("/mnt/`id`", "'/mnt/`id`'"),
            ("/mnt/Jörg", "'/mnt/Jörg'"),
            ("/mnt/a*b?[c]", "'/mnt/a*b?[c]'"),
            ("/mnt/a;b&c|d", "'/mnt/a;b&c|d'"),
            ("/mnt/-rf", "/mnt/-rf"),
            ("~", "'~'"),
            ("", "''"),
        ] {
            assert_eq!(quote(word), quoted, "{word}");
        }
    }

    #[test]
    fn a_shell_reads_a_quoted_word_back() {
        for word in ["Anna's \"$HOME\" `id` \\ * ö", "''", "-n", "a\nb"] {
            let script = format!("printf %s {}", quote(word));
            let printed = std::process::Command::new("sh")
                .args(["-c", &script])
                .output();
            assert_eq!(
                printed.expect("sh runs").stdout,
                word.as_bytes(),
                "{script}"
            );
        }
    }

    #[test]
    fn enters_by_name_only_where_the_name_can_be_typed_from_paper() {
        let by_folder = "cd /mnt/sources/*/'0007 2026-11-22'";
        for (name, command) in [
            ("Pixel", "cd /mnt/sources/Pixel/latest"),
            (
                "Anna Pixel 8 [a1b2]",
                "cd '/mnt/sources/Anna Pixel 8 [a1b2]/latest'",
            ),
            ("Anna's", r"cd '/mnt/sources/Anna'\''s/latest'"),
            ("$(reboot)", "cd '/mnt/sources/$(reboot)/latest'"),
            ("-rf", "cd /mnt/sources/-rf/latest"),
            ("Jörg", "cd '/mnt/sources/Jörg/latest'"),
            ("Jo\u{308}rg", by_folder), // decomposed: looks the same, is not
            ("Anna’s", by_folder),
            ("two  spaces", by_folder),
            ("trailing ", by_folder),
            ("no\u{a0}break", by_folder),
            (&"long ".repeat(20), by_folder),
            (
                &"x".repeat(48),
                &format!("cd /mnt/sources/{}/latest", "x".repeat(48)),
            ),
            (&"x".repeat(51), by_folder),
        ] {
            assert_eq!(enter(&source(name), &|_| true), command, "{name}");
        }
        assert_eq!(enter(&source("Pixel"), &|_| false), by_folder);
    }

    #[test]
    fn every_command_fits() {
        let mut facts = facts();
        facts.generation = u32::MAX;
        for command in [
            LIST_DRIVES,
            &unlock(&facts),
            MOUNT,
            LIST_SOURCES,
            CHECK,
            COPY,
            SET_DATES,
            CLOSE,
            TAKE_TOOL,
            RUN_TOOL,
            OWN_RESTORED,
            COMBINE_SHARES[1],
            &print_head(&facts),
            &take_key(&facts),
            CHECK_SIGNATURE,
        ] {
            assert!(command.chars().count() <= COMMAND_COLUMNS_MAX, "{command}");
        }
    }
}
