//! What is measured: one program a language and mode.

use std::path::Path;
use std::process::Command;

use super::pin::pinned;
use super::world::EVENTS;
use crate::build::Packages;
use crate::session::Session;

/// The arm that the others are compared with, one for each load.
pub(super) const BARE: &str = "bare reqwest";

pub(super) const SWIFT: &str = "tests/bench/swift";
/// Swift's program, in that folder.
pub(super) const BUILT: &str = ".build/release/Bench";
/// A program of Swift that does nothing but load what every one does.
pub(super) const EMPTY: &str = ".build/release/Empty";

/// One program under one load, measured in each round.
pub(super) struct Arm<'a> {
    pub(super) name: &'static str,
    pub(super) load: Load,
    /// The CPU of one unit, as a multiple of bare reqwest's.
    pub(super) target: Option<f64>,
    command: Box<dyn Fn() -> Command + 'a>,
    pub(super) cpu: Vec<f64>,
    pub(super) wall: Vec<f64>,
}

/// What is called, and how often. The first three run on one CPU, together with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Load {
    /// One login after another.
    Login,
    /// One page of 100 connections after another.
    Page,
    /// One stream of events after another.
    Events,
    /// Many logins at once.
    Logins,
}

impl Load {
    pub(super) const ALL: [Self; 4] = [Self::Login, Self::Page, Self::Events, Self::Logins];

    /// What the programs take as their last arguments: what is called, how many at once, how many in all. That is
    /// half a second of CPU or more.
    pub(super) const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Login => ["login", "1", "8000"],
            Self::Page => ["page", "1", "800"],
            Self::Events => ["events", "1", "60"],
            Self::Logins => ["login", "64", "30000"],
        }
    }

    /// How many logins, pages or events are counted.
    pub(super) fn units(self) -> f64 {
        let [_, _, calls] = self.words();
        let calls: f64 = calls.parse().unwrap_or_default();
        match self {
            Self::Login | Self::Page | Self::Logins => calls,
            Self::Events => calls * f64::from(EVENTS),
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Login => "One login after another",
            Self::Page => "Pages of 100 connections, one after another",
            Self::Events => "Events of a stream",
            Self::Logins => "64 logins at once",
        }
    }

    pub(super) const fn is_alone(self) -> bool {
        !matches!(self, Self::Logins)
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
        match self.load.is_alone() {
            true => pinned(session, command),
            false => command,
        }
    }
}

/// All arms of the languages that take part. `release`: where Rust's programs are.
pub(super) fn all<'a>(
    session: &'a Session,
    packages: &'a Packages,
    release: &'a Path,
) -> Vec<Arm<'a>> {
    let mut arms = Vec::new();
    for load in Load::ALL {
        // What is asked of a login is a goal of this project; the others are told.
        let is_login = matches!(load, Load::Login | Load::Logins);
        let target = |ratio: f64| is_login.then_some(ratio);
        for (name, subject, target) in [
            (BARE, "reqwest", None),
            ("  fewest headers", "reqwest-fewest", None),
            ("Rust", "client", target(1.15)),
        ] {
            if subject == "reqwest-fewest" && !is_login {
                continue;
            }
            arms.push(Arm::new(name, load, target, move || {
                let mut command = session.workspace.command(release.join("kernel-bench"));
                command.arg(subject);
                command
            }));
        }
        if let Some(python) = &packages.python {
            let modes: &[_] = match load {
                Load::Login => &[("Python", "sync", Some(2.0))],
                Load::Page | Load::Events => &[
                    ("Python", "sync", None),
                    ("Python asyncio", "asyncio", None),
                ],
                Load::Logins => &[
                    ("Python asyncio", "asyncio", Some(3.0)),
                    ("Python uvloop", "uvloop", None),
                ],
            };
            for (name, mode, target) in modes {
                arms.push(Arm::new(name, load, *target, move || {
                    let mut command = python.command(session);
                    command
                        .arg(session.workspace.path("tests/bench/measure.py"))
                        .args(["kernel_client", mode]);
                    command
                }));
            }
        }
        if let Some(node) = &packages.node {
            arms.push(Arm::new("Node", load, target(4.0), move || {
                let mut command = node.tools.command(session);
                command.arg(session.workspace.path("tests/bench/measure.cjs"));
                command.arg("kernel-client");
                command
            }));
        }
        if let Some(swift) = &packages.swift {
            arms.push(Arm::new("Swift", load, None, move || {
                let program = session.workspace.path(SWIFT).join(BUILT);
                let mut command = swift.program(session, &program, None);
                command.arg("client");
                command
            }));
        }
    }
    arms
}
