//! What a regression needs of the factors alone, made once for all symbols that have returns on the same rows.
//!
//! Most symbols have the rows of the symbol before them; one with a hole or a late listing gets its own.

use crate::server::analytics::{
    Reason,
    regression::{Regressor, SimpleOls},
    returns::{common_rows, on_rows},
};

/// The design of the rows asked for last.
pub struct Shared<D> {
    known: Option<(Vec<usize>, Result<D, Reason>)>,
}

impl<D> Default for Shared<D> {
    fn default() -> Self {
        Self { known: None }
    }
}

impl<D> Shared<D> {
    /// The design on these rows, made if they are not those of the last time.
    ///
    /// # Errors
    /// Why it could not be made.
    pub fn on(&mut self, rows: &[usize], make: impl FnOnce() -> Result<D, Reason>) -> Result<&D, Reason> {
        let (_, design) = match self.known.take() {
            Some((known, design)) if known == rows => self.known.insert((known, design)),
            _ => self.known.insert((rows.to_vec(), make())),
        };
        design.as_ref().map_err(|reason| *reason)
    }
}

/// One factor, on whose returns those of many symbols are regressed.
pub struct SharedRegressor {
    returns: Vec<Option<f64>>,
    window: usize,
    min_rows: usize,
    design: Shared<Regressor>,
}

impl SharedRegressor {
    /// A factor with these returns; each symbol is regressed on the last `window` rows it shares with it, at least
    /// `min_rows`.
    pub fn new(returns: Vec<Option<f64>>, window: usize, min_rows: usize) -> Self {
        Self { returns, window, min_rows, design: Shared::default() }
    }

    /// The regression of one symbol.
    ///
    /// # Errors
    /// [`Reason::TooFewRows`] below `min_rows`; otherwise as the regression.
    pub fn fit(&mut self, own: &[Option<f64>]) -> Result<SimpleOls, Reason> {
        let rows = common_rows(own, &[&self.returns], self.window, self.min_rows)?;
        let design = self.design.on(&rows, || Regressor::new(&on_rows(&self.returns, &rows)))?;
        design.fit(&on_rows(own, &rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_with_a_hole_among_others_has_the_numbers_it_has_alone() {
        let factor: Vec<Option<f64>> = (0..80).map(|row| Some(f64::from(row * row % 17) / 100.0)).collect();
        let whole: Vec<Option<f64>> = (0..80).map(|row| Some(f64::from(row * row % 13) / 100.0)).collect();
        let holed: Vec<Option<f64>> = whole.iter().enumerate().map(|(row, r)| r.filter(|_| row != 70)).collect();
        let regressor = || SharedRegressor::new(factor.clone(), 60, 30);
        let mut shared = regressor();
        let among = [&whole, &holed, &whole].map(|own| shared.fit(own).unwrap());
        assert_eq!(among, [&whole, &holed, &whole].map(|own| regressor().fit(own).unwrap()));
    }

    #[test]
    fn too_few_common_rows_are_said_to_be() {
        let mut regressor = SharedRegressor::new(vec![Some(0.1), None, Some(0.2)], 60, 3);
        assert_eq!(regressor.fit(&[Some(0.1); 3]), Err(Reason::TooFewRows { have: 2, need: 3 }));
    }
}
