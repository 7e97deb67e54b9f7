//! The number formats of an Excel workbook.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

use super::super::{
    TOO_LARGE,
    archive::{Archive, MAX_INFLATED},
    value::NumberFormat,
    xml::attribute,
};
use crate::{problem::Problem, sheet::unreadable};

/// Maximum number of formats, as in Excel.
const MAX_FORMATS: usize = 65_536;

/// Reads how the cells of each style show numbers.
///
/// # Errors
/// Returns a [`Problem`] if the file is damaged or has too many formats.
pub(super) fn formats(archive: &Archive, path: Option<&str>) -> Result<Vec<NumberFormat>, Problem> {
    let mut formats = Vec::new();
    let Some(mut xml) = path.map_or(Ok(None), |path| archive.xml(path, MAX_INFLATED))? else { return Ok(formats) };
    let mut custom = HashMap::new();
    let mut is_cell_style = false;
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "cellXfs" => is_cell_style = true,
                "numFmt" => {
                    let code = attribute(&element, "formatCode").unwrap_or_default();
                    custom.entry(format_id(&element)).or_insert_with(|| NumberFormat::from_code(&code));
                }
                "xf" if is_cell_style => {
                    let id = format_id(&element);
                    formats.push(custom.get(&id).copied().unwrap_or_else(|| NumberFormat::built_in(id)));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => return Ok(formats),
            Event::Eof => return Ok(formats),
            _ => {}
        }
        if formats.len() > MAX_FORMATS || custom.len() > MAX_FORMATS {
            return Err(unreadable(TOO_LARGE));
        }
    }
}

fn format_id(element: &BytesStart) -> u32 {
    attribute(element, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or_default()
}
