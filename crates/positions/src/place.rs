//! Follows a CSV file byte by byte: which bytes are inside quotes, and where cells and rows start.

/// Where a byte of a CSV file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    RowStart,
    CellStart,
    InCell,
    InQuotes,
    /// Behind a quotation mark inside quotes, which ends them unless another one follows.
    QuoteInQuotes,
    InComment,
}

impl Place {
    /// The place behind a byte.
    pub(super) fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::InComment, b'\n') => Self::RowStart,
            (Self::InComment, _) | (Self::RowStart, b'#') => Self::InComment,
            (Self::InQuotes, b'"') => Self::QuoteInQuotes,
            // A quotation mark counts only at the start of a cell.
            (Self::InQuotes, _) | (Self::RowStart | Self::CellStart | Self::QuoteInQuotes, b'"') => Self::InQuotes,
            (_, b',') => Self::CellStart,
            (_, b'\n' | b'\r') => Self::RowStart,
            _ => Self::InCell,
        }
    }
}
