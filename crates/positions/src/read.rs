//! Reads a file: from its bytes to what it holds.
//!
//! 1. `sheet` splits the bytes into rows of cells.
//! 2. `recognize` finds the tables, and the layout if it is known by name.
//! 3. `columns` finds out what each column holds.
//! 4. The modules below turn rows into positions, or a history into lots.
//! 5. `check` groups the problems and applies the rules that need all positions.

mod conventions;
mod currency;
mod holdings;
mod join;
mod left_out;
mod missing;
mod other_tables;
mod row;
mod security;
mod state;
mod trade_text;
mod trades;

use conventions::Conventions;
use row::TableReader;
use state::State;

use crate::{
    cells::date::looks_like_date,
    check::{apply_changes, check, check_values},
    columns::{Columns, assign, folded, looks_like_number, looks_like_ticker},
    content::{DraftPosition, FileContent, FileKind, FileRow, LeftOutReason, LeftOutRows},
    history::build_lots,
    parse::MAX_ROWS,
    problem::{Problem, ProblemCode},
    reading::{Assumptions, ColumnReading, EntryPriceAssumption, Field, LotAssumption, Reading},
    recognize::{Outline, Table, recognize},
    sheet::{Sheet, SheetRow, read_sheet},
    upload_rules::UploadRules,
};

/// Number of rows below the header that are shown as the file has them.
const FIRST_ROWS: usize = 10;

/// Reads a file as far as it can be understood. `changes` are the parts of the reading that the
/// person has decided.
///
/// # Errors
/// Returns a [`Problem`] if the file has no table that could hold positions: for example, a PDF, an
/// empty file or one that exceeds a limit.
pub fn read_file(bytes: &[u8], changes: &Reading, rules: &UploadRules) -> Result<FileContent, Problem> {
    let sheet = read_sheet(bytes, changes)?;
    let outline = recognize(&sheet, changes);
    let tables = ReadTables::new(&outline, changes);
    tables.check_rows(&outline)?;
    let mut state = State::new(changes);
    state.left_out.clone_from(&outline.left_out);
    state.layout = tables.layout_name();
    state.is_text = sheet.source.delimiter.is_some();
    let has_table = outline.tables.iter().any(|table| table.header.is_some_and(|header| !header.has_open_quote));
    if !has_table && let Some(row) = sheet.rows.iter().find(|row| row.has_open_quote) {
        return Err(open_quote(row.line));
    }
    for row in sheet.rows.iter().filter(|row| row.has_open_quote) {
        state.findings.push(open_quote(row.line));
    }

    let cells: Vec<_> =
        tables.used.iter().map(|used| (&used.columns, used.table.rows.as_slice(), used.table.layout)).collect();
    let conventions = Conventions::new(&cells, sheet.source.delimiter, changes, rules);
    let contents = tables.read(&outline, &conventions, &mut state);

    let mut content = FileContent {
        kind: contents.kind,
        layout: state.layout.map(str::to_owned),
        reading: tables.reading(&sheet, &conventions, contents.kind, changes),
        header_key: tables.header_key(),
        first_rows: tables.first_rows(),
        positions: contents.positions,
        cash: state.cash_found(),
        not_positions: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    };
    apply_changes(&mut content.positions, &content.reading);
    currency::warn_if_unknown(&tables, &content.reading, &mut state);
    state.offer_listings();
    state.finish_warnings();
    content.not_positions = state.left_out_rows();
    content.warnings.append(&mut state.warnings);
    let positions = std::mem::replace(&mut content.positions, state.faulty);
    check_values(&content, &mut state.findings, rules);
    content.positions = positions;
    check(&mut content, state.findings, rules);
    list_blank_rows(&sheet.blank_lines, &mut content.not_positions);
    Ok(content)
}

/// Lists rows of empty cells with the titles. They need no warning.
fn list_blank_rows(lines: &[u64], not_positions: &mut Vec<LeftOutRows>) {
    if lines.is_empty() {
        return;
    }
    match not_positions.iter_mut().find(|group| group.why == LeftOutReason::Title) {
        Some(titles) => {
            titles.rows.extend(lines);
            titles.rows.sort_unstable();
        }
        None => not_positions.insert(0, LeftOutRows { rows: lines.to_vec(), why: LeftOutReason::Title }),
    }
}

/// Creates the problem of a row that swallowed the rest of the file.
fn open_quote(line: u64) -> Problem {
    let message = format!(
        "A quotation mark in row {line} is never closed, so the rest of the file could not be read; close it or remove it."
    );
    Problem { row: Some(line), column: None, code: ProblemCode::MalformedCsv, message }
}

/// A table with positions or trades, and what its columns hold.
#[derive(Debug)]
struct UsedTable<'o, 's> {
    table: &'o Table<'s>,
    columns: Columns,
}

/// The tables of a file: those with positions or trades, and the others.
#[derive(Debug)]
struct ReadTables<'o, 's> {
    used: Vec<UsedTable<'o, 's>>,
    others: Vec<&'o Table<'s>>,
}

/// The positions of all tables.
struct TableContents {
    kind: FileKind,
    positions: Vec<DraftPosition>,
}

impl<'o, 's> ReadTables<'o, 's> {
    /// Finds the tables with positions or trades. A person's choices of columns are about the first
    /// of them.
    fn new(outline: &'o Outline<'s>, changes: &Reading) -> Self {
        let mut used: Vec<UsedTable> = Vec::new();
        let mut others = Vec::new();
        for table in &outline.tables {
            let choices: &[ColumnReading] = if used.is_empty() { &changes.columns } else { &[] };
            let columns = assign(&table.names, &table.rows, table.layout, choices);
            let names_security = [Field::Symbol, Field::Isin, Field::Cusip, Field::Sedol, Field::Description];
            let is_usable = columns.has(Field::Quantity)
                && (names_security.into_iter().any(|field| columns.has(field))
                    || columns.has(Field::EntryDate)
                    || columns.has(Field::UnderlyingSymbol));
            if is_usable && table.is_of_positions() {
                used.push(UsedTable { table, columns });
            } else {
                others.push(table);
            }
        }
        if used.is_empty() && !others.is_empty() {
            let table = others.remove(0);
            let columns = assign(&table.names, &table.rows, table.layout, &changes.columns);
            used.push(UsedTable { table, columns });
        }
        Self { used, others }
    }

    /// Checks that the file has rows, and not too many.
    fn check_rows(&self, outline: &Outline<'_>) -> Result<(), Problem> {
        let rows = self.used.iter().map(|used| used.table.rows.len()).sum::<usize>();
        if rows == 0 && outline.tables.iter().all(|table| table.rows.is_empty()) {
            let message = "The file has no positions; add a row for each below the header row.";
            return Err(Problem::in_file(ProblemCode::EmptyFile, message));
        }
        if rows > MAX_ROWS {
            let message = "The file has more than 10,000 rows; split it into several portfolios or combine lots.";
            return Err(Problem::in_file(ProblemCode::TooManyRows, message));
        }
        Ok(())
    }

    fn layout_name(&self) -> Option<&'static str> {
        self.used.iter().find_map(|used| used.table.layout).map(|layout| layout.name)
    }

    fn read(&self, outline: &Outline<'_>, conventions: &Conventions, state: &mut State) -> TableContents {
        let mut positions = Vec::new();
        let mut trades = Vec::new();
        let (mut has_holdings, mut has_trades, mut has_dates) = (false, false, false);
        for (index, used) in self.used.iter().enumerate() {
            let reader = used.reader(index, outline, conventions, state);
            if index > 0
                && let Some(header) = used.table.header
            {
                state.leave_out(header.line, LeftOutReason::Header);
            }
            if index == 0 {
                missing::report(&reader, state);
            }
            if used.columns.is_history {
                has_trades = true;
                trades.extend(reader.trades(state));
            } else {
                has_holdings = true;
                positions.extend(reader.holdings(state));
                has_dates = has_dates || used.columns.has(Field::EntryDate);
            }
        }
        for table in &self.others {
            other_tables::leave_out_table(table, state);
        }
        has_dates = has_dates || positions.iter().any(|position| position.entry_date.is_some());
        let kind = match (has_holdings, has_trades) {
            (false, true) => FileKind::Transactions,
            _ if has_dates => FileKind::Lots,
            _ => FileKind::Positions,
        };
        if has_trades {
            let mut history = build_lots(&trades);
            for (row, why) in &history.not_positions {
                state.leave_out(*row, *why);
            }
            if has_holdings {
                positions = join::join(positions, history, state);
            } else {
                state.warnings.append(&mut history.warnings);
                positions = history.positions;
            }
        }
        TableContents { kind, positions }
    }

    /// Returns the complete reading.
    fn reading(&self, sheet: &Sheet, conventions: &Conventions, kind: FileKind, changes: &Reading) -> Reading {
        let has = |field| self.used.iter().any(|used| used.columns.has(field));
        let found_price = if has(Field::EntryPrice) {
            Some(EntryPriceAssumption::FromFile)
        } else {
            has(Field::CostBasis).then_some(EntryPriceAssumption::CostBasis)
        };
        let found_lots = match kind {
            FileKind::Positions => None,
            FileKind::Lots => Some(LotAssumption::FromFile),
            FileKind::Transactions => Some(LotAssumption::Fifo),
        };
        let order = self.used.iter().enumerate().find_map(|(index, used)| {
            used.columns.place(Field::EntryDate)?;
            conventions.order_of(index, Field::EntryDate).decided()
        });
        let main = self.used.first();
        Reading {
            delimiter: sheet.source.delimiter,
            encoding: sheet.source.encoding.map(str::to_owned),
            decimal: changes.decimal.or_else(|| conventions.decimal()),
            date_order: changes.date_order.or(order),
            header_row: main.and_then(|used| used.table.header).map(|header| header.line),
            sheet: sheet.source.sheet.clone(),
            columns: main.map(|used| used.columns.readings.clone()).unwrap_or_default(),
            assumptions: Assumptions {
                entry_date: changes.assumptions.entry_date,
                entry_price: changes.assumptions.entry_price.or(found_price),
                lots: changes.assumptions.lots.or(found_lots),
                cash: changes.assumptions.cash,
            },
            symbols: changes.symbols.clone(),
            split_factors: changes.split_factors.clone(),
            edits: changes.edits.clone(),
            left_out: changes.left_out.clone(),
        }
    }

    fn header_key(&self) -> String {
        let names = self.used.first().and_then(|used| used.table.header).map(|header| &header.cells);
        names.map(|names| names.iter().map(str::to_lowercase).collect::<Vec<_>>().join("\t")).unwrap_or_default()
    }

    fn first_rows(&self) -> Vec<FileRow> {
        let rows = self.used.first().map(|used| used.table.rows.as_slice()).unwrap_or_default();
        let shown = rows.iter().take(FIRST_ROWS);
        shown.map(|row| FileRow { row: row.line, cells: row.cells.iter().map(str::to_owned).collect() }).collect()
    }
}

impl<'s> UsedTable<'_, 's> {
    fn reader<'t>(
        &'t self,
        index: usize,
        outline: &Outline<'_>,
        conventions: &'t Conventions,
        state: &State,
    ) -> TableReader<'t, 's> {
        let rows = &self.table.rows;
        let cells = |field| {
            let place = self.columns.place(field);
            rows.iter().filter_map(move |row| row.cells.get(place?))
        };
        let dated_symbols = cells(Field::Symbol)
            .filter(|text| text.starts_with(|character: char| character.is_ascii_digit()) && looks_like_date(text));
        let has_quantity = |row: &&&SheetRow| self.columns.cell(row, Field::Quantity).is_some_and(looks_like_number);
        let last_position = rows.iter().rev().find(has_quantity).map_or(0, |row| row.line);
        let has_key = [Field::Symbol, Field::Isin, Field::Cusip, Field::Sedol, Field::Description]
            .into_iter()
            .any(|field| self.columns.has(field));
        TableReader {
            table: self.table,
            columns: &self.columns,
            conventions,
            entry_order: conventions.order_of(index, Field::EntryDate),
            exit_order: conventions.order_of(index, Field::ExitDate),
            expiration_order: conventions.order_of(index, Field::ExpirationDate),
            symbol_order: conventions.order(dated_symbols),
            title_symbol: if has_key { None } else { title_symbol(&outline.titles) },
            last_position,
            has_own_class: folded(self.columns.name(Field::InvestmentClass)) == "investmentclass",
            is_strict: state.is_template() && state.is_text,
        }
    }
}

/// Returns the symbol with which a title above the header begins, such as
/// `XOM Lot Details for XXXX-4321`.
fn title_symbol(titles: &[&SheetRow]) -> Option<String> {
    titles.iter().rev().find_map(|row| {
        let text = row.cells.iter().find(|cell| !cell.is_empty())?;
        let mut words = text.split_whitespace();
        let first = words.next().filter(|word| looks_like_ticker(word))?;
        words.next()?.to_lowercase().starts_with("lot").then(|| first.to_owned())
    })
}
