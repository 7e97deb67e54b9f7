//! The horizontal axis of a chart: ticks at the first trading day of months, or of weeks if the
//! chart covers less than three months.

use chrono::{Datelike, NaiveDate};

/// A labeled date of the horizontal axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTick {
    /// Index of the date.
    pub index: usize,
    pub label: String,
    /// Whether the label has space on a phone, too.
    pub fits_phone: bool,
}

/// Minimum distance between ticks, as a part of the axis: the 16th part, and the 5th on a phone.
const WIDE_PARTS: usize = 16;
const PHONE_PARTS: usize = 5;

/// Number of months between ticks. The phone's steps are multiples of the wide ones.
const MONTH_STEPS: [i32; 8] = [1, 3, 6, 12, 24, 48, 96, 192];

/// Maximum number of months with a tick; more of them get a larger step.
const WIDE_MONTHS: usize = 13;
const PHONE_MONTHS: usize = 5;

/// Returns the ticks for ascending dates. There are at most 17 of them, and at most six for phones.
pub fn time_ticks(dates: &[NaiveDate]) -> Vec<TimeTick> {
    let months = first_of_each(dates, month);
    if months.len() >= 3 {
        let step = |most: usize| step_of_months(dates, &months, most);
        let (wide, phone) = (step(WIDE_MONTHS), step(PHONE_MONTHS));
        let chosen: Vec<usize> = months.into_iter().filter(|&at| month(dates[at]) % wide == 0).collect();
        let has_year = chosen.iter().any(|&at| dates[at].month() == 1);
        let label = |(place, at): (usize, usize)| match dates[at] {
            date if date.month() == 1 => date.format("%Y").to_string(),
            date if place == 0 && !has_year => date.format("%b %Y").to_string(),
            date => date.format("%b").to_string(),
        };
        let labels: Vec<String> = chosen.iter().copied().enumerate().map(label).collect();
        return spaced(dates, chosen.into_iter().zip(labels), |at| month(dates[at]) % phone == 0);
    }
    let weeks = first_of_each(dates, |date| date.iso_week());
    let chosen = if weeks.len() >= 3 { weeks } else { (0..dates.len()).collect() };
    let labels = chosen.into_iter().map(|at| (at, dates[at].format("%b %-d").to_string()));
    spaced(dates, labels, |_| true)
}

/// Returns the number of months since year 0.
fn month(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0().cast_signed()
}

/// Returns the indices at which a month or a week begins. The first date is not among them, because
/// earlier days of its month or week may be missing.
fn first_of_each<K: PartialEq>(dates: &[NaiveDate], key: impl Fn(NaiveDate) -> K) -> Vec<usize> {
    (1..dates.len()).filter(|&at| key(dates[at - 1]) != key(dates[at])).collect()
}

/// Returns the smallest step at which at most `most` of the months have a tick.
fn step_of_months(dates: &[NaiveDate], months: &[usize], most: usize) -> i32 {
    let count = |step: i32| months.iter().filter(|&&at| month(dates[at]) % step == 0).count();
    MONTH_STEPS.into_iter().find(|&step| count(step) <= most).unwrap_or(MONTH_STEPS[7])
}

/// Leaves out ticks that are too close to the one before, which happens where dates are unevenly
/// spread.
fn spaced(
    dates: &[NaiveDate],
    ticks: impl Iterator<Item = (usize, String)>,
    is_for_phone: impl Fn(usize) -> bool,
) -> Vec<TimeTick> {
    let span = dates.len().saturating_sub(1);
    let is_far = |last: Option<usize>, at: usize, parts: usize| last.is_none_or(|last| (at - last) * parts >= span);
    let (mut last, mut last_on_phone) = (None, None);
    let mut kept = Vec::new();
    for (index, label) in ticks {
        if !is_far(last, index, WIDE_PARTS) {
            continue;
        }
        last = Some(index);
        let fits_phone = is_for_phone(index) && is_far(last_on_phone, index, PHONE_PARTS);
        if fits_phone {
            last_on_phone = Some(index);
        }
        kept.push(TimeTick { index, label, fits_phone });
    }
    kept
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days, NaiveDate, Weekday};
    use proptest::prelude::*;

    use super::time_ticks;

    fn weekdays(from: &str, count: usize) -> Vec<NaiveDate> {
        let from: NaiveDate = from.parse().unwrap();
        from.iter_days().filter(|date| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)).take(count).collect()
    }

    fn labels(dates: &[NaiveDate], on_phone: bool) -> Vec<String> {
        time_ticks(dates).into_iter().filter(|tick| tick.fits_phone || !on_phone).map(|tick| tick.label).collect()
    }

    #[test]
    fn labels_months_of_a_year() {
        let dates = weekdays("2021-12-24", 254);
        let months = ["2022", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        assert_eq!(labels(&dates, false), months);
        assert_eq!(labels(&dates, true), ["2022", "Apr", "Jul", "Oct"]);
        let first = &time_ticks(&dates)[0];
        assert_eq!(dates[first.index].to_string(), "2022-01-03", "the first trading day of the month");
    }

    #[test]
    fn adds_year_where_no_january_has_it() {
        assert_eq!(labels(&weekdays("2022-02-10", 90), false), ["Mar 2022", "Apr", "May", "Jun"]);
    }

    #[test]
    fn labels_weeks_and_days_of_short_histories() {
        assert_eq!(labels(&weekdays("2022-12-05", 18), false), ["Dec 12", "Dec 19", "Dec 26"]);
        assert_eq!(labels(&weekdays("2022-12-26", 3), false), ["Dec 26", "Dec 27", "Dec 28"]);
    }

    #[test]
    fn labels_years_of_sparse_dates() {
        let start: NaiveDate = "1990-01-15".parse().unwrap();
        let dates: Vec<NaiveDate> = (0..120).map(|quarter| start + Days::new(91 * quarter)).collect();
        let labels = labels(&dates, false);
        assert!(labels.len() <= 13 && labels.iter().all(|label| label.len() == 4), "{labels:?}");
    }

    proptest! {
        #[test]
        fn draws_few_ticks_in_order_for_any_dates(gaps in proptest::collection::vec(1_u64..400, 0..273)) {
            let start: NaiveDate = "1990-01-15".parse().unwrap();
            let days = gaps.iter().scan(0, |sum, gap| { *sum += gap; Some(*sum) });
            let dates: Vec<NaiveDate> = days.map(|day| start + Days::new(day)).collect();
            let ticks = time_ticks(&dates);
            prop_assert!(ticks.len() <= 17 && ticks.iter().filter(|tick| tick.fits_phone).count() <= 6, "{:?}", ticks);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].index < pair[1].index));
            prop_assert!(ticks.iter().all(|tick| tick.index < dates.len() && !tick.label.is_empty()));
        }
    }
}
