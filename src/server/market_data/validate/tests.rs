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
