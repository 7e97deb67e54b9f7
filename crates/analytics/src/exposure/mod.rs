//! Weights, and betas aggregated over positions.
//!
//! It does not estimate a beta. A missing beta is missing, not zero: what it
//! leaves out shows in the coverage.

/// The largest magnitude at which a beta enters a sum.
pub const BETA_CAP: f64 = 5.0;

/// Positions that have the same betas: the lots of a symbol.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lots {
    /// `Σ MV` in dollars, shorts subtracting.
    pub net: f64,
    /// `Σ |MV|` in dollars.
    pub gross: f64,
    /// How many.
    pub count: usize,
}

impl Lots {
    /// A single one, as [`Lots::add`] takes it.
    pub fn one(market_value: f64) -> Self {
        let mut lots = Self::default();
        lots.add(market_value);
        lots
    }

    /// Adds one of them, by its market value in dollars; one without a finite value is not part of the portfolio's.
    pub fn add(&mut self, market_value: f64) {
        if market_value.is_finite() {
            *self =
                Self { net: self.net + market_value, gross: self.gross + market_value.abs(), count: self.count + 1 };
        }
    }
}

/// A portfolio's exposure to one factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// `Σ w_i β_i` over the covered positions, as a fraction of equity. `None`
    /// if no position is covered or equity is not positive.
    pub exposure: Option<f64>,
    /// `Σ MV_i β_i` in dollars. `None` if no position is covered.
    pub dollars: Option<f64>,
    /// Share of the gross value that has the beta, 0 to 1. `None` without gross value.
    pub coverage: Option<f64>,
    /// Positions whose beta was cut to ±5.
    pub capped: usize,
}

/// Signed weight `market_value / equity`; `None` if equity is not positive or
/// the weight is not finite.
pub fn weight(market_value: f64, equity: f64) -> Option<f64> {
    Some(market_value / equity).filter(|weight| equity > 0.0 && weight.is_finite())
}

/// `beta` cut to ±5, and whether the cut changed it. NaN stays NaN.
pub fn cap_beta(beta: f64) -> (f64, bool) {
    (beta.clamp(-BETA_CAP, BETA_CAP), beta.abs() > BETA_CAP)
}

/// Adds up the exposure to one factor, lots by lots.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExposureSum {
    dollars: f64,
    covered: f64,
    gross: f64,
    covered_lots: usize,
    capped: usize,
}

impl ExposureSum {
    /// Adds lots with their raw beta to the factor, where it could be estimated; shorts subtract.
    ///
    /// Lots whose beta is not finite count as not covered.
    pub fn add(&mut self, lots: Lots, beta: Option<f64>) {
        self.gross += lots.gross;
        if let Some(raw) = beta.filter(|beta| beta.is_finite()) {
            let (beta, cut) = cap_beta(raw);
            self.dollars += lots.net * beta;
            self.covered += lots.gross;
            self.covered_lots += lots.count;
            self.capped += if cut { lots.count } else { 0 };
        }
    }

    /// The exposure of a portfolio with this equity in dollars.
    pub fn of_equity(&self, equity: f64) -> Exposure {
        let dollars = Some(self.dollars).filter(|dollars| self.covered_lots > 0 && dollars.is_finite());
        Exposure {
            exposure: dollars.and_then(|dollars| weight(dollars, equity)),
            dollars,
            coverage: Some(self.covered / self.gross).filter(|coverage| coverage.is_finite()),
            capped: self.capped,
        }
    }
}

/// The exposure of lots, each with their raw beta to the factor; see [`ExposureSum`].
pub fn aggregate(lots: impl IntoIterator<Item = (Lots, Option<f64>)>, equity: f64) -> Exposure {
    let mut sum = ExposureSum::default();
    for (lots, beta) in lots {
        sum.add(lots, beta);
    }
    sum.of_equity(equity)
}

#[cfg(test)]
mod tests;
