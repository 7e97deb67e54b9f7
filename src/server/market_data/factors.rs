//! Which series stand for the market, the styles, the spreads and interest rates. Configuration, not code.

use serde::{Deserialize, Serialize};

/// The return of one series over another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// `LONG-SHORT`.
    pub name: String,
    /// The series bought.
    pub long: String,
    /// The series sold.
    pub short: String,
}

impl Spread {
    /// The spread of `long` over `short`.
    pub fn new(long: &str, short: &str) -> Self {
        Self { name: format!("{long}-{short}"), long: long.to_owned(), short: short.to_owned() }
    }
}

/// A factor set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// The benchmark; its trading dates are the calendar.
    pub market: String,
    /// Regressors of the ridge.
    pub styles: Vec<String>,
    /// Regressors one by one.
    pub spreads: Vec<Spread>,
    /// A rate series, where the source has one.
    pub rate: Option<String>,
}

/// How a factor set is written in a file.
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
    /// The set for US stocks from a live source: funds that anybody can look up.
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

    /// Reads a set from TOML: `market`, `styles`, `[[spreads]]` with `long` and `short`, `rate`.
    ///
    /// # Errors
    /// What is wrong with it, on one line.
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

    /// Every series the set needs, the benchmark first, each once.
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
    fn a_set_is_read_from_a_file() {
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
    fn a_misspelt_field_an_empty_symbol_and_a_missing_market_are_refused() {
        assert!(Factors::from_toml("market = 'SPY'\nstyle = ['VTV']").unwrap_err().contains("style"));
        assert!(Factors::from_toml("market = ' '").unwrap_err().contains("empty"));
        assert!(Factors::from_toml("styles = []").unwrap_err().contains("market"));
    }

    #[test]
    fn a_series_that_serves_twice_is_asked_for_once() {
        let factors = Factors {
            market: "M".into(),
            styles: vec!["A".into(), "B".into()],
            spreads: vec![Spread::new("A", "M"), Spread::new("C", "M")],
            rate: Some("R".into()),
        };
        assert_eq!(factors.symbols(), ["M", "A", "B", "C", "R"]);
    }
}
