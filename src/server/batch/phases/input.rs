//! What a run works on: the positions, the cash, the factor set.

use std::collections::BTreeSet;

use crate::server::{
    batch::plan::Workload,
    market_data::Factors,
    portfolio::{InvestmentClass, Position},
    store::Portfolio,
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
}

impl Input {
    /// The input of a stored portfolio.
    pub fn new(portfolio: &Portfolio, factors: Factors) -> Self {
        Self { positions: portfolio.positions.clone(), cash: portfolio.cash, factors }
    }

    /// Symbols of the listed positions, each once, in alphabetical order.
    pub fn symbols(&self) -> Vec<String> {
        let listed = self.positions.iter().filter(|position| position.class == InvestmentClass::Public);
        listed.map(|position| position.symbol.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Series needed beside the positions' own: the benchmark first, then underlyings of options, then factors.
    pub fn supporting_symbols(&self) -> Vec<String> {
        let own: BTreeSet<_> = self.symbols().into_iter().collect();
        let mut supporting = vec![self.factors.market.clone()];
        let underlyings = self.positions.iter().filter_map(|position| match &position.class {
            InvestmentClass::Options(contract) => Some(contract.underlying.clone()),
            InvestmentClass::Public | InvestmentClass::Private => None,
        });
        for symbol in underlyings.chain(self.factors.symbols()) {
            if !own.contains(&symbol) && !supporting.contains(&symbol) {
                supporting.push(symbol);
            }
        }
        supporting
    }

    /// How much there is to do.
    pub fn workload(&self, request_ms: f64) -> Workload {
        let symbols = self.symbols();
        let supporting = self.supporting_symbols().into_iter().filter(|symbol| !symbols.contains(symbol)).count();
        Workload {
            requests: symbols.len() + supporting,
            request_ms,
            symbols: symbols.len(),
            positions: self.positions.len(),
        }
    }
}
