//! What the family agreed on: people, places, accounts elsewhere, the order of restoring, how often is checked, and what changed when and why.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::word::words;
use crate::Day;

/// A person of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As the family calls them; also how shares and places name them.
    pub name: String,
    /// Their part in it.
    pub role: Role,
    /// How to reach them, in one line: telephone, address. Empty where it was skipped.
    #[serde(default)]
    pub contact: String,
    /// Under which circumstances they may restore, in one line, such as `after my death, with Ben`. Empty: not said.
    #[serde(default)]
    pub may_restore: String,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

words! {
    /// The part of a person in it.
    Role {
        /// Whose archive it is; has the passphrase.
        Owner = "owner",
        /// Holds a share, and restores with others.
        Executor = "executor",
        /// Is to get pictures.
        Relative = "relative",
        /// Helps with the technical side.
        Helper = "helper",
    }
}

/// Where something of the archive is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptThing {
    /// What it is.
    pub what: Kept,
    /// Which, where there are several: a drive's name, whose share. Empty where there is one.
    #[serde(default)]
    pub which: String,
    /// Where, in one line.
    pub place: String,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

words! {
    /// What is kept somewhere.
    Kept {
        /// An archive drive.
        Drive = "drive",
        /// A restore sheet.
        Sheet = "sheet",
        /// An executor's share.
        Share = "share",
        /// The boot stick.
        Stick = "stick",
        /// The owner's passphrase, where it is written down. Never the passphrase itself.
        Passphrase = "passphrase",
    }
}

/// Another destination of pictures, such as a cloud account. It has no place for a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Such as `iCloud`.
    pub service: String,
    /// Under which name, such as an address.
    #[serde(default)]
    pub account: String,
    /// Where its credentials are kept. Never the credentials.
    #[serde(default)]
    pub credentials_at: String,
    /// Where its second factor is kept.
    #[serde(default)]
    pub second_factor_at: String,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// How often is checked and rehearsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    /// Months from one full audit to the next; 1 to 120.
    pub audit_months: u8,
    /// Months from one rehearsal to the next; 1 to 120.
    pub rehearsal_months: u8,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Default for Cadence {
    /// An audit each quarter, a rehearsal each year.
    fn default() -> Self {
        Self {
            audit_months: 3,
            rehearsal_months: 12,
            other: Map::new(),
        }
    }
}

/// What was changed in the plan, or in what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// By the clock of the PC.
    pub date: Day,
    /// What, in one line, such as `Ben: contact`.
    pub what: String,
    /// How it was before, in one line, so that the history can be read. Empty where there was nothing.
    #[serde(default)]
    pub before: String,
    /// Why, in one line. Empty where it was not said.
    #[serde(default)]
    pub reason: String,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}
