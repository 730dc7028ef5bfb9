//! The wheel, and the wheel installed beside the developer tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::session::Session;
use crate::toolchain::Python;

pub(crate) struct PythonPackage {
    pub(crate) tools: Python,
    pub(crate) wheel: PathBuf,
    pub(crate) folder: PathBuf,
}

impl PythonPackage {
    /// `python` with the package installed, in the package's folder.
    pub(crate) fn command(&self, session: &Session) -> Command {
        let mut command = self.tools.command(session, "python");
        command.current_dir(&self.folder);
        command
    }
}

pub(super) fn build(session: &Session, tools: Python) -> Result<PythonPackage> {
    let folder = session.workspace.path("bindings-python");
    let wheel = session.steps.task("python: wheel", |log| {
        let wheels = session.workspace.target().join("wheels");
        // Only the new wheel may be found afterwards.
        if wheels.exists() {
            std::fs::remove_dir_all(&wheels)?;
        }
        let mut maturin = tools.command(session, "maturin");
        maturin
            .current_dir(&folder)
            .args(["build", "--locked", "--interpreter"]);
        maturin
            .arg(tools.program("python"))
            .arg("--out")
            .arg(&wheels);
        session.workspace.without_paths(&mut maturin);
        log.run(&mut maturin)?;
        let wheel = only_wheel(&wheels)?;
        let mut pip = tools.command(session, "python");
        pip.args([
            "-m",
            "pip",
            "install",
            "--no-index",
            "--no-deps",
            "--force-reinstall",
        ])
        .arg(&wheel);
        log.run(&mut pip)?;
        Ok(wheel)
    })?;
    Ok(PythonPackage {
        tools,
        wheel,
        folder,
    })
}

/// The wheel in a folder.
pub(crate) fn only_wheel(folder: &Path) -> Result<PathBuf> {
    let mut wheels = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            wheels.push(path);
        }
    }
    let [wheel] = wheels.as_slice() else {
        bail!("{} wheels in {}, not one", wheels.len(), folder.display());
    };
    Ok(wheel.clone())
}
