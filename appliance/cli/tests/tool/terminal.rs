//! `--from` on a terminal, by util-linux's `script`: what is asked, what can be seen, and what happens to whoever mistypes.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use crate::drive_kit::{IMAGE, PASSPHRASE, encrypted, with_shares};
use crate::kit::Home;

/// The tool on a terminal of its own.
struct Session {
    script: Child,
    /// All that the terminal showed.
    shown: String,
    /// How much of it was waited for.
    seen: usize,
}

impl Session {
    fn begin(home: &Home, words: &str) -> Self {
        let tool = env!("CARGO_BIN_EXE_heirloom");
        let script = Command::new("script")
            .args(["--quiet", "--return", "--command"])
            .arg(format!("'{tool}' {words}"))
            .arg("/dev/null")
            .current_dir(home.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        Self {
            script: script.expect("script runs"),
            shown: String::new(),
            seen: 0,
        }
    }

    /// Waits for a question, then types a line. The end of the program ends the wait.
    fn answer(&mut self, question: &str, line: &str) {
        let output = self.script.stdout.as_mut().expect("its output");
        let mut piece = [0; 256];
        while !self.shown[self.seen..].contains(question) {
            let count = output.read(&mut piece).expect("its output");
            assert!(count > 0, "no {question:?} in {}", self.shown);
            self.shown += &String::from_utf8_lossy(&piece[..count]);
        }
        self.seen = self.shown.len();
        let input = self.script.stdin.as_mut().expect("its input");
        writeln!(input, "{line}").expect("it reads");
    }

    /// Its exit code, and all that the terminal showed.
    fn end(mut self) -> (i32, String) {
        let output = self.script.stdout.as_mut().expect("its output");
        let mut rest = Vec::new();
        output.read_to_end(&mut rest).expect("its output");
        self.shown += &String::from_utf8_lossy(&rest);
        let status = self.script.wait().expect("it ends");
        (status.code().expect("no signal"), self.shown)
    }
}

fn drive() -> Home {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    encrypted(&home, "archive");
    home
}

#[test]
fn a_passphrase_is_not_shown_and_may_be_mistyped_twice() {
    let home = drive();
    let mut session = Session::begin(&home, &format!("ls --from {IMAGE}"));
    session.answer("passphrase: ", "incorrect horse");
    session.answer("passphrase: ", "correct donkey");
    session.answer("passphrase: ", PASSPHRASE);
    let (code, shown) = session.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("DCIM"), "{shown}");
    assert!(
        !shown.contains("horse") && !shown.contains("donkey"),
        "{shown}"
    );

    let mut session = Session::begin(&home, &format!("ls --from {IMAGE}"));
    for _ in 0..3 {
        session.answer("passphrase: ", "incorrect horse");
    }
    let (code, shown) = session.end();
    assert_eq!(code, 2, "{shown}");
}

/// The first four letters of each word, which are enough.
fn cut(share: &str) -> String {
    let cut = |word: &str| word.chars().take(4).collect::<String>();
    share.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_wrong_word_of_a_share_is_pointed_at_and_typed_anew() {
    let home = drive();
    let shares = with_shares(&home, 1);
    let first: Vec<&str> = shares[0].split(' ').collect();
    let mut unknown = first.clone();
    unknown[6] = "xylophone";
    let mut exchanged: Vec<&str> = shares[1].split(' ').collect();
    let right = exchanged[9];
    exchanged[9] = match right {
        "academic" => "acid",
        _ => "academic",
    };

    let mut session = Session::begin(&home, &format!("ls --from {IMAGE} --shares"));
    session.answer("Share 1: ", &unknown.join(" "));
    session.answer("Word 7, or", first[6]);
    session.answer("Share 2 of the 2 that are needed: ", &shares[0]);
    session.answer("Share 2 of the 2 that are needed: ", "one two");
    session.answer("again: ", "");
    session.answer("Share 2 of the 2 that are needed: ", &exchanged.join(" "));
    session.answer("Word 10, or", right);
    let (code, shown) = session.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("can be seen"), "{shown}");

    let mut session = Session::begin(&home, &format!("ls --from {IMAGE} --shares"));
    session.answer("Share 1: ", &cut(&shares[2]).to_uppercase());
    session.answer("Share 2 of", &cut(&shares[0]));
    let (code, shown) = session.end();
    assert_eq!(code, 0, "{shown}");
}
