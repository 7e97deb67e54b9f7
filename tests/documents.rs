//! Tests the documents for contributors. Every file that they mention must exist, the index must
//! list every decision, and the table in CONTRIBUTING.md that says where to make changes must have
//! at least 20 rows.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the paths of the documents to check for names of files.
fn documents() -> Vec<PathBuf> {
    let names = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];
    let mut documents: Vec<_> = names.map(|name| root().join(name)).into();
    documents.extend(fs::read_dir(root().join("docs/decisions")).unwrap().map(|entry| entry.unwrap().path()));
    documents
}

/// Returns the paths mentioned in a Markdown text: its code spans that contain a slash and are not
/// routes, commands or URLs. Skips code blocks.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    let spans = prose.flat_map(|prose| prose.split('`').skip(1).step_by(2));
    spans.filter(|span| {
        span.contains('/') && !span.starts_with(['/', '~']) && !span.contains(|c: char| c.is_whitespace() || c == ':')
    })
}

#[test]
fn names_only_files_that_exist() {
    let mut missing = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        missing.extend(
            paths(&text)
                .filter(|path| !root().join(path).exists())
                .map(|path| format!("{}: {path}", document.display())),
        );
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn lists_every_decision_in_the_index() {
    let index = fs::read_to_string(root().join("docs/decisions/README.md")).unwrap();
    for document in fs::read_dir(root().join("docs/decisions")).unwrap() {
        let name = document.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || index.contains(&format!("]({name})")), "{name}");
    }
}

#[test]
fn says_where_to_change_twenty_things() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let table = text.split_once("## Where do I change X").unwrap().1.split("\n## ").next().unwrap();
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| To change");
    let rows: Vec<&str> = table.lines().filter(is_row).collect();
    assert!(rows.len() >= 20, "{}", rows.len());
    let without_file: Vec<_> = rows.iter().filter(|row| !row.contains('`')).collect();
    assert!(without_file.is_empty(), "{without_file:#?}");
}
