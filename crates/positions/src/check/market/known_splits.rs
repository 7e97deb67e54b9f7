//! Splits of widely held stocks, so that a price from before one is recognized even where the known
//! prices are adjusted for spin-offs and dividends as well.

use chrono::NaiveDate;

/// A symbol, the year, month and day from which it traded in new shares, and how many of them one
/// share became.
type KnownSplit = (&'static str, (i32, u32, u32), f64);

const SPLITS: &[KnownSplit] = &[
    ("AAPL", (2014, 6, 9), 7.0),
    ("AAPL", (2020, 8, 31), 4.0),
    ("AMZN", (2022, 6, 6), 20.0),
    ("AVGO", (2024, 7, 15), 10.0),
    ("CMG", (2024, 6, 26), 50.0),
    ("CSX", (2021, 6, 29), 3.0),
    ("DXCM", (2022, 6, 10), 4.0),
    ("FTNT", (2022, 6, 23), 5.0),
    ("GE", (2021, 8, 2), 0.125),
    ("GOOG", (2022, 7, 18), 20.0),
    ("GOOGL", (2022, 7, 18), 20.0),
    ("ISRG", (2021, 10, 5), 3.0),
    ("LRCX", (2024, 10, 3), 10.0),
    ("NEE", (2020, 10, 27), 4.0),
    ("NFLX", (2015, 7, 15), 7.0),
    ("NKE", (2015, 12, 24), 2.0),
    ("NVDA", (2021, 7, 20), 4.0),
    ("NVDA", (2024, 6, 10), 10.0),
    ("PANW", (2022, 9, 14), 3.0),
    ("SBUX", (2015, 4, 9), 2.0),
    ("SHOP", (2022, 6, 29), 10.0),
    ("SHW", (2021, 4, 1), 3.0),
    ("SMCI", (2024, 10, 1), 10.0),
    ("TSLA", (2020, 8, 31), 5.0),
    ("TSLA", (2022, 8, 25), 3.0),
    ("TTD", (2021, 6, 17), 10.0),
    ("V", (2015, 3, 19), 4.0),
    ("WMT", (2024, 2, 26), 3.0),
];

/// Returns the splits of a symbol after one day and up to another, in order of date.
pub(super) fn known_splits(symbol: &str, after: NaiveDate, until: NaiveDate) -> Vec<(NaiveDate, f64)> {
    SPLITS
        .iter()
        .filter(|(of, ..)| *of == symbol)
        .filter_map(|(_, date, factor)| Some((day(*date)?, *factor)))
        .filter(|(date, _)| *date > after && *date <= until)
        .collect()
}

fn day((year, month, day): (i32, u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_each_known_split() {
        for (symbol, date, factor) in SPLITS {
            assert!(day(*date).is_some() && *factor > 0.0 && (*factor - 1.0).abs() > 0.1, "{symbol}");
        }
    }
}
