//! Collects problems, warnings, cash and rows without positions while rows are read.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Findings,
    content::{CashFound, DraftPosition, FileWarning, ForeignCash, LeftOutReason, LeftOutRows, WarningCode},
    reading::Reading,
    recognize::TEMPLATE,
};

/// Maximum number of values that one warning names.
const NAMED: usize = 5;

/// Problems, warnings, cash and rows without positions.
#[derive(Debug)]
pub(super) struct State<'a> {
    pub changes: &'a Reading,
    pub findings: Findings,
    pub left_out: BTreeMap<u64, LeftOutReason>,
    pub warnings: Vec<FileWarning>,
    pub cash: BTreeMap<String, CashSum>,
    pub accounts: BTreeSet<String>,
    /// Positions with a cell that cannot be read. Their other values are checked as well.
    pub faulty: Vec<DraftPosition>,
    /// Rows whose option columns are ignored.
    pub unused_option_terms: Vec<u64>,
    pub layout: Option<&'static str>,
    /// Whether the file is text, whose rows have as many values as they were written with. A
    /// workbook has no values at the end of a row.
    pub is_text: bool,
}

/// The cash of one currency.
#[derive(Debug, Default)]
pub(super) struct CashSum {
    pub amount: Option<f64>,
    pub rows: Vec<u64>,
}

impl<'a> State<'a> {
    pub(super) fn new(changes: &'a Reading) -> Self {
        Self {
            changes,
            findings: Findings::new(changes),
            left_out: BTreeMap::new(),
            warnings: Vec::new(),
            cash: BTreeMap::new(),
            accounts: BTreeSet::new(),
            faulty: Vec::new(),
            unused_option_terms: Vec::new(),
            layout: None,
            is_text: false,
        }
    }

    /// Returns whether the file has the product's own format, whose rules are strict.
    pub(super) fn is_template(&self) -> bool {
        self.layout == Some(TEMPLATE)
    }

    /// Leaves out a row, unless there is a reason already.
    pub(super) fn leave_out(&mut self, row: u64, why: LeftOutReason) {
        self.left_out.entry(row).or_insert(why);
    }

    /// Adds a row of cash.
    pub(super) fn add_cash(&mut self, row: u64, currency: &str, amount: Option<f64>) {
        let sum = self.cash.entry(currency.to_owned()).or_default();
        sum.rows.push(row);
        if let Some(amount) = amount {
            sum.amount = Some(sum.amount.unwrap_or(0.0) + amount);
        }
        self.leave_out(row, LeftOutReason::Cash);
    }

    /// Returns the cash that the file names, if any.
    pub(super) fn cash_found(&mut self) -> Option<CashFound> {
        let mut cash = std::mem::take(&mut self.cash);
        let dollars = cash.remove("USD");
        let other: Vec<ForeignCash> = cash
            .into_iter()
            .filter_map(|(currency, sum)| Some(ForeignCash { currency, amount: sum.amount?, rows: sum.rows }))
            .collect();
        if dollars.is_none() && other.is_empty() {
            return None;
        }
        let CashSum { amount, rows } = dollars.unwrap_or_default();
        Some(CashFound { amount: amount.map(to_cents), rows, other })
    }

    /// Returns the rows without positions, grouped by the reason.
    pub(super) fn left_out_rows(&self) -> Vec<LeftOutRows> {
        let mut by_reason: BTreeMap<LeftOutReason, Vec<u64>> = BTreeMap::new();
        for (row, why) in &self.left_out {
            by_reason.entry(*why).or_default().push(*row);
        }
        by_reason.into_iter().map(|(why, rows)| LeftOutRows { rows, why }).collect()
    }

    /// Adds the warnings about several accounts and about option columns that are not used.
    pub(super) fn finish_warnings(&mut self) {
        if self.accounts.len() > 1 {
            self.warnings.push(FileWarning {
                code: WarningCode::SeveralAccounts,
                rows: Vec::new(),
                column: None,
                message: format!("The file has {} accounts, which are read as one portfolio.", self.accounts.len()),
                repair: None,
            });
        }
        if !self.unused_option_terms.is_empty() {
            let rows = std::mem::take(&mut self.unused_option_terms);
            let message =
                format!("Option columns were ignored in {}, where the investment class is not OPTIONS.", listed(&rows));
            self.warnings.push(FileWarning {
                code: WarningCode::IgnoredOptionTerms,
                rows,
                column: Some("Investment Class".to_owned()),
                message,
                repair: None,
            });
        }
    }
}

/// Names rows in a sentence: "row 4", or "rows 4, 5 and 3 more".
pub(super) fn listed(rows: &[u64]) -> String {
    let named: Vec<String> = rows.iter().take(NAMED).map(u64::to_string).collect();
    match (named.as_slice(), rows.len().saturating_sub(NAMED)) {
        ([only], _) => format!("row {only}"),
        (several, 0) => format!("rows {}", several.join(", ")),
        (several, more) => format!("rows {} and {more} more", several.join(", ")),
    }
}

/// Rounds dollars to cents, so that sums of cash have no noise.
fn to_cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
