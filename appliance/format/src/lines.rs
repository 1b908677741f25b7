//! Lines of a file that comes in pieces, wherever it is cut.

/// Longer than any line of a manifest can be: a stored path has at most some 3,000 bytes.
pub(crate) const LINE_BYTES_MAX: usize = 64 << 10;

/// Joins pieces to lines. Holds at most one line.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// How many lines were handed over.
    count: usize,
    begun: Vec<u8>,
}

impl Lines {
    /// Takes the next piece and hands over each line that ends in it, without its line feed, with its number from 1.
    pub(crate) fn push<E>(
        &mut self,
        mut bytes: &[u8],
        too_long: impl Fn(usize) -> E,
        mut each: impl FnMut(usize, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            if self.begun.len() + end > LINE_BYTES_MAX {
                return Err(too_long(self.count + 1));
            }
            self.count += 1;
            if self.begun.is_empty() {
                each(self.count, &bytes[..end])?;
            } else {
                self.begun.extend_from_slice(&bytes[..end]);
                each(self.count, &self.begun)?;
                self.begun.clear();
            }
            bytes = &bytes[end + 1..];
        }
        if self.begun.len() + bytes.len() > LINE_BYTES_MAX {
            return Err(too_long(self.count + 1));
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }

    /// The number of the last line, if it has no line feed.
    pub(crate) fn cut_line(&self) -> Option<usize> {
        (!self.begun.is_empty()).then_some(self.count + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_the_pieces_are_cut() {
        let text = b"one\n\ntwo\nthree";
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let mut lines = Lines::default();
                let mut seen = Vec::new();
                for piece in [&text[..first], &text[first..second], &text[second..]] {
                    let result = lines.push(
                        piece,
                        |line| line,
                        |line, bytes| {
                            seen.push((line, bytes.to_vec()));
                            Ok(())
                        },
                    );
                    assert_eq!(result, Ok(()));
                }
                let expected = [(1, b"one".to_vec()), (2, vec![]), (3, b"two".to_vec())];
                assert_eq!(seen, expected);
                assert_eq!(lines.cut_line(), Some(4));
            }
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_kept_for_ever() {
        let piece = [b'x'; LINE_BYTES_MAX / 4];
        let mut lines = Lines::default();
        let mut push = |bytes: &[u8]| lines.push(bytes, |line| line, |_, _| Ok(()));
        assert_eq!(push(b"a\n"), Ok(()));
        for _ in 0..4 {
            assert_eq!(push(&piece), Ok(()));
        }
        assert_eq!(push(b"x"), Err(2));
        assert_eq!(push(b"x\n"), Err(2));
    }
}
