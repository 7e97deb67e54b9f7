//! Splits a file into passages: the units in which the rules look for words.

use crate::files::{File, Language};

/// A comment block, a Markdown paragraph, or one line of code.
#[derive(Debug, PartialEq, Eq)]
pub struct Passage {
    /// The line in the file, counted from 1, where the passage starts.
    pub line: usize,
    pub kind: Kind,
    /// The text without comment markers, its lines joined by spaces.
    pub text: String,
    /// The marker that starts each line of a comment, such as `///`; empty elsewhere.
    pub marker: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Comment,
    Paragraph,
    /// A Markdown heading or a row of a Markdown table, where sentences may be cut short.
    Fragment,
    Code,
}

/// The quotes around a Python docstring.
const DOCSTRING: &str = "\"\"\"";

/// Splits a file, so that an idiom that a line break divides is still found.
pub fn split(file: &File) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut open = false;
    let (mut in_docstring, mut in_block) = (false, false);
    for (index, line) in file.text.lines().enumerate() {
        let (marker, kind, text) = match file.language {
            Language::Markdown => markdown(line),
            Language::Python if in_docstring || line.trim_start().starts_with(DOCSTRING) => {
                in_docstring ^= line.matches(DOCSTRING).count() == 1;
                (DOCSTRING, Kind::Comment, line.trim().trim_matches('"'))
            }
            Language::Rust | Language::Script | Language::Css if in_block || line.trim_start().starts_with("/*") => {
                in_block = !line.contains("*/");
                ("/*", Kind::Comment, line.trim().trim_matches(['/', '*']).trim())
            }
            _ => source(file.language, line),
        };
        let continues = open
            && matches!(kind, Kind::Comment | Kind::Paragraph)
            && passages.last().is_some_and(|last| last.kind == kind && last.marker == marker);
        // An empty line, also one inside a comment, ends a paragraph but not a comment block.
        open = !(text.is_empty() && kind != Kind::Comment);
        if continues && let Some(last) = passages.last_mut() {
            last.text.push(if text.is_empty() { '\n' } else { ' ' });
            last.text.push_str(text);
        } else if !text.is_empty() {
            passages.push(Passage { line: index + 1, kind, text: text.to_owned(), marker });
        }
    }
    passages
}

fn markdown(line: &str) -> (&'static str, Kind, &str) {
    let text = line.trim();
    let kind = if text.starts_with('#') || text.starts_with('|') { Kind::Fragment } else { Kind::Paragraph };
    ("", kind, text)
}

fn source(language: Language, line: &str) -> (&'static str, Kind, &str) {
    let trimmed = line.trim();
    let markers: &[&str] = match language {
        Language::Rust | Language::Script => &["///", "//!", "//"],
        Language::Python | Language::Hash => &["#!", "#"],
        Language::Css | Language::Markdown => &[],
    };
    match markers.iter().find_map(|marker| Some((*marker, trimmed.strip_prefix(marker)?))) {
        // A shebang, and Rust's attributes, which no marker above matches.
        Some(("#!", _)) => ("", Kind::Code, ""),
        Some((marker, text)) => (marker, Kind::Comment, text.trim()),
        None => ("", Kind::Code, trimmed),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Passage, split};
    use crate::files::{File, Language};

    fn passages(language: Language, text: &str) -> Vec<(usize, Kind, String)> {
        let file = File { path: String::new(), language, text: text.to_owned() };
        split(&file).into_iter().map(|Passage { line, kind, text, .. }| (line, kind, text)).collect()
    }

    #[test]
    fn joins_lines_of_one_comment() {
        let text = "/// One\n/// two.\nfn a() {}\n// Three.\n";
        let expected = [(1, Kind::Comment, "One two."), (3, Kind::Code, "fn a() {}"), (4, Kind::Comment, "Three.")];
        assert_eq!(passages(Language::Rust, text), expected.map(|(line, kind, text)| (line, kind, text.to_owned())));
    }

    #[test]
    fn separates_paragraphs_and_table_rows() {
        let text = "# Head\n\nOne\ntwo.\n\nThree.\n| a |\n| b |\n";
        let lines: Vec<usize> = passages(Language::Markdown, text).iter().map(|(line, ..)| *line).collect();
        assert_eq!(lines, [1, 3, 6, 7, 8]);
    }

    #[test]
    fn joins_lines_of_python_docstrings() {
        let text = "def f():\n    \"\"\"One\n    two.\n    \"\"\"\n    return None\n";
        let expected = [(1, Kind::Code, "def f():"), (2, Kind::Comment, "One two.\n"), (5, Kind::Code, "return None")];
        assert_eq!(passages(Language::Python, text), expected.map(|(line, kind, text)| (line, kind, text.to_owned())));
    }

    #[test]
    fn reads_block_comments_and_skips_shebangs() {
        assert_eq!(passages(Language::Css, "/* One\n * two. */\n* {}\n")[0], (1, Kind::Comment, "One two.".to_owned()));
        assert_eq!(passages(Language::Hash, "#!/bin/sh\n# Two.\n"), [(2, Kind::Comment, "Two.".to_owned())]);
    }
}
