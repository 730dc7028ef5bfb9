//! The Swift package as a dependency of an empty package.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Program, Project, write};
use crate::build::SwiftPackage;
use crate::session::Session;
use crate::step::Log;

pub(super) struct SwiftProject<'a> {
    session: &'a Session,
    swift: &'a SwiftPackage,
    package: &'a Path,
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
}

impl Project for SwiftProject<'_> {
    fn install(&self, log: &mut Log, programs: &[Program]) -> Result<()> {
        let mut targets = String::new();
        for program in programs {
            let _ = writeln!(
                targets,
                "        .executableTarget(name: {:?}, dependencies: [.product(name: \"KernelClient\", package: {:?})]),",
                program.name,
                self.package
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy(),
            );
            write(
                &self.folder,
                &format!("Sources/{}/main.swift", program.name),
                &program.source,
            )?;
        }
        let manifest = format!(
            "// swift-tools-version: 6.0\nimport PackageDescription\n\nlet package = Package(\n    \
             name: \"Consumer\",\n    platforms: [.macOS(.v13)],\n    dependencies: [.package(path: {:?})],\n    \
             targets: [\n{targets}    ]\n)\n",
            self.package.display().to_string(),
        );
        write(&self.folder, "Package.swift", &manifest)?;
        // With the flag that the package's readme names.
        log.run(
            &mut self
                .swift
                .build_with(self.session, &self.folder, self.package),
        )
    }

    fn command(&self, program: &Program) -> Command {
        let binary = self.folder.join(".build/debug").join(&program.name);
        self.swift
            .program(self.session, &binary, Some(&self.folder))
    }
}
