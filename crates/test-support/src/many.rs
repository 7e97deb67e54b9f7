//! Generates prices and positions for many symbols. The Python generator in
//! `tests/reference/many.py` computes the same prices, bit for bit, so no price files need to be
//! stored.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate, Weekday};

/// A generator of approximately normal random numbers. Each number is the sum of twelve uniform
/// random numbers, minus 6. The uniform numbers come from a linear congruential generator modulo
/// 2^64.
pub struct Normal(pub u64);

impl Normal {
    /// Returns the next random number. The distribution has mean 0 and variance 1.
    pub fn draw(&mut self) -> f64 {
        std::iter::repeat_with(|| self.uniform()).take(12).fold(0.0, |sum, next| sum + next) - 6.0
    }

    /// Returns the next random number, uniformly distributed between 0 and 1.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 * 2_f64.powi(-53)
    }
}

/// The symbols of the factor funds in the price file (market, value, growth, momentum). The number
/// after each symbol is the fund's sensitivity to the market's return.
const FUNDS: [(&str, f64); 4] = [("MKT", 1.0), ("VAL", 0.9), ("GRO", 1.1), ("MOM", 1.0)];

/// Returns the first `days` weekdays, starting on Monday, January 5, 2015.
pub fn dates(days: usize) -> Vec<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2015, 1, 5).unwrap();
    first.iter_days().filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)).take(days).collect()
}

/// Returns a price file with one column per symbol (`S000`, `S001` …) and one per fund.
pub fn prices(symbols: usize, days: usize) -> String {
    let mut normal = Normal(42);
    let market: Vec<f64> = (0..days).map(|_| 0.0003 + 0.01 * normal.draw()).collect();
    let mut column = |load: f64, own: f64| -> Vec<String> {
        let mut level = 50.0;
        let next = |day: &f64| {
            level *= 1.0 + load * day + own * normal.draw();
            format!("{level:.4}")
        };
        market.iter().map(next).collect()
    };
    let mut columns: Vec<(String, Vec<String>)> =
        FUNDS.iter().map(|(name, load)| ((*name).to_owned(), column(*load, 0.004))).collect();
    columns.extend((0..symbols).map(|at| (format!("S{at:03}"), column(0.3 + 0.002 * at as f64, 0.012))));
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut prices = format!("Date,{}\n", names.join(","));
    for (row, date) in dates(days).iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|(_, column)| column[row].as_str()).collect();
        writeln!(prices, "{date},{}", cells.join(",")).unwrap();
    }
    prices
}

/// Returns a positions file with `lots` lots per symbol, opened on different days in roughly the
/// last year and a half of the price file. Every fifth lot is short.
pub fn positions(symbols: usize, days: usize, lots: usize) -> String {
    let dates = dates(days);
    let mut positions = "Symbol,Quantity,Entry Price Per Share,Entry Date\n".to_owned();
    for at in 0..symbols * lots {
        let (symbol, lot) = (at % symbols, at / symbols);
        let sign = if at % 5 == 0 { "-" } else { "" };
        let back = (3 * (symbol % 120) + 7 * lot) % (days - 1);
        let entry = dates[days - 1 - back];
        writeln!(positions, "S{symbol:03},{sign}{},{},{entry}", 10 * (at % 7 + 1), 40 + at % 20).unwrap();
    }
    positions
}
