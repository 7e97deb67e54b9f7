//! The links between the files of an Excel workbook.

use quick_xml::events::Event;

use super::super::{archive::Archive, xml::attribute};
use crate::problem::Problem;

/// Maximum number of bytes of a list of links.
const MAX_LINKS: usize = 1024 * 1024;

/// A link from one file of the workbook to another.
pub(super) struct Link {
    pub id: String,
    /// The last part of the address that names the kind of link.
    pub kind: String,
    pub path: String,
}

/// Reads the links in the file at `path`. Their targets are relative to `folder`.
///
/// # Errors
/// Returns a [`Problem`] if the file is damaged or too long.
pub(super) fn relationships(archive: &Archive, path: &str, folder: &str) -> Result<Vec<Link>, Problem> {
    let Some(mut xml) = archive.xml(path, MAX_LINKS)? else { return Ok(Vec::new()) };
    let mut links = Vec::new();
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                let kind = attribute(&element, "Type").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                let target = attribute(&element, "Target").unwrap_or_default();
                links.push(Link {
                    id: attribute(&element, "Id").unwrap_or_default(),
                    kind,
                    path: resolve(folder, &target),
                });
            }
            Event::Eof => return Ok(links),
            _ => {}
        }
    }
}

/// Resolves the target of a link against the folder of the file that has the link.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let full = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}
