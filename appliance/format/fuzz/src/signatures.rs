//! Keys and signatures.

use heirloom_format::{PublicKey, Signature, SigningKey};

/// A signature file, a secret key file, a public key.
pub fn signature(data: &[u8]) {
    let key = SigningKey::from_seed([1; 32], [2; 8]).public_key();
    if let Ok(signature) = Signature::parse(data) {
        assert_eq!(
            Signature::parse(signature.print().as_bytes()),
            Ok(signature.clone())
        );
        assert!(signature.verify(&key, b"not signed").is_err());
    }
    if let Ok(secret) = SigningKey::parse(data) {
        let again = SigningKey::parse(secret.print().as_bytes()).expect("ours");
        assert_eq!(again.public_key(), secret.public_key());
        let signature = secret.sign(data, "comment");
        assert_eq!(signature.verify(&secret.public_key(), data), Ok(()));
    }
    if let Some(key) = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.parse::<PublicKey>().ok())
    {
        assert_eq!(key.to_string().as_bytes(), data);
        assert_eq!(
            key.print_file().lines().nth(1),
            Some(key.to_string().as_str())
        );
    }
}
