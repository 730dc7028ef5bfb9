//! The simulator, for tests on a machine without Rust: a wheel and npm packages with the program in them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::npm::{NodeTarballs, Packer};
use crate::build::{Built, node_platform, only_wheel};
use crate::session::Session;
use crate::step::Log;

const FOLDER: &str = "tests/simulator";

pub(crate) struct SimulatorPackages {
    pub(crate) wheel: Option<PathBuf>,
    pub(crate) node: Option<NodeTarballs>,
}

/// Builds and packs it for the languages that take part.
pub(super) fn pack(
    session: &Session,
    log: &mut Log,
    built: &Built,
    dist: &Path,
) -> Result<SimulatorPackages> {
    let wheel = match &built.python {
        Some(python) => {
            let folder = session.workspace.target().join("package/wheel");
            if folder.exists() {
                std::fs::remove_dir_all(&folder)?;
            }
            let mut maturin = python.tools.command(session, "maturin");
            maturin.current_dir(session.workspace.path(FOLDER)).args([
                "build",
                "--release",
                "--locked",
                "--out",
            ]);
            session.workspace.without_paths(&mut maturin);
            log.run(maturin.arg(&folder))?;
            Some(super::copy_into(&only_wheel(&folder)?, dist)?)
        }
        None => None,
    };
    let node = match &built.node {
        Some(node) => {
            log.run(&mut session.workspace.cargo_release(&["kernel-simulator"]))?;
            let folder = session.workspace.path(FOLDER);
            let main = folder.join("npm");
            let (platform, _) = node_platform()?;
            let program = session.workspace.target().join("release/kernel-simulator");
            let packer = Packer {
                session,
                tools: &node.tools,
                dist,
            };
            let readme = folder.join("README.md");
            Some(packer.pair(log, &main, &main.join(platform), &readme, Some(&program))?)
        }
        None => None,
    };
    Ok(SimulatorPackages { wheel, node })
}
