//! One transaction as bytes: a command, the data that answers it, and the response that ends it (ISO 15740, section 9.3.1; USB Still
//! Image Capture Device Definition 1.0, section 7.1).
//!
//! Pure: transfers in, pieces of data out, and how much more to ask of the transport. mtp-rs's own session is not used for this: it
//! panics at a response that says it is shorter than its header, reads 64 KiB at a time, and copies each byte twice.

use std::ops::Deref;

use mtp_rs::ptp::{OperationCode, PtpError, ResponseCode};

/// Length, kind, code and transaction, with which each container begins.
const HEADER_BYTES: usize = 12;

/// A response has at most five parameters.
const RESPONSE_BYTES_MAX: usize = HEADER_BYTES + 5 * 4;

const COMMAND: u16 = 1;
const DATA: u16 = 2;
const RESPONSE: u16 = 3;

/// The length of a container that is longer than 32 bits can say (MTP 1.1, appendix H.1).
const LENGTH_BEYOND_32_BITS: u32 = 0xFFFF_FFFF;

/// What is asked for while it is not known how much will come: more than any dataset of a single object, and a whole transfer.
pub(crate) const FIRST_BYTES: usize = 256 << 10;

/// The most that is asked of the transport ahead; it bounds the memory of what is in flight.
pub(crate) const AHEAD_BYTES: usize = 2 << 20;

/// How many late answers to what we have given up are passed over: as many as mtp-rs does.
pub(crate) const LATE_ANSWERS_MAX: u32 = 4;

/// How many empty transfers an answer may have: one ends data that fills its packets, and some devices send one more.
const EMPTY_TRANSFERS_MAX: u32 = 8;

/// A command with its parameters.
pub(crate) fn command(operation: OperationCode, transaction: u32, parameters: &[u32]) -> Vec<u8> {
    // Five parameters at most, so the length is always a small number.
    let length = (HEADER_BYTES + 4 * parameters.len()) as u32;
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(COMMAND.to_le_bytes());
    bytes.extend(u16::from(operation).to_le_bytes());
    bytes.extend(transaction.to_le_bytes());
    bytes.extend(parameters.iter().flat_map(|word| word.to_le_bytes()));
    bytes
}

/// With what a container begins.
struct Header {
    length_bytes: u32,
    kind: u16,
    code: u16,
    transaction: u32,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let header: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
        let half = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let word = |at: usize| u32::from(half(at)) | u32::from(half(at + 2)) << 16;
        Some(Self {
            length_bytes: word(0),
            kind: half(4),
            code: half(6),
            transaction: word(8),
        })
    }

    /// Whether this is a response as the standard allows it, in so many bytes.
    fn is_response_within(&self, bytes: usize) -> bool {
        let length = self.length_bytes as usize;
        self.kind == RESPONSE
            && (HEADER_BYTES..=RESPONSE_BYTES_MAX.min(bytes)).contains(&length)
            && length.is_multiple_of(4)
    }
}

/// The code and the transaction of a response, where these bytes begin with one.
pub(crate) fn response(bytes: &[u8]) -> Option<(ResponseCode, u32)> {
    let header = Header::parse(bytes)?;
    header
        .is_response_within(bytes.len())
        .then(|| (ResponseCode::from(header.code), header.transaction))
}

/// Bytes of an object or a dataset, in the buffer that the transport received them in.
#[derive(Debug)]
pub(crate) struct Piece {
    transfer: Vec<u8>,
    from: usize,
    to: usize,
}

impl Piece {
    fn whole(transfer: Vec<u8>) -> Self {
        Self {
            from: 0,
            to: transfer.len(),
            transfer,
        }
    }

    /// Its memory.
    pub(crate) fn into_transfer(self) -> Vec<u8> {
        self.transfer
    }

    /// Drops bytes at the front.
    pub(crate) fn skip(&mut self, bytes: usize) {
        self.from = self.to.min(self.from.saturating_add(bytes));
    }

    /// Cuts it after so many bytes; the other part, where there is one. Only a device that saves an empty packet needs that.
    fn cut(&mut self, bytes: usize) -> Option<Self> {
        let rest = self.get(bytes..).filter(|rest| !rest.is_empty())?;
        let rest = Self::whole(rest.to_vec());
        self.to = self.from + bytes;
        Some(rest)
    }
}

impl Deref for Piece {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.transfer[self.from..self.to]
    }
}

/// How far the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Data or the response may come.
    Begun,
    /// So many bytes of data are to come.
    Data { left_bytes: u64 },
    /// Data is to come, nobody says how much; so much is expected.
    EndlessData { expected_bytes: u64 },
    /// Only the response is to come.
    DataOver,
}

/// What a transfer has brought.
#[derive(Debug)]
pub(crate) enum Step {
    Data(Piece),
    /// Nothing for us; read on.
    More,
    /// The response, and it says OK.
    Over,
}

/// The answer to one command, read as it comes.
pub(crate) struct Answer {
    operation: OperationCode,
    transaction: u32,
    phase: Phase,
    /// What to reckon with where the container can't say how long it is.
    expected_bytes: u64,
    /// What came in the same transfer and is not read yet.
    rest: Option<Piece>,
    late_answer_count: u32,
    empty_transfer_count: u32,
}

impl Answer {
    pub(crate) fn new(operation: OperationCode, transaction: u32, expected_bytes: u64) -> Self {
        Self {
            operation,
            transaction,
            phase: Phase::Begun,
            expected_bytes,
            rest: None,
            late_answer_count: 0,
            empty_transfer_count: 0,
        }
    }

    /// How many bytes to ask of the transport: never more than will surely come, so that no transfer is left waiting in it when the
    /// transaction is over.
    pub(crate) fn awaited_bytes(&self) -> usize {
        match self.phase {
            Phase::Begun => FIRST_BYTES,
            Phase::DataOver => RESPONSE_BYTES_MAX,
            Phase::Data { left_bytes } => at_most(left_bytes, AHEAD_BYTES),
            Phase::EndlessData { expected_bytes } => {
                at_most(expected_bytes, AHEAD_BYTES).max(FIRST_BYTES)
            }
        }
    }

    /// What is left over of the last transfer, before another is read.
    pub(crate) fn take_rest(&mut self) -> Option<Result<Step, PtpError>> {
        let rest = self.rest.take()?;
        Some(self.step(rest))
    }

    /// Reads a transfer.
    pub(crate) fn take(&mut self, transfer: Vec<u8>) -> Result<Step, PtpError> {
        if transfer.is_empty() {
            self.empty_transfer_count += 1;
            return if self.empty_transfer_count > EMPTY_TRANSFERS_MAX {
                Err(PtpError::invalid_data("empty transfers without end"))
            } else {
                Ok(Step::More)
            };
        }
        let is_our_response =
            response(&transfer).is_some_and(|(_, transaction)| transaction == self.transaction);
        match self.phase {
            // A response in the place of data: less came than was said. Not so where the data has just that length.
            Phase::Data { left_bytes }
                if is_our_response && left_bytes != transfer.len() as u64 =>
            {
                return Err(PtpError::invalid_data("less data than was said"));
            }
            Phase::EndlessData { .. } if is_our_response => self.phase = Phase::DataOver,
            _ => {}
        }
        self.step(Piece::whole(transfer))
    }

    fn step(&mut self, mut piece: Piece) -> Result<Step, PtpError> {
        let left_bytes = match &mut self.phase {
            Phase::Begun | Phase::DataOver => return self.container(piece),
            Phase::Data { left_bytes } => left_bytes,
            Phase::EndlessData { expected_bytes } => {
                *expected_bytes = expected_bytes.saturating_sub(piece.len() as u64);
                return Ok(Step::Data(piece));
            }
        };
        let taken_bytes = at_most(*left_bytes, piece.len());
        *left_bytes -= taken_bytes as u64;
        if *left_bytes == 0 {
            self.phase = Phase::DataOver;
            self.rest = piece.cut(taken_bytes);
        }
        Ok(Step::Data(piece))
    }

    fn container(&mut self, mut piece: Piece) -> Result<Step, PtpError> {
        let header = Header::parse(&piece).ok_or_else(|| garbled("a header cut off"))?;
        if header.is_response_within(piece.len()) {
            return self.response(&header, piece);
        }
        if header.kind != DATA || self.phase != Phase::Begun {
            return Err(garbled("a container that does not belong here"));
        }
        if header.transaction != self.transaction {
            return Err(garbled("another transaction's data"));
        }
        piece.skip(HEADER_BYTES);
        self.phase = match (header.length_bytes, header.length_bytes as usize) {
            (LENGTH_BEYOND_32_BITS, _) => Phase::EndlessData {
                expected_bytes: self.expected_bytes,
            },
            (_, HEADER_BYTES) => Phase::DataOver,
            (_, ..HEADER_BYTES) => return Err(garbled("a container shorter than its header")),
            (length_bytes, _) => Phase::Data {
                left_bytes: u64::from(length_bytes) - HEADER_BYTES as u64,
            },
        };
        // Some devices send the header by itself.
        if piece.is_empty() {
            return Ok(Step::More);
        }
        self.step(piece)
    }

    fn response(&mut self, header: &Header, mut piece: Piece) -> Result<Step, PtpError> {
        // A Leica answers CloseSession with transaction 0 (libgphoto2).
        let is_ours =
            header.transaction == self.transaction || self.operation == OperationCode::CloseSession;
        if !is_ours {
            let behind = self.transaction.wrapping_sub(header.transaction);
            let is_late = self.phase == Phase::Begun && behind < 1 << 31;
            if !is_late || self.late_answer_count == LATE_ANSWERS_MAX {
                return Err(garbled("another transaction's response"));
            }
            self.late_answer_count += 1;
            piece.skip(header.length_bytes as usize);
            self.rest = Some(piece).filter(|rest| !rest.is_empty());
            return Ok(Step::More);
        }
        match ResponseCode::from(header.code) {
            ResponseCode::Ok => Ok(Step::Over),
            code => Err(PtpError::Protocol {
                code,
                operation: self.operation,
            }),
        }
    }
}

fn at_most(bytes: u64, limit_bytes: usize) -> usize {
    usize::try_from(bytes).map_or(limit_bytes, |bytes| bytes.min(limit_bytes))
}

fn garbled(message: &'static str) -> PtpError {
    PtpError::invalid_data(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: u32 = 7;

    fn container(length: u32, kind: u16, code: u16, transaction: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(code.to_le_bytes());
        bytes.extend(transaction.to_le_bytes());
        bytes.extend(payload);
        bytes
    }

    fn data(length: u32, payload: &[u8]) -> Vec<u8> {
        container(length, DATA, 0x1009, OURS, payload)
    }

    fn ok(transaction: u32) -> Vec<u8> {
        container(12, RESPONSE, 0x2001, transaction, &[])
    }

    /// What comes out of these transfers, and the response code; `None` where it makes no sense or does not end.
    fn read(transfers: &[Vec<u8>]) -> Option<(Vec<u8>, u16)> {
        let mut answer = Answer::new(OperationCode::GetObject, OURS, 20);
        let mut bytes = Vec::new();
        let mut transfers = transfers.iter();
        loop {
            let step = match answer.take_rest() {
                Some(step) => step,
                None => answer.take(transfers.next()?.clone()),
            };
            match step {
                Ok(Step::Data(piece)) => bytes.extend_from_slice(&piece),
                Ok(Step::More) => {}
                Ok(Step::Over) => return Some((bytes, 0x2001)),
                Err(PtpError::Protocol { code, .. }) => return Some((bytes, code.into())),
                Err(_) => return None,
            }
        }
    }

    #[test]
    fn answers_are_read_as_devices_send_them() {
        let glued = [data(16, b"abcd"), ok(OURS)].concat();
        let late = [ok(5), data(16, b"abcd")].concat();
        let refused = container(16, RESPONSE, 0x2009, OURS, &[0; 4]);
        let nothing = Vec::new;
        type Row<'a> = (&'a str, &'a [Vec<u8>], Option<(&'a [u8], u16)>);
        let table: &[Row<'_>] = &[
            ("only a response", &[ok(OURS)], Some((b"", 0x2001))),
            ("a refusal", &[refused], Some((b"", 0x2009))),
            (
                "data",
                &[data(16, b"abcd"), ok(OURS)],
                Some((b"abcd", 0x2001)),
            ),
            (
                "empty data",
                &[data(12, b""), ok(OURS)],
                Some((b"", 0x2001)),
            ),
            (
                "the header alone",
                &[data(16, b""), b"abcd".to_vec(), ok(OURS)],
                Some((b"abcd", 0x2001)),
            ),
            (
                "in pieces",
                &[data(16, b"ab"), b"c".to_vec(), b"d".to_vec(), ok(OURS)],
                Some((b"abcd", 0x2001)),
            ),
            (
                "an empty packet",
                &[data(16, b"abcd"), nothing(), ok(OURS)],
                Some((b"abcd", 0x2001)),
            ),
            (
                "response in the same transfer",
                &[glued],
                Some((b"abcd", 0x2001)),
            ),
            (
                "late answers",
                &[ok(5), ok(6), data(16, b"abcd"), ok(OURS)],
                Some((b"abcd", 0x2001)),
            ),
            (
                "a late answer in the same transfer",
                &[late, ok(OURS)],
                Some((b"abcd", 0x2001)),
            ),
            (
                "longer than 32 bits",
                &[data(u32::MAX, b"ab"), b"cd".to_vec(), ok(OURS)],
                Some((b"abcd", 0x2001)),
            ),
            (
                "data like a response",
                &[data(24, b""), ok(OURS), ok(OURS)],
                Some((&ok(OURS), 0x2001)),
            ),
            ("data cut short", &[data(99, b"ab"), ok(OURS)], None),
            ("late answers without end", &vec![ok(6); 9], None),
            ("an answer from the future", &[ok(OURS + 1)], None),
            (
                "another's data",
                &[container(16, DATA, 0x1009, 6, b"abcd"), ok(OURS)],
                None,
            ),
            (
                "data twice",
                &[data(16, b"abcd"), data(16, b"abcd"), ok(OURS)],
                None,
            ),
            (
                "a response that is too short",
                &[container(11, RESPONSE, 0x2001, OURS, &[])],
                None,
            ),
            (
                "a response of length 0",
                &[container(0, RESPONSE, 0x2001, OURS, &[])],
                None,
            ),
            (
                "a response longer than it is",
                &[container(16, RESPONSE, 0x2001, OURS, &[])],
                None,
            ),
            ("data that is too short", &[data(3, b"")], None),
            (
                "a command",
                &[container(12, COMMAND, 0x2001, OURS, &[])],
                None,
            ),
            ("half a header", &[vec![12, 0, 0]], None),
            ("empty for ever", &vec![vec![]; 20], None),
        ];
        for (what, transfers, expected) in table {
            let expected = expected.map(|(bytes, code)| (bytes.to_vec(), code));
            assert_eq!(read(transfers), expected, "{what}");
        }
    }

    #[test]
    fn no_more_is_asked_for_than_will_come() {
        let mut answer = Answer::new(OperationCode::GetObject, OURS, 0);
        assert_eq!(answer.awaited_bytes(), FIRST_BYTES);
        answer.take(data(5 << 20, &[0; 100])).expect("data");
        assert_eq!(answer.awaited_bytes(), AHEAD_BYTES);
        answer.take(vec![0; (5 << 20) - 112 - 700]).expect("data");
        assert_eq!(answer.awaited_bytes(), 700);
        answer.take(vec![0; 700]).expect("data");
        assert_eq!(answer.awaited_bytes(), RESPONSE_BYTES_MAX);

        let mut answer = Answer::new(OperationCode::GetObject, OURS, 5 << 30);
        answer.take(data(u32::MAX, &[0; 100])).expect("data");
        assert_eq!(answer.awaited_bytes(), AHEAD_BYTES);
        let mut answer = Answer::new(OperationCode::GetObject, OURS, 50);
        answer.take(data(u32::MAX, &[0; 100])).expect("data");
        assert_eq!(answer.awaited_bytes(), FIRST_BYTES, "one transfer");
    }
}
