//! The browser's entry: prepares the page for its island.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's script after the WebAssembly has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    portfolio_setup::hydrate();
}
