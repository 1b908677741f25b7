//! When the archive was looked after, on the page from which everything starts.

use heirloom_engine::UpkeepView;
use heirloom_format::Day;

use crate::piece::Page;

/// One line for the check, one for the rehearsal. What is due stands out, and no more than that.
pub(in crate::words) fn upkeep(page: Page, view: &UpkeepView) -> Page {
    let counted = match (view.counted, view.audit) {
        (Some(counted), Some((audit, _))) if counted == audit => ", sources counted",
        _ => "",
    };
    let mut check = line(
        "Full check",
        view.audit,
        counted,
        view.audit_due,
        view.audit_is_overdue,
    );
    if let (Some(counted), "") = (view.counted, counted) {
        check.push_str(&format!(" Sources last counted on {counted}."));
    }
    let rehearsal = line(
        "Rehearsal",
        view.rehearsal,
        "",
        view.rehearsal_due,
        view.rehearsal_is_overdue,
    );
    let page = told(page, check, view.audit_due, view.audit_is_overdue);
    told(
        page,
        rehearsal,
        view.rehearsal_due,
        view.rehearsal_is_overdue,
    )
}

fn told(page: Page, line: String, due: Option<Day>, is_overdue: bool) -> Page {
    match is_overdue || due.is_none() {
        true => page.strong(line),
        false => page.text(line),
    }
}

fn line(
    what: &str,
    last: Option<(Day, bool)>,
    remark: &str,
    due: Option<Day>,
    is_overdue: bool,
) -> String {
    let last = match last {
        Some((day, true)) => format!("{day}, passed{remark}"),
        Some((day, false)) => format!("{day}, NOT passed{remark}"),
        None => "none yet".to_owned(),
    };
    let due = match due {
        Some(day) if is_overdue => format!("due since {day}"),
        Some(day) => format!("next due {day}"),
        None => "due now".to_owned(),
    };
    format!("{what}: {last}; {due}.")
}
