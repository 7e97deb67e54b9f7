#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portfolio_setup::server::market_data::fuzz_checks::polygon(bytes));
