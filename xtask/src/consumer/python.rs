//! The wheel in a fresh virtual environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::{Program, Project, write};
use crate::build::PythonPackage;
use crate::session::Session;
use crate::step::Log;

pub(super) struct PythonProject<'a> {
    session: &'a Session,
    python: &'a PythonPackage,
    wheel: &'a Path,
    folder: PathBuf,
}

impl<'a> PythonProject<'a> {
    pub(super) fn new(
        session: &'a Session,
        python: &'a PythonPackage,
        wheel: &'a Path,
        folder: PathBuf,
    ) -> Self {
        Self {
            session,
            python,
            wheel,
            folder,
        }
    }

    fn interpreter(&self) -> PathBuf {
        self.folder.join("venv/bin/python")
    }
}

impl Project for PythonProject<'_> {
    fn install(&self, log: &mut Log, programs: &[Program]) -> Result<()> {
        let name = self.wheel.file_name().unwrap_or_default().to_string_lossy();
        ensure!(
            name.contains("-cp310-abi3-"),
            "{name} is not for every Python from 3.10 on"
        );
        let tools = || self.python.tools.command(self.session, "python");
        log.run(
            tools()
                .args(["-m", "venv", "--without-pip"])
                .arg(self.folder.join("venv")),
        )?;
        // Without an index: the wheel must need nothing.
        let mut pip = tools();
        pip.args(["-m", "pip", "--python"]).arg(self.interpreter());
        log.run(
            pip.args(["install", "--no-index"])
                .env_remove("PIP_FIND_LINKS")
                .arg(self.wheel),
        )?;
        let mut mypy = self.python.tools.command(self.session, "mypy");
        mypy.current_dir(&self.folder)
            .args(["--strict", "--python-executable"])
            .arg(self.interpreter());
        for program in programs {
            mypy.arg(write(
                &self.folder,
                &format!("{}.py", program.name),
                &program.source,
            )?);
        }
        // The package brings its types along.
        log.run(&mut mypy)
    }

    fn command(&self, program: &Program) -> Command {
        let mut command = self.session.workspace.command(self.interpreter());
        command
            .current_dir(&self.folder)
            .env_remove("PYTHONPATH")
            .arg(format!("{}.py", program.name));
        command
    }
}
