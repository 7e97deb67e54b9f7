//! The sample history that ships with the project: real daily prices of 20 US stocks, five factor funds and
//! the S&P 500 from the end of 2019 to the end of 2022. Stale sample data, for trying out and for tests.
//!
//! One price column: it serves as `close` and as `adj_close`.

use super::{
    Factors, Limiter, OptionQuotes, Spread,
    table::{PriceTable, TableSource, Words},
};

const PRICES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/prices.csv"));

/// The notice on every page that shows prices of the sample data.
const NOTICE: &str = "Sample prices from 2019-2022. For demonstration only, not investment advice.";

/// The sample history as a source. `limiter` spaces the look-ups as it would for a real provider; `factors` stand in
/// for the data's own.
///
/// # Errors
/// A sentence, when the file that was compiled in is not the expected table.
pub fn bundled(limiter: Limiter, factors: Option<Factors>) -> Result<TableSource, String> {
    let table = PriceTable::read_wide(PRICES.as_bytes()).map_err(|problems| problems.join("; "))?;
    let words = Words {
        id: "bundled",
        name: "sample data",
        notice: Some(NOTICE),
        missing: "not in the sample data",
        option_quotes: OptionQuotes::Never,
    };
    TableSource::new(table, limiter, factors.unwrap_or_else(own_factors), words)
        .ok_or_else(|| "The bundled price file has no prices.".to_owned())
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
    use crate::server::market_data::{Ask, Limiter, MarketData, ProviderError, bundled};

    fn ask(symbol: &str) -> Ask<'_> {
        Ask { user: "me", symbol, from: "2019-12-31".parse().unwrap(), to: "2020-01-03".parse().unwrap() }
    }

    #[tokio::test]
    async fn a_range_includes_both_ends() {
        let bars = bundled(Limiter::unlimited(), None).unwrap().daily_history(&ask("AAPL")).await.unwrap().bars;
        assert_eq!(bars.iter().map(|bar| bar.close).collect::<Vec<_>>(), [71.712, 73.348, 72.635]);
    }

    #[tokio::test]
    async fn a_symbol_it_does_not_have_is_said_to_be_missing_from_the_sample_data() {
        let answer = bundled(Limiter::unlimited(), None).unwrap().daily_history(&ask("HZNP")).await;
        assert_eq!(answer, Err(ProviderError::NotFound("not in the sample data".to_owned())));
    }

    #[test]
    fn it_has_twenty_stocks_and_says_which_dates() {
        let facts = bundled(Limiter::unlimited(), None).unwrap().facts();
        assert_eq!(facts.symbols.len(), 20);
        assert_eq!(facts.dates.map(|(first, last)| format!("{first} {last}")).unwrap(), "2019-12-31 2022-12-28");
    }
}
