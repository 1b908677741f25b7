//! IPP's messages as a printer reads and writes them (RFC 8010). It shares nothing with what it tests.

/// Operations (RFC 8011, section 5.4.15).
pub(super) mod operation {
    pub(in crate::printer) const PRINT_JOB: u16 = 0x0002;
    pub(in crate::printer) const VALIDATE_JOB: u16 = 0x0004;
    pub(in crate::printer) const CREATE_JOB: u16 = 0x0005;
    pub(in crate::printer) const SEND_DOCUMENT: u16 = 0x0006;
    pub(in crate::printer) const CANCEL_JOB: u16 = 0x0008;
    pub(in crate::printer) const GET_JOB_ATTRIBUTES: u16 = 0x0009;
    pub(in crate::printer) const GET_JOBS: u16 = 0x000a;
    pub(in crate::printer) const GET_PRINTER_ATTRIBUTES: u16 = 0x000b;
}

/// Status codes (RFC 8011, appendix B).
pub(super) mod status {
    pub(in crate::printer) const OK: u16 = 0x0000;
    pub(in crate::printer) const BAD_REQUEST: u16 = 0x0400;
    pub(in crate::printer) const NOT_SUPPORTED: u16 = 0x0501;
}

/// Tags (RFC 8010, section 3.5).
const OPERATION_GROUP: u8 = 0x01;
const JOB_GROUP: u8 = 0x02;
const END: u8 = 0x03;
const PRINTER_GROUP: u8 = 0x04;
const LAST_GROUP: u8 = 0x0f;

/// Attributes, encoded.
#[derive(Default)]
pub(super) struct Attributes(Vec<u8>, String);

impl Attributes {
    fn value(mut self, tag: u8, name: &str, value: &[u8]) -> Self {
        // A further value of the attribute before has no name.
        let name_on_wire = if self.1 == name { "" } else { name };
        self.0.push(tag);
        for part in [name_on_wire.as_bytes(), value] {
            let length = u16::try_from(part.len()).expect("short texts");
            self.0.extend(length.to_be_bytes());
            self.0.extend(part);
        }
        name.clone_into(&mut self.1);
        self
    }

    pub(super) fn integer(self, name: &str, value: i32) -> Self {
        self.value(0x21, name, &value.to_be_bytes())
    }

    pub(super) fn boolean(self, name: &str, value: bool) -> Self {
        self.value(0x22, name, &[value.into()])
    }

    pub(super) fn enumeration(self, name: &str, value: i32) -> Self {
        self.value(0x23, name, &value.to_be_bytes())
    }

    /// One more of an attribute that may have been begun.
    pub(super) fn further_enumeration(self, name: &str, value: i32) -> Self {
        self.enumeration(name, value)
    }

    pub(super) fn range(self, name: &str, from: i32, to: i32) -> Self {
        let value = [from.to_be_bytes(), to.to_be_bytes()].concat();
        self.value(0x33, name, &value)
    }

    pub(super) fn text(self, name: &str, value: &str) -> Self {
        self.value(0x41, name, value.as_bytes())
    }

    pub(super) fn name(self, name: &str, value: &str) -> Self {
        self.value(0x42, name, value.as_bytes())
    }

    pub(super) fn keyword(self, name: &str, value: &str) -> Self {
        self.value(0x44, name, value.as_bytes())
    }

    pub(super) fn keywords(self, name: &str, values: &[&str]) -> Self {
        let each = |attributes: Self, value: &&str| attributes.keyword(name, value);
        values.iter().fold(self, each)
    }

    pub(super) fn uri(self, name: &str, value: &str) -> Self {
        self.value(0x45, name, value.as_bytes())
    }

    pub(super) fn charset(self, name: &str, value: &str) -> Self {
        self.value(0x47, name, value.as_bytes())
    }

    pub(super) fn mime_types(self, name: &str, values: &[String]) -> Self {
        let each =
            |attributes: Self, value: &String| attributes.value(0x49, name, value.as_bytes());
        values.iter().fold(self, each)
    }
}

/// A request, as far as the printer looks at it, or an answer in the making.
pub(super) struct Message {
    pub(super) code: u16,
    pub(super) id: u32,
    groups: Vec<u8>,
}

impl Message {
    /// A request, and the document behind it.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let code = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
        let id = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
        let mut rest = &bytes[8..];
        loop {
            let (&tag, tail) = rest.split_first()?;
            rest = tail;
            match tag {
                END => break,
                0..=LAST_GROUP => continue,
                _ => {}
            }
            for _ in ["name", "value"] {
                let (length, tail) = rest.split_first_chunk::<2>()?;
                rest = tail.get(usize::from(u16::from_be_bytes(*length))..)?;
            }
        }
        let groups = Vec::new();
        Some((Self { code, id, groups }, rest))
    }

    /// An answer without attributes.
    pub(super) fn answer(status: u16, id: u32) -> Self {
        let natural = Attributes::default()
            .charset("attributes-charset", "utf-8")
            .value(0x48, "attributes-natural-language", b"en");
        let mut groups = vec![OPERATION_GROUP];
        groups.extend(natural.0);
        Self {
            code: status,
            id,
            groups,
        }
    }

    pub(super) fn printer(self, attributes: Attributes) -> Self {
        self.group(PRINTER_GROUP, attributes)
    }

    pub(super) fn job(self, attributes: Attributes) -> Self {
        self.group(JOB_GROUP, attributes)
    }

    fn group(mut self, tag: u8, attributes: Attributes) -> Self {
        self.groups.push(tag);
        self.groups.extend(attributes.0);
        self
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut bytes = vec![2, 0];
        bytes.extend(self.code.to_be_bytes());
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(self.groups);
        bytes.push(END);
        bytes
    }
}
