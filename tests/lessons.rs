//! Every row of README.md names a test, and every test that it names is there.

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

#[test]
fn every_lesson_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for folder in ["src", "tests", "end2end"] {
        sources(&root.join(folder), &mut text);
    }
    let lessons = fs::read_to_string(root.join("tests/README.md")).unwrap();
    let rows = lessons.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| seen"));
    let mut missing = Vec::new();
    for row in rows {
        if !row.contains('`') {
            missing.push(row);
        }
        for name in row.split('`').skip(1).step_by(2) {
            let is_there = [format!("fn {name}("), format!("test('{name}'")].iter().any(|start| text.contains(start));
            if !is_there {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
