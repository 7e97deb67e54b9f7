//! Names the repairs that a file offers. A form sends only the name, and the server looks it up
//! among the repairs that the file offers now. So nothing large and nothing forged goes through the
//! page, and an outdated button does nothing.

use positions::{FileContent, Repair};
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
pub fn offered_repair<'a>(content: &'a FileContent, id: &str) -> Option<&'a Repair> {
    let of_problems = content.problems.iter().flat_map(|problem| problem.repair.iter().chain(&problem.other_repairs));
    let of_warnings = content.warnings.iter().filter_map(|warning| warning.repair.as_ref());
    of_problems.chain(of_warnings).find(|repair| repair_id(repair) == id)
}
