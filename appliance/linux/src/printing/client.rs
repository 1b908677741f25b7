//! IPP's requests over HTTP, to CUPS on its socket, or to ipp-usb on the loopback. Each has a deadline.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::ipp::Answer;

/// Until some bytes of an answer are there; a printer that has just been woken takes its time.
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer to what we ask is longer.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Asks CUPS.
///
/// # Errors
/// When there is no answer in time, or none of IPP.
pub(super) fn ask_cups(socket: &Path, path: &str, request: &[&[u8]]) -> io::Result<Answer> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    exchange(stream, path, request)
}

/// Asks the printer behind ipp-usb.
///
/// # Errors
/// When there is no answer in time, or none of IPP.
pub(super) fn ask_loopback(port: u16, path: &str, request: &[&[u8]]) -> io::Result<Answer> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    exchange(stream, path, request)
}

fn exchange(mut stream: impl Read + Write, path: &str, request: &[&[u8]]) -> io::Result<Answer> {
    let length: usize = request.iter().map(|part| part.len()).sum();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ipp\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    for part in request {
        stream.write_all(part)?;
    }
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    body(&answer)
        .and_then(|body| Answer::parse(&body))
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}

/// The body of an answer of HTTP/1.1 (RFC 9112), whole or in chunks; `None` unless its status is 200.
fn body(answer: &[u8]) -> Option<Vec<u8>> {
    let (head, body) = cut(answer, b"\r\n\r\n")?;
    let head = std::str::from_utf8(head).ok()?.to_ascii_lowercase();
    let mut lines = head.split("\r\n");
    match lines.next()?.split(' ').nth(1)? {
        // The real answer follows.
        "100" => return self::body(body),
        "200" => {}
        _ => return None,
    }
    let is_chunked =
        lines.any(|line| line.starts_with("transfer-encoding:") && line.contains("chunked"));
    if is_chunked {
        unchunked(body)
    } else {
        Some(body.to_vec())
    }
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let (size, tail) = cut(rest, b"\r\n")?;
        let size = std::str::from_utf8(size).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        let (chunk, tail) = tail.split_at_checked(size)?;
        whole.extend(chunk);
        rest = tail.strip_prefix(b"\r\n")?;
    }
}

fn cut<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes.windows(at.len()).position(|window| window == at)?;
    Some((&bytes[..place], &bytes[place + at.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_found_whole_or_in_chunks() {
        let table: [(&[u8], Option<&[u8]>); 6] = [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Some(b"hi")),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhi", Some(b"hi")),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nhi\r\n1\r\n!\r\n0\r\n\r\n",
                Some(b"hi!"),
            ),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhi", None),
            (b"HTTP/1.1 404 Not Found\r\n\r\n", None),
            (b"nonsense", None),
        ];
        for (answer, expected) in table {
            assert_eq!(
                body(answer).as_deref(),
                expected,
                "{}",
                answer.escape_ascii()
            );
        }
    }
}
