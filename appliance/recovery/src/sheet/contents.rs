//! The drive and what is on it.

use super::Sheet;
use crate::facts::SourceFacts;
use crate::layout::{Column, Row};
use crate::paper::TEXT_WIDTH_PT;
use crate::typeface::FontRole;
use crate::wording::archive as words;
use crate::wording::{Medium, Span, Voice, numbers, plain, strong};

/// More are summed up: what is on the drive can be seen on the drive.
const ROWS_MAX: usize = 150;

impl Sheet<'_, '_> {
    pub(super) fn contents(&mut self, medium: &Medium<'_>) {
        let facts = self.facts;
        self.flow.heading(words::ON_THE_DRIVE);
        let uuid = vec![Span::new(Voice::Fixed, &*facts.luks_uuid)];
        let made = words::made(facts, medium);
        self.labelled(&[
            (words::THIS_SHEET, made),
            (words::DRIVE, words::drive(facts, medium)),
            (words::UUID, uuid),
        ]);
        if facts.sources.is_empty() {
            self.flow.paragraph(&plain(words::NOTHING_YET));
        } else {
            self.sources();
        }
        self.care();
    }

    fn sources(&mut self) {
        let right = TEXT_WIDTH_PT;
        let columns = [
            Column::left("From", 0.0, 132.0),
            Column::left("Dated", 137.0, 154.0),
            Column::right("Photos", right - 147.0, 56.0),
            Column::right("Videos", right - 102.0, 43.0),
            Column::right("Other", right - 60.0, 40.0),
            Column::right("Size", right, 56.0),
        ];
        // The last row sums up what has no row of its own.
        let all = &self.facts.sources;
        let mut rows: Vec<Row> = Vec::new();
        if all.len() <= ROWS_MAX {
            rows.extend(all.iter().map(|source| self.row(source)));
        } else {
            let (shown, rest) = all.split_at(ROWS_MAX - 1);
            rows.extend(shown.iter().map(|source| self.row(source)));
            rows.push(self.row(&words::summed(rest, true)));
        }
        if all.len() > 1 {
            rows.push(self.row(&words::summed(all, false)));
        }
        self.flow.table(&columns, &rows);
    }

    fn row(&self, source: &SourceFacts) -> Row {
        let name = self.flow.typefaces.showable(FontRole::Bold, &source.name);
        let note = words::source_note(source, name == source.name);
        let cells = vec![
            strong(name),
            plain(words::taken(source)),
            plain(numbers::grouped(source.photos)),
            plain(numbers::grouped(source.videos)),
            plain(numbers::grouped(source.other)),
            plain(numbers::size(source.size_bytes)),
        ];
        Row { cells, note }
    }
}
