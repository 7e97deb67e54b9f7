//! Splits the text of a date into its parts, before the order of day and month is known.

use chrono::{Datelike, NaiveDate};

use crate::cells::date::months::{is_particle, is_weekday, month};
use crate::cells::date::time_of_day::is_time;
use crate::reading::DateOrder;

/// Maximum number of bytes in a date with its time.
const LONGEST: usize = 80;
/// Earliest accepted year. Earlier dates are rejected as typos, such as 0202 for 2022.
const FIRST_YEAR: i32 = 1900;
/// First year that two digits can mean. The last one is 99 years later.
const FIRST_SHORT_YEAR: i32 = 1970;

/// A date as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// A date that reads the same in every order, and the order in which it is written.
    Certain(NaiveDate, DateOrder),
    /// Three numbers, of which the first is not a year of four digits.
    Numbers([Number; 3], Separator),
}

/// A number in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    value: u32,
    /// Number of digits.
    length: usize,
}

/// The character between the numbers of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Dash,
    Slash,
    Point,
}

impl Written {
    /// Returns the day in the given order, or `None` if the numbers do not fit it.
    pub(super) fn day(self, order: DateOrder) -> Option<NaiveDate> {
        let numbers = match self {
            Self::Certain(day, _) => return Some(day),
            Self::Numbers(numbers, _) => numbers,
        };
        let [first, second, third] = numbers;
        match order {
            DateOrder::MonthDayYear => calendar_day(third, first.value, second),
            DateOrder::DayMonthYear => calendar_day(third, second.value, first),
            // A year of two digits comes first only in dates like `22-03-15`.
            DateOrder::YearMonthDay => numbers
                .iter()
                .all(|number| number.length == 2)
                .then(|| calendar_day(first, second.value, third))
                .flatten(),
        }
    }
}

/// Splits a date into its parts. Returns `None` if the text cannot be a date.
pub(super) fn written(text: &str) -> Option<Written> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    match lower.find(" as of ") {
        Some(at) => {
            one_date(text.get(..at)?)?;
            one_date(text.get(at + " as of ".len()..)?.trim())
        }
        None => one_date(text),
    }
}

fn one_date(text: &str) -> Option<Written> {
    let mut parts = Parts::new(text);
    let mut first = parts.next()?;
    if is_weekday(first.text) {
        first = parts.next()?;
    }
    if first.is_number() && matches!(first.text.len(), 8 | 14) {
        let rest = text.get(first.end..)?;
        let time = first.text.get(8..)?;
        return (is_time(rest) && (time.is_empty() || rest.is_empty())).then(|| compact(first.text)).flatten();
    }
    let second = parts.next()?;
    let third = parts.next()?;
    if !is_time(text.get(third.end..)?) {
        return None;
    }
    match (first.number(), second.number(), third.number()) {
        (Some(one), Some(other), Some(last)) => {
            if second.before != third.before {
                return None;
            }
            let separator = match second.before {
                "-" | "\u{2010}" | "\u{2011}" | "\u{2013}" => Separator::Dash,
                "/" => Separator::Slash,
                "." | ". " => Separator::Point,
                _ => return None,
            };
            if one.length == 4 {
                return certain(one, other.value, last, DateOrder::YearMonthDay);
            }
            (matches!(last.length, 2 | 4)).then_some(Written::Numbers([one, other, last], separator))
        }
        (Some(day), None, Some(year)) if second.is_joined() && third.is_joined() => {
            let month = month(second.text)?;
            match day.length {
                4 => certain(day, month, year, DateOrder::YearMonthDay),
                _ => certain(year, month, day, DateOrder::DayMonthYear),
            }
        }
        (None, Some(day), Some(year)) if second.is_joined() && third.is_joined() => {
            certain(year, month(first.text)?, day, DateOrder::MonthDayYear)
        }
        _ => None,
    }
}

fn compact(digits: &str) -> Option<Written> {
    let number = |text: &str| Some(Number { value: text.parse().ok()?, length: text.len() });
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?);
    certain(number(year)?, number(month)?.value, number(day)?, DateOrder::YearMonthDay)
}

fn certain(year: Number, month: u32, day: Number, order: DateOrder) -> Option<Written> {
    Some(Written::Certain(calendar_day(year, month, day)?, order))
}

fn calendar_day(year: Number, month: u32, day: Number) -> Option<NaiveDate> {
    let short_year = |value: i32| FIRST_SHORT_YEAR + (value - FIRST_SHORT_YEAR).rem_euclid(100);
    let value = i32::try_from(year.value).ok()?;
    let year = match year.length {
        4 => value,
        2 => short_year(value),
        _ => return None,
    };
    let is_day = (1..=2).contains(&day.length);
    NaiveDate::from_ymd_opt(year, month, day.value).filter(|date| is_day && date.year() >= FIRST_YEAR)
}

/// The words and numbers of a text, without particles such as "th" and "de".
struct Parts<'a> {
    text: &'a str,
    at: usize,
}

/// A word or number in a text.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    /// The text between the previous part and this one.
    before: &'a str,
    text: &'a str,
    /// Byte offset behind the part.
    end: usize,
}

impl<'a> Parts<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        loop {
            let rest = self.text.get(self.at..)?;
            let start = rest.find(char::is_alphanumeric)?;
            let (before, rest) = rest.split_at(start);
            let is_digit = rest.starts_with(|first: char| first.is_ascii_digit());
            let is_other = |character: char| character.is_ascii_digit() != is_digit || !character.is_alphanumeric();
            let text = rest.get(..rest.find(is_other).unwrap_or(rest.len()))?;
            self.at += start + text.len();
            if !is_particle(text) {
                return Some(Part { before, text, end: self.at });
            }
        }
    }
}

impl Part<'_> {
    fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn number(&self) -> Option<Number> {
        let is_short = self.is_number() && self.text.len() <= 4;
        is_short.then(|| Some(Number { value: self.text.parse().ok()?, length: self.text.len() })).flatten()
    }

    /// Returns whether the part follows the one before as in a date with the name of a month.
    fn is_joined(&self) -> bool {
        matches!(self.before, "" | " " | "-" | "/" | "." | ". " | "," | ", " | "'" | " '" | "-'" | "., " | "\u{2019}")
            || matches!(self.before, " \u{2019}" | ", '" | "\u{a0}")
    }
}
