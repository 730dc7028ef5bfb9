//! The official SDKs, and requests made up from the API's document, against the simulator: tests/official.

use anyhow::Result;

use super::{Suite, Tools};
use crate::build::{Built, PythonPackage};
use crate::cli::Language;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::tally;
use crate::toolchain::{Node, Python, node, python};

const FOLDER: &str = "tests/official";
/// The official SDK's own suite, run against the package of Python.
const PORTED: &str = "ported.run";
/// The official SDK's own suite for Node, and what names a copy of its repository: none is published as a package.
const SUITE: &str = "tests/official/suite";
const SUITE_COPY: &str = "KERNEL_NODE_SUITE";
/// Names the API's `OpenAPI` document, which is not part of this project.
const DOCUMENT: &str = "KERNEL_OPENAPI";

pub(super) fn prepare_node(session: &Session) -> Result<Option<Node>> {
    if !session.has(Language::Node) {
        return Ok(None);
    }
    node::prepare_in(session, FOLDER, "official SDK: packages of Node").map(Some)
}

pub(super) fn prepare_python(session: &Session) -> Result<Option<Python>> {
    if !session.has(Language::Python) {
        return Ok(None);
    }
    let requirements = format!("{FOLDER}/requirements.txt");
    let step = "official SDK: packages of Python";
    python::prepare_in(session, "official", &requirements, step).map(Some)
}

pub(super) fn suites(
    session: &Session,
    built: &Built,
    tools: &Tools,
    simulator: &Simulator,
) -> Result<Vec<Suite>> {
    let mut suites = Vec::new();
    if let Some(node) = &tools.official_node {
        let mut command = node.tests(session, ".", ".test.js", &[])?;
        command.env("KERNEL_SIMULATOR", simulator.address());
        suites.push(Suite {
            name: "official SDK: node",
            command,
            count: tally::of_node,
        });
        suites.extend(suite_of_node(session, simulator)?);
    }
    if let Some(python) = &tools.official_python {
        let mut command = python.command(session, "python");
        command
            .current_dir(session.workspace.path(FOLDER))
            .args(["-m", "pytest", "-p", "no:cacheprovider", "--color=no"])
            .env("KERNEL_SIMULATOR", simulator.address());
        match std::env::var_os(DOCUMENT) {
            Some(document) => {
                // It is named from where xtask was started.
                command.env(DOCUMENT, std::path::absolute(document)?);
            }
            None => session.steps.say(&format!(
                "  left out: the simulator beside the API's document ({DOCUMENT} names no file)"
            )),
        }
        suites.push(Suite {
            name: "official SDK: python",
            command,
            count: tally::of_pytest,
        });
        if let Some(package) = &built.python {
            suites.push(ported(session, python, package, simulator)?);
        }
    }
    Ok(suites)
}

/// The official suite for Node with its imports pointed at our package.
fn suite_of_node(session: &Session, simulator: &Simulator) -> Result<Option<Suite>> {
    let Some(copy) = std::env::var_os(SUITE_COPY) else {
        session.steps.say(&format!(
            "  left out: the official suite for Node ({SUITE_COPY} names no copy of its repository)"
        ));
        return Ok(None);
    };
    let node = node::prepare_in(session, SUITE, "official suite: packages of Node")?;
    let mut command = node.tool(session, "jest");
    command
        .env(SUITE_COPY, std::path::absolute(copy)?)
        .env("KERNEL_SIMULATOR", simulator.address());
    Ok(Some(Suite {
        name: "official suite: node",
        command,
        count: tally::of_last_line,
    }))
}

/// The official suite with its imports pointed at our package, which is installed beside it for that.
fn ported(
    session: &Session,
    python: &Python,
    package: &PythonPackage,
    simulator: &Simulator,
) -> Result<Suite> {
    session.steps.task("official suite: our package", |log| {
        let mut pip = python.command(session, "python");
        pip.args(["-m", "pip", "install", "--no-index", "--no-deps"])
            .arg("--force-reinstall")
            .arg(&package.wheel);
        log.run(&mut pip)
    })?;
    let mut command = python.command(session, "python");
    command
        .current_dir(session.workspace.path(FOLDER))
        .args(["-m", PORTED, "--color=no"])
        .env("KERNEL_SIMULATOR", simulator.address());
    Ok(Suite {
        name: "official suite: python",
        command,
        count: tally::of_last_line,
    })
}
