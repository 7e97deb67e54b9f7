//! Reads a file: from its bytes to what it holds.

use crate::{
    content::{
        DraftClass, DraftOption, DraftPosition, FileContent, FileKind, FileWarning, Occurrence, ProblemGroup,
        WarningCode,
    },
    parse::parse_positions,
    position::{InvestmentClass, Position},
    problem::Problem,
    reading::Reading,
    row::UploadRules,
};

/// Reads a file as far as it can be understood. `changes` are the parts of the reading that the
/// person has decided.
///
/// # Errors
/// Returns a [`Problem`] if the file has no table that could hold positions: for example, a PDF, an
/// empty file or one that exceeds a limit.
pub fn read_file(bytes: &[u8], changes: &Reading, rules: &UploadRules) -> Result<FileContent, Problem> {
    let mut content = FileContent {
        kind: FileKind::Lots,
        layout: None,
        reading: changes.clone(),
        header_key: String::new(),
        first_rows: Vec::new(),
        positions: Vec::new(),
        cash: None,
        not_positions: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    };
    match parse_positions(bytes, rules) {
        Ok(parsed) => {
            content.positions = parsed.positions.into_iter().map(draft).collect();
            content.warnings = parsed
                .warnings
                .into_iter()
                .map(|warning| FileWarning {
                    code: WarningCode::IgnoredColumn,
                    rows: Vec::new(),
                    column: warning.column,
                    message: warning.message,
                    repair: None,
                })
                .collect();
        }
        Err(problems) => {
            let (listed, counts) = problems.into_parts();
            for (code, count) in counts {
                let of_kind: Vec<&Problem> = listed.iter().filter(|problem| problem.code == code).collect();
                content.problems.push(ProblemGroup {
                    code,
                    column: of_kind.first().and_then(|problem| problem.column.clone()),
                    count,
                    message: of_kind.first().map(|problem| problem.message.clone()).unwrap_or_default(),
                    examples: of_kind
                        .iter()
                        .map(|problem| Occurrence { row: problem.row, message: problem.message.clone() })
                        .collect(),
                    repair: None,
                    other_repairs: Vec::new(),
                });
            }
        }
    }
    Ok(content)
}

fn draft(position: Position) -> DraftPosition {
    let (class, option) = match position.class {
        InvestmentClass::Public => (DraftClass::Public, None),
        InvestmentClass::Private => (DraftClass::Private, None),
        InvestmentClass::Options(contract) => {
            let option = DraftOption {
                underlying: contract.underlying,
                strike: contract.strike,
                expiration: contract.expiration,
                kind: contract.kind,
                multiplier: contract.multiplier,
            };
            (DraftClass::Options, Some(option))
        }
    };
    DraftPosition {
        rows: Vec::new(),
        symbol: Some(position.symbol),
        isin: None,
        price_currency: None,
        quantity: position.quantity,
        entry_price: Some(position.entry_price),
        entry_date: Some(position.entry_date),
        exit_date: position.exit.map(|exit| exit.date),
        exit_price: position.exit.map(|exit| exit.price),
        class,
        option,
        subtype: position.subtype,
    }
}
