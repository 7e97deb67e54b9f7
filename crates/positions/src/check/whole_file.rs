//! Checks that a file has positions, and not too many.

use super::{Findings, words};
use crate::{
    content::{FileContent, LeftOutReason},
    parse::MAX_ROWS,
    problem::{Problem, ProblemCode},
};

/// Adds a problem if the file has no positions or too many. A file whose rows all have problems is
/// not called empty.
pub(super) fn check(content: &FileContent, findings: &mut Findings) {
    if content.positions.len() > MAX_ROWS {
        findings.push(Problem::in_file(
            ProblemCode::TooManyRows,
            "The file has more than 10,000 positions; split it into several portfolios or combine lots.",
        ));
    } else if content.positions.is_empty() && has_prices(content) {
        *findings = Findings::default();
        findings.push(Problem::in_file(
            ProblemCode::EmptyFile,
            "This looks like a file of daily prices, not of positions. Choose a file with what you hold.",
        ));
    } else if content.positions.is_empty() && findings.is_empty() && content.problems.is_empty() {
        findings.push(Problem::in_file(ProblemCode::EmptyFile, why_empty(content)));
    }
}

/// Returns whether the columns are those of a price history.
fn has_prices(content: &FileContent) -> bool {
    let has = |name: &str| content.reading.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    ["Open", "High", "Low", "Close"].into_iter().all(has)
}

/// Says what the file has instead of positions.
fn why_empty(content: &FileContent) -> String {
    use LeftOutReason as Why;
    let rows_of = |reasons: &[Why]| -> usize {
        content.not_positions.iter().filter(|group| reasons.contains(&group.why)).map(|group| group.rows.len()).sum()
    };
    if rows_of(&[Why::ByPerson]) > 0 {
        return "Every position is left out. Keep at least one.".to_owned();
    }
    let sold = rows_of(&[Why::NotHeld]);
    if sold > 0 {
        let rows = words::counted(sold, "sale or split", "sales or splits");
        return format!("The file has {rows} of shares it never bought. Choose a history with the purchases.");
    }
    let money = rows_of(&[Why::Dividend, Why::Interest, Why::MoneyTransfer, Why::Fee, Why::CurrencyExchange]);
    if money > 0 {
        return "The file has only dividends and payments. Choose one with purchases or positions.".to_owned();
    }
    if rows_of(&[Why::Cancelled, Why::Pending]) > 0 {
        return "The file has only orders that weren't executed. Choose one with positions.".to_owned();
    }
    if content.cash.is_some() {
        return "The file has cash but no positions. Choose one with positions.".to_owned();
    }
    "The file has no positions; add a row for each below the header row.".to_owned()
}
