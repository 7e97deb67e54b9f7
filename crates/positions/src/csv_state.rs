//! A state machine that scans a CSV file byte by byte. It tracks which bytes are inside quotes, and
//! where cells and rows start.

/// The state of the scan after each byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CsvState {
    RowStart,
    CellStart,
    InCell,
    InQuotes,
    /// The scan has just passed a quotation mark inside quoted text. The mark ends the quoted text,
    /// unless it is followed by another.
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
            // A quotation mark begins quoted text only at the start of a cell.
            (Self::InQuotes, _) | (Self::RowStart | Self::CellStart | Self::QuoteInQuotes, b'"') => Self::InQuotes,
            (_, b',') => Self::CellStart,
            (_, b'\n' | b'\r') => Self::RowStart,
            _ => Self::InCell,
        }
    }
}
