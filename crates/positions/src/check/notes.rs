//! Warns about positions and rows that are treated in a special way.

use std::collections::BTreeMap;

use super::{
    changes::first_row,
    questions::name,
    resolved::{last_day, takes_market_price},
    words,
};
use crate::{
    content::{DraftPosition, FileContent, FileWarning, LeftOutReason, WarningCode},
    position::SHARES_PER_CONTRACT,
    upload_rules::UploadRules,
};

/// Returns at most one warning of each kind.
pub(super) fn warnings(content: &FileContent, rules: &UploadRules) -> Vec<FileWarning> {
    [expired_options(content, rules), unusual_multipliers(content), free_shares(content), skipped_rows(content)]
        .into_iter()
        .flatten()
        .collect()
}

/// Creates a warning about positions. Returns `None` without positions. `message` gets the
/// positions with their lines, and whether there are several.
fn about(
    code: WarningCode,
    positions: &[&DraftPosition],
    message: impl FnOnce(&str, bool) -> String,
) -> Option<FileWarning> {
    if positions.is_empty() {
        return None;
    }
    let rows: Vec<u64> = positions.iter().filter_map(|position| first_row(position)).collect();
    let named = words::list(positions, ", ", |position| match first_row(position) {
        Some(row) => format!("{} (line {row})", name(position)),
        None => name(position),
    });
    Some(FileWarning { code, rows, column: None, message: message(&named, positions.len() > 1), repair: None })
}

fn expired_options(content: &FileContent, rules: &UploadRules) -> Option<FileWarning> {
    let is_expired = |position: &&DraftPosition| {
        let expiration = position.option.as_ref().map(|option| option.expiration);
        position.exit_date.is_none() && expiration.is_some_and(|expiration| expiration < last_day(rules))
    };
    let positions: Vec<_> = content.positions.iter().filter(is_expired).collect();
    about(WarningCode::ExpiredOption, &positions, |named, several| {
        if several {
            format!("{named} expired without an exit. Each is settled at its value that day.")
        } else {
            format!("{named} expired without an exit. It's settled at its value that day.")
        }
    })
}

fn unusual_multipliers(content: &FileContent) -> Option<FileWarning> {
    let is_unusual = |position: &&DraftPosition| {
        position.option.as_ref().is_some_and(|option| option.multiplier != SHARES_PER_CONTRACT)
    };
    let positions: Vec<_> = content.positions.iter().filter(is_unusual).collect();
    let shares = positions.first().and_then(|position| position.option.as_ref()).map(|option| option.multiplier);
    about(WarningCode::UnusualMultiplier, &positions, |named, several| match shares {
        Some(shares) if !several => {
            format!("A contract of {named} is for {} shares, not 100. Check it.", words::number(shares))
        }
        _ => format!("Contracts of {named} are for other than 100 shares. Check them."),
    })
}

fn free_shares(content: &FileContent) -> Option<FileWarning> {
    let is_free =
        |position: &&DraftPosition| position.entry_price == Some(0.0) && takes_market_price(position, &content.reading);
    let positions: Vec<_> = content.positions.iter().filter(is_free).collect();
    about(WarningCode::Free, &positions, |named, several| {
        let them = if several { "They enter" } else { "It enters" };
        format!("{named} cost $0. {them} at the market's price on the day received.")
    })
}

/// Names the rows that were skipped. Cash has its own warning, and the person's choices need none.
fn skipped_rows(content: &FileContent) -> Option<FileWarning> {
    let mut rows_by_reason: BTreeMap<LeftOutReason, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    let skipped = content.not_positions.iter().filter(|group| !is_known_to_person(group.why));
    for group in skipped {
        *rows_by_reason.entry(group.why).or_default() += group.rows.len();
        rows.extend(&group.rows);
    }
    if rows.is_empty() {
        return None;
    }
    rows.sort_unstable();
    rows.dedup();
    let mut reasons: Vec<(LeftOutReason, usize)> = rows_by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let reasons: Vec<String> = reasons
        .into_iter()
        .map(|(why, count)| {
            let (one, several) = nouns(why);
            words::counted(count, one, several)
        })
        .collect();
    let subject = match rows.as_slice() {
        [row] => format!("Line {row} isn't a position"),
        several => format!("{} aren't positions", words::counted(several.len(), "row", "rows")),
    };
    let message = format!("{subject}: {}.", reasons.join(", "));
    Some(FileWarning { code: WarningCode::SkippedRows, rows, column: None, message, repair: None })
}

fn is_known_to_person(why: LeftOutReason) -> bool {
    matches!(why, LeftOutReason::Cash | LeftOutReason::ByPerson)
}

fn nouns(why: LeftOutReason) -> (&'static str, &'static str) {
    match why {
        LeftOutReason::Title => ("title", "titles"),
        LeftOutReason::Header => ("header", "headers"),
        LeftOutReason::Cash => ("cash row", "cash rows"),
        LeftOutReason::Total => ("total", "totals"),
        LeftOutReason::Footer => ("footnote", "footnotes"),
        LeftOutReason::Pending => ("pending row", "pending rows"),
        LeftOutReason::Cancelled => ("cancelled order", "cancelled orders"),
        LeftOutReason::Dividend => ("dividend", "dividends"),
        LeftOutReason::Interest => ("interest payment", "interest payments"),
        LeftOutReason::MoneyTransfer => ("money transfer", "money transfers"),
        LeftOutReason::Fee => ("fee", "fees"),
        LeftOutReason::Repeated => ("repeated row", "repeated rows"),
        LeftOutReason::CurrencyExchange => ("currency exchange", "currency exchanges"),
        LeftOutReason::OtherTable => ("row of another table", "rows of other tables"),
        LeftOutReason::NotHeld => ("sale or split without its purchase", "sales or splits without their purchases"),
        LeftOutReason::LeftAccount => ("share that left the account", "shares that left the account"),
        LeftOutReason::ByPerson => ("row left out by you", "rows left out by you"),
    }
}
