//! Comments have at most 100 columns, so that they can be read beside something else.

use crate::files::{File, Language};

const COLUMNS: usize = 100;

/// Reports comment lines over 100 columns, and trailing comments that end beyond that column.
pub fn check(file: &File) -> Vec<(usize, String)> {
    let markers: &[&str] = match file.language {
        Language::Rust | Language::Script => &["//", "/*", "* "],
        Language::Css => &["/*", "* "],
        Language::Python | Language::Hash => &["#"],
        Language::Markdown => return Vec::new(),
    };
    let is_comment = |line: &str| markers.iter().any(|marker| line.trim_start().starts_with(marker));
    // Quotes after the marker mean that it may be inside a string.
    let has_trailing_comment = |line: &str| {
        markers
            .iter()
            .any(|marker| line.rsplit_once(&format!(" {marker} ")).is_some_and(|(_, rest)| !rest.contains('"')))
    };
    file.text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.chars().count() > COLUMNS)
        // A link cannot be broken.
        .filter(|(_, line)| (is_comment(line) || has_trailing_comment(line)) && !line.contains("://"))
        .map(|(index, line)| (index + 1, format!("the comment has {} columns, over {COLUMNS}", line.chars().count())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, check};
    use crate::files::{File, Language};

    fn findings(text: String) -> usize {
        check(&File { path: String::new(), language: Language::Rust, text }).len()
    }

    #[test]
    fn accepts_exactly_the_limit() {
        assert_eq!(findings(format!("// {}", "x".repeat(COLUMNS - 3))), 0);
    }

    #[test]
    fn refuses_one_column_more() {
        assert_eq!(findings(format!("// {}", "x".repeat(COLUMNS - 2))), 1);
        assert_eq!(findings(format!("let x = 1; // {}", "x".repeat(COLUMNS))), 1);
    }

    #[test]
    fn leaves_long_code_to_the_formatter() {
        assert_eq!(findings(format!("let x = \"{}\";", "x".repeat(COLUMNS))), 0);
    }
}
