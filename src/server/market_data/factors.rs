//! The factor set: the price series that positions are compared with. It covers the market, styles,
//! spreads and interest rates. Operators can replace it with their own.

use serde::{Deserialize, Serialize};

/// A spread: the return of one price series minus the return of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// Name of the spread, in the form `LONG-SHORT`.
    pub name: String,
    /// Symbol of the long leg, whose return is added.
    pub long: String,
    /// Symbol of the short leg, whose return is subtracted.
    pub short: String,
}

impl Spread {
    /// Creates the spread of `long` over `short` and names it `LONG-SHORT`.
    pub fn new(long: &str, short: &str) -> Self {
        Self { name: format!("{long}-{short}"), long: long.to_owned(), short: short.to_owned() }
    }
}

/// The price series that positions are compared with: the benchmark, styles, spreads and interest
/// rates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Symbol of the benchmark. The days on which the benchmark trades define the calendar.
    pub market: String,
    /// Symbols of the style series. Together, they are the regressors of a single ridge regression.
    pub styles: Vec<String>,
    /// Long-short spreads. Each one is the only regressor of its own regression.
    pub spreads: Vec<Spread>,
    /// Symbol of a series that reflects interest rates, or `None` if the source has none.
    pub rate: Option<String>,
}

/// The contents of the TOML file in which an operator defines a factor set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactorsFile {
    market: String,
    #[serde(default)]
    styles: Vec<String>,
    #[serde(default)]
    spreads: Vec<SpreadEntry>,
    rate: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpreadEntry {
    long: String,
    short: String,
}

impl Factors {
    /// Returns the default factor set for live providers and for the operator's own price files,
    /// which consists of well-known US stock and bond funds.
    pub fn live() -> Self {
        Self {
            market: "SPY".to_owned(),
            styles: ["VTV", "VUG", "MTUM", "QUAL", "IWM", "USMV"].map(str::to_owned).to_vec(),
            spreads: [("VUG", "VTV"), ("MTUM", "SPY"), ("IWM", "SPY"), ("QUAL", "SPY")]
                .map(|(long, short)| Spread::new(long, short))
                .to_vec(),
            rate: Some("TLT".to_owned()),
        }
    }

    /// Parses a factor set from TOML with the keys `market`, `styles`, `rate` and `[[spreads]]`.
    /// Each spread has the keys `long` and `short`. Only `market` is required.
    ///
    /// # Errors
    /// Returns a one-line description of the problem.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let file: FactorsFile = toml::from_str(text).map_err(|error| error.message().replace('\n', " "))?;
        let upper = |symbol: String| symbol.trim().to_ascii_uppercase();
        let factors = Self {
            market: upper(file.market),
            styles: file.styles.into_iter().map(upper).collect(),
            spreads: file
                .spreads
                .into_iter()
                .map(|spread| Spread::new(&upper(spread.long), &upper(spread.short)))
                .collect(),
            rate: file.rate.map(upper),
        };
        match factors.symbols().iter().find(|symbol| symbol.is_empty()) {
            Some(_) => Err("a symbol is empty".to_owned()),
            None => Ok(factors),
        }
    }

    /// Returns the symbols of all series in the factor set, without duplicates and starting with
    /// the benchmark.
    pub fn symbols(&self) -> Vec<String> {
        let mut symbols = vec![self.market.clone()];
        let legs = self.spreads.iter().flat_map(|spread| [&spread.long, &spread.short]);
        for symbol in self.styles.iter().chain(legs).chain(&self.rate) {
            if !symbols.contains(symbol) {
                symbols.push(symbol.clone());
            }
        }
        symbols
    }
}

#[cfg(test)]
mod tests {
    use super::{Factors, Spread};

    #[test]
    fn reads_factor_set_from_toml() {
        let text = "market = 'spy'\nstyles = ['VTV']\nrate = 'TLT'\n[[spreads]]\nlong = 'VUG'\nshort = 'VTV'\n";
        let expected = Factors {
            market: "SPY".into(),
            styles: vec!["VTV".into()],
            spreads: vec![Spread::new("VUG", "VTV")],
            rate: Some("TLT".into()),
        };
        assert_eq!(Factors::from_toml(text).unwrap(), expected);
    }

    #[test]
    fn rejects_unknown_field_empty_symbol_and_missing_market() {
        assert!(Factors::from_toml("market = 'SPY'\nstyle = ['VTV']").unwrap_err().contains("style"));
        assert!(Factors::from_toml("market = ' '").unwrap_err().contains("empty"));
        assert!(Factors::from_toml("styles = []").unwrap_err().contains("market"));
    }

    #[test]
    fn lists_series_with_two_roles_once() {
        let factors = Factors {
            market: "M".into(),
            styles: vec!["A".into(), "B".into()],
            spreads: vec![Spread::new("A", "M"), Spread::new("C", "M")],
            rate: Some("R".into()),
        };
        assert_eq!(factors.symbols(), ["M", "A", "B", "C", "R"]);
    }
}
