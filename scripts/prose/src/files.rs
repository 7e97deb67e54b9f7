//! The files that the check reads.

use std::{fs, process::Command};

/// A text file of this repository.
pub struct File {
    /// Relative to the root of the repository.
    pub path: String,
    pub language: Language,
    pub text: String,
}

/// A group of file types with the same comment syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Rust,
    /// TypeScript and JavaScript.
    Script,
    Css,
    Python,
    /// Shell scripts, makefiles and TOML.
    Hash,
    Markdown,
}

/// Files whose English cannot follow the rules.
const LEFT_OUT: [&str; 3] = [
    // The rules themselves, which name what they forbid.
    "scripts/prose/",
    // The table of bad and good examples.
    "CONTRIBUTING.md",
    // Databases store a checksum of every migration, so no released one ever changes.
    "migrations/",
];

impl Language {
    /// Returns the language of a file by its name, or `None` for data, snapshots and lock files.
    fn from_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name == "Makefile" || path == ".ci/run" {
            return Some(Self::Hash);
        }
        match name.rsplit_once('.')?.1 {
            "rs" => Some(Self::Rust),
            "ts" | "js" | "mjs" => Some(Self::Script),
            "css" => Some(Self::Css),
            "py" => Some(Self::Python),
            "sh" | "toml" => Some(Self::Hash),
            "md" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// Reads every file that git tracks and that holds prose.
///
/// # Errors
/// A sentence that says what could not be run or read.
pub fn tracked() -> Result<Vec<File>, String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    if !listed.status.success() {
        return Err("git ls-files failed; run this inside a checkout".to_owned());
    }
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&listed.stdout).lines() {
        let Some(language) = Language::from_path(path) else { continue };
        if LEFT_OUT.iter().any(|left_out| path.starts_with(left_out)) {
            continue;
        }
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
        files.push(File { path: path.to_owned(), language, text });
    }
    if files.is_empty() {
        return Err("found no file to check; run this at the root of the repository".to_owned());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn reads_prose_and_skips_data() {
        assert_eq!(Language::from_path("src/main.rs"), Some(Language::Rust));
        assert_eq!(Language::from_path("Makefile"), Some(Language::Hash));
        assert_eq!(Language::from_path("Cargo.lock"), None);
        assert_eq!(Language::from_path("data/prices.csv"), None);
    }
}
