//! Quotes the user's own text in messages: shortened, on one line, and with hidden characters made
//! visible.
//!
//! The text is not escaped for HTML; the code that writes HTML does that.

use text::is_unshowable;

/// Maximum number of characters of a value that a message repeats.
const SHOWN: usize = 40;

/// Returns the value in quotation marks, truncated to 40 characters. Control characters, direction
/// marks and invisible characters are written as `\u{…}`.
pub(super) fn quote(value: &str) -> String {
    format!("\u{201c}{}\u{201d}", shorten(value))
}

/// Shortens a value and makes hidden characters visible, like [`quote`], but without quotation
/// marks.
pub(super) fn shorten(value: &str) -> String {
    let mut shown = String::new();
    let mut rest = value.chars();
    for character in rest.by_ref().take(SHOWN) {
        if is_unshowable(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_ordinary_text() {
        assert_eq!(quote("Société 7,5 %"), "“Société 7,5 %”");
    }

    #[test]
    fn cuts_text_after_forty_characters() {
        assert_eq!(quote(&"é".repeat(40)), format!("“{}”", "é".repeat(40)));
        assert_eq!(quote(&"é".repeat(41)), format!("“{}…”", "é".repeat(40)));
    }

    #[test]
    fn makes_hidden_characters_visible() {
        assert_eq!(quote("A\nB\u{202e}C\u{200b}\0"), "“A\\u{a}B\\u{202e}C\\u{200b}\\u{0}”");
    }
}
