//! Separates the digits of a number from its sign, currency, unit and percent sign.

use std::borrow::Cow;

use crate::cells::cash::currency_code;
use crate::cells::number::DecimalMark;

/// A number's text, split into its parts.
pub(super) struct Parts<'a> {
    pub digits: Written<'a>,
    pub is_negative: bool,
    pub currency: Option<&'static str>,
    pub is_percent: bool,
}

/// Digits with their marks, as written.
pub(super) struct Written<'a>(&'a str);

/// The digits of a number before and after its decimal mark.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Digits<'a> {
    pub whole: Cow<'a, str>,
    pub fraction: &'a str,
}

/// The sign, currency and other marks around the digits of a number.
#[derive(Default)]
struct Surroundings {
    signs: usize,
    is_negative: bool,
    open_parentheses: usize,
    ats: usize,
    is_percent: bool,
    currency: Option<&'static str>,
}

/// Splits a number into its parts. Returns `None` if the text is not a number with either mark.
pub(super) fn parts(text: &str) -> Option<Parts<'_>> {
    let text = text.trim();
    let is_digit = |character: char| character.is_ascii_digit();
    let first = text.find(is_digit)?;
    let last = text.rfind(is_digit)?;
    let (mut start, mut end) = (first, last + 1);
    // A mark may begin or end the digits, as in `.5` and `5.`. Behind a letter, a point belongs to
    // an abbreviation, as in `Fr.5`.
    let before = text.get(..start)?;
    if let Some(rest) = before.strip_suffix(['.', ',']) {
        if rest.ends_with(char::is_alphabetic) {
            return None;
        }
        start = rest.len();
    }
    if text.get(end..)?.starts_with(['.', ',']) {
        end += 1;
    }
    let mut around = Surroundings::default();
    around.read_before(text.get(..start)?)?;
    around.read_after(text.get(end..)?)?;
    (around.signs <= 1 && around.ats <= 1 && around.open_parentheses == 0).then_some(Parts {
        digits: Written(text.get(start..end)?),
        is_negative: around.is_negative,
        currency: around.currency,
        is_percent: around.is_percent,
    })
}

impl Surroundings {
    fn read_before(&mut self, text: &str) -> Option<()> {
        let is_mark = |character: char| is_sign(character) || matches!(character, '(' | '@');
        for character in text.chars().filter(|character| is_mark(*character)) {
            match character {
                '(' => self.open_parentheses += 1,
                '@' => self.ats += 1,
                sign => self.add_sign(sign),
            }
        }
        text.split(|character: char| is_mark(character) || character.is_whitespace())
            .filter(|word| !word.is_empty())
            .try_for_each(|word| self.add_currency(word))
    }

    fn read_after(&mut self, text: &str) -> Option<()> {
        let is_mark = |character: char| is_sign(character) || matches!(character, ')' | '%');
        for character in text.chars().filter(|character| is_mark(*character)) {
            match character {
                ')' => {
                    self.open_parentheses = self.open_parentheses.checked_sub(1)?;
                    self.add_sign('-');
                }
                '%' if self.is_percent => return None,
                '%' => self.is_percent = true,
                sign => self.add_sign(sign),
            }
        }
        text.split(|character: char| is_mark(character) || character.is_whitespace())
            .filter(|word| !word.is_empty())
            .try_for_each(|word| match word {
                "p" => self.add_currency("GBX"),
                word if is_unit(word) => Some(()),
                word => self.add_currency(word),
            })
    }

    fn add_sign(&mut self, sign: char) {
        self.signs += 1;
        self.is_negative |= sign != '+';
    }

    /// Adds a currency. Returns `None` if the word is not one, or the number has another already.
    fn add_currency(&mut self, word: &str) -> Option<()> {
        let code = currency_code(word)?;
        let is_first = self.currency.is_none_or(|known| known == code);
        self.currency = Some(code);
        is_first.then_some(())
    }
}

/// Returns whether the character is a sign. Office programs replace the hyphen by a minus sign or
/// an en dash.
fn is_sign(character: char) -> bool {
    matches!(character, '-' | '+' | '\u{2212}' | '\u{2013}')
}

/// Returns whether the word is a unit of quantities. Words for thousands or millions are not.
fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 21] = [
        "S",
        "ST",
        "ST.",
        "STK",
        "STK.",
        "STCK",
        "STÜCK",
        "SH",
        "SH.",
        "SHS",
        "SHS.",
        "SHARE",
        "SHARES",
        "CONTRACT",
        "CONTRACTS",
        "UNIT",
        "UNITS",
        "ANTEILE",
        "AKTIEN",
        "AKTIER",
        "PCS",
    ];
    UNITS.contains(&word.to_uppercase().as_str())
}

impl<'a> Written<'a> {
    /// Reads the digits with the given decimal mark. Returns `None` if they do not fit it.
    pub(super) fn by(&self, mark: DecimalMark) -> Option<Digits<'a>> {
        let (whole, fraction) = self.0.split_once(mark.as_char()).unwrap_or((self.0, ""));
        if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        if is_digits(whole) {
            return Some(Digits { whole: whole.into(), fraction });
        }
        let separator = whole.chars().find(|character| !character.is_ascii_digit())?;
        if separator != mark.grouping() && !is_neutral_separator(separator) {
            return None;
        }
        let groups: Vec<&str> = whole.split(separator).collect();
        is_grouped(&groups, separator).then(|| Digits { whole: groups.concat().into(), fraction })
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether the character groups thousands with either decimal mark.
fn is_neutral_separator(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\'' | '\u{2019}')
}

/// Returns whether the groups are those of thousands, or with commas of the Indian system. The
/// first group must not start with 0.
fn is_grouped(groups: &[&str], separator: char) -> bool {
    let [first, middle @ .., last] = groups else { return false };
    let is_sound = groups.iter().all(|group| !group.is_empty() && is_digits(group));
    let has_length = |length| middle.iter().all(|group| group.len() == length);
    let is_indian = separator == ',' && first.len() <= 2 && !middle.is_empty() && has_length(2);
    is_sound && !first.starts_with('0') && last.len() == 3 && (first.len() <= 3 && has_length(3) || is_indian)
}
