//! The sample history that ships with the project: real daily prices of 20 US stocks, five factor funds and
//! the S&P 500 from the end of 2019 to the end of 2022. Stale sample data, for trying out and for tests.
//!
//! One price column: it serves as `close` and as `adj_close`.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Ask, Factors, History, Limiter, MarketData, ProviderError, SourceFacts, Spread,
    table::{LOOK_UP_MS, Table},
};

const PRICES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/prices.csv"));

/// What stands below every page that shows these prices.
pub const NOTICE: &str = "Prices are stale sample data of 2019 to 2022, for trying out and not for investment.";

/// The bundled provider.
pub struct Bundled {
    table: Table,
    dates: (NaiveDate, NaiveDate),
    factors: Option<Factors>,
    limiter: Limiter,
}

impl Bundled {
    /// Reads the sample history. `limiter` spaces the look-ups as it would for a real provider; `factors` stand in for
    /// the data's own.
    ///
    /// # Errors
    /// A sentence, when the file that was compiled in is not the expected table.
    pub fn new(limiter: Limiter, factors: Option<Factors>) -> Result<Self, String> {
        let table = Table::read_wide(PRICES).map_err(|problems| problems.join("; "))?;
        let dates = table.dates().ok_or("The bundled price file has no prices.")?;
        Ok(Self { table, dates, factors, limiter })
    }
}

#[async_trait]
impl MarketData for Bundled {
    fn facts(&self) -> SourceFacts {
        let factors = self.factors().symbols();
        SourceFacts {
            id: "bundled".to_owned(),
            name: "sample data".to_owned(),
            dates: Some(self.dates),
            symbols: self.table.symbols().filter(|symbol| !factors.contains(symbol)).cloned().collect(),
            notice: Some(NOTICE.to_owned()),
        }
    }

    fn factors(&self) -> Factors {
        self.factors.clone().unwrap_or_else(own_factors)
    }

    fn last_date(&self, _now: DateTime<Utc>) -> NaiveDate {
        self.dates.1
    }

    fn due(&self, user: &str, requests: usize) -> Duration {
        self.limiter.due(user, requests)
    }

    fn answer_ms(&self) -> f64 {
        LOOK_UP_MS
    }

    async fn daily_history(&self, ask: &Ask<'_>) -> Result<History, ProviderError> {
        self.table.look_up(&self.limiter, ask, "not in the sample data").await.map(History::of)
    }
}

fn own_factors() -> Factors {
    Factors {
        market: "SP500".to_owned(),
        styles: ["VLUE", "MTUM", "QUAL", "SIZE", "USMV"].map(str::to_owned).to_vec(),
        spreads: ["VLUE", "MTUM", "SIZE", "QUAL"].map(|long| Spread::new(long, "SP500")).to_vec(),
        rate: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, Bundled, Limiter, MarketData, ProviderError};

    fn bundled() -> Bundled {
        Bundled::new(Limiter::unlimited(), None).unwrap()
    }

    fn ask(symbol: &str) -> Ask<'_> {
        Ask { user: "me", symbol, from: "2019-12-31".parse().unwrap(), to: "2020-01-03".parse().unwrap() }
    }

    #[tokio::test]
    async fn a_range_includes_both_ends() {
        let bars = bundled().daily_history(&ask("AAPL")).await.unwrap().bars;
        assert_eq!(bars.iter().map(|bar| bar.close).collect::<Vec<_>>(), [71.712, 73.348, 72.635]);
    }

    #[tokio::test]
    async fn a_symbol_it_does_not_have_is_said_to_be_missing_from_the_sample_data() {
        let answer = bundled().daily_history(&ask("HZNP")).await;
        assert_eq!(answer, Err(ProviderError::NotFound("not in the sample data".to_owned())));
    }

    #[test]
    fn it_has_twenty_stocks_and_says_which_dates() {
        let facts = bundled().facts();
        assert_eq!(facts.symbols.len(), 20);
        assert_eq!(facts.dates.map(|(first, last)| format!("{first} {last}")).unwrap(), "2019-12-31 2022-12-28");
    }
}
