//! Recognizes ISIN, CUSIP and SEDOL by their check digits.

mod known;

pub(crate) use known::known_symbol;

/// The kind of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identifier {
    Isin,
    Cusip,
    Sedol,
}

/// Returns the kind of identifier that the text is, if it has digits and its check digit is right.
///
/// One number of 7 or 9 digits in ten has a right check digit by accident. Callers have to look at
/// the whole column before they take a number for an identifier.
pub(crate) fn identifier(text: &str) -> Option<Identifier> {
    let text = text.trim();
    let bytes = text.as_bytes();
    match bytes.len() {
        12 if is_isin(bytes) => Some(Identifier::Isin),
        9 if is_cusip(bytes) => Some(Identifier::Cusip),
        7 if is_sedol(bytes) => Some(Identifier::Sedol),
        _ => None,
    }
}

/// Returns 0 to 9 for a digit and 10 to 35 for a letter.
fn value(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(36)
}

/// Returns the sum of the digits of a number below 100.
fn digit_sum(number: u32) -> u32 {
    number / 10 + number % 10
}

/// Checks a country's two letters and the check digit of Luhn's formula, for which each letter
/// counts as two digits.
fn is_isin(bytes: &[u8]) -> bool {
    let (mut sum, mut is_doubled) = (0, false);
    for byte in bytes.iter().rev() {
        let Some(value) = value(*byte) else { return false };
        let digits = if value >= 10 { &[value % 10, value / 10][..] } else { &[value] };
        for digit in digits {
            sum += if is_doubled { digit_sum(digit * 2) } else { *digit };
            is_doubled = !is_doubled;
        }
    }
    sum % 10 == 0 && bytes.iter().take(2).all(u8::is_ascii_alphabetic) && bytes.last().is_some_and(u8::is_ascii_digit)
}

/// Checks the last digit of a CUSIP, for which every second character counts twice.
fn is_cusip(bytes: &[u8]) -> bool {
    let Some((check, body)) = bytes.split_last() else { return false };
    let mut sum = 0;
    for (index, byte) in body.iter().enumerate() {
        let Some(value) = value(*byte) else { return false };
        sum += digit_sum(if index % 2 == 1 { value * 2 } else { value });
    }
    let is_checked = check.is_ascii_digit() && value(*check) == Some((10 - sum % 10) % 10);
    is_checked && sum > 0 && body.iter().any(u8::is_ascii_digit)
}

/// Checks the weighted sum of a SEDOL, which has no vowels.
fn is_sedol(bytes: &[u8]) -> bool {
    const WEIGHTS: [u32; 7] = [1, 3, 1, 7, 3, 9, 1];
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let is_vowel = b"AEIOU".contains(&byte.to_ascii_uppercase());
        let Some(value) = value(*byte).filter(|_| !is_vowel) else { return false };
        sum += value * weight;
    }
    sum > 0 && sum % 10 == 0 && bytes.last().is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests;
