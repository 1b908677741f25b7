//! The command line, from which its help, the man pages and the completions are made.

#[cfg(not(target_os = "linux"))]
mod reading;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::error::{Error, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use heirloom_format::{Day, Digest, PublicKey};

/// What every page of help ends with.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    done: the snapshot is complete, the archive is sound, all is restored
  1    done, but something needs attention: a file is missing, damage was found
  2    wrong use or bad input; nothing was changed
  3    failed: a drive is gone, full or failing; what was finished before is safe
  130  interrupted; what was verified is kept for the next attempt";

/// The number, and the source's commit where the build was told.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let number = env!("CARGO_PKG_VERSION");
    match option_env!("HEIRLOOM_COMMIT") {
        None | Some("") => number.to_owned(),
        Some(commit) => format!("{number} ({commit})"),
    }
});

/// Archive pictures so that nothing is lost, and prove it.
///
/// An archive is a plain folder. Each run of a source adds a snapshot: a full tree of its files, read back from the drive, with SHA-256 manifests,
/// signed, and chained to the snapshot before. A source is never written to. Stock tools (sha256sum, minisign, cp) check and restore an archive as
/// well; README.txt in it says how.
///
/// An archive on an encrypted drive of the appliance, or in an image of one, is listed, checked and restored with --from, without mounting it.
#[derive(Debug, Parser)]
#[command(name = "heirloom", version = VERSION.as_str(), after_help = EXIT_CODES, max_term_width = 100)]
#[cfg_attr(not(target_os = "linux"), command(about = reading::ABOUT, long_about = reading::LONG_ABOUT))]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// How it talks.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Talk {
    /// Print the report as one JSON object on standard output.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print progress as lines of JSON on standard error.
    #[arg(long, global = true)]
    pub(crate) json_progress: bool,
    /// Log what happens to standard error; twice for details.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Show no progress.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[cfg(target_os = "linux")]
    Archive(ArchiveOrder),
    Verify(VerifyOrder),
    Ls(LsOrder),
    Restore(RestoreOrder),
    Cat(CatOrder),
    #[cfg(target_os = "linux")]
    Thin(ThinOrder),
    Completions(CompletionsOrder),
    Man(ManOrder),
}

/// Copy what is new in a folder into an archive, and prove it.
///
/// Makes the archive where the folder is missing or empty. What the archive has already, under whatever name, is not stored twice. An interrupted run is
/// gone on with by the next. Links, devices, pipes, sockets and what is mounted inside of the source are named and left out.
#[cfg(target_os = "linux")]
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ArchiveOrder {
    /// The folder with the pictures, such as /media/card/DCIM. It is never written to.
    pub(crate) source_dir: PathBuf,
    /// The folder of the archive, on a file system of Linux such as ext4.
    pub(crate) archive_dir: PathBuf,
    /// What to call the source, such as "Mia's card". A source with a name is known by it wherever it is mounted; one without is known by its path.
    #[arg(long, value_parser = source_name)]
    pub(crate) name: Option<String>,
    /// Read every file again, also those that are unchanged since the last snapshot. It replaces what was damaged in the archive since then.
    #[arg(long)]
    pub(crate) read_all: bool,
    /// Archive photos and films alone. What is left out is counted by folder.
    #[arg(long)]
    pub(crate) only_media: bool,
    /// Read every file that is copied a second time from the source, and name those that are not the same: for a card or cable that is in doubt. It takes
    /// twice as long.
    #[arg(long)]
    pub(crate) read_twice: bool,
}

/// Check an archive: every file against its SHA-256, signatures, and the chain of snapshots.
///
/// Reads each content once, however many snapshots have it, and says in plain words what is damaged, in which snapshots, and what to do.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, group = clap::ArgGroup::new("archive").required(true))]
#[cfg_attr(not(target_os = "linux"), command(override_usage = reading::VERIFY_USAGE))]
pub(crate) struct VerifyOrder {
    /// The folder of the archive; or see --from.
    #[arg(group = "archive")]
    #[cfg_attr(not(target_os = "linux"), arg(hide = true))]
    pub(crate) archive_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) drive: DriveOrder,
    /// Only check what describes the files, and that they are there with their lengths; read no content.
    #[arg(long)]
    pub(crate) quick: bool,
    /// The head on the newest restore sheet: 64 hexadecimal digits.
    #[arg(long, value_name = "HEX", requires = "sheet_generation")]
    pub(crate) sheet_head: Option<Digest>,
    /// The number of the snapshot on the newest restore sheet.
    #[arg(long, value_name = "N")]
    pub(crate) sheet_generation: Option<u32>,
    /// The public key on the restore sheet: 56 characters that begin with RW.
    #[arg(long, value_name = "KEY", requires = "sheet_generation")]
    pub(crate) sheet_key: Option<PublicKey>,
}

/// List the sources, snapshots and files of an archive.
///
/// Without a snapshot: all of them, with what they hold. With one: its files.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct LsOrder {
    /// The folder of the archive. With --from it is left out.
    #[cfg_attr(not(target_os = "linux"), arg(hide = true))]
    pub(crate) archive_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) drive: DriveOrder,
    /// A source: its folder's name, how that begins, or its id in brackets.
    pub(crate) source: Option<String>,
    /// A snapshot: its number, or `latest`.
    pub(crate) snapshot: Option<String>,
    /// Only what is at or below this path in the snapshot, such as DCIM/100APPLE.
    pub(crate) path: Option<String>,
    /// Show the length, time and SHA-256 of each file.
    #[arg(short, long)]
    pub(crate) long: bool,
}

/// Copy files out of an archive, checking each.
///
/// Without a source or snapshot: the newest snapshot of every source, each in a folder of its own where there are several. What is in the target already is
/// never replaced; an interrupted restore is gone on with by the next. Files that are damaged in the snapshot are taken from sound copies in the archive.
///
/// On FAT32, files of 4 GiB and more can't be: they are named before the restore begins, and all others are restored. A folder with more names than FAT32
/// takes is continued in folders `part 2` and so on in it, and times are kept to two seconds.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, allow_missing_positional = true, group = clap::ArgGroup::new("archive").required(true))]
#[cfg_attr(not(target_os = "linux"), command(override_usage = reading::RESTORE_USAGE))]
pub(crate) struct RestoreOrder {
    /// The folder of the archive. With --from it is left out.
    #[arg(group = "archive")]
    #[cfg_attr(not(target_os = "linux"), arg(hide = true))]
    pub(crate) archive_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) drive: DriveOrder,
    /// Where to put the files; the folder is made when it is missing.
    pub(crate) target_dir: PathBuf,
    /// Only this source: its folder's name, how that begins, or its id in brackets.
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// This snapshot and not the newest: its number.
    #[arg(long, value_name = "N")]
    pub(crate) snapshot: Option<String>,
    /// The newest snapshot of every source, each in a folder of its own even if there is only one.
    #[arg(long, conflicts_with_all = ["source", "snapshot"])]
    pub(crate) all_sources: bool,
    /// Only what is at or below this path in the snapshot; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub(crate) only: Vec<String>,
    /// Only files of this day and later, such as 2024-07-01. What belongs to them (edits, the film of a Live Photo) comes with them. Days are UTC's.
    #[arg(long, value_name = "DAY")]
    pub(crate) from_date: Option<Day>,
    /// Only files of this day and earlier.
    #[arg(long, value_name = "DAY")]
    pub(crate) to_date: Option<Day>,
    /// What becomes of files without a date where days are asked for.
    #[arg(long, value_enum, default_value_t = Undated::LeaveOut)]
    pub(crate) undated: Undated,
    /// Sort the files into folders such as 2024/2024-07, and `undated`. Names that meet there are numbered, all that belong together with one number.
    #[arg(long)]
    pub(crate) by_month: bool,
    /// Which names the files get.
    #[arg(long, value_enum, default_value_t = Names::Fitting)]
    pub(crate) names: Names,
}

/// Write one file of an archive to standard output.
///
/// The bytes go out as they are read, and are held to the SHA-256 of the archive. Only where the exit code is 0 are they what was archived.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, allow_missing_positional = true, group = clap::ArgGroup::new("archive").required(true))]
#[cfg_attr(not(target_os = "linux"), command(override_usage = reading::CAT_USAGE))]
pub(crate) struct CatOrder {
    /// The folder of the archive. With --from it is left out.
    #[arg(group = "archive")]
    #[cfg_attr(not(target_os = "linux"), arg(hide = true))]
    pub(crate) archive_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) drive: DriveOrder,
    /// The file's path in the snapshot, such as DCIM/100APPLE/IMG_0001.JPG, or in the archive, beginning with `sources/`.
    pub(crate) path: String,
    /// The source: its folder's name, how that begins, or its id in brackets. It may be left out where there is only one.
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// This snapshot and not the newest: its number.
    #[arg(long, value_name = "N")]
    pub(crate) snapshot: Option<String>,
}

/// An encrypted drive in place of a folder, and what opens it. Secrets are never on the command line, where other users can see them.
#[derive(Debug, Args)]
pub(crate) struct DriveOrder {
    /// Read the archive from an encrypted drive, or from an image of one, in place of a folder: the whole drive (/dev/sdb), its second partition, or a
    /// file. Nothing is mounted or written; it needs no right but to read it. The passphrase is asked for on the terminal.
    #[arg(long, value_name = "DEVICE_OR_IMAGE", group = "archive")]
    #[cfg_attr(not(target_os = "linux"), arg(help = reading::FROM))]
    pub(crate) from: Option<PathBuf>,
    /// Take the passphrase from this file, or with `-` from standard input. One line end after it does not count.
    #[arg(long, value_name = "FILE", requires = "from", group = "secret")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Open it by the executors' shares, which are asked for on the terminal, one share a line.
    #[arg(long, requires = "from", group = "secret")]
    pub(crate) shares: bool,
    /// Take the shares from this file, or with `-` from standard input, one share a line.
    #[arg(long, value_name = "FILE", requires = "from", group = "secret")]
    pub(crate) shares_file: Option<PathBuf>,
}

/// Names of restored files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Names {
    /// Exact on a disk of Linux, portable on all others.
    Fitting,
    /// The very bytes that they had, for Linux.
    Exact,
    /// Names that Windows, macOS and memory cards take too.
    Portable,
}

/// Files without a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Undated {
    /// They are counted, and stay in the archive.
    LeaveOut,
    /// They are restored too.
    Include,
}

/// Remove old snapshots, never the only copy of a content.
///
/// Shows what would be removed. Only with --remove is it removed.
#[cfg(target_os = "linux")]
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, group = clap::ArgGroup::new("policy").required(true))]
pub(crate) struct ThinOrder {
    /// The folder of the archive.
    pub(crate) archive_dir: PathBuf,
    /// Keep the last N snapshots of each source.
    #[arg(long, value_name = "N", group = "policy", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep_last: Option<u32>,
    /// Keep the newest N snapshots of each source; with --and-one-a-year, one of each year before as well.
    #[arg(long, value_name = "N", group = "policy", requires = "and_one_a_year", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep_newest: Option<u32>,
    /// Keep one snapshot of each year too.
    #[arg(long, requires = "keep_newest")]
    pub(crate) and_one_a_year: bool,
    /// Remove what is shown.
    #[arg(long)]
    pub(crate) remove: bool,
}

/// Print the completions for a shell.
#[derive(Debug, Args)]
pub(crate) struct CompletionsOrder {
    /// Which shell.
    pub(crate) shell: Shell,
}

/// Print the man page, or write all man pages into a folder.
#[derive(Debug, Args)]
pub(crate) struct ManOrder {
    /// The folder.
    pub(crate) dir: Option<PathBuf>,
}

impl Arguments {
    /// Reads the command line; help, and what is wrong with it, end the program here.
    pub(crate) fn read() -> Self {
        Self::parse().settled().unwrap_or_else(|error| error.exit())
    }

    /// What the definition alone can't say.
    fn settled(mut self) -> Result<Self, Error> {
        match &mut self.command {
            Command::Ls(order) => order.settle()?,
            Command::Cat(_) if self.talk.json => {
                return Err(wrong(
                    ErrorKind::ArgumentConflict,
                    "--json can't be used with cat, whose output is the file",
                ));
            }
            _ => {}
        }
        Ok(self)
    }
}

impl LsOrder {
    /// With a drive, the words begin with the source.
    fn settle(&mut self) -> Result<(), Error> {
        if self.drive.from.is_none() {
            return match self.archive_dir {
                Some(_) => Ok(()),
                None => Err(wrong(
                    ErrorKind::MissingRequiredArgument,
                    "name the folder of the archive, or a drive with --from",
                )),
            };
        }
        if self.path.is_some() {
            return Err(wrong(
                ErrorKind::ArgumentConflict,
                "with --from, there is no folder: name a source, a snapshot and a path at most",
            ));
        }
        self.path = self.snapshot.take();
        self.snapshot = self.source.take();
        // A source's name that is no text is none that an archive has.
        let first = self.archive_dir.take();
        self.source = first.map(|it| it.to_string_lossy().into_owned());
        Ok(())
    }
}

fn wrong(kind: ErrorKind, message: &str) -> Error {
    Arguments::command().error(kind, message)
}

#[cfg(target_os = "linux")]
fn source_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if name.is_empty() {
        Err("a name has at least one letter")
    } else if name.contains(char::is_control) {
        Err("a name is one line of text")
    } else {
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn orders_are_read_as_the_help_says() {
        let cases: &[(&[&str], bool)] = &[
            (&["archive", "a", "b"], true),
            (
                &["archive", "a", "b", "--name", "Mia's card", "--json"],
                true,
            ),
            (&["archive", "a", "b", "--only-media", "--read-twice"], true),
            (&["archive", "a"], false),
            (&["archive", "a", "b", "--name", " "], false),
            (&["archive", "a", "b", "--name", "two\nlines"], false),
            (&["verify", "a", "--quick"], true),
            (&["verify", "a", "--sheet-head", "00"], false),
            (&["ls", "a", "Mia", "latest", "DCIM", "-l"], true),
            (
                &[
                    "restore", "a", "b", "--names", "portable", "--only", "x", "--only", "y",
                ],
                true,
            ),
            (&["restore", "a", "b", "--names", "other"], false),
            (
                &[
                    "restore",
                    "a",
                    "b",
                    "--from-date",
                    "2024-07-01",
                    "--to-date",
                    "2024-07-31",
                    "--undated",
                    "include",
                    "--by-month",
                    "--all-sources",
                ],
                true,
            ),
            (&["restore", "a", "b", "--from-date", "July"], false),
            (
                &["restore", "a", "b", "--all-sources", "--source", "Mia"],
                false,
            ),
            (&["thin", "a", "--keep-last", "3"], true),
            (
                &[
                    "thin",
                    "a",
                    "--keep-newest",
                    "3",
                    "--and-one-a-year",
                    "--remove",
                ],
                true,
            ),
            (&["thin", "a", "--keep-last", "0"], false),
            (&["thin", "a", "--keep-newest", "3"], false),
            (&["thin", "a", "--and-one-a-year"], false),
            (&["thin", "a"], false),
            (
                &[
                    "thin",
                    "a",
                    "--keep-last",
                    "1",
                    "--keep-newest",
                    "3",
                    "--and-one-a-year",
                ],
                false,
            ),
            (&["verify", "--from", "/dev/sdb"], true),
            (&["verify"], false),
            (&["verify", "a", "--from", "b"], false),
            (&["ls", "--from", "b"], true),
            (&["ls", "Mia", "7", "DCIM", "--from", "b", "--shares"], true),
            (&["ls", "a", "Mia", "7", "DCIM", "--from", "b"], false),
            (&["ls"], false),
            (&["ls", "a", "--from"], false),
            (&["restore", "out", "--from", "b"], true),
            (&["restore", "a", "out", "--from", "b"], false),
            (&["restore", "--from", "b"], false),
            (&["restore", "out"], false),
            (&["cat", "a", "DCIM/1.jpg"], true),
            (
                &["cat", "DCIM/1.jpg", "--from", "b", "--source", "Mia"],
                true,
            ),
            (&["cat", "DCIM/1.jpg"], false),
            (&["cat", "--from", "b"], false),
            (&["cat", "a", "DCIM/1.jpg", "--json"], false),
            (&["ls", "--from", "b", "--passphrase-file", "-"], true),
            (&["ls", "--from", "b", "--shares-file", "shares.txt"], true),
            (&["ls", "a", "--passphrase-file", "f"], false),
            (&["ls", "a", "--shares"], false),
            (&["ls", "a", "--shares-file", "f"], false),
            (
                &["ls", "--from", "b", "--shares", "--shares-file", "f"],
                false,
            ),
            (
                &["ls", "--from", "b", "--shares", "--passphrase-file", "f"],
                false,
            ),
            (&["archive", "a", "--from", "b"], false),
            (&["thin", "--from", "b", "--keep-last", "3"], false),
            (&["completions", "bash"], true),
            (&["man"], true),
            (&[], false),
        ];
        let is_offered = |words: &[&str]| {
            cfg!(target_os = "linux") || !matches!(words.first(), Some(&("archive" | "thin")))
        };
        for (words, is_right) in cases {
            let is_right = &(*is_right && is_offered(words));
            let line = ["heirloom"].iter().chain(*words);
            let parsed = Arguments::try_parse_from(line).and_then(Arguments::settled);
            assert_eq!(parsed.is_ok(), *is_right, "{words:?}");
        }
    }
}
