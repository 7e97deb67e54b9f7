//! Recognizes the time of day behind a date.

/// Maximum number of bytes behind a date.
const LONGEST: usize = 40;

/// Returns whether the text behind a date is a time, a zone or nothing: `T09:30:00Z`,
/// ` 09:30:00 AM`, `, 10:15:01`, ` 10:12:31 EST`, ` 00:00:00-04:00`, `;101501`.
pub(super) fn is_time(text: &str) -> bool {
    let text = text.trim_end();
    if text.is_empty() || text == "Z" {
        return true;
    }
    if text.len() > LONGEST || !text.starts_with([' ', 'T', 't', ',', ';', '\u{a0}']) {
        return false;
    }
    let is_part = |character: char| {
        character.is_ascii_alphanumeric() || character.is_whitespace() || ":.,;+-/()[]".contains(character)
    };
    // A zone may follow with its name, so words are not looked at if there is a colon.
    let has_clock =
        text.split_once(':').is_some_and(|(hour, rest)| hour.ends_with(is_digit) && rest.starts_with(is_digit));
    text.chars().all(is_part) && (has_clock || is_compact(text) || is_zone(text))
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// Returns whether the text is a time of six digits behind a semicolon or a `T`.
fn is_compact(text: &str) -> bool {
    let time = text.strip_prefix([';', 'T']).unwrap_or_default();
    let digits = time.trim_end_matches(['Z', 'z']);
    digits.len() == 6 && digits.chars().all(is_digit)
}

fn is_zone(text: &str) -> bool {
    matches!(text.trim_start(), "Z" | "UTC" | "GMT" | "ET" | "EST" | "EDT" | "CET" | "CEST")
}
