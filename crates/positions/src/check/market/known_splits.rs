//! Splits of widely held stocks, so that a price from before one is recognized even where the known
//! prices are adjusted for spin-offs and dividends as well.

use chrono::NaiveDate;

/// A symbol, the first day of trading after the split as `yyyymmdd`, and how many shares one share
/// became.
type KnownSplit = (&'static str, u32, f64);

const SPLITS: &[KnownSplit] = &[
    ("AAPL", 2014_06_09, 7.0),
    ("AAPL", 2020_08_31, 4.0),
    ("AMZN", 2022_06_06, 20.0),
    ("AVGO", 2024_07_15, 10.0),
    ("CMG", 2024_06_26, 50.0),
    ("CSX", 2021_06_29, 3.0),
    ("DXCM", 2022_06_10, 4.0),
    ("FTNT", 2022_06_23, 5.0),
    ("GE", 2021_08_02, 0.125),
    ("GOOG", 2022_07_18, 20.0),
    ("GOOGL", 2022_07_18, 20.0),
    ("ISRG", 2021_10_05, 3.0),
    ("LRCX", 2024_10_03, 10.0),
    ("NEE", 2020_10_27, 4.0),
    ("NFLX", 2015_07_15, 7.0),
    ("NKE", 2015_12_24, 2.0),
    ("NVDA", 2021_07_20, 4.0),
    ("NVDA", 2024_06_10, 10.0),
    ("PANW", 2022_09_14, 3.0),
    ("SBUX", 2015_04_09, 2.0),
    ("SHOP", 2022_06_29, 10.0),
    ("SHW", 2021_04_01, 3.0),
    ("SMCI", 2024_10_01, 10.0),
    ("TSLA", 2020_08_31, 5.0),
    ("TSLA", 2022_08_25, 3.0),
    ("TTD", 2021_06_17, 10.0),
    ("V", 2015_03_19, 4.0),
    ("WMT", 2024_02_26, 3.0),
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

fn day(number: u32) -> Option<NaiveDate> {
    let year = i32::try_from(number / 10_000).ok()?;
    NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100)
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
