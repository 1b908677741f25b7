//! Cuts the elements of one list out of a JSON object (RFC 8259) that comes in pieces, wherever the pieces are cut.
//!
//! It knows strings, escapes and brackets, and no more: each element, and the object with that list emptied, go through a whole parser
//! afterwards, which refuses what this one let pass. Where brackets and strings are well formed both see the same; where they are not, the
//! parser sees an element, or a rest, that is not well formed.

/// How much may stand outside of the list, in bytes.
const REST_BYTES_MAX: usize = 64 << 20;

/// The longest element, in bytes: a file's record with a path of some 3,000 bytes, each of which may be an escape, has far less.
const ELEMENT_BYTES_MAX: usize = 1 << 20;

/// No name of a field that matters is longer, escapes and quotes included.
const NAME_BYTES_MAX: usize = 128;

/// How deep objects and lists may be in each other, within an element or another field. We write two.
const DEPTH_MAX: u32 = 64;

/// Cuts `"<list>": [{...}, {...}]` out of an object.
#[derive(Debug)]
pub(crate) struct JsonCutter {
    list: &'static str,
    place: Place,
    text: Text,
    depth: u32,
    /// How many bytes were taken before the piece at hand.
    before_bytes: u64,
    /// The object without the elements of the list.
    rest: Vec<u8>,
    /// Where in `rest` the name or the value at hand begins.
    field_at: usize,
    /// Of the field at hand.
    name: String,
    /// The element that the last piece began and did not end.
    element: Vec<u8>,
}

/// What a [`JsonCutter`] finds.
pub(crate) enum Part<'a> {
    /// An element of the list.
    Element(&'a [u8]),
    /// A field, with its value; that of the list is empty.
    Field(&'a str, &'a [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    BeforeObject,
    BeforeName,
    InName,
    BeforeColon,
    BeforeValue,
    InValue,
    BeforeFirstElement,
    BeforeElement,
    InElement,
    AfterElement,
    AfterObject,
}

/// Where in or outside of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    AfterBackslash,
}

/// What [`JsonCutter`] can find wrong. Places count bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// Not an object, or not a list of objects where there must be one.
    #[error("byte {at_byte} is not what JSON must have there")]
    Unexpected {
        /// Which byte.
        at_byte: u64,
    },
    /// It ends before the object does.
    #[error("it is cut off after {after_bytes} bytes")]
    Cut {
        /// How many bytes there are.
        after_bytes: u64,
    },
    /// An element, or all the rest, is longer than this format can make it.
    #[error("what stands at byte {at_byte} is too long")]
    TooLong {
        /// Where the bound was passed, or shortly after.
        at_byte: u64,
    },
    /// Lists or objects in each other, deeper than this format has them.
    #[error("what stands at byte {at_byte} is nested too deeply")]
    TooDeep {
        /// Where.
        at_byte: u64,
    },
}

impl JsonCutter {
    pub(crate) fn new(list: &'static str) -> Self {
        Self {
            list,
            place: Place::BeforeObject,
            text: Text::Outside,
            depth: 0,
            before_bytes: 0,
            rest: Vec::new(),
            field_at: 0,
            name: String::new(),
            element: Vec::new(),
        }
    }

    /// Takes the next bytes, and hands over what ends in them.
    pub(crate) fn push<E: From<JsonFault>>(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(Part<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut taken = 0;
        while taken < bytes.len() {
            let at_byte = self.before_bytes + taken as u64;
            let left = &bytes[taken..];
            taken += match self.place {
                Place::InElement => self.in_element(left, at_byte, &mut each)?,
                Place::InName => self.in_name(left, at_byte)?,
                Place::InValue => self.in_value(left, at_byte, &mut each)?,
                _ => self.between(left[0], at_byte)?,
            };
        }
        self.before_bytes += bytes.len() as u64;
        Ok(())
    }

    /// The object with the list emptied.
    pub(crate) fn finish(self) -> Result<Vec<u8>, JsonFault> {
        if self.place == Place::AfterObject {
            Ok(self.rest)
        } else {
            Err(JsonFault::Cut {
                after_bytes: self.before_bytes,
            })
        }
    }

    /// Takes a byte where only punctuation may stand, or none, when a value or element begins with it.
    fn between(&mut self, byte: u8, at_byte: u64) -> Result<usize, JsonFault> {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            return Ok(1);
        }
        self.place = match (self.place, byte) {
            (Place::BeforeObject, b'{') => Place::BeforeName,
            (Place::BeforeName, b'"') => {
                self.field_at = self.rest.len();
                self.text = Text::Inside;
                Place::InName
            }
            (Place::BeforeName, b'}') => Place::AfterObject,
            (Place::BeforeColon, b':') => Place::BeforeValue,
            (Place::BeforeValue, _) => {
                self.field_at = self.rest.len();
                if byte == b'[' && self.name == self.list {
                    Place::BeforeFirstElement
                } else {
                    self.place = Place::InValue;
                    return Ok(0);
                }
            }
            (Place::BeforeFirstElement | Place::BeforeElement, b'{') => {
                self.place = Place::InElement;
                return Ok(0);
            }
            (Place::AfterElement, b',') => {
                self.place = Place::BeforeElement;
                return Ok(1);
            }
            (Place::BeforeFirstElement | Place::AfterElement, b']') => Place::InValue,
            _ => return Err(JsonFault::Unexpected { at_byte }),
        };
        self.keep(&[byte], at_byte)?;
        Ok(1)
    }

    fn in_name(&mut self, bytes: &[u8], at_byte: u64) -> Result<usize, JsonFault> {
        let (taken, ended) = self.scan(bytes, at_byte)?;
        self.keep(&bytes[..taken], at_byte)?;
        if ended {
            let name = &self.rest[self.field_at..];
            let name = (name.len() <= NAME_BYTES_MAX).then(|| serde_json::from_slice(name));
            // One that is malformed is met again by whoever parses the rest.
            self.name = name.and_then(Result::ok).unwrap_or_default();
            self.place = Place::BeforeColon;
        }
        Ok(taken)
    }

    fn in_value<E: From<JsonFault>>(
        &mut self,
        bytes: &[u8],
        at_byte: u64,
        each: &mut impl FnMut(Part<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let at_its_end =
            self.depth == 0 && self.text == Text::Outside && matches!(bytes[0], b',' | b'}');
        if at_its_end {
            each(Part::Field(&self.name, &self.rest[self.field_at..]))?;
            self.place = match bytes[0] {
                b',' => Place::BeforeName,
                _ => Place::AfterObject,
            };
            self.keep(&bytes[..1], at_byte)?;
            return Ok(1);
        }
        let (taken, _) = self.scan(bytes, at_byte)?;
        self.keep(&bytes[..taken], at_byte)?;
        Ok(taken)
    }

    fn in_element<E: From<JsonFault>>(
        &mut self,
        bytes: &[u8],
        at_byte: u64,
        each: &mut impl FnMut(Part<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let (taken, ended) = self.scan(bytes, at_byte)?;
        if self.element.len() + taken > ELEMENT_BYTES_MAX {
            return Err(JsonFault::TooLong { at_byte }.into());
        }
        if ended {
            self.place = Place::AfterElement;
        }
        if ended && self.element.is_empty() {
            each(Part::Element(&bytes[..taken]))?;
        } else {
            self.element.extend_from_slice(&bytes[..taken]);
            if ended {
                each(Part::Element(&self.element))?;
                self.element.clear();
            }
        }
        Ok(taken)
    }

    /// How many bytes go on until all strings and brackets are closed, at least one, and whether they are closed then.
    fn scan(&mut self, bytes: &[u8], at_byte: u64) -> Result<(usize, bool), JsonFault> {
        let (mut text, mut depth) = (self.text, self.depth);
        let mut taken = bytes.len();
        let mut closed = false;
        for (at, &byte) in bytes.iter().enumerate() {
            match (text, byte) {
                (Text::Inside, b'"') => text = Text::Outside,
                (Text::Inside, b'\\') => text = Text::AfterBackslash,
                (Text::Inside, _) => continue,
                (Text::AfterBackslash, _) => text = Text::Inside,
                (Text::Outside, b'"') => text = Text::Inside,
                (Text::Outside, b'{' | b'[') if depth == DEPTH_MAX => {
                    return Err(JsonFault::TooDeep {
                        at_byte: at_byte + at as u64,
                    });
                }
                (Text::Outside, b'{' | b'[') => depth += 1,
                (Text::Outside, b'}' | b']') => depth = depth.saturating_sub(1),
                (Text::Outside, _) => {}
            }
            if depth == 0 && text == Text::Outside {
                (taken, closed) = (at + 1, true);
                break;
            }
        }
        (self.text, self.depth) = (text, depth);
        Ok((taken, closed))
    }

    fn keep(&mut self, bytes: &[u8], at_byte: u64) -> Result<(), JsonFault> {
        if self.rest.len() + bytes.len() > REST_BYTES_MAX {
            return Err(JsonFault::TooLong { at_byte });
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements, the rest, the fields, or what is wrong.
    fn cut(pieces: &[&[u8]]) -> Result<(Vec<String>, String, Vec<String>), JsonFault> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut cutter = JsonCutter::new("files");
        let (mut elements, mut fields) = (Vec::new(), Vec::new());
        for piece in pieces {
            cutter.push(piece, |part| {
                match part {
                    Part::Element(bytes) => elements.push(text(bytes)),
                    Part::Field(name, bytes) => fields.push(format!("{name}={}", text(bytes))),
                }
                Ok::<(), JsonFault>(())
            })?;
        }
        Ok((elements, text(&cutter.finish()?), fields))
    }

    #[test]
    fn elements_are_cut_out_however_the_text_is_written_and_cut() {
        let text = br#" { "a" : 1 , "f\u0069les":[ {"x":"]}\"{\\"}
            ,{"files":[{}]},{ } ],"b":{"files":[{"y":[]}]},"c":"files" , "d":[]} "#;
        let elements = [r#"{"x":"]}\"{\\"}"#, r#"{"files":[{}]}"#, "{ }"].map(str::to_owned);
        let rest =
            r#"{"a":1 ,"f\u0069les":[],"b":{"files":[{"y":[]}]},"c":"files" ,"d":[]}"#.to_owned();
        let fields = [
            "a=1 ",
            "files=[]",
            r#"b={"files":[{"y":[]}]}"#,
            r#"c="files" "#,
            "d=[]",
        ]
        .map(str::to_owned);
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                let parts = cut(&pieces).expect("well formed");
                assert_eq!(parts.0, elements);
                assert_eq!(parts.1, rest);
                assert_eq!(parts.2, fields);
            }
        }
    }

    #[test]
    fn what_cannot_be_cut_is_refused_with_its_place() {
        let unexpected = |at_byte| JsonFault::Unexpected { at_byte };
        let cut_off = |after_bytes| JsonFault::Cut { after_bytes };
        let cases: &[(&[u8], JsonFault)] = &[
            (b"", cut_off(0)),
            (b" ", cut_off(1)),
            (b"[]", unexpected(0)),
            (b"{\"a\" 1}", unexpected(5)),
            (b"{a:1}", unexpected(1)),
            (b"{}{", unexpected(2)),
            (b"{\"files\":[1]}", unexpected(10)),
            (b"{\"files\":[{},]}", unexpected(13)),
            (b"{\"files\":[,{}]}", unexpected(10)),
            (b"{\"files\":[{}{}]}", unexpected(12)),
            (b"{\"files\":[[]]}", unexpected(10)),
            (b"{\"files\":[{\"a\":\"}", cut_off(17)),
            (b"{\"a\":[}", cut_off(7)),
            (b"{\"a\":1", cut_off(6)),
        ];
        for (text, fault) in cases {
            assert_eq!(cut(&[text]).as_ref(), Err(fault), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn nothing_grows_without_bounds() {
        let deep = [b"{\"a\":".to_vec(), b"[".repeat(65)].concat();
        assert_eq!(cut(&[&deep]), Err(JsonFault::TooDeep { at_byte: 69 }));
        let deep = [b"{\"files\":[".to_vec(), b"{\"a\":".repeat(65)].concat();
        let result = cut(&[&deep]);
        assert_eq!(result, Err(JsonFault::TooDeep { at_byte: 330 }));

        let piece = b"x".repeat(1 << 19);
        let result = cut(&[b"{\"files\":[{\"", &piece, &piece]);
        assert_eq!(
            result,
            Err(JsonFault::TooLong {
                at_byte: 12 + (1 << 19)
            })
        );
        let mut pieces = vec![&b"{\""[..]];
        pieces.extend(vec![&piece[..]; 128]);
        let result = cut(&pieces);
        let at_byte = 2 + 127 * (1 << 19);
        assert_eq!(result, Err(JsonFault::TooLong { at_byte }));
    }
}
