//! What a regression needs of the factors alone, made once for all symbols that have returns on the same rows.
//!
//! Most symbols have the rows of the symbol before them; one with a hole or a late listing gets its own.

use std::borrow::Cow;

use analytics::{
    Reason,
    regression::{Regressor, SimpleOls},
    returns::{Returns, common_rows},
};

/// Regressions of many symbols on the same factors, over the last rows that each shares with all of them.
pub struct Shared<D> {
    /// On which all factors have a return.
    factor_rows: Vec<u32>,
    window: usize,
    min_rows: usize,
    /// The design of the rows asked for last.
    known: Option<(Vec<u32>, Result<D, Reason>)>,
}

impl<D> Shared<D> {
    /// Of factors that all have returns on these rows; each symbol is regressed on the last `window` rows it shares with
    /// them, at least `min_rows`.
    pub fn new(factor_rows: Vec<u32>, window: usize, min_rows: usize) -> Self {
        Self { factor_rows, window, min_rows, known: None }
    }

    /// The design on the rows of one symbol, made if they are not those of the last one, and the symbol's returns on them.
    ///
    /// # Errors
    /// [`Reason::TooFewRows`] below `min_rows`; otherwise why the design could not be made.
    pub fn on_rows_of<'a>(
        &mut self,
        own: &'a Returns,
        make: impl FnOnce(&[u32]) -> Result<D, Reason>,
    ) -> Result<(&D, Cow<'a, [f64]>), Reason> {
        let last = own.last_rows(self.window);
        let is_known = |known: &(Vec<u32>, _)| known.0 == last;
        let (rows, returns) = if self.known.as_ref().is_some_and(is_known) {
            // Rows of a design are rows of the factors, so these are the last that are shared.
            (Cow::Borrowed(last), Cow::Borrowed(own.last(self.window)))
        } else {
            let rows = common_rows(own.rows(), &self.factor_rows, self.window);
            let returns = own.on(&rows);
            (Cow::Owned(rows), Cow::Owned(returns))
        };
        if rows.len() < self.min_rows {
            return Err(Reason::TooFewRows { have: rows.len(), need: self.min_rows });
        }
        let (_, design) = match self.known.take() {
            Some((known, design)) if known == *rows => self.known.insert((known, design)),
            _ => {
                let design = make(&rows);
                self.known.insert((rows.into_owned(), design))
            }
        };
        match design {
            Ok(design) => Ok((design, returns)),
            Err(reason) => Err(*reason),
        }
    }
}

/// One factor, on whose returns those of many symbols are regressed.
pub struct SharedRegressor<'a> {
    returns: Cow<'a, Returns>,
    design: Shared<Regressor>,
}

impl<'a> SharedRegressor<'a> {
    /// A factor with these returns; windows are those of [`Shared::new`].
    pub fn new(returns: Cow<'a, Returns>, window: usize, min_rows: usize) -> Self {
        let design = Shared::new(returns.rows().to_vec(), window, min_rows);
        Self { returns, design }
    }

    /// The regression of one symbol.
    ///
    /// # Errors
    /// [`Reason::TooFewRows`] below the fewest rows; otherwise as the regression.
    pub fn fit(&mut self, own: &Returns) -> Result<SimpleOls, Reason> {
        let (design, returns) = self.design.on_rows_of(own, |rows| Regressor::new(&self.returns.on(rows)))?;
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
    fn a_symbol_with_a_hole_among_others_has_the_numbers_it_has_alone() {
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
    fn a_day_that_the_factor_lacks_is_not_counted() {
        let factor = series((0..40).map(|row| Some(f64::from(row % 7)).filter(|_| row != 39)));
        let own = series((0..40).map(|row| Some(f64::from(row % 5))));
        let mut regressor = SharedRegressor::new(Cow::Borrowed(&factor), 30, 30);
        let cut = series((0..39).map(|row| Some(f64::from(row % 5))));
        let expected = regressor.fit(&cut);
        assert!(expected.is_ok());
        assert_eq!(regressor.fit(&own), expected);
    }

    #[test]
    fn too_few_common_rows_are_said_to_be() {
        let factor = series([Some(0.1), None, Some(0.2)]);
        let mut regressor = SharedRegressor::new(Cow::Borrowed(&factor), 60, 3);
        assert_eq!(regressor.fit(&series([Some(0.1); 3])), Err(Reason::TooFewRows { have: 2, need: 3 }));
    }
}
