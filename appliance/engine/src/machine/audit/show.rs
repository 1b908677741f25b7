//! From an audit's page to its view.

use crate::machine::Machine;
use crate::machine::devices::Probe;
use crate::machine::names::name_of_folder;

use super::page::AuditPage;
use super::view::AuditView;

impl Machine {
    pub(in crate::machine) fn show_audit(&self, page: &AuditPage) -> AuditView {
        let archive = self.archive.as_ref();
        let name = || archive.map_or_else(String::new, |archive| archive.name.clone());
        match page {
            AuditPage::Begin => self.show_begin(name()),
            AuditPage::Running {
                confirm_stop: true, ..
            } => AuditView::ConfirmStop,
            AuditPage::Running { run, .. } => AuditView::Running(run.view(self.now, &name())),
            AuditPage::Done { done, scroll } => AuditView::Done {
                name: name(),
                done: done.clone(),
                scroll: *scroll,
            },
            AuditPage::Trouble(error) => AuditView::Trouble {
                name: name(),
                error: error.clone(),
            },
            AuditPage::Remark { before, entry } => AuditView::Remark {
                before: *before,
                typed: entry.text().to_owned(),
            },
            AuditPage::Remarking => AuditView::Remarking,
            AuditPage::NotRemarked => AuditView::NotRemarked,
        }
    }

    fn show_begin(&self, name: String) -> AuditView {
        let counted = self.countable().into_iter().map(|(_, name)| name);
        let plugged_in: Vec<&str> = self
            .devices
            .iter()
            .filter_map(|known| match &known.probe {
                Probe::Ready(identity) => self.archived_folder(identity),
                _ => None,
            })
            .collect();
        let folders = self.archive.iter().flat_map(|it| &it.source_folders);
        let absent = folders
            .filter(|folder| !plugged_in.contains(&folder.as_str()))
            .map(|folder| name_of_folder(folder))
            .collect();
        let space = self.archive.as_ref().map(|archive| archive.space);
        AuditView::Begin {
            name,
            counted: counted.collect(),
            absent,
            used_bytes: space.map_or(0, |it| it.total_bytes.saturating_sub(it.free_bytes)),
        }
    }
}
