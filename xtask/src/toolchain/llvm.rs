//! What reads the profiles that a watched library writes: a component of Rust's toolchain, and of its LLVM.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::session::Session;

/// Its `llvm-profdata`, installed first if need be; `None` where that cannot be.
pub(crate) fn profdata(session: &Session) -> Result<Option<PathBuf>> {
    let program = rustc(session, &["--print", "target-libdir"])?;
    let program = PathBuf::from(program.trim()).with_file_name("bin/llvm-profdata");
    if !program.exists() {
        let mut rustup = session.workspace.command("rustup");
        rustup.args(["component", "add", "llvm-tools"]);
        // A toolchain that did not come by rustup has no components.
        let _ = session.steps.run("rust: llvm-tools", &mut rustup);
    }
    Ok(program.exists().then_some(program))
}

/// The machine that Rust builds for unless it is told otherwise, by its name.
pub(crate) fn host(session: &Session) -> Result<String> {
    let version = rustc(session, &["-vV"])?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .with_context(|| format!("`rustc -vV` names no host: {version}"))?;
    Ok(host.to_owned())
}

fn rustc(session: &Session, words: &[&str]) -> Result<String> {
    let mut rustc = session.workspace.command("rustc");
    let output = rustc.args(words).output().context("cannot run `rustc`")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
