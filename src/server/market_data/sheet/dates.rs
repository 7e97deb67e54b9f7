//! Reads the dates of a price file.

use chrono::NaiveDate;

/// How the dates of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateStyle {
    /// Year, month, day: `2024-03-15`, `2024/03/15`, `20240315`.
    YearMonthDay,
    /// Month, day, year: `3/15/2024`, `Mar 15, 2024`.
    MonthDayYear,
    /// Day, month, year: `15.03.2024`, `15-Mar-2024`.
    DayMonthYear,
}

/// First year that a date may have. Earlier ones are typing errors.
const FIRST_YEAR: i32 = 1900;

/// Returns the date in a cell. A time and a time zone behind the date are ignored: the date is the
/// local one of the exchange, as written.
pub(super) fn date(cell: &str, style: DateStyle) -> Option<NaiveDate> {
    if style == DateStyle::YearMonthDay
        && let Some(date) = iso_date(cell)
    {
        return Some(date);
    }
    let [first, second, third] = parts(cell)?;
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2);
    let (year, month, day) = match style {
        DateStyle::YearMonthDay => (first, number(second)?, number(third)?),
        DateStyle::MonthDayYear => (third, month(first).or_else(|| number(first))?, number(second)?),
        DateStyle::DayMonthYear => (third, month(second).or_else(|| number(second))?, number(first)?),
    };
    let full_year = match (year.len(), year.parse::<i32>().ok()?) {
        (4, year) if year >= FIRST_YEAR => year,
        (2, year) if style != DateStyle::YearMonthDay => 2000 + year,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(full_year, month, day)
}

/// Returns the date of `2024-03-15`, which may be followed by a time. Nearly all files write dates
/// like this.
fn iso_date(cell: &str) -> Option<NaiveDate> {
    let bytes = cell.as_bytes();
    let (day, after) = bytes.split_at_checked(10)?;
    let is_time = |after: &[u8]| matches!(after, [b' ' | b'T', b'0'..=b'9', ..]);
    if day[4] != b'-' || day[7] != b'-' || !(after.is_empty() || is_time(after)) {
        return None;
    }
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |value, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit < 10).then(|| value * 10 + u32::from(digit))
        })
    };
    let year = i32::try_from(number(&day[..4])?).ok().filter(|year| *year >= FIRST_YEAR)?;
    NaiveDate::from_ymd_opt(year, number(&day[5..7])?, number(&day[8..])?)
}

/// Splits a date into its three parts, and leaves out a time behind it.
fn parts(cell: &str) -> Option<[&str; 3]> {
    if cell.len() == 8 && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some([&cell[..4], &cell[4..6], &cell[6..]]);
    }
    let mut parts = cell.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty());
    let date = [parts.next()?, parts.next()?, parts.next()?];
    // Only a time may follow, such as `00:00:00` or `4:00 PM`.
    let is_time = |part: &str| part.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) && part.contains(':');
    parts.next().is_none_or(is_time).then_some(date)
}

/// Returns the number of the month with this English name or its first three letters.
fn month(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = name.get(..3)?;
    let is_name = name.len() <= 9 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let index = NAMES.iter().position(|month| start.eq_ignore_ascii_case(month)).filter(|_| is_name)?;
    u32::try_from(index + 1).ok()
}

/// Finds out how the dates of a column are written.
///
/// # Errors
/// Returns the line number of a date that can be read in two ways, if all dates of the column can
/// be.
pub(super) fn date_style<'a>(cells: impl Iterator<Item = (usize, &'a str)> + Clone) -> Result<DateStyle, usize> {
    let mut first = None;
    let styles = [DateStyle::YearMonthDay, DateStyle::MonthDayYear, DateStyle::DayMonthYear];
    // Lines without a date are reported later.
    let (mut counts, mut differs) = ([0_usize; 3], false);
    for (line, cell) in cells.clone() {
        let dates = styles.map(|style| date(cell, style));
        first = first.or(Some(line).filter(|_| dates.iter().any(Option::is_some)));
        differs |= matches!(dates, [_, Some(month_first), Some(day_first)] if month_first != day_first);
        counts.iter_mut().zip(&dates).for_each(|(count, date)| *count += usize::from(date.is_some()));
    }
    let best = counts.iter().max().copied().unwrap_or_default();
    match (first, counts) {
        (None, _) => Ok(DateStyle::YearMonthDay),
        (Some(_), [year_first, ..]) if year_first == best => Ok(DateStyle::YearMonthDay),
        (Some(line), [_, month_first, day_first]) if month_first == day_first && differs => Err(line),
        (Some(_), [_, month_first, day_first]) if month_first >= day_first => Ok(DateStyle::MonthDayYear),
        (Some(_), _) => Ok(DateStyle::DayMonthYear),
    }
}

/// Returns whether a cell is a date in any style.
pub(super) fn is_date(cell: &str) -> bool {
    [DateStyle::YearMonthDay, DateStyle::MonthDayYear, DateStyle::DayMonthYear]
        .iter()
        .any(|style| date(cell, *style).is_some())
}
