//! Turns the rows of a table of holdings or lots into positions.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{
    row::{Money, Reported, TableReader},
    security::{RowSecurity, option_name},
    state::State,
};
use crate::{
    cells::{date::looks_like_date, option_symbol::option_terms},
    content::{DraftClass, DraftOption, DraftPosition, LeftOutReason},
    fields::{self, ClassWord, as_option_fault},
    position::{OptionKind, SHARES_PER_CONTRACT},
    reading::{EntryDateAssumption, EntryPriceAssumption, Field},
    sheet::SheetRow,
};

/// Largest relative difference between a cost and the product of price and quantity.
const COST_TOLERANCE: f64 = 0.02;

/// Columns that only options use.
const OPTION_FIELDS: [Field; 4] =
    [Field::UnderlyingSymbol, Field::StrikePrice, Field::ExpirationDate, Field::OptionType];

/// The kind of security that a row's class names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClassHint {
    /// No class, or one that is not an option.
    Share,
    Option,
    Private,
}

impl TableReader<'_, '_> {
    /// Reads all rows of the table. Rows that are not positions are left out.
    pub(super) fn holdings(&self, state: &mut State) -> Vec<DraftPosition> {
        let mut drafts = Vec::new();
        let mut parent: Option<&SheetRow> = None;
        let rows = self.rows();
        for (index, row) in rows.iter().enumerate() {
            if state.changes.left_out.contains(&row.line) {
                state.leave_out(row.line, LeftOutReason::ByPerson);
                continue;
            }
            if let Some(why) = self.repeats(row, rows.get(index + 1).copied()) {
                parent = Some(row);
                state.leave_out(row.line, why);
                continue;
            }
            if self.is_indented_lot(row) {
                if let Some(parent) = parent {
                    drafts.extend(self.indented_lot(row, parent, state));
                }
                continue;
            }
            if let Some(why) = self.left_out(row, state) {
                state.leave_out(row.line, why);
                continue;
            }
            self.note_account(row, state);
            drafts.extend(self.holding(row, state));
        }
        if state.accounts.len() > 1 { self.merged_accounts(drafts) } else { drafts }
    }

    /// Merges equal lots of different accounts, which are no duplicates of each other.
    fn merged_accounts(&self, drafts: Vec<DraftPosition>) -> Vec<DraftPosition> {
        let rows: HashMap<u64, &SheetRow> = self.rows().iter().map(|row| (row.line, *row)).collect();
        let account = |draft: &DraftPosition| {
            let row = draft.rows.first().and_then(|line| rows.get(line))?;
            self.cell(row, Field::Account).map(str::to_owned)
        };
        let mut merged: Vec<DraftPosition> = Vec::new();
        let mut places: HashMap<String, (usize, HashSet<Option<String>>)> = HashMap::new();
        for draft in drafts {
            let lot = DraftPosition { rows: Vec::new(), quantity: draft.quantity.signum(), ..draft.clone() };
            let account = account(&draft);
            let known = places.entry(format!("{lot:?}")).or_insert_with(|| (merged.len(), HashSet::new()));
            let is_of_other_account = known.1.insert(account);
            match merged.get_mut(known.0) {
                Some(earlier) if is_of_other_account => {
                    earlier.quantity += draft.quantity;
                    earlier.rows.extend(draft.rows);
                }
                _ => merged.push(draft),
            }
        }
        merged
    }

    /// Records the account of a row.
    pub(super) fn note_account(&self, row: &SheetRow, state: &mut State) {
        if let Some(account) = self.cell(row, Field::Account)
            && !state.accounts.contains(account)
        {
            state.accounts.insert(account.to_owned());
        }
    }

    /// Returns why a row repeats the lots below it, if it does.
    fn repeats(&self, row: &SheetRow, next: Option<&SheetRow>) -> Option<LeftOutReason> {
        let next = next?;
        let is_parent = !self.is_indented_lot(row) && self.is_indented_lot(next);
        let level = |row: &SheetRow| self.level(row).map(str::to_owned);
        let is_summary = level(row).as_deref() == Some("Summary")
            && level(next).as_deref() == Some("Lot")
            && self.cell(row, Field::Symbol) == self.cell(next, Field::Symbol);
        (is_parent || is_summary).then_some(LeftOutReason::Repeated)
    }

    /// Returns whether a row is a sum or a lot, in files that say so.
    pub(super) fn level<'r>(&self, row: &'r SheetRow) -> Option<&'r str> {
        let place = self.table.names.iter().position(|name| *name == "DataDiscriminator")?;
        row.cells.get(place)
    }

    /// Returns whether the row is a lot of the symbol above it: it has a date in place of a symbol.
    fn is_indented_lot(&self, row: &SheetRow) -> bool {
        self.cell(row, Field::Symbol).is_some_and(|text| {
            (row.is_indented || text.contains(['/', '-', '.']))
                && text.starts_with(|c: char| c.is_ascii_digit())
                && looks_like_date(text)
        })
    }

    /// Reads a lot below the row of its symbol.
    fn indented_lot(&self, row: &SheetRow, parent: &SheetRow, state: &mut State) -> Option<DraftPosition> {
        let date = self.cell(row, Field::Symbol).and_then(|text| self.symbol_order.date(text).ok());
        let mut draft = self.holding_of(row, parent, state)?;
        draft.entry_date = date.or(draft.entry_date);
        Some(draft)
    }

    fn holding(&self, row: &SheetRow, state: &mut State) -> Option<DraftPosition> {
        self.holding_of(row, row, state)
    }

    /// Reads one position. `named` is the row that names its security. Every cell is read, even
    /// after a fault, so that one wrong cell does not hide another.
    fn holding_of(&self, row: &SheetRow, named: &SheetRow, state: &mut State) -> Option<DraftPosition> {
        if !self.check_width(row, state) {
            return None;
        }
        let class = self.class(named, state);
        let hint = class.unwrap_or(ClassHint::Share);
        let mut security = self.holding_security(named, hint, state);
        let quantity = self.quantity(row, state);
        let exit = self.exit(row, state);
        let entry_date = self.entry_date(row, state);
        let terms = match hint {
            ClassHint::Option => self.stated_terms(named, state),
            ClassHint::Share if !self.has_own_class => Ok(self.silent_terms(named)),
            ClassHint::Share | ClassHint::Private => Ok(None),
        };
        if let (Ok(security), Ok(Some(terms))) = (&mut security, &terms) {
            security.option = Some(terms.clone());
            if security.symbol.as_deref() == Some(terms.underlying.as_str()) || security.symbol.is_none() {
                security.symbol = Some(option_name(terms));
            }
        }
        let option = security.as_ref().ok().and_then(|security| security.option.clone());
        let is_option = option.is_some();
        if self.has_own_class
            && hint != ClassHint::Option
            && !is_option
            && OPTION_FIELDS.iter().any(|field| self.cell(row, *field).is_some())
        {
            state.unused_option_terms.push(row.line);
        }
        let option = self.with_multiplier(named, option, state);
        let multiplier = option.as_ref().map_or(1.0, |option| option.multiplier);
        let price = self.entry_price(row, quantity.ok(), multiplier, is_option, state);
        let subtype = self.cell(row, Field::InvestmentSubtype).and_then(fields::subtype);

        let is_faulty = class.is_err()
            || security.is_err()
            || quantity.is_err()
            || exit.is_err()
            || entry_date.is_err()
            || terms.is_err()
            || price.is_err();
        let (exit_date, exit_price) = exit.unwrap_or_default();
        let security =
            security.unwrap_or_else(|_| RowSecurity { symbol: Some("X".to_owned()), ..RowSecurity::default() });
        let price = price.unwrap_or_default();
        let draft = DraftPosition {
            rows: vec![row.line],
            symbol: security.symbol,
            isin: security.isin,
            price_currency: price.and_then(foreign),
            quantity: quantity.unwrap_or(1.0),
            entry_price: price.map(|price| price.value),
            entry_date: entry_date.unwrap_or_default(),
            exit_date,
            exit_price,
            class: match (hint, &option) {
                (ClassHint::Private, _) => DraftClass::Private,
                (_, Some(_)) => DraftClass::Options,
                (_, None) => DraftClass::Public,
            },
            option,
            subtype,
        };
        if is_faulty {
            state.faulty.push(draft);
            return None;
        }
        Some(draft)
    }

    /// Returns what the class of a row says. Only the product's own column has fixed words.
    fn class(&self, row: &SheetRow, state: &mut State) -> Result<ClassHint, Reported> {
        let Some(text) = self.cell(row, Field::InvestmentClass) else { return Ok(ClassHint::Share) };
        match fields::class(text) {
            Ok(ClassWord::Options) => Ok(ClassHint::Option),
            Ok(ClassWord::Private) => Ok(ClassHint::Private),
            Err(fault) if self.has_own_class => Err(self.report(row, Field::InvestmentClass, fault, state)),
            Err(_) if text.to_lowercase().contains("option") => Ok(ClassHint::Option),
            Ok(ClassWord::Public) | Err(_) => Ok(ClassHint::Share),
        }
    }

    fn holding_security(&self, row: &SheetRow, hint: ClassHint, state: &mut State) -> Result<RowSecurity, Reported> {
        let cells = self.security_cells(row);
        if hint == ClassHint::Private || hint == ClassHint::Option && self.has_terms(row) {
            // The person's own name for something without a price, or for a contract whose terms
            // are in other columns.
            let Some(text) = cells.symbol else {
                return Err(self.require(row, Field::Symbol, "enter the position's symbol", state));
            };
            let text = state.changes.symbols.get(text).map_or(text, String::as_str);
            let symbol = match (fields::symbol(text), option_terms(text)) {
                (Err(_), Some(option)) => Ok(option_name(&option)),
                (read, _) => read,
            };
            let symbol = symbol.map_err(|fault| self.report(row, Field::Symbol, fault, state))?;
            return Ok(RowSecurity { symbol: Some(symbol), isin: None, option: None });
        }
        if state.is_template() && cells.symbol.is_none() {
            return Err(self.require(row, Field::Symbol, "enter the position's symbol", state));
        }
        self.security(row, cells, hint == ClassHint::Option, state)
    }

    /// Returns whether any of the option columns has a value.
    fn has_terms(&self, row: &SheetRow) -> bool {
        OPTION_FIELDS.iter().any(|field| self.cell(row, *field).is_some())
    }

    /// Reads the terms of an option from their columns. Without any of them, the symbol or the
    /// description has to have them.
    fn stated_terms(&self, row: &SheetRow, state: &mut State) -> Result<Option<DraftOption>, Reported> {
        let cells = self.security_cells(row);
        let spelled = cells.symbol.and_then(option_terms).or_else(|| cells.description.and_then(option_terms));
        if !self.has_terms(row) && (spelled.is_some() || !self.has_own_class) {
            return Ok(None);
        }
        let underlying = match self.cell(row, Field::UnderlyingSymbol) {
            Some(text) => as_option_fault(fields::symbol(text))
                .map_err(|fault| self.report(row, Field::UnderlyingSymbol, fault, state)),
            None => Err(self.require(
                row,
                Field::UnderlyingSymbol,
                "an OPTIONS position needs the underlying's symbol",
                state,
            )),
        };
        let strike = match self.cell(row, Field::StrikePrice) {
            Some(text) => {
                let read = self.conventions.amount(text).and_then(|amount| fields::positive(text, amount.value));
                as_option_fault(read).map_err(|fault| self.report(row, Field::StrikePrice, fault, state))
            }
            None => Err(self.require(row, Field::StrikePrice, "an OPTIONS position needs its strike price", state)),
        };
        let expiration = match self.cell(row, Field::ExpirationDate) {
            Some(text) => as_option_fault(self.expiration_order.date(text))
                .map_err(|fault| self.report(row, Field::ExpirationDate, fault, state)),
            None => Err(self.require(row, Field::ExpirationDate, "an OPTIONS position needs it as YYYY-MM-DD", state)),
        };
        let kind = match self.cell(row, Field::OptionType) {
            Some(text) => fields::option_kind(text).map_err(|fault| self.report(row, Field::OptionType, fault, state)),
            None => Err(self.require(row, Field::OptionType, "an OPTIONS position needs CALL or PUT", state)),
        };
        Ok(Some(DraftOption {
            underlying: underlying?,
            strike: strike?,
            expiration: expiration?,
            kind: kind?,
            multiplier: SHARES_PER_CONTRACT,
        }))
    }

    /// Returns the terms of an option that its columns state, although no column says that the row
    /// is an option.
    pub(super) fn silent_terms(&self, row: &SheetRow) -> Option<DraftOption> {
        let underlying = self.cell(row, Field::UnderlyingSymbol).or_else(|| self.cell(row, Field::Symbol))?;
        Some(DraftOption {
            underlying: fields::symbol(underlying).ok()?,
            strike: self.number_or_none(row, Field::StrikePrice).filter(|strike| *strike > 0.0)?,
            expiration: self.expiration_order.date(self.cell(row, Field::ExpirationDate)?).ok()?,
            kind: match self.cell(row, Field::OptionType)? {
                "C" | "c" => OptionKind::Call,
                "P" | "p" => OptionKind::Put,
                text => fields::option_kind(text).ok()?,
            },
            multiplier: SHARES_PER_CONTRACT,
        })
    }

    fn with_multiplier(&self, row: &SheetRow, option: Option<DraftOption>, state: &mut State) -> Option<DraftOption> {
        let mut option = option?;
        if let Ok(Some(multiplier)) = self.number(row, Field::Multiplier, state)
            && multiplier > 0.0
        {
            option.multiplier = multiplier;
        }
        Some(option)
    }

    fn quantity(&self, row: &SheetRow, state: &mut State) -> Result<f64, Reported> {
        match self.number(row, Field::Quantity, state)? {
            Some(quantity) => Ok(quantity),
            None if self.columns.has(Field::Quantity) => {
                Err(self.require(row, Field::Quantity, "enter how many are held", state))
            }
            // The missing column is one problem of the whole file.
            None => Err(Reported),
        }
    }

    fn entry_date(&self, row: &SheetRow, state: &mut State) -> Result<Option<NaiveDate>, Reported> {
        let date = self.date(row, Field::EntryDate, state)?;
        if date.is_none() && state.is_template() && self.columns.has(Field::EntryDate) {
            let is_answered = state.changes.assumptions.entry_date.is_some_and(|assumed| match assumed {
                EntryDateAssumption::WholeWindow | EntryDateAssumption::On(_) => true,
            }) || state.changes.edits.get(&row.line).is_some_and(|edit| edit.entry_date.is_some());
            if !is_answered {
                let how = "enter the day the position was opened as YYYY-MM-DD";
                return Err(self.require(row, Field::EntryDate, how, state));
            }
        }
        Ok(date)
    }

    /// Reads the price per share at which the position was opened, or derives it from the cost of
    /// the whole position. Today's price is never used.
    fn entry_price(
        &self,
        row: &SheetRow,
        quantity: Option<f64>,
        multiplier: f64,
        is_option: bool,
        state: &mut State,
    ) -> Result<Option<Money>, Reported> {
        let price = self.money(row, Field::EntryPrice, state)?;
        let cost = self.money(row, Field::CostBasis, state)?;
        let shares = quantity.map(|quantity| quantity.abs() * multiplier).filter(|shares| *shares > 0.0);
        if let Some(mut price) = price {
            if let (true, Some(cost), Some(shares)) = (is_option, cost, shares) {
                // Some brokers state the price of a contract, others that of a share.
                let of_contract = price.value * shares / multiplier;
                if (of_contract - cost.value.abs()).abs() <= COST_TOLERANCE * of_contract.abs() {
                    price.value /= multiplier;
                }
            }
            return Ok(Some(price));
        }
        if let (Some(cost), Some(shares)) = (cost, shares) {
            return Ok(Some(Money { value: cost.value.abs() / shares, currency: cost.currency }));
        }
        let is_answered = state.changes.assumptions.entry_price == Some(EntryPriceAssumption::Market)
            || state.changes.edits.get(&row.line).is_some_and(|edit| edit.entry_price.is_some());
        if state.is_template() && self.columns.has(Field::EntryPrice) && !is_answered {
            return Err(self.require(row, Field::EntryPrice, "enter the price of one share", state));
        }
        // The currency counts even without a price, because the person is asked for it.
        Ok(None)
    }

    fn exit(&self, row: &SheetRow, state: &mut State) -> Result<(Option<NaiveDate>, Option<f64>), Reported> {
        let (has_date, has_price) =
            (self.cell(row, Field::ExitDate).is_some(), self.cell(row, Field::ExitPrice).is_some());
        if !has_date && !has_price {
            return Ok((None, None));
        }
        let date = self.date(row, Field::ExitDate, state);
        let price = self.money(row, Field::ExitPrice, state);
        if !has_date {
            let how = "enter the day the position was closed, or empty the exit price too";
            return Err(self.require(row, Field::ExitDate, how, state));
        }
        if !has_price {
            let how = "enter the price at which the position was closed, or empty the exit date too";
            return Err(self.require(row, Field::ExitPrice, how, state));
        }
        Ok((date?, price?.map(|price| price.value)))
    }
}

/// Returns the currency of a price if it is not the dollar.
pub(super) fn foreign(price: Money) -> Option<String> {
    price.currency.filter(|currency| *currency != "USD").map(str::to_owned)
}
