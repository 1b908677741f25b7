#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heirloom_phone_fuzz::session_framed(data));
