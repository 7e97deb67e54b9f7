//! Makes untrusted text safe to display next to our own: it stays on one line, and cannot reorder
//! or hide the text around it. Also makes long numbers and bytes readable.

/// Returns `text` as one line. Characters that could change how the surrounding text looks become
/// visible escapes such as `\u{202e}`.
pub fn one_line(text: impl Into<String>) -> String {
    let text = text.into();
    // Looks for printable ASCII first. The compiler vectorizes this scan over bytes, so it is fast.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_unshowable) {
        return text;
    }
    text.chars().map(|c| if is_unshowable(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Returns `text` as one line, but keeps invisible characters, because some of them join several
/// emoji into one picture.
pub fn within_line(text: &str) -> String {
    if !text.chars().any(leaves_line) {
        return text.to_owned();
    }
    text.chars().map(|c| if leaves_line(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Returns `bytes` as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Returns whether the character could end the current line or reorder its text.
pub fn leaves_line(character: char) -> bool {
    character.is_control() || is_direction(character) || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Returns whether the character is invisible or could change how the surrounding text looks.
pub fn is_unshowable(character: char) -> bool {
    character.is_control() || is_direction(character) || is_invisible(character)
}

/// Returns whether the character is one of Unicode's direction marks. Direction marks reorder the
/// text around them, and so can make it look like a different text.
pub fn is_direction(character: char) -> bool {
    matches!(character,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether the character has no glyph. Control characters are not covered here, but the
/// Unicode line breaks U+2028 and U+2029 are.
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
        | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Separates groups of three decimal digits with commas, as in "1,234,567".
pub fn group_thousands(digits: &str) -> String {
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{group_thousands, one_line, within_line};

    #[test]
    fn separates_thousands_from_the_right() {
        assert_eq!(["0", "999", "1204", "1000000"].map(group_thousands), ["0", "999", "1,204", "1,000,000"]);
    }

    #[test]
    fn escapes_line_break_that_forges_an_entry() {
        assert_eq!(one_line("A\n12:00 forged"), "A\\u{a}12:00 forged");
    }

    #[test]
    fn escapes_marks_that_reorder_text() {
        assert_eq!(one_line("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn keeps_ordinary_text_of_any_script() {
        assert_eq!(one_line("Größe 株"), "Größe 株");
    }

    #[test]
    fn keeps_joined_emoji_and_escapes_line_separators() {
        let family = "\u{1f468}\u{200d}\u{1f469}";
        assert_eq!(within_line(family), family);
        assert_eq!(within_line("a\u{2028}b\nc\u{202e}"), "a\\u{2028}b\\u{a}c\\u{202e}");
    }
}
