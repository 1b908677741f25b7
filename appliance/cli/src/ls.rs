//! `heirloom ls`: what is in an archive.

use std::io::{BufWriter, Write, stdout};

use heirloom_engine::PublishedSnapshot;
use heirloom_format::{Day, FileRecord, Status, StoredPath};
use serde_json::{Value, json};

use crate::args::{LsOrder, Talk};
use crate::exit::Exit;
use crate::place::{Place, Use};
use crate::quantity::{files, grouped, shown, size};
use crate::report::{Page, Report};
use crate::select;
use crate::summary::{Summary, summary};
use crate::trouble::Trouble;

/// Lists the snapshots, or the files of one.
pub(crate) fn ls(order: &LsOrder, talk: Talk) -> Result<Report, Trouble> {
    let place = Place::of(order.archive_dir.as_deref(), &order.drive, Use::Look)?;
    let source = match &order.source {
        Some(asked) => Some(select::source(&place.archive, asked)?),
        None => None,
    };
    match (source, &order.snapshot) {
        (Some(source), Some(asked)) => {
            let snapshot = select::snapshot(&place.archive, source, asked)?;
            list_files(&place, snapshot, order, talk)
        }
        _ => list_snapshots(&place, source),
    }
}

fn list_snapshots(place: &Place, only: Option<&str>) -> Result<Report, Trouble> {
    let archive = &place.archive;
    let info = archive.info();
    let mut page = Page::new(format!("The archive {}", shown(&info.name)))
        .fact("Made", info.created)
        .fact("Id", info.archive_id)
        .fact("Public key", info.public_key);
    if let Some(head) = archive.head() {
        page = page.fact("Head", head);
    }
    let mut sources = Vec::new();
    let names = match only {
        Some(only) => vec![only],
        None => select::sources(archive),
    };
    if names.is_empty() {
        page = page.gap().text("There are no snapshots in it yet.");
    }
    for source in names {
        page = page.gap().text(shown(source));
        let mut snapshots = Vec::new();
        for published in archive.history().filter(|it| it.source_folder == source) {
            let summary = summary(archive, &*place.volume, published)?;
            page = page.item(snapshot_line(published, &summary));
            snapshots.push(snapshot_object(published, &summary));
        }
        sources.push(json!({ "folder": source, "snapshots": snapshots }));
    }
    if !archive.damage().is_empty() {
        page = page
            .gap()
            .text("Something in the archive is not as it should be; `heirloom verify` says more:");
        for damage in archive.damage() {
            page = page.item(format!("{} {}", shown(damage.place.as_str()), damage.kind));
        }
    }
    Ok(Report {
        exit: if archive.damage().is_empty() {
            Exit::Done
        } else {
            Exit::Attention
        },
        text: page.print(),
        json: json!({
            "archive": place.dir.to_string_lossy(),
            "name": info.name,
            "archive_id": info.archive_id.to_string(),
            "public_key": info.public_key.to_string(),
            "created": info.created.to_string(),
            "head": archive.head().map(|head| head.to_string()),
            "sources": sources,
            "damage": archive.damage().iter().map(|damage| json!({
                "place": damage.place.as_str(),
                "sentence": damage.kind.to_string(),
            })).collect::<Vec<_>>(),
        }),
        is_printed: false,
    })
}

fn snapshot_line(published: &PublishedSnapshot, summary: &Summary) -> String {
    let status = match (published.is_thinned(), summary.status) {
        (true, _) => "removed; what it held is known",
        (false, Some(Status::Complete)) => "complete",
        (false, Some(Status::Incomplete)) => "incomplete",
        (false, None) => "damaged",
    };
    format!(
        "{}  {:>16}  {:>10}  {status}",
        published.name,
        summary.files.map_or("?".to_owned(), files),
        summary.bytes.map_or("?".to_owned(), size),
    )
}

fn snapshot_object(published: &PublishedSnapshot, summary: &Summary) -> Value {
    json!({
        "generation": published.name.generation,
        "date": published.name.date.to_string(),
        "folder": published.folder.as_str(),
        "head": published.head.map(|head| head.to_string()),
        "files": summary.files,
        "bytes": summary.bytes,
        "complete": summary.status.map(|status| status == Status::Complete),
        "thinned": published.is_thinned(),
    })
}

/// One line, or one object, for each file as it is read: there may be a million.
fn list_files(
    place: &Place,
    published: &PublishedSnapshot,
    order: &LsOrder,
    talk: Talk,
) -> Result<Report, Trouble> {
    let only = match &order.path {
        Some(typed) => {
            Some(select::typed_path(typed).ok_or_else(|| Trouble::NoPath(typed.clone()))?)
        }
        None => None,
    };
    let mut out = BufWriter::new(stdout().lock());
    let mut outcome = if talk.json {
        let head = json!({
            "archive": place.dir.to_string_lossy(),
            "source": published.source_folder,
            "snapshot": published.folder.as_str(),
        })
        .to_string();
        write!(out, "{},\"files\":[", head.trim_end_matches('}'))
    } else {
        Ok(())
    };
    let mut listed = 0_u64;
    let read = place
        .archive
        .read_description(&*place.volume, published, &mut |file| {
            if outcome.is_err() || only.as_ref().is_some_and(|top| !is_below(&file.path, top)) {
                return;
            }
            outcome = if talk.json {
                let comma = if listed > 0 { "," } else { "" };
                write!(out, "{comma}\n{}", file_object(&file))
            } else if order.long {
                writeln!(out, "{}", long_line(&file))
            } else {
                writeln!(out, "{}", file.path)
            };
            listed += 1;
        })?;
    let exit = match &read {
        Ok(_) if listed == 0 && order.path.is_some() => Exit::Refused,
        Ok(_) => Exit::Done,
        Err(_) => Exit::Attention,
    };
    if talk.json && outcome.is_ok() {
        let tail = json!({ "command": "ls", "exit_code": exit.code(), "outcome": exit.word() });
        outcome = writeln!(out, "],{}", tail.to_string().trim_start_matches('{'));
    }
    outcome = outcome.and_then(|()| out.flush());
    match (read, outcome) {
        (Err(damage), _) => return Err(Trouble::SnapshotDamaged(damage)),
        (Ok(_), Err(error)) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            return Err(Trouble::Output {
                place: "standard output".into(),
                error,
            });
        }
        _ => {}
    }
    match &order.path {
        Some(path) if listed == 0 => Err(Trouble::NoPath(path.clone())),
        _ => Ok(Report {
            exit,
            text: String::new(),
            json: Value::Null,
            is_printed: true,
        }),
    }
}

/// Whether a path is another one, or below it.
fn is_below(path: &StoredPath, top: &StoredPath) -> bool {
    path.as_str()
        .strip_prefix(top.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn long_line(file: &FileRecord) -> String {
    let time = file
        .modified
        .as_ref()
        .and_then(|time| time.unix_s)
        .and_then(time_text)
        .unwrap_or_else(|| "-".to_owned());
    format!(
        "{:>15}  {time:<20}  {}  {}",
        grouped(file.size_bytes),
        file.sha256,
        file.path
    )
}

fn file_object(file: &FileRecord) -> Value {
    json!({
        "path": file.path.as_str(),
        "raw_path": file.raw_path,
        "bytes": file.size_bytes,
        "sha256": file.sha256.to_string(),
        "modified": file.modified.as_ref().map(|time| json!({
            "raw": time.raw,
            "unix_s": time.unix_s,
        })),
    })
}

/// In UTC: `2023-11-14 22:13:20Z`.
fn time_text(unix_s: i64) -> Option<String> {
    let day = Day::of_unix_s(unix_s)?;
    let second = unix_s.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Some(format!("{day} {hour:02}:{minute:02}:{second:02}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc() {
        for (unix_s, text) in [
            (0, Some("1970-01-01 00:00:00Z")),
            (1_700_000_000, Some("2023-11-14 22:13:20Z")),
            (-1, Some("1969-12-31 23:59:59Z")),
            (i64::MAX, None),
        ] {
            assert_eq!(time_text(unix_s).as_deref(), text);
        }
    }

    #[test]
    fn a_path_is_below_its_folders_and_no_others() {
        let stored = |text| StoredPath::parse(text).expect(text);
        for (top, is_meant) in [
            ("DCIM", true),
            ("DCIM/a", true),
            ("DCIM/a/c.jpg", true),
            ("DC", false),
            ("DCIM/a/c", false),
            ("c.jpg", false),
        ] {
            assert_eq!(
                is_below(&stored("DCIM/a/c.jpg"), &stored(top)),
                is_meant,
                "{top}"
            );
        }
    }
}
