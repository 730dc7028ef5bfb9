//! The static library, the Swift code generated for it, and the package around both.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::put;
use crate::package::copy_tree;
use crate::session::Session;
use crate::toolchain::Swift;

const LIBRARY: &str = "libkernel_client_swift.a";
/// The folder with the library and nothing else: the linker would prefer a shared one beside it.
const LIBRARIES: &str = "target/swift";

pub(crate) struct SwiftPackage {
    pub(crate) tools: Swift,
    folder: PathBuf,
}

pub(super) fn build(session: &Session, tools: Swift) -> Result<SwiftPackage> {
    let package = SwiftPackage {
        tools,
        folder: session.workspace.path("bindings-swift"),
    };
    let workspace = &session.workspace;
    session.steps.task("swift: native library", |log| {
        log.run(workspace.cargo().args([
            "build",
            "--release",
            "--locked",
            "--package",
            "kernel-client-swift",
        ]))?;
        let built = workspace.target().join("release").join(LIBRARY);
        if put(&built, &workspace.path(LIBRARIES).join(LIBRARY))? {
            package.forget_programs()?;
        }
        Ok(())
    })?;
    session.steps.task("swift: generated code", |log| {
        let library = workspace.target().join("release").join(LIBRARY);
        bindgen(session, log, &library, &package.folder)
    })?;
    session.steps.run(
        "swift: package",
        package.swift(session).args(["build", "--build-tests"]),
    )?;
    Ok(package)
}

/// Writes the generated part of the package into `folder`, which holds its `uniffi.toml`.
pub(crate) fn bindgen(
    session: &Session,
    log: &mut crate::step::Log,
    library: &Path,
    folder: &Path,
) -> Result<()> {
    let workspace = &session.workspace;
    let mut cargo = workspace.cargo();
    cargo.args([
        "run",
        "--locked",
        "--package",
        "kernel-client-swift",
        "--features",
        "bindgen",
        "--bin",
        "bindgen",
    ]);
    log.run(cargo.arg("--").arg(library).arg(folder))
}

impl SwiftPackage {
    /// A command of SwiftPM in the package, with the way to the library.
    fn swift(&self, session: &Session) -> Command {
        self.tools.command(session, "swift", &self.folder, None)
    }

    pub(crate) fn test(&self, session: &Session) -> Command {
        let mut command = self.swift(session);
        command.args(["test"]);
        command
    }

    pub(crate) fn example(&self, session: &Session) -> Command {
        let program = self.folder.join(".build/debug/Login");
        self.tools
            .command(session, &program.to_string_lossy(), &self.folder, None)
    }

    /// The package as a user gets it: sources and the static library.
    pub(crate) fn pack(&self, session: &Session, dist: &Path) -> Result<PathBuf> {
        let to = dist.join("KernelClient");
        for part in ["Package.swift", "README.md", "Sources"] {
            copy_tree(&self.folder.join(part), &to.join(part))?;
        }
        std::fs::copy(session.workspace.path("LICENSE"), to.join("LICENSE"))?;
        copy_tree(&session.workspace.path(LIBRARIES), &to.join("lib"))?;
        Ok(to)
    }

    /// SwiftPM does not see that the library changed: without this it would go on testing the old one.
    fn forget_programs(&self) -> Result<()> {
        let build = self.folder.join(".build");
        if build.exists() {
            std::fs::remove_dir_all(&build)
                .with_context(|| format!("cannot remove {}", build.display()))?;
        }
        Ok(())
    }
}
