//! Tarballs as npm takes them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::copy_tree;
use crate::session::Session;
use crate::step::Log;
use crate::toolchain::Node;

/// A package, and the package of this machine's platform that it needs.
pub(crate) struct NodeTarballs {
    pub(crate) main: PathBuf,
    pub(crate) platform: PathBuf,
    /// What the platform's package is called.
    pub(crate) platform_name: String,
}

/// Packs folders into `dist`.
pub(super) struct Packer<'a> {
    pub(super) session: &'a Session,
    pub(super) tools: &'a Node,
    pub(super) dist: &'a Path,
}

impl Packer<'_> {
    /// The tarball of a package and its name. `more` is a file that is not in its folder, beside the licence and the
    /// readme, which `npm pack` cannot reach from there: they are put beside a copy of it.
    pub(super) fn pack(
        &self,
        log: &mut Log,
        folder: &Path,
        readme: &Path,
        more: Option<&Path>,
    ) -> Result<(PathBuf, String)> {
        let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join("package.json"))?)?;
        let name = manifest.get("name").and_then(Value::as_str);
        let name = name.context("package.json has no name")?;
        let staged = self
            .session
            .workspace
            .target()
            .join("package/npm")
            .join(name);
        if staged.exists() {
            std::fs::remove_dir_all(&staged)?;
        }
        std::fs::create_dir_all(&staged)?;
        if let Some(more) = more {
            std::fs::copy(more, staged.join(more.file_name().unwrap_or_default()))
                .with_context(|| format!("cannot copy {}", more.display()))?;
        }
        let files = manifest.get("files").and_then(Value::as_array);
        for file in files
            .context("package.json lists no files")?
            .iter()
            .filter_map(Value::as_str)
            .chain(["package.json"])
        {
            if !staged.join(file).exists() {
                copy_tree(&folder.join(file), &staged.join(file))?;
            }
        }
        let own = folder.join("README.md");
        std::fs::copy(
            if own.exists() { &own } else { readme },
            staged.join("README.md"),
        )?;
        std::fs::copy(
            self.session.workspace.path("LICENSE"),
            staged.join("LICENSE"),
        )?;
        let mut npm = self.tools.npm(self.session);
        npm.current_dir(&staged).args([
            "pack",
            "--workspaces=false",
            "--ignore-scripts",
            "--json",
            "--pack-destination",
        ]);
        let packed: Value = serde_json::from_str(&log.output(npm.arg(self.dist))?)?;
        let file = packed.pointer("/0/filename").and_then(Value::as_str);
        let file = file.context("npm pack names no file")?;
        Ok((self.dist.join(file), name.to_owned()))
    }

    /// A package and its platform's, which may take `more` as above.
    pub(super) fn pair(
        &self,
        log: &mut Log,
        main: &Path,
        platform: &Path,
        readme: &Path,
        more: Option<&Path>,
    ) -> Result<NodeTarballs> {
        let (main, _) = self.pack(log, main, readme, None)?;
        let (platform, platform_name) = self.pack(log, platform, readme, more)?;
        Ok(NodeTarballs {
            main,
            platform,
            platform_name,
        })
    }
}
