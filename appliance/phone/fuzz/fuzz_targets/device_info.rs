#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heirloom_phone_fuzz::device_info(data));
