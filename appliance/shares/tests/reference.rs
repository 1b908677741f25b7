//! Both ways with the standard's reference implementation, PyPI's `shamir-mnemonic`: what we make, it puts together, and the other way round.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use heirloom_shares::{Gathering, MasterSecret, RecoverError, Scheme, SecretLength, Share};
use serde_json::{Value, json};

mod kit;
use kit::choices;

/// The reference implementation, in a process of its own.
struct Judge {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        // Where scripts/setup puts it, whichever folder cargo builds in.
        let package = here.join("../../target/python");
        assert!(
            package.join("shamir_mnemonic").is_dir(),
            "the reference implementation of SLIP-39 is not in {}: run scripts/setup",
            package.display()
        );
        let mut process = Command::new("python3")
            .arg("-I")
            .arg("-B")
            .arg(here.join("tests/reference/judge.py"))
            .arg(package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 can't be started: run scripts/setup");
        let questions = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        Self {
            process,
            questions,
            answers,
        }
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").expect("the reference implementation ended");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("an answer");
        serde_json::from_str(&answer)
            .unwrap_or_else(|_| panic!("no answer to {question}; see above for its reason"))
    }

    fn combine(&mut self, shares: &[Share]) -> Value {
        let lines: Vec<_> = shares
            .iter()
            .map(|share| share.to_words().to_line())
            .collect();
        let lines: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
        self.ask(&json!({ "do": "combine", "shares": lines }))
    }

    fn split(
        &mut self,
        secret: &str,
        (needed, made): (u8, u8),
        extendable: bool,
        exponent: u8,
    ) -> Vec<Share> {
        let answer = self.ask(&json!({
            "do": "split", "secret": secret, "needed": needed, "made": made, "extendable": extendable, "exponent": exponent,
        }));
        let read = |line: &Value| {
            let line = line.as_str().expect("words");
            let share = Share::from_words(line).expect("a share");
            assert_eq!(*share.to_words().to_line(), line);
            share
        };
        answer
            .as_array()
            .expect("shares")
            .iter()
            .map(read)
            .collect()
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[test]
fn what_we_make_the_reference_puts_together() {
    let mut judge = Judge::new();
    for length in [SecretLength::Bits128, SecretLength::Bits256] {
        for (needed, made) in [(1, 1), (2, 2), (2, 3), (3, 5), (4, 4), (8, 16), (16, 16)] {
            let secret = MasterSecret::random(length, getrandom::fill).expect("random bytes");
            let scheme = Scheme::new(needed, made).expect("a scheme");
            let shares = scheme
                .split(&secret, None, getrandom::fill)
                .expect("random bytes");
            let enough = usize::from(needed);
            // All choices where they are few, and some that have each share once.
            let chosen = match made {
                1..=5 => choices(&shares, enough),
                _ => shares.chunks(enough).map(<[Share]>::to_vec).collect(),
            };
            for choice in chosen {
                let answer = judge.combine(&choice);
                assert!(answer == secret.to_hex().expose(), "{needed} of {made}");
                if enough > 1 {
                    let answer = judge.combine(&choice[1..]);
                    let reason = answer["refused"].as_str().expect("one is missing");
                    assert!(reason.starts_with("Wrong number of mnemonics"), "{reason}");
                }
            }
        }
    }
}

#[test]
fn what_the_reference_makes_we_put_together() {
    let mut judge = Judge::new();
    for secret in ["00112233445566778899aabbccddeeff", &"f0e1d2c3".repeat(8)] {
        for scheme in [(1, 1), (2, 2), (2, 3), (3, 5), (8, 16), (16, 16)] {
            for (extendable, exponent) in [(true, 0), (true, 1), (false, 0), (false, 2)] {
                let shares = judge.split(secret, scheme, extendable, exponent);
                let (enough, numbers) = (usize::from(scheme.0), 1..=scheme.1);
                assert!(shares.iter().map(Share::number).eq(numbers));
                assert!(shares.iter().all(|share| share.needed() == scheme.0));
                let mut gathering = Gathering::new();
                for share in shares.into_iter().rev().take(enough) {
                    assert_eq!(gathering.secret(), Err(RecoverError::Incomplete));
                    gathering.add(share).expect("a share of the set");
                }
                let found = gathering.secret().expect("the secret").to_hex();
                assert_eq!(found.expose(), secret, "{scheme:?} {extendable} {exponent}");
            }
        }
    }
}

#[test]
fn the_reference_refuses_what_we_refuse() {
    let mut judge = Judge::new();
    let one = kit::shares_of_one_number(2, 3, &kit::secret(1), 1);
    let other = kit::shares_of_one_number(2, 3, &kit::secret(1), 2);
    let another_set = kit::shares(2, 3, &kit::secret(1), 3);
    let cases = [
        ([&one[0], &other[1]], "Invalid digest"),
        ([&one[0], &other[0]], "Invalid set of shares"),
        ([&one[0], &another_set[1]], "Invalid set of mnemonics"),
    ];
    for (shares, expected) in cases {
        let answer = judge.combine(&shares.map(Share::clone));
        let reason = answer["refused"].as_str().expect("a reason");
        assert!(reason.starts_with(expected), "{reason}");
    }
}
