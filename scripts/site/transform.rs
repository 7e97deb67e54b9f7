//! Transforms the files of the website. The steps and options are those of cargo-leptos, except in
//! [`minify_script`] and [`compress`].

use std::{ffi::OsString, fs, io::Write, path::Path, process::Command};

use anyhow::{Result, anyhow, ensure};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use lightningcss::{
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions, StyleSheet},
    targets::{Browsers, Targets},
};
use wasm_bindgen_cli_support::Bindgen;

/// The oldest browser versions that the style sheet supports. They are the result of the
/// browserslist query `defaults`, as computed by browserslist 0.1.5.
const BROWSERS: Browsers = Browsers {
    android: Some(143 << 16),
    chrome: Some(109 << 16),
    edge: Some(142 << 16),
    firefox: Some(128 << 16),
    ie: None,
    ios_saf: Some(18 << 16 | 5 << 8),
    opera: Some(80 << 16),
    safari: Some(26 << 16 | 1 << 8),
    samsung: Some(28 << 16),
};

/// Generates the JavaScript bindings for the WebAssembly `module`. Writes them to `folder`,
/// together with a copy of the module that is optimized for size.
pub fn bind(module: &Path, folder: &Path, name: &str) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).web(true)?.typescript(true).omit_default_module_path(false);
    bindgen.generate(folder)?;
    // Leptos pages load the module as NAME.wasm, without the suffix `_bg` that wasm-bindgen adds.
    let wasm = folder.join(format!("{name}.wasm"));
    fs::rename(folder.join(format!("{name}_bg.wasm")), &wasm)?;
    // The first pass is that of cargo-leptos. The second one reorders the branches, which saves
    // another 2 KB after brotli compression.
    for passes in [&["-Oz"][..], &["--flatten", "--rereloop", "-Oz", "-Oz", "-Oz"]] {
        let status = Command::new("wasm-opt")
            .args(passes)
            .args(["--enable-bulk-memory", "--enable-nontrapping-float-to-int"])
            .args([wasm.as_path(), Path::new("-o"), &wasm])
            .status()
            .map_err(|error| anyhow!("cannot start wasm-opt: {error}"))?;
        ensure!(status.success(), "wasm-opt failed: {status}");
    }
    Ok(())
}

/// Removes comments and whitespace from JavaScript. Shortening names, as cargo-leptos does, would
/// save another 0.8 KB after brotli compression, but would need a JavaScript compiler.
pub fn minify_script(script: &str) -> Result<String> {
    Ok(minifier::js::minify(script).map_err(|error| anyhow!("cannot minify the script: {error}"))?.to_string())
}

/// Minifies a style sheet, and rewrites features that the oldest supported browsers do not have.
pub fn minify_style(style: &str) -> Result<String> {
    let targets = Targets::from(BROWSERS);
    let failed = |error: &dyn std::fmt::Display| anyhow!("cannot minify the style sheet: {error}");
    let mut sheet = StyleSheet::parse(style, ParserOptions::default()).map_err(|error| failed(&error))?;
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(|error| failed(&error))?;
    let printed = sheet.to_css(PrinterOptions { targets, minify: true, ..PrinterOptions::default() });
    Ok(printed.map_err(|error| failed(&error))?.code)
}

/// Writes a gzip copy and a brotli copy of `file` to the same folder. The gzip copy is smaller than
/// that of cargo-leptos, and contains no timestamp, so equal files have equal copies.
pub fn compress(file: &Path) -> Result<()> {
    let content = fs::read(file)?;
    let with_ending = |ending: &str| {
        let mut path = OsString::from(file);
        path.push(ending);
        path
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&content)?;
    fs::write(with_ending(".gz"), gzip.finish()?)?;
    let mut brotli_bytes = Vec::new();
    brotli::BrotliCompress(&mut content.as_slice(), &mut brotli_bytes, &BrotliEncoderParams::default())?;
    fs::write(with_ending(".br"), brotli_bytes)?;
    Ok(())
}
