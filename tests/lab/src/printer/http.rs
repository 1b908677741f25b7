//! As much of HTTP/1.1 (RFC 9112) as a printer has: whole requests out of a stream, and answers with their length.

/// A request.
pub(super) struct HttpRequest {
    line: String,
    pub(super) body: Vec<u8>,
}

impl HttpRequest {
    /// The first request of a stream, and its length there; `None` while it is not whole.
    pub(super) fn parse(stream: &[u8]) -> Option<(Self, usize)> {
        let (head, at) = head(stream)?;
        let header = |name: &str| {
            let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
            let found = lines.find(|(its, _)| its.trim().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim().to_ascii_lowercase())
        };
        let rest = &stream[at..];
        let is_chunked = header("transfer-encoding").is_some_and(|it| it.contains("chunked"));
        let (body, length) = if is_chunked {
            unchunked(rest)?
        } else {
            let length = header("content-length").and_then(|it| it.parse().ok());
            let length = length.unwrap_or(0);
            (rest.get(..length)?.to_vec(), length)
        };
        let line = head.lines().next().unwrap_or_default().to_owned();
        Some((Self { line, body }, at + length))
    }

    /// Whether the host sends the body only when it is told to go on.
    pub(super) fn waits_for_leave(stream: &[u8]) -> bool {
        head(stream)
            .is_some_and(|(head, _)| head.to_ascii_lowercase().contains("expect: 100-continue"))
    }

    pub(super) fn is_post_to(&self, path: &str) -> bool {
        let mut words = self.line.split(' ');
        words.next() == Some("POST") && words.next() == Some(path)
    }
}

/// An answer with a body of IPP.
pub(super) fn answer(status: u16, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes = format!(
        "HTTP/1.1 {status} it is so\r\nContent-Type: application/ipp\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend(body);
    bytes
}

/// The head, and where what comes after it begins.
fn head(stream: &[u8]) -> Option<(String, usize)> {
    let at = stream.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&stream[..at]).into_owned(), at + 4))
}

/// A body in chunks, and its length with all that is around it.
fn unchunked(stream: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let rest = &stream[at..];
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let begin = at + end + 2;
        let chunk = stream.get(begin..begin + size)?;
        // Each chunk, and the empty one at the end, is followed by an empty line.
        stream.get(begin + size..begin + size + 2)?;
        body.extend(chunk);
        at = begin + size + 2;
        if size == 0 {
            return Some((body, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_taken_from_a_stream_once_they_are_whole() {
        let chunked = b"POST /ipp/print HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n";
        let plain = b"POST /ipp/print HTTP/1.1\r\nContent-Length: 3\r\n\r\nhi!";
        for request in [&chunked[..], &plain[..]] {
            for length in 0..request.len() {
                assert!(HttpRequest::parse(&request[..length]).is_none(), "{length}");
            }
            let twice = [request, request].concat();
            let (parsed, length) = HttpRequest::parse(&twice).expect("a whole request");
            assert_eq!(
                (parsed.body.as_slice(), length),
                (&b"hi!"[..], request.len())
            );
            assert!(parsed.is_post_to("/ipp/print"));
        }
    }
}
