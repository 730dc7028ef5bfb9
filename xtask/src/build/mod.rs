//! What is built, once per run, and used by everything after it.

mod learned;
mod node;
mod python;
mod rust;
mod swift;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

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
    ) = packages_and(
        session,
        || rust::build(session),
        |programs| &programs.simulator,
    )?;
    Ok(Built {
        rust,
        python,
        node,
        swift,
    })
}

/// Builds the packages, after `first`, which has the `simulator`; the toolchains are fetched beside it. Cargo builds one thing
/// at a time in a folder, and what Swift links has its own.
pub(crate) fn packages_and<T: Sync>(
    session: &Session,
    first: impl FnOnce() -> Result<T>,
    simulator: impl FnOnce(&T) -> &Path,
) -> Result<(Packages, T)> {
    let (toolchains, first) = toolchain::prepare_beside(session, first)?;
    let simulator = simulator(&first);
    let packages = std::thread::scope(|scope| {
        let swift = toolchains
            .swift
            .map(|swift| scope.spawn(|| swift::build(session, swift, simulator)));
        let python = toolchains
            .python
            .map(|python| python::build(session, python))
            .transpose();
        let node = toolchains
            .node
            .map(|node| node::build(session, node))
            .transpose();
        let swift = swift.map(toolchain::joined).transpose();
        anyhow::Ok(Packages {
            python: python?,
            node: node?,
            swift: swift?,
        })
    })?;
    Ok((packages, first))
}

/// Puts a library into a folder of `all` with nothing beside it, where the linker would prefer a shared one, and named after
/// its contents: `SwiftPM` does not see that a library changed, but it does see that the way to it did.
fn placed(built: &Path, all: &Path) -> Result<PathBuf> {
    let bytes = std::fs::read(built).with_context(|| format!("cannot read {}", built.display()))?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let folder = all.join(format!("{:016x}", hasher.finish()));
    if all.exists() && !folder.exists() {
        std::fs::remove_dir_all(all)?;
    }
    let library = folder.join(built.file_name().context("a library without a name")?);
    write_changed(&library, &bytes)?;
    Ok(library)
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
