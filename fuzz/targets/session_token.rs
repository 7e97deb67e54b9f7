#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portfolio_setup::server::auth::fuzz_checks::session_token(bytes));
