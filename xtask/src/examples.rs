//! The example program of each language, and what it prints.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

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

/// The examples of all languages that take part.
pub(crate) fn all<'a>(session: &'a Session, built: &'a Built) -> Vec<Example<'a>> {
    let mut examples = vec![Example::new("Rust", || {
        session.workspace.command(&built.rust.example)
    })];
    if let Some(python) = &built.python {
        for (language, file) in [
            ("Python", "examples/login.py"),
            ("Python asyncio", "examples/login_async.py"),
        ] {
            examples.push(Example::new(language, move || {
                let mut command = python.command(session);
                command.arg(file);
                command
            }));
        }
    }
    if let Some(node) = &built.node {
        examples.push(Example::new("Node", || {
            let mut command = node.tools.command(session);
            command.arg("examples/login.mjs");
            command
        }));
    }
    if let Some(swift) = &built.swift {
        examples.push(Example::new("Swift", || swift.example(session)));
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

    /// Runs the example for one connection, with more in its environment if need be.
    pub(crate) fn run(
        &self,
        simulator: &Simulator,
        id: &str,
        environment: &[(&str, &str)],
    ) -> Result<Run> {
        let mut command = (self.command)();
        command
            .arg(id)
            .envs(simulator.environment())
            .envs(environment.iter().copied());
        finished(&mut command).with_context(|| format!("the example of {}", self.language))
    }
}

/// Runs a program to its end.
pub(crate) fn finished(command: &mut Command) -> Result<Run> {
    let since = Instant::now();
    let output = command.output().context("cannot start it")?;
    Ok(Run {
        succeeded: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: since.elapsed(),
    })
}

impl Run {
    /// The values of the five lines, in their order.
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
}
