//! Known prices of the symbols of a file.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};

use crate::{content::FileContent, known_prices::KnownPrices};

/// Number of most recent daily moves from which a symbol's usual move is found.
const MOVES: usize = 1_000;

/// Maximum number of calendar days between a trade and the close that its price is compared with.
const DAYS_TO_NEXT_CLOSE: i64 = 7;

/// A price that differs from the close by a smaller logarithm could have been traded that day: 20%.
const SMALLEST_BOUND: f64 = 0.182;

/// Largest distance of a day's prices from its close, in usual moves of the symbol.
const USUAL_MOVES: f64 = 8.0;

/// Extra room above closes that may be adjusted for dividends, per year since the trade.
const DIVIDENDS_PER_YEAR: f64 = 0.05;

/// The largest room for dividends.
const LARGEST_DIVIDENDS: f64 = 0.5;

/// The known prices of one symbol, with its usual daily move.
pub(super) struct History<'a> {
    pub closes: &'a [(NaiveDate, f64)],
    /// The median of the absolute logarithms of daily moves.
    usual_move: f64,
    may_include_dividends: bool,
}

/// The known prices of all symbols of a file.
pub(super) struct Histories<'a>(HashMap<&'a str, History<'a>>);

impl<'a> Histories<'a> {
    /// Looks up each symbol of the file, and each option's underlying.
    pub(super) fn new(content: &'a FileContent, prices: &'a dyn KnownPrices) -> Self {
        let mut histories = HashMap::new();
        for position in &content.positions {
            let underlying = position.option.as_ref().map(|option| option.underlying.as_str());
            let Some(symbol) = underlying.or(position.symbol.as_deref()) else { continue };
            if !histories.contains_key(symbol)
                && let Some(closes) = prices.closes(symbol).filter(|closes| !closes.is_empty())
            {
                histories.insert(symbol, History::new(closes, prices.may_include_dividends()));
            }
        }
        Self(histories)
    }

    pub(super) fn get(&self, symbol: &str) -> Option<&History<'a>> {
        self.0.get(symbol)
    }
}

impl<'a> History<'a> {
    fn new(closes: &'a [(NaiveDate, f64)], may_include_dividends: bool) -> Self {
        let recent = &closes[closes.len().saturating_sub(MOVES + 1)..];
        let mut moves: Vec<f64> =
            recent.windows(2).map(|pair| (pair[1].1 / pair[0].1).ln().abs()).filter(|size| size.is_finite()).collect();
        let middle = moves.len() / 2;
        let usual_move = if moves.is_empty() { 0.0 } else { *moves.select_nth_unstable_by(middle, f64::total_cmp).1 };
        Self { closes, usual_move, may_include_dividends }
    }

    /// Returns the index of the first close on or after a day.
    pub(super) fn index_from(&self, day: NaiveDate) -> usize {
        self.closes.partition_point(|(date, _)| *date < day)
    }

    /// Returns whether the symbol has a close on a day.
    pub(super) fn has(&self, day: NaiveDate) -> bool {
        self.closes.get(self.index_from(day)).is_some_and(|(date, _)| *date == day)
    }

    /// Returns the close of a day or of the next day with one, and the bounds of the price's
    /// logarithm over the close.
    ///
    /// Prices of a day stay near its close. The bounds are 20%, eight times the symbol's usual
    /// daily move, or the moves to the closes before and after, whichever is widest. Closes that
    /// are adjusted for dividends are lower than the prices paid, so there is more room above them.
    pub(super) fn close_near(&self, day: NaiveDate) -> Option<Close> {
        let index = self.index_from(day);
        let (date, close) = *self.closes.get(index)?;
        let is_near = index > 0 || date == day;
        if !is_near || date - day > TimeDelta::days(DAYS_TO_NEXT_CLOSE) || !is_price(close) {
            return None;
        }
        let neighbors = [index.checked_sub(1), index.checked_add(1)];
        let moves = neighbors.into_iter().flatten().filter_map(|other| self.closes.get(other));
        let largest = moves.map(|(_, other)| (other / close).ln().abs()).filter(|size| size.is_finite());
        let bound = largest.fold(SMALLEST_BOUND.max(USUAL_MOVES * self.usual_move), f64::max);
        let last = self.closes.last().map_or(date, |(last, _)| *last);
        let years = (last - date).num_days() as f64 / 365.25;
        let dividends = if self.may_include_dividends { years * DIVIDENDS_PER_YEAR } else { 0.0 };
        Some(Close { price: close, date, bound, dividends: dividends.min(LARGEST_DIVIDENDS) })
    }
}

/// A close, and how far from it a price of that day can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Close {
    pub price: f64,
    pub date: NaiveDate,
    /// The largest plausible logarithm of a price over the close, or of the close over a price.
    pub bound: f64,
    /// The part of that logarithm that dividends may explain, if the price is above the close.
    pub dividends: f64,
}

impl Close {
    /// Returns whether a price could have been traded on the day of the close.
    pub(super) fn allows(&self, price: f64) -> bool {
        let distance = (price / self.price).ln();
        (-self.bound..=self.bound + self.dividends).contains(&distance)
    }
}

/// Returns whether a number can be a price.
pub(super) fn is_price(value: f64) -> bool {
    value.is_finite() && value > 0.0
}
