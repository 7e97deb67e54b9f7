//! Finds the decimal mark of a column.

use crate::cells::number::parts::parts;

/// The character before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecimalMark {
    Point,
    Comma,
}

/// Evidence of a column's cells on the decimal mark.
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

    /// Returns the other mark, which may group thousands.
    pub(crate) fn grouping(self) -> char {
        match self {
            Self::Point => ',',
            Self::Comma => '.',
        }
    }
}

impl MarkEvidence {
    /// Combines the evidence of two cells, or of two columns of one file.
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

    /// Returns the mark to read by, or `None` if the cells do not decide it. If every number reads
    /// the same either way, this is the point.
    pub(crate) fn mark(self) -> Option<DecimalMark> {
        match self {
            Self::Point | Self::Either => Some(DecimalMark::Point),
            Self::Comma => Some(DecimalMark::Comma),
            Self::Ambiguous | Self::Mixed => None,
        }
    }
}

/// Finds the decimal mark of a column. Cells that are not numbers say nothing.
pub(crate) fn decimal_mark<'a>(cells: impl Iterator<Item = &'a str>) -> MarkEvidence {
    cells.map(evidence).fold(MarkEvidence::Either, MarkEvidence::and)
}

/// Returns the mark that ambiguous cells would have as decimals: the point for `1.250`, the comma
/// for `1,250`. Returns `None` if the column has no ambiguous cell, or has both kinds.
pub(crate) fn written_mark<'a>(cells: impl Iterator<Item = &'a str>) -> Option<DecimalMark> {
    let (mut points, mut commas) = (false, false);
    for cell in cells.filter(|cell| evidence(cell) == MarkEvidence::Ambiguous) {
        points |= cell.contains('.');
        commas |= cell.contains(',');
    }
    match (points, commas) {
        (true, false) => Some(DecimalMark::Point),
        (false, true) => Some(DecimalMark::Comma),
        _ => None,
    }
}

fn evidence(text: &str) -> MarkEvidence {
    let Some(parts) = parts(text) else { return MarkEvidence::Either };
    match (parts.digits.by(DecimalMark::Point), parts.digits.by(DecimalMark::Comma)) {
        (Some(point), Some(comma)) if point != comma => MarkEvidence::Ambiguous,
        (Some(_), None) => MarkEvidence::Point,
        (None, Some(_)) => MarkEvidence::Comma,
        _ => MarkEvidence::Either,
    }
}
