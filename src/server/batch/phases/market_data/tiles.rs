//! The findings of phase 1: a tile with the prices of each of the largest holdings, and the number
//! of other symbols.

use std::collections::BTreeMap;

use crate::server::{
    batch::model::{input::Input, panel::Series},
    findings::{Finding, MAX_TILES, TILE_POINTS, TilePrice, sample::scaled},
};

/// The tiles of a run, and the counts of the symbols without a tile.
pub(super) struct Tiles<'a> {
    /// Place of each symbol that has a tile.
    places: BTreeMap<&'a str, u8>,
    priced: u64,
    missing: u64,
    waiting: u64,
    /// Whether the counts have changed since they were last reported.
    is_changed: bool,
}

impl<'a> Tiles<'a> {
    /// Chooses the symbols with the largest holdings. Their order is that of their tiles.
    pub(super) fn new(input: &'a Input) -> Self {
        let mut symbols: Vec<usize> = (0..input.symbols().len()).collect();
        let sizes: Vec<f64> = symbols.iter().map(|&place| size(input, place)).collect();
        // The sort is stable, so symbols of equal size stay in alphabetical order.
        symbols.sort_by(|&one, &other| sizes[other].total_cmp(&sizes[one]));
        let waiting = symbols.len().saturating_sub(MAX_TILES) as u64;
        let tiles = symbols.into_iter().take(MAX_TILES).zip(0..);
        let places = tiles.map(|(place, tile)| (input.symbols()[place].as_str(), tile)).collect();
        Self { places, priced: 0, missing: 0, waiting, is_changed: waiting > 0 }
    }

    /// Returns all tiles before the first price arrives, and the number of other symbols.
    pub(super) fn waiting(&mut self) -> Vec<Finding> {
        let mut tiles: Vec<(&str, u8)> = self.places.iter().map(|(symbol, tile)| (*symbol, *tile)).collect();
        tiles.sort_unstable_by_key(|(_, tile)| *tile);
        let tiles = tiles.into_iter().map(|(symbol, tile)| finding(tile, symbol, TilePrice::Waiting));
        tiles.chain(self.more()).collect()
    }

    /// Returns the tile of a symbol whose prices have arrived. If the symbol has no tile, counts
    /// it.
    pub(super) fn priced(&mut self, symbol: &str, series: &Series) -> Option<Finding> {
        let Some(tile) = self.places.get(symbol).copied() else {
            self.count(|counts| &mut counts.priced);
            return None;
        };
        let closes: Vec<f64> = series.close().iter().flatten().copied().collect();
        let change = match closes.as_slice() {
            [first, .., last] => Some(last / first - 1.0),
            _ => None,
        };
        let price = TilePrice::Known {
            points: scaled(&closes, TILE_POINTS),
            change: change.filter(|change| change.is_finite()),
            days: closes.len() as u64,
        };
        Some(finding(tile, symbol, price))
    }

    /// Returns the tile of a symbol that has no prices. If the symbol has no tile, counts it.
    pub(super) fn missing(&mut self, symbol: &str, reason: &str) -> Option<Finding> {
        let Some(tile) = self.places.get(symbol).copied() else {
            self.count(|counts| &mut counts.missing);
            return None;
        };
        Some(finding(tile, symbol, TilePrice::Missing { reason: reason.to_owned() }))
    }

    /// Returns the counts of the symbols without a tile, if they have changed since the last call.
    pub(super) fn more(&mut self) -> Option<Finding> {
        let Self { priced, missing, waiting, .. } = *self;
        std::mem::take(&mut self.is_changed).then_some(Finding::MorePrices { priced, missing, waiting })
    }

    fn count(&mut self, counter: impl FnOnce(&mut Self) -> &mut u64) {
        *counter(self) += 1;
        self.waiting = self.waiting.saturating_sub(1);
        self.is_changed = true;
    }
}

fn finding(tile: u8, symbol: &str, price: TilePrice) -> Finding {
    Finding::Price { tile, symbol: symbol.to_owned(), price }
}

/// Returns the value at which a symbol's open lots were bought, in dollars. Lots whose entry price
/// is not known yet count as zero.
fn size(input: &Input, place: usize) -> f64 {
    let open = |position: &usize| {
        let position = &input.positions()[*position];
        let is_known = position.exit.is_none() && position.price_source.is_stated();
        is_known.then_some(position.quantity * position.entry_price)
    };
    input.lots_of(place).iter().filter_map(open).sum::<f64>().abs()
}

#[cfg(test)]
mod tests {
    use positions::{EntryPriceSource, InvestmentClass, Position};

    use super::{Finding, Input, MAX_TILES, Series, TilePrice, Tiles};
    use crate::server::market_data::Factors;

    /// Returns an input with one share of each symbol, bought at the given price.
    fn input(holdings: &[(String, f64)]) -> Input {
        let position = |(symbol, entry_price): &(String, f64)| Position {
            symbol: symbol.clone(),
            quantity: -1.0,
            entry_price: *entry_price,
            price_source: EntryPriceSource::Stated,
            entry_date: "2022-01-03".parse().unwrap(),
            class: InvestmentClass::Public,
            subtype: None,
            exit: None,
        };
        Input::new(holdings.iter().map(position).collect(), 0.0, Factors::live(), "local".to_owned(), 1)
    }

    /// Returns an input with one more symbol than there are tiles. `A00` is the smallest holding.
    fn one_too_many() -> Input {
        let names = 0..=u8::try_from(MAX_TILES).unwrap();
        input(&names.map(|number| (format!("A{number:02}"), f64::from(number) + 1.0)).collect::<Vec<_>>())
    }

    #[test]
    fn orders_tiles_by_size_of_holding() {
        let input = input(&[("B".to_owned(), 1.0), ("A".to_owned(), 1.0), ("C".to_owned(), 9.0)]);
        let symbols: Vec<String> = Tiles::new(&input)
            .waiting()
            .into_iter()
            .map(|finding| if let Finding::Price { symbol, .. } = finding { symbol } else { String::new() })
            .collect();
        assert_eq!(symbols, ["C", "A", "B"]);
    }

    #[test]
    fn counts_symbols_without_a_tile() {
        let input = one_too_many();
        let mut tiles = Tiles::new(&input);
        let more = |priced, missing, waiting| Some(Finding::MorePrices { priced, missing, waiting });
        let waiting = tiles.waiting();
        assert_eq!((waiting.len(), waiting.last().cloned()), (MAX_TILES + 1, more(0, 0, 1)));
        assert_eq!(tiles.more(), None, "the counts have not changed");
        assert_eq!(tiles.missing("A00", "delisted"), None);
        assert_eq!(tiles.more(), more(0, 1, 0));
    }

    #[test]
    fn measures_change_over_days_with_prices() {
        let input = input(&[("A".to_owned(), 1.0)]);
        let closes = vec![None, Some(50.0), None, Some(60.0)];
        let found = Tiles::new(&input).priced("A", &Series::new(closes.clone(), closes)).unwrap();
        let Finding::Price { price: TilePrice::Known { points, change, days }, .. } = found else { unreachable!() };
        assert_eq!((points, days), (vec![0, 99], 2));
        assert!((change.unwrap() - 0.2).abs() < 1e-12);
    }
}
