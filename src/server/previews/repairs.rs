//! Names the repairs that a file offers. A form sends only the name, and the server looks it up
//! among the repairs that the file offers now. So nothing large and nothing forged goes through the
//! page, and an outdated button does nothing.

use positions::{FileContent, ProblemCode, Reading, Repair, WarningCode};
use sha2::{Digest, Sha256};
use text::hex;

/// Number of hexadecimal digits in the name of a repair.
const DIGITS: usize = 16;

/// Returns the name of a repair: the start of a hash of its content.
pub fn repair_id(repair: &Repair) -> String {
    // Serializing to memory cannot fail: the keys of all maps are strings or numbers.
    let mut id = hex(&Sha256::digest(serde_json::to_vec(repair).unwrap_or_default()));
    id.truncate(DIGITS);
    id
}

/// Returns the repair with this name, if a problem or warning of the file offers it.
pub fn offered_repair(content: &FileContent, id: &str) -> Option<Repair> {
    let of_problems = content.problems.iter().flat_map(|problem| problem.repair.iter().chain(&problem.other_repairs));
    let of_warnings = content.warnings.iter().filter_map(|warning| warning.repair.as_ref());
    of_problems.chain(of_warnings).cloned().chain(all_suggestions(content)).find(|repair| repair_id(repair) == id)
}

/// Combines the repairs that only fill in what the file does not say, so that a person can accept
/// them with one press: dates, prices, and the file's own cash. Repairs that choose between two
/// readings, or that leave rows out, are never among them. Returns `None` if there are fewer than
/// two.
pub fn all_suggestions(content: &FileContent) -> Option<Repair> {
    let fills_in = |code| {
        matches!(code, ProblemCode::EntryDateUnknown | ProblemCode::EntryPriceUnknown | ProblemCode::ForeignCurrency)
    };
    let of_problems = content.problems.iter().filter(|problem| fills_in(problem.code));
    let of_problems = of_problems.filter_map(|problem| problem.repair.as_ref());
    let is_cash = |code| code == WarningCode::LooksLikeCash;
    let of_warnings = content.warnings.iter().filter(|warning| is_cash(warning.code));
    let mut suggestions: Vec<&Repair> = Vec::new();
    for repair in of_problems.chain(of_warnings.filter_map(|warning| warning.repair.as_ref())) {
        let is_new = suggestions.iter().all(|known| known.reading != repair.reading);
        if is_new && repair.reading.left_out.is_empty() {
            suggestions.push(repair);
        }
    }
    (suggestions.len() > 1).then(|| Repair {
        label: format!("Accept all {} suggestions", suggestions.len()),
        reading: suggestions.iter().fold(Reading::default(), |merged, repair| merged.merged(repair.reading.clone())),
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use positions::{Assumptions, CashAssumption, EntryDateAssumption, EntryPriceAssumption, UploadRules, read_file};

    use super::*;

    fn content(file: &str) -> FileContent {
        let rules = UploadRules { today: NaiveDate::from_ymd_opt(2026, 1, 15).unwrap(), last_price_date: None };
        read_file(file.as_bytes(), &Reading::default(), &rules).unwrap()
    }

    #[test]
    fn combines_date_price_and_cash() {
        let all = all_suggestions(&content("Symbol,Quantity,Cost Basis\nAAPL,10,--\nCASH,5.00,\n")).unwrap();
        assert_eq!(all.label, "Accept all 3 suggestions");
        let assumptions = Assumptions {
            entry_date: Some(EntryDateAssumption::WholeWindow),
            entry_price: Some(EntryPriceAssumption::Market),
            cash: Some(CashAssumption::FromFile),
            lots: None,
        };
        assert_eq!(all.reading, Reading { assumptions, ..Reading::default() });
    }

    #[test]
    fn combines_nothing_with_a_single_suggestion() {
        assert_eq!(all_suggestions(&content("Symbol,Quantity,Cost Basis\nAAPL,10,1200.00\n")), None);
    }
}
