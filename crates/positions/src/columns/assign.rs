//! Gives each column its field.

use crate::{
    cells::number::is_absent,
    columns::{
        Columns,
        content::Profile,
        vocabulary::{SURE, WEAK, folded, meanings},
    },
    history::{Action, action},
    reading::{ColumnReading, Field},
    recognize::{Layout, TEMPLATE},
    sheet::SheetRow,
};

/// Maximum number of rows whose actions are looked at.
const ACTION_SAMPLE: usize = 200;
/// Confidence of a column that was found by its content alone.
const BY_CONTENT: f64 = 0.5;

/// Confidence of a column with a sure name whose cells do not fit it.
const UNREADABLE: f64 = 0.7;

/// One meaning that a column could have.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    index: usize,
    field: Field,
    confidence: f64,
}

/// A table whose columns are to be found.
struct Evidence<'a> {
    names: &'a [&'a str],
    rows: &'a [&'a SheetRow],
    profiles: Vec<Profile>,
    candidates: Vec<Candidate>,
}

/// Finds what each column holds. `names` is the header, and `rows` are the rows below it.
pub(crate) fn assign(
    names: &[&str],
    rows: &[&SheetRow],
    layout: Option<&Layout>,
    changes: &[ColumnReading],
) -> Columns {
    let profiles = (0..names.len()).map(|index| Profile::new(rows, index)).collect();
    let mut evidence = Evidence { names, rows, profiles, candidates: Vec::new() };
    let unknown = evidence.collect(layout);
    let changes: Vec<&ColumnReading> = changes.iter().filter(|change| is_of_table(change, names)).collect();
    let actions: Vec<usize> =
        evidence.candidates.iter().filter(|c| c.field == Field::Action).map(|c| c.index).collect();
    let is_history = evidence.is_history(layout, &changes);
    if is_history {
        evidence.keep_history_fields();
    } else {
        evidence.keep_holding_fields();
    }
    let mut readings = evidence.resolve(is_history);
    apply(&changes, &mut readings);
    let is_ignored = |index: &usize| readings.get(*index).is_some_and(|column| column.field == Field::Ignored);
    let unknown = unknown.into_iter().filter(is_ignored).collect();
    let other_actions = actions.into_iter().filter(is_ignored).collect();
    Columns { other_actions, unknown, ..Columns::new(readings, is_history) }
}

/// Returns whether a person's choice is about this table and not about one with another header.
fn is_of_table(change: &ColumnReading, names: &[&str]) -> bool {
    names.get(change.index).is_some_and(|name| change.name.is_empty() || change.name == *name)
}

/// Puts a person's choices in place of the reader's.
fn apply(changes: &[&ColumnReading], readings: &mut [ColumnReading]) {
    for change in changes {
        for column in readings.iter_mut().filter(|column| column.field == change.field) {
            if !changes.iter().any(|other| other.index == column.index) {
                column.field = Field::Ignored;
            }
        }
        if let Some(column) = readings.get_mut(change.index) {
            column.field = change.field;
            column.confidence = SURE;
        }
    }
}

impl Evidence<'_> {
    /// Collects every meaning of every column that its cells allow. Returns the columns that have
    /// values but no known name.
    fn collect(&mut self, layout: Option<&Layout>) -> Vec<usize> {
        let mut unknown = Vec::new();
        let is_template = layout.is_some_and(|layout| layout.name == TEMPLATE);
        for (index, name) in self.names.iter().enumerate() {
            let Some(profile) = self.profiles.get(index).copied() else { continue };
            if let Some(field) = layout.and_then(|layout| layout.field(&folded(name))) {
                self.candidates.push(Candidate { index, field, confidence: SURE });
                continue;
            }
            let known = match is_template {
                // In the product's own format, a name that is not quite sure is not known.
                true => meanings(name).get(..meanings(name).iter().take_while(|known| known.1 >= SURE).count()),
                false => Some(meanings(name)),
            };
            let known = known.unwrap_or_default();
            let fitting = known.iter().filter_map(|(field, confidence)| {
                // A sure name counts even if no cell can be read: the cells are wrong then.
                let confidence = match profile.fits(*field) {
                    true => *confidence,
                    false if *confidence >= SURE && *field != Field::Currency => UNREADABLE,
                    false => return None,
                };
                Some(Candidate { index, field: *field, confidence })
            });
            self.candidates.extend(fitting);
            let is_trailing = index >= self.names.len() || profile.filled == 0;
            if known.is_empty() && !is_trailing {
                unknown.push(index);
                self.guess(index, profile);
            }
        }
        self.candidates.retain(|candidate| match candidate.field {
            // A clock time is not a day, and "Datum" can be the name of anything.
            Field::EntryDate | Field::ExitDate if candidate.confidence < SURE => {
                self.profiles.get(candidate.index).is_none_or(|p| p.filled == 0 || p.is_mostly(p.dates))
            }
            _ => true,
        });
        self.find_symbols();
        if self.names.iter().all(|name| name.is_empty()) {
            self.guess_all();
        }
        unknown
    }

    /// Guesses what a column with an unknown name holds.
    fn guess(&mut self, index: usize, profile: Profile) {
        if profile.is_mostly(profile.isins) {
            self.candidates.push(Candidate { index, field: Field::Isin, confidence: BY_CONTENT });
        } else if profile.is_mostly(profile.currencies) {
            self.candidates.push(Candidate { index, field: Field::Currency, confidence: BY_CONTENT });
        }
    }

    /// Guesses what the columns of a table without a header hold: days are those of purchase, the
    /// first numbers are quantities, and the second ones prices if there are days.
    fn guess_all(&mut self) {
        let mut guess = |index: usize, field: Field| {
            let confidence = if field == Field::EntryDate { WEAK } else { BY_CONTENT };
            self.candidates.push(Candidate { index, field, confidence });
        };
        let days = self.profiles.iter().position(|profile| profile.is_mostly(profile.dates));
        if let Some(index) = days {
            guess(index, Field::EntryDate);
        }
        let is_number = |(index, profile): &(usize, &Profile)| {
            Some(*index) != days && profile.is_mostly(profile.numbers) && profile.isins == 0
        };
        let mut numbers = self.profiles.iter().enumerate().filter(is_number).map(|(index, _)| index);
        if let Some(index) = numbers.next() {
            guess(index, Field::Quantity);
        }
        if let Some(index) = numbers.next().filter(|_| days.is_some()) {
            guess(index, Field::EntryPrice);
        }
    }

    /// If no column is named as symbol or ISIN, looks for one that has tickers.
    fn find_symbols(&mut self) {
        let is_key = |field| matches!(field, Field::Symbol | Field::Isin | Field::Cusip | Field::Sedol);
        if self.candidates.iter().any(|candidate| is_key(candidate.field) && candidate.confidence > WEAK) {
            return;
        }
        let has_tickers = |index: usize| {
            self.profiles
                .get(index)
                .is_some_and(|p| p.filled > 0 && p.tickers * 3 >= p.filled * 2 && !p.is_mostly(p.currencies))
        };
        let named = self
            .candidates
            .iter()
            .find(|c| matches!(c.field, Field::Description | Field::Symbol) && has_tickers(c.index));
        let taken = |index: usize| self.candidates.iter().any(|c| c.index == index);
        let index = named.map(|c| c.index).or_else(|| (0..self.names.len()).find(|i| !taken(*i) && has_tickers(*i)));
        if let Some(index) = index {
            self.candidates.retain(|candidate| candidate.index != index);
            self.candidates.push(Candidate { index, field: Field::Symbol, confidence: WEAK });
        }
    }

    /// Returns whether rows are trades: a column records buys or sells, or the layout says so.
    /// Keeps only the column that records them best.
    fn is_history(&mut self, layout: Option<&Layout>, changes: &[&ColumnReading]) -> bool {
        let is_template = layout.is_some_and(|layout| layout.name == TEMPLATE);
        let layout_says_so = layout.is_some_and(|layout| layout.is_history);
        if changes.iter().any(|change| change.field == Field::Action) {
            return true;
        }
        let best = self
            .candidates
            .iter()
            .filter(|candidate| candidate.field == Field::Action)
            .map(|candidate| (self.trades(candidate.index), *candidate))
            .filter(|(trades, _)| *trades > 0)
            .max_by(|(left, a), (right, b)| {
                (left, a.confidence).partial_cmp(&(right, b.confidence)).unwrap_or(std::cmp::Ordering::Equal)
            })
            .map(|(_, candidate)| candidate);
        let of_layout = self.candidates.iter().find(|candidate| {
            let name = self.names.get(candidate.index).map(|name| folded(name)).unwrap_or_default();
            candidate.field == Field::Action && layout.and_then(|layout| layout.field(&name)) == Some(Field::Action)
        });
        let best = of_layout
            .copied()
            .or(best)
            .filter(|candidate| !changes.iter().any(|change| change.index == candidate.index));
        self.candidates.retain(|c| c.field != Field::Action || best.is_some_and(|best| best.index == c.index));
        !is_template && (layout_says_so || best.is_some() || self.sells_by_sign())
    }

    /// Returns how many rows of the column are trades, or 0 if the column has mostly other words.
    fn trades(&self, index: usize) -> usize {
        let cells = self.rows.iter().take(ACTION_SAMPLE).filter_map(|row| row.cells.get(index));
        let (mut filled, mut known, mut trades) = (0, 0, 0);
        for cell in cells.filter(|cell| !is_absent(cell)) {
            filled += 1;
            match action(cell, "") {
                Some(Action::NotTrade(_)) => known += 1,
                Some(_) => (known, trades) = (known + 1, trades + 1),
                None => {}
            }
        }
        if known * 3 >= filled { trades } else { 0 }
    }

    /// Returns whether the table lists trades whose sign says what they are: a symbol has both
    /// positive and negative quantities, and no column says what is held today.
    fn sells_by_sign(&self) -> bool {
        let best = |field, least| {
            let fitting = self.candidates.iter().filter(|c| c.field == field && c.confidence >= least);
            fitting.max_by(|left, right| left.confidence.total_cmp(&right.confidence)).map(|c| c.index)
        };
        let today = [Field::MarketPrice, Field::MarketValue, Field::CostBasis, Field::ExitDate, Field::ExitPrice];
        if today.into_iter().any(|field| best(field, 0.0).is_some()) || best(Field::EntryPrice, SURE).is_some() {
            return false;
        }
        let key = best(Field::Symbol, 0.0).or_else(|| best(Field::Isin, 0.0));
        let (Some(key), Some(quantity), Some(_), Some(_)) =
            (key, best(Field::Quantity, 0.0), best(Field::EntryDate, WEAK), best(Field::EntryPrice, WEAK))
        else {
            return false;
        };
        let mut bought = std::collections::HashSet::new();
        let mut sold = std::collections::HashSet::new();
        for row in self.rows {
            let (Some(symbol), Some(quantity)) = (row.cells.get(key), row.cells.get(quantity)) else { continue };
            if quantity.starts_with(['-', '(', '\u{2212}']) {
                sold.insert(symbol)
            } else {
                bought.insert(symbol)
            };
        }
        bought.intersection(&sold).next().is_some()
    }

    fn keep_history_fields(&mut self) {
        for candidate in &mut self.candidates {
            if candidate.field == Field::MarketValue {
                candidate.field = Field::Amount;
                candidate.confidence = candidate.confidence.min(WEAK);
            }
        }
        let unused = [Field::CostBasis, Field::MarketPrice, Field::ExitDate, Field::ExitPrice];
        self.candidates.retain(|candidate| !unused.contains(&candidate.field));
    }

    fn keep_holding_fields(&mut self) {
        let unused = [Field::Action, Field::Amount, Field::Fees];
        self.candidates.retain(|candidate| !unused.contains(&candidate.field));
        let has = |candidates: &[Candidate], field: Field, least: f64| {
            candidates.iter().any(|candidate| candidate.field == field && candidate.confidence >= least)
        };
        let shows_today =
            has(&self.candidates, Field::MarketValue, 0.0) || has(&self.candidates, Field::MarketPrice, 0.0);
        let (rows, candidates) = (self.rows, &mut self.candidates);
        candidates.retain(|candidate| {
            // A date that says when the values were valid, and not when something was bought.
            let is_as_of = candidate.field == Field::EntryDate
                && (candidate.confidence < WEAK
                    || candidate.confidence <= WEAK && shows_today && is_uniform(rows, candidate.index));
            !is_as_of
        });
        let has_price = has(candidates, Field::EntryPrice, WEAK + 0.01) || has(candidates, Field::CostBasis, 0.0);
        let has_date = has(candidates, Field::EntryDate, 0.0) || has(candidates, Field::ExitDate, 0.0);
        if has_price || !has_date || shows_today {
            for candidate in candidates.iter_mut() {
                // A plain "Price" is today's price unless nothing else could be the purchase price.
                if candidate.field == Field::EntryPrice && candidate.confidence <= WEAK {
                    candidate.field = Field::MarketPrice;
                }
            }
        }
        // "Cost" alone could be the cost of one share.
        if !shows_today {
            for candidate in candidates.iter_mut() {
                if candidate.field == Field::CostBasis && candidate.confidence < SURE {
                    candidate.confidence = BY_CONTENT;
                }
            }
        }
    }

    /// Gives each field to the column that is most likely to hold it, and each column one field.
    fn resolve(&mut self, is_history: bool) -> Vec<ColumnReading> {
        let mut readings: Vec<ColumnReading> = self
            .names
            .iter()
            .enumerate()
            .map(|(index, name)| ColumnReading {
                index,
                name: (*name).to_owned(),
                field: Field::Ignored,
                confidence: SURE,
            })
            .collect();
        self.candidates
            .sort_by(|left, right| right.confidence.total_cmp(&left.confidence).then(left.index.cmp(&right.index)));
        let mut taken = Vec::new();
        for candidate in self.candidates.iter().filter(|candidate| candidate.field != Field::Currency) {
            let is_free = candidate.field == Field::Ignored || !taken.contains(&candidate.field);
            let Some(column) = readings.get_mut(candidate.index) else { continue };
            if is_free && column.field == Field::Ignored {
                column.field = candidate.field;
                column.confidence = candidate.confidence;
                taken.push(candidate.field);
            }
        }
        self.find_currency(is_history, &mut readings);
        readings
    }

    /// Finds the currency of the prices: the column right behind the price, or else the first one
    /// that is named as currency.
    fn find_currency(&self, is_history: bool, readings: &mut [ColumnReading]) {
        let place = |field| readings.iter().find(|column| column.field == field).map(|column| column.index);
        let price = place(Field::EntryPrice).or_else(|| place(Field::CostBasis).filter(|_| !is_history));
        let is_free = |index: usize| readings.get(index).is_some_and(|column| column.field == Field::Ignored);
        let mut currencies: Vec<&Candidate> =
            self.candidates.iter().filter(|c| c.field == Field::Currency && is_free(c.index)).collect();
        currencies.sort_by(|left, right| {
            let behind = |candidate: &Candidate| price.is_some_and(|price| candidate.index == price + 1);
            (behind(right).cmp(&behind(left)))
                .then(right.confidence.total_cmp(&left.confidence))
                .then(left.index.cmp(&right.index))
        });
        if let Some(found) = currencies.first()
            && let Some(column) = readings.get_mut(found.index)
        {
            column.field = Field::Currency;
            column.confidence = found.confidence;
        }
    }
}

/// Returns whether at least two rows have a value in the column, and all have the same one.
fn is_uniform(rows: &[&SheetRow], index: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.cells.get(index)).filter(|cell| !is_absent(cell));
    let Some(first) = cells.next() else { return true };
    let mut count = 1;
    cells.all(|cell| {
        count += 1;
        cell == first
    }) && count > 1
}
