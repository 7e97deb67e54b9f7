//! The entry point of the WebAssembly.

use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the island of the page. The page's script calls this function once, after the
/// WebAssembly has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    portfolio_setup::hydrate();
}
