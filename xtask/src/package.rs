//! `cargo xtask package`: what ships, in `target/dist`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::build::{self, Built, NodePackage};
use crate::session::Session;
use crate::step::Log;

/// The packages in `target/dist`; `None` only for a language the caller left out.
pub(crate) struct Dist {
    pub(crate) krate: PathBuf,
    pub(crate) wheel: Option<PathBuf>,
    pub(crate) node: Option<NodeTarballs>,
    pub(crate) swift: Option<PathBuf>,
}

pub(crate) struct NodeTarballs {
    pub(crate) main: PathBuf,
    pub(crate) platform: PathBuf,
    /// What the platform's package is called.
    pub(crate) platform_name: String,
}

pub(crate) fn run(session: &Session) -> Result<bool> {
    let built = build::everything(session)?;
    let dist = pack(session, &built)?;
    println!("\nin {}:", session.workspace.dist().display());
    let node = dist
        .node
        .iter()
        .flat_map(|node| [&node.main, &node.platform]);
    for package in std::iter::once(&dist.krate)
        .chain(&dist.wheel)
        .chain(node)
        .chain(&dist.swift)
    {
        println!(
            "  {:<48} {}",
            package.file_name().unwrap_or_default().to_string_lossy(),
            size(package)?
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
            .map(|node| pack_node(session, log, node, &dist))
            .transpose()?;
        let swift = built
            .swift
            .as_ref()
            .map(|swift| swift.pack(session, &dist))
            .transpose()?;
        let krate = pack_crate(session, log, &dist)?;
        Ok(Dist {
            krate,
            wheel,
            node,
            swift,
        })
    })
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

/// The tarballs of the main package and of this platform's. What `npm pack` cannot reach from a package's own
/// folder, the licence and the readme, is put beside a copy of it.
fn pack_node(
    session: &Session,
    log: &mut Log,
    node: &NodePackage,
    dist: &Path,
) -> Result<NodeTarballs> {
    let mut pack = |folder: &Path| -> Result<(PathBuf, String)> {
        let name = folder.file_name().unwrap_or_default();
        let staged = session.workspace.target().join("package/npm").join(name);
        if staged.exists() {
            std::fs::remove_dir_all(&staged)?;
        }
        std::fs::create_dir_all(&staged)?;
        let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join("package.json"))?)?;
        let files = manifest
            .get("files")
            .and_then(Value::as_array)
            .context("package.json lists no files")?;
        for file in files
            .iter()
            .filter_map(Value::as_str)
            .chain(["package.json"])
        {
            copy_tree(&folder.join(file), &staged.join(file))?;
        }
        let own = folder.join("README.md");
        let readme = if own.exists() {
            own
        } else {
            session.workspace.path("README.md")
        };
        std::fs::copy(readme, staged.join("README.md"))?;
        std::fs::copy(session.workspace.path("LICENSE"), staged.join("LICENSE"))?;
        let mut npm = node.tools.npm(session);
        npm.current_dir(&staged).args([
            "pack",
            "--workspaces=false",
            "--ignore-scripts",
            "--json",
            "--pack-destination",
        ]);
        let packed: Value = serde_json::from_str(&log.output(npm.arg(dist))?)?;
        let said = |name| {
            packed
                .pointer(name)
                .and_then(Value::as_str)
                .context("npm pack names no file")
        };
        Ok((dist.join(said("/0/filename")?), said("/0/name")?.to_owned()))
    };
    let (main, _) = pack(node.tools.package())?;
    let (platform, platform_name) = pack(&node.platform)?;
    Ok(NodeTarballs {
        main,
        platform,
        platform_name,
    })
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
        let meta = std::fs::metadata(path)?;
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
