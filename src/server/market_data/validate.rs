//! What arrives is not yet a price history: order, repetitions, missing and absurd prices.
//!
//! What can be put right is put right and said; what only looks wrong is kept and said: AMD really rose by 52 % in a
//! day.

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

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{Bar, RawBar, oddities, sound_history};

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 1, day).unwrap()
    }

    fn raw(on: u32, price: f64) -> RawBar {
        RawBar { date: day(on), close: Some(price), adj_close: Some(price) }
    }

    fn read(raw: &[RawBar]) -> (Vec<f64>, Vec<String>) {
        let (bars, notes) = sound_history(raw, day(1), day(30)).unwrap();
        (bars.iter().map(|bar| bar.close).collect(), notes)
    }

    #[test]
    fn a_sound_history_stays_as_it_is() {
        assert_eq!(read(&[raw(2, 1.0), raw(3, 2.0)]), (vec![1.0, 2.0], vec![]));
    }

    #[test]
    fn days_out_of_order_are_put_in_order() {
        assert_eq!(read(&[raw(3, 2.0), raw(2, 1.0)]), (vec![1.0, 2.0], vec!["1 day out of order put in order".into()]));
    }

    #[test]
    fn of_a_repeated_day_the_last_one_is_kept() {
        let (closes, notes) = read(&[raw(2, 1.0), raw(2, 9.0), raw(3, 2.0)]);
        assert_eq!((closes, notes), (vec![9.0, 2.0], vec!["1 day repeated, the last one kept".into()]));
    }

    #[test]
    fn missing_infinite_negative_and_zero_prices_are_left_out() {
        let missing = RawBar { adj_close: None, ..raw(3, 1.0) };
        let (closes, notes) =
            read(&[raw(2, 1.0), missing, raw(4, f64::NAN), raw(5, -1.0), raw(6, 0.0), raw(7, f64::INFINITY)]);
        assert_eq!((closes, notes), (vec![1.0], vec!["5 days without a usable price left out".into()]));
    }

    #[test]
    fn days_that_were_not_asked_for_are_left_out() {
        assert_eq!(read(&[raw(2, 1.0), raw(31, 2.0)]).0, [1.0]);
    }

    #[test]
    fn nothing_usable_is_no_history() {
        assert!(sound_history(&[raw(2, -1.0)], day(1), day(30)).is_err());
    }

    #[test]
    fn a_jump_and_a_hole_are_pointed_out_and_kept() {
        let bar = |on: u32, price: f64| Bar { date: day(on), close: price, adj_close: price };
        assert_eq!(
            oddities(&[bar(2, 1.0), bar(3, 1.52), bar(15, 0.7)]),
            [
                "price rose by 52 % on 2024-01-03; kept as it is",
                "price fell by 54 % on 2024-01-15; kept as it is",
                "no prices between 2024-01-03 and 2024-01-15"
            ]
        );
        assert!(oddities(&[bar(2, 1.0), bar(3, 1.5)]).is_empty());
    }
}
