//! What goes wrong, and when: rules of a profile, so that a new fault is a new line of data.

use std::ops::Range;

use serde::Deserialize;

use super::codes::{Hex, Hex16, Operation};

/// At certain commands, something happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// At which commands.
    pub when: When,
    /// What happens, in this order.
    pub then: Vec<Effect>,
}

/// Which commands: those for which everything that is given holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// This operation; any where it is left out.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// With these parameters, the first counted as 1.
    #[serde(default)]
    pub parameters: Vec<ParameterIs>,
    /// About an object of this name.
    #[serde(default)]
    pub name: Option<String>,
    /// A read of a file's content that this byte of the file is part of.
    #[serde(default)]
    pub reads_byte: Option<u64>,
    /// A read that ends with the file, and whose bytes are so many more than a multiple.
    #[serde(default)]
    pub last_bytes: Option<Remainder>,
    /// From the how manieth such command on.
    #[serde(default = "one")]
    pub from: u64,
    /// How often; for ever where it is left out.
    #[serde(default)]
    pub times: Option<u64>,
}

/// A parameter's value.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterIs {
    /// Which, counted from 1.
    pub number: usize,
    /// What it is.
    pub is: Hex,
}

/// A remainder of a division.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remainder {
    /// Divided by this,
    pub modulo: u64,
    /// this remains.
    pub remainder: u64,
}

/// What happens. Positions are bytes of the data phase, the container's header of 12 included.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// It answers with this response code and no data.
    Refuse(Hex16),
    /// It answers nothing.
    Silence(Silence),
    /// The endpoint halts.
    Stall,
    /// It falls off the bus when these bytes have been read.
    Unplug {
        /// Position.
        after_bytes: u64,
    },
    /// It waits for so long before it goes on.
    Pause {
        /// Position.
        after_bytes: u64,
        /// How long.
        for_ms: u64,
    },
    /// Its screen is locked when these bytes have been read: the data end, and the response is the refusal of a locked device.
    Lock {
        /// Position.
        after_bytes: u64,
    },
    /// The dataset ends after so many bytes, and the container says so.
    CutData {
        /// Bytes of the dataset.
        at_bytes: u64,
    },
    /// The container states a length that is so much more or less than what comes.
    LieAboutLength {
        /// How much.
        by_bytes: i64,
    },
    /// The data never end: numbers follow upon numbers.
    Endless,
    /// A byte of the data has its lowest bit inverted.
    FlipBit {
        /// Which byte of the dataset.
        at_bytes: u64,
    },
    /// The person allows access, before the command is answered.
    Allow,
    /// All objects get other handles, before the command is answered.
    Rescan,
    /// The device forgets the session, before the command is answered.
    EndSession,
}

/// For how long a device says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// This command has no answer, the next one has.
    Once,
    /// Until a device reset, or until it is plugged in again.
    UntilReset,
    /// Until it is plugged in again.
    UntilReplug,
}

/// A command as far as rules look at it.
pub(crate) struct Facts<'a> {
    pub(crate) operation: Operation,
    pub(crate) parameters: &'a [u32],
    /// The object's name, where the command is about one.
    pub(crate) name: Option<String>,
    /// Which bytes of a file it reads, where it reads any.
    pub(crate) range: Option<Range<u64>>,
    /// The file's length, where it is about a file.
    pub(crate) size_bytes: u64,
}

/// The rules and how often each has matched.
pub(crate) struct Rules {
    rules: Vec<(Rule, u64)>,
}

fn one() -> u64 {
    1
}

impl Rules {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        Self {
            rules: rules.iter().map(|rule| (rule.clone(), 0)).collect(),
        }
    }

    /// What happens at this command.
    pub(crate) fn effects(&mut self, facts: &Facts<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (rule, count) in &mut self.rules {
            if !rule.when.matches(facts) {
                continue;
            }
            *count += 1;
            let begun = *count >= rule.when.from;
            let over = rule
                .when
                .times
                .is_some_and(|times| *count >= rule.when.from.saturating_add(times));
            if begun && !over {
                effects.extend(&rule.then);
            }
        }
        effects
    }
}

impl When {
    fn matches(&self, facts: &Facts<'_>) -> bool {
        let parameters = self.parameters.iter().all(|expected| {
            let at = expected.number.wrapping_sub(1);
            facts.parameters.get(at).copied().unwrap_or_default() == expected.is.0
        });
        let remainder = self.last_bytes.is_none_or(|expected| {
            facts
                .range
                .as_ref()
                .filter(|range| range.end == facts.size_bytes)
                .and_then(|range| (range.end - range.start).checked_rem(expected.modulo))
                == Some(expected.remainder)
        });
        let is_read = self.reads_byte.is_none_or(|byte| {
            let range = facts.range.as_ref();
            range.is_some_and(|range| range.contains(&byte))
        });
        self.operation
            .is_none_or(|expected| expected == facts.operation)
            && parameters
            && (self.name.is_none() || self.name == facts.name)
            && remainder
            && is_read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happened(rule: &str, facts: &[Facts<'_>]) -> Vec<bool> {
        let rule = serde_json::from_str(&format!(r#"{{"when": {rule}, "then": ["stall"]}}"#));
        let mut rules = Rules::new(&[rule.expect("a rule")]);
        facts
            .iter()
            .map(|facts| !rules.effects(facts).is_empty())
            .collect()
    }

    fn facts(operation: Operation, parameters: &[u32]) -> Facts<'_> {
        Facts {
            operation,
            parameters,
            name: Some("a.jpg".to_owned()),
            range: Some(1024..2036),
            size_bytes: 2036,
        }
    }

    #[test]
    fn rules_match_by_all_that_they_say() {
        let read = || facts(Operation::GET_OBJECT, &[7, 8]);
        let table: &[(&str, bool)] = &[
            ("{}", true),
            (r#"{"operation": "GetObject"}"#, true),
            (r#"{"operation": "GetThumb"}"#, false),
            (r#"{"parameters": [{"number": 2, "is": "0x8"}]}"#, true),
            (r#"{"parameters": [{"number": 1, "is": "0x8"}]}"#, false),
            (r#"{"parameters": [{"number": 3, "is": "0x0"}]}"#, true),
            (r#"{"name": "a.jpg"}"#, true),
            (r#"{"name": "b.jpg"}"#, false),
            (r#"{"last_bytes": {"modulo": 512, "remainder": 500}}"#, true),
            (
                r#"{"last_bytes": {"modulo": 512, "remainder": 499}}"#,
                false,
            ),
            (r#"{"reads_byte": 1024}"#, true),
            (r#"{"reads_byte": 2036}"#, false),
            (r#"{"last_bytes": {"modulo": 0, "remainder": 0}}"#, false),
        ];
        for (rule, expected) in table {
            assert_eq!(happened(rule, &[read()]), [*expected], "{rule}");
        }
    }

    #[test]
    fn rules_begin_and_end_by_count() {
        let commands = || {
            (0..5)
                .map(|_| facts(Operation::GET_OBJECT, &[]))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            happened(r#"{"from": 2, "times": 2}"#, &commands()),
            [false, true, true, false, false]
        );
        assert_eq!(
            happened(r#"{"from": 3}"#, &commands()),
            [false, false, true, true, true]
        );
    }
}
