//! The positions of a run as holdings of the ledger: trades on calendar rows, prices and dividends.

use std::collections::BTreeSet;

use analytics::holding::{Holding, Trade};
use chrono::NaiveDate;
use positions::Position;

use super::{
    input::Input,
    panel::{MarketPanel, Series},
    prices::PositionPrices,
};

/// Placeholder row for a trade after the last date with prices. Such trades exist because live
/// sources have no price for the current day until the market closes.
const NOT_YET: usize = usize::MAX;

/// The positions that have a value, as holdings. A position without prices is left out entirely,
/// including the cash from its trades: if only its value were left out, the equity would jump on
/// the day of a trade.
pub struct Holdings<'a> {
    /// Index of each holding's position in [`Input::positions`], grouped by symbol.
    pub positions: Vec<usize>,
    pub holdings: Vec<Holding<'a>>,
    /// Symbols of the holdings in alphabetical order. A holding's symbol number is an index into
    /// this list.
    pub symbols: Vec<&'a str>,
}

impl<'a> Holdings<'a> {
    /// Creates the holdings of a run. `prices` are those of its positions, in file order.
    pub fn new(input: &'a Input, panel: &'a MarketPanel, prices: &'a [PositionPrices<'_>]) -> Self {
        let positions: Vec<usize> =
            input.by_symbol().iter().copied().filter(|&index| prices[index].is_available()).collect();
        let symbol_of = |index: usize| input.positions()[index].symbol.as_str();
        let symbols: BTreeSet<&str> = positions.iter().map(|&index| symbol_of(index)).collect();
        let symbols: Vec<&str> = symbols.into_iter().collect();
        let series = panel.series_of_symbols(input);
        let dividends_of = |index: usize| {
            let series = input.symbol_of()[index].and_then(|place| series[place]);
            series.map(Series::dividends).unwrap_or_default()
        };
        let holdings = positions
            .iter()
            .map(|&index| Holding {
                prices: prices[index].series(),
                dividends: dividends_of(index),
                symbol: symbols.binary_search(&symbol_of(index)).unwrap_or_default(),
                ..trades(&input.positions()[index], panel)
            })
            .collect();
        Self { positions, holdings, symbols }
    }

    /// Returns the income of each position over the calendar in dollars, in file order: dividends,
    /// negative for a short position. The element of a position that is left out is `None`.
    pub fn income(&self, input: &Input) -> Vec<Option<f64>> {
        let mut income = vec![None; input.positions().len()];
        for (&index, holding) in self.positions.iter().zip(&self.holdings) {
            income[index] = Some(holding.income().map(|(_, amount)| amount).sum::<f64>() + 0.0);
        }
        income
    }

    /// Returns the cash at the close of the as-of date: today's cash, with all trades after that
    /// date reversed.
    pub fn cash_as_of(&self, today: f64) -> f64 {
        let not_yet = |trade: &Trade| trade.row == Some(NOT_YET);
        self.holdings.iter().fold(today, |cash, holding| {
            let bought = Some(holding.entry).filter(not_yet).map_or(0.0, |entry| holding.value_at(entry.price));
            let sold = holding.exit.filter(not_yet).map_or(0.0, |exit| holding.value_at(exit.price));
            cash + bought - sold
        })
    }
}

/// Returns a holding with the trades of a position, but without prices and dividends.
fn trades(position: &Position, panel: &MarketPanel) -> Holding<'static> {
    let first_date = panel.calendar.first();
    let trade = |date: NaiveDate, price: f64| Trade {
        row: if first_date.is_some_and(|first| date < *first) {
            None
        } else {
            Some(panel.row_on_or_after(date).unwrap_or(NOT_YET))
        },
        price,
    };
    Holding {
        quantity: position.quantity,
        multiplier: position.multiplier(),
        entry: trade(position.entry_date, position.entry_price),
        exit: position.exit.as_ref().map(|exit| trade(exit.date, exit.price)),
        prices: &[],
        dividends: &[],
        symbol: 0,
    }
}
