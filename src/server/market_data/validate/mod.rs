//! What arrives is not yet a price history: order, repetitions, missing and absurd prices.
//!
//! What can be put right is put right and said; what only looks wrong is kept and said: AMD really rose by 52 % in a
//! day.

#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use super::{Bar, provider::RawBar};

/// A change of the adjusted close from one day to the next beyond which it is pointed out.
const JUMP: f64 = 0.5;
/// Calendar days between two prices beyond which the hole is pointed out. No closure of the exchange lasts longer.
const HOLE_DAYS: i64 = 10;

/// A sound history, ascending, each day once, and what had to be done to it.
///
/// # Errors
/// What is wrong, where no day can be used.
pub fn sound_history(raw: &[RawBar], from: NaiveDate, to: NaiveDate) -> Result<(Vec<Bar>, Vec<String>), String> {
    let mut notes = Vec::new();
    let mut note = |count: usize, what: &str| {
        if count > 0 {
            notes.push(format!("{count} {} {what}", if count == 1 { "day" } else { "days" }));
        }
    };
    let asked: Vec<&RawBar> = raw.iter().filter(|bar| (from..=to).contains(&bar.date)).collect();
    note(raw.len() - asked.len(), "outside the dates asked for left out");
    let mut bars: Vec<Bar> = asked.iter().filter_map(|bar| bar.sound()).collect();
    note(asked.len() - bars.len(), "without a usable price left out");
    if bars.is_empty() {
        return Err("no day has a usable price".to_owned());
    }
    let disordered = bars.windows(2).filter(|pair| pair[1].date < pair[0].date).count();
    note(disordered, "out of order put in order");
    // Stable: of two prices for one day the one that arrived later is kept, as a correction would be.
    bars.sort_by_key(|bar| bar.date);
    let arrived = bars.len();
    bars.reverse();
    bars.dedup_by_key(|bar| bar.date);
    bars.reverse();
    note(arrived - bars.len(), "repeated, the last one kept");
    Ok((bars, notes))
}

/// What looks wrong in a sound history, one sentence each.
pub fn oddities(bars: &[Bar]) -> Vec<String> {
    let pairs = || bars.windows(2).map(|pair| (pair[0], pair[1]));
    let jumps = pairs().filter_map(|(before, day)| {
        let change = day.adj_close / before.adj_close - 1.0;
        (change.abs() > JUMP).then(|| {
            let direction = if change > 0.0 { "rose" } else { "fell" };
            format!("price {direction} by {:.0} % on {}; kept as it is", 100.0 * change.abs(), day.date)
        })
    });
    let holes = pairs()
        .filter(|(before, day)| (day.date - before.date).num_days() > HOLE_DAYS)
        .map(|(before, day)| format!("no prices between {} and {}", before.date, day.date));
    jumps.chain(holes).collect()
}
