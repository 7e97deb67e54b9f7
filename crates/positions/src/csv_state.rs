//! A state machine over the bytes of a CSV file. It knows which bytes are inside quotes, and where
//! cells and rows start.

/// The state after a byte of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CsvState {
    RowStart,
    CellStart,
    InCell,
    InQuotes,
    /// After a quotation mark inside quotes. The mark ends the quoted text, unless a second mark
    /// follows.
    QuoteInQuotes,
    InComment,
}

impl CsvState {
    /// Returns the state after one more byte.
    pub(super) fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::InComment, b'\n') => Self::RowStart,
            (Self::InComment, _) | (Self::RowStart, b'#') => Self::InComment,
            (Self::InQuotes, b'"') => Self::QuoteInQuotes,
            // A quotation mark opens quotes only at the start of a cell.
            (Self::InQuotes, _) | (Self::RowStart | Self::CellStart | Self::QuoteInQuotes, b'"') => Self::InQuotes,
            (_, b',') => Self::CellStart,
            (_, b'\n' | b'\r') => Self::RowStart,
            _ => Self::InCell,
        }
    }
}
