//! cargo-deny, which knows the licence and the origin of each crate.

use anyhow::{Context as _, Result};

use super::is_stamped;
use crate::session::Session;

const VERSION: &str = "0.20.2";
/// Where what it is asked stands, with a reason for each exception.
const CONFIGURATION: &str = ".cargo/deny.toml";

/// Asks cargo-deny about all dependencies, and installs it first if need be.
pub(crate) fn check(session: &Session) -> Result<()> {
    let workspace = &session.workspace;
    let tools = workspace.tools();
    let stamp = tools.join("cargo-deny.ready");
    let program = tools.join("bin/cargo-deny");
    if !is_stamped(&stamp, VERSION) || !program.exists() {
        session.steps.task("rust: cargo-deny, installed", |log| {
            let mut cargo = workspace.cargo();
            // A debug build: it runs for a second, and compiles in half the time.
            cargo.args([
                "install",
                "cargo-deny",
                "--version",
                VERSION,
                "--locked",
                "--debug",
                "--force",
                "--root",
            ]);
            cargo
                .arg(&tools)
                .env("CARGO_TARGET_DIR", tools.join("build"))
                .env("CARGO_PROFILE_DEV_DEBUG", "0");
            log.run(&mut cargo)
                .context("it comes from the crates registry: is that in reach?")?;
            std::fs::remove_dir_all(tools.join("build"))?;
            std::fs::write(&stamp, VERSION)?;
            Ok(())
        })?;
    }
    let mut deny = workspace.command(program);
    deny.args([
        "--config",
        CONFIGURATION,
        "--locked",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    session.steps.run("rust: dependencies", &mut deny)
}
