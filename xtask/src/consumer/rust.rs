//! The crate in an empty Cargo project.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Program, Project, write};
use crate::session::Session;
use crate::step::Log;

pub(super) struct RustProject<'a> {
    session: &'a Session,
    krate: &'a Path,
    folder: PathBuf,
}

impl<'a> RustProject<'a> {
    pub(super) fn new(session: &'a Session, krate: &'a Path, folder: PathBuf) -> Self {
        Self {
            session,
            krate,
            folder,
        }
    }
}

impl Project for RustProject<'_> {
    fn install(&self, log: &mut Log, programs: &[Program]) -> Result<()> {
        let stem = self
            .krate
            .file_stem()
            .context("a crate without a name")?
            .to_string_lossy();
        let version = stem
            .strip_prefix("kernel-client-")
            .context("not the crate of kernel-client")?;
        let workspace = &self.session.workspace;
        log.run(
            workspace
                .command("tar")
                .arg("-xzf")
                .arg(self.krate)
                .arg("-C")
                .arg(&self.folder),
        )?;

        // As a user writes it, but for the last lines: the crate is not published, and the profile is that of the
        // workspace, so that what was compiled there is used.
        let mut manifest = format!(
            "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nkernel-client = \"{version}\"\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n\
             [patch.crates-io]\nkernel-client = {{ path = \"{stem}\" }}\n\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n[profile.dev.package.\"*\"]\ndebug = false\n"
        );
        for program in programs {
            let file = format!("src/{}.rs", program.name);
            let _ = write!(
                manifest,
                "\n[[bin]]\nname = {:?}\npath = {file:?}\n",
                binary(program)
            );
            write(&self.folder, &file, &program.source)?;
        }
        write(&self.folder, "Cargo.toml", &manifest)?;
        std::fs::copy(workspace.path("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        log.run(
            workspace
                .cargo()
                .current_dir(&self.folder)
                .args(["build", "--offline"]),
        )
    }

    fn command(&self, program: &Program) -> Command {
        let workspace = &self.session.workspace;
        workspace.command(workspace.target().join("debug").join(binary(program)))
    }
}

/// The name of a program in the folder that it shares with the workspace's own.
fn binary(program: &Program) -> String {
    format!("consumer_{}", program.name)
}
