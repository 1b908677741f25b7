//! Keys and signatures beside the stock `minisign` program (Debian package `minisign`), both ways.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use heirloom_format::{PublicKey, Signature, SignatureError, SigningKey};

const MESSAGE: &str = "tagmanifest-sha256.txt";
const SIGNATURE: &str = "tagmanifest-sha256.txt.minisig";
const COMMENT: &str = "heirloom abababababababababababababababab 0007 2026-11-22";

/// Runs minisign in a folder.
fn minisign(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("minisign")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("minisign must be installed: scripts/setup does it")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn minisign_accepts_what_we_sign_and_refuses_what_was_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = SigningKey::from_seed([7; 32], *b"heirloom");
    let message = b"not really a tag manifest\n".repeat(1000);
    let path = |name: &str| folder.path().join(name);
    fs::write(path(MESSAGE), &message).expect("written");
    let signature = key.sign(&message, COMMENT).print();
    fs::write(path(SIGNATURE), &signature).expect("written");
    fs::write(path("archive.pub"), key.public_key().print_file()).expect("written");
    let public_key = key.public_key().to_string();

    for by_key in [["-P", public_key.as_str()], ["-p", "archive.pub"]] {
        let verify = [&["-V", "-H"], &by_key[..], &["-m", MESSAGE]].concat();
        let output = minisign(folder.path(), &verify);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let said = text(&output.stdout);
        assert!(
            said.contains(&format!("Trusted comment: {COMMENT}\n")),
            "{said}"
        );
    }

    let verify = ["-V", "-P", &public_key, "-m", MESSAGE];
    let other = SigningKey::from_seed([8; 32], *b"heirloom")
        .public_key()
        .to_string();
    let refused = |arguments: &[&str]| !minisign(folder.path(), arguments).status.success();
    assert!(refused(&["-V", "-P", &other, "-m", MESSAGE]));
    fs::write(path(SIGNATURE), signature.replace("0007", "0008")).expect("written");
    assert!(refused(&verify));
    fs::write(path(SIGNATURE), &signature).expect("written");
    fs::write(path(MESSAGE), b"changed").expect("written");
    assert!(refused(&verify));
}

#[test]
fn minisign_signs_with_our_key_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = SigningKey::from_seed([9; 32], [0xf0; 8]);
    fs::write(folder.path().join("archive.key"), key.print().as_bytes()).expect("written");
    fs::write(folder.path().join(MESSAGE), b"message").expect("written");
    let sign = ["-S", "-s", "archive.key", "-m", MESSAGE, "-t", COMMENT];
    let output = minisign(folder.path(), &sign);
    assert!(output.status.success(), "{}", text(&output.stderr));

    let signature = fs::read(folder.path().join(SIGNATURE)).expect("a signature");
    let signature = Signature::parse(&signature).expect("a signature");
    assert_eq!(signature.trusted_comment(), COMMENT);
    assert_eq!(signature.verify(&key.public_key(), b"message"), Ok(()));
    // Ed25519 has one signature for each message, so ours is the same.
    assert_eq!(signature, key.sign(b"message", COMMENT));
}

#[test]
fn we_read_the_keys_and_signatures_of_minisign() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = minisign(
        folder.path(),
        &["-G", "-W", "-p", "its.pub", "-s", "its.key"],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    fs::write(folder.path().join(MESSAGE), b"message").expect("written");
    let sign = ["-S", "-s", "its.key", "-m", MESSAGE];
    assert!(minisign(folder.path(), &sign).status.success());

    let its = |name: &str| fs::read(folder.path().join(name)).expect("a file");
    let public = text(&its("its.pub"));
    let public: PublicKey = public
        .lines()
        .nth(1)
        .expect("a key")
        .parse()
        .expect("a key");
    let key = SigningKey::parse(&its("its.key")).expect("a key");
    assert_eq!(key.public_key(), public);
    let signature = Signature::parse(&its(SIGNATURE)).expect("a signature");
    assert_eq!(signature.verify(&public, b"message"), Ok(()));
    assert_eq!(
        signature.verify(&public, b"massage"),
        Err(SignatureError::WrongSignature)
    );
}

#[test]
fn a_key_with_a_password_is_told_apart() {
    // Made by `minisign -G` (0.11) with the password `test`.
    let protected = include_bytes!("protected.key");
    let error = SigningKey::parse(protected).expect_err("a password is missing");
    assert_eq!(error, heirloom_format::SigningKeyError::PasswordProtected);
}
