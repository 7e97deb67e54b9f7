//! How clearly a beta differs from zero, in one word.

use crate::server::batch::phases::factor_analysis::StyleBeta;

/// Describes the evidence for a beta by its p-value.
pub fn word(beta: &StyleBeta) -> &'static str {
    match beta.p {
        p if p < 0.01 => "clear",
        p if p < 0.1 => "weak",
        _ => "not distinguishable",
    }
}

/// Explains the words.
pub const EXPLANATION: &str = "Clear: a beta this large arises by chance in less than 1 of 100 cases (p below 0.01). Weak: \
                               in less than 10 of 100. Otherwise it is not distinguishable from zero.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_evidence_by_p_value() {
        for (p, expected) in
            [(0.0, "clear"), (0.01, "weak"), (0.1, "not distinguishable"), (1.0, "not distinguishable")]
        {
            assert_eq!(word(&StyleBeta { beta: 0.5, t: None, p, observations: 252 }), expected);
        }
    }
}
