//! Turns the days of a provider's response into a price history: sorts them, and removes duplicate
//! days as well as missing or absurd prices.
//!
//! Corrections are reported. A price that merely looks wrong is reported but kept, because it may
//! be real: AMD once rose by 52% in a day.

#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use super::{Bar, provider::RawBar};

/// Threshold for relative day-to-day changes of the adjusted close. Larger changes are reported.
const JUMP: f64 = 0.5;
/// Threshold for the number of calendar days between two consecutive prices. Longer gaps are
/// reported. Weekends and holidays cause only shorter gaps.
const GAP_DAYS: i64 = 10;

/// Returns the usable days in ascending order without duplicates, and notes on what was corrected.
///
/// # Errors
/// Returns a clause that describes the problem if no day is usable.
pub fn clean_history(raw: &[RawBar], from: NaiveDate, to: NaiveDate) -> Result<(Vec<Bar>, Vec<String>), String> {
    let mut notes = Vec::new();
    let mut note = |count: usize, what: &str| {
        if count > 0 {
            notes.push(format!("{count} {} {what}", if count == 1 { "day" } else { "days" }));
        }
    };
    let requested: Vec<&RawBar> = raw.iter().filter(|bar| (from..=to).contains(&bar.date)).collect();
    note(raw.len() - requested.len(), "outside the requested dates; left out");
    let mut bars: Vec<Bar> = requested.iter().filter_map(|bar| bar.validated()).collect();
    note(requested.len() - bars.len(), "without a usable price; left out");
    if bars.is_empty() {
        return Err("no day has a usable price".to_owned());
    }
    let out_of_order = bars.windows(2).filter(|pair| pair[1].date < pair[0].date).count();
    note(out_of_order, "out of order; sorted by date");
    // A stable sort keeps the prices of one day in the order of the response. The last price of a
    // day is kept, because it may be a correction of the earlier ones.
    bars.sort_by_key(|bar| bar.date);
    let received = bars.len();
    bars.reverse();
    bars.dedup_by_key(|bar| bar.date);
    bars.reverse();
    note(received - bars.len(), "repeated; the last price is kept");
    Ok((bars, notes))
}

/// Finds jumps and gaps in a valid price history. Describes each one with a clause.
pub fn anomalies(bars: &[Bar]) -> Vec<String> {
    let pairs = || bars.windows(2).map(|pair| (pair[0], pair[1]));
    let jumps = pairs().filter_map(|(before, day)| {
        let change = day.adj_close / before.adj_close - 1.0;
        (change.abs() > JUMP).then(|| {
            let direction = if change > 0.0 { "rose" } else { "fell" };
            format!("price {direction} by {:.0}% on {}; kept as it is", 100.0 * change.abs(), day.date)
        })
    });
    let gaps = pairs()
        .filter(|(before, day)| (day.date - before.date).num_days() > GAP_DAYS)
        .map(|(before, day)| format!("no prices between {} and {}", before.date, day.date));
    jumps.chain(gaps).collect()
}
