//! Finds the files in a zip archive.
//!
//! Only what workbooks use is supported: files that are stored or deflated, not encrypted, in an
//! archive below 4 GB. Names and positions are read from the directory at the end of the archive,
//! sizes only where a file is not compressed.

use std::{borrow::Cow, cell::Cell};

use super::{DAMAGED, PROTECTED, TOO_LARGE, xml::Xml};
use crate::{problem::Problem, sheet::unreadable};

/// Maximum number of files in the archive.
pub(super) const MAX_FILES: usize = 2_000;
/// Maximum number of inflated bytes that are read from one archive. The chosen worksheet is read
/// twice.
pub(super) const MAX_INFLATED: usize = 64 * 1024 * 1024;
/// Maximum number of bytes behind the directory: its last record and a comment.
const MAX_TRAILER: usize = 22 + 0xffff;

const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL_ENTRY: &[u8] = b"PK\x03\x04";

/// A zip archive.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    files: Vec<File<'a>>,
    /// Number of inflated bytes that may still be read.
    remaining: Cell<usize>,
}

struct File<'a> {
    name: &'a [u8],
    is_encrypted: bool,
    is_deflated: bool,
    size: usize,
    offset: usize,
}

impl<'a> Archive<'a> {
    /// Reads the directory of an archive, of which at most `max_inflated` bytes will be read.
    ///
    /// # Errors
    /// Returns a [`Problem`] if there is no directory, or if it has too many entries.
    pub(super) fn open(bytes: &'a [u8], max_inflated: usize) -> Result<Self, Problem> {
        let mut at = directory_offset(bytes).ok_or_else(damaged)?;
        let mut files = Vec::new();
        while let Some(entry) = bytes.get(at..).filter(|entry| entry.starts_with(DIRECTORY_ENTRY)) {
            if files.len() == MAX_FILES {
                return Err(unreadable(TOO_LARGE));
            }
            let (name, length) = (46, u16_at(entry, 28).ok_or_else(damaged)?);
            files.push(File {
                name: entry.get(name..name + length).ok_or_else(damaged)?,
                is_encrypted: u16_at(entry, 8).ok_or_else(damaged)? & 1 == 1,
                is_deflated: u16_at(entry, 10).ok_or_else(damaged)? == 8,
                size: u32_at(entry, 20).ok_or_else(damaged)?,
                offset: u32_at(entry, 42).ok_or_else(damaged)?,
            });
            let extra = u16_at(entry, 30).ok_or_else(damaged)? + u16_at(entry, 32).ok_or_else(damaged)?;
            at += name + length + extra;
        }
        Ok(Self { bytes, files, remaining: Cell::new(max_inflated) })
    }

    /// Returns whether the archive has a file of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.file(name).is_some()
    }

    /// Returns a reader of an XML file, or `None` if there is no file of that name. The reader
    /// refuses to read more than `limit` bytes.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the file is encrypted, or not where the directory says.
    pub(super) fn xml(&self, name: &str, limit: usize) -> Result<Option<Xml<'_>>, Problem> {
        let Some(file) = self.file(name) else { return Ok(None) };
        if file.is_encrypted {
            return Err(unreadable(PROTECTED));
        }
        let data = self.data(file).ok_or_else(damaged)?;
        Ok(Some(Xml::new(data, file.is_deflated, limit, &self.remaining)))
    }

    /// Finds a file. Some programs write names in another case or with backslashes.
    fn file(&self, name: &str) -> Option<&File<'a>> {
        let is_same = |file: &&File| {
            let found = String::from_utf8_lossy(file.name);
            let found = if found.contains('\\') { Cow::Owned(found.replace('\\', "/")) } else { found };
            found.eq_ignore_ascii_case(name)
        };
        let exact = self.files.iter().find(|file| file.name == name.as_bytes());
        exact.or_else(|| self.files.iter().find(is_same))
    }

    /// Returns the bytes of a file as they are in the archive. Those of a deflated file may be
    /// followed by others, because the format marks its own end.
    fn data(&self, file: &File) -> Option<&'a [u8]> {
        let entry = self.bytes.get(file.offset..).filter(|entry| entry.starts_with(LOCAL_ENTRY))?;
        let start = 30 + u16_at(entry, 26)? + u16_at(entry, 28)?;
        let data = entry.get(start..)?;
        if file.is_deflated { Some(data) } else { data.get(..file.size) }
    }
}

fn directory_offset(bytes: &[u8]) -> Option<usize> {
    let start = bytes.len().saturating_sub(MAX_TRAILER);
    let trailer = bytes.get(start..)?;
    let at = trailer.windows(DIRECTORY_END.len()).rposition(|window| window == DIRECTORY_END)?;
    u32_at(trailer, at + 16)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(usize::from(u16::from_le_bytes(bytes)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

/// Creates the problem of a workbook that breaks the rules of its format.
pub(super) fn damaged() -> Problem {
    unreadable(DAMAGED)
}
