//! The native library of Node, in the folder of its platform's package, and the one file of the main package.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::write_changed;
use crate::session::Session;
use crate::toolchain::Node;

pub(crate) struct NodePackage {
    pub(crate) tools: Node,
    /// The package of this machine's platform.
    pub(crate) platform: PathBuf,
}

/// How the library is built.
const PROFILE: &str = "extension";

pub(super) fn build(session: &Session, tools: Node) -> Result<NodePackage> {
    let (platform, library) = platform()?;
    let folder = tools.package().join("npm").join(platform);
    session.steps.task("node: native library", |log| {
        let workspace = &session.workspace;
        log.run(&mut workspace.cargo_build(PROFILE, &["kernel-client-node"]))?;
        let built = workspace.target().join(PROFILE).join(library);
        let bytes =
            std::fs::read(&built).with_context(|| format!("cannot read {}", built.display()))?;
        write_changed(
            &folder.join(format!("kernel-client.{platform}.node")),
            &bytes,
        )?;
        log.run(tools.npm(session).args(["run", "--silent", "bundle"]))?;
        Ok(())
    })?;
    Ok(NodePackage {
        tools,
        platform: folder,
    })
}

/// This machine as npm packages name it, and the file that Rust makes there.
pub(crate) fn platform() -> Result<(&'static str, &'static str)> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => ("linux-x64-gnu", "libkernel_client_node.so"),
        ("linux", "aarch64") => ("linux-arm64-gnu", "libkernel_client_node.so"),
        ("macos", "x86_64") => ("darwin-x64", "libkernel_client_node.dylib"),
        ("macos", "aarch64") => ("darwin-arm64", "libkernel_client_node.dylib"),
        ("windows", "x86_64") => ("win32-x64-msvc", "kernel_client_node.dll"),
        (os, arch) => bail!("there is no Node package for {os} on {arch}"),
    })
}
