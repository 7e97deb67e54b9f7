//! Reads options that are spelled out in words.

use chrono::NaiveDate;

use crate::cells::option_symbol::terms::{expiration, kind, kind_word, strike, underlying};
use crate::content::DraftOption;
use crate::position::{OptionKind, SHARES_PER_CONTRACT};

/// Words around the terms that say nothing about them.
const FILLERS: [&str; 12] =
    ["EXP", "EXP.", "EXPIRES", "EXPIRING", "EXPIRY", "EXPIRATION", "STRIKE", "OPTION", "OPT", "AT", "@", "WEEKLY"];

/// Maximum number of words that make up a date, as in "20 JAN 23".
const WORDS_OF_DATE: usize = 3;

/// The terms that were found so far.
#[derive(Default)]
struct Terms {
    kind: Option<OptionKind>,
    strike: Option<f64>,
    expiration: Option<NaiveDate>,
    multiplier: Option<f64>,
}

/// Reads an option whose text begins with its underlying, or with "Call" or "Put" and the
/// underlying.
pub(super) fn option(text: &str) -> Option<DraftOption> {
    if !has_kind(text) {
        return None;
    }
    // Robinhood writes "Option Expiration for XOM 12/16/2022 Call $115.00".
    let text = match text.split_once(" FOR ") {
        Some((event, option)) if event.starts_with("OPTION ") => option,
        _ => text,
    };
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Fidelity writes words such as "YOU BOUGHT" before "CALL (AAPL)".
    let is_start =
        |pair: &[&str]| matches!(pair, [kind, symbol] if kind_word(kind).is_some() && symbol.starts_with('('));
    let start = words.windows(2).position(is_start).unwrap_or_default();
    let from_kind = words.get(start..).and_then(with_kind_first);
    from_kind.or_else(|| with_symbol_first(&words))
}

/// Returns whether a word may be the kind of an option, perhaps next to its strike. Most texts have
/// none, so nothing else is looked for in them.
fn has_kind(text: &str) -> bool {
    let is_letter = |character: char| matches!(character, 'C' | 'P');
    text.split(' ').any(|word| {
        let has_strike = (word.starts_with(is_letter) || word.ends_with(is_letter)) && word.contains(char::is_numeric);
        has_strike || kind(word.trim_end_matches([',', ';'])).is_some()
    })
}

/// Reads `AAPL 01/20/2023 150.00 C` and the like, without any other words.
fn with_symbol_first(words: &[&str]) -> Option<DraftOption> {
    let (symbol, rest) = symbol(words)?;
    let mut terms = Terms::default();
    let rest = terms.read(rest, kind);
    if rest.is_empty() { terms.option(symbol) } else { None }
}

/// Reads `CALL ZZZ 06/20/25 50.00 ZZZ INC` and `CALL (AAPL) APPLE INC JAN 20 23 $150 (100 SHS)`.
fn with_kind_first(words: &[&str]) -> Option<DraftOption> {
    let (first, rest) = words.split_first()?;
    let mut terms = Terms { kind: Some(kind_word(first)?), ..Terms::default() };
    let is_in_parentheses = rest.first()?.starts_with('(');
    let (symbol, mut rest) = symbol(rest)?;
    if is_in_parentheses {
        // The company's name is between the symbol and the terms.
        while !rest.is_empty() && terms.date(rest).is_none() {
            rest = rest.get(1..)?;
        }
    }
    let rest = terms.read(rest, kind_word);
    let has_other_leg = rest.iter().any(|word| kind_word(word).is_some() || word.contains('$') || *word == "/");
    if has_other_leg { None } else { terms.option(symbol) }
}

/// Reads the terms from a description without a symbol, such as
/// `PUT ADVANCED MICRO DEVIC$60 EXP 01/20/23`.
pub(super) fn described(text: &str, underlying: String) -> Option<DraftOption> {
    if !has_kind(text) {
        return None;
    }
    let words = words(&text.replace('$', " $"));
    let mut rest: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut terms = Terms { kind: Some(only(rest.iter().filter_map(|word| kind_word(word)))?), ..Terms::default() };
    let dates = |words: &[&str]| (0..words.len()).find_map(|at| Some((at, terms.date(words.get(at..)?)?)));
    let (at, (expiration, length)) = dates(&rest)?;
    rest.drain(at..at + length);
    if dates(&rest).is_some() {
        return None;
    }
    terms.expiration = Some(expiration);
    let is_price = |word: &&str| word.starts_with('$') || word.contains('.');
    terms.strike = Some(only(rest.iter().copied().filter(is_price).filter_map(strike))?);
    terms.multiplier = (0..rest.len()).find_map(|at| shares(rest.get(at..)?));
    terms.option(underlying)
}

/// Returns the value that all items of an iterator share.
fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Splits text into words. Commas and semicolons at the end of a word are dropped.
fn words(text: &str) -> Vec<String> {
    text.split(' ').map(|word| word.trim_end_matches([',', ';']).to_owned()).filter(|word| !word.is_empty()).collect()
}

/// Reads the symbol at the beginning: one word, or two for a share class such as `BRK B`.
fn symbol<'a, 'b>(words: &'a [&'b str]) -> Option<(String, &'a [&'b str])> {
    let (first, rest) = words.split_first()?;
    if let Some((class, rest)) = rest.split_first()
        && class.len() == 1
        && !first.ends_with(')')
        && kind(class).is_none()
        && let Some(symbol) = underlying(&format!("{first} {class}"))
    {
        return Some((symbol, rest));
    }
    Some((underlying(first.trim_matches(['(', ')']))?, rest))
}

impl Terms {
    /// Reads terms in any order, up to a word that repeats a term or is not one. Returns that word
    /// and the following ones.
    fn read<'a, 'b>(&mut self, mut words: &'a [&'b str], read_kind: fn(&str) -> Option<OptionKind>) -> &'a [&'b str] {
        while let Some((word, rest)) = words.split_first() {
            if let Some((date, length)) = self.date(words) {
                self.expiration = Some(date);
                words = words.get(length..).unwrap_or_default();
            } else if let Some(multiplier) = shares(words) {
                self.multiplier = Some(multiplier);
                words = words.get(2..).unwrap_or_default();
            } else if self.take_kind(word, read_kind)
                || self.take_strike(word)
                || self.take_both(word)
                || is_filler(word)
            {
                words = rest;
            } else {
                break;
            }
        }
        words
    }

    /// Reads a date from the first words, the longest one first, and returns the number of words.
    fn date(&self, words: &[&str]) -> Option<(NaiveDate, usize)> {
        if self.expiration.is_some() {
            return None;
        }
        let lengths = (1..=WORDS_OF_DATE.min(words.len())).rev();
        lengths.into_iter().find_map(|length| {
            let text = words.get(..length)?.join(" ");
            expiration(text.trim_matches(['(', ')'])).map(|date| (date, length))
        })
    }

    fn take_kind(&mut self, word: &str, read_kind: fn(&str) -> Option<OptionKind>) -> bool {
        let found = read_kind(word).filter(|_| self.kind.is_none());
        self.kind = self.kind.or(found);
        found.is_some()
    }

    fn take_strike(&mut self, word: &str) -> bool {
        let found = strike(word).filter(|_| self.strike.is_none());
        self.strike = self.strike.or(found);
        found.is_some()
    }

    /// Reads strike and kind from one word: `150C`, `C150`, `$150P`.
    fn take_both(&mut self, word: &str) -> bool {
        let word_kind =
            word.get(word.len().saturating_sub(1)..).and_then(kind).zip(word.get(..word.len().saturating_sub(1)));
        let kind_word = word.get(..1).and_then(kind).zip(word.get(1..));
        let read = |(kind, strike_text)| Some((kind, strike(strike_text)?));
        let found = word_kind.and_then(read).or_else(|| kind_word.and_then(read));
        match found {
            Some((kind, strike)) if self.kind.is_none() && self.strike.is_none() => {
                (self.kind, self.strike) = (Some(kind), Some(strike));
                true
            }
            _ => false,
        }
    }

    fn option(self, underlying: String) -> Option<DraftOption> {
        Some(DraftOption {
            underlying,
            strike: self.strike?,
            expiration: self.expiration?,
            kind: self.kind?,
            multiplier: self.multiplier.unwrap_or(SHARES_PER_CONTRACT),
        })
    }
}

fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word.trim_matches(['(', ')'])) || word == "(W)"
}

/// Reads the number of shares per contract from the first two words, as in `(100 SHS)`.
fn shares(words: &[&str]) -> Option<f64> {
    let [number, unit, ..] = words else { return None };
    let number: u32 = number.strip_prefix('(')?.parse().ok()?;
    (number > 0 && matches!(*unit, "SHS)" | "SHARES)")).then(|| f64::from(number))
}
