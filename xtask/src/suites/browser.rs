//! The hosted page in a real Chromium: tests/browser.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{Suite, Tools};
use crate::cli::Language;
use crate::session::Session;
use crate::simulator::Simulator;
use crate::tally;
use crate::toolchain::{Node, apt, node};
use crate::workspace::which;

const FOLDER: &str = "tests/browser";
/// Files at once: a person who signs in mostly waits.
const AT_ONCE: &str = "--test-concurrency=3";
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

pub(super) fn prepare(session: &Session) -> Result<Option<(Node, PathBuf)>> {
    if !session.has(Language::Node) {
        session
            .steps
            .say("  left out: the hosted page in a browser, whose tests are in Node");
        return Ok(None);
    }
    let node = node::prepare_in(session, FOLDER, "browser: packages")?;
    Ok(Some((node, chromium(session)?)))
}

/// The browser that `CHROMIUM` names, one on the path, or Debian's.
fn chromium(session: &Session) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    let found = || NAMES.into_iter().find_map(which);
    if let Some(found) = found() {
        return Ok(found);
    }
    session
        .steps
        .task("browser: chromium (a download of 100 MB)", |log| {
            apt::install(session, log, &["chromium"])
        })?;
    found().context("the package chromium has no program chromium")
}

pub(super) fn suite(
    session: &Session,
    tools: &Tools,
    simulator: &Simulator,
) -> Result<Option<Suite>> {
    let Some((node, chromium)) = &tools.browser else {
        return Ok(None);
    };
    let mut command = node.tests(session, ".", ".test.js", &[AT_ONCE])?;
    command
        .env("CHROMIUM", chromium)
        .env("KERNEL_SIMULATOR", simulator.address());
    Ok(Some(Suite {
        name: "browser: the hosted page",
        command,
        count: tally::of_node,
    }))
}
