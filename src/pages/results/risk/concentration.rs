//! How much of the portfolio is in its largest symbols, and in each sector.

use std::collections::BTreeMap;

use super::super::format::{count, dollars, percent};
use crate::server::batch::phases::position_values::PositionValue;

/// Maximum number of sectors in the table. The others are added up in one row.
const MAX_SECTORS: usize = 20;

/// The open positions, grouped by symbol and by sector.
pub struct Concentration<'a> {
    equity: Option<f64>,
    /// Symbols with the sum of their market values, the largest size first.
    symbols: Vec<(&'a str, f64)>,
    sectors: BTreeMap<&'a str, Sector>,
    /// Positions whose sector the file does not name.
    unnamed: Sector,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sector {
    positions: usize,
    market_value: f64,
}

impl Sector {
    fn add(&mut self, other: Self) {
        self.positions += other.positions;
        self.market_value += other.market_value;
    }
}

impl<'a> Concentration<'a> {
    /// Groups the open positions. `equity` is the portfolio's value if it is positive.
    pub fn new(values: &'a [PositionValue], equity: Option<f64>) -> Self {
        let mut symbols: BTreeMap<&str, f64> = BTreeMap::new();
        let mut sectors: BTreeMap<&str, Sector> = BTreeMap::new();
        let mut unnamed = Sector::default();
        for value in values {
            let Some(market_value) = value.market_value.filter(|value| *value != 0.0) else { continue };
            *symbols.entry(&value.symbol).or_default() += market_value;
            let sector = value.subtype.as_deref().map_or(&mut unnamed, |name| sectors.entry(name).or_default());
            sector.add(Sector { positions: 1, market_value });
        }
        let mut symbols: Vec<(&str, f64)> = symbols.into_iter().collect();
        symbols.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        Self { equity, symbols, sectors, unnamed }
    }

    pub fn symbols(&self) -> usize {
        self.symbols.len()
    }

    /// Returns the largest symbol with its share of the equity.
    pub fn largest(&self) -> Option<(&'a str, Option<f64>)> {
        self.symbols.first().map(|(symbol, value)| (*symbol, self.share(*value)))
    }

    /// Returns the summed sizes of the largest symbols, as a share of the equity.
    pub fn top(&self, number: usize) -> Option<f64> {
        self.share(self.symbols.iter().take(number).map(|(_, value)| value.abs()).sum())
    }

    fn share(&self, value: f64) -> Option<f64> {
        self.equity.map(|equity| value / equity)
    }

    /// Returns the rows of the sector table, the largest sector first. It is empty if the file
    /// names no sector.
    pub fn sectors(&self) -> Vec<Vec<String>> {
        if self.sectors.is_empty() {
            return Vec::new();
        }
        let mut sectors: Vec<(&str, Sector)> = self.sectors.iter().map(|(name, sector)| (*name, *sector)).collect();
        sectors.sort_by(|a, b| b.1.market_value.abs().total_cmp(&a.1.market_value.abs()));
        let smaller = sectors.split_off(sectors.len().min(MAX_SECTORS));
        let mut rest = Sector::default();
        for (_, sector) in &smaller {
            rest.add(*sector);
        }
        let row = |name: String, sector: Sector| {
            let (value, share) = (dollars(Some(sector.market_value)), percent(self.share(sector.market_value)));
            vec![name, count(sector.positions), value, share]
        };
        let mut rows: Vec<Vec<String>> =
            sectors.into_iter().map(|(name, sector)| row(name.to_owned(), sector)).collect();
        if !smaller.is_empty() {
            rows.push(row(format!("{} other sectors", count(smaller.len())), rest));
        }
        if self.unnamed.positions > 0 {
            rows.push(row("No sector named".to_owned(), self.unnamed));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(symbol: &str, subtype: Option<&str>, market_value: Option<f64>) -> PositionValue {
        PositionValue { subtype: subtype.map(str::to_owned), ..PositionValue::of_one_share(symbol, market_value) }
    }

    #[test]
    fn adds_up_lots_of_the_largest_symbol() {
        let values = [
            value("AAPL", None, Some(30.0)),
            value("XOM", None, Some(-50.0)),
            value("AAPL", None, Some(40.0)),
            value("HZNP", None, None),
        ];
        let found = Concentration::new(&values, Some(200.0));
        assert_eq!((found.largest(), found.symbols()), (Some(("AAPL", Some(0.35))), 2));
        assert_eq!(found.top(5), Some(0.6), "shorts count by size");
        assert_eq!(Concentration::new(&values, None).top(5), None);
    }

    #[test]
    fn sums_sectors_that_the_file_names() {
        let values = [
            value("AAPL", Some("Technology"), Some(30.0)),
            value("XOM", Some("Energy"), Some(50.0)),
            value("AMD", Some("Technology"), Some(40.0)),
            value("KO", None, Some(10.0)),
        ];
        let rows = Concentration::new(&values, Some(200.0)).sectors();
        assert_eq!(rows[0], ["Technology", "2", "70", "35.0%"]);
        assert_eq!(rows[2], ["No sector named", "1", "10", "5.0%"]);
        assert!(Concentration::new(&values[3..], Some(200.0)).sectors().is_empty());
    }

    #[test]
    fn adds_up_small_sectors_in_one_row() {
        let names: Vec<String> = (0..10_000).map(|number| format!("Sector {number}")).collect();
        let values: Vec<PositionValue> = names.iter().map(|name| value("AAPL", Some(name), Some(1.0))).collect();
        let rows = Concentration::new(&values, Some(10_000.0)).sectors();
        assert_eq!((rows.len(), rows[20][0].as_str(), rows[20][1].as_str()), (21, "9,980 other sectors", "9,980"));
    }
}
