//! Tests build tools and dependencies: tools are built with lock files, wasm-bindgen has the same
//! version everywhere, and the browser bundle contains no crates that only the server needs.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{fs, path::Path, process::Command};

fn document(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn builds_every_tool_with_a_lock_file() {
    let script = document("scripts/tools.sh");
    let installs: Vec<&str> = script
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("cargo install ") || line.split_whitespace().any(|word| word == "install"))
        .filter(|line| !line.starts_with('#') && !line.contains("apt-get") && !line.contains("cargo install --quiet"))
        .collect();
    assert!(installs.len() >= 5, "{installs:#?}");
    let unlocked: Vec<_> = installs.iter().filter(|line| !line.contains("--locked")).collect();
    assert!(unlocked.is_empty(), "{unlocked:#?}");
}

#[test]
fn pins_wasm_bindgen_once() {
    let version = |manifest: &str, name: &str| {
        let text = document(manifest);
        let line = text.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap().to_owned();
        line.split_once("\"=").unwrap().1.split('"').next().unwrap().to_owned()
    };
    let page_version = version("Cargo.toml", "wasm-bindgen");
    for (folder, package) in [("site", "wasm-bindgen-cli-support"), ("wasm-bindgen", "wasm-bindgen-cli")] {
        assert_eq!(version(&format!("scripts/{folder}/Cargo.toml"), package), page_version);
        let lock = document(&format!("scripts/{folder}/Cargo.lock"));
        assert!(lock.contains(&format!("name = \"{package}\"\nversion = \"{page_version}\"")));
    }
}

/// Returns the dependency tree of a package as `cargo tree` prints it, with one crate per line.
fn dependency_tree(arguments: &[&str]) -> String {
    let tree = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    String::from_utf8(tree.stdout).unwrap()
}

#[test]
fn keeps_the_router_out_of_the_browser() {
    let server = dependency_tree(&["--package", "portfolio-setup", "--features", "ssr"]);
    let browser = dependency_tree(&["--package", "portfolio-setup-hydrate", "--target", "wasm32-unknown-unknown"]);
    for name in ["leptos_router ", "axum ", "chrono ", "utoipa "] {
        let contains = |tree: &str| tree.lines().any(|line| line.starts_with(name));
        assert!(contains(&server) && !contains(&browser), "{name}");
    }
}
