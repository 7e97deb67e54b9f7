//! Parts that several drawings share: escaped text and the paths of lines.

use std::fmt::Write;

use text::one_line;

/// Returns text from outside as HTML: on one line, shortened to `most` characters, and escaped.
pub(super) fn escaped(text: &str, most: usize) -> String {
    let mut shown = one_line(text);
    if let Some((end, _)) = shown.char_indices().nth(most) {
        shown.truncate(end);
        shown.push('\u{2026}');
    }
    let mut html = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            character => html.push(character),
        }
    }
    html
}

/// Returns a symbol as HTML. Symbols of uploaded files have at most 20 characters.
pub(super) fn symbol(symbol: &str) -> String {
    escaped(symbol, 20)
}

/// Returns the `d` attribute of a line through the points.
pub(super) fn line(points: impl IntoIterator<Item = (i32, i32)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let command = if path.is_empty() { "M" } else { " " };
        // Writing into a string cannot fail.
        let _ = write!(path, "{command}{x} {y}");
    }
    path
}

/// Scales `value` from the range `low..=high` to a whole number from 0 to `to`. Returns the middle
/// if the range is empty.
pub(super) fn scale(value: f64, low: f64, high: f64, to: i32) -> i32 {
    if high <= low {
        return to / 2;
    }
    // The result is between 0 and `to`.
    #[allow(clippy::cast_possible_truncation)]
    let scaled = ((value - low) / (high - low) * f64::from(to)).round() as i32;
    scaled.clamp(0, to)
}

#[cfg(test)]
mod tests {
    use super::{escaped, line, scale};

    #[test]
    fn escapes_markup_and_forged_lines() {
        assert_eq!(escaped("<b a='\"'>&\n", 99), "&lt;b a=&#39;&quot;&#39;&gt;&amp;\\u{a}");
    }

    #[test]
    fn shortens_text_before_escaping_it() {
        assert_eq!(escaped("äöü", 3), "äöü");
        assert_eq!(escaped("<<<<", 3), "&lt;&lt;&lt;\u{2026}");
    }

    #[test]
    fn scales_into_range_or_to_middle() {
        assert_eq!([scale(2.0, 0.0, 4.0, 50), scale(9.0, 0.0, 4.0, 50), scale(1.0, 1.0, 1.0, 50)], [25, 50, 25]);
        assert_eq!(line([(0, 1), (2, 3)]), "M0 1 2 3");
    }
}
