//! Inflates and parses an XML file of a workbook, within limits.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
};

use flate2::bufread::DeflateDecoder;
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use super::{TOO_LARGE, archive::damaged};
use crate::{
    problem::Problem,
    sheet::{split::MAX_CELL, unreadable},
};

/// Maximum number of bytes of one tag or one piece of text.
pub(super) const MAX_EVENT: usize = 512 * 1024;
/// Maximum depth of elements.
pub(super) const MAX_DEPTH: usize = 100;

/// A reader of the events of an XML file.
pub(super) struct Xml<'a> {
    reader: Reader<Limited<'a>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<'a> Xml<'a> {
    /// Creates a reader of at most `limit` bytes. All readers of an archive share `remaining`.
    pub(super) fn new(data: &'a [u8], is_deflated: bool, limit: usize, remaining: &'a Cell<usize>) -> Self {
        let source = if is_deflated { Source::Deflated(DeflateDecoder::new(data)) } else { Source::Stored(data) };
        let limited = Limited { source: BufReader::new(source), limit, remaining, event: 0, is_exceeded: false };
        let mut reader = Reader::from_reader(limited);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// Returns the next event. Empty elements are returned as a start and an end.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the file is not XML or exceeds a limit.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Problem> {
        self.buffer.clear();
        self.reader.get_mut().event = 0;
        // The borrow checker does not accept a look at the reader while an event is borrowed.
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(_) if self.reader.get_ref().is_exceeded => return Err(unreadable(TOO_LARGE)),
            Err(_) => return Err(damaged()),
        };
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > MAX_DEPTH {
            return Err(damaged());
        }
        Ok(event)
    }

    /// Returns the number of elements that are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }
}

/// Returns the value of an attribute, whatever the prefix of its name.
pub(super) fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let attributes = attributes.with_checks(false).flatten();
    let found = attributes.into_iter().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// Appends the text of an event to that of a cell, unless that is already longer than it may be.
pub(super) fn push_text(text: &mut String, event: &Event) {
    if text.len() > MAX_CELL {
        return;
    }
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => {
            text.extend(reference.resolve_char_ref().ok().flatten());
            text.push_str(resolve_xml_entity(reference).unwrap_or_default());
        }
        _ => {}
    }
}

/// The bytes of a file in the archive.
enum Source<'a> {
    Stored(&'a [u8]),
    Deflated(DeflateDecoder<&'a [u8]>),
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(data) => data.read(buffer),
            Self::Deflated(decoder) => decoder.read(buffer),
        }
    }
}

/// A reader that fails when a limit is exceeded.
struct Limited<'a> {
    source: BufReader<Source<'a>>,
    limit: usize,
    remaining: &'a Cell<usize>,
    /// Number of bytes of the current event.
    event: usize,
    is_exceeded: bool,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Limited<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.event > MAX_EVENT || self.limit == 0 || self.remaining.get() == 0 {
            self.is_exceeded = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.event = self.event.saturating_add(amount);
        self.limit = self.limit.saturating_sub(amount);
        self.remaining.set(self.remaining.get().saturating_sub(amount));
        self.source.consume(amount);
    }
}
