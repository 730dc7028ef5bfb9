//! What is built, once per run, and used by everything after it.

mod node;
mod python;
mod rust;
mod swift;

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::session::Session;
use crate::toolchain;

pub(crate) use node::{NodePackage, platform as node_platform};
pub(crate) use python::{PythonPackage, only_wheel};
pub(crate) use rust::{RustPrograms, build as rust};
pub(crate) use swift::SwiftPackage;

/// What ships, built for release, and the programs that test it.
pub(crate) struct Built {
    pub(crate) rust: RustPrograms,
    pub(crate) python: Option<PythonPackage>,
    pub(crate) node: Option<NodePackage>,
    pub(crate) swift: Option<SwiftPackage>,
}

/// What ships, built for release; `None` only for a language the caller left out.
pub(crate) struct Packages {
    pub(crate) python: Option<PythonPackage>,
    pub(crate) node: Option<NodePackage>,
    pub(crate) swift: Option<SwiftPackage>,
}

/// Builds everything.
pub(crate) fn everything(session: &Session) -> Result<Built> {
    let (
        Packages {
            python,
            node,
            swift,
        },
        rust,
    ) = packages_and(session, || rust::build(session))?;
    Ok(Built {
        rust,
        python,
        node,
        swift,
    })
}

/// Builds the packages, after `first`. Cargo builds one thing at a time, so only the toolchains are fetched beside it.
pub(crate) fn packages_and<T>(
    session: &Session,
    first: impl FnOnce() -> Result<T>,
) -> Result<(Packages, T)> {
    let (toolchains, first) = toolchain::prepare_beside(session, first)?;
    let python = toolchains
        .python
        .map(|python| python::build(session, python))
        .transpose()?;
    let node = toolchains
        .node
        .map(|node| node::build(session, node))
        .transpose()?;
    let swift = toolchains
        .swift
        .map(|swift| swift::build(session, swift))
        .transpose()?;
    let packages = Packages {
        python,
        node,
        swift,
    };
    Ok((packages, first))
}

/// Writes a file unless it holds these bytes already: build tools judge by the time of a file. `true`: written.
pub(crate) fn write_changed(to: &Path, bytes: &[u8]) -> Result<bool> {
    if std::fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Beside it and then in its place: a program may have the old one open.
    let mut new = to.as_os_str().to_owned();
    new.push(".new");
    std::fs::write(&new, bytes).with_context(|| format!("cannot write {}", to.display()))?;
    std::fs::rename(&new, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(true)
}
