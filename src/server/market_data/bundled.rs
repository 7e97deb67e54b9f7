//! The sample history that ships with the project: real daily prices of 20 US stocks, five factor funds and
//! the S&P 500 from the end of 2019 to the end of 2022. Stale sample data, for trying out and for tests.
//!
//! One price column: it serves as `close` and as `adj_close`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Bar, Factors, Limiter, MarketData, ProviderError, SourceFacts, Spread};

const PRICES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/prices.csv"));

/// The bundled provider.
pub struct Bundled {
    histories: BTreeMap<String, Vec<Bar>>,
    dates: (NaiveDate, NaiveDate),
    limiter: Limiter,
}

impl Bundled {
    /// Reads the sample history. `limiter` spaces the requests as it would for a real provider.
    ///
    /// # Errors
    /// A sentence, when the file that was compiled in is not the expected table.
    pub fn new(limiter: Limiter) -> Result<Self, String> {
        let (histories, dates) = read(PRICES).ok_or("The bundled price file is not a table of dates and prices.")?;
        Ok(Self { histories, dates, limiter })
    }
}

#[async_trait]
impl MarketData for Bundled {
    fn facts(&self) -> SourceFacts {
        let factors = self.factors().symbols();
        SourceFacts {
            id: "bundled",
            dates: Some(self.dates),
            symbols: self.histories.keys().filter(|symbol| !factors.contains(symbol)).cloned().collect(),
            is_sample: true,
        }
    }

    fn factors(&self) -> Factors {
        let styles = ["VLUE", "MTUM", "QUAL", "SIZE", "USMV"];
        let spreads = ["VLUE", "MTUM", "SIZE", "QUAL"];
        Factors {
            market: "SP500".to_owned(),
            styles: styles.map(str::to_owned).to_vec(),
            spreads: spreads.map(|long| Spread::new(long, "SP500")).to_vec(),
            rate: None,
        }
    }

    fn request_ms(&self) -> f64 {
        self.limiter.spacing_ms().max(0.05)
    }

    fn last_date(&self, _today: NaiveDate) -> NaiveDate {
        self.dates.1
    }

    async fn daily_history(&self, symbol: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<Bar>, ProviderError> {
        self.limiter.acquire().await;
        let history =
            self.histories.get(symbol).ok_or_else(|| ProviderError::NotFound("not in the sample data".to_owned()))?;
        Ok(history.iter().filter(|bar| (from..=to).contains(&bar.date)).copied().collect())
    }
}

type Histories = BTreeMap<String, Vec<Bar>>;

/// The table as one history a column. An empty cell is a day without a price.
fn read(table: &str) -> Option<(Histories, (NaiveDate, NaiveDate))> {
    let mut lines = table.lines();
    let symbols: Vec<&str> = lines.next()?.split(',').skip(1).collect();
    let mut histories: Histories = symbols.iter().map(|&symbol| (symbol.to_owned(), Vec::new())).collect();
    let mut dates = None;
    for line in lines {
        let mut cells = line.split(',');
        let date: NaiveDate = cells.next()?.parse().ok()?;
        dates = Some((dates.map_or(date, |(first, _)| first), date));
        for (symbol, cell) in symbols.iter().zip(cells) {
            if !cell.is_empty() {
                let close: f64 = cell.parse().ok()?;
                histories.get_mut(*symbol)?.push(Bar { date, close, adj_close: close });
            }
        }
    }
    Some((histories, dates?))
}

#[cfg(test)]
mod tests {
    use super::{Bundled, Limiter, MarketData, ProviderError, read};

    fn date(text: &str) -> chrono::NaiveDate {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_range_includes_both_ends() {
        let bundled = Bundled::new(Limiter::unlimited()).unwrap();
        let bars = bundled.daily_history("AAPL", date("2019-12-31"), date("2020-01-03")).await.unwrap();
        assert_eq!(bars.iter().map(|bar| bar.close).collect::<Vec<_>>(), [71.712, 73.348, 72.635]);
    }

    #[tokio::test]
    async fn a_symbol_it_does_not_have_is_said_to_be_missing_from_the_sample_data() {
        let bundled = Bundled::new(Limiter::unlimited()).unwrap();
        let answer = bundled.daily_history("HZNP", date("2019-12-31"), date("2020-01-03")).await;
        assert_eq!(answer, Err(ProviderError::NotFound("not in the sample data".to_owned())));
    }

    #[test]
    fn it_has_twenty_stocks_and_says_which_dates() {
        let facts = Bundled::new(Limiter::unlimited()).unwrap().facts();
        assert_eq!(facts.symbols.len(), 20);
        assert_eq!(facts.dates, Some((date("2019-12-31"), date("2022-12-28"))));
    }

    #[test]
    fn an_empty_cell_is_a_day_without_a_price() {
        let (histories, _) = read("Date,A,B\n2020-01-01,,2\n2020-01-02,3,4\n").unwrap();
        assert_eq!((histories["A"].len(), histories["B"].len()), (1, 2));
    }
}
