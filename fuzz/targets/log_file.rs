#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portfolio_setup::server::http::fuzz_checks::log_file(bytes));
