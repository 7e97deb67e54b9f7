//! Text from outside, made safe to show among our own: one line stays one line, and nothing reorders or hides.
//! Numbers as text that people read.

/// `text` as one line: characters that could change how the text around them is shown become visible escapes.
pub fn one_line(text: impl Into<String>) -> String {
    let text = text.into();
    // Bytes of plain English first: they are looked at many at a time.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_unshowable) {
        return text;
    }
    text.chars().map(|c| if is_unshowable(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// `text` as one line, with characters that are only invisible left in it: joiners make one picture of several, as in
/// the emoji of a name.
pub fn within_line(text: &str) -> String {
    if !text.chars().any(leaves_line) {
        return text.to_owned();
    }
    text.chars().map(|c| if leaves_line(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Whether the character could end the line that it is in, or reorder it.
pub fn leaves_line(character: char) -> bool {
    character.is_control() || is_direction(character) || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Whether the character could change how the text around it is shown, or is invisible.
pub fn is_unshowable(character: char) -> bool {
    character.is_control() || is_direction(character) || is_invisible(character)
}

/// Unicode's marks that reorder text, with which one text can be made to look like another.
pub fn is_direction(character: char) -> bool {
    matches!(character,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a picture of their own, and line breaks that are not control characters.
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
        | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Separates the thousands of a whole number's digits: "1,234,567".
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
    fn a_line_break_cannot_forge_a_second_entry() {
        assert_eq!(one_line("A\n12:00 forged"), "A\\u{a}12:00 forged");
    }

    #[test]
    fn text_direction_cannot_be_overridden() {
        assert_eq!(one_line("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        assert_eq!(one_line("Größe 株"), "Größe 株");
    }

    #[test]
    fn a_picture_made_of_several_stays_one_and_a_line_separator_does_not() {
        let family = "\u{1f468}\u{200d}\u{1f469}";
        assert_eq!(within_line(family), family);
        assert_eq!(within_line("a\u{2028}b\nc\u{202e}"), "a\\u{2028}b\\u{a}c\\u{202e}");
    }
}
