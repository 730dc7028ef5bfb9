//! Server-sent events: bytes in pieces, blocks of data out.

/// Reads the `text/event-stream` format.
///
/// Only the data of a block counts: what the API calls an event is said in there. A block with neither data nor a
/// name (comments, `id`, `retry`) is nothing.
pub(crate) struct Decoder {
    /// The most that one block may hold.
    limit: usize,
    /// A line that has not ended.
    line: Vec<u8>,
    /// The data of the block, each line ended by LF.
    data: Vec<u8>,
    /// Whether the block is one, though there be no data.
    begun: bool,
    /// A byte-order mark may come, but only first.
    start: bool,
    /// The last line ended in CR: an LF that follows belongs to it.
    after_cr: bool,
}

/// A block holds more than it may.
#[derive(Debug, PartialEq)]
pub(crate) struct TooLarge;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Decoder {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            data: Vec::new(),
            begun: false,
            start: true,
            after_cr: false,
        }
    }

    /// Reads on in `bytes`, up to the end of a block, whose data it gives, or else to the end.
    pub(crate) fn read(&mut self, bytes: &mut &[u8]) -> Result<Option<Vec<u8>>, TooLarge> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr)
                && let Some(rest) = bytes.strip_prefix(b"\n")
            {
                *bytes = rest;
                continue;
            }
            let end = memchr::memchr2(b'\r', b'\n', bytes);
            let (part, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            if self.line.len() + self.data.len() + part.len() > self.limit {
                return Err(TooLarge);
            }
            let Some((ending, rest)) = rest.split_first() else {
                self.line.extend_from_slice(part);
                *bytes = rest;
                break;
            };
            *bytes = rest;
            self.after_cr = *ending == b'\r';
            if self.line.is_empty() {
                if let Some(block) = self.end_of_line(part) {
                    return Ok(Some(block));
                }
            } else {
                self.line.extend_from_slice(part);
                let mut line = std::mem::take(&mut self.line);
                let block = self.end_of_line(&line);
                line.clear();
                self.line = line;
                if block.is_some() {
                    return Ok(block);
                }
            }
        }
        Ok(None)
    }

    fn end_of_line(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        let line = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) if self.start => rest,
            _ => line,
        };
        self.start = false;
        if line.is_empty() {
            if !std::mem::take(&mut self.begun) {
                return None;
            }
            let mut data = std::mem::take(&mut self.data);
            // The last line's LF is none of the data.
            data.pop();
            return Some(data);
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => {
                self.begun = true;
                self.data.reserve(value.len() + 1);
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => self.begun = true,
            _ => {}
        }
        None
    }
}

/// The text of a block; what is not UTF-8 in it is replaced.
pub(crate) fn text(data: Vec<u8>) -> String {
    String::from_utf8(data)
        .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_in(pieces: &[&[u8]], limit: usize) -> Result<Vec<String>, TooLarge> {
        let mut decoder = Decoder::new(limit);
        let mut blocks = Vec::new();
        for mut piece in pieces.iter().copied() {
            while let Some(block) = decoder.read(&mut piece)? {
                blocks.push(text(block));
            }
        }
        Ok(blocks)
    }

    fn read(bytes: &[u8]) -> Vec<String> {
        read_in(&[bytes], 1_000).expect("it is small")
    }

    #[test]
    fn blocks_are_told_apart() {
        for (bytes, expected) in [
            ("event: x\ndata: 1\n\n", &["1"][..]),
            ("data:1\n\n", &["1"]),
            ("data:  1\n\n", &[" 1"]),
            ("data:\t1\n\n", &["\t1"]),
            ("data: a\ndata: b\n\n", &["a\nb"]),
            ("data: {\ndata: \ndata:\ndata: }\n\n", &["{\n\n\n}"]),
            ("data\ndata: 1\n\n", &["\n1"]),
            (": comment\n\n", &[]),
            ("\n\n\n", &[]),
            ("id: 1\n\n", &[]),
            ("retry: 100\n\n", &[]),
            ("data: 1\n: between\ndata: 2\n\n", &["1\n2"]),
            ("id: 1\ndata: 1\n\n:\n\ndata: 2\n\n", &["1", "2"]),
            ("event: ping\n\n", &[""]),
            ("data:\n\n", &[""]),
            ("data: 1\r\n\r\ndata: 2\r\r", &["1", "2"]),
            ("data: 1\n\r\ndata: 2\r\n\n", &["1", "2"]),
            ("data: a\u{2028}b\n\n", &["a\u{2028}b"]),
            ("\u{feff}data: 1\n\n\u{feff}data: 2\n\n", &["1"]),
            ("data: 1", &[]),
            ("data: 1\n", &[]),
            (" data: 1\n\nDATA: 1\n\n", &[]),
            ("id: a\0b\ndata: 1\n\n", &["1"]),
        ] {
            assert_eq!(read(bytes.as_bytes()), expected, "{bytes:?}");
        }
        assert_eq!(read(b"data: a\xFFb\n\n"), ["a\u{fffd}b"]);
    }

    #[test]
    fn a_return_ends_a_line_at_once() {
        assert_eq!(read(b"data: 1\r\r"), ["1"]);
        let pieces: [&[u8]; 3] = [b"data: 1\r", b"\n\r", b"\ndata: 2\n\n"];
        assert_eq!(read_in(&pieces, 100).expect("it is small"), ["1", "2"]);
    }

    #[test]
    fn a_block_is_bounded() {
        assert_eq!(read_in(&[b"data: 12345"], 10), Err(TooLarge));
        let endless: Vec<&[u8]> = vec![b"data: 1\n"; 8];
        assert_eq!(read_in(&endless, 10), Err(TooLarge));
        let many: Vec<&[u8]> = vec![b"data: 1\n\n"; 8];
        assert_eq!(read_in(&many, 10).map(|blocks| blocks.len()), Ok(8));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_pieces_end(
            lines in proptest::collection::vec(("(data|id|event|retry|)", ":? ?", "[a-é😀\u{2028}]{0,4}", "(\n|\r\n|\r)"), 0..12),
            cuts in proptest::collection::vec(0usize..200, 0..8),
        ) {
            let text: String = lines.iter().map(|(a, b, c, d)| format!("{a}{b}{c}{d}")).collect();
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
            prop_assert_eq!(read_in(&pieces, 10_000), Ok(read(bytes)));
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_in(&[&bytes], 1_000);
        }
    }
}
