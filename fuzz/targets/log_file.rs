#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portfolio_setup::server::web::api::log_file::fuzz_checks::log_file(bytes));
