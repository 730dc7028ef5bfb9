//! The packed Node package in the package managers, runners, bundlers, compilers and runtimes of others: tests/hosts/node.

use anyhow::Result;

use super::{Suite, Tools};
use crate::cli::Language;
use crate::package::Dist;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::tally;
use crate::toolchain::{Node, node};

const FOLDER: &str = "tests/hosts/node";

pub(super) fn prepare(session: &Session) -> Result<Option<Node>> {
    if !session.has(Language::Node) {
        return Ok(None);
    }
    let step = "node: package managers, runners, bundlers and runtimes";
    node::prepare_in(session, FOLDER, step).map(Some)
}

pub(super) fn suite(
    session: &Session,
    dist: &Dist,
    tools: &Tools,
    simulator: &Simulator,
) -> Result<Option<Suite>> {
    let (Some(node), Some(_)) = (&tools.node_hosts, &dist.node) else {
        return Ok(None);
    };
    let mut command = node.tests(session, ".", ".test.js", &["--test-concurrency=2"])?;
    command
        .env("KERNEL_SIMULATOR", simulator.address())
        .env("KERNEL_TARBALLS", session.workspace.dist());
    Ok(Some(Suite {
        name: "node: in package managers, runners, bundlers and runtimes",
        command,
        count: tally::of_node,
    }))
}
