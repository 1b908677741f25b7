//! A family says who, where and how often, and changes it; what they said is on the drive, with its history.

use std::fs;

use anyhow::Result;
use heirloom_stories::{Key, LONG, Look, Oracle, Pc, STORY_DAY, look, story};
use serde_json::{Value, json};

use crate::{ARCHIVE, PASSPHRASE};

const PLAN: &str = "The recovery plan: who, where, how often";
/// The owner's name has letters of two scripts.
const OWNER: &str = "Мия Müller";

#[test]
fn plan() {
    story("plan", |story| {
        let (mut pc, drive) = story.sits_down_with_archive()?;
        answers_all_questions(&mut pc)?;
        changes_a_telephone(&mut pc)?;
        pc.switches_off()?;

        let with = story.folder("look-at-plan")?;
        fs::write(with.join("expected.json"), expected().to_string())?;
        let script = format!(
            "printf %s '{PASSPHRASE}' | cryptsetup open --readonly --key-file - \"$(disk archive)2\" archive\n\
             mkdir /run/archive\nmount -t ext4 -o ro,noload /dev/mapper/archive /run/archive\n\
             cp /run/archive/plan.json /mnt/expected.json /tmp/\n\
             python3 -c 'import json\n\
             found, expected = (json.load(open(\"/tmp/\" + name)) for name in (\"plan.json\", \"expected.json\"))\n\
             assert found == expected, json.dumps(found)'\n\
             tell /run/archive/sources"
        );
        look(
            &Oracle::ready()?,
            &Look {
                disks: &[&drive],
                script: &script,
                with: &with,
            },
        )?;
        Ok(())
    });
}

/// Two people, two places, an account, an order, a cadence; saved in one go.
fn answers_all_questions(pc: &mut Pc) -> Result<()> {
    pc.chooses(PLAN)?;
    pc.reads("People: nobody yet")?;
    pc.picks("Go through all questions")?;
    adds(pc, "+ A person", &[OWNER, "", "+49 30 1", ""], OWNER)?;
    let ben = ["Ben", "", "+49 30 2", "after my death"];
    adds(pc, "+ Another person", &ben, "Ben: executor")?;
    pc.picks("Go on to the next question")?;
    adds(pc, "+ Archive drive", &["cellar"], "family: cellar")?;
    adds(pc, "+ Share of Ben", &["with Ben"], "Ben: with Ben")?;
    pc.picks("Go on to the next question")?;
    let account = [
        "iCloud",
        "mia@example.org",
        "blue notebook",
        "her telephone",
    ];
    adds(pc, "+ An account", &account, "iCloud: mia@example.org")?;
    pc.picks("Go on to the next question")?;
    adds(pc, "+ A line of your own", &["letters"], "1. letters")?;
    adds(pc, "+ A line of your own", &["wedding"], "2. wedding")?;
    // From the line that adds another one up to the second, which is to be the first.
    pc.screen.press(&[Key::Up, Key::text("u")])?;
    pc.reads("1. wedding")?;
    pc.picks("Go on to the next question")?;
    pc.reads("Months between audits")?;
    pc.screen.press(&[Key::Backspace])?;
    pc.screen.enter("6")?;
    pc.screen.enter("")?;
    saves(pc, "the first time")
}

/// One thing is changed, with a reason; Esc asks whether it is to be saved.
fn changes_a_telephone(pc: &mut Pc) -> Result<()> {
    pc.chooses(PLAN)?;
    pc.picks("People: ")?;
    pc.reads("+ Another person")?;
    pc.screen.press(&[Key::Up, Key::Up])?;
    pc.reads("> Ben: executor")?;
    pc.screen.press(&[Key::Enter])?;
    pc.reads("A person in the plan")?;
    pc.screen.press(&[Key::Down, Key::Down])?;
    pc.screen.enter("99")?;
    pc.screen.enter("")?;
    pc.reads("+49 30 299")?;
    pc.screen.press(&[Key::Escape])?;
    pc.reads("Save: 1 change is not on the drive yet")?;
    pc.screen.press(&[Key::Escape])?;
    saves(pc, "Ben has moved")
}

fn adds(pc: &mut Pc, line: &str, fields: &[&str], then: &str) -> Result<()> {
    pc.picks(line)?;
    for field in fields {
        pc.screen.enter(field)?;
    }
    pc.reads(then)
}

fn saves(pc: &mut Pc, reason: &str) -> Result<()> {
    pc.reads("Save the plan?")?;
    pc.screen.enter(reason)?;
    let written = pc.events.wait_for("plan-written", LONG)?;
    anyhow::ensure!(written["sheet"] == true, "{written}");
    pc.leaves("The plan is saved")
}

fn expected() -> Value {
    let person = |name: &str, role: &str, contact: &str, may_restore: &str| json!({"name": name, "role": role, "contact": contact, "may_restore": may_restore});
    let kept = |what: &str, which: &str, place: &str| json!({"what": what, "which": which, "place": place});
    let change = |what: &str, before: &str, reason: &str| json!({"date": STORY_DAY, "what": what, "before": before, "reason": reason});
    let first = [
        format!("{OWNER}: added"),
        "Ben: added".to_owned(),
        format!("drive {ARCHIVE}: added"),
        "share Ben: added".to_owned(),
        "iCloud: added".to_owned(),
        "order of restoration".to_owned(),
        "months from audit to audit".to_owned(),
        "months from rehearsal to rehearsal".to_owned(),
    ];
    let first = first.iter().map(|what| change(what, "", "the first time"));
    let last = change("Ben: contact", "+49 30 2", "Ben has moved");
    json!({
        "version": 1,
        "people": [person(OWNER, "owner", "+49 30 1", ""), person("Ben", "executor", "+49 30 299", "after my death")],
        "kept": [kept("drive", ARCHIVE, "cellar"), kept("share", "Ben", "with Ben")],
        "accounts": [{"service": "iCloud", "account": "mia@example.org", "credentials_at": "blue notebook", "second_factor_at": "her telephone"}],
        "restore_order": ["wedding", "letters"],
        "cadence": {"audit_months": 6, "rehearsal_months": 12},
        "rehearsals": [],
        "changes": first.chain([last]).collect::<Vec<_>>(),
    })
}
