//! The texts that the cells of an Excel workbook share.

use quick_xml::events::Event;

use super::{
    super::{
        TOO_LARGE,
        archive::{Archive, MAX_INFLATED},
    },
    cell::{XlsxCell, without_escapes},
};
use crate::{
    problem::Problem,
    sheet::{collect::MAX_CELLS, unreadable},
};

/// Maximum number of bytes of the texts that cells share.
const MAX_SHARED: usize = 8 * 1024 * 1024;

/// Texts that cells refer to by their index.
#[derive(Default)]
pub(super) struct SharedTexts {
    text: String,
    /// The end of each text within `text`.
    ends: Vec<u32>,
}

impl SharedTexts {
    /// Reads the texts in the file at `path`, if there is one.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the file is damaged or too long.
    pub(super) fn read(archive: &Archive, path: Option<&str>) -> Result<Self, Problem> {
        let mut shared = Self::default();
        let Some(mut xml) = path.map_or(Ok(None), |path| archive.xml(path, MAX_INFLATED))? else {
            return Ok(shared);
        };
        let mut cell = XlsxCell::default();
        loop {
            match xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "si" => cell.value.clear(),
                Event::Start(element) => cell.enter(element.local_name().as_ref()),
                Event::End(element) if element.local_name().as_ref() == "si" => shared.push(&cell.value)?,
                Event::End(element) => cell.leave(element.local_name().as_ref()),
                Event::Eof => return Ok(shared),
                event => cell.push(&event),
            }
        }
    }

    fn push(&mut self, text: &str) -> Result<(), Problem> {
        let text = without_escapes(text);
        if self.text.len() + text.len() > MAX_SHARED || self.ends.len() == MAX_CELLS {
            return Err(unreadable(TOO_LARGE));
        }
        self.text.push_str(&text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    /// Returns the text with this index.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = usize::try_from(*self.ends.get(index)?).ok()?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.text.get(usize::try_from(start).ok()?..end)
    }
}
