//! Brings symbols to their usual spelling, and recognizes options, identifiers and former symbols
//! among them. A symbol that the person chose is taken as it is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Findings, changes::first_row, column_name, problem, words};
use crate::{
    cells::{
        identifier::{Identifier, identifier, known_symbol},
        option_symbol::{occ_symbol, option_terms},
        renamed::{delisted, renamed},
        share_class::usual_spelling,
    },
    content::{DraftClass, DraftPosition, FileContent, FileWarning, Repair, WarningCode},
    position::OptionKind,
    problem::ProblemCode,
    quote::{quote, shorten},
    reading::{Field, Reading},
};

/// Maximum number of former symbols that are warned about, each with its own repair.
const MAX_RENAMED: usize = 20;

/// Rows with a symbol that was read in another way, and the sentences about each.
#[derive(Default)]
struct Changed {
    rows: Vec<u64>,
    notes: Vec<String>,
}

impl Changed {
    fn push(&mut self, position: &DraftPosition, note: String) {
        self.rows.extend(first_row(position));
        if !self.notes.contains(&note) && self.notes.len() < 100 {
            self.notes.push(note);
        }
    }

    fn warning(self, code: WarningCode, message: impl FnOnce(&str, bool) -> String) -> Option<FileWarning> {
        let named = words::list(&self.notes, ", ", Clone::clone);
        let message = message(&named, self.notes.len() > 1);
        (!self.rows.is_empty()).then_some(FileWarning { code, rows: self.rows, column: None, message, repair: None })
    }
}

/// Replaces other spellings of symbols, adds a problem for each identifier without a known symbol,
/// and returns warnings about all of them.
pub(super) fn read_spellings(content: &mut FileContent, findings: &mut Findings) -> Vec<FileWarning> {
    let FileContent { positions, reading, .. } = content;
    let chosen: BTreeSet<String> = reading
        .symbols
        .values()
        .chain(reading.edits.values().filter_map(|edit| edit.symbol.as_ref()))
        .map(|symbol| symbol.trim().to_ascii_uppercase())
        .collect();
    let mut reader = Spellings::default();
    for position in positions.iter_mut() {
        let is_chosen = position.symbol.as_ref().is_some_and(|symbol| chosen.contains(symbol));
        if position.class != DraftClass::Private && !is_chosen {
            reader.read(position, reading, findings);
        }
    }
    reader.finish(reading, findings)
}

#[derive(Default)]
struct Spellings {
    options: Changed,
    isins: Changed,
    cusips: Changed,
    sedols: Changed,
    classes: Changed,
    /// Rows by former or delisted symbol.
    former: BTreeMap<String, Vec<u64>>,
    /// Symbols that may be identifiers but could be kept as they are.
    unknown: BTreeMap<String, String>,
    /// Symbols that were looked at and are read as they are.
    plain: HashSet<String>,
}

impl Spellings {
    fn read(&mut self, position: &mut DraftPosition, reading: &Reading, findings: &mut Findings) {
        if let Some(option) = &mut position.option {
            if let Some(usual) = usual_spelling(&option.underlying) {
                let note = format!("{} as {usual}", shorten(&option.underlying));
                option.underlying = usual;
                self.classes.push(position, note);
            }
            return;
        }
        let Some(symbol) = position.symbol.clone() else { return };
        if position.isin.is_none() && self.plain.contains(&symbol) {
            return;
        }
        if let Some(terms) = option_terms(&symbol) {
            let kind = match terms.kind {
                OptionKind::Call => "call",
                OptionKind::Put => "put",
            };
            let note = format!(
                "{} (a {kind} on {} at {})",
                shorten(&symbol),
                shorten(&terms.underlying),
                words::dollars(terms.strike)
            );
            self.options.push(position, note);
            position.symbol = occ_symbol(&terms).or_else(|| Some(terms.underlying.clone()));
            position.class = DraftClass::Options;
            position.option = Some(terms);
        } else if let Some(kind) = identifier(&symbol) {
            self.read_identifier(kind, symbol, position, reading, findings);
        } else if has_only_identifiers(reading) && position.isin.is_some() {
            let isin = position.isin.as_deref().unwrap_or_default();
            self.isins.push(position, format!("{} as {}", shorten(isin), shorten(&symbol)));
        } else if let Some(usual) = usual_spelling(&symbol) {
            self.classes.push(position, format!("{} as {usual}", shorten(&symbol)));
            position.symbol = Some(usual);
        } else if renamed(&symbol).is_some() || delisted(&symbol).is_some() {
            self.former.entry(symbol).or_default().extend(first_row(position));
        } else {
            self.plain.insert(symbol);
        }
    }

    fn read_identifier(
        &mut self,
        kind: Identifier,
        text: String,
        position: &mut DraftPosition,
        reading: &Reading,
        findings: &mut Findings,
    ) {
        let (changed, name) = match kind {
            Identifier::Isin => (&mut self.isins, "an ISIN"),
            Identifier::Cusip => (&mut self.cusips, "a CUSIP"),
            Identifier::Sedol => (&mut self.sedols, "a SEDOL"),
        };
        if let Some(symbol) = known_symbol(&text) {
            changed.push(position, format!("{} as {symbol}", shorten(&text)));
            position.symbol = Some(symbol.to_owned());
        } else if kind == Identifier::Isin {
            // The position is asked for its symbol with all others that have an ISIN alone.
            position.symbol = None;
        } else {
            let message = format!("{} looks like {name}. Enter the symbol that it trades under.", quote(&text));
            let row = first_row(position);
            findings.push(problem(ProblemCode::SymbolUnknown, row, Field::Symbol, reading, message));
            self.unknown.insert(text.clone(), text.clone());
        }
        if kind == Identifier::Isin {
            position.isin = Some(text);
        }
    }

    fn finish(self, reading: &Reading, findings: &mut Findings) -> Vec<FileWarning> {
        if !self.unknown.is_empty() {
            let label = if self.unknown.len() == 1 { "Keep it as a symbol" } else { "Keep them as symbols" };
            let reading_of = Reading { symbols: self.unknown, ..Reading::default() };
            let column = column_name(reading, Field::Symbol);
            let repair = Repair { label: label.to_owned(), reading: reading_of };
            findings.offer_last(ProblemCode::SymbolUnknown, Some(&column), repair);
        }
        let found_by = |name: &'static str| {
            move |named: &str, _: bool| format!("Symbols were found by {name}: {named}. Check them.")
        };
        let mut warnings: Vec<FileWarning> = [
            self.options.warning(WarningCode::LooksLikeOption, |named, several| {
                let them = if several { "are options. They're read as such" } else { "is an option. It's read as one" };
                format!("{named} {them}, with contracts of 100 shares.")
            }),
            self.isins.warning(WarningCode::LooksLikeIsin, found_by("ISIN")),
            self.cusips.warning(WarningCode::LooksLikeCusip, found_by("CUSIP")),
            self.sedols.warning(WarningCode::LooksLikeSedol, found_by("SEDOL")),
            self.classes.warning(WarningCode::ShareClass, |named, several| {
                if several {
                    format!("Share classes are read with a point: {named}.")
                } else {
                    let (other, usual) = named.split_once(" as ").unwrap_or_default();
                    format!("{other} and {usual} are one share, read as {usual}.")
                }
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        warnings.extend(self.former.into_iter().take(MAX_RENAMED).map(|(symbol, rows)| former(&symbol, rows)));
        warnings
    }
}

/// Returns whether the file has identifiers in place of symbols.
fn has_only_identifiers(reading: &Reading) -> bool {
    let has = |field| reading.columns.iter().any(|column| column.field == field);
    !(has(Field::Symbol) && has(Field::Isin))
}

/// Creates the warning about a symbol that changed or is no longer traded.
fn former(symbol: &str, rows: Vec<u64>) -> FileWarning {
    let (message, repair) = match (renamed(symbol), delisted(symbol)) {
        (Some(renaming), _) => {
            let to = renaming.to;
            let message = format!("{symbol} ({}) has traded as {to} since {}.", renaming.company, renaming.year);
            let symbols = BTreeMap::from([(symbol.to_owned(), to.to_owned())]);
            let repair = Repair { label: format!("Use {to}"), reading: Reading { symbols, ..Reading::default() } };
            (message, Some(repair))
        }
        (None, Some(delisting)) => {
            let (company, year) = (delisting.company, delisting.year);
            (format!("{symbol} ({company}) hasn't traded since {year}. If it was sold, add its exit."), None)
        }
        (None, None) => (format!("{symbol} isn't traded any more."), None),
    };
    FileWarning { code: WarningCode::Renamed, rows, column: None, message, repair }
}
