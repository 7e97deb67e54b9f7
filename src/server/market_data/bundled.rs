//! The sample history that ships with the project: real daily prices of 20 US stocks, five factor
//! funds and the S&P 500 from the end of 2019 to the end of 2022. It is never updated, and is meant
//! for tests and for trying out the program.
//!
//! Each symbol has one price per day, which is used as both `close` and `adj_close`.

use super::{
    Factors, Limiter, OptionQuotes, Spread,
    table::{Description, PriceTable, TableSource},
};

const PRICES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/prices.csv"));

/// Display name of the sample data as a source.
pub const NAME: &str = "sample data";

/// The notice on every page that shows prices from the sample data.
const NOTICE: &str = "Sample prices from 2019-2022. For demonstration only, not investment advice.";

/// Opens the sample history as a price source. `limiter` slows price lookups down, as if they were
/// requests to a real provider. `factors`, if given, replaces the sample data's own factor set.
///
/// # Errors
/// Returns a message for the operator if the embedded price file cannot be parsed or has no prices.
pub fn bundled(limiter: Limiter, factors: Option<Factors>) -> Result<TableSource, String> {
    let table = PriceTable::read_wide(PRICES.as_bytes()).map_err(|problems| problems.join("; "))?;
    let description = Description {
        id: "bundled",
        name: NAME,
        notice: Some(NOTICE),
        missing: "not in the sample data",
        option_quotes: OptionQuotes::Never,
        own_revision: None,
    };
    TableSource::new(table, limiter, factors.unwrap_or_else(sample_factors), description)
        .ok_or_else(|| "The bundled price file has no prices.".to_owned())
}

fn sample_factors() -> Factors {
    Factors {
        market: "SP500".to_owned(),
        styles: ["VLUE", "MTUM", "QUAL", "SIZE", "USMV"].map(str::to_owned).to_vec(),
        spreads: ["VLUE", "MTUM", "SIZE", "QUAL"].map(|long| Spread::new(long, "SP500")).to_vec(),
        rate: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::server::market_data::{Limiter, MarketData, PriceRequest, ProviderError, Requester, bundled};

    fn request(symbol: &str) -> PriceRequest<'_> {
        PriceRequest {
            requester: Requester { user: "me", run: 1 },
            symbol,
            from: "2019-12-31".parse().unwrap(),
            to: "2020-01-03".parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn includes_first_and_last_day() {
        let bars = bundled(Limiter::unlimited(), None).unwrap().daily_history(&request("AAPL")).await.unwrap().bars;
        assert_eq!(bars.iter().map(|bar| bar.close).collect::<Vec<_>>(), [71.712, 73.348, 72.635]);
    }

    #[tokio::test]
    async fn reports_symbol_missing_from_sample_data() {
        let history = bundled(Limiter::unlimited(), None).unwrap().daily_history(&request("HZNP")).await;
        assert_eq!(history, Err(ProviderError::NotFound("not in the sample data".to_owned())));
    }

    #[test]
    fn lists_twenty_stocks_and_their_dates() {
        let facts = bundled(Limiter::unlimited(), None).unwrap().facts();
        assert_eq!(facts.symbols.len(), 20);
        assert_eq!(facts.dates.map(|(first, last)| format!("{first} {last}")).unwrap(), "2019-12-31 2022-12-28");
    }
}
