//! Help, man pages and completions.

use std::fs;
use std::process::{Command, Stdio};

use crate::kit::{Home, tool};

#[test]
fn every_command_has_help_with_exit_codes_and_a_man_page() {
    let home = Home::new();
    let man = home.run(["man", "pages"]);
    assert_eq!(man.code, 0, "{man:?}");
    for command in ["archive", "verify", "ls", "restore", "thin"] {
        let help = home.run([command, "--help"]);
        assert_eq!(help.code, 0, "{help:?}");
        assert!(help.out.contains("130  interrupted"), "{}", help.out);
        let page = home.path("pages").join(format!("heirloom-{command}.1"));
        let page = fs::read_to_string(page).expect("its page");
        assert!(page.contains("130") && page.contains(".TH"), "{page}");
    }
    let page = home.run(["man"]).out;
    assert_eq!(
        page,
        fs::read_to_string(home.path("pages/heirloom.1")).expect("the page")
    );
    // Where there is a man, it finds nothing wrong.
    if Command::new("man")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok()
    {
        let mut command = Command::new("man");
        tool(
            command
                .args(["--warnings", "-l"])
                .arg(home.path("pages/heirloom.1")),
        );
    }
}

#[test]
fn shells_get_their_completions() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let outcome = home.run(["completions", shell]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        for word in ["archive", "restore", "keep-last"] {
            assert!(outcome.out.contains(word), "{shell}: {word}");
        }
    }
    let script = home.run(["completions", "bash"]).out;
    fs::write(home.path("heirloom.bash"), script).expect("the script");
    tool(
        Command::new("bash")
            .arg("-n")
            .arg(home.path("heirloom.bash")),
    );
}
