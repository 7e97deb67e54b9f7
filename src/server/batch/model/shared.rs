//! Shares regression designs between symbols. A design is the part of a regression that depends
//! only on the factors. It is computed once and reused as long as consecutive symbols have returns
//! on the same rows.
//!
//! Most symbols have the same rows as the previous symbol. A symbol with a gap or a late listing
//! gets a design of its own.

use std::borrow::Cow;

use analytics::{
    Reason,
    regression::{Regressor, SimpleOls},
    returns::{Returns, common_rows},
};

/// A design for regressing many symbols on the same factors. Each regression uses the most recent
/// calendar rows on which the symbol and all factors have returns.
pub struct SharedDesign<D> {
    /// Calendar rows on which every factor has a return.
    factor_rows: Vec<u32>,
    window: usize,
    min_rows: usize,
    /// The most recently computed design, with its calendar rows.
    cached: Option<(Vec<u32>, Result<D, Reason>)>,
}

impl<D> SharedDesign<D> {
    /// Prepares regressions on factors that all have returns on `factor_rows`. Each regression uses
    /// the last `window` rows on which both the symbol and the factors have returns. At least
    /// `min_rows` such rows are required.
    pub fn new(factor_rows: Vec<u32>, window: usize, min_rows: usize) -> Self {
        Self { factor_rows, window, min_rows, cached: None }
    }

    /// Returns the design for the rows of one symbol, and the symbol's returns on those rows. Calls
    /// `build` only if the rows differ from those of the previous symbol.
    ///
    /// # Errors
    /// Returns [`Reason::TooFewRows`] if the symbol shares fewer than `min_rows` rows with the
    /// factors, or the error from `build`.
    pub fn for_symbol<'a>(
        &mut self,
        own: &'a Returns,
        build: impl FnOnce(&[u32]) -> Result<D, Reason>,
    ) -> Result<(&D, Cow<'a, [f64]>), Reason> {
        let last = own.last_rows(self.window);
        let is_cached = |cached: &(Vec<u32>, _)| cached.0 == last;
        let (rows, returns) = if self.cached.as_ref().is_some_and(is_cached) {
            // The factors have returns on all rows of the cached design. If these rows are also the
            // symbol's last rows, they are the last rows that the symbol shares with the factors.
            (Cow::Borrowed(last), Cow::Borrowed(own.last(self.window)))
        } else {
            let rows = common_rows(own.rows(), &self.factor_rows, self.window);
            let returns = own.on(&rows);
            (Cow::Owned(rows), Cow::Owned(returns))
        };
        if rows.len() < self.min_rows {
            return Err(Reason::TooFewRows { have: rows.len(), need: self.min_rows });
        }
        let (_, design) = match self.cached.take() {
            Some((cached, design)) if cached == *rows => self.cached.insert((cached, design)),
            _ => {
                let design = build(&rows);
                self.cached.insert((rows.into_owned(), design))
            }
        };
        match design {
            Ok(design) => Ok((design, returns)),
            Err(reason) => Err(*reason),
        }
    }
}

/// Regresses the returns of many symbols on the returns of one factor.
pub struct SharedRegressor<'a> {
    returns: Cow<'a, Returns>,
    design: SharedDesign<Regressor>,
}

impl<'a> SharedRegressor<'a> {
    /// Creates a regressor for a factor with the given daily returns. See [`SharedDesign::new`] for
    /// `window` and `min_rows`.
    pub fn new(returns: Cow<'a, Returns>, window: usize, min_rows: usize) -> Self {
        let design = SharedDesign::new(returns.rows().to_vec(), window, min_rows);
        Self { returns, design }
    }

    /// Regresses the returns of one symbol on those of the factor.
    ///
    /// # Errors
    /// Returns [`Reason::TooFewRows`] if the symbol shares too few rows with the factor, or the
    /// error from the regression.
    pub fn fit(&mut self, own: &Returns) -> Result<SimpleOls, Reason> {
        let (design, returns) = self.design.for_symbol(own, |rows| Regressor::new(&self.returns.on(rows)))?;
        design.fit(&returns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(rows: impl IntoIterator<Item = Option<f64>>) -> Returns {
        Returns::from_rows(rows)
    }

    #[test]
    fn fits_symbol_with_gap_as_if_alone() {
        let factor = series((0..80).map(|row| Some(f64::from(row * row % 17) / 100.0)));
        let daily = |row: u32| f64::from(row * row % 13) / 100.0;
        let whole = series((0..80).map(|row| Some(daily(row))));
        let holed = series((0..80).map(|row| Some(daily(row)).filter(|_| row != 70)));
        let late = series((0..80).map(|row| Some(daily(row)).filter(|_| row >= 40)));
        let regressor = || SharedRegressor::new(Cow::Borrowed(&factor), 60, 30);
        let mut shared = regressor();
        for own in [&whole, &holed, &whole, &late, &late, &whole] {
            assert_eq!(shared.fit(own), regressor().fit(own));
        }
    }

    #[test]
    fn ignores_days_without_factor_return() {
        let factor = series((0..40).map(|row| Some(f64::from(row % 7)).filter(|_| row != 39)));
        let own = series((0..40).map(|row| Some(f64::from(row % 5))));
        let mut regressor = SharedRegressor::new(Cow::Borrowed(&factor), 30, 30);
        let cut = series((0..39).map(|row| Some(f64::from(row % 5))));
        let expected = regressor.fit(&cut);
        assert!(expected.is_ok());
        assert_eq!(regressor.fit(&own), expected);
    }

    #[test]
    fn reports_too_few_common_rows() {
        let factor = series([Some(0.1), None, Some(0.2)]);
        let mut regressor = SharedRegressor::new(Cow::Borrowed(&factor), 60, 3);
        assert_eq!(regressor.fit(&series([Some(0.1); 3])), Err(Reason::TooFewRows { have: 2, need: 3 }));
    }
}
