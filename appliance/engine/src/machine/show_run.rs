//! The pages of a run, from the questions before it to what became of it, as views.

use super::Machine;
use super::names::serial;
use super::page::{EndedPage, Preparation};
use super::round::{Outcome, Queued};
use super::view::PageView;
use super::view_run::PrepareView;
use super::wish::PrepareLine;

impl Machine {
    pub(super) fn show_preparation(&self, page: &Preparation) -> PrepareView {
        let others = self.others(Some(&page.device));
        let lines = PrepareLine::shown(!others.is_empty());
        let model = self.devices.get(&page.device).map(|known| known.name());
        PrepareView {
            name: page.name.text().to_owned(),
            origin: page.origin,
            refused: page.refused,
            model: model.unwrap_or_default(),
            has_serial: serial(&page.identity).is_some(),
            noun: page.noun,
            wish: page.wish,
            others: names(&others),
            others_follow: page.others_follow,
            lines: lines.to_vec(),
            cursor: page.line(lines),
        }
    }

    pub(super) fn show_run(&self, confirm_stop: bool) -> PageView {
        let Some(run) = &self.run else {
            return PageView::Home(self.show_home(0));
        };
        let round = self.round.view(self.round.waiting.iter());
        if confirm_stop {
            return PageView::ConfirmStop {
                source: run.source.name.clone(),
                noun: run.source.noun,
                then: round.then,
            };
        }
        let archive = self.archive.as_ref().map_or("", |it| it.name.as_str());
        PageView::Archiving(run.view(self.now, archive, round))
    }

    pub(super) fn show_waiting(&self) -> PageView {
        let Some(first) = self.round.waiting.front() else {
            return PageView::Home(self.show_home(0));
        };
        PageView::Waiting {
            source: first.name.clone(),
            noun: first.noun,
            reason: self.why_waiting(first),
            safe_files: first.safe_files,
            round: self.round.view(self.round.waiting.iter().skip(1)),
        }
    }

    pub(super) fn show_ended(&self, page: &EndedPage) -> PageView {
        let others = || names(&self.others(None));
        let outcomes = || page.ended.iter();
        let opened = page.ended.get(page.cursor).filter(|_| page.is_open);
        match opened.map(|ended| (&ended.outcome, ended)) {
            Some((
                Outcome::Archived {
                    report,
                    sheet_written,
                },
                ended,
            )) => PageView::Report {
                source: ended.source.clone(),
                noun: ended.noun,
                report: report.clone(),
                sheet_written: *sheet_written,
                scroll: page.scroll,
                // Of several, the page of all offers them.
                others: if page.ended.len() == 1 {
                    others()
                } else {
                    Vec::new()
                },
            },
            Some((Outcome::Failed { error, safe_files }, ended)) => PageView::RunTrouble {
                source: ended.source.clone(),
                noun: ended.noun,
                error: error.clone(),
                safe_files: *safe_files,
            },
            Some((Outcome::NotBegun, _)) | None => PageView::RoundReport {
                outcomes: outcomes()
                    .map(|it| (it.source.clone(), it.outcome.view()))
                    .collect(),
                cursor: page.cursor,
                sheet_written: outcomes()
                    .rev()
                    .find_map(|it| match it.outcome {
                        Outcome::Archived { sheet_written, .. } => Some(sheet_written),
                        _ => None,
                    })
                    .unwrap_or(true),
                others: others(),
            },
        }
    }
}

fn names(sources: &[Queued]) -> Vec<String> {
    sources.iter().map(|it| it.name.clone()).collect()
}
