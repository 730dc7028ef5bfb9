//! `cargo xtask package`: what ships, in `target/dist`.

mod npm;
mod python;
mod simulator;
mod swift;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::build::{self, Built, NodePackage};
use crate::session::Session;
use crate::step::Log;
use npm::Packer;

pub(crate) use npm::NodeTarballs;
pub(crate) use python::check as check_wheel;
pub(crate) use simulator::SimulatorPackages;

/// The packages in `target/dist`; `None` only for a language the caller left out.
pub(crate) struct Dist {
    pub(crate) krate: PathBuf,
    pub(crate) wheel: Option<PathBuf>,
    pub(crate) node: Option<NodeTarballs>,
    pub(crate) swift: Option<PathBuf>,
    pub(crate) simulator: SimulatorPackages,
}

pub(crate) fn run(session: &Session) -> Result<bool> {
    let built = build::everything(session)?;
    let mut dist = pack(session, &built)?;
    let mut sources = None;
    if let Some(package) = &built.python {
        let published = python::publish(session, package, &session.workspace.dist())?;
        dist.wheel = Some(published.wheel);
        sources = Some(published.sources);
    }
    println!("\nin {}:", session.workspace.dist().display());
    let tarballs = |node: &'_ Option<NodeTarballs>| {
        let node = node.as_ref();
        node.map_or_else(Vec::new, |node| {
            vec![node.main.clone(), node.platform.clone()]
        })
    };
    let packages = std::iter::once(dist.krate)
        .chain(dist.wheel)
        .chain(sources)
        .chain(tarballs(&dist.node))
        .chain(dist.swift)
        .chain(dist.simulator.wheel)
        .chain(tarballs(&dist.simulator.node));
    for package in packages {
        println!(
            "  {:<48} {}",
            package.file_name().unwrap_or_default().to_string_lossy(),
            size(&package)?
        );
    }
    Ok(true)
}

/// Packs what was built. Nothing of an earlier run stays.
pub(crate) fn pack(session: &Session, built: &Built) -> Result<Dist> {
    let dist = session.workspace.dist();
    if dist.exists() {
        std::fs::remove_dir_all(&dist)?;
    }
    std::fs::create_dir_all(&dist)?;
    session.steps.task("package", |log| {
        let wheel = built
            .python
            .as_ref()
            .map(|python| copy_into(&python.wheel, &dist))
            .transpose()?;
        let node = built
            .node
            .as_ref()
            .map(|package| node(session, log, package, &dist))
            .transpose()?;
        let swift = built
            .swift
            .as_ref()
            .map(|package| swift::pack(session, log, package, &dist))
            .transpose()?;
        let krate = pack_crate(session, log, &dist)?;
        Ok(Dist {
            krate,
            wheel,
            node,
            swift,
            simulator: simulator::pack(session, log, built, &dist)?,
        })
    })
}

/// Packs the package of Node into a folder.
pub(crate) fn node(
    session: &Session,
    log: &mut Log,
    package: &NodePackage,
    dist: &Path,
) -> Result<NodeTarballs> {
    let packer = Packer {
        session,
        tools: &package.tools,
        dist,
    };
    let readme = session.workspace.path("README.md");
    packer.pair(
        log,
        package.tools.package(),
        &package.platform,
        &readme,
        None,
    )
}

fn pack_crate(session: &Session, log: &mut Log, dist: &Path) -> Result<PathBuf> {
    // Not verified here: the tests build it in a project of its own, which proves more.
    let mut cargo = session.workspace.cargo();
    log.run(cargo.args([
        "package",
        "--package",
        "kernel-client",
        "--locked",
        "--no-verify",
        "--allow-dirty",
    ]))?;
    let mut crates = Vec::new();
    for entry in std::fs::read_dir(session.workspace.target().join("package"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("kernel-client-") && name.ends_with(".crate") {
            crates.push((std::fs::metadata(&path)?.modified()?, path));
        }
    }
    let (_, newest) = crates.into_iter().max().context("cargo made no crate")?;
    copy_into(&newest, dist)
}

fn copy_into(file: &Path, folder: &Path) -> Result<PathBuf> {
    let to = folder.join(file.file_name().context("a package without a name")?);
    std::fs::copy(file, &to).with_context(|| format!("cannot copy {}", file.display()))?;
    Ok(to)
}

/// Copies a file, or a folder with all that is in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy_tree(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn size(path: &Path) -> Result<String> {
    fn bytes(path: &Path) -> Result<u64> {
        let meta = std::fs::symlink_metadata(path)?;
        if !meta.is_dir() {
            return Ok(meta.len());
        }
        let mut sum = 0;
        for entry in std::fs::read_dir(path)? {
            sum += bytes(&entry?.path())?;
        }
        Ok(sum)
    }
    let bytes = bytes(path)?;
    ensure!(bytes > 0, "{} is empty", path.display());
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let megabytes = bytes as f64 / 1e6;
    Ok(format!("{megabytes:.1} MB"))
}
