//! Splits a line of a price file into cells, and reads the prices in them.

/// How the cells and the numbers of a price file are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CellFormat {
    /// The ASCII character between two cells.
    pub delimiter: u8,
    /// The decimal mark, `.` or `,`.
    pub decimal: u8,
}

impl CellFormat {
    /// Splits a line into its first cell, without surrounding space and quotation marks, and the
    /// text after the delimiter, which is `None` if the line ends with the cell.
    pub fn first_cell(self, line: &str) -> (&str, Option<&str>) {
        let delimiter = char::from(self.delimiter);
        let start = if delimiter == '\t' { line.trim_start_matches(' ') } else { line.trim_start() };
        if let Some((quoted, after)) = start.strip_prefix('"').and_then(|inside| inside.split_once('"')) {
            let rest = after.split_once(delimiter);
            let end = rest.map_or(after, |(end, _)| end);
            if end.trim().is_empty() {
                return (quoted.trim(), rest.map(|(_, rest)| rest));
            }
        }
        line.split_once(delimiter).map_or((line.trim(), None), |(cell, rest)| (cell.trim(), Some(rest)))
    }

    /// Returns all cells of a line.
    pub fn cells(self, line: &str) -> impl Iterator<Item = &str> {
        let mut rest = Some(line);
        std::iter::from_fn(move || {
            let (cell, after) = self.first_cell(rest?);
            rest = after;
            Some(cell)
        })
    }

    /// Parses the price in the first cell of a line. Returns the price, which is NaN if the cell
    /// says that there is none, and the text after the cell. If the cell is invalid, its text is
    /// returned as an error instead of the price.
    pub fn first_price(self, line: &str) -> (Result<f64, &str>, Option<&str>) {
        if let Some((price, end)) = self.leading_price(line.as_bytes()) {
            return (Ok(price), line.get(end + 1..));
        }
        let (cell, rest) = self.first_cell(line);
        let price = if is_absent(cell) { Some(f64::NAN) } else { self.price(cell) };
        (price.ok_or(cell), rest)
    }

    /// Parses a price in dollars. Returns `None` if the text is not a finite number above zero, or
    /// if a mark in it could be a decimal mark or separate thousands.
    pub fn price(self, cell: &str) -> Option<f64> {
        let digits = cell.strip_prefix('$').unwrap_or(cell).trim_start();
        let number = if digits.bytes().any(|byte| matches!(byte, b',' | b'.') && byte != self.decimal) {
            without_thousands(digits, char::from(self.decimal))?
        } else {
            digits.to_owned()
        };
        let number = if self.decimal == b',' { number.replace(',', ".") } else { number };
        number.parse().ok().filter(|price: &f64| price.is_finite() && *price > 0.0)
    }

    /// Parses the price in the first cell of a line, faster than the standard library. Returns the
    /// price and the index at which the cell ends. Returns `None` unless the cell is a positive
    /// number of up to 15 digits with at most one decimal mark. Nearly all cells are such numbers.
    ///
    /// The price is computed as a quotient: its digits, read as an integer, divided by a power of
    /// ten. Both are exact in `f64`, so the quotient is rounded only once, to the `f64` nearest to
    /// the price (Clinger 1990). The standard library returns the same value but takes three times
    /// as long.
    pub fn leading_price(self, line: &[u8]) -> Option<(f64, usize)> {
        let (mut digits, mut end) = (0_u64, 0);
        let mut read_digits = |end: &mut usize| {
            let start = *end;
            while let Some(digit) = line.get(*end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
                // The integer may overflow here, but numbers with more than 15 digits are discarded
                // below.
                digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
                *end += 1;
            }
            *end - start
        };
        let whole = read_digits(&mut end);
        let mut decimals = 0;
        if line.get(end) == Some(&self.decimal) && self.decimal != self.delimiter {
            end += 1;
            decimals = read_digits(&mut end);
        }
        let is_end = line.get(end).is_none_or(|byte| *byte == self.delimiter);
        let is_price = (1..16).contains(&(whole + decimals)) && digits > 0 && is_end;
        is_price.then(|| (digits as f64 / POWERS_OF_TEN[decimals], end))
    }
}

/// Powers of ten, indexed by the number of decimal places. All are exact in `f64`.
const POWERS_OF_TEN: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Returns whether a cell says that there is no price: it is empty, or has one of the words of
/// Yahoo, pandas, R, spreadsheets and FRED.
pub(super) fn is_absent(cell: &str) -> bool {
    const WORDS: [&str; 11] = ["", "null", "nan", "na", "n/a", "#n/a", "#na", "none", "-", "--", "."];
    WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// Removes the separators of thousands from a number with a decimal mark. Returns `None` if they do
/// not precede groups of three digits, or if the number has no decimal mark: then `1,506` could be
/// a price of 1.506 as well.
fn without_thousands(number: &str, decimal: char) -> Option<String> {
    let separator = if decimal == '.' { ',' } else { '.' };
    let (whole, decimals) = number.split_once(decimal)?;
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3 && are_digits(group));
    let is_number = is_grouped && are_digits(first) && are_digits(decimals);
    is_number.then(|| format!("{}{decimal}{decimals}", whole.replace(separator, "")))
}

/// Counts of the decimal marks in a file's cells.
#[derive(Debug, Default)]
pub(super) struct MarkEvidence {
    /// First line with a decimal point, and first line with a decimal comma.
    point: Option<usize>,
    comma: Option<usize>,
    /// First cell with a comma that could also separate thousands, such as `1,250`, and its line.
    ambiguous: Option<(usize, String)>,
}

impl MarkEvidence {
    pub fn add(&mut self, line: usize, cell: &str) {
        let cell = cell.strip_prefix('$').unwrap_or(cell);
        if !cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.')) {
            return;
        }
        let Some(last) = cell.rfind([',', '.']) else { return };
        let mark = cell.as_bytes()[last];
        let has_both = cell.contains(',') && cell.contains('.');
        let repeats = cell.bytes().filter(|byte| *byte == mark).count() > 1;
        let is_point = match (has_both, repeats, mark) {
            (true, ..) => mark == b'.',
            // A mark that occurs twice separates thousands, so the other mark is the decimal one.
            (false, true, mark) => mark == b',',
            (false, false, b'.') => true,
            // `0,512` and `1234,567` are not numbers with separated thousands.
            (false, false, _) if cell.len() - last == 4 && (1..=3).contains(&last) && !cell.starts_with('0') => {
                self.ambiguous.get_or_insert_with(|| (line, cell.to_owned()));
                return;
            }
            (false, false, _) => false,
        };
        let seen = if is_point { &mut self.point } else { &mut self.comma };
        seen.get_or_insert(line);
    }

    /// Returns the decimal mark.
    ///
    /// # Errors
    /// Returns the problem if the file has both marks or only cells that can mean two prices.
    pub fn decimal(self) -> Result<u8, String> {
        match (self.point, self.comma, self.ambiguous) {
            (Some(point), Some(comma), _) => Err(format!(
                "line {point} has a decimal point and line {comma} a decimal comma; write all prices alike"
            )),
            (None, Some(_), _) => Ok(b','),
            (None, None, Some((line, cell))) => {
                Err(format!("line {line}: “{cell}” can mean two prices; write prices such as 1250.00"))
            }
            (Some(_), None, _) | (None, None, None) => Ok(b'.'),
        }
    }
}
