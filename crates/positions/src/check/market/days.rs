//! Warns about days without trading, and about symbols whose prices end, have a hole or jump.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate, TimeDelta};

use super::history::{Histories, History};
use crate::{
    check::{changes::first_row, words},
    content::{DraftClass, DraftPosition, FileContent, FileWarning, WarningCode},
    known_prices::KnownPrices,
};

/// Prices that are missing for more calendar days than this have a hole or have ended.
const LONGEST_PAUSE: TimeDelta = TimeDelta::days(10);

/// A close that is higher than the one before by more than this factor, or lower by as much, is a
/// jump.
const JUMP: f64 = 1.5;
const FALL: f64 = 0.5;

/// Number of days before the last price from which a position without an entry date is looked at.
const DAYS_LOOKED_AT: u64 = 420;

/// Warns about trades that are dated on a day without trading. A symbol that has a price on that
/// day was traded.
pub(super) fn closed_days(
    content: &FileContent,
    prices: &dyn KnownPrices,
    histories: &Histories,
) -> Option<FileWarning> {
    let days = prices.trading_days();
    let (first, last) = (*days.first()?, *days.last()?);
    let is_closed = |day: NaiveDate| day > first && day < last && days.binary_search(&day).is_err();
    let mut rows = BTreeSet::new();
    let mut named = Vec::new();
    for position in content.positions.iter().filter(|position| position.class != DraftClass::Private) {
        let history = market_symbol(position).and_then(|symbol| histories.get(symbol));
        let trades = [(position.entry_date, first_row(position)), (position.exit_date, position.rows.last().copied())];
        for (date, row) in trades {
            let Some(date) = date.filter(|date| is_closed(*date)) else { continue };
            if position.option.is_none() && history.is_some_and(|history| history.has(date)) {
                continue;
            }
            rows.extend(row);
            named.push((position.symbol.as_deref().unwrap_or("a position"), date));
        }
    }
    if named.is_empty() {
        return None;
    }
    let (subject, end) = if named.len() == 1 {
        ("A trade is dated on a day without trading", "It counts")
    } else {
        ("Trades are dated on days without trading", "They count")
    };
    let named = words::list(&named, ", ", |(symbol, date)| format!("{symbol} on {}", words::day(*date)));
    let message = format!("{subject}: {named}. {end} from the next trading day.");
    Some(FileWarning {
        code: WarningCode::ClosedDay,
        rows: rows.into_iter().collect(),
        column: None,
        message,
        repair: None,
    })
}

/// Warns about open positions whose prices ended before the day up to which they were asked for.
pub(super) fn ended_prices(
    content: &FileContent,
    prices: &dyn KnownPrices,
    histories: &Histories,
) -> Option<FileWarning> {
    let mut ended: BTreeMap<&str, (NaiveDate, Vec<u64>)> = BTreeMap::new();
    for position in content.positions.iter().filter(|position| is_open(position)) {
        let Some(symbol) = market_symbol(position) else { continue };
        let Some((last, _)) = histories.get(symbol).and_then(|history| history.closes.last()) else { continue };
        if prices.asked_until(symbol).is_some_and(|asked| asked - *last > LONGEST_PAUSE) {
            ended.entry(symbol).or_insert_with(|| (*last, Vec::new())).1.extend(first_row(position));
        }
    }
    let symbols: Vec<_> = ended.iter().collect();
    let named = words::list(&symbols, ", ", |(symbol, (last, _))| format!("{symbol} since {}", words::day(*last)));
    let end = if ended.len() == 1 { "Was it sold or merged?" } else { "Were they sold or merged?" };
    warning(WarningCode::PricesEnded, ended.into_values().map(|(_, rows)| rows), format!("No price of {named}. {end}"))
}

/// Warns about symbols whose prices have a hole or jump while a position is held, as if two
/// companies had used the symbol.
pub(super) fn two_histories(content: &FileContent, histories: &Histories) -> Option<FileWarning> {
    let mut breaks: HashMap<&str, Vec<Break>> = HashMap::new();
    let mut broken: BTreeMap<&str, (Break, Vec<u64>)> = BTreeMap::new();
    for position in content.positions.iter().filter(|position| position.class != DraftClass::Private) {
        let Some(symbol) = market_symbol(position) else { continue };
        let Some(history) = histories.get(symbol) else { continue };
        let found = breaks.entry(symbol).or_insert_with(|| breaks_of(history));
        let Some((last, _)) = history.closes.last() else { continue };
        let looked_from = position.entry_date.or_else(|| last.checked_sub_days(Days::new(DAYS_LOOKED_AT)));
        let until = position.exit_date.unwrap_or(*last);
        let held = |found: &&Break| looked_from.is_some_and(|from| found.after >= from) && found.day <= until;
        if let Some(found) = found.iter().find(held) {
            broken.entry(symbol).or_insert_with(|| (*found, Vec::new())).1.extend(first_row(position));
        }
    }
    let symbols: Vec<_> = broken.iter().collect();
    let named = words::list(&symbols, ", ", |(symbol, (found, _))| found.describe(symbol));
    let end = if broken.len() == 1 { "Two histories under one name?" } else { "Two histories under each name?" };
    warning(WarningCode::TwoHistories, broken.into_values().map(|(_, rows)| rows), format!("{named}. {end}"))
}

/// A hole or a jump in the prices of a symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Break {
    /// The last day before it.
    after: NaiveDate,
    day: NaiveDate,
    from: f64,
    to: f64,
}

impl Break {
    fn describe(&self, symbol: &str) -> String {
        if self.day - self.after > LONGEST_PAUSE {
            format!("{symbol} has no prices from {} to {}", words::day(self.after), words::day(self.day))
        } else {
            let (from, to) = (words::dollars(self.from), words::dollars(self.to));
            format!("{symbol} jumps from {from} to {to} on {}", words::day(self.day))
        }
    }
}

fn breaks_of(history: &History) -> Vec<Break> {
    let is_break = |pair: &[(NaiveDate, f64)]| {
        let ratio = pair[1].1 / pair[0].1;
        pair[1].0 - pair[0].0 > LONGEST_PAUSE || !(FALL..=JUMP).contains(&ratio)
    };
    history
        .closes
        .windows(2)
        .filter(|pair| is_break(pair))
        .map(|pair| Break { after: pair[0].0, day: pair[1].0, from: pair[0].1, to: pair[1].1 })
        .collect()
}

fn warning(code: WarningCode, rows: impl Iterator<Item = Vec<u64>>, message: String) -> Option<FileWarning> {
    let mut groups = rows.peekable();
    groups.peek()?;
    let rows: BTreeSet<u64> = groups.flatten().collect();
    Some(FileWarning { code, rows: rows.into_iter().collect(), column: None, message, repair: None })
}

fn is_open(position: &DraftPosition) -> bool {
    position.class != DraftClass::Private && position.exit_date.is_none()
}

/// Returns the symbol whose prices a position needs.
fn market_symbol(position: &DraftPosition) -> Option<&str> {
    match &position.option {
        Some(option) => Some(&option.underlying),
        None => position.symbol.as_deref(),
    }
}
