//! The little of IPP that printing needs (RFC 8010): a request is made, an answer is read. No I/O.

/// Operations (RFC 8011, section 5.4.15).
pub(super) const PRINT_JOB: u16 = 0x0002;
pub(super) const CANCEL_JOB: u16 = 0x0008;
pub(super) const GET_JOB_ATTRIBUTES: u16 = 0x0009;
pub(super) const GET_PRINTER_ATTRIBUTES: u16 = 0x000b;

/// Tags of groups and values (RFC 8010, section 3.5).
const OPERATION_GROUP: u8 = 0x01;
const JOB_GROUP: u8 = 0x02;
const END: u8 = 0x03;
const LAST_GROUP: u8 = 0x0f;
const INTEGER: u8 = 0x21;
const NAME: u8 = 0x42;
const KEYWORD: u8 = 0x44;
const URI: u8 = 0x45;
const CHARSET: u8 = 0x47;
const LANGUAGE: u8 = 0x48;
const MIME_TYPE: u8 = 0x49;

/// A request in the making.
pub(super) struct Request {
    bytes: Vec<u8>,
}

impl Request {
    /// An operation on a printer, by whom all of ours are asked for.
    pub(super) fn new(operation: u16, printer_uri: &str) -> Self {
        let mut bytes = vec![2, 0];
        bytes.extend(operation.to_be_bytes());
        bytes.extend(1_u32.to_be_bytes());
        bytes.push(OPERATION_GROUP);
        Self { bytes }
            .value(CHARSET, "attributes-charset", b"utf-8")
            .value(LANGUAGE, "attributes-natural-language", b"en")
            .value(URI, "printer-uri", printer_uri.as_bytes())
            .value(NAME, "requesting-user-name", b"heirloom")
    }

    /// A value of 16 bits of length at most: all of ours are short.
    fn value(mut self, tag: u8, name: &str, value: &[u8]) -> Self {
        self.bytes.push(tag);
        for part in [name.as_bytes(), value] {
            let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
            let part = &part[..usize::from(length)];
            self.bytes.extend(length.to_be_bytes());
            self.bytes.extend(part);
        }
        self
    }

    pub(super) fn job(self, id: i32) -> Self {
        self.value(INTEGER, "job-id", &id.to_be_bytes())
    }

    pub(super) fn name(self, name: &str, value: &str) -> Self {
        self.value(NAME, name, value.as_bytes())
    }

    pub(super) fn mime_type(self, name: &str, value: &str) -> Self {
        self.value(MIME_TYPE, name, value.as_bytes())
    }

    pub(super) fn keyword(self, name: &str, value: &str) -> Self {
        self.value(KEYWORD, name, value.as_bytes())
    }

    pub(super) fn integer(self, name: &str, value: i32) -> Self {
        self.value(INTEGER, name, &value.to_be_bytes())
    }

    /// From here on, it is about the job.
    pub(super) fn about_job(mut self) -> Self {
        self.bytes.push(JOB_GROUP);
        self
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(END);
        self.bytes
    }
}

/// An answer: its status, and its attributes in their order, whatever group they are in.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Answer {
    /// Reads an answer; `None` for what is none. What the values mean is known to who asks for them.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let status = u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]);
        let mut rest = bytes.get(8..)?;
        let mut attributes: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
        loop {
            let (&tag, tail) = rest.split_first()?;
            rest = tail;
            match tag {
                END => return Some(Self { status, attributes }),
                0..=LAST_GROUP => continue,
                _ => {}
            }
            let name = counted(&mut rest)?;
            let value = counted(&mut rest)?.to_vec();
            match attributes.last_mut() {
                // A further value of the one before.
                Some((_, values)) if name.is_empty() => values.push(value),
                _ => attributes.push((String::from_utf8_lossy(name).into_owned(), vec![value])),
            }
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.status < 0x0100
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn integer(&self, name: &str) -> Option<i32> {
        let value = self.values(name).next()?;
        Some(i32::from_be_bytes(value.try_into().ok()?))
    }

    /// Keywords and other texts.
    pub(super) fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values(name)
            .filter_map(|value| std::str::from_utf8(value).ok())
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(its, _)| its == name);
        found
            .into_iter()
            .flat_map(|(_, values)| values.iter().map(Vec::as_slice))
    }
}

/// Bytes with their length in 16 bits before them.
fn counted<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, tail) = rest.split_first_chunk::<2>()?;
    let (value, tail) = tail.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    *rest = tail;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of RFC 8010, section A.2, shortened: a job was made, with two reasons.
    fn an_answer() -> Vec<u8> {
        let mut bytes = vec![1, 1, 0, 0, 0, 0, 0, 1, 1];
        bytes.extend(b"\x47\x00\x12attributes-charset\x00\x05utf-8");
        bytes.push(2);
        bytes.extend(b"\x21\x00\x06job-id\x00\x04\x00\x00\x00\x93");
        bytes.extend(b"\x44\x00\x11job-state-reasons\x00\x04none");
        bytes.extend(b"\x44\x00\x00\x00\x05other");
        bytes.push(3);
        bytes
    }

    #[test]
    fn an_answer_is_read_and_a_cut_one_is_none() {
        let bytes = an_answer();
        let answer = Answer::parse(&bytes).expect("an answer");
        assert!(answer.is_success());
        assert_eq!(answer.integer("job-id"), Some(147));
        let reasons: Vec<_> = answer.texts("job-state-reasons").collect();
        assert_eq!(reasons, ["none", "other"]);
        assert_eq!(answer.integer("job-state"), None);
        for length in 0..bytes.len() {
            assert!(Answer::parse(&bytes[..length]).is_none(), "{length}");
        }
    }

    #[test]
    fn a_request_is_what_the_standard_says() {
        let bytes = Request::new(GET_JOB_ATTRIBUTES, "ipp://localhost/p")
            .job(7)
            .finish();
        assert_eq!(bytes[..9], [2, 0, 0, 9, 0, 0, 0, 1, 1]);
        assert!(bytes.ends_with(b"\x21\x00\x06job-id\x00\x04\x00\x00\x00\x07\x03"));
        // A request has the same form as an answer.
        let read = Answer::parse(&bytes).expect("the same form");
        assert_eq!(read.texts("printer-uri").next(), Some("ipp://localhost/p"));
    }
}
