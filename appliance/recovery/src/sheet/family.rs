//! Who has what, where things are, and what is restored first.

use heirloom_format::{Plan, ShareSet};

use super::Sheet;
use crate::layout::{Column, Row};
use crate::paper::TEXT_WIDTH_PT;
use crate::typeface::FontRole;
use crate::wording::plan::{self, ROWS_MAX};
use crate::wording::{Span, Step, plain};

/// Where somebody writes by hand, below a plan that is empty.
const LINES_TO_WRITE: usize = 4;

impl Sheet<'_, '_> {
    pub(super) fn family(&mut self) {
        let plan: &Plan = &self.facts.plan;
        self.flow.heading(plan::WHO_AND_WHERE);
        if plan.people.is_empty() && plan.kept.is_empty() {
            self.flow.announcement(&plain(plan::NOTHING_SAID));
            self.flow.lines_to_write(LINES_TO_WRITE);
        }
        let width = TEXT_WIDTH_PT;
        self.rows(
            plan::PEOPLE,
            &[
                Column::left("Who", 0.0, 140.0),
                Column::left("How to reach them", 148.0, 168.0),
                Column::left("May restore", 324.0, width - 324.0),
            ],
            plan.people.iter().map(plan::person).collect(),
        );
        self.rows(
            plan::THINGS,
            &[
                Column::left("What", 0.0, 190.0),
                Column::left("Where it is kept", 198.0, width - 198.0),
            ],
            plan.kept.iter().map(plan::kept).collect(),
        );
        if let Some(set) = &plan.shares {
            self.shares(set);
        }
        self.rows(
            plan::ACCOUNTS,
            &[
                Column::left("Service and account", 0.0, 164.0),
                Column::left("Credentials are kept", 172.0, 156.0),
                Column::left("Second factor is kept", 336.0, width - 336.0),
            ],
            plan.accounts.iter().map(plan::account).collect(),
        );
        self.order(&plan.restore_order);
    }

    fn shares(&mut self, set: &ShareSet) {
        self.flow.subheading(plan::SHARES);
        self.flow.announcement(&plan::share_set(set));
        let columns = [
            Column::left("Share", 0.0, 44.0),
            Column::left("Who has it", 52.0, 190.0),
            Column::left("The paper", 250.0, TEXT_WIDTH_PT - 250.0),
        ];
        let shares = (1..).zip(&set.shares);
        let rows = shares.map(|(number, share)| self.row_of(plan::share(number, share)));
        let rows: Vec<Row> = rows.collect();
        self.flow.table(&columns, &rows);
    }

    /// A table with its heading, if there is anything in it.
    fn rows(&mut self, heading: &str, columns: &[Column], rows: Vec<Vec<Vec<Span>>>) {
        if rows.is_empty() {
            return;
        }
        let count = rows.len();
        let shown = rows.into_iter().take(ROWS_MAX);
        let rows: Vec<Row> = shown.map(|cells| self.row_of(cells)).collect();
        self.flow.subheading(heading);
        self.flow.table(columns, &rows);
        if count > ROWS_MAX {
            self.flow.paragraph(&plan::more(count - ROWS_MAX));
        }
    }

    /// What people typed, as far as paper shows it.
    fn row_of(&self, mut cells: Vec<Vec<Span>>) -> Row {
        for span in cells.iter_mut().flatten() {
            span.text = self.shown(&span.text);
        }
        Row::new(cells)
    }

    fn shown(&self, text: &str) -> String {
        self.flow.typefaces.showable(FontRole::Regular, text)
    }

    fn order(&mut self, order: &[String]) {
        if order.is_empty() {
            return;
        }
        self.flow.subheading(plan::ORDER);
        let steps: Vec<Step> = order
            .iter()
            .take(ROWS_MAX)
            .map(|line| Step {
                sentence: plain(self.shown(line)),
                commands: Vec::new(),
            })
            .collect();
        // Without lines to type, nothing of it can be too wide.
        if self.flow.steps(&steps).is_ok() && order.len() > ROWS_MAX {
            self.flow.paragraph(&plan::more(order.len() - ROWS_MAX));
        }
    }
}
