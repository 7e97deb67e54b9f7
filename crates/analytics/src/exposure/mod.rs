//! Computes the weight of each position, and aggregates the betas of the positions into the
//! portfolio's exposure to each factor.
//!
//! Betas are estimated in other modules. A missing beta does not count as zero. Instead, a position
//! without a beta lowers the reported coverage.

/// Maximum magnitude of a beta. Larger betas are capped before they are aggregated.
pub const BETA_CAP: f64 = 5.0;

/// Totals over the lots of one symbol, which all have the same beta.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lots {
    /// Net market value `Σ MV` in dollars. Short positions have negative values.
    pub net: f64,
    /// Gross market value `Σ |MV|` in dollars.
    pub gross: f64,
    /// Number of lots in the totals.
    pub count: usize,
}

impl Lots {
    /// Creates the sums for a single lot with this market value in dollars.
    pub fn one(market_value: f64) -> Self {
        let mut lots = Self::default();
        lots.add(market_value);
        lots
    }

    /// Adds a lot, given its market value in dollars. A lot whose value is not finite is ignored.
    pub fn add(&mut self, market_value: f64) {
        if market_value.is_finite() {
            *self =
                Self { net: self.net + market_value, gross: self.gross + market_value.abs(), count: self.count + 1 };
        }
    }
}

/// Exposure of a portfolio to one factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// Sum of weight times beta, `Σ w_i β_i`, over the positions that have a beta, as a fraction of
    /// equity. `None` if no position has a beta or equity is not positive.
    pub exposure: Option<f64>,
    /// Sum of market value times beta, `Σ MV_i β_i`, in dollars. `None` if no position has a beta.
    pub dollars: Option<f64>,
    /// Share of the portfolio's gross value, from 0 to 1, that is in positions with a beta to the
    /// factor. `None` if the gross value is zero.
    pub coverage: Option<f64>,
    /// Number of lots whose beta was capped at ±5.
    pub capped: usize,
}

/// Computes the signed weight `market_value / equity` of a position. Returns `None` if equity is
/// not positive or the weight is not finite.
pub fn weight(market_value: f64, equity: f64) -> Option<f64> {
    Some(market_value / equity).filter(|weight| equity > 0.0 && weight.is_finite())
}

/// Returns `beta` capped at ±5, and whether the cap changed it. NaN is returned unchanged.
pub fn cap_beta(beta: f64) -> (f64, bool) {
    (beta.clamp(-BETA_CAP, BETA_CAP), beta.abs() > BETA_CAP)
}

/// Running total of a portfolio's exposure to one factor.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExposureSum {
    dollars: f64,
    covered: f64,
    gross: f64,
    covered_lots: usize,
    capped: usize,
}

impl ExposureSum {
    /// Adds lots to the total. `beta` is their beta to the factor before capping, or `None` if it
    /// could not be estimated. The net value of short lots is negative.
    ///
    /// A beta that is not finite counts as missing.
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

    /// Computes the exposure of a portfolio whose equity is `equity` dollars.
    pub fn exposure(&self, equity: f64) -> Exposure {
        let dollars = Some(self.dollars).filter(|dollars| self.covered_lots > 0 && dollars.is_finite());
        Exposure {
            exposure: dollars.and_then(|dollars| weight(dollars, equity)),
            dollars,
            coverage: Some(self.covered / self.gross).filter(|coverage| coverage.is_finite()),
            capped: self.capped,
        }
    }
}

/// Computes a portfolio's exposure to one factor from its lots, each with its beta before capping;
/// see [`ExposureSum`].
pub fn aggregate(lots: impl IntoIterator<Item = (Lots, Option<f64>)>, equity: f64) -> Exposure {
    let mut sum = ExposureSum::default();
    for (lots, beta) in lots {
        sum.add(lots, beta);
    }
    sum.exposure(equity)
}

#[cfg(test)]
mod tests;
