//! The input of a run: positions, cash and factor set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use positions::{InvestmentClass, OptionContract, Position};

use super::{
    entry_prices::{self, EntryPrice, OwnPrices},
    option_models::OptionModels,
    panel::MarketPanel,
    prices::PositionPrices,
    settlement::settling_exit,
};
use crate::server::{
    market_data::{Factors, OptionQuotes},
    store::Portfolio,
    tracker::Cause,
};

/// The input that all nine phases of a run share.
#[derive(Debug, Clone)]
pub struct Input {
    /// Positions in the order of the uploaded file.
    positions: Vec<Position>,
    /// Knowledge about the entry price of each position.
    entry_prices: Vec<EntryPrice>,
    /// The portfolio's cash as of today, in dollars.
    pub cash: f64,
    pub factors: Factors,
    /// Risk-free rate: effective, as a fraction per year. It is 0 unless
    /// [`Self::with_risk_free_rate`] sets it.
    pub risk_free_rate: f64,
    /// The user on whose behalf prices are requested.
    pub user: String,
    /// Id of the run, used to count the run's outstanding price requests. Requests to the data
    /// provider alternate between users; all runs of a user share the user's turns.
    pub run: u64,
    first_entry: Option<NaiveDate>,
    symbols: Vec<String>,
    symbol_of: Vec<Option<usize>>,
    by_symbol: Vec<usize>,
    /// For each symbol, the index in `by_symbol` at which its lots start. One more element at the
    /// end marks where the lots of the last symbol end.
    first_lots: Vec<usize>,
}

impl Input {
    /// Creates the input of a run that belongs to `user`.
    pub fn new(positions: Vec<Position>, cash: f64, factors: Factors, user: String, run: u64) -> Self {
        let listed = |position: &Position| position.class == InvestmentClass::Public;
        let names: BTreeSet<&str> =
            positions.iter().filter(|position| listed(position)).map(|position| position.symbol.as_str()).collect();
        let symbols: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let index_of = |position: &Position| symbols.binary_search(&position.symbol).ok().filter(|_| listed(position));
        let symbol_of: Vec<Option<usize>> = positions.iter().map(index_of).collect();
        let mut by_symbol: Vec<usize> = (0..positions.len()).collect();
        by_symbol.sort_by_key(|&position| symbol_of[position]);
        let first_lot = |index: usize| by_symbol.partition_point(|&position| symbol_of[position] < Some(index));
        let first_lots = (0..=symbols.len()).map(first_lot).collect();
        let first_entry = positions.iter().map(|position| position.entry_date).min();
        let entry_prices = positions.iter().map(EntryPrice::before_prices).collect();
        Self {
            positions,
            entry_prices,
            cash,
            factors,
            risk_free_rate: 0.0,
            user,
            run,
            first_entry,
            symbols,
            symbol_of,
            by_symbol,
            first_lots,
        }
    }

    /// Builds the input of a run from a stored portfolio.
    pub fn from_portfolio(portfolio: &Portfolio, factors: Factors, run: u64) -> Self {
        Self::new(portfolio.positions.clone(), portfolio.cash, factors, portfolio.owner.clone(), run)
    }

    /// Sets the risk-free rate: effective, as a fraction per year.
    #[must_use]
    pub fn with_risk_free_rate(self, risk_free_rate: f64) -> Self {
        Self { risk_free_rate, ..self }
    }

    /// Returns the same input with what follows from the prices that phase 1 collected: entry
    /// prices that the file does not state, and the settlement of expired options. A settled option
    /// is the same as one that the file closes on that day.
    #[must_use]
    pub fn with_market_prices(&self, panel: &MarketPanel) -> Self {
        let mut input = self.with_entry_prices(panel);
        for position in &mut input.positions {
            if let Some(exit) = settling_exit(position, panel) {
                position.exit = Some(exit);
            }
        }
        input
    }

    /// Returns whether the input is the same before and after phase 1 has collected prices; see
    /// [`Self::with_market_prices`].
    pub fn needs_no_market_prices(&self) -> bool {
        self.states_all_entry_prices() && self.options().next().is_none()
    }

    /// Returns the same input with entry prices taken from the market, for the positions whose file
    /// does not state them. Every other entry price stays as it is.
    #[must_use]
    fn with_entry_prices(&self, panel: &MarketPanel) -> Self {
        let mut input = self.clone();
        if self.states_all_entry_prices() {
            return input;
        }
        let models = OptionModels::new(self, panel);
        let quotes = panel.option_quotes(self);
        let unique = self.option_symbols();
        let listed = panel.series_of_symbols(self);
        for (index, position) in input.positions.iter_mut().enumerate() {
            if position.price_source.is_stated() {
                continue;
            }
            let symbol = position.symbol.as_str();
            let own = OwnPrices { is_unique: unique.contains(symbol), series: quotes.get(symbol).copied() };
            let series = self.symbol_of[index].and_then(|place| listed[place]);
            let prices = PositionPrices::for_position(position, series, own.series, &models, panel);
            input.entry_prices[index] = match entry_prices::take(position, &prices, own, &models, panel) {
                Ok((date, price)) => {
                    position.entry_price = price;
                    EntryPrice::Taken(date)
                }
                Err(reason) => EntryPrice::Unknown(reason),
            };
        }
        input
    }

    /// Returns what is known about the entry price of a position. `index` is an index into
    /// [`Self::positions`].
    pub fn entry_price(&self, index: usize) -> EntryPrice {
        self.entry_prices[index]
    }

    /// Returns whether the file states every entry price.
    fn states_all_entry_prices(&self) -> bool {
        self.positions.iter().all(|position| position.price_source.is_stated())
    }

    /// Returns the positions in file order.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Returns the earliest entry date of all positions, or `None` if there are no positions.
    pub fn first_entry(&self) -> Option<NaiveDate> {
        self.first_entry
    }

    /// Returns the distinct symbols of the listed positions in alphabetical order.
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// Returns, for each position in file order, the index of its symbol in [`Self::symbols`], or
    /// `None` if the position is not listed. All lots of a symbol have the same index, which can be
    /// used to look up results per symbol.
    pub fn symbol_of(&self) -> &[Option<usize>] {
        &self.symbol_of
    }

    /// Returns the indices of all positions in [`Self::positions`], grouped by symbol. Positions
    /// that are not listed (options and private positions) come first.
    pub fn by_symbol(&self) -> &[usize] {
        &self.by_symbol
    }

    /// Returns the indices of a symbol's lots in [`Self::positions`]. `symbol` is an index into
    /// [`Self::symbols`].
    pub fn lots_of(&self, symbol: usize) -> &[usize] {
        &self.by_symbol[self.first_lots[symbol]..self.first_lots[symbol + 1]]
    }

    /// Returns the indices in [`Self::positions`] of the positions that are not listed: options and
    /// private positions.
    pub fn unlisted(&self) -> &[usize] {
        &self.by_symbol[..self.first_lots[0]]
    }

    /// Returns the option contracts in file order, each with the symbol of its position.
    pub fn options(&self) -> impl Iterator<Item = (&str, &OptionContract)> {
        self.positions.iter().filter_map(|position| match &position.class {
            InvestmentClass::Options(contract) => Some((position.symbol.as_str(), contract)),
            InvestmentClass::Public | InvestmentClass::Private => None,
        })
    }

    /// Returns the option symbols that stand for exactly one contract. Excludes symbols that also
    /// name a share, a factor, an underlying or another contract, because prices under such a
    /// symbol may not belong to the option.
    pub fn option_symbols(&self) -> BTreeSet<&str> {
        let mut contracts: BTreeMap<&str, Option<&OptionContract>> = BTreeMap::new();
        for (symbol, contract) in self.options() {
            let known = contracts.entry(symbol).or_insert(Some(contract));
            *known = known.filter(|known| *known == contract);
        }
        if contracts.is_empty() {
            return BTreeSet::new();
        }
        let shares = self.positions.iter().filter(|position| !matches!(position.class, InvestmentClass::Options(_)));
        let other_symbols: BTreeSet<&str> = shares
            .map(|position| position.symbol.as_str())
            .chain(self.options().map(|(_, contract)| contract.underlying.as_str()))
            .collect();
        let factors = self.factors.symbols();
        let is_unique =
            |symbol: &str| !other_symbols.contains(symbol) && !factors.iter().any(|factor| factor == symbol);
        let with_one_contract = contracts.into_iter().filter_map(|(symbol, contract)| contract.map(|_| symbol));
        with_one_contract.filter(|symbol| is_unique(symbol)).collect()
    }

    /// Lists every price series that the run needs, without duplicates: the benchmark first, then
    /// the symbols of the positions, the underlyings of options, the factors, and finally the
    /// options themselves if the source may have option prices.
    pub fn required_series(&self, quotes: OptionQuotes) -> Vec<RequiredSeries> {
        let own = self.symbols();
        let mut required: Vec<RequiredSeries> = Vec::new();
        let underlyings = self.options().map(|(_, contract)| contract.underlying.clone());
        let options = match quotes {
            OptionQuotes::Possible => self.option_symbols(),
            OptionQuotes::Never => BTreeSet::new(),
        };
        let candidates = [(self.factors.market.clone(), Role::Benchmark)]
            .into_iter()
            .chain(own.iter().map(|symbol| (symbol.clone(), Role::Position)))
            .chain(underlyings.map(|symbol| (symbol, Role::Underlying)))
            .chain(self.factors.symbols().into_iter().map(|symbol| (symbol, Role::Factor)))
            .chain(options.into_iter().map(|symbol| (symbol.to_owned(), Role::OptionQuote)));
        let mut seen = BTreeSet::new();
        for (symbol, role) in candidates {
            if seen.insert(symbol.clone()) {
                // A symbol that is held counts as a position, even if it is also the benchmark.
                let role = if own.binary_search(&symbol).is_ok() { Role::Position } else { role };
                required.push(RequiredSeries { symbol, role });
            }
        }
        required
    }
}

/// A price series that a run needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredSeries {
    pub symbol: String,
    pub role: Role,
}

impl RequiredSeries {
    /// Returns the phrase with which the log reports that this series is missing.
    pub fn unavailable_label(&self) -> &'static str {
        match self.role {
            Role::Benchmark => "Benchmark unavailable",
            Role::Position => "Symbol unavailable",
            Role::Underlying => "Underlying unavailable",
            Role::Factor => "Factor unavailable",
            Role::OptionQuote => "No price of its own",
        }
    }

    /// Returns the cause to give in the warning that this series is missing. Returns `None` for an
    /// option's own prices: without them, a model values the option, so no warning is needed.
    pub fn cause(&self) -> Option<Cause> {
        match self.role {
            Role::Benchmark | Role::Factor => Some(Cause::NoFactorPrices),
            Role::Position => Some(Cause::NoPriceHistory),
            Role::Underlying => Some(Cause::NoUnderlyingPrices),
            Role::OptionQuote => None,
        }
    }

    /// Returns whether the run needs this series. If an error affects all symbols and the series
    /// cannot be fetched, the run ends if it needs the series. Otherwise it continues: prices of
    /// factors, underlyings and options only add to the results.
    pub fn is_essential(&self) -> bool {
        matches!(self.role, Role::Benchmark | Role::Position)
    }

    /// Returns whether this is the series of a listed position.
    pub fn is_position(&self) -> bool {
        self.role == Role::Position
    }
}

/// The purpose of a price series in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Benchmark,
    Position,
    Underlying,
    Factor,
    /// An option's own prices.
    OptionQuote,
}

impl Role {
    /// Returns the name of this role in the log.
    pub fn label(self) -> &'static str {
        match self {
            Self::Benchmark => "benchmark",
            Self::Position => "position",
            Self::Underlying => "underlying",
            Self::Factor => "factor",
            Self::OptionQuote => "option",
        }
    }
}
