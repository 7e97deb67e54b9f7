//! What a run works on: the positions, the cash, the factor set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use positions::{InvestmentClass, OptionContract, Position};

use crate::server::{
    market_data::{Factors, OptionQuotes},
    store::Portfolio,
    tracker::Cause,
};

/// The input of every phase.
#[derive(Debug, Clone)]
pub struct Input {
    /// In the order of the file.
    positions: Vec<Position>,
    /// Cash as of today, in dollars.
    pub cash: f64,
    /// The factor set of the data source.
    pub factors: Factors,
    /// On whose behalf prices are asked for.
    pub user: String,
    /// Which run asks: runs of one user share their turns.
    pub run: u64,
    first_entry: Option<NaiveDate>,
    symbols: Vec<String>,
    symbol_of: Vec<Option<usize>>,
    by_symbol: Vec<usize>,
    /// Where the lots of each symbol begin in `by_symbol`, and where those of the last end.
    first_lots: Vec<usize>,
}

impl Input {
    /// These positions and this cash, measured with these factors, for this run of this user.
    pub fn new(positions: Vec<Position>, cash: f64, factors: Factors, user: String, run: u64) -> Self {
        let listed = |position: &Position| position.class == InvestmentClass::Public;
        let names: BTreeSet<&str> =
            positions.iter().filter(|position| listed(position)).map(|position| position.symbol.as_str()).collect();
        let symbols: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let place = |position: &Position| symbols.binary_search(&position.symbol).ok().filter(|_| listed(position));
        let symbol_of: Vec<Option<usize>> = positions.iter().map(place).collect();
        let mut by_symbol: Vec<usize> = (0..positions.len()).collect();
        by_symbol.sort_by_key(|&position| symbol_of[position]);
        let first_lot = |place: usize| by_symbol.partition_point(|&position| symbol_of[position] < Some(place));
        let first_lots = (0..=symbols.len()).map(first_lot).collect();
        let first_entry = positions.iter().map(|position| position.entry_date).min();
        Self { positions, cash, factors, user, run, first_entry, symbols, symbol_of, by_symbol, first_lots }
    }

    /// The input of a stored portfolio.
    pub fn of_portfolio(portfolio: &Portfolio, factors: Factors, run: u64) -> Self {
        Self::new(portfolio.positions.clone(), portfolio.cash, factors, portfolio.owner.clone(), run)
    }

    /// The positions, in the order of the file.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// When the first of them was entered; `None` without any.
    pub fn first_entry(&self) -> Option<NaiveDate> {
        self.first_entry
    }

    /// Symbols of the listed positions, each once, in alphabetical order.
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// For each position the place of its symbol among [`Self::symbols`]; `None` where it is not listed. Several lots
    /// share a place, so what is the same for all lots of a symbol is found by it.
    pub fn symbol_of(&self) -> &[Option<usize>] {
        &self.symbol_of
    }

    /// Places of all positions in the file, the lots of a symbol side by side; first those that are not listed.
    pub fn by_symbol(&self) -> &[usize] {
        &self.by_symbol
    }

    /// Places in the file of the positions in one of [`Self::symbols`], by its place.
    pub fn lots_of(&self, symbol: usize) -> &[usize] {
        &self.by_symbol[self.first_lots[symbol]..self.first_lots[symbol + 1]]
    }

    /// Places in the file of the positions that are not listed.
    pub fn unlisted(&self) -> &[usize] {
        &self.by_symbol[..self.first_lots[0]]
    }

    /// The options, each with its position's symbol, in the order of the file.
    pub fn options(&self) -> impl Iterator<Item = (&str, &OptionContract)> {
        self.positions.iter().filter_map(|position| match &position.class {
            InvestmentClass::Options(contract) => Some((position.symbol.as_str(), contract)),
            InvestmentClass::Public | InvestmentClass::Private => None,
        })
    }

    /// Symbols whose prices are those of one option contract. A symbol that also names a share, a factor, an underlying
    /// or another contract is none of them: its prices are somebody else's.
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
        let taken: BTreeSet<&str> = shares
            .map(|position| position.symbol.as_str())
            .chain(self.options().map(|(_, contract)| contract.underlying.as_str()))
            .collect();
        let factors = self.factors.symbols();
        let is_own = |symbol: &str| !taken.contains(symbol) && !factors.iter().any(|factor| factor == symbol);
        let sole = contracts.into_iter().filter_map(|(symbol, contract)| contract.map(|_| symbol));
        sole.filter(|symbol| is_own(symbol)).collect()
    }

    /// Every series that the run needs, each once: the benchmark first, then the positions' own, then underlyings of
    /// options, then factors, then options where the source may have prices of them.
    pub fn wanted(&self, quotes: OptionQuotes) -> Vec<Wanted> {
        let own = self.symbols();
        let mut wanted: Vec<Wanted> = Vec::new();
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
                // What is held is spoken of as held, even where it also serves as the benchmark.
                let role = if own.binary_search(&symbol).is_ok() { Role::Position } else { role };
                wanted.push(Wanted { symbol, role });
            }
        }
        wanted
    }
}

/// A series that a run needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub symbol: String,
    /// What for.
    pub role: Role,
}

impl Wanted {
    /// As the log says that there is no such series.
    pub fn unavailable(&self) -> &'static str {
        match self.role {
            Role::Benchmark => "Benchmark unavailable",
            Role::Position => "Symbol unavailable",
            Role::Underlying => "Underlying unavailable",
            Role::Factor => "Factor unavailable",
            Role::OptionQuote => "No price of its own",
        }
    }

    /// Why the run warns where there is no such series; `None` where it does as well without: an option that has no
    /// price of its own is modelled.
    pub fn cause(&self) -> Option<Cause> {
        match self.role {
            Role::Benchmark | Role::Factor => Some(Cause::NoFactorPrices),
            Role::Position => Some(Cause::NoPriceHistory),
            Role::Underlying => Some(Cause::NoUnderlyingPrices),
            Role::OptionQuote => None,
        }
    }

    /// Whether nothing can be said of the portfolio without it.
    pub fn is_essential(&self) -> bool {
        matches!(self.role, Role::Benchmark | Role::Position)
    }

    /// Whether a position is listed under it.
    pub fn is_position(&self) -> bool {
        self.role == Role::Position
    }
}

/// What a series is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Benchmark,
    Position,
    Underlying,
    Factor,
    /// An option's own price.
    OptionQuote,
}

impl Role {
    /// As the log says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Benchmark => "benchmark",
            Self::Position => "position",
            Self::Underlying => "underlying",
            Self::Factor => "factor",
            Self::OptionQuote => "option",
        }
    }
}
