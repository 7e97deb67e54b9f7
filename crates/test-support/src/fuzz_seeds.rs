//! The inputs in `fuzz/seeds`: where fuzzing starts from, and every input that ever broke something.

use std::{fs, path::PathBuf};

/// Gives each seed of a fuzz target to what the target checks.
///
/// # Panics
/// When the target has no seeds, or a check fails.
pub fn each_of(target: &str, check: fn(&[u8])) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "fuzz", "seeds", target].iter().collect();
    let mut count = 0;
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        // Shown where the check fails.
        println!("{}", path.display());
        check(&fs::read(&path).unwrap());
        count += 1;
    }
    assert!(count > 0, "{} is empty", folder.display());
}
