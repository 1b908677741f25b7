//! What `smartctl --json` says, as far as it is looked at. Its fields are those of smartmontools 7.

use heirloom_engine::DriveHealth;
use heirloom_format::Fitness;
use serde::Deserialize;

/// `smartctl(8)`, bits of the exit status: the drive says that it fails; an attribute that foretells failing is at its threshold.
const SAYS_FAILING: u64 = (1 << 3) | (1 << 4);
/// Sectors that went bad in the factory's opinion of a good drive: of some hundred sound disks whose answers are public, one in twenty has one
/// to four. Each one was replaced; a drive that goes on like that is not well.
const REALLOCATED_SECTORS_FEW: u64 = 10;
/// Makers state 60 degrees Celsius for disks that turn, and 70 for others.
const TURNING_CELSIUS_MAX: i64 = 60;
const OTHER_CELSIUS_MAX: i64 = 70;

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    smartctl: Program,
    device: Option<DeviceKind>,
    rotation_rate: Option<u64>,
    smart_support: Option<Support>,
    smart_status: Option<Status>,
    temperature: Option<Temperature>,
    ata_smart_attributes: Option<Attributes>,
    nvme_smart_health_information_log: Option<NvmeLog>,
}

#[derive(Debug, Default, Deserialize)]
struct Program {
    #[serde(default)]
    exit_status: u64,
}

#[derive(Debug, Deserialize)]
struct DeviceKind {
    #[serde(default)]
    protocol: String,
}

#[derive(Debug, Deserialize)]
struct Support {
    available: bool,
}

#[derive(Debug, Deserialize)]
struct Status {
    passed: bool,
}

#[derive(Debug, Deserialize)]
struct Temperature {
    current: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Attributes {
    #[serde(default)]
    table: Vec<Attribute>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    id: u64,
    #[serde(default)]
    name: String,
    raw: Raw,
}

#[derive(Debug, Deserialize)]
struct Raw {
    value: u64,
    #[serde(default)]
    string: String,
}

#[derive(Debug, Deserialize)]
struct NvmeLog {
    media_errors: Option<u64>,
    percentage_used: Option<u64>,
}

impl Answer {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Whether the drive itself spoke.
    pub(super) fn tells_something(&self) -> bool {
        let says_no = self.smart_support.as_ref().is_some_and(|it| !it.available);
        // A stick without any of this passes a test of SCSI that asks nothing.
        let by_scsi = self.device.as_ref().is_some_and(|it| it.protocol == "SCSI");
        let is_supported = self.smart_support.as_ref().is_some_and(|it| it.available);
        let has_data = self.smart_status.is_some()
            || self.ata_smart_attributes.is_some()
            || self.nvme_smart_health_information_log.is_some();
        has_data && !says_no && (!by_scsi || is_supported)
    }

    pub(super) fn health(&self) -> DriveHealth {
        let nvme = self.nvme_smart_health_information_log.as_ref();
        let reallocated_sectors = self.attribute(5, "Reallocated_Sector");
        let pending = self.attribute(197, "Current_Pending_Sector");
        let uncorrectable = self.attribute(198, "Offline_Uncorrectable");
        // Both may count the same sector.
        let unreadable_sectors = [pending, uncorrectable, nvme.and_then(|it| it.media_errors)]
            .into_iter()
            .flatten()
            .max();
        let says_passed = self.smart_status.as_ref().map(|it| it.passed);
        let says_failing =
            says_passed == Some(false) || self.smartctl.exit_status & SAYS_FAILING != 0;
        let has_lost_sectors = unreadable_sectors.is_some_and(|sectors| sectors > 0)
            || reallocated_sectors.is_some_and(|sectors| sectors > REALLOCATED_SECTORS_FEW);
        let temperature_celsius = self.temperature.as_ref().and_then(|it| it.current);
        DriveHealth {
            fitness: match says_passed {
                _ if says_failing || has_lost_sectors => Fitness::Failing,
                Some(_) => Fitness::Good,
                None => Fitness::Unknown,
            },
            says_failing,
            reallocated_sectors,
            unreadable_sectors,
            used_percent: nvme.and_then(|it| it.percentage_used),
            temperature_celsius,
            is_too_hot: temperature_celsius.is_some_and(|now| now > self.celsius_max()),
        }
    }

    fn celsius_max(&self) -> i64 {
        match self.rotation_rate {
            Some(1..) => TURNING_CELSIUS_MAX,
            _ => OTHER_CELSIUS_MAX,
        }
    }

    /// Makers use the numbers for what they like, so the name has to be that of the meaning.
    fn attribute(&self, id: u64, name: &str) -> Option<u64> {
        let mut table = self.ata_smart_attributes.iter().flat_map(|it| &it.table);
        let found = table.find(|it| it.id == id && it.name.starts_with(name))?;
        // The raw number may have other numbers in its upper bytes; the text begins with what counts.
        let digits = found.raw.string.trim_start();
        let end = digits.find(|it: char| !it.is_ascii_digit());
        let first = digits[..end.unwrap_or(digits.len())].parse().ok();
        Some(first.unwrap_or(found.raw.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(json: &str) -> DriveHealth {
        let answer = Answer::parse(json.as_bytes()).expect("JSON of smartctl");
        match answer.tells_something() {
            true => answer.health(),
            false => DriveHealth::unknown(),
        }
    }

    #[test]
    fn real_drives_are_judged_by_what_they_say() {
        let unknown = DriveHealth::unknown;
        let told = |fitness, temperature_celsius| DriveHealth {
            fitness,
            temperature_celsius: Some(temperature_celsius),
            ..unknown()
        };
        let table = [
            (
                include_str!("samples/sat-one-reallocated.json"),
                DriveHealth {
                    reallocated_sectors: Some(1),
                    unreadable_sectors: Some(0),
                    ..told(Fitness::Good, 32)
                },
            ),
            (
                include_str!("samples/sat-reallocated.json"),
                DriveHealth {
                    reallocated_sectors: Some(304),
                    unreadable_sectors: Some(0),
                    ..told(Fitness::Failing, 33)
                },
            ),
            (
                include_str!("samples/sat-attributes-only.json"),
                DriveHealth {
                    reallocated_sectors: Some(0),
                    unreadable_sectors: Some(0),
                    ..told(Fitness::Unknown, 29)
                },
            ),
            (
                include_str!("samples/usbjmicron-failing.json"),
                DriveHealth {
                    says_failing: true,
                    reallocated_sectors: Some(1_975),
                    unreadable_sectors: Some(8),
                    ..told(Fitness::Failing, 25)
                },
            ),
            (
                include_str!("samples/nvme-passed.json"),
                DriveHealth {
                    unreadable_sectors: Some(0),
                    used_percent: Some(16),
                    ..told(Fitness::Good, 29)
                },
            ),
            (
                include_str!("samples/sntjmicron-passed.json"),
                DriveHealth {
                    unreadable_sectors: Some(0),
                    used_percent: Some(0),
                    ..told(Fitness::Good, 54)
                },
            ),
            (
                include_str!("samples/nvme-media-errors.json"),
                DriveHealth {
                    unreadable_sectors: Some(7),
                    used_percent: Some(3),
                    ..told(Fitness::Failing, 35)
                },
            ),
            (
                include_str!("samples/nvme-warning.json"),
                DriveHealth {
                    says_failing: true,
                    unreadable_sectors: Some(0),
                    used_percent: Some(0),
                    ..told(Fitness::Failing, 40)
                },
            ),
            (include_str!("samples/scsi.json"), unknown()),
            (include_str!("samples/unknown-bridge.json"), unknown()),
            (include_str!("samples/cannot-open.json"), unknown()),
        ];
        for (json, expected) in table {
            assert_eq!(health(json), expected, "{json}");
        }
    }

    #[test]
    fn what_runs_hot_is_told_and_judged_by_itself() {
        let at = |rotation_rate: u64, celsius: i64| {
            let json = format!(
                r#"{{"rotation_rate": {rotation_rate}, "smart_status": {{"passed": true}}, "temperature": {{"current": {celsius}}}}}"#
            );
            let health = health(&json);
            assert_eq!(health.fitness, Fitness::Good);
            health.is_too_hot
        };
        assert_eq!([at(5_400, 60), at(5_400, 61)], [false, true]);
        assert_eq!([at(0, 70), at(0, 71)], [false, true]);
    }

    #[test]
    fn a_drive_without_any_of_it_is_no_good_drive() {
        let lacks = r#"{"smartctl": {"exit_status": 4}, "smart_support": {"available": false}, "smart_status": {"passed": true}}"#;
        assert_eq!(health(lacks), DriveHealth::unknown());
        assert!(Answer::parse(b"smartctl: command not found").is_none());
    }
}
