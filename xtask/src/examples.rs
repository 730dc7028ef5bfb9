//! The example program of each language, and what it prints.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::build::Built;
use crate::session::Session;
use crate::simulator::Simulator;

/// What an example prints for a login, a line each.
const LINES: [&str; 5] = [
    "id",
    "flow_type",
    "hosted_url",
    "flow_expires_at",
    "live_view_url",
];

/// Which of a language's examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Starts the login of a connection, and says where a person signs in.
    Login,
    /// Makes a connection and signs it in, asking for what the login wants to know.
    SignIn,
}

impl Kind {
    /// The name of its file.
    pub(crate) const fn stem(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::SignIn => "sign_in",
        }
    }

    /// Its name in Swift.
    pub(crate) const fn target(self) -> &'static str {
        match self {
            Self::Login => "Login",
            Self::SignIn => "SignIn",
        }
    }
}

pub(crate) struct Example<'a> {
    pub(crate) language: &'static str,
    command: Box<dyn Fn() -> Command + 'a>,
}

/// What a run of an example gave.
pub(crate) struct Run {
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// From the start of the program to its end.
    pub(crate) took: Duration,
}

/// What a sign-in printed.
pub(crate) struct SignedIn<'a> {
    /// What the person was asked for.
    pub(crate) asked: Vec<&'a str>,
    pub(crate) status: &'a str,
    pub(crate) arrived_at: &'a str,
}

/// The examples of all languages that take part.
pub(crate) fn all<'a>(session: &'a Session, built: &'a Built, kind: Kind) -> Vec<Example<'a>> {
    let mut examples = vec![Example::new("Rust", move || {
        session.workspace.command(built.rust.example(kind))
    })];
    let stem = kind.stem();
    if let Some(python) = &built.python {
        for (language, suffix) in [("Python", ""), ("Python asyncio", "_async")] {
            examples.push(Example::new(language, move || {
                let mut command = python.command(session);
                command.arg(format!("examples/{stem}{suffix}.py"));
                command
            }));
        }
    }
    if let Some(node) = &built.node {
        examples.push(Example::new("Node", move || {
            let mut command = node.tools.command(session);
            command.arg(format!("examples/{stem}.mjs"));
            command
        }));
    }
    if let Some(swift) = &built.swift {
        examples.push(Example::new("Swift", move || {
            swift.example(session, kind.target())
        }));
    }
    examples
}

impl<'a> Example<'a> {
    fn new(language: &'static str, command: impl Fn() -> Command + 'a) -> Self {
        Self {
            language,
            command: Box::new(command),
        }
    }

    /// The language's name as a part of other names.
    pub(crate) fn slug(&self) -> String {
        self.language.to_lowercase().replace(' ', "-")
    }

    /// Runs the example with these arguments, while somebody enters these lines.
    pub(crate) fn run(
        &self,
        simulator: &Simulator,
        words: &[&str],
        lines: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Run> {
        let mut command = (self.command)();
        command
            .args(words)
            .envs(simulator.environment())
            .envs(environment.iter().copied());
        finished(&mut command, lines).with_context(|| format!("the example of {}", self.language))
    }
}

/// Runs a program to its end, while somebody enters these lines.
pub(crate) fn finished(command: &mut Command, lines: &[&str]) -> Result<Run> {
    let since = Instant::now();
    let mut program = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start it")?;
    if let Some(mut input) = program.stdin.take() {
        // A program may end without having asked for all of them.
        let _ = input.write_all(
            lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>()
                .as_bytes(),
        );
    }
    let output = program.wait_with_output()?;
    Ok(Run {
        succeeded: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: since.elapsed(),
    })
}

impl Run {
    /// The values of the five lines of a login, in their order.
    pub(crate) fn login(&self) -> Result<[&str; LINES.len()]> {
        ensure!(self.succeeded, "it failed: {}", self.stderr.trim());
        let lines: Vec<&str> = self.stdout.lines().collect();
        ensure!(
            lines.len() == LINES.len(),
            "it printed {} lines, not {}: {:?}",
            lines.len(),
            LINES.len(),
            self.stdout
        );
        let mut values = [""; LINES.len()];
        for ((value, name), line) in values.iter_mut().zip(LINES).zip(lines) {
            *value = line
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix(": "))
                .filter(|value| !value.is_empty())
                .with_context(|| format!("it printed `{line}` where `{name}: ...` belongs"))?;
        }
        Ok(values)
    }

    /// What a sign-in says; an error unless it says all of it, and ended signed in.
    pub(crate) fn signed_in(&self) -> Result<SignedIn<'_>> {
        ensure!(self.succeeded, "it failed: {}", self.stderr.trim());
        let values = |name: &str| -> Vec<&str> {
            let start = format!("{name}: ");
            self.stdout
                .lines()
                .filter_map(|line| line.strip_prefix(&start))
                .collect()
        };
        let value = |name| match values(name).as_slice() {
            [value] if !value.is_empty() => Ok(*value),
            _ => bail!(
                "it printed no `{name}: ...`, or not once: {:?}",
                self.stdout
            ),
        };
        value("connection")?;
        ensure!(value("page")?.starts_with("http"), "the page is no URL");
        let signed_in = SignedIn {
            asked: values("asked"),
            status: value("status")?,
            arrived_at: value("arrived at")?,
        };
        ensure!(
            signed_in.status == "AUTHENTICATED",
            "it ended {}",
            signed_in.status
        );
        ensure!(!signed_in.asked.is_empty(), "it asked for nothing");
        Ok(signed_in)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Run;

    const SAID: &str = "connection: ma_1\npage: http://host/login\nasked: Email\nasked: Code\n\
                        status: AUTHENTICATED\narrived at: https://example.com/\n";

    fn run(stdout: &str) -> Run {
        Run {
            succeeded: true,
            stdout: stdout.to_owned(),
            stderr: String::new(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_sign_in_says_all_of_it() {
        let run = run(SAID);
        let signed_in = run.signed_in().unwrap();
        assert_eq!(signed_in.asked, ["Email", "Code"]);
        assert_eq!(signed_in.status, "AUTHENTICATED");
        assert_eq!(signed_in.arrived_at, "https://example.com/");
    }

    #[test]
    fn a_sign_in_that_leaves_out_something_is_none() {
        for line in SAID.lines() {
            // One question is enough.
            if !line.starts_with("asked") {
                let rest = SAID.replace(&format!("{line}\n"), "");
                assert!(run(&rest).signed_in().is_err(), "without {line:?}");
            }
        }
        for (is, other) in [("AUTHENTICATED", "NEEDS_AUTH"), ("asked", "told")] {
            assert!(run(&SAID.replace(is, other)).signed_in().is_err());
        }
        let mut failed = run(SAID);
        failed.succeeded = false;
        assert!(failed.signed_in().is_err());
    }
}
