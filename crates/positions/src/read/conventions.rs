//! The decimal mark and the order of dates of each column.
//!
//! A cell such as `1,250` or `3/4/2022` can mean two things. The other cells of the file decide,
//! and only if they do not, the person does.

use std::iter::once;

use chrono::NaiveDate;

use crate::{
    cells::{
        date::{DateEvidence, date, date_orders, date_orders_until},
        number::{Amount, DecimalMark, MarkEvidence, amount, decimal_mark, written_mark},
    },
    columns::Columns,
    problem::{Fault, ProblemCode},
    quote::quote,
    reading::{DateOrder, Field, Reading},
    recognize::Layout,
    sheet::SheetRow,
    upload_rules::UploadRules,
};

/// Columns whose cells are words or dates, so that they say nothing about decimal marks.
const WITHOUT_NUMBERS: [Field; 17] = [
    Field::Symbol,
    Field::Isin,
    Field::Cusip,
    Field::Sedol,
    Field::Description,
    Field::EntryDate,
    Field::ExitDate,
    Field::ExpirationDate,
    Field::Account,
    Field::Status,
    Field::Action,
    Field::Currency,
    Field::InvestmentClass,
    Field::InvestmentSubtype,
    Field::UnderlyingSymbol,
    Field::OptionType,
    Field::Multiplier,
];
const DATES: [Field; 3] = [Field::EntryDate, Field::ExitDate, Field::ExpirationDate];

/// How the numbers and dates of a file are written.
#[derive(Debug)]
pub(super) struct Conventions {
    /// The mark of the whole file; `None` if it differs between columns or has to be asked.
    mark: Option<DecimalMark>,
    /// Whether the person or the layout decided the mark, so that no cell is doubted.
    is_decided: bool,
    /// The order of dates that the person chose.
    chosen_order: Option<DateOrder>,
    /// The order for columns that leave it open, if the layout or another column decides it.
    usual_order: Option<DateOrder>,
    /// The orders of entry, exit and expiration dates of each table.
    table_orders: Vec<[ColumnOrder; 3]>,
    latest: NaiveDate,
}

/// The order of one column's dates.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnOrder {
    order: DateOrder,
    is_decided: bool,
}

/// The cells of one table: its rows, with what its columns hold.
pub(super) type TableCells<'a> = (&'a Columns, &'a [&'a SheetRow], Option<&'static Layout>);

impl Conventions {
    /// Looks at all numbers and dates of the tables.
    pub(super) fn new(
        tables: &[TableCells<'_>],
        delimiter: Option<char>,
        changes: &Reading,
        rules: &UploadRules,
    ) -> Self {
        let mut evidence = MarkEvidence::Either;
        let (mut has_comma, mut has_doubtful_shares) = (false, false);
        let mut orders: Vec<[DateEvidence; 3]> = Vec::new();
        for (columns, rows, layout) in tables {
            for column in columns.readings.iter().filter(|column| !WITHOUT_NUMBERS.contains(&column.field)) {
                let cells = || rows.iter().filter_map(|row| row.cells.get(column.index));
                let of_column = decimal_mark(cells());
                evidence = evidence.and(of_column);
                // 1.250 shares can be many or few.
                has_doubtful_shares |=
                    layout.is_none() && column.field == Field::Quantity && of_column == MarkEvidence::Ambiguous;
                has_comma |= of_column == MarkEvidence::Ambiguous && written_mark(cells()) != Some(DecimalMark::Point);
            }
            orders.push(DATES.map(|field| match columns.place(field) {
                Some(place) => date_orders_until(rows.iter().filter_map(|row| row.cells.get(place)), Some(rules.today)),
                None => DateEvidence::None,
            }));
        }
        let layouts = || tables.iter().filter_map(|(_, _, layout)| *layout);
        let is_american = layouts().any(|layout| layout.date_order == Some(DateOrder::MonthDayYear));
        // Where the comma is the decimal mark, it does not separate cells as well, unless they are
        // quoted: so `134.626` without any other number is below 135.
        let has_points_alone = !has_comma && !has_doubtful_shares && delimiter == Some(',');
        let by_layout =
            (evidence == MarkEvidence::Ambiguous && (is_american || has_points_alone)).then_some(DecimalMark::Point);
        let chosen = changes.decimal.and_then(DecimalMark::from_char);
        let decided = chosen.or(by_layout);
        let found = orders.iter().flatten().find_map(|order| match order {
            DateEvidence::One(order @ (DateOrder::MonthDayYear | DateOrder::DayMonthYear)) => Some(*order),
            _ => None,
        });
        let mut conventions = Self {
            mark: decided.or_else(|| evidence.mark()),
            is_decided: decided.is_some(),
            chosen_order: changes.date_order,
            usual_order: found.or_else(|| layouts().find_map(|layout| layout.date_order)),
            table_orders: Vec::new(),
            latest: rules.today,
        };
        conventions.table_orders =
            orders.into_iter().map(|orders| orders.map(|evidence| conventions.decide(evidence))).collect();
        conventions
    }

    /// Returns the decimal mark for the reading.
    pub(super) fn decimal(&self) -> Option<char> {
        self.mark.map(DecimalMark::as_char)
    }

    /// Reads a number.
    pub(super) fn amount(&self, text: &str) -> Result<Amount, Fault> {
        if let Some(mark) = self.mark {
            // Even in a file of commas, a cell such as `1234.56` can mean one thing only.
            return amount(text, mark).or_else(|fault| match decimal_mark(once(text)) {
                MarkEvidence::Point if !self.is_decided => amount(text, DecimalMark::Point).map_err(|_| fault),
                MarkEvidence::Comma if !self.is_decided => amount(text, DecimalMark::Comma).map_err(|_| fault),
                _ => Err(fault),
            });
        }
        match decimal_mark(once(text)) {
            MarkEvidence::Comma => amount(text, DecimalMark::Comma),
            MarkEvidence::Ambiguous => {
                let message = format!("{} could mean two numbers; choose the decimal mark.", quote(text));
                Err(Fault::new(ProblemCode::AmbiguousNumber, message))
            }
            _ => amount(text, DecimalMark::Point),
        }
    }

    /// Returns the order of the entry, exit or expiration dates of a table.
    pub(super) fn order_of(&self, table: usize, field: Field) -> ColumnOrder {
        let column = DATES.iter().position(|dates| *dates == field);
        let orders = self.table_orders.get(table);
        let found = column.and_then(|column| orders.and_then(|orders| orders.get(column))).copied();
        found.unwrap_or_else(|| self.decide(DateEvidence::None))
    }

    /// Returns the order of other dates.
    pub(super) fn order<'c>(&self, cells: impl Iterator<Item = &'c str>) -> ColumnOrder {
        self.decide(date_orders_until(cells, Some(self.latest)))
    }

    fn decide(&self, evidence: DateEvidence) -> ColumnOrder {
        if let Some(order) = self.chosen_order {
            return ColumnOrder { order, is_decided: true };
        }
        match (evidence, self.usual_order) {
            (DateEvidence::One(order) | DateEvidence::Mixed { order, .. }, _) => {
                ColumnOrder { order, is_decided: true }
            }
            (DateEvidence::Ambiguous(orders), Some(usual)) if orders.contains(&usual) => {
                ColumnOrder { order: usual, is_decided: true }
            }
            (DateEvidence::Ambiguous(orders), _) => {
                let order = orders.first().copied().unwrap_or(DateOrder::YearMonthDay);
                ColumnOrder { order, is_decided: false }
            }
            (DateEvidence::None, usual) => {
                ColumnOrder { order: usual.unwrap_or(DateOrder::YearMonthDay), is_decided: true }
            }
        }
    }
}

impl ColumnOrder {
    /// Reads a date.
    pub(super) fn date(self, text: &str) -> Result<NaiveDate, Fault> {
        if !self.is_decided && matches!(date_orders(once(text)), DateEvidence::Ambiguous(_)) {
            let message = format!("{} could mean two days; choose the order of day and month.", quote(text));
            return Err(Fault::new(ProblemCode::AmbiguousDate, message));
        }
        date(text, self.order).ok_or_else(|| {
            let message = format!(
                "{} is not a date we can read; write a day of the calendar as YYYY-MM-DD, such as 2022-03-15.",
                quote(text)
            );
            Fault::new(ProblemCode::InvalidDate, message)
        })
    }

    /// Returns the order, or `None` as long as the person has to choose it.
    pub(super) fn decided(self) -> Option<DateOrder> {
        self.is_decided.then_some(self.order)
    }
}
