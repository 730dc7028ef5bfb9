//! The static library, and the Swift package around it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::write_changed;
use crate::session::Session;
use crate::toolchain::Swift;

const LIBRARY: &str = "libkernel_client_swift.a";

pub(crate) struct SwiftPackage {
    tools: Swift,
    folder: PathBuf,
    takes_bundles: bool,
    /// The static library, with nothing beside it.
    library: PathBuf,
}

pub(super) fn build(session: &Session, tools: Swift) -> Result<SwiftPackage> {
    let workspace = &session.workspace;
    let folder = workspace.path("bindings-swift");
    let takes_bundles = tools.takes_bundles(session)?;
    let library = session.steps.task("swift: native library", |log| {
        log.run(&mut workspace.cargo_release(&["kernel-client-swift"]))?;
        place(session)
    })?;
    let package = SwiftPackage {
        tools,
        folder,
        takes_bundles,
        library,
    };
    let mut build = package.build(session, &package.folder);
    session
        .steps
        .run("swift: package and tests", build.arg("--build-tests"))?;
    Ok(package)
}

/// Puts the library into a folder with nothing beside it, where the linker would prefer a shared one, and named after
/// its contents: `SwiftPM` does not see that a library changed, but it does see that the way to it did.
fn place(session: &Session) -> Result<PathBuf> {
    let built = session.workspace.target().join("release").join(LIBRARY);
    let bytes =
        std::fs::read(&built).with_context(|| format!("cannot read {}", built.display()))?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let all = session.workspace.path("target/swift");
    let folder = all.join(format!("{:016x}", hasher.finish()));
    if all.exists() && !folder.exists() {
        std::fs::remove_dir_all(&all)?;
    }
    let library = folder.join(LIBRARY);
    write_changed(&library, &bytes)?;
    Ok(library)
}

impl SwiftPackage {
    /// `swift build` of a package in the workspace.
    pub(crate) fn build(&self, session: &Session, folder: &Path) -> Command {
        self.swiftpm(session, "build", folder)
    }

    /// The same into a folder of its own, which other options would otherwise have built anew.
    pub(crate) fn build_apart(&self, session: &Session, folder: &Path, scratch: &Path) -> Command {
        let mut command = self.build(session, folder);
        command.arg("--scratch-path").arg(scratch);
        command
    }

    pub(crate) fn test(&self, session: &Session) -> Command {
        self.swiftpm(session, "test", &self.folder)
    }

    /// The static library.
    pub(crate) fn library(&self) -> &Path {
        &self.library
    }

    /// Whether this Swift takes the library out of an artifact bundle.
    pub(crate) fn takes_bundles(&self) -> bool {
        self.takes_bundles
    }

    /// The scenarios as they are in a release, where nothing is checked that a program does not check itself.
    pub(crate) fn release_scenarios(&self, session: &Session) -> Command {
        let mut command = self.test(session);
        command.args(["-c", "release", "--filter", "scenarios", "--scratch-path"]);
        command.arg(session.workspace.target().join("swift-release"));
        command
    }

    /// `swift test` of another package in the workspace, one test after another.
    pub(crate) fn test_of(&self, session: &Session, folder: &Path) -> Command {
        let mut command = self.swiftpm(session, "test", folder);
        command.arg("--no-parallel");
        command
    }

    /// The toolchain it is built with.
    pub(crate) fn tools(&self) -> &Swift {
        &self.tools
    }

    pub(crate) fn example(&self, session: &Session, target: &str) -> Command {
        let program = self.folder.join(".build/debug").join(target);
        self.program(session, &program, None)
    }

    /// A program that was built. `shared`: its folder, when that is outside the workspace.
    pub(crate) fn program(
        &self,
        session: &Session,
        program: &Path,
        shared: Option<&Path>,
    ) -> Command {
        self.tools
            .command(session, &program.to_string_lossy(), &self.folder, shared)
    }

    /// The formatter, which only looks.
    pub(crate) fn format_lint(&self, session: &Session) -> Command {
        let mut command = self.tools.command(session, "swift", &self.folder, None);
        command.args([
            "format",
            "lint",
            "--strict",
            "--recursive",
            "--configuration",
            ".swift-format",
            "../tests/bench/swift/Package.swift",
            "../tests/bench/swift/Sources",
            "../tests/stress/swift/Package.swift",
            "../tests/stress/swift/Sources",
            "../tests/snippets",
            "Package.swift",
            "Sources",
            "Examples",
            "Tests",
        ]);
        command
    }

    fn swiftpm(&self, session: &Session, verb: &str, folder: &Path) -> Command {
        let mut command = self.tools.command(session, "swift", folder, None);
        let library = self.library.parent().unwrap_or(&self.library);
        command
            .args([verb, "-Xlinker"])
            .arg(format!("-L{}", library.display()));
        if folder == self.folder {
            // Whoever builds the package is told nothing that is not theirs.
            command.args(["-Xswiftc", "-warnings-as-errors"]);
        }
        command
    }
}
