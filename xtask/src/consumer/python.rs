//! The wheel in a fresh virtual environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::{Program, Project, path_with, write};
use crate::build::PythonPackage;
use crate::session::Session;
use crate::step::Log;

pub(super) struct PythonProject<'a> {
    session: &'a Session,
    python: &'a PythonPackage,
    wheel: &'a Path,
    /// Installed beside it, for tests, which are run by the pytest of the developer tools.
    simulator: Option<&'a Path>,
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
            simulator: None,
            folder,
        }
    }

    pub(super) fn with_simulator(mut self, wheel: &'a Path) -> Self {
        self.simulator = Some(wheel);
        self
    }

    fn interpreter(&self) -> PathBuf {
        self.folder.join("venv/bin/python")
    }
}

impl PythonProject<'_> {
    /// Lets the environment see the developer tools, after all that is in itself.
    fn borrow_pytest(&self, log: &mut Log) -> Result<()> {
        let packages = "import sysconfig; print(sysconfig.get_path('purelib'))";
        let mut tools = self.python.tools.command(self.session, "python");
        let theirs = log.output(tools.args(["-c", packages]))?;
        let mut own = self.session.workspace.command(self.interpreter());
        let own = log.output(own.args(["-c", packages]))?;
        write(Path::new(own.trim()), "developer-tools.pth", &theirs)?;
        Ok(())
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
                .arg(self.wheel)
                .args(self.simulator),
        )?;
        if self.simulator.is_some() {
            self.borrow_pytest(log)?;
        }
        let mut mypy = self.python.tools.command(self.session, "mypy");
        mypy.current_dir(&self.folder)
            .args(["--strict", "--python-executable"])
            .arg(self.interpreter());
        for program in programs {
            let own = (&program.name, &program.source);
            let more = program.more.iter().map(|(name, source)| (name, source));
            for (name, source) in std::iter::once(own).chain(more) {
                mypy.arg(write(&self.folder, &format!("{name}.py"), source)?);
            }
        }
        // The package brings its types along.
        log.run(&mut mypy)
    }

    fn command(&self, program: &Program) -> Command {
        let mut command = self.session.workspace.command(self.interpreter());
        command
            .current_dir(&self.folder)
            .env_remove("PYTHONPATH")
            // As in an environment that was activated.
            .env("PATH", path_with(&self.folder.join("venv/bin")));
        if program.name.starts_with("test_") {
            command.args(["-m", "pytest", "-p", "no:cacheprovider"]);
        }
        command.arg(format!("{}.py", program.name));
        command
    }
}
