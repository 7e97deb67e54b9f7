//! Checks dates against each other, today and the last day with prices.

use chrono::{Datelike, NaiveDate};

use super::{Findings, changes::first_row, column_name, problem, repairs::read_dates, resolved::entry_date, words};
use crate::{
    content::{DraftPosition, FileContent},
    problem::{Problem, ProblemCode},
    quote::quote,
    reading::{DateOrder, EntryDateAssumption, Field},
    upload_rules::UploadRules,
};

/// Earliest accepted year. Earlier dates are typos, such as 0202 for 2022.
const FIRST_YEAR: i32 = 1900;

/// Adds a problem for each date that cannot be right.
pub(super) fn check(content: &FileContent, rules: &UploadRules, findings: &mut Findings) {
    check_assumed_date(content, rules, findings);
    let mut is_any_wrong = false;
    for position in &content.positions {
        for (code, field, message) in faults(position, content, rules) {
            is_any_wrong = true;
            let row = if field == Field::ExitDate { position.rows.last().copied() } else { first_row(position) };
            findings.push(problem(code, row, field, &content.reading, message));
        }
    }
    if is_any_wrong {
        offer_other_order(content, rules, findings);
    }
}

fn faults(position: &DraftPosition, content: &FileContent, rules: &UploadRules) -> Vec<(ProblemCode, Field, String)> {
    let mut faults = Vec::new();
    if let Some(date) = position.entry_date {
        if date > rules.today {
            faults.push((ProblemCode::FutureDate, Field::EntryDate, future(date, rules)));
        } else if let Some(last) = rules.last_price_date.filter(|last| date > *last) {
            let message =
                format!("Prices end on {last}; enter a date up to then, or run the server with MARKET_DATA=tiingo.");
            faults.push((ProblemCode::AfterLastPrice, Field::EntryDate, message));
        } else if date.year() < FIRST_YEAR {
            let message = format!("{} is too early. Enter a day from {FIRST_YEAR} on.", quote(&date.to_string()));
            faults.push((ProblemCode::InvalidDate, Field::EntryDate, message));
        }
    }
    if let Some(date) = position.exit_date.filter(|date| *date > rules.today) {
        faults.push((ProblemCode::FutureDate, Field::ExitDate, future(date, rules)));
    }
    let Some(entered) = entry_date(position, &content.reading, rules) else { return faults };
    if let Some(exited) = position.exit_date.filter(|exited| *exited < entered) {
        let message = format!(
            "The exit date {} is before the entry date {entered}; correct one of the two dates.",
            quote(&exited.to_string())
        );
        faults.push((ProblemCode::ExitBeforeEntry, Field::ExitDate, message));
    }
    if let Some(option) = position.option.as_ref().filter(|option| option.expiration < entered) {
        let message = format!(
            "The option expires on {}, before its entry date {entered}; correct one of the two dates.",
            quote(&option.expiration.to_string())
        );
        faults.push((ProblemCode::InvalidOption, Field::ExpirationDate, message));
    }
    faults
}

fn future(date: NaiveDate, rules: &UploadRules) -> String {
    format!("{} is in the future; enter a date up to today, {}.", quote(&date.to_string()), rules.today)
}

/// Checks the date that the person entered for all positions.
fn check_assumed_date(content: &FileContent, rules: &UploadRules, findings: &mut Findings) {
    let Some(EntryDateAssumption::On(date)) = content.reading.assumptions.entry_date else { return };
    if content.positions.iter().all(|position| position.entry_date.is_some()) {
        return;
    }
    let (code, message) = if date > rules.today {
        (ProblemCode::FutureDate, future(date, rules))
    } else if let Some(last) = rules.last_price_date.filter(|last| date > *last) {
        (ProblemCode::AfterLastPrice, format!("Prices end on {}; enter a date up to then.", words::day(last)))
    } else if date.year() < FIRST_YEAR {
        let message = format!("{} is too early. Enter a day from {FIRST_YEAR} on.", quote(&date.to_string()));
        (ProblemCode::InvalidDate, message)
    } else {
        return;
    };
    findings.explain(code, None, message.clone());
    findings.push(Problem::in_file(code, message));
}

/// Offers the other order of day and month if every date could be read so and no date would be
/// wrong then.
fn offer_other_order(content: &FileContent, rules: &UploadRules, findings: &mut Findings) {
    let other = match content.reading.date_order {
        Some(DateOrder::MonthDayYear) => DateOrder::DayMonthYear,
        Some(DateOrder::DayMonthYear) => DateOrder::MonthDayYear,
        Some(DateOrder::YearMonthDay) | None => return,
    };
    let mends = content.positions.iter().all(|position| {
        let (Ok(entry_date), Ok(exit_date)) = (swapped(position.entry_date), swapped(position.exit_date)) else {
            return false;
        };
        let read_so = DraftPosition { entry_date, exit_date, ..position.clone() };
        faults(&read_so, content, rules).is_empty()
    });
    if !mends {
        return;
    }
    let reading = &content.reading;
    for (code, field) in [
        (ProblemCode::FutureDate, Field::EntryDate),
        (ProblemCode::AfterLastPrice, Field::EntryDate),
        (ProblemCode::FutureDate, Field::ExitDate),
        (ProblemCode::ExitBeforeEntry, Field::ExitDate),
        (ProblemCode::InvalidOption, Field::ExpirationDate),
    ] {
        findings.offer(code, Some(&column_name(reading, field)), read_dates(other));
    }
}

/// Exchanges the day and the month of a date, if there is one.
fn swapped(date: Option<NaiveDate>) -> Result<Option<NaiveDate>, ()> {
    date.map(|date| NaiveDate::from_ymd_opt(date.year(), date.day(), date.month()).ok_or(())).transpose()
}
