use chrono::NaiveDate;

use super::{Bar, RawBar, anomalies, clean_history};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, day).unwrap()
}

fn raw(on: u32, price: f64) -> RawBar {
    RawBar { date: day(on), close: Some(price), adj_close: Some(price) }
}

fn read(raw: &[RawBar]) -> (Vec<f64>, Vec<String>) {
    let (bars, notes) = clean_history(raw, day(1), day(30)).unwrap();
    (bars.iter().map(|bar| bar.close).collect(), notes)
}

#[test]
fn keeps_valid_history_unchanged() {
    assert_eq!(read(&[raw(2, 1.0), raw(3, 2.0)]), (vec![1.0, 2.0], vec![]));
}

#[test]
fn sorts_days_and_reports_it() {
    assert_eq!(read(&[raw(3, 2.0), raw(2, 1.0)]), (vec![1.0, 2.0], vec!["1 day out of order; sorted by date".into()]));
}

#[test]
fn keeps_last_price_of_repeated_day() {
    let (closes, notes) = read(&[raw(2, 1.0), raw(2, 9.0), raw(3, 2.0)]);
    assert_eq!((closes, notes), (vec![9.0, 2.0], vec!["1 day repeated; the last price is kept".into()]));
}

#[test]
fn leaves_out_missing_infinite_negative_and_zero_prices() {
    let missing = RawBar { adj_close: None, ..raw(3, 1.0) };
    let (closes, notes) =
        read(&[raw(2, 1.0), missing, raw(4, f64::NAN), raw(5, -1.0), raw(6, 0.0), raw(7, f64::INFINITY)]);
    assert_eq!((closes, notes), (vec![1.0], vec!["5 days without a usable price; left out".into()]));
}

#[test]
fn leaves_out_days_outside_requested_dates() {
    assert_eq!(read(&[raw(2, 1.0), raw(31, 2.0)]).0, [1.0]);
}

#[test]
fn rejects_history_without_usable_prices() {
    assert!(clean_history(&[raw(2, -1.0)], day(1), day(30)).is_err());
}

fn bar(on: u32, price: f64) -> Bar {
    Bar { date: day(on), close: price, adj_close: price }
}

#[test]
fn reports_and_keeps_jumps_and_gaps() {
    assert_eq!(
        anomalies(&[bar(2, 1.0), bar(3, 1.52), bar(15, 1.4)], day(15)),
        ["price rose by 52% on 2024-01-03; kept as it is", "no prices between 2024-01-03 and 2024-01-15"]
    );
    assert!(anomalies(&[bar(2, 1.0), bar(3, 1.5), bar(4, 1.01)], day(14)).is_empty());
}

#[test]
fn mentions_split_of_missing_factor() {
    assert_eq!(
        anomalies(&[bar(2, 100.0), bar(3, 50.4), bar(4, 30.0)], day(4)),
        [
            "price fell by 50% on 2024-01-03, as after a 2-for-1 split; kept as it is",
            "price fell by 40% on 2024-01-04; kept as it is"
        ]
    );
}

#[test]
fn suspects_two_histories_after_jump_across_hole() {
    assert_eq!(
        anomalies(&[bar(2, 14.0), bar(3, 14.0), bar(20, 196.686)], day(20)),
        [
            "no prices between 2024-01-03 and 2024-01-20, and +1,304.9% across that hole; are these two histories under one name?"
        ]
    );
}

#[test]
fn reports_history_that_ended() {
    assert_eq!(anomalies(&[bar(2, 1.0)], day(13)), ["no price since 2024-01-02; was it sold or merged?"]);
}

#[test]
fn reports_missing_weekdays_once() {
    let two_of_three = |first: u32| !first.is_multiple_of(3);
    let bars: Vec<Bar> = (1..=30).filter(|on| two_of_three(*on)).map(|on| bar(on, 1.0)).collect();
    assert_eq!(anomalies(&bars, day(30)), ["no price on 6 of 21 weekdays"]);
    let whole: Vec<Bar> = (1..=30).map(|on| bar(on, 1.0)).collect();
    assert!(anomalies(&whole, day(30)).is_empty());
}

#[test]
fn shortens_list_of_many_jumps() {
    let bars: Vec<Bar> = (1..=20).map(|on| bar(on, if on % 2 == 0 { 1.0 } else { 9.0 })).collect();
    let notes = anomalies(&bars, day(20));
    assert_eq!((notes.len(), notes[5].as_str()), (6, "14 more jumps like these"));
}
