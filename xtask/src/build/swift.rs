//! The static library, and the Swift package around it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::learned::{self, Library};
use super::placed;
use crate::session::Session;
use crate::toolchain::Swift;

const LIBRARY: Library = Library {
    krate: "kernel-client-swift",
    file: "libkernel_client_swift.a",
};
/// The program that the library learns from.
const TRAINING: &str = "tests/bench/swift";

pub(crate) struct SwiftPackage {
    tools: Swift,
    folder: PathBuf,
    takes_bundles: bool,
    /// The static library, with nothing beside it.
    library: PathBuf,
}

pub(super) fn build(session: &Session, tools: Swift, simulator: &Path) -> Result<SwiftPackage> {
    let workspace = &session.workspace;
    let folder = workspace.path("bindings-swift");
    let takes_bundles = tools.takes_bundles(session)?;
    let learned = learned::build(session, "swift", &LIBRARY, |library| {
        training(session, &tools, library, simulator)
    })?;
    let built = match learned {
        Some(learned) => learned,
        None => {
            let mut cargo = workspace.cargo_release(&[LIBRARY.krate]);
            session.steps.run("swift: native library", &mut cargo)?;
            workspace.target().join("release").join(LIBRARY.file)
        }
    };
    let library = placed(&built, &workspace.path("target/swift"))?;
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

/// Builds the program that a watched library learns from, and runs it.
fn training(session: &Session, tools: &Swift, library: &Path, simulator: &Path) -> [Command; 2] {
    // What writes the profile when the program ends is in the library, and nothing asks for it.
    const WRITES: &str = if cfg!(target_vendor = "apple") {
        "___llvm_profile_runtime"
    } else {
        "__llvm_profile_runtime"
    };
    let folder = session.workspace.path(TRAINING);
    let scratch = session.workspace.path("target/learned/swift");
    let mut build = swiftpm(session, tools, "build", &folder, library);
    build
        .args(["-c", "release", "--product", "Training"])
        .args(["-Xlinker", "-u", "-Xlinker", WRITES])
        .arg("--scratch-path")
        .arg(&scratch);
    let program = scratch.join("release/Training");
    let mut run = tools.command(session, &program.to_string_lossy(), &folder, None);
    run.env("KERNEL_SIMULATOR_BINARY", simulator);
    [build, run]
}

/// `SwiftPM` in a folder, with the library in another.
fn swiftpm(session: &Session, tools: &Swift, verb: &str, folder: &Path, library: &Path) -> Command {
    let mut command = tools.command(session, "swift", folder, None);
    command
        .args([verb, "-Xlinker"])
        .arg(format!("-L{}", library.display()));
    command
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
        let library = self.library.parent().unwrap_or(&self.library);
        let mut command = swiftpm(session, &self.tools, verb, folder, library);
        if folder == self.folder {
            // Whoever builds the package is told nothing that is not theirs.
            command.args(["-Xswiftc", "-warnings-as-errors"]);
        }
        command
    }
}
