//! The table of the daily snapshots, from which the charts read their values.

use leptos::prelude::*;

use super::{
    super::{format, tables::table},
    OverTime,
};
use crate::server::batch::phases::snapshots::Snapshot;

/// HTML ID of the element that contains the table of the snapshots.
pub(super) const TABLE: &str = "days";

/// The columns that every table of snapshots has.
const COLUMNS: [&str; 9] =
    ["Date", "Equity, $", "Cash, $", "Long, $", "Short, $", "Net, $", "P&L, $", "Return", "Drawdown"];

/// Columns from which charts read the values of their lines. The last three exist only if the
/// portfolio, or its benchmark, has returns.
pub(super) const EQUITY: usize = 1;
pub(super) const LONG: usize = 3;
pub(super) const SHORT: usize = 4;
pub(super) const NET: usize = 5;
pub(super) const DRAWDOWN: usize = 8;
pub(super) const SINCE_START: usize = 9;
pub(super) const BENCHMARK_SINCE_START: usize = 10;
pub(super) const BENCHMARK_DRAWDOWN: usize = 11;

impl OverTime<'_> {
    pub(super) fn columns(&self) -> Vec<String> {
        let mut columns = COLUMNS.map(str::to_owned).to_vec();
        if self.cumulative.is_some() {
            columns.push("Since start".to_owned());
        }
        if self.against_benchmark().is_some() {
            columns.extend([format!("{} since start", self.benchmark), format!("{} drawdown", self.benchmark)]);
        }
        columns
    }

    pub(super) fn cells(&self, at: usize, day: &Snapshot) -> Vec<String> {
        let mut cells = vec![
            day.date.to_string(),
            format::dollars(Some(day.equity)),
            format::dollars(Some(day.cash)),
            format::dollars(Some(day.long_value)),
            format::dollars(Some(day.short_value)),
            format::dollars(Some(day.net)),
            format::dollars(day.pnl),
            format::percent(day.daily_return),
            format::percent(day.drawdown),
        ];
        let percent = |values: &[Option<f64>]| format::percent(values.get(at).copied().flatten());
        cells.extend(self.cumulative.as_ref().map(|cumulative| percent(&cumulative.portfolio)));
        if let Some(cumulative) = self.against_benchmark() {
            cells.extend([percent(&cumulative.benchmark), percent(&cumulative.benchmark_drawdown)]);
        }
        cells
    }

    /// Renders the table from which charts read their values. `public/results.js` expects one row
    /// per date, newest first.
    pub(super) fn table(&self) -> impl IntoView + use<> {
        let rows = self.days.iter().enumerate().rev().map(|(at, day)| self.cells(at, day)).collect();
        let columns = self.columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let summary = match self.days.len() {
            1 => "The only date as a table".to_owned(),
            count => format!("All {count} dates as a table"),
        };
        view! {
            <details id=TABLE class="long">
                <summary>{summary}</summary>
                {table("Daily snapshots, newest first", &columns, rows)}
            </details>
        }
    }
}
