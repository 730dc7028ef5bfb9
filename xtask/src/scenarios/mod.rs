//! All scenarios in all languages: the runners, and the matrix of what they say.

mod matrix;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::build::{Built, RustPrograms};
use crate::session::Session;
use crate::simulator::Simulator;
use crate::tally::Tally;

/// The languages as the runners call themselves.
const RUST: &str = "rust";
const PYTHON: &str = "python";
const PYTHON_ASYNCIO: &str = "python-asyncio";
const NODE: &str = "node";
const SWIFT: &str = "swift";
const SWIFT_EXECUTOR: &str = "swift-executor";
const SWIFT_URLSESSION: &str = "swift-urlsession";

/// Where the runners say what they found, a JSON object a line.
pub(crate) struct Results {
    file: PathBuf,
    /// The program, for tests that start it themselves.
    simulator: PathBuf,
}

impl Results {
    pub(crate) fn new(session: &Session, programs: &RustPrograms) -> Result<Self> {
        let file = session.workspace.path("target/log/scenarios.jsonl");
        std::fs::write(&file, "").with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self {
            file,
            simulator: programs.simulator.clone(),
        })
    }

    /// Points a runner at the simulator, the scenarios and this file.
    pub(crate) fn aim(&self, session: &Session, simulator: &Simulator, command: &mut Command) {
        command
            .env("KERNEL_SIMULATOR", simulator.address())
            .env(
                "KERNEL_SCENARIOS",
                session.workspace.path("tests/scenarios"),
            )
            .env("KERNEL_SIMULATOR_BINARY", &self.simulator)
            .env("KERNEL_RESULTS", &self.file);
    }
}

/// Runs the runners of Python and Node beside each other; those of Rust and Swift are part of their own tests. Hands back the
/// languages whose runner did not end well.
pub(crate) fn run(
    session: &Session,
    built: &Built,
    simulator: &Simulator,
    results: &Results,
) -> Vec<&'static str> {
    let mut runners = Vec::new();
    if let Some(python) = &built.python {
        for (language, mode) in [(PYTHON, "sync"), (PYTHON_ASYNCIO, "asyncio")] {
            let mut command = python.command(session);
            command.args(["tests/scenarios.py", "--mode", mode]);
            runners.push((language, command));
        }
    }
    if let Some(node) = &built.node {
        let mut command = node.tools.command(session);
        command.arg("test/scenarios.mjs");
        runners.push((NODE, command));
    }
    // Most of what a scenario does is waiting; each has a world of its own.
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for (language, mut command) in runners {
            results.aim(session, simulator, &mut command);
            let step = move || {
                let name = format!("{language}: scenarios");
                session.steps.run(&name, &mut command).is_ok()
            };
            running.push((language, scope.spawn(step)));
        }
        running
            .into_iter()
            .filter_map(|(language, thread)| (!thread.join().unwrap_or(false)).then_some(language))
            .collect()
    })
}

/// The matrix, scenario by language, with each of its cells counted.
pub(crate) fn matrix(
    session: &Session,
    built: &Built,
    results: &Results,
    broken: &[&str],
    tally: &mut Tally,
) -> Result<String> {
    let languages: Vec<&str> = [
        (RUST, true),
        (PYTHON, built.python.is_some()),
        (PYTHON_ASYNCIO, built.python.is_some()),
        (NODE, built.node.is_some()),
        (SWIFT, built.swift.is_some()),
        (SWIFT_EXECUTOR, built.swift.is_some()),
        (SWIFT_URLSESSION, built.swift.is_some()),
    ]
    .into_iter()
    .filter_map(|(language, takes_part)| takes_part.then_some(language))
    .collect();
    let lines = std::fs::read_to_string(&results.file)?;
    matrix::draw(&names(session)?, &languages, &lines, broken, tally)
}

/// The scenarios of the repository: one a file, named as the file.
fn names(session: &Session) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(session.workspace.path("tests/scenarios"))
        .context("no tests/scenarios")?
    {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let stem = path.file_stem().context("a scenario without a name")?;
            names.insert(stem.to_string_lossy().into_owned());
        }
    }
    if names.is_empty() {
        bail!("there is not one scenario in tests/scenarios");
    }
    Ok(names)
}
