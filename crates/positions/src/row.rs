//! Turns one record into a position, or reports all problems of that record.
//!
//! Every cell is read, even after an error, so that one wrong cell does not hide another. Rows are
//! compared with each other in `parse`, not here.

use chrono::NaiveDate;

use super::columns::{CsvColumn, Header};
use super::fields::{self, ClassWord};
use super::position::{EntryPriceSource, Exit, InvestmentClass, OptionContract, Position, SHARES_PER_CONTRACT};
use super::problem::{Fault, ProblemCode, Problems};
use super::quote::quote;
use super::rows::Record;

/// Indicates that a cell has no usable value, and that its problem has already been reported.
#[derive(Debug, Clone, Copy)]
struct Reported;

/// Dates that the rows of a file are checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRules {
    /// Today's date in UTC. No trade may be dated later.
    pub today: NaiveDate,
    /// The last date for which the data source has prices, or `None` if the source keeps adding
    /// prices for new dates. No position may be opened after this date.
    pub last_price_date: Option<NaiveDate>,
}

/// The result of reading one record.
pub(super) struct Row {
    /// The position, or `None` if the record has a problem.
    pub position: Option<Position>,
    /// Symbol and entry date, or `None` if either is invalid.
    pub lot: Option<(String, NaiveDate)>,
    /// Whether option columns have values even though the position is not an option.
    pub has_unused_option_terms: bool,
}

pub(super) struct RowReader<'a> {
    pub record: &'a Record<'a>,
    pub header: &'a Header,
    pub rules: &'a UploadRules,
    pub problems: &'a mut Problems,
}

impl RowReader<'_> {
    /// Reads all cells of the record, and reports every problem in them.
    pub(super) fn read(mut self) -> Row {
        let problems_before = self.problems.total();
        let symbol = self.need(CsvColumn::Symbol, "enter the position's symbol", fields::symbol);
        let quantity = self.need(CsvColumn::Quantity, "enter how many are held", fields::quantity);
        let entry_price = self.need(CsvColumn::EntryPrice, "enter the price of one share", fields::price);
        let entry_date = self.entry_date();
        let class_word = match self.cell(CsvColumn::Class) {
            Some(text) => self.report(CsvColumn::Class, fields::class(text)),
            None => Ok(ClassWord::Public),
        };
        let class = class_word.and_then(|word| match word {
            ClassWord::Public => Ok(InvestmentClass::Public),
            ClassWord::Options => self.option_terms(entry_date).map(InvestmentClass::Options),
            ClassWord::Private => Ok(InvestmentClass::Private),
        });
        let subtype = self.cell(CsvColumn::Subtype).and_then(fields::subtype);
        let exit = self.exit(entry_date);

        let lot = symbol.as_ref().ok().cloned().zip(entry_date.ok());
        let has_unused_option_terms = matches!(class_word, Ok(ClassWord::Public | ClassWord::Private))
            && CsvColumn::FOR_OPTIONS.iter().any(|column| self.cell(*column).is_some());
        let position = (|| {
            Some(Position {
                symbol: symbol.ok()?,
                quantity: quantity.ok()?,
                entry_price: entry_price.ok()?,
                price_source: EntryPriceSource::Stated,
                entry_date: entry_date.ok()?,
                class: class.ok()?,
                subtype,
                exit: exit.ok()?,
            })
        })();
        let position = position.filter(|_| self.problems.total() == problems_before);
        Row { position, lot, has_unused_option_terms }
    }

    /// Reads the entry date. A date that is too late is reported but still returned, because the
    /// exit and expiration dates are compared with it.
    fn entry_date(&mut self) -> Result<NaiveDate, Reported> {
        let how = "enter the day the position was opened as YYYY-MM-DD";
        let date = self.need(CsvColumn::EntryDate, how, fields::date)?;
        if date > self.rules.today {
            self.fault(CsvColumn::EntryDate, self.future(date));
        } else if let Some(last) = self.rules.last_price_date.filter(|last| date > *last) {
            let message = format!(
                "{} is after {last}, the last date with prices; enter a date up to then, or run the server with MARKET_DATA=tiingo for later ones.",
                quote(&date.to_string())
            );
            self.fault(CsvColumn::EntryDate, Fault::new(ProblemCode::AfterLastPrice, message));
        }
        Ok(date)
    }

    fn option_terms(&mut self, entry_date: Result<NaiveDate, Reported>) -> Result<OptionContract, Reported> {
        use fields::as_option_fault;
        let underlying =
            self.need(CsvColumn::Underlying, "an OPTIONS position needs the underlying's symbol", |text| {
                as_option_fault(fields::symbol(text))
            });
        let strike = self.need(CsvColumn::Strike, "an OPTIONS position needs its strike price", |text| {
            as_option_fault(fields::price(text))
        });
        let expiration = self.need(CsvColumn::Expiration, "an OPTIONS position needs it as YYYY-MM-DD", |text| {
            as_option_fault(fields::date(text))
        });
        let kind = self.need(CsvColumn::OptionType, "an OPTIONS position needs CALL or PUT", fields::option_kind);
        if let (Ok(expired), Ok(entered)) = (expiration, entry_date)
            && expired < entered
        {
            let message = format!(
                "The option expires on {}, before its entry date {entered}; correct one of the two dates.",
                quote(&expired.to_string())
            );
            self.fault(CsvColumn::Expiration, Fault::new(ProblemCode::InvalidOption, message));
        }
        Ok(OptionContract {
            underlying: underlying?,
            strike: strike?,
            expiration: expiration?,
            kind: kind?,
            multiplier: SHARES_PER_CONTRACT,
        })
    }

    fn exit(&mut self, entry_date: Result<NaiveDate, Reported>) -> Result<Option<Exit>, Reported> {
        if self.cell(CsvColumn::ExitDate).is_none() && self.cell(CsvColumn::ExitPrice).is_none() {
            return Ok(None);
        }
        let date = self.need(
            CsvColumn::ExitDate,
            "enter the day the position was closed, or empty the exit price too",
            fields::date,
        );
        let price = self.need(
            CsvColumn::ExitPrice,
            "enter the price at which the position was closed, or empty the exit date too",
            fields::price,
        );
        if let Ok(date) = date
            && date > self.rules.today
        {
            self.fault(CsvColumn::ExitDate, self.future(date));
        }
        if let (Ok(exited), Ok(entered)) = (date, entry_date)
            && exited < entered
        {
            let message = format!(
                "The exit date {} is before the entry date {entered}; correct one of the two dates.",
                quote(&exited.to_string())
            );
            self.fault(CsvColumn::ExitDate, Fault::new(ProblemCode::ExitBeforeEntry, message));
        }
        Ok(Some(Exit { date: date?, price: price? }))
    }

    fn future(&self, date: NaiveDate) -> Fault {
        let message =
            format!("{} is in the future; enter a date up to today, {}.", quote(&date.to_string()), self.rules.today);
        Fault::new(ProblemCode::FutureDate, message)
    }

    fn cell(&self, column: CsvColumn) -> Option<&str> {
        self.header.cell(self.record, column)
    }

    /// Reads a cell that must have a value. If it has none, `how` tells the user what to enter.
    fn need<T>(
        &mut self,
        column: CsvColumn,
        how: &str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<T, Reported> {
        if let Some(text) = self.cell(column) {
            let value = read(text);
            return self.report(column, value);
        }
        // A missing required column has already been reported once, as a problem of the header.
        if column.is_required() && !self.header.has(column) {
            return Err(Reported);
        }
        let message = if self.header.has(column) {
            format!("{} is empty; {how}.", column.name())
        } else {
            format!("The file has no column {}; add it: {how}.", column.name())
        };
        self.report(column, Err(Fault::new(ProblemCode::Required, message)))
    }

    fn report<T>(&mut self, column: CsvColumn, read: Result<T, Fault>) -> Result<T, Reported> {
        read.map_err(|fault| {
            self.fault(column, fault);
            Reported
        })
    }

    fn fault(&mut self, column: CsvColumn, fault: Fault) {
        self.problems.push(fault.at(self.record.line, column.name()));
    }
}
