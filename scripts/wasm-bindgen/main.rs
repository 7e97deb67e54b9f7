//! Runs the `wasm-bindgen` command-line tool. It is the same program as the binary of the crate
//! wasm-bindgen-cli, but is built with this package's lock file.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    match wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}
