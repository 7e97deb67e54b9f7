//! Every row of README.md names a test, and every test that it or SECURITY.md names is there.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{fs, path::Path};

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "node_modules" {
                sources(&path, text);
            }
        } else if ["rs", "ts"].iter().any(|extension| path.extension().is_some_and(|is| is == *extension)) {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// Everything that may be a test.
fn tests() -> String {
    let mut text = String::new();
    for folder in ["src", "crates", "tests", "end2end"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    }
    text
}

fn is_test(name: &str, tests: &str) -> bool {
    [format!("fn {name}("), format!("test('{name}'")].iter().any(|start| tests.contains(start))
}

/// What a row or a cell has between backticks.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn document(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_lesson_names_a_test_that_exists() {
    let (lessons, tests) = (document("tests/README.md"), tests());
    let rows = lessons.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| seen"));
    let mut missing = Vec::new();
    for row in rows {
        if !row.contains('`') {
            missing.push(row);
        }
        missing.extend(names(row).filter(|name| !is_test(name, &tests)));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_test_that_the_threat_model_relies_on_exists() {
    let (model, tests) = (document("SECURITY.md"), tests());
    let mut relied_on = 0;
    let mut missing = Vec::new();
    for table in model.split("\n### ").filter(|section| section.contains("| tests |")) {
        let cells = table.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | "));
        for name in cells.flat_map(|(_, last)| names(last)) {
            relied_on += 1;
            missing.extend((!is_test(name, &tests)).then_some(name));
        }
    }
    assert!(missing.is_empty() && relied_on > 20, "{missing:#?}");
}
