//! The Swift package beside an empty package that depends on it, as the package's readme says.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::{Program, Project, write};
use crate::build::SwiftPackage;
use crate::session::Session;
use crate::step::Log;

/// What a program may grow by, with the library in it.
const LIMIT: u64 = 8_000_000;

pub(super) struct SwiftProject<'a> {
    session: &'a Session,
    swift: &'a SwiftPackage,
    package: &'a Path,
    /// With the project in it, and the package.
    folder: PathBuf,
}

impl<'a> SwiftProject<'a> {
    pub(super) fn new(
        session: &'a Session,
        swift: &'a SwiftPackage,
        package: &'a Path,
        folder: PathBuf,
    ) -> Self {
        Self {
            session,
            swift,
            package,
            folder,
        }
    }

    fn app(&self) -> PathBuf {
        self.folder.join("App")
    }

    /// `swift build` in a folder beside the package, with the flags that its readme has for this Swift.
    fn build(&self, folder: &Path) -> Result<Command> {
        let readme = std::fs::read_to_string(self.package.join("README.md"))?;
        let takes_bundles = self.swift.takes_bundles();
        let words = readme
            .lines()
            .filter_map(|line| line.strip_prefix("swift build"))
            .filter_map(|words| words.split('#').next())
            .find(|words| words.trim().is_empty() == takes_bundles)
            .context("the readme of the package does not say how to build with this Swift")?;
        let mut command =
            self.swift
                .tools()
                .command(self.session, "swift", folder, Some(&self.folder));
        command.arg("build").args(words.split_whitespace());
        Ok(command)
    }

    /// Proves that a program that logs in is not much larger than one that does not.
    pub(super) fn prove_size(&self, log: &mut Log) -> Result<()> {
        let folder = self.folder.join("Size");
        let targets = [("Without", WITHOUT, ""), ("With", WITH, DEPENDENCIES)];
        let mut manifest = String::new();
        for (name, source, dependencies) in targets {
            let _ = writeln!(
                manifest,
                "        .executableTarget(name: {name:?}{dependencies}),"
            );
            write(&folder, &format!("Sources/{name}/main.swift"), source)?;
        }
        write(&folder, "Package.swift", &package(&manifest))?;
        let mut sizes = Vec::new();
        for (name, ..) in targets {
            log.run(
                self.build(&folder)?
                    .args(["--configuration", "release", "--product", name]),
            )?;
            let program = folder.join(".build/release").join(name);
            log.run(self.session.workspace.command("strip").arg(&program))?;
            let size = std::fs::metadata(&program)?.len();
            log.note(format!("{name}: {size} bytes"));
            sizes.push(size);
        }
        let [without, with] = sizes[..] else {
            return Ok(());
        };
        let growth = with.saturating_sub(without);
        self.session.steps.say(&format!(
            "                   {growth} bytes of {LIMIT}: {with} instead of {without}"
        ));
        ensure!(growth <= LIMIT, "it grows by {growth} bytes");
        self.prove_lean(log, &folder.join(".build/release/With"))
    }

    /// Proves that a program that does not ask for `URLSession` does not wait for all that Foundation needs for it.
    fn prove_lean(&self, log: &mut Log, program: &Path) -> Result<()> {
        let mut readelf = self.session.workspace.command("readelf");
        let needed = log.output(readelf.args(["--dynamic", "--wide"]).arg(program))?;
        ensure!(
            needed.contains("libFoundation.so"),
            "it needs no Foundation?"
        );
        ensure!(
            !needed.contains("libFoundationNetworking"),
            "it needs Foundation's networking"
        );
        Ok(())
    }
}

impl Project for SwiftProject<'_> {
    fn install(&self, log: &mut Log, programs: &[Program]) -> Result<()> {
        let mut cp = self.session.workspace.command("cp");
        log.run(cp.arg("-RP").arg(self.package).arg(&self.folder))?;
        let app = self.app();
        let mut targets = String::new();
        for program in programs {
            let dependencies = if program.source.contains("import KernelClientURLSession") {
                BOTH
            } else {
                DEPENDENCIES
            };
            let _ = writeln!(
                targets,
                "        .executableTarget(name: {:?}{dependencies}),",
                program.name,
            );
            write(
                &app,
                &format!("Sources/{}/main.swift", program.name),
                &program.source,
            )?;
        }
        write(&app, "Package.swift", &package(&targets))?;
        log.run(&mut self.build(&app)?)
    }

    fn command(&self, program: &Program) -> Command {
        let binary = self.app().join(".build/debug").join(&program.name);
        self.swift
            .program(self.session, &binary, Some(&self.folder))
    }
}

const DEPENDENCIES: &str =
    ", dependencies: [.product(name: \"KernelClient\", package: \"KernelClient\")]";
const BOTH: &str = ", dependencies: [.product(name: \"KernelClient\", package: \"KernelClient\"), \
                    .product(name: \"KernelClientURLSession\", package: \"KernelClient\")]";

/// A manifest with the dependency that the readme names.
fn package(targets: &str) -> String {
    format!(
        "// swift-tools-version: 6.0\nimport PackageDescription\n\nlet package = Package(\n    \
         name: \"Consumer\",\n    platforms: [.macOS(.v13)],\n    \
         dependencies: [.package(path: \"../KernelClient\")],\n    targets: [\n{targets}    ]\n)\n"
    )
}

const WITH: &str = "\
import Foundation
import KernelClient

let login = try await Kernel().auth.connections.login(\"ma_login\")
print(login.id, login.hostedURL)
";

/// A login by way of a session of the program's own.
pub(super) const SESSION: &str = "\
import Foundation
#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
import KernelClient
import KernelClientURLSession

let client = try Kernel(transport: URLSessionTransport(URLSession.shared))
let login = try await client.auth.connections.login(\"ma_login\")
guard login.hostedURL.hasPrefix(\"http\") else { fatalError(login.hostedURL) }
";

const WITHOUT: &str = "\
import Foundation

let login = (id: \"ma_login\", hostedURL: URL(fileURLWithPath: \"/login\"))
print(login.id, login.hostedURL)
";
