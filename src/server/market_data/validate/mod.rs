//! Turns the days of a provider's response into a price history: sorts them, and removes duplicate
//! days as well as missing or absurd prices.
//!
//! Corrections are reported. A price that merely looks wrong is reported but kept, because it may
//! be real: AMD once rose by 52% in a day.

#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate};

use super::{Bar, provider::RawBar, sheet::SplitRatio};

/// Threshold for relative day-to-day rises of the adjusted close. Larger ones are reported, and so
/// are falls that such a rise would undo: those by more than a third.
const JUMP: f64 = 0.5;
/// Maximum relative difference between a change and a split's factor at which the note mentions the
/// split. The price also moves on the day of a split.
const SPLIT_TOLERANCE: f64 = 0.03;
/// Threshold for the number of calendar days between two consecutive prices. Longer gaps are
/// reported. Weekends and holidays cause only shorter gaps.
const GAP_DAYS: i64 = 10;
/// Missing weekdays are reported if they are more than one in this many. Holidays are one in 25.
const MAX_MISSING_SHARE: usize = 10;
/// Minimum number of weekdays for which missing ones are reported.
const MIN_WEEKDAYS: usize = 20;
/// Maximum number of notes of one kind per history.
const MAX_NOTES: usize = 5;

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

/// Finds jumps and gaps in a valid price history whose last day should be near `to`. Describes each
/// one with a clause.
pub fn anomalies(bars: &[Bar], to: NaiveDate) -> Vec<String> {
    let (mut jumps, mut gaps) = (Vec::new(), Vec::new());
    for pair in bars.windows(2) {
        let (before, day) = (pair[0], pair[1]);
        let change = day.adj_close / before.adj_close - 1.0;
        let is_jump = !(1.0 / (1.0 + JUMP) - 1.0..=JUMP).contains(&change);
        let is_gap = (day.date - before.date).num_days() > GAP_DAYS;
        match (is_jump, is_gap) {
            (true, true) => gaps.push(format!(
                "no prices between {} and {}, and {} across that hole; are these two histories under one name?",
                before.date,
                day.date,
                signed_percent(change)
            )),
            (false, true) => gaps.push(format!("no prices between {} and {}", before.date, day.date)),
            (true, false) => jumps.push(jump(before.adj_close / day.adj_close, change, day.date)),
            (false, false) => {}
        }
    }
    let sparse = missing_weekdays(bars.iter().map(|bar| bar.date));
    let sparse = sparse.map(|(missing, weekdays)| format!("no price on {missing} of {weekdays} weekdays"));
    let last = bars.last().filter(|last| (to - last.date).num_days() > GAP_DAYS);
    let ended = last.map(|last| format!("no price since {}; was it sold or merged?", last.date));
    shortened(jumps, "jumps").into_iter().chain(shortened(gaps, "holes")).chain(sparse).chain(ended).collect()
}

/// Describes a jump. A fall by the factor of a split may be a split that the source has missed.
fn jump(price_ratio: f64, change: f64, date: NaiveDate) -> String {
    let direction = if change > 0.0 { "rose" } else { "fell" };
    let split =
        SplitRatio::from_price_ratio(price_ratio, SPLIT_TOLERANCE).filter(|split| split.new.max(split.old) <= 20);
    let like = split.map(|SplitRatio { new, old }| format!(", as after a {new}-for-{old} split")).unwrap_or_default();
    format!("price {direction} by {:.0}% on {date}{like}; kept as it is", 100.0 * change.abs())
}

/// Formats a change with its sign and separators of thousands.
fn signed_percent(change: f64) -> String {
    let sign = if change < 0.0 { '\u{2212}' } else { '+' };
    let tenths = format!("{:.1}", 100.0 * change.abs());
    let (whole, decimals) = tenths.split_once('.').unwrap_or((&tenths, "0"));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{decimals}%")
}

/// Returns how many weekdays between the first and the last of `days` are missing, and how many
/// weekdays there are. Returns `None` if no more are missing than holidays explain.
pub fn missing_weekdays(days: impl Iterator<Item = NaiveDate> + Clone) -> Option<(usize, usize)> {
    let is_weekday = |day: &NaiveDate| day.weekday().num_days_from_monday() < 5;
    let mut gaps = days.clone().zip(days.skip(1));
    let (mut weekdays, mut missing) = (1, 0);
    for (before, day) in &mut gaps {
        if (day - before).num_days() > GAP_DAYS {
            // Long gaps are reported on their own.
            continue;
        }
        let between = before.iter_days().skip(1).take_while(|between| *between < day).filter(is_weekday).count();
        weekdays += between + usize::from(is_weekday(&day));
        missing += between;
    }
    (weekdays >= MIN_WEEKDAYS && missing * MAX_MISSING_SHARE > weekdays).then_some((missing, weekdays))
}

/// Keeps the first notes, and adds one with the number of the others.
fn shortened(mut notes: Vec<String>, kind: &str) -> Vec<String> {
    if notes.len() > MAX_NOTES {
        let more = notes.len() - MAX_NOTES;
        notes.truncate(MAX_NOTES);
        notes.push(format!("{more} more {kind} like these"));
    }
    notes
}
