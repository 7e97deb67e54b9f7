//! Limits how many symbols the live page gets, so that its polls stay small for a portfolio with
//! thousands of unknown symbols. The API still lists all of them.

use super::Status;

/// How many symbols of a long list the page shows at first. While a run is computing, polls carry
/// no more than these.
pub const SHOWN_SYMBOLS: usize = 12;

/// How many symbols of a long list the page can show at most. They are sent once, at the end of
/// the run.
pub const LISTED_SYMBOLS: usize = 512;

impl Status {
    /// Returns the status as the live page gets it: without the end of long lists of symbols. The
    /// totals next to the lists stay as they are.
    #[must_use]
    pub fn for_page(mut self) -> Self {
        let limit = if self.is_over() { LISTED_SYMBOLS } else { SHOWN_SYMBOLS };
        if let Some(summary) = &mut self.summary {
            summary.unavailable_symbols.truncate(limit);
        }
        for phase in self.phases.iter_mut().flatten() {
            for group in &mut phase.warning_groups {
                group.symbols.truncate(limit);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{LISTED_SYMBOLS, SHOWN_SYMBOLS};
    use crate::{Phase, PhaseStatus, RunStatus, Status, Summary, UnavailableSymbol, WarningGroup};

    fn status(status: RunStatus) -> Status {
        let symbols: Vec<String> = (0..4_800).map(|number| format!("ZZZ{number}")).collect();
        let missing = |symbol: &String| UnavailableSymbol { symbol: symbol.clone(), reason: String::new() };
        let unavailable_symbols = symbols.iter().map(missing).collect();
        let group = WarningGroup { title: String::new(), effect: String::new(), symbols, symbols_total: 4_800 };
        Status {
            status,
            summary: Some(Summary { unavailable_symbols, unavailable_total: 4_800, ..Summary::default() }),
            phases: Some(vec![PhaseStatus { warning_groups: vec![group], ..PhaseStatus::pending(Phase::MarketData) }]),
            ..Status::without_run(String::new(), String::new(), 0, String::new())
        }
    }

    #[test]
    fn sends_few_of_many_symbols_to_pages() {
        for (state, limit) in [(RunStatus::Running, SHOWN_SYMBOLS), (RunStatus::Completed, LISTED_SYMBOLS)] {
            let status = status(state).for_page();
            let summary = status.summary.unwrap();
            assert_eq!((summary.unavailable_symbols.len(), summary.unavailable_total), (limit, 4_800));
            let group = &status.phases.unwrap()[0].warning_groups[0];
            assert_eq!((group.symbols.len(), group.symbols_total), (limit, 4_800));
        }
    }
}
