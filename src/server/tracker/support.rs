//! Information that helps to support users: a short code that can be read out over the phone, and
//! the details at the top of a downloaded log. The server's own log contains the code too.

use sha2::{Digest, Sha256};
use status::RunError;
use uuid::Uuid;

use crate::server::tracker::RunState;

/// The digits of Crockford's base 32. It leaves out the letters I, L, O and U, so that no character
/// is mistaken for another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Number of digits of a support code, without its hyphen.
const CODE_DIGITS: usize = 6;

/// Version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the support code of an attempt: six characters, such as "K7Q-M2X", that encode 30 bits
/// of a hash. Together with the date, the code identifies one attempt among millions.
pub fn code(portfolio_id: Uuid, attempt: u32) -> String {
    let digest = Sha256::new().chain_update(portfolio_id).chain_update(attempt.to_be_bytes()).finalize();
    let bits = digest.iter().take(4).fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
    let digit = |at: u32| char::from(DIGITS[(bits >> (5 * at) & 31) as usize]);
    let three = |from: u32| -> String { (from..from + 3).map(digit).collect() };
    format!("{}-{}", three(0), three(3))
}

/// Reads a support code as a person may have typed it: case, spaces and hyphens do not matter, and
/// letters that the code leaves out count as the digits they look like. Returns the code as
/// [`code`] writes it, or `None` if the text is not a support code.
pub fn parse_code(text: &str) -> Option<String> {
    let is_separator = |letter: char| letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}');
    let digit = |letter: char| match letter.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        letter => DIGITS.iter().map(|&digit| char::from(digit)).find(|&digit| digit == letter),
    };
    let digits = text.chars().filter(|&letter| !is_separator(letter)).take(CODE_DIGITS + 1);
    let digits: String = digits.map(digit).collect::<Option<_>>()?;
    (digits.len() == CODE_DIGITS).then(|| format!("{}-{}", &digits[..3], &digits[3..]))
}

/// A detail about a run that is useful when its user asks for support.
pub struct SupportDetail {
    /// Field name in a log downloaded as JSON.
    pub field: &'static str,
    /// Label in a log downloaded as text.
    pub label: &'static str,
    pub value: String,
}

/// Returns the details about a run that are useful when its user asks for support, in display
/// order.
pub fn details(run: &RunState) -> Vec<SupportDetail> {
    let detail = |field, label, value| SupportDetail { field, label, value };
    let identity = &run.identity;
    let phase = run.error.as_ref().and_then(|error| error.phase_id).or_else(|| run.running_phase());
    let mut details = vec![
        detail("support_code", "Support Code", code(identity.portfolio_id, identity.attempt)),
        detail("attempt", "Attempt", identity.attempt.to_string()),
        detail("program_version", "App Version", VERSION.to_owned()),
        detail("status_version", "Status Version", run.version.to_string()),
    ];
    if let Some(phase) = phase {
        details.push(detail("phase", "Phase", format!("{} {}", phase.id(), phase.name())));
    }
    if let Some(RunError { code, .. }) = &run.error {
        details.push(detail("error_code", "Error Code", code.clone()));
    }
    details
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{code, parse_code};

    #[test]
    fn gives_each_attempt_a_short_readable_code() {
        let id = Uuid::from_u128(0x5211_0fe1_ca52_42ff_abaa_c0c9_0e8e_21be);
        let (first, second) = (code(id, 1), code(id, 2));
        assert_ne!(first, second);
        for code in [first, second] {
            assert_eq!(code.len(), 7);
            assert!(code.chars().all(|c| c == '-' || c.is_ascii_digit() || c.is_ascii_uppercase()), "{code}");
            assert!(!code.contains(['I', 'L', 'O', 'U']), "{code}");
            assert_eq!(parse_code(&code), Some(code));
        }
    }

    #[test]
    fn reads_codes_however_they_are_typed() {
        for typed in ["K7Q-M2X", "k7qm2x", " k7q m2x ", "K7Q\u{2013}M2X", "-k-7-q-m-2-x-"] {
            assert_eq!(parse_code(typed).as_deref(), Some("K7Q-M2X"), "{typed}");
        }
        assert_eq!(parse_code("oil-O1L").as_deref(), Some("011-011"));
        for typed in ["", "K7Q-M2", "K7Q-M2XX", "K7Q-M2U", "K7Q_M2X", "\u{212a}7Q-M2X", "'; DROP"] {
            assert_eq!(parse_code(typed), None, "{typed}");
        }
    }
}
