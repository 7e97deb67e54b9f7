//! The layouts that are known by name. A layout that is not known is read by the words of its
//! header and by its content; a known one adds a name to show and what is peculiar to it.

mod table;

use std::collections::HashSet;

use crate::{
    columns::folded,
    reading::{DateOrder, Field},
};

/// The name of the product's own layout.
pub(crate) const TEMPLATE: &str = "Portfolio template";

/// A layout known by name.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The name that a person sees, such as "Charles Schwab positions".
    pub name: &'static str,
    /// Names of columns that identify the layout. Its header has all of them.
    pub header: &'static [&'static str],
    /// Columns that mean something else here than the vocabulary says.
    pub columns: &'static [(&'static str, Field)],
    /// The order of the file's dates, used only if the dates themselves leave it open.
    pub date_order: Option<DateOrder>,
    /// Whether every row is a trade, although no column says what a row records.
    pub is_history: bool,
}

impl Layout {
    /// Returns what a column with this folded name holds in this layout, if it differs from the
    /// vocabulary.
    pub(crate) fn field(&self, folded_name: &str) -> Option<Field> {
        self.columns.iter().find(|(name, _)| folded(name) == folded_name).map(|(_, field)| *field)
    }
}

/// Returns the known layout with this header: the one that names most of its columns.
pub(crate) fn known_layout<'c>(cells: impl Iterator<Item = &'c str>) -> Option<&'static Layout> {
    let names: HashSet<String> = cells.map(folded).collect();
    let fits = |layout: &&Layout| layout.header.iter().all(|name| names.contains(&folded(name)));
    table::LAYOUTS.iter().filter(fits).max_by_key(|layout| layout.header.len())
}

/// Returns the names of all known layouts, in the order of the table.
pub fn layout_names() -> impl Iterator<Item = &'static str> {
    table::LAYOUTS.iter().map(|layout| layout.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefers_layout_with_more_names() {
        let name = |header: &str| known_layout(header.split(',')).map(|layout| layout.name);
        let template = "Symbol,Quantity,Entry Price Per Share,Entry Date";
        assert_eq!(name(template), Some(TEMPLATE));
        assert_eq!(name("Symbol,Name,Quantity,Avg. Price,Cost Basis,Unrealized Gain ($)"), Some("M1 Finance holdings"));
        assert_eq!(name("ticker,shares"), None);
    }

    #[test]
    fn names_every_layout_in_the_readme() {
        let readme = include_str!("../../../../../README.md").replace('\\', "");
        for name in layout_names() {
            assert!(readme.contains(name), "{name} is not in README.md");
        }
    }

    #[test]
    fn gives_every_layout_its_own_header() {
        let mut seen = HashSet::new();
        for layout in table::LAYOUTS {
            assert!(layout.header.len() >= 3, "{}", layout.name);
            let mut header: Vec<String> = layout.header.iter().map(|name| folded(name)).collect();
            header.sort();
            assert!(seen.insert(header), "{}", layout.name);
        }
    }
}
