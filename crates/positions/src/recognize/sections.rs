//! Files of many tables whose first two cells say what a row belongs to: `Trades,Header,…`, then
//! `Trades,Data,…`, as Interactive Brokers writes them.

use crate::{
    content::LeftOutReason,
    recognize::{Outline, Table},
    sheet::SheetRow,
};

/// Number of rows that are looked at.
const SAMPLE: usize = 200;
const KINDS: [&str; 6] = ["Header", "Data", "Total", "SubTotal", "Notes", "MetaInfo"];

/// Returns whether almost every row says which table it belongs to.
pub(super) fn has_sections(rows: &[SheetRow]) -> bool {
    let sample = rows.iter().take(SAMPLE);
    let kinds: Vec<&str> = sample.filter_map(|row| row.cells.get(1)).filter(|kind| KINDS.contains(kind)).collect();
    kinds.contains(&"Header") && kinds.len() * 10 >= rows.len().min(SAMPLE) * 9
}

/// Splits the rows into tables. Rows of sums are left out.
pub(super) fn outline(rows: &[SheetRow]) -> Outline<'_> {
    let mut outline = Outline::default();
    for row in rows {
        let section = row.cells.get(0);
        match row.cells.get(1) {
            Some("Header") => outline.add_header(row, section),
            Some("Data") if outline.tables.last().is_some_and(|table| table.section == section) => {
                if let Some(table) = outline.tables.last_mut() {
                    table.rows.push(row);
                }
            }
            Some("Total" | "SubTotal") => {
                outline.left_out.insert(row.line, LeftOutReason::Total);
            }
            _ => {
                outline.left_out.insert(row.line, LeftOutReason::OtherTable);
            }
        }
    }
    for table in &mut outline.tables {
        // The first two cells name the table and the kind of row, not values of a position.
        table.names.iter_mut().take(2).for_each(|name| *name = "");
    }
    outline
}

impl Table<'_> {
    /// Returns whether a named table has positions or trades.
    pub(crate) fn is_of_positions(&self) -> bool {
        self.section.is_none_or(|section| {
            matches!(
                section,
                "Open Positions" | "Long Open Positions" | "Short Open Positions" | "Trades" | "Transaction History"
            )
        })
    }
}
