//! Reads what tables without positions say: the cash of an account.

use super::state::State;
use crate::{
    cells::{
        cash::currency_code,
        number::{DecimalMark, amount},
    },
    content::LeftOutReason,
    recognize::Table,
};

/// The table with cash balances in the reports of Interactive Brokers.
const CASH_REPORT: &str = "Cash Report";

/// Leaves out the rows of a table without positions, except its cash.
pub(super) fn leave_out_table(table: &Table<'_>, state: &mut State) {
    if let Some(header) = table.header {
        state.leave_out(header.line, LeftOutReason::Header);
    }
    let total = table.names.iter().position(|name| *name == "Total");
    for row in &table.rows {
        // The sum of all currencies is in the base currency and no balance of its own.
        if table.section == Some(CASH_REPORT)
            && row.cells.get(2) == Some("Ending Cash")
            && let Some(currency) = row.cells.get(3).and_then(currency_code)
            && let Some(balance) = total.and_then(|index| row.cells.get(index))
            && let Ok(balance) = amount(balance, DecimalMark::Point)
        {
            state.add_cash(row.line, currency, Some(balance.value));
        } else {
            state.leave_out(row.line, LeftOutReason::OtherTable);
        }
    }
}
