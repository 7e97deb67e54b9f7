//! The browser's entry: attaches the live page to the HTML that the server sent.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's script after the WebAssembly has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    portfolio_setup::hydrate();
}
