//! Reads a file, and compares it with prices that are known without asking a provider.

use std::{collections::BTreeSet, sync::Arc};

use positions::{
    CashAssumption, DraftClass, FileContent, Problem, Reading, Totals, market_warnings, parse_cash, read_file, totals,
};
use serde::Serialize;
use status::{PhaseEffort, time_left};
use utoipa::ToSchema;

use super::{PreviewError, PreviewService, RememberedLayout};
use crate::server::batch::{Workload, estimate};

/// The content of a file as it was understood, with the warnings and sums that follow from known
/// prices.
#[derive(Debug)]
pub struct CheckedFile {
    pub content: FileContent,
    pub totals: Totals,
    pub prices: PriceEstimate,
    /// The layout that was applied because the user mapped the same header before.
    pub remembered: Option<RememberedLayout>,
}

/// How many prices are known, and how long the setup would take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceEstimate {
    /// Number of symbols whose prices are known.
    pub known: usize,
    /// Number of symbols that the data source will be asked for.
    pub to_ask: usize,
    /// Symbols that the data source does not have, as far as is known.
    pub unavailable: Vec<String>,
    /// About how long the setup takes. Null if that is unknown.
    pub seconds: Option<SecondsRange>,
}

/// A range of whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecondsRange {
    pub low: u64,
    pub high: u64,
}

impl CheckedFile {
    /// Returns whether the portfolio can start without a question. Symbols, dates and prices are
    /// then complete.
    pub fn can_start(&self) -> bool {
        self.content.can_start()
    }

    /// Returns whether a person should see the file's content before the portfolio starts.
    pub fn needs_check(&self) -> bool {
        self.content.needs_check() || self.remembered.is_some()
    }

    /// Returns the cash balance: that of the file if the person chose it, otherwise the one that
    /// was typed.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the typed balance is not an amount.
    pub fn cash(&self, typed: &str) -> Result<f64, Problem> {
        let chosen = self.content.reading.assumptions.cash == Some(CashAssumption::FromFile);
        match self.content.cash.as_ref().and_then(|cash| cash.amount).filter(|_| chosen) {
            Some(amount) => Ok(amount),
            None => parse_cash(typed),
        }
    }
}

impl PreviewService {
    /// Reads a file on the compute threads.
    pub(super) async fn read_file(&self, bytes: Arc<Vec<u8>>, changes: Reading) -> Result<FileContent, PreviewError> {
        let rules = self.rules();
        let read = self.setups.computing().run(move || read_file(&bytes, &changes, &rules)).await;
        read.map_err(|error| PreviewError::Internal(error.to_string()))?.map_err(PreviewError::Unreadable)
    }

    /// Adds the warnings, sums and estimates that follow from known prices.
    pub(super) async fn check_with_market(
        &self,
        user: &str,
        content: FileContent,
        remembered: Option<RememberedLayout>,
    ) -> Result<CheckedFile, PreviewError> {
        let market = self.setups.market_data();
        let symbols: Vec<String> = priced_symbols(&content).into_iter().collect();
        let known = market.known_prices(&symbols).await;
        let prices = self.estimate(user, &symbols, content.positions.len()).await;
        let check = move || {
            let mut content = content;
            let warnings = market_warnings(&content, &known);
            content.warnings.extend(warnings);
            let totals = totals(&content, &known);
            (content, totals)
        };
        let checked = self.setups.computing().run(check).await;
        let (content, totals) = checked.map_err(|error| PreviewError::Internal(error.to_string()))?;
        Ok(CheckedFile { content, totals, prices, remembered })
    }

    async fn estimate(&self, user: &str, symbols: &[String], positions: usize) -> PriceEstimate {
        let market = self.setups.market_data();
        let outlook = market.price_outlook(user, symbols).await;
        // The factors' prices are needed as well, but a person did not upload them.
        let mut all: BTreeSet<String> = symbols.iter().cloned().collect();
        all.extend(market.factors().symbols());
        let wait = market.price_outlook(user, &all.into_iter().collect::<Vec<_>>()).await.wait;
        let market_data_ms = wait.as_secs_f64() * 1000.0;
        let work = Workload { market_data_ms, symbols: symbols.len(), positions };
        let plan = estimate(self.setups.store(), work).await;
        let efforts: Vec<PhaseEffort> = plan
            .expected_ms
            .iter()
            .enumerate()
            .map(|(index, &expected_ms)| PhaseEffort {
                expected_ms,
                done: 0.0,
                left_ms: (index == 0).then_some(market_data_ms),
            })
            .collect();
        let seconds = time_left(&efforts, None).filter(|_| positions > 0);
        PriceEstimate {
            known: outlook.known,
            to_ask: outlook.to_ask,
            unavailable: outlook.unavailable,
            seconds: seconds.map(|range| SecondsRange { low: range.low, high: range.high }),
        }
    }
}

/// Returns the symbols whose prices value the file's positions: those of shares, and the
/// underlyings of options.
fn priced_symbols(content: &FileContent) -> BTreeSet<String> {
    let symbols = content.positions.iter().filter_map(|position| match position.class {
        DraftClass::Public => position.symbol.clone(),
        DraftClass::Options => position.option.as_ref().map(|option| option.underlying.clone()),
        DraftClass::Private => None,
    });
    symbols.collect()
}
