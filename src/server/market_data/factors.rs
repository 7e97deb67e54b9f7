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

impl Factors {
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
