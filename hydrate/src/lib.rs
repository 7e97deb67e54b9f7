//! The entry point of the WebAssembly that the live page loads.

use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the browser for Leptos islands. The page's loader script calls this function once,
/// after the WebAssembly has loaded, and then hydrates each island.
#[wasm_bindgen]
pub fn hydrate() {
    portfolio_setup::hydrate();
}
