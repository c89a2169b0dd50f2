//! Records of a CSV file, with what the `csv` crate does not tell: the first line of each, also
//! after blank lines and `\r\n`, and its raw bytes.

use std::io::BufRead;

use common::Result;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::files::ExportFile;
use super::rejects::Reason;
use crate::arguments::Quote;

pub struct Records<R> {
    reader: R,
    parser: Reader,
    quote: Quote,
    fields: Vec<u8>,
    ends: Vec<usize>,
    raw: Vec<u8>,
    lines: Lines,
}

/// One record; borrows from its reader.
pub struct Record<'a> {
    fields: &'a [u8],
    ends: &'a [usize],
    /// The bytes of the file, without the line end.
    pub raw: &'a [u8],
    /// The first line, from 1.
    pub line: u64,
    /// Whether the file ended inside quotes, which swallow all lines after them.
    unclosed: bool,
}

impl<R: BufRead> Records<R> {
    pub fn new(reader: R, delimiter: u8, quote: Quote) -> Records<R> {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter);
        match quote.0 {
            Some(byte) => builder.quote(byte),
            None => builder.quoting(false),
        };
        Records {
            reader,
            parser: builder.build(),
            quote,
            fields: vec![0; 4096],
            ends: vec![0; 64],
            raw: Vec::new(),
            lines: Lines { current: 1, after_return: false },
        }
    }

    /// The next record that is not a blank line, or `None` after the last.
    ///
    /// # Errors
    /// The file cannot be read, or is not what gzip wrote.
    pub fn next(&mut self, file: &ExportFile) -> Result<Option<Record<'_>>> {
        self.read().map_err(|error| file.unreadable(&error))
    }

    fn read(&mut self) -> std::io::Result<Option<Record<'_>>> {
        self.skip_line_ends()?;
        let line = self.lines.current;
        let (mut bytes, mut count) = (0, 0);
        self.raw.clear();
        let at_end = loop {
            let input = self.reader.fill_buf()?;
            let at_end = input.is_empty();
            let (result, read, written, ended) =
                self.parser.read_record(input, &mut self.fields[bytes..], &mut self.ends[count..]);
            self.raw.extend_from_slice(&input[..read]);
            self.reader.consume(read);
            bytes += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => break at_end,
                ReadRecordResult::End => return Ok(None),
            }
        };
        self.raw.iter().for_each(|byte| self.lines.pass(*byte));
        let quotes = |byte| self.raw.iter().filter(|other| **other == byte).count();
        let unclosed = at_end
            && self.raw.contains(&b'\n')
            && self.quote.0.is_some_and(|quote| quotes(quote) % 2 == 1);
        let end = self.raw.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
        Ok(Some(Record {
            fields: &self.fields[..bytes],
            ends: &self.ends[..count],
            raw: &self.raw[..end.map_or(0, |end| end + 1)],
            line,
            unclosed,
        }))
    }

    /// Blank lines, and the `\n` of a `\r\n`, belong to no record.
    fn skip_line_ends(&mut self) -> std::io::Result<()> {
        loop {
            let input = self.reader.fill_buf()?;
            let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            input[..blank].iter().for_each(|byte| self.lines.pass(*byte));
            let all = blank == input.len() && blank > 0;
            self.reader.consume(blank);
            if !all {
                return Ok(());
            }
        }
    }
}

impl<'a> Record<'a> {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// # Errors
    /// The file ended inside quotes.
    pub fn closed(&self) -> Result<(), Reason> {
        if self.unclosed { Err(Reason::new("a quote is opened and never closed")) } else { Ok(()) }
    }

    pub fn fields(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let field = &self.fields[start..*end];
            start = *end;
            field
        })
    }
}

/// Counts lines that end with `\n`, `\r\n` or `\r`.
struct Lines {
    current: u64,
    after_return: bool,
}

impl Lines {
    fn pass(&mut self, byte: u8) {
        if byte == b'\r' || (byte == b'\n' && !self.after_return) {
            self.current += 1;
        }
        self.after_return = byte == b'\r';
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::collection::vec;
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{Quote, Records};

    /// What is read, as `line:field|field`.
    fn read(text: &str, capacity: usize) -> Vec<String> {
        let reader = BufReader::with_capacity(capacity, text.as_bytes());
        let mut records = Records::new(reader, b',', Quote(Some(b'"')));
        let mut seen = Vec::new();
        while let Some(record) = records.read().unwrap() {
            let fields: Vec<_> = record.fields().map(String::from_utf8_lossy).collect();
            let mark = if record.unclosed { " unclosed" } else { "" };
            seen.push(format!("{}:{}{mark}", record.line, fields.join("|")));
        }
        seen
    }

    #[test]
    fn records_know_their_first_line() {
        #[track_caller]
        fn case(text: &str, expected: &[&str]) {
            for capacity in [1, 2, 3, 64] {
                assert_eq!(read(text, capacity), expected, "{text:?} by {capacity} bytes");
            }
        }
        case("", &[]);
        case("a,b\nc,d\n", &["1:a|b", "2:c|d"]);
        case("a,b\r\nc,d\r\ne,f", &["1:a|b", "2:c|d", "3:e|f"]);
        case("a\rb\rc", &["1:a", "2:b", "3:c"]);
        case("\n\na\n\nb\n", &["3:a", "5:b"]);
        case("\"x\ny\",1\nz,2\n", &["1:x\ny|1", "3:z|2"]);
        case("\"x\r\ny\",1\r\nz,2\r\n", &["1:x\r\ny|1", "3:z|2"]);
        case("\"a \"\"q\"\" b\",\n", &["1:a \"q\" b|"]);
        case("a\n\"open,\nb\nc\n", &["1:a", "2:open,\nb\nc\n unclosed"]);
        case("5\" disk,1\n", &["1:5\" disk|1"]);
    }

    #[test]
    fn the_raw_record_is_kept() {
        let mut records = Records::new("\"a\",b\r\nc\n".as_bytes(), b',', Quote(Some(b'"')));
        assert_eq!(records.read().unwrap().unwrap().raw, b"\"a\",b");
        assert_eq!(records.read().unwrap().unwrap().raw, b"c");
    }

    #[test]
    fn a_long_record_grows_the_buffers() {
        let text = format!("{}\n", vec!["x".repeat(100); 500].join(","));
        let mut records = Records::new(text.as_bytes(), b',', Quote(None));
        assert_eq!(records.read().unwrap().unwrap().len(), 500);
    }
    proptest! {
        /// Whatever the fields hold, what the csv crate writes is read back, each record with the
        /// line it begins in.
        #[test]
        fn what_the_csv_crate_writes_is_read_back(
            records in vec(vec("[a-z ,;\"\r\n\u{e9}]{0,6}", 2..5), 0..8),
            capacity in 1..40_usize,
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for record in &records {
                writer.write_record(record).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let mut line = 1;
            let mut expected = Vec::new();
            for record in &records {
                expected.push(format!("{line}:{}", record.join("|")));
                let inner = record.join(",").replace("\r\n", "\n").replace('\r', "\n");
                line += 1 + inner.matches('\n').count();
            }
            prop_assert_eq!(read(&text, capacity), expected);
        }
    }
}
