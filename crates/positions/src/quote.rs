//! Repeating a person's own text to them safely: short, on one line, nothing hidden.
//!
//! Not HTML escaping: whoever writes HTML does that.

use text::is_unshowable;

/// Longest part of a value that a message repeats.
const SHOWN: usize = 40;

/// The value in quotation marks, cut to 40 characters, with control, direction and invisible
/// characters written as `\u{…}`.
pub(super) fn quote(value: &str) -> String {
    format!("\u{201c}{}\u{201d}", shorten(value))
}

/// As [`quote`], without the quotation marks.
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
    fn ordinary_text_is_repeated_as_it_is() {
        assert_eq!(quote("Société 7,5 %"), "“Société 7,5 %”");
    }

    #[test]
    fn long_text_is_cut_at_forty_characters() {
        assert_eq!(quote(&"é".repeat(40)), format!("“{}”", "é".repeat(40)));
        assert_eq!(quote(&"é".repeat(41)), format!("“{}…”", "é".repeat(40)));
    }

    #[test]
    fn hidden_characters_become_visible() {
        assert_eq!(quote("A\nB\u{202e}C\u{200b}\0"), "“A\\u{a}B\\u{202e}C\\u{200b}\\u{0}”");
    }
}
