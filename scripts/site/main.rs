//! Builds the files of the website from the compiled WebAssembly module, the style sheet and the
//! assets.
//!
//! The only argument is the path of the module. The program must run in the root of the checkout.
//! It does nothing if all files are up to date.

mod files;
mod transform;

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result};

// These constants must match `[[workspace.metadata.leptos]]` in Cargo.toml.
const NAME: &str = "portfolio-setup";
const STYLE: &str = "style/main.css";
const ASSETS: &str = "public";
const SITE: &str = "target/site";
const PACKAGE: &str = "pkg";

/// Folder for the output of wasm-bindgen and wasm-opt, before the JavaScript is minified.
const STAGE: &str = "target/site-stage";
/// Stores the fingerprint of the last complete build, computed from its inputs and outputs.
const STAMP: &str = "target/site.stamp";

fn main() -> Result<()> {
    let module = PathBuf::from(env::args_os().nth(1).context("usage: build-site MODULE.wasm")?);
    if fs::read_to_string(STAMP).is_ok_and(|stamp| fingerprint(&module).is_ok_and(|now| now == stamp)) {
        return Ok(());
    }
    let stage = Path::new(STAGE);
    files::empty(stage)?;
    transform::bind(&module, stage, NAME)?;

    let site = Path::new(SITE);
    let package = site.join(PACKAGE);
    files::empty(site)?;
    files::copy_all(Path::new(ASSETS), site)?;
    files::copy_all(stage, &package)?;
    let script = format!("{NAME}.js");
    fs::write(package.join(&script), transform::minify_script(&fs::read_to_string(stage.join(&script))?)?)?;
    let style = fs::read_to_string(STYLE).context(STYLE)?;
    fs::write(package.join(format!("{NAME}.css")), transform::minify_style(&style)?)?;
    for file in files::list(site)? {
        transform::compress(&file)?;
    }
    fs::write(STAMP, fingerprint(&module)?)?;
    Ok(())
}

/// Returns a fingerprint of the build, computed from the contents of the inputs and the
/// modification times of the outputs.
///
/// The outputs are included because `cargo leptos` may write its own files to the same folder.
fn fingerprint(module: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    // The path of this program contains a hash of its source, added by scripts/tools.sh. A changed
    // program therefore changes the fingerprint.
    env::current_exe()?.hash(&mut hasher);
    let inputs = files::list(Path::new(ASSETS))?;
    for input in inputs.iter().map(PathBuf::as_path).chain([Path::new(STYLE), module]) {
        (input, fs::read(input)?).hash(&mut hasher);
    }
    for output in files::list(Path::new(SITE))? {
        let written = fs::metadata(&output)?.modified()?.duration_since(UNIX_EPOCH)?;
        (output, written).hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}
