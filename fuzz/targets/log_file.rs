#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portfolio_setup::server::http::fuzzed::log_file(bytes));
