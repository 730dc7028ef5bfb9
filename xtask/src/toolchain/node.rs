//! Node, with the pinned developer tools of `bindings-node`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::is_stamped;
use crate::session::Session;
use crate::workspace::which;

const OLDEST: u32 = 20;

pub(crate) struct Node {
    package: PathBuf,
}

impl Node {
    /// The folder of the package.
    pub(crate) fn package(&self) -> &Path {
        &self.package
    }

    /// `node`, in the package's folder.
    pub(crate) fn command(&self, session: &Session) -> Command {
        self.command_of(session, "node")
    }

    /// Any program that is to see what `node` does, in the package's folder.
    pub(crate) fn command_of(&self, session: &Session, program: impl AsRef<OsStr>) -> Command {
        let mut command = session.workspace.command(program);
        command
            .current_dir(&self.package)
            .env_remove("NODE_OPTIONS")
            .env_remove("NODE_PATH");
        command
    }

    /// `npm`, silent about news and funding.
    pub(crate) fn npm(&self, session: &Session) -> Command {
        let mut command = self.command_of(session, "npm");
        for (name, value) in [
            ("audit", "false"),
            ("fund", "false"),
            ("update_notifier", "false"),
            ("progress", "false"),
        ] {
            command.env(format!("npm_config_{name}"), value);
        }
        command
    }

    /// The tests in the package's folder. Node's runner does not read a folder the same way in every version.
    pub(crate) fn tests(
        &self,
        session: &Session,
        folder: &str,
        ending: &str,
        options: &[&str],
    ) -> Result<Command> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(self.package.join(folder))? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(ending) {
                files.push(path);
            }
        }
        files.sort();
        let mut command = self.command(session);
        command
            .args(["--test", "--test-reporter=tap"])
            .args(options)
            .args(files);
        Ok(command)
    }

    /// A developer tool, such as `tsc`.
    pub(crate) fn tool(&self, session: &Session, name: &str) -> Command {
        let program = self.package.join("node_modules/.bin").join(name);
        self.command_of(session, program)
    }
}

pub(crate) fn prepare(session: &Session) -> Result<Node> {
    prepare_in(session, "bindings-node", "node: developer tools")
}

/// Node with the packages that a folder of the workspace has in its lock; `step` installs them.
pub(crate) fn prepare_in(session: &Session, folder: &str, step: &str) -> Result<Node> {
    let version = node_version(session)?;
    if which("npm").is_none() {
        bail!("install npm, which usually comes with Node");
    }
    let node = Node {
        package: session.workspace.path(folder),
    };
    let lock = node.package.join("package-lock.json");
    let pinned = std::fs::read_to_string(&lock)
        .with_context(|| format!("cannot read {}", lock.display()))?;
    let stamp = node.package.join("node_modules/.ready");
    let contents = format!("{version}\n{pinned}");
    if !is_stamped(&stamp, &contents) {
        session.steps.task(step, |log| {
            log.run(node.npm(session).arg("ci"))?;
            std::fs::write(&stamp, &contents)?;
            Ok(())
        })?;
    }
    Ok(node)
}

fn node_version(session: &Session) -> Result<String> {
    if which("node").is_none() {
        bail!("install Node {OLDEST} or later");
    }
    let output = session
        .workspace
        .command("node")
        .arg("--version")
        .output()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major: u32 = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .with_context(|| format!("`node --version` gave {version:?}"))?;
    if major < OLDEST {
        bail!("install Node {OLDEST} or later (this is {version})");
    }
    Ok(version)
}
