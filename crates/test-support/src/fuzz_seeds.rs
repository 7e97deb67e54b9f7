//! Runs the checks of fuzz targets on the seed inputs in `fuzz/seeds`: the inputs from which
//! fuzzing starts, and every input that once revealed a bug.

use std::{fs, path::PathBuf};

/// Runs the check of a fuzz target on each of its seeds.
///
/// # Panics
/// Panics if the target has no seeds or a check fails.
pub fn each_of(target: &str, check: fn(&[u8])) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "fuzz", "seeds", target].iter().collect();
    let mut count = 0;
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        // Prints the path of the seed. The test harness shows it only if the check fails.
        println!("{}", path.display());
        check(&fs::read(&path).unwrap());
        count += 1;
    }
    assert!(count > 0, "{} is empty", folder.display());
}
