//! Reads numbers with either decimal mark, and finds the decimal mark of a column.
//!
//! A number may have a sign before or behind it, a currency, a unit or a percent sign. Parentheses
//! mean a negative number. Thousands may be grouped by the other mark, spaces or apostrophes.
//! Exponents are rejected, because an export with `1E+05` has already lost digits.

use crate::cells::cash::currency_code;
use crate::problem::{Fault, ProblemCode};
use crate::quote::quote;

/// The largest accepted absolute value of a number.
const LARGEST: f64 = 1e12;

/// The character before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecimalMark {
    Point,
    Comma,
}

/// What the cells of a column say about the decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkEvidence {
    /// At least one cell can only be read with a decimal point, and none only with a comma.
    Point,
    /// At least one cell can only be read with a decimal comma, and none only with a point.
    Comma,
    /// Every number reads the same either way.
    Either,
    /// Every number can be read either way, and some differ, such as `1,250`.
    Ambiguous,
    /// Some cells can only be read with a point, others only with a comma.
    Mixed,
}

impl MarkEvidence {
    /// Combines the evidence of two columns, or of two cells.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Mixed, _) | (_, Self::Mixed) | (Self::Point, Self::Comma) | (Self::Comma, Self::Point) => {
                Self::Mixed
            }
            (Self::Point, _) | (_, Self::Point) => Self::Point,
            (Self::Comma, _) | (_, Self::Comma) => Self::Comma,
            (Self::Ambiguous, _) | (_, Self::Ambiguous) => Self::Ambiguous,
            (Self::Either, Self::Either) => Self::Either,
        }
    }

    /// Returns the mark to read by, or `None` if the person has to decide. If every number reads
    /// the same either way, this is the point.
    pub(crate) fn mark(self) -> Option<DecimalMark> {
        match self {
            Self::Point | Self::Either => Some(DecimalMark::Point),
            Self::Comma => Some(DecimalMark::Comma),
            Self::Ambiguous | Self::Mixed => None,
        }
    }
}

impl DecimalMark {
    /// Returns the mark for `.` or `,`.
    pub(crate) fn from_char(mark: char) -> Option<Self> {
        match mark {
            '.' => Some(Self::Point),
            ',' => Some(Self::Comma),
            _ => None,
        }
    }

    pub(crate) fn as_char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    fn grouping(self) -> char {
        match self {
            Self::Point => ',',
            Self::Comma => '.',
        }
    }
}

/// A number with what was written around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Amount {
    pub value: f64,
    /// Number of decimal places in the text, without trailing zeros.
    pub decimals: usize,
    pub currency: Option<&'static str>,
    pub is_percent: bool,
}

/// Finds the decimal mark of a column. Cells that are not numbers say nothing.
pub(crate) fn decimal_mark<'a>(cells: impl Iterator<Item = &'a str>) -> MarkEvidence {
    cells.map(cell_evidence).fold(MarkEvidence::Either, MarkEvidence::and)
}

fn cell_evidence(text: &str) -> MarkEvidence {
    match (amount(text, DecimalMark::Point), amount(text, DecimalMark::Comma)) {
        (Ok(point), Ok(comma)) if point == comma => MarkEvidence::Either,
        (Ok(_), Ok(_)) => MarkEvidence::Ambiguous,
        (Ok(_), Err(_)) => MarkEvidence::Point,
        (Err(_), Ok(_)) => MarkEvidence::Comma,
        (Err(_), Err(_)) => MarkEvidence::Either,
    }
}

/// Reads a number.
///
/// # Errors
/// Returns a [`Fault`] if the text is not a number with this decimal mark, or is beyond 10¹².
pub(crate) fn amount(text: &str, mark: DecimalMark) -> Result<Amount, Fault> {
    let parts = parts(text).ok_or_else(|| not_a_number(text))?;
    let (whole, fraction) = digits(&parts.digits, mark).ok_or_else(|| not_a_number(text))?;
    let size: f64 = format!("{whole}.{fraction}").parse().map_err(|_| not_a_number(text))?;
    if size > LARGEST {
        return Err(too_large(text));
    }
    Ok(Amount {
        value: if parts.is_negative && size > 0.0 { -size } else { size },
        decimals: fraction.trim_end_matches('0').len(),
        currency: parts.currency,
        is_percent: parts.is_percent,
    })
}

/// Returns whether the text says that there is no value, such as an empty cell, `--` or `n/a`.
pub(crate) fn is_absent(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "N/A", "NA", "N.A.", "#N/A", "#N/A N/A", "NULL", "NAN", "NONE", "NIL", "K.A.", "N.V.", "#VALUE!", "#REF!",
        "#DIV/0!",
    ];
    let text = text.trim();
    text.chars().all(|character| matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
        || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

struct Parts {
    digits: String,
    is_negative: bool,
    currency: Option<&'static str>,
    is_percent: bool,
}

/// Separates the digits and marks of a number from its sign, currency, unit and percent sign.
fn parts(text: &str) -> Option<Parts> {
    let text = text.trim().replace(['\u{2212}', '\u{2013}'], "-");
    let mut parts = Parts { digits: String::new(), is_negative: false, currency: None, is_percent: false };
    let first = text.find(|character: char| character.is_ascii_digit())?;
    let last = text.rfind(|character: char| character.is_ascii_digit())?;
    // A decimal mark may begin or end the digits: `.5`, `5.`.
    let (before, rest) = text.split_at(first);
    let (core, after) = rest.split_at(last - first + 1);
    let (before, lead) = match before.strip_suffix(['.', ',']) {
        Some(shorter) => (shorter, before.get(shorter.len()..).unwrap_or_default()),
        None => (before, ""),
    };
    let (after, trail) = match after.strip_prefix(['.', ',']) {
        Some(shorter) => (shorter, after.get(..1).unwrap_or_default()),
        None => (after, ""),
    };
    parts.digits = format!("{lead}{core}{trail}");
    let mut signs = 0;
    let mut opened = false;
    let mut words = Vec::new();
    for (side, is_before) in [(before, true), (after, false)] {
        let mut word = String::new();
        for character in side.chars() {
            match character {
                '-' | '+' => {
                    signs += 1;
                    parts.is_negative |= character == '-';
                }
                '(' if is_before && !opened => opened = true,
                ')' if !is_before && opened => {
                    opened = false;
                    signs += 1;
                    parts.is_negative = true;
                }
                '%' if !is_before && !parts.is_percent => parts.is_percent = true,
                '@' if is_before && before.trim_start().starts_with('@') => {}
                character if character.is_whitespace() => {
                    words.push((std::mem::take(&mut word), is_before));
                }
                character => word.push(character),
            }
        }
        words.push((word, is_before));
    }
    if opened || signs > 1 || before.matches('@').count() > 1 {
        return None;
    }
    for (word, is_before) in words.into_iter().filter(|(word, _)| !word.is_empty()) {
        if let Some(code) = currency_code(&word) {
            if parts.currency.is_some_and(|known| known != code) {
                return None;
            }
            parts.currency = Some(code);
        } else if is_before || !is_unit(&word) {
            return None;
        }
    }
    Some(parts)
}

/// Returns whether the word is a unit of quantities.
fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 12] =
        ["S", "ST", "ST.", "STK", "STK.", "STÜCK", "SH", "SHS", "SHARE", "SHARES", "CONTRACTS", "UNITS"];
    let word = word.to_uppercase();
    UNITS.contains(&word.as_str())
}

/// Splits digits into the whole part without separators and the decimals.
fn digits(text: &str, mark: DecimalMark) -> Option<(String, String)> {
    let (whole, fraction) = text.split_once(mark.as_char()).unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    if all_digits(whole) {
        return Some((whole.to_owned(), fraction.to_owned()));
    }
    let separator = whole.chars().find(|character| !character.is_ascii_digit())?;
    let is_separator = separator == mark.grouping()
        || matches!(separator, ' ' | '\'' | '\u{2019}' | '\u{a0}' | '\u{202f}' | '\u{2009}');
    let groups: Vec<&str> = whole.split(separator).collect();
    (is_separator && groups.iter().all(|group| all_digits(group)) && is_grouped(&groups, separator))
        .then(|| (groups.concat(), fraction.to_owned()))
}

/// Returns whether the groups of digits are those of thousands, or of the Indian system with commas.
fn is_grouped(groups: &[&str], separator: char) -> bool {
    let [first, middle @ .., last] = groups else { return false };
    let begins_well = !first.is_empty() && !first.starts_with('0') && last.len() == 3;
    let by_thousands = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let is_indian =
        separator == ',' && first.len() <= 2 && !middle.is_empty() && middle.iter().all(|group| group.len() == 2);
    begins_well && (by_thousands || is_indian)
}

fn not_a_number(text: &str) -> Fault {
    Fault::new(
        ProblemCode::NotANumber,
        format!("{} is not a number; write plain digits with a point for decimals, such as 1234.50.", quote(text)),
    )
}

fn too_large(text: &str) -> Fault {
    Fault::new(
        ProblemCode::NotANumber,
        format!("{} is beyond the largest number accepted; enter one of at most 1,000,000,000,000.", quote(text)),
    )
}
