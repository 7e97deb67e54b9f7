//! Recognizes ISIN, CUSIP and SEDOL by their check digits.

/// The kind of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identifier {
    Isin,
    Cusip,
    Sedol,
}

/// Returns the kind of identifier that the text is, if its check digit is right.
///
/// One number of 7 or 9 digits in ten has a right check digit by accident, such as an account
/// number, so the whole column should be looked at.
pub(crate) fn identifier(text: &str) -> Option<Identifier> {
    let text = text.trim().to_ascii_uppercase();
    let bytes = text.as_bytes();
    match bytes.len() {
        12 if is_isin(bytes) => Some(Identifier::Isin),
        9 if is_cusip(bytes) => Some(Identifier::Cusip),
        7 if is_sedol(bytes) => Some(Identifier::Sedol),
        _ => None,
    }
}

/// Returns the symbol of an identifier, if it is one of those known.
pub(crate) fn known_symbol(text: &str) -> Option<&'static str> {
    let _ = text;
    None
}

/// Returns 0 to 9 for a digit and 10 to 35 for a letter.
fn value(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(36)
}

fn is_isin(bytes: &[u8]) -> bool {
    let Some((check, body)) = bytes.split_last() else { return false };
    if !check.is_ascii_digit() || !body.iter().take(2).all(u8::is_ascii_alphabetic) {
        return false;
    }
    let mut digits = Vec::new();
    for byte in bytes {
        let Some(value) = value(*byte) else { return false };
        if value >= 10 {
            digits.push(value / 10);
        }
        digits.push(value % 10);
    }
    let doubled = |(index, digit): (usize, &u32)| if index % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

fn is_cusip(bytes: &[u8]) -> bool {
    let Some((check, body)) = bytes.split_last() else { return false };
    let mut sum = 0;
    for (index, byte) in body.iter().enumerate() {
        let Some(value) = value(*byte) else { return false };
        let value = if index % 2 == 1 { value * 2 } else { value };
        sum += value / 10 + value % 10;
    }
    check.is_ascii_digit() && body.iter().any(u8::is_ascii_digit) && u32::from(*check - b'0') == (10 - sum % 10) % 10
}

fn is_sedol(bytes: &[u8]) -> bool {
    const WEIGHTS: [u32; 7] = [1, 3, 1, 7, 3, 9, 1];
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let Some(value) = value(*byte).filter(|_| !b"AEIOU".contains(byte)) else { return false };
        sum += value * weight;
    }
    bytes.last().is_some_and(u8::is_ascii_digit) && sum % 10 == 0
}
