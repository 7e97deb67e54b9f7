//! Exports the results of a run as CSV tables, for spreadsheets and other programs.
//!
//! As in the API, numbers are not rounded. A missing number is an empty cell. Text that a
//! spreadsheet would treat as a formula gets a leading apostrophe. Each table has a fixed file
//! name.

mod comparison_rows;
mod rows;

use csv::Writer;

use super::{comparison::Comparison, risk::Risk};
use crate::server::batch::Outputs;

/// A table of the results, which users can download as a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Positions,
    Snapshots,
    Exposures,
    Symbols,
    Factors,
    Volatility,
    Correlations,
    Prices,
    Unavailable,
    Closed,
    Comparison,
    Contributions,
}

impl Table {
    pub const ALL: [Self; 12] = [
        Self::Positions,
        Self::Snapshots,
        Self::Exposures,
        Self::Symbols,
        Self::Factors,
        Self::Volatility,
        Self::Correlations,
        Self::Prices,
        Self::Unavailable,
        Self::Closed,
        Self::Comparison,
        Self::Contributions,
    ];

    /// Returns the table with the given file name.
    pub fn named(file_name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.file_name() == file_name)
    }

    pub fn file_name(self) -> &'static str {
        match self {
            Self::Positions => "positions.csv",
            Self::Snapshots => "snapshots.csv",
            Self::Exposures => "exposures.csv",
            Self::Symbols => "symbols.csv",
            Self::Factors => "factors.csv",
            Self::Volatility => "volatility.csv",
            Self::Correlations => "correlations.csv",
            Self::Prices => "prices.csv",
            Self::Unavailable => "unavailable.csv",
            Self::Closed => "closed.csv",
            Self::Comparison => "comparison.csv",
            Self::Contributions => "contributions.csv",
        }
    }

    /// Returns the table as the content of a CSV file, or `None` if the phase that computes the
    /// table has not finished.
    pub fn write(self, out: &Outputs) -> Option<Vec<u8>> {
        let rows = match self {
            Self::Positions => rows::positions(out.values.as_ref()?, out.betas.as_deref().unwrap_or_default()),
            Self::Snapshots => rows::snapshots(&out.snapshots.as_ref()?.days),
            Self::Exposures => rows::exposures(out.exposures.as_ref()?),
            Self::Symbols => rows::symbols(out.metrics.as_ref()?),
            Self::Factors => rows::factors(out.factors.as_ref()?),
            Self::Volatility => rows::volatility(out.volatility.as_ref()?),
            Self::Correlations => rows::correlations(out.correlations.as_ref()?),
            Self::Prices => rows::prices(out.market.as_ref()?),
            Self::Unavailable => rows::unavailable(&out.market.as_ref()?.unavailable),
            Self::Closed => rows::closed(out.snapshots.as_ref()?.closed.as_deref().unwrap_or_default()),
            Self::Comparison => {
                out.snapshots.as_ref()?;
                comparison_rows::comparison(Comparison::from_outputs(out).as_ref())
            }
            Self::Contributions => {
                out.snapshots.as_ref()?;
                comparison_rows::contributions(Risk::from_outputs(out).as_ref())
            }
        };
        let mut writer = Writer::from_writer(Vec::new());
        rows.iter().try_for_each(|row| writer.write_record(row)).ok()?;
        writer.into_inner().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::batch::phases::correlations::Correlations;

    #[test]
    fn finds_table_by_file_name_only() {
        assert!(Table::ALL.into_iter().all(|table| Table::named(table.file_name()) == Some(table)));
        assert_eq!(Table::named("../positions.csv"), None);
    }

    #[test]
    fn writes_no_table_before_its_phase() {
        assert!(Table::ALL.into_iter().all(|table| table.write(&Outputs::default()).is_none()));
    }

    #[test]
    fn writes_correlations_as_labeled_square() {
        let correlations = Correlations {
            symbols: vec!["A".into(), "B".into()],
            matrix: vec![vec![1.0, 0.5], vec![0.5, 1.0]],
            order: vec![1, 0],
            ..Correlations::default()
        };
        let out = Outputs { correlations: Some(correlations), ..Outputs::default() };
        assert_eq!(Table::Correlations.write(&out).unwrap(), b"symbol,B,A\nB,1,0.5\nA,0.5,1\n");
    }
}
