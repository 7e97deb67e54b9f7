//! Which trades are about the same security.
//!
//! Some rows have a symbol, some an ISIN, some both. Rows that share one of them are about the same
//! security, even if its symbol or its ISIN changed at some time.

use std::collections::HashMap;

use super::{Security, Trade};
use crate::content::DraftOption;

/// The securities of a history.
pub(super) struct Securities {
    /// The index of each trade's security.
    pub of_trades: Vec<usize>,
    /// The securities, with the symbol and the ISIN of their last trade.
    pub names: Vec<Security>,
}

impl Securities {
    /// Finds the securities of trades, which are in the order in which they happened.
    pub(super) fn new(trades: &[Trade]) -> Self {
        let mut groups = Groups::default();
        let members: Vec<usize> = trades.iter().map(|trade| groups.add(&trade.security)).collect();
        let mut indices = HashMap::new();
        let mut names: Vec<Security> = Vec::new();
        let mut of_trades = Vec::with_capacity(trades.len());
        for (trade, member) in trades.iter().zip(members) {
            let index = *indices.entry(groups.root(member)).or_insert(names.len());
            if index == names.len() {
                names.push(Security::default());
            }
            let name = &mut names[index];
            let latest = &trade.security;
            name.symbol = latest.symbol.clone().or(name.symbol.take());
            name.isin = latest.isin.clone().or(name.isin.take());
            name.option = latest.option.clone().or(name.option.take());
            of_trades.push(index);
        }
        Self { of_trades, names }
    }
}

/// Identifiers that are joined into groups: a union-find structure.
#[derive(Default)]
struct Groups {
    members: HashMap<String, usize>,
    parents: Vec<usize>,
}

impl Groups {
    /// Joins the identifiers of a security, and returns one of them. A security without any is a
    /// group of its own.
    fn add(&mut self, security: &Security) -> usize {
        let keys = match &security.option {
            Some(option) => [Some(option_key(option)), None],
            None => [
                security.symbol.as_ref().map(|symbol| format!("symbol {symbol}")),
                security.isin.as_ref().map(|isin| format!("isin {isin}")),
            ],
        };
        let mut first = None;
        for key in keys.into_iter().flatten() {
            let next = self.parents.len();
            let member = *self.members.entry(key).or_insert(next);
            if member == next {
                self.parents.push(next);
            }
            match first {
                None => first = Some(member),
                Some(other) => self.join(other, member),
            }
        }
        first.unwrap_or_else(|| {
            self.parents.push(self.parents.len());
            self.parents.len() - 1
        })
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.parents[member] != member {
            self.parents[member] = self.parents[self.parents[member]];
            member = self.parents[member];
        }
        member
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[other] = one;
    }
}

fn option_key(option: &DraftOption) -> String {
    format!("option {} {} {:?} {}", option.underlying, option.expiration, option.kind, option.strike)
}
