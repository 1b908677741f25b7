//! The shapes of the JSON area: sizes are decimal strings, objects are numbered by strings, and there are few of them. What is unknown is passed over.
//!
//! Fields that only some kinds have are optional here: a kind that is not known must not make the rest unreadable.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How many key slots, segments and digests a header may have; their numbers are below. cryptsetup's own limit is 32, too.
pub(crate) const OBJECTS_MAX: usize = 32;

#[derive(serde::Deserialize)]
pub(crate) struct Metadata {
    pub(crate) keyslots: Objects<Keyslot>,
    pub(crate) segments: Objects<Segment>,
    pub(crate) digests: Objects<Digest>,
    pub(crate) config: Config,
}

#[derive(serde::Deserialize)]
pub(crate) struct Keyslot {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) key_size: Option<usize>,
    pub(crate) priority: Option<u8>,
    pub(crate) area: Option<Area>,
    pub(crate) kdf: Option<Kdf>,
    pub(crate) af: Option<Splitter>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Area {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) offset: Decimal,
    pub(crate) size: Decimal,
    pub(crate) encryption: Option<String>,
    pub(crate) key_size: Option<usize>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Kdf {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) salt: String,
    pub(crate) time: Option<u32>,
    pub(crate) memory: Option<u32>,
    pub(crate) cpus: Option<u32>,
    pub(crate) hash: Option<String>,
    pub(crate) iterations: Option<u32>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Splitter {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) stripes: Option<usize>,
    pub(crate) hash: Option<String>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Segment {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) offset: Decimal,
    pub(crate) size: Extent,
    pub(crate) iv_tweak: Option<Decimal>,
    pub(crate) encryption: Option<String>,
    pub(crate) sector_size: Option<usize>,
    pub(crate) integrity: Option<IgnoredAny>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Digest {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) keyslots: Numbers,
    pub(crate) segments: Numbers,
    pub(crate) salt: String,
    pub(crate) digest: String,
    pub(crate) hash: Option<String>,
    pub(crate) iterations: Option<u32>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Config {
    pub(crate) json_size: Decimal,
    pub(crate) keyslots_size: Decimal,
    #[serde(default)]
    pub(crate) requirements: Requirements,
}

#[derive(Default, serde::Deserialize)]
pub(crate) struct Requirements {
    #[serde(default)]
    pub(crate) mandatory: FirstText,
}

/// A number of up to 64 bits, written as a decimal string.
#[derive(Clone, Copy)]
pub(crate) struct Decimal(pub(crate) u64);

/// A length that may be "all that there is".
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent {
    Dynamic,
    Fixed(u64),
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decimal(&String::deserialize(deserializer)?)
            .map(Self)
            .ok_or_else(|| D::Error::custom("a size that is no decimal number"))
    }
}

impl<'de> Deserialize<'de> for Extent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "dynamic" {
            return Ok(Self::Dynamic);
        }
        decimal(&text)
            .map(Self::Fixed)
            .ok_or_else(|| D::Error::custom("a length that is no decimal number"))
    }
}

/// Digits alone: the standard library's parser would take a sign, too.
fn decimal(text: &str) -> Option<u64> {
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_decimal)
}

fn object_number<E: Error>(text: &str) -> Result<u8, E> {
    decimal(text)
        .filter(|number| *number < OBJECTS_MAX as u64)
        .and_then(|number| u8::try_from(number).ok())
        .ok_or_else(|| E::custom("an object's number that is none, or too large"))
}

/// Objects by number, in the order of their numbers. No number comes twice, so that there are at most [`OBJECTS_MAX`].
pub(crate) struct Objects<T>(pub(crate) Vec<(u8, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectsVisitor(PhantomData))
    }
}

struct ObjectsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectsVisitor<T> {
    type Value = Objects<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("numbered objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut objects: Vec<(u8, T)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let number = object_number(&key)?;
            if objects.iter().any(|(other, _)| *other == number) {
                return Err(A::Error::custom("two objects with one number"));
            }
            objects.push((number, map.next_value()?));
        }
        objects.sort_by_key(|(number, _)| *number);
        Ok(Objects(objects))
    }
}

/// A set of objects' numbers, written as a list of strings.
#[derive(Clone, Copy)]
pub(crate) struct Numbers(u32);

impl Numbers {
    pub(crate) fn contains(self, number: u8) -> bool {
        1_u32
            .checked_shl(number.into())
            .is_some_and(|bit| self.0 & bit != 0)
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(NumbersVisitor)
    }
}

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = Numbers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of objects' numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut numbers = 0;
        while let Some(text) = list.next_element::<String>()? {
            numbers |= 1 << object_number::<A::Error>(&text)?;
        }
        Ok(Numbers(numbers))
    }
}

/// The first text of a list of any length: one requirement is enough to be refused.
#[derive(Default)]
pub(crate) struct FirstText(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for FirstText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FirstTextVisitor)
    }
}

struct FirstTextVisitor;

impl<'de> Visitor<'de> for FirstTextVisitor {
    type Value = FirstText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let first = list.next_element()?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(FirstText(first))
    }
}
