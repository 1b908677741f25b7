#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heirloom_format_fuzz::plan(data));
