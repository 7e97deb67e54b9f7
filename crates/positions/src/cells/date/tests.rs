use chrono::Datelike;
use proptest::prelude::*;

use super::evidence::ORDERS;
use super::*;
use DateOrder::{DayMonthYear, MonthDayYear, YearMonthDay};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn column(cells: &[&str]) -> DateEvidence {
    date_orders(cells.iter().copied())
}

#[test]
fn reads_certain_dates_in_every_order() {
    for (text, expected) in [
        ("2022-03-15", day(2022, 3, 15)),
        ("2022/3/5", day(2022, 3, 5)),
        ("2022.03.15", day(2022, 3, 15)),
        ("20220301", day(2022, 3, 1)),
        ("20230522;101501", day(2023, 5, 22)),
        ("20230522101501", day(2023, 5, 22)),
        ("2020-11-09, 10:15:01", day(2020, 11, 9)),
        ("2022-12-21, 01:44:55 EST", day(2022, 12, 21)),
        ("2020-06-15 14:30:03.613", day(2020, 6, 15)),
        ("2025-01-15 09:30:00 AM", day(2025, 1, 15)),
        ("2022-10-31 00:00:00-04:00", day(2022, 10, 31)),
        ("2023-01-05T14:30:00.000Z", day(2023, 1, 5)),
        ("2023-01-05T14:30:00+01:00", day(2023, 1, 5)),
        ("2022-03-15Z", day(2022, 3, 15)),
        ("25-Mar-2021", day(2021, 3, 25)),
        ("25-May-26", day(2026, 5, 25)),
        ("02-Jan-2025", day(2025, 1, 2)),
        ("20 JAN 23", day(2023, 1, 20)),
        ("20JAN23", day(2023, 1, 20)),
        ("JAN-20-2023", day(2023, 1, 20)),
        ("Jan 20 '23", day(2023, 1, 20)),
        ("Jan20'23", day(2023, 1, 20)),
        ("Jan 15, 2026 09:00:00 ET", day(2026, 1, 15)),
        ("Dec 20 2022 04:15 PM ET", day(2022, 12, 20)),
        ("January 20th, 2023", day(2023, 1, 20)),
        ("20. März 2022", day(2022, 3, 20)),
        ("3 févr. 2022", day(2022, 2, 3)),
        ("20 de enero de 2023", day(2023, 1, 20)),
        ("5 maj 2022", day(2022, 5, 5)),
        ("Tue, 20 Dec 2022", day(2022, 12, 20)),
        ("2022-Mar-15", day(2022, 3, 15)),
        ("13/10/1999", day(1999, 10, 13)),
    ] {
        for order in ORDERS {
            let read = date(text, order);
            assert!(read.is_none_or(|read| read == expected), "{text}: {read:?}");
        }
        assert!(ORDERS.iter().any(|order| date(text, *order) == Some(expected)), "{text}");
    }
    assert!(ORDERS.iter().all(|order| date("2022-03-15", *order).is_some()));
}

#[test]
fn reads_numbers_in_the_given_order() {
    for (text, order, expected) in [
        ("3/4/2022", MonthDayYear, day(2022, 3, 4)),
        ("3/4/2022", DayMonthYear, day(2022, 4, 3)),
        ("03.04.2022", DayMonthYear, day(2022, 4, 3)),
        ("3. 4. 2022", DayMonthYear, day(2022, 4, 3)),
        ("15-08-2022", DayMonthYear, day(2022, 8, 15)),
        ("06/20/25", MonthDayYear, day(2025, 6, 20)),
        ("01/02/03", YearMonthDay, day(2001, 2, 3)),
        ("31/12/69", DayMonthYear, day(2069, 12, 31)),
        ("01/01/70", DayMonthYear, day(1970, 1, 1)),
        ("07/06/2020 09:31:12", MonthDayYear, day(2020, 7, 6)),
        ("11/15/2022 10:12:31 EST", MonthDayYear, day(2022, 11, 15)),
        ("12/19/2022 as of 12/16/2022", MonthDayYear, day(2022, 12, 16)),
        ("08/31/2020 AS OF 08/28/2020", MonthDayYear, day(2020, 8, 28)),
        (" 03/16/2020 ", MonthDayYear, day(2020, 3, 16)),
        ("20.12.2022 21:28", DayMonthYear, day(2022, 12, 20)),
        ("20.12.2022 21:28 Uhr", DayMonthYear, day(2022, 12, 20)),
    ] {
        assert_eq!(date(text, order), Some(expected), "{text}");
    }
}

#[test]
fn refuses_what_is_not_a_date() {
    for text in [
        "",
        "--",
        "AAPL",
        "2021-02-29",
        "2022-13-01",
        "2022-15-03",
        "0202-01-01",
        "1899-12-31",
        "+202-01-01",
        "２020-01-01",
        "202-01-01",
        "1/2/022",
        "12/2022",
        "12/19-2022",
        "1.150.000",
        "1.150",
        "12,5000",
        "1,234,567",
        "1 2 2022",
        "44635",
        "123456789",
        "20221301",
        "150.25",
        "Jan 2023",
        "Foo 20 2023",
        "AAPL 01/20/2023 150.00 C",
        "AAPL Jan 20 2023 150 Call",
        "Jan 20 2023 150",
        "01/20/2023 150.00",
        "01/20/2023 C",
        "Total as of 12/16/2022",
        "XOM Lot Details for XXXX-4321 as of 02:45 AM ET, 12/20/2022",
        "21:28 Uhr",
        "US0378331005",
        "4:05 PM",
        "2022-03-15 to 2022-04-15",
    ] {
        assert!(!looks_like_date(text), "{text}");
    }
    assert!(!looks_like_date(&"1/2/2022 ".repeat(100)));
}

#[test]
fn decides_date_order_by_column() {
    use DateEvidence::{Ambiguous, Mixed, None, One};
    for (cells, evidence) in [
        (&["1/3/2022", "1/10/2022", "1/17/2022"][..], One(MonthDayYear)),
        (&["15-08-2022", "10-05-2021"], One(DayMonthYear)),
        (&["3/4/2022", "5/6/2022"], Ambiguous(vec![MonthDayYear, DayMonthYear])),
        (&["3/3/2022", "--", ""], One(MonthDayYear)),
        (&["01.02.2022", "03.04.2022"], One(DayMonthYear)),
        (&["01.02.2022", "03.14.2022"], One(MonthDayYear)),
        (&["01.02.2022", "03/04/2022"], Ambiguous(vec![MonthDayYear, DayMonthYear])),
        (&["2022-03-15", "20220301"], One(YearMonthDay)),
        (&["25-Mar-2021", "2022-03-15", "1-Apr-2021"], One(DayMonthYear)),
        (&["JAN-20-2023"], One(MonthDayYear)),
        (&["2022-03-15", "13/3/2022"], One(DayMonthYear)),
        (&["06/20/25", "06/01/25"], One(MonthDayYear)),
        (&["01/02/03"], Ambiguous(vec![MonthDayYear, DayMonthYear, YearMonthDay])),
        (&["1/2/03"], Ambiguous(vec![MonthDayYear, DayMonthYear])),
        (&["22-03-31", "22-03-15"], Ambiguous(vec![DayMonthYear, YearMonthDay])),
        (&["12/19/2022 as of 12/16/2022", "11/9/2020"], One(MonthDayYear)),
        (&["13/1/2022", "x", "1/14/2022", "15/1/2022", "1/2/2022"], Mixed { order: DayMonthYear, misfits: vec![2] }),
        (&["", "Total", "1,250"], None),
    ] {
        assert_eq!(column(cells), evidence, "{cells:?}");
    }
}

#[test]
fn rules_out_orders_after_latest_day() {
    let until = |cells: &[&str], latest| date_orders_until(cells.iter().copied(), Some(latest));
    assert_eq!(until(&["22-03-31"], day(2022, 12, 28)), DateEvidence::One(YearMonthDay));
    assert_eq!(until(&["3/12/2022", "1/2/2022"], day(2022, 12, 2)), DateEvidence::One(MonthDayYear));
    let both = DateEvidence::Ambiguous(vec![MonthDayYear, DayMonthYear]);
    assert_eq!(until(&["3/12/2022"], day(2022, 12, 3)), both);
    assert_eq!(until(&["3/12/2022"], day(2020, 1, 1)), both);
}

const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Writes a date in one of many styles, together with the order in which it has to be read.
fn styled(date: NaiveDate, style: usize) -> (String, DateOrder) {
    let (y, m, d) = (date.year(), date.month(), date.day());
    let (short, name) = (y % 100, NAMES[m as usize - 1]);
    match style {
        0 => (format!("{y}-{m:02}-{d:02}"), YearMonthDay),
        1 => (format!("{y}{m:02}{d:02}"), YearMonthDay),
        2 => (format!("{y}-{m:02}-{d:02}T10:15:00-05:00"), YearMonthDay),
        3 => (format!("{m}/{d}/{y}"), MonthDayYear),
        4 => (format!("{m:02}/{d:02}/{short:02}"), MonthDayYear),
        5 => (format!("{m:02}-{d:02}-{y}"), MonthDayYear),
        6 => (format!("{d:02}.{m:02}.{y}"), DayMonthYear),
        7 => (format!("{d}/{m}/{short:02}"), DayMonthYear),
        8 => (format!("{d:02}-{m:02}-{y} 09:31"), DayMonthYear),
        9 => (format!("{d:02}-{name}-{y}"), DayMonthYear),
        10 => (format!("{d} {} {short:02}", name.to_uppercase()), DayMonthYear),
        11 => (format!("{name} {d}, {y}"), MonthDayYear),
        12 => (format!("{}-{d:02}-{y}", name.to_uppercase()), MonthDayYear),
        13 => (format!("{name} {d} '{short:02}"), MonthDayYear),
        14 => (format!("{short:02}-{m:02}-{d:02}"), YearMonthDay),
        15 => (format!("1/1/2022 as of {m}/{d}/{y}"), MonthDayYear),
        _ => (format!("{d}{}{short:02}", name.to_uppercase()), DayMonthYear),
    }
}

proptest! {
    #[test]
    fn reads_back_dates_of_any_style(days in prop::collection::vec(0_i64..36_500, 1..20), style in 0..17_usize) {
        let first = day(1970, 1, 1);
        let dates: Vec<NaiveDate> = days.iter().map(|days| first + chrono::TimeDelta::days(*days)).collect();
        let cells: Vec<(String, DateOrder)> = dates.iter().map(|date| styled(*date, style)).collect();
        for ((text, order), date) in cells.iter().zip(&dates) {
            prop_assert_eq!(super::date(text, *order), Some(*date), "{}", text);
        }
        // The column allows the right order, and decides for no other that gives other days.
        match date_orders(cells.iter().map(|(text, _)| text.as_str())) {
            DateEvidence::One(order) => {
                for ((text, _), date) in cells.iter().zip(&dates) {
                    prop_assert_eq!(super::date(text, order), Some(*date), "{}", text);
                }
            }
            DateEvidence::Ambiguous(orders) => {
                let all_right = |order: &DateOrder| {
                    cells.iter().zip(&dates).all(|((text, _), date)| super::date(text, *order) == Some(*date))
                };
                prop_assert!(orders.len() > 1 && orders.iter().any(all_right), "{:?}", cells);
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn never_panics_on_dates(text in "(\\PC|[0-9/.:T -]|Jan|as of ){0,24}") {
        let _ = (looks_like_date(&text), date_orders([text.as_str()].into_iter()));
    }
}
