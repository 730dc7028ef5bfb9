//! Packages of the operating system, where it is Debian or like it.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};

use crate::session::Session;
use crate::step::Log;
use crate::workspace::which;

/// apt itself refuses a second one at the same time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Installs packages, or says why that cannot be and what to do instead.
pub(crate) fn install(session: &Session, log: &mut Log, packages: &[&str]) -> Result<()> {
    if which("apt-get").is_none() {
        bail!(
            "please install {} (there is no apt-get here that could)",
            packages.join(" and ")
        );
    }
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    log.run(as_root(session, "apt-get")?.args(["-qq", "update"]))?;
    log.run(
        as_root(session, "apt-get")?
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args([
                "-qq",
                "-y",
                "--no-install-recommends",
                "-o",
                "DPkg::Lock::Timeout=300",
                "install",
            ])
            .args(packages),
    )
    .with_context(|| format!("please install {} by hand", packages.join(" and ")))
}

/// A command with root's rights: ours, or sudo's.
pub(crate) fn as_root(session: &Session, program: &str) -> Result<Command> {
    if is_root(session)? {
        return Ok(session.workspace.command(program));
    }
    if which("sudo").is_none() {
        bail!("`{program}` needs root: run this command as root, or install sudo");
    }
    let mut command = session.workspace.command("sudo");
    // Without a terminal sudo must fail, not wait for a password nobody will type.
    if !std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        command.arg("--non-interactive");
    }
    command.args(["--preserve-env=DEBIAN_FRONTEND", program]);
    Ok(command)
}

fn is_root(session: &Session) -> Result<bool> {
    let output = session
        .workspace
        .command("id")
        .arg("-u")
        .output()
        .context("cannot run `id`")?;
    Ok(output.stdout.trim_ascii() == b"0")
}

/// The address that this machine's own apt has for the main packages of its release.
pub(crate) fn mirror(session: &Session, log: &mut Log) -> Result<String> {
    let release = os_release("VERSION_CODENAME").context("/etc/os-release names no release")?;
    let targets = log.output(session.workspace.command("apt-get").args([
        "indextargets",
        "--format",
        "$(REPO_URI) $(RELEASE) $(COMPONENT)",
        "Created-By: Packages",
    ]))?;
    targets
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, of)| *of == format!("{release} main"))
        .map(|(address, _)| address.to_owned())
        .with_context(|| format!("apt has no source for the main packages of {release}"))
}

/// A value of `/etc/os-release`.
pub(crate) fn os_release(name: &str) -> Option<String> {
    let text = std::fs::read_to_string("/etc/os-release").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    Some(line.trim_matches('"').to_owned())
}
