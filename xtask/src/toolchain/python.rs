//! Python with the pinned developer tools, in a virtual environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{apt, is_stamped};
use crate::session::Session;
use crate::step::Log;
use crate::workspace::which;

const OLDEST: (u32, u32) = (3, 10);
const REQUIREMENTS: &str = "bindings-python/requirements-dev.txt";

pub(crate) struct Python {
    venv: PathBuf,
}

impl Python {
    /// A program of the virtual environment: `python`, `maturin`, `ruff`, ...
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.venv.join("bin").join(name)
    }

    /// A command in the virtual environment, as after `source bin/activate`.
    pub(crate) fn command(&self, session: &Session, program: &str) -> Command {
        let mut command = session.workspace.command(self.program(program));
        let mut folders = vec![self.venv.join("bin")];
        folders.extend(
            std::env::var_os("PATH")
                .iter()
                .flat_map(std::env::split_paths),
        );
        if let Ok(path) = std::env::join_paths(folders) {
            command.env("PATH", path);
        }
        command
            .env("VIRTUAL_ENV", &self.venv)
            .env_remove("PYTHONHOME")
            .env_remove("PYTHONPATH");
        // What a tool downloads for itself stays in the project too.
        command.env(
            "PYRIGHT_PYTHON_CACHE_DIR",
            session.workspace.tools().join("pyright"),
        );
        command
    }
}

pub(crate) fn prepare(session: &Session) -> Result<Python> {
    prepare_in(session, "venv", REQUIREMENTS, "python: developer tools")
}

/// Python in the environment `name`, with what a file of the workspace requires; `step` installs it.
pub(crate) fn prepare_in(
    session: &Session,
    name: &str,
    requirements: &str,
    step: &str,
) -> Result<Python> {
    let interpreter = interpreter(session)?;
    let requirements = session.workspace.path(requirements);
    let pinned = std::fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let python = Python {
        venv: session.workspace.tools().join(name),
    };
    let stamp = python.venv.join("ready");
    let contents = format!("{}\n{pinned}", interpreter.display());
    if is_stamped(&stamp, &contents) {
        return Ok(python);
    }
    session.steps.task(step, |log| {
        if python.venv.exists() {
            std::fs::remove_dir_all(&python.venv)?;
        }
        make_venv(session, log, &interpreter, &python.venv)?;
        log.run(
            python
                .command(session, "python")
                .args(["-m", "pip", "install", "--requirement"])
                .arg(&requirements),
        )?;
        std::fs::write(&stamp, &contents)?;
        Ok(())
    })?;
    Ok(python)
}

fn make_venv(session: &Session, log: &mut Log, interpreter: &Path, venv: &Path) -> Result<()> {
    let complete = || {
        let mut command = session.workspace.command(interpreter);
        command
            .args(["-c", "import ensurepip, venv"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if !complete() {
        log.note("this Python comes without venv or ensurepip");
        apt::install(session, log, &["python3-venv"])?;
        if !complete() {
            bail!(
                "{} has no `venv` and `ensurepip`: install its venv package",
                interpreter.display()
            );
        }
    }
    log.run(
        session
            .workspace
            .command(interpreter)
            .args(["-m", "venv"])
            .arg(venv),
    )
}

/// The first interpreter on `PATH` that is new enough.
fn interpreter(session: &Session) -> Result<PathBuf> {
    let mut seen = Vec::new();
    for name in [
        "python3",
        "python",
        "python3.14",
        "python3.13",
        "python3.12",
        "python3.11",
        "python3.10",
    ] {
        let Some(program) = which(name) else { continue };
        let output = session
            .workspace
            .command(&program)
            .args([
                "-c",
                "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)",
            ])
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut words = text.trim().splitn(3, ' ');
        let (Some(Ok(major)), Some(Ok(minor)), Some(executable)) = (
            words.next().map(str::parse),
            words.next().map(str::parse),
            words.next(),
        ) else {
            continue;
        };
        if (major, minor) >= OLDEST {
            return Ok(PathBuf::from(executable));
        }
        seen.push(format!("{} is {major}.{minor}", program.display()));
    }
    let (major, minor) = OLDEST;
    let found = if seen.is_empty() {
        "none was found".to_owned()
    } else {
        seen.join(", ")
    };
    bail!("install Python {major}.{minor} or later ({found})");
}
