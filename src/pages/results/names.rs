//! Names of benchmarks and factors in plain words. A ticker that is not listed here is shown as it
//! is.

use crate::server::market_data::Spread;

/// A benchmark by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkName {
    /// For headings and tables: "S&P 500".
    pub label: String,
    /// Within a sentence: "the S&P 500".
    pub in_sentence: String,
}

/// Returns the name of a benchmark.
pub fn benchmark(ticker: &str) -> BenchmarkName {
    match ticker {
        "SP500" => BenchmarkName { label: "S&P 500".to_owned(), in_sentence: "the S&P 500".to_owned() },
        "SPY" => BenchmarkName { label: "S&P 500 (SPY)".to_owned(), in_sentence: "the S&P 500 (SPY)".to_owned() },
        other => BenchmarkName { label: other.to_owned(), in_sentence: other.to_owned() },
    }
}

/// Returns the plain name of a factor, or `None` if the ticker is not known.
fn factor_name(ticker: &str) -> Option<&'static str> {
    Some(match ticker {
        "SP500" | "SPY" => "Market",
        "VLUE" | "VTV" => "Value",
        "VUG" => "Growth",
        "MTUM" => "Momentum",
        "QUAL" => "Quality",
        "SIZE" => "Size",
        "IWM" => "Small companies",
        "USMV" => "Low volatility",
        "TLT" => "Long Treasury bonds",
        _ => return None,
    })
}

/// Returns a factor's name with its ticker: "Value (VLUE)". Of an unknown factor, returns the
/// ticker alone.
pub fn factor(ticker: &str) -> String {
    factor_name(ticker).map_or_else(|| ticker.to_owned(), |name| format!("{name} ({ticker})"))
}

/// Returns the name of a spread with its tickers: "Growth over value (VUG-VTV)". `spreads` are
/// those of the factor set. The two tickers cannot be read from the name, because a ticker may
/// contain a hyphen.
pub fn spread(name: &str, spreads: &[Spread]) -> String {
    let legs = spreads.iter().find(|spread| spread.name == name);
    let names = legs.and_then(|spread| Some((factor_name(&spread.long)?, factor_name(&spread.short)?)));
    match names {
        Some((long, "Market")) => format!("{long} over the market ({name})"),
        Some((long, short)) => format!("{long} over {} ({name})", short.to_lowercase()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_out_known_benchmarks() {
        assert_eq!(benchmark("SP500").in_sentence, "the S&P 500");
        assert_eq!(benchmark("SPY").label, "S&P 500 (SPY)");
        assert_eq!(benchmark("VTI"), BenchmarkName { label: "VTI".into(), in_sentence: "VTI".into() });
    }

    #[test]
    fn spells_out_factors_with_their_ticker() {
        assert_eq!(factor("USMV"), "Low volatility (USMV)");
        assert_eq!(factor("XYZ"), "XYZ");
    }

    #[test]
    fn spells_out_spreads_of_the_factor_set() {
        let spreads = [Spread::new("VUG", "VTV"), Spread::new("MTUM", "SP500"), Spread::new("BRK-B", "SPY")];
        assert_eq!(spread("VUG-VTV", &spreads), "Growth over value (VUG-VTV)");
        assert_eq!(spread("MTUM-SP500", &spreads), "Momentum over the market (MTUM-SP500)");
        assert_eq!(spread("BRK-B-SPY", &spreads), "BRK-B-SPY");
    }

    #[test]
    fn names_every_factor_of_the_live_set() {
        let factors = crate::server::market_data::Factors::live();
        for ticker in factors.symbols() {
            assert!(factor_name(&ticker).is_some(), "{ticker}");
        }
    }
}
