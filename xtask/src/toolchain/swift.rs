//! Swift: the machine's own, or a toolchain in a root folder of its own on Debian.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{apt, is_stamped};
use crate::session::Session;
use crate::workspace::which;

const OLDEST: (u32, u32) = (6, 0);
/// Its package manager is the first that takes static libraries out of artifact bundles.
const BUNDLES: (u32, u32) = (6, 2);
/// The Debian release whose packages have Swift 6.0.
const SUITE: &str = "trixie";
/// Where those packages have what is on no path.
const DOCC: &str = "/usr/libexec/swift/bin/docc";
const MAKE_ROOT: &str = "xtask/src/toolchain/swift-root.sh";

pub(crate) enum Swift {
    /// The machine's `swift`.
    Host(PathBuf),
    /// A Debian root folder, entered with bubblewrap, which unmounts by itself.
    Root(PathBuf),
}

impl Swift {
    /// Whether its package manager takes a static library out of an artifact bundle.
    pub(crate) fn takes_bundles(&self, session: &Session) -> Result<bool> {
        Ok(version(session, self)? >= BUNDLES)
    }

    /// A program of the toolchain, run in `folder`, which must be in the workspace or below `shared`.
    pub(crate) fn command(
        &self,
        session: &Session,
        program: &str,
        folder: &Path,
        shared: Option<&Path>,
    ) -> Command {
        match self {
            Self::Host(swift) => {
                let program = swift.with_file_name(program);
                let mut command = session.workspace.command(program);
                command.current_dir(folder);
                command
            }
            Self::Root(root) => {
                let mut command = session.workspace.command("bwrap");
                let workspace = session.workspace.root();
                let home = session.workspace.tools().join("swift-home");
                command.args([OsStr::new("--bind"), root.as_os_str(), OsStr::new("/")]);
                command.args(["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]);
                for folder in std::iter::once(workspace).chain(shared) {
                    command.arg("--bind").arg(folder).arg(folder);
                }
                command.arg("--chdir").arg(folder).arg("--die-with-parent");
                command.arg("--setenv").arg("HOME").arg(home);
                for (name, value) in [
                    ("LC_ALL", "C.UTF-8"),
                    ("PATH", "/usr/bin:/bin"),
                    ("NO_COLOR", "1"),
                ] {
                    command.args(["--setenv", name, value]);
                }
                command.arg(program);
                command
            }
        }
    }
}

impl Swift {
    /// The compiler of documentation.
    pub(crate) fn docc(&self, session: &Session, folder: &Path) -> Command {
        match self {
            Self::Host(_) => self.command(session, "docc", folder, None),
            Self::Root(_) => self.command(session, DOCC, folder, None),
        }
    }
}

pub(crate) fn prepare(session: &Session) -> Result<Swift> {
    if let Some(swift) = which("swift") {
        let swift = Swift::Host(swift);
        check_version(session, &swift)?;
        return Ok(swift);
    }
    if apt::os_release("ID").as_deref() != Some("debian") {
        let (major, minor) = OLDEST;
        bail!("install Swift {major}.{minor} or later (only on Debian this command can do it)");
    }
    root(session)
}

fn root(session: &Session) -> Result<Swift> {
    let root = session.workspace.tools().join("swift-root");
    let stamp = session.workspace.tools().join("swift-root.ready");
    let recipe = session.workspace.path(MAKE_ROOT);
    let contents = format!(
        "{SUITE}\n{}",
        std::fs::read_to_string(&recipe).context("the recipe of the root is gone")?
    );
    let swift = Swift::Root(root.clone());
    std::fs::create_dir_all(session.workspace.tools().join("swift-home"))?;
    let stamped = is_stamped(&stamp, &contents);
    if stamped && which("bwrap").is_some() && is_there(&root) {
        return Ok(swift);
    }
    session.steps.task(
        "swift: toolchain (a download of 600 MB, 3 GB on disk)",
        |log| {
            if which("debootstrap").is_none() || which("bwrap").is_none() {
                apt::install(session, log, &["debootstrap", "bubblewrap"])?;
            }
            if stamped && is_there(&root) {
                return Ok(());
            }
            let mirror = apt::mirror(session, log)?;
            let _ = std::fs::remove_file(&stamp);
            log.run(
                apt::as_root(session, "sh")?
                    .arg(&recipe)
                    .arg(&root)
                    .args([SUITE, &mirror]),
            )?;
            check_version(session, &swift).context("the new toolchain does not start")?;
            std::fs::write(&stamp, &contents)?;
            Ok(())
        },
    )?;
    Ok(swift)
}

/// Whether the compiler is in the root. It is a link that only leads somewhere from inside.
fn is_there(root: &Path) -> bool {
    root.join("usr/bin/swift").symlink_metadata().is_ok()
}

fn check_version(session: &Session, swift: &Swift) -> Result<()> {
    let (major, minor) = version(session, swift)?;
    if (major, minor) < OLDEST {
        bail!(
            "install Swift {}.{} or later (this is {major}.{minor})",
            OLDEST.0,
            OLDEST.1
        );
    }
    Ok(())
}

fn version(session: &Session, swift: &Swift) -> Result<(u32, u32)> {
    let output = swift
        .command(session, "swift", session.workspace.root(), None)
        .arg("--version")
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_once("Swift version ").and_then(|(_, rest)| {
        let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    version.with_context(|| {
        format!(
            "`swift --version` said {:?} and {:?}",
            text.trim(),
            String::from_utf8_lossy(&output.stderr).trim()
        )
    })
}
