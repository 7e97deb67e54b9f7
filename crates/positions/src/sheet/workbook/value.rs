//! Writes the values of a workbook as the text of cells.

use chrono::{Days, NaiveDate};

/// How a number is shown in a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum NumberFormat {
    #[default]
    Plain,
    /// A date, or a time of day if the number is below 1.
    Date,
    /// A number of days, shown as hours and minutes.
    Duration,
    Percent,
    /// An amount in this currency, by its code.
    Currency(&'static str),
}

/// Signs of currencies in number formats, and their codes. The first sign that occurs is used, so
/// `CA$` precedes `A$`. US dollars need no sign, because they are assumed.
const CURRENCIES: [(&str, &str); 34] = [
    ("HK$", "HKD"),
    ("NZ$", "NZD"),
    ("CA$", "CAD"),
    ("AU$", "AUD"),
    ("R$", "BRL"),
    ("C$", "CAD"),
    ("A$", "AUD"),
    ("$-1009", "CAD"),
    ("$-C09", "AUD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("zł", "PLN"),
    ("kr-414", "NOK"),
    ("kr-406", "DKK"),
    ("kr.-406", "DKK"),
    ("kr", "SEK"),
    ("EUR", "EUR"),
    ("GBP", "GBP"),
    ("JPY", "JPY"),
    ("CHF", "CHF"),
    ("CAD", "CAD"),
    ("AUD", "AUD"),
    ("NZD", "NZD"),
    ("HKD", "HKD"),
    ("SGD", "SGD"),
    ("SEK", "SEK"),
    ("NOK", "NOK"),
    ("DKK", "DKK"),
    ("PLN", "PLN"),
    ("INR", "INR"),
    ("BRL", "BRL"),
];

impl NumberFormat {
    /// Returns the format that Excel has built in under a number.
    pub(super) fn built_in(id: u32) -> Self {
        match id {
            9 | 10 => Self::Percent,
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Date,
            46 => Self::Duration,
            _ => Self::Plain,
        }
    }

    /// Interprets a format code, such as `dd/mm/yyyy` or `#,##0.00 [$€-407]`. Only the part for
    /// positive numbers is examined.
    pub(super) fn from_code(code: &str) -> Self {
        let section = first_section(code);
        if let Some((_, currency)) = CURRENCIES.iter().find(|(sign, _)| section.currency.contains(sign)) {
            return Self::Currency(currency);
        }
        if section.placeholders.contains('%') {
            Self::Percent
        } else if section.has_elapsed_time {
            Self::Duration
        } else if section.placeholders.contains(['d', 'm', 'y', 'h', 's']) && !section.placeholders.contains('#') {
            Self::Date
        } else {
            Self::Plain
        }
    }

    /// Returns the format for amounts in a currency.
    pub(super) fn from_currency(code: &str) -> Self {
        let known = CURRENCIES.iter().find(|(_, known)| *known == code);
        known.map_or(Self::Plain, |(_, known)| Self::Currency(known))
    }

    /// Writes a number. If `is_1904`, dates count from 1904.
    pub(super) fn text(self, number: f64, is_1904: bool) -> String {
        match self {
            Self::Plain => plain(number),
            Self::Percent => format!("{}%", plain(number * 100.0)),
            Self::Currency(code) => format!("{code} {}", plain(number)),
            Self::Date => date(number, is_1904).unwrap_or_else(|| plain(number)),
            Self::Duration => duration(number),
        }
    }
}

/// The parts of a format code that matter.
#[derive(Default)]
struct Section {
    /// The characters that stand for digits, days and so on, in lower case.
    placeholders: String,
    /// Text that may name a currency, with its country.
    currency: String,
    /// Whether the format counts hours beyond 24, as `[h]:mm` does.
    has_elapsed_time: bool,
}

fn first_section(code: &str) -> Section {
    let mut section = Section::default();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => break,
            '"' => section.currency.extend(characters.by_ref().take_while(|next| *next != '"')),
            // The next character is text, or only leaves space.
            '\\' | '_' | '*' => section.currency.extend(characters.next().filter(|_| character == '\\')),
            '[' => {
                let bracket: String = characters.by_ref().take_while(|next| *next != ']').collect();
                section.currency.push_str(bracket.strip_prefix('$').unwrap_or_default());
                let unit = bracket.to_ascii_lowercase();
                section.has_elapsed_time |=
                    !unit.is_empty() && ["h", "m", "s"].iter().any(|letter| unit.replace(letter, "").is_empty());
            }
            '€' | '£' | '¥' | '₹' => section.currency.push(character),
            _ => section.placeholders.extend(character.to_lowercase()),
        }
    }
    if section.placeholders == "general" || section.placeholders == "@" {
        section.placeholders.clear();
    }
    section
}

/// Writes a number with at most 15 significant digits, as spreadsheet programs do, because the
/// digits behind them are rounding errors: 0.1 + 0.2 is 0.3.
pub(super) fn plain(number: f64) -> String {
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    // Adding zero turns -0 into 0.
    format!("{}", rounded + 0.0)
}

/// Writes a day number as `2022-03-15`, with the time if it has one. Returns `None` if it is not in
/// the calendar of spreadsheet programs.
fn date(number: f64, is_1904: bool) -> Option<String> {
    const SECONDS: f64 = 86_400.0;
    // 2,958,466 is the first day of the year 10000.
    if !(0.0..2_958_466.0).contains(&number) {
        return None;
    }
    let seconds = (number * SECONDS).round();
    let days = (seconds / SECONDS).floor();
    let time = time(seconds - days * SECONDS);
    if days == 0.0 && !is_1904 {
        return Some(time);
    }
    // Excel has a February 29 in 1900, so the days before it count from another day.
    let epoch = match is_1904 {
        true => NaiveDate::from_ymd_opt(1904, 1, 1),
        false if days < 60.0 => NaiveDate::from_ymd_opt(1899, 12, 31),
        false => NaiveDate::from_ymd_opt(1899, 12, 30),
    };
    let day = epoch?.checked_add_days(Days::new(whole(days)))?;
    Some(if time == "00:00:00" { day.to_string() } else { format!("{day} {time}") })
}

fn time(seconds: f64) -> String {
    let seconds = whole(seconds);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn duration(number: f64) -> String {
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", time((number.abs() * 86_400.0).round()))
}

/// Converts a whole number that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
fn whole(number: f64) -> u64 {
    number as u64
}

/// Writes a date of ISO 8601, such as `2022-03-15T09:31:12.000`, as other dates are written.
pub(super) fn iso_date(text: &str) -> String {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let time = time.split(['.', ',', 'Z']).next().unwrap_or_default();
    let has_time = !time.is_empty() && time != "00:00:00";
    if has_time { format!("{day} {time}") } else { day.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_numbers_without_noise() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (100.0, "100"),
            (-12.5, "-12.5"),
            (-0.0, "0"),
            (0.000_001, "0.000001"),
            (1_234_567.891, "1234567.891"),
            (1.1 * 1.1, "1.21"),
            (1e21, "1000000000000000000000"),
        ] {
            assert_eq!(plain(number), text);
        }
    }

    #[test]
    fn writes_serial_numbers_as_dates() {
        for (number, is_1904, text) in [
            (44_621.0, false, "2022-03-01"),
            (44_621.396_666_7, false, "2022-03-01 09:31:12"),
            (44_621.999_999_999, false, "2022-03-02"),
            (43_159.0, true, "2022-03-01"),
            (1.0, false, "1900-01-01"),
            (61.0, false, "1900-03-01"),
            (0.5, false, "12:00:00"),
            (-1.0, false, "-1"),
            (3e6, false, "3000000"),
        ] {
            assert_eq!(NumberFormat::Date.text(number, is_1904), text);
        }
    }

    #[test]
    fn recognizes_number_formats() {
        for (code, format) in [
            ("General", NumberFormat::Plain),
            ("@", NumberFormat::Plain),
            ("#,##0.00_);[Red](#,##0.00)", NumberFormat::Plain),
            ("0.0000\" shares\"", NumberFormat::Plain),
            ("\"$\"#,##0.00", NumberFormat::Plain),
            ("[$$-409]#,##0.00", NumberFormat::Plain),
            ("0.00E+00", NumberFormat::Plain),
            ("yyyy-mm-dd", NumberFormat::Date),
            ("[$-409]d-mmm-yy;@", NumberFormat::Date),
            ("DD.MM.YYYY", NumberFormat::Date),
            ("h:mm AM/PM", NumberFormat::Date),
            ("[h]:mm:ss", NumberFormat::Duration),
            ("0.00%", NumberFormat::Percent),
            ("#,##0.00\\ [$€-407]", NumberFormat::Currency("EUR")),
            ("#,##0.00 \"€\"", NumberFormat::Currency("EUR")),
            ("[$CHF-807] #,##0.00", NumberFormat::Currency("CHF")),
            ("£#,##0", NumberFormat::Currency("GBP")),
            ("[$$-1009]#,##0.00", NumberFormat::Currency("CAD")),
            ("#,##0.00 [$kr-414]", NumberFormat::Currency("NOK")),
            ("#,##0.00 \"kr\"", NumberFormat::Currency("SEK")),
        ] {
            assert_eq!(NumberFormat::from_code(code), format, "{code}");
        }
    }

    #[test]
    fn writes_percentages_currencies_and_durations() {
        assert_eq!(NumberFormat::Percent.text(0.0782, false), "7.82%");
        assert_eq!(NumberFormat::Currency("EUR").text(12.5, false), "EUR 12.5");
        assert_eq!(NumberFormat::Duration.text(1.5, false), "36:00:00");
    }

    #[test]
    fn shortens_iso_dates() {
        assert_eq!(iso_date("2022-03-15"), "2022-03-15");
        assert_eq!(iso_date("2022-03-15T00:00:00"), "2022-03-15");
        assert_eq!(iso_date("2022-03-15T09:31:12.500Z"), "2022-03-15 09:31:12");
    }
}
