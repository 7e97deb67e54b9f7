#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| positions::fuzz_checks::positions_csv(bytes));
