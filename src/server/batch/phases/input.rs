//! What a run works on: the positions, the cash, the factor set.

use std::collections::BTreeSet;

use crate::server::{
    market_data::Factors,
    portfolio::{InvestmentClass, Position},
    store::Portfolio,
    tracker::Cause,
};

/// The input of every phase.
#[derive(Debug, Clone)]
pub struct Input {
    /// The positions, in the order of the file.
    pub positions: Vec<Position>,
    /// Cash as of today, in dollars.
    pub cash: f64,
    /// The factor set of the data source.
    pub factors: Factors,
    /// On whose behalf prices are asked for.
    pub user: String,
    /// Which run asks: runs of one user share their turns.
    pub run: u64,
    symbols: Vec<String>,
    symbol_of: Vec<Option<usize>>,
}

impl Input {
    /// These positions and this cash, measured with these factors, for this run of this user.
    pub fn new(positions: Vec<Position>, cash: f64, factors: Factors, user: String, run: u64) -> Self {
        let listed = |position: &Position| position.class == InvestmentClass::Public;
        let names: BTreeSet<&str> =
            positions.iter().filter(|position| listed(position)).map(|position| position.symbol.as_str()).collect();
        let symbols: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let place = |position: &Position| symbols.binary_search(&position.symbol).ok().filter(|_| listed(position));
        let symbol_of = positions.iter().map(place).collect();
        Self { positions, cash, factors, user, run, symbols, symbol_of }
    }

    /// The input of a stored portfolio.
    pub fn of_portfolio(portfolio: &Portfolio, factors: Factors, run: u64) -> Self {
        Self::new(portfolio.positions.clone(), portfolio.cash, factors, portfolio.owner.clone(), run)
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

    /// Every series that the run needs, each once: the benchmark first, then the positions' own, then underlyings of
    /// options, then factors.
    pub fn wanted(&self) -> Vec<Wanted> {
        let own = self.symbols();
        let mut wanted: Vec<Wanted> = Vec::new();
        let underlyings = self.positions.iter().filter_map(|position| match &position.class {
            InvestmentClass::Options(contract) => Some(contract.underlying.clone()),
            InvestmentClass::Public | InvestmentClass::Private => None,
        });
        let candidates = [(self.factors.market.clone(), Role::Benchmark)]
            .into_iter()
            .chain(own.iter().map(|symbol| (symbol.clone(), Role::Position)))
            .chain(underlyings.map(|symbol| (symbol, Role::Underlying)))
            .chain(self.factors.symbols().into_iter().map(|symbol| (symbol, Role::Factor)));
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
        }
    }

    /// Why the run warns where there is no such series.
    pub fn cause(&self) -> Cause {
        match self.role {
            Role::Benchmark | Role::Factor => Cause::NoFactorPrices,
            Role::Position => Cause::NoPriceHistory,
            Role::Underlying => Cause::NoUnderlyingPrices,
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
#[allow(missing_docs)] // The words say it.
pub enum Role {
    Benchmark,
    Position,
    Underlying,
    Factor,
}

impl Role {
    /// As the log says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Benchmark => "benchmark",
            Self::Position => "position",
            Self::Underlying => "underlying",
            Self::Factor => "factor",
        }
    }
}
