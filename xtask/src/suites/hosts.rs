//! The Python package in the servers, workers, loops and notebooks of others: tests/hosts.

use anyhow::Result;

use super::{Suite, Tools};
use crate::build::Built;
use crate::cli::Language;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::tally;
use crate::toolchain::{Python, python};

const FOLDER: &str = "tests/hosts";

pub(super) fn prepare(session: &Session) -> Result<Option<Python>> {
    if !session.has(Language::Python) {
        return Ok(None);
    }
    let requirements = format!("{FOLDER}/requirements.txt");
    let step = "python: servers, workers and notebooks";
    python::prepare_in(session, "hosts", &requirements, step).map(Some)
}

pub(super) fn suite(
    session: &Session,
    built: &Built,
    tools: &Tools,
    simulator: &Simulator,
) -> Result<Option<Suite>> {
    let (Some(python), Some(package)) = (&tools.hosts, &built.python) else {
        return Ok(None);
    };
    let mut pip = python.command(session, "python");
    pip.args(["-m", "pip", "install", "--no-index", "--no-deps"])
        .arg("--force-reinstall")
        .arg(&package.wheel);
    session.steps.run(
        "python: wheel beside servers, workers and notebooks",
        &mut pip,
    )?;
    let mut command = python.command(session, "python");
    command
        .current_dir(session.workspace.path(FOLDER))
        .args(["-m", "pytest", "--color=no"])
        .env("KERNEL_SIMULATOR", simulator.address());
    Ok(Some(Suite {
        name: "python: in servers, workers and notebooks",
        command,
        count: tally::of_pytest,
    }))
}
