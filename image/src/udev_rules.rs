//! udev's rules: each program that a rule of the image calls, and each group that it names, is in the image.

use anyhow::{Result, bail};

use crate::libraries::merged_usr;
use crate::tree::{Node, Tree};

const RULES: &str = "usr/lib/udev/rules.d/";
const HELPERS: &str = "usr/lib/udev/";

/// Checks the rules of the tree against the tree.
pub(crate) fn check(tree: &Tree) -> Result<usize> {
    let Some(Node::File { bytes, .. }) = tree.get("etc/group") else {
        bail!("etc/group is not in the image, so udev's rules have no groups");
    };
    let groups = String::from_utf8_lossy(bytes).into_owned();
    let group_is_there = |name: &str| {
        groups
            .lines()
            .any(|line| line.split(':').next() == Some(name))
    };
    let mut count = 0;
    for (path, node) in tree.iter() {
        let Node::File { bytes, .. } = node else {
            continue;
        };
        if !path.starts_with(RULES) {
            continue;
        }
        count += 1;
        for mention in mentions(&String::from_utf8_lossy(bytes)) {
            match mention {
                Mention::Program(program) if !tree.contains(&program) => {
                    bail!(
                        "{path} calls /{program}, which is not in the image: take the rules out of keep.txt, or the program in"
                    )
                }
                Mention::Group(group) if !group_is_there(&group) => {
                    bail!("{path} names the group `{group}`, which overlay/etc/group does not have")
                }
                _ => {}
            }
        }
    }
    Ok(count)
}

#[derive(Debug, PartialEq, Eq)]
enum Mention {
    Program(String),
    Group(String),
}

fn mentions(rules: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    for line in rules
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        // Text outside and inside of quotes takes turns: `KEY+=`, value, `, KEY2=`, value.
        let mut pieces = line.split('"');
        while let (Some(before), Some(value)) = (pieces.next(), pieces.next()) {
            let key = before.trim_start_matches([',', ' ', '\t', '\\']);
            let name = key.trim_end_matches(['=', '+', '!', ':', '-']);
            match name {
                "PROGRAM" | "IMPORT{program}" | "RUN" | "RUN{program}" => {
                    found.extend(program(value).map(Mention::Program));
                }
                "GROUP" => found.push(Mention::Group(value.to_owned())),
                _ => {}
            }
        }
    }
    found
}

/// The program of a command line; none when the rule takes it from the device's own properties.
fn program(command: &str) -> Option<String> {
    let word = command.split_whitespace().next()?;
    match word.as_bytes()[0] {
        b'/' => Some(merged_usr(word)),
        b'$' | b'%' => None,
        _ => Some(format!("{HELPERS}{word}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_mention() {
        let rules = r#"
# RUN+="/usr/bin/commented"
ACTION=="remove", ENV{REMOVE_CMD}!="", RUN+="$env{REMOVE_CMD}"
KERNEL=="sd*", IMPORT{program}="scsi_id --export $devnode", \
  GROUP="disk", RUN{builtin}+="kmod load sg"
TEST!="dm", IMPORT{program}="/sbin/dmsetup info -j %M", PROGRAM=="/bin/x y"
"#;
        let program = |path: &str| Mention::Program(path.to_owned());
        assert_eq!(
            mentions(rules),
            [
                program("usr/lib/udev/scsi_id"),
                Mention::Group("disk".to_owned()),
                program("usr/sbin/dmsetup"),
                program("usr/bin/x"),
            ]
        );
    }

    #[test]
    fn a_rule_whose_program_or_group_is_not_there_stops_the_build() {
        let check_rule = |rule: &str| {
            let mut tree = Tree::default();
            tree.insert_file("etc/group", "disk:x:6:\n").unwrap();
            tree.insert_file("usr/lib/udev/ata_id", "").unwrap();
            tree.insert_file("usr/lib/udev/rules.d/60-x.rules", rule)
                .unwrap();
            check(&tree)
        };
        assert_eq!(
            check_rule(r#"IMPORT{program}="ata_id $devnode", GROUP="disk""#).unwrap(),
            1
        );
        assert!(check_rule(r#"RUN+="/bin/sh -c 'echo'""#).is_err());
        assert!(check_rule(r#"GROUP="disks""#).is_err());
    }
}
