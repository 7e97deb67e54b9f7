//! Tests the documents that refer to tests: every row of tests/README.md names a test, and every
//! test named in tests/README.md or SECURITY.md exists.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{fs, path::Path};

fn append_sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "node_modules" {
                append_sources(&path, text);
            }
        } else if ["rs", "ts"].iter().any(|wanted| path.extension().is_some_and(|extension| extension == *wanted)) {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// Returns the text of all Rust and TypeScript files that may contain tests, as one string.
fn test_sources() -> String {
    let mut text = String::new();
    for folder in ["src", "crates", "tests", "end2end"] {
        append_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    }
    text
}

fn is_test(name: &str, sources: &str) -> bool {
    [format!("fn {name}("), format!("test('{name}'")].iter().any(|start| sources.contains(start))
}

/// Returns the code spans in a row or cell of a Markdown table.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn document(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn names_existing_tests_for_every_incident() {
    let (incidents, sources) = (document("tests/README.md"), test_sources());
    let rows = incidents.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| seen"));
    let mut missing = Vec::new();
    for row in rows {
        if !row.contains('`') {
            missing.push(row);
        }
        missing.extend(code_spans(row).filter(|name| !is_test(name, &sources)));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn names_existing_tests_in_threat_model() {
    let (model, sources) = (document("SECURITY.md"), test_sources());
    let mut count = 0;
    let mut missing = Vec::new();
    for table in model.split("\n### ").filter(|section| section.contains("| tests |")) {
        let cells = table.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | "));
        for name in cells.flat_map(|(_, last)| code_spans(last)) {
            count += 1;
            missing.extend((!is_test(name, &sources)).then_some(name));
        }
    }
    assert!(missing.is_empty() && count > 20, "{missing:#?}");
}
