//! What SHA-256 is computed with.

/// Names what computes SHA-256 on this PC: it decides how long checks take, so the log has it.
pub fn sha256_implementation() -> &'static str {
    // What `sha2` looks for (its module `x86_shani`).
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("sha")
        && std::is_x86_feature_detected!("ssse3")
        && std::is_x86_feature_detected!("sse4.1")
    {
        return "the processor's SHA instructions";
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("sha2") {
        return "the processor's SHA instructions";
    }
    "software, for lack of SHA instructions"
}
