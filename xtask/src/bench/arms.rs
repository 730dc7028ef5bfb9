//! What is measured: one program a language and mode.

use std::path::Path;
use std::process::Command;

use super::pin::pinned;
use crate::build::Built;
use crate::session::Session;

/// How many logins are in flight at once, and how many there are in all: half a second of CPU or more.
const ALONE: [&str; 2] = ["1", "8000"];
const TOGETHER: [&str; 2] = ["64", "30000"];

/// The arm that the others are compared with, one for each load.
pub(super) const BARE: &str = "bare reqwest";

pub(super) const SWIFT: &str = "tests/bench/swift";

/// One program under one load, measured in each round.
pub(super) struct Arm<'a> {
    pub(super) name: &'static str,
    /// One login after another, or many at once.
    pub(super) load: Load,
    /// The CPU of one login, as a multiple of bare reqwest's.
    pub(super) target: Option<f64>,
    command: Box<dyn Fn() -> Command + 'a>,
    pub(super) cpu: Vec<f64>,
    pub(super) wall: Vec<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// One login after another, client and simulator on one CPU.
    Alone,
    /// Many at once.
    Together,
}

impl Load {
    pub(super) fn in_flight(self) -> &'static str {
        let [in_flight, _] = self.words();
        in_flight
    }

    /// What the programs take as their last arguments.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Alone => ALONE,
            Self::Together => TOGETHER,
        }
    }
}

impl<'a> Arm<'a> {
    fn new(
        name: &'static str,
        load: Load,
        target: Option<f64>,
        command: impl Fn() -> Command + 'a,
    ) -> Self {
        Self {
            name,
            load,
            target,
            command: Box::new(command),
            cpu: Vec::new(),
            wall: Vec::new(),
        }
    }

    pub(super) fn command(&self, session: &Session) -> Command {
        let mut command = (self.command)();
        command.args(self.load.words());
        match self.load {
            Load::Alone => pinned(session, command),
            Load::Together => command,
        }
    }
}

/// All arms of the languages that take part. `release`: where Rust's programs are.
pub(super) fn all<'a>(session: &'a Session, built: &'a Built, release: &'a Path) -> Vec<Arm<'a>> {
    let mut arms = Vec::new();
    for load in [Load::Alone, Load::Together] {
        for (name, subject, target) in [
            (BARE, "reqwest", None),
            ("  fewest headers", "reqwest-fewest", None),
            ("Rust", "client", Some(1.15)),
        ] {
            arms.push(Arm::new(name, load, target, move || {
                let mut command = session.workspace.command(release.join("kernel-bench"));
                command.arg(subject);
                command
            }));
        }
        if let Some(python) = &built.python {
            let modes: &[_] = match load {
                Load::Alone => &[("Python", "sync", Some(2.0))],
                Load::Together => &[
                    ("Python asyncio", "asyncio", Some(3.0)),
                    ("Python uvloop", "uvloop", None),
                ],
            };
            for (name, mode, target) in modes {
                arms.push(Arm::new(name, load, *target, move || {
                    let mut command = python.command(session);
                    command
                        .arg(session.workspace.path("tests/bench/logins.py"))
                        .arg(mode);
                    command
                }));
            }
        }
        if let Some(node) = &built.node {
            arms.push(Arm::new("Node", load, Some(4.0), move || {
                let mut command = node.tools.command(session);
                command.arg(session.workspace.path("tests/bench/logins.mjs"));
                command.arg(node.tools.package().join("index.mjs"));
                command
            }));
        }
        if let Some(swift) = &built.swift {
            arms.push(Arm::new("Swift", load, None, move || {
                let program = session.workspace.path(SWIFT).join(".build/release/Bench");
                swift.program(session, &program, None)
            }));
        }
    }
    arms
}
