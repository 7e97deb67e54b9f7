//! Looks at the cells of a column, whatever its name.

use crate::{
    cells::{cash::currency_code, date::looks_like_date, identifier, number::is_absent},
    reading::Field,
    sheet::SheetRow,
};

/// Maximum number of rows that are looked at to find out what a column holds.
const SAMPLE: usize = 200;
/// Maximum number of characters of a number with its currency.
const LONGEST_NUMBER: usize = 40;

/// Counts of the kinds of cells in the first rows of a column. A cell can be of several kinds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Profile {
    /// Cells with a value.
    pub filled: usize,
    pub numbers: usize,
    pub dates: usize,
    pub isins: usize,
    pub currencies: usize,
    /// Cells that could be tickers: short, in capitals, without spaces.
    pub tickers: usize,
}

impl Profile {
    /// Looks at the first rows of the column.
    pub(crate) fn new(rows: &[&SheetRow], index: usize) -> Self {
        let mut profile = Self::default();
        let cells = rows.iter().take(SAMPLE).filter_map(|row| row.cells.get(index));
        for cell in cells.filter(|cell| !is_absent(cell)) {
            profile.filled += 1;
            profile.numbers += usize::from(looks_like_number(cell));
            profile.dates += usize::from(looks_like_date(cell));
            profile.isins += usize::from(identifier::identifier(cell) == Some(identifier::Identifier::Isin));
            profile.currencies += usize::from(is_currency(cell));
            profile.tickers += usize::from(looks_like_ticker(cell));
        }
        profile
    }

    /// Returns whether `count` is at least a third of the cells with a value. Footers and totals
    /// are among the cells, so even a good column is not uniform.
    pub(crate) fn is_mostly(&self, count: usize) -> bool {
        self.filled > 0 && count * 3 >= self.filled
    }

    /// Returns whether the cells can hold the field. A column without any value fits everything.
    pub(crate) fn fits(&self, field: Field) -> bool {
        if self.filled == 0 {
            return true;
        }
        match field {
            Field::Quantity
            | Field::EntryPrice
            | Field::CostBasis
            | Field::ExitPrice
            | Field::MarketPrice
            | Field::MarketValue
            | Field::StrikePrice
            | Field::Multiplier
            | Field::Amount => self.numbers > 0,
            Field::Currency => self.is_mostly(self.currencies),
            _ => true,
        }
    }
}

/// Returns whether the text has digits and little else, so that it is a value and not a name.
pub(crate) fn looks_like_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    digits > 0 && letters <= 3 && text.len() <= LONGEST_NUMBER && !text.contains(['/', ':'])
}

/// Returns whether the text is a currency, including the ways to write pence.
pub(crate) fn is_currency(text: &str) -> bool {
    text.len() <= 4 && (currency_code(text).is_some() || super::unit::is_pence(text))
}

/// Returns whether the text could be a ticker: at most 12 characters, with a capital letter, and
/// without spaces and small letters.
pub(crate) fn looks_like_ticker(text: &str) -> bool {
    let is_allowed = |byte: u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'/' | b':' | b'*')
    };
    text.len() <= 12 && text.bytes().all(is_allowed) && text.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_from_names() {
        for text in ["1", "-1,250.00", "$5", "4.600,00 ST", "(7)", "USD 1.00", "@12.40", "30S"] {
            assert!(looks_like_number(text), "{text}");
        }
        for text in ["", "AAPL", "--", "3M COMPANY", "2022/03/01", "10:15:00", "Quantity"] {
            assert!(!looks_like_number(text), "{text}");
        }
    }
}
