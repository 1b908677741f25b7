#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heirloom_phone_fuzz::object_info(data));
