//! `snapshot.json`, printed file by file.

use serde::Serialize;

use crate::{FileRecord, Snapshot};

/// Prints what [`Snapshot::print`] prints, without all files in memory: the beginning, each file, the end, appended to a text that the
/// caller may empty in between.
#[derive(Debug)]
#[must_use = "without its end, it is no JSON"]
pub struct SnapshotPrinter {
    is_first: bool,
}

impl SnapshotPrinter {
    /// Appends everything but the files; those of `snapshot` are left out.
    pub fn begin(snapshot: &Snapshot, out: &mut String) -> Self {
        out.push_str("{\n");
        field(out, "format_version", &snapshot.format_version);
        field(out, "archive_id", &snapshot.archive_id);
        field(out, "generation", &snapshot.generation);
        field(out, "date", &snapshot.date);
        field(out, "previous_head", &snapshot.previous_head);
        field(out, "software", &snapshot.software);
        field(out, "source", &snapshot.source);
        field(out, "status", &snapshot.status);
        out.push_str("\"problems\": [");
        for (index, problem) in snapshot.problems.iter().enumerate() {
            line(out, index == 0, problem);
        }
        end_list(out, snapshot.problems.is_empty());
        out.push_str(",\n");
        field(out, "choice", &snapshot.choice);
        out.push_str("\"left_out\": [");
        for (index, left_out) in snapshot.left_out.iter().enumerate() {
            line(out, index == 0, left_out);
        }
        end_list(out, snapshot.left_out.is_empty());
        out.push_str(",\n\"files\": [");
        Self { is_first: true }
    }

    /// Appends a file. They must come sorted by the bytes of their paths.
    pub fn file(&mut self, file: &FileRecord, out: &mut String) {
        line(out, self.is_first, file);
        self.is_first = false;
    }

    /// Appends the end.
    pub fn end(self, out: &mut String) {
        end_list(out, self.is_first);
        out.push_str("\n}\n");
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and strings become JSON")
}

fn field(out: &mut String, name: &str, value: &impl Serialize) {
    for part in ["\"", name, "\": ", &json(value), ",\n"] {
        out.push_str(part);
    }
}

fn line(out: &mut String, is_first: bool, value: &impl Serialize) {
    out.push_str(if is_first { "\n" } else { ",\n" });
    out.push_str(&json(value));
}

fn end_list(out: &mut String, is_empty: bool) {
    out.push_str(if is_empty { "]" } else { "\n]" });
}
